"""The small parts of the tail, each by what it promises."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowtui.monitor.notifier import Notice, Notifier
from flowtui.monitor.outside import FaultKind
from flowtui.monitor.settings import Moment
from flowtui.monitor.sources.backoff import Backoff
from flowtui.monitor.sources.budget import Budget
from flowtui.monitor.sources.delays import Delays
from flowtui.monitor.sources.seen import SeenIds
from flowtui.records.events import LogEvents
from tests.unit.monitor.scripted import FakeClock, fault
from tests.unit.monitor.world import until

MINUTE = 60_000


def events(*keys: tuple[str, str, int]) -> LogEvents:
    streams, ids, times = (list(column) for column in zip(*keys, strict=True))
    return LogEvents(streams, times, [at + 5000 for at in times], ids, ["m"] * len(keys))


def test_an_event_is_taken_once_and_the_same_id_in_another_stream_is_another() -> None:
    seen = SeenIds()
    first = seen.take(events(("a", "1", 0), ("b", "1", 0), ("a", "1", 0), ("a", "2", 0)))
    assert list(zip(first.streams, first.ids, strict=True)) == [("a", "1"), ("b", "1"), ("a", "2")]
    assert len(seen.take(events(("a", "1", 0), ("b", "1", 0)))) == 0
    assert len(seen) == 3


def test_ids_are_forgotten_by_whole_minutes_except_in_the_slice_that_is_read() -> None:
    seen = SeenIds()
    keys = [("a", str(minute), minute * MINUTE) for minute in range(10)]
    seen.take(events(*keys))
    seen.forget(8 * MINUTE + 30_000, but=(2 * MINUTE, 3 * MINUTE))
    again = seen.take(events(*keys))
    assert sorted(again.ids) == ["0", "1", "4", "5", "6", "7"]


@given(st.lists(st.tuples(st.floats(0, 5), st.booleans()), max_size=60), st.sampled_from([0.5, 1.0, 3.0]))
def test_calls_never_exceed_the_rate_beyond_a_burst(steps: list[tuple[float, bool]], rate: float) -> None:
    now = 0.0
    budget = Budget(rate, now)
    for pause, is_eager in steps:
        now += pause
        wait = budget.delay(now)
        if is_eager or wait == 0:
            now += wait
            budget.take(now)
            assert budget.calls <= 5 + rate * now + 1e-6


def test_a_clock_that_is_set_back_stops_no_calls() -> None:
    budget = Budget(1.0, 1000.0)
    budget.take(1000.0)
    assert budget.delay(0.0) == 0
    for _ in range(4):
        budget.take(0.0)
    assert budget.delay(0.0) == pytest.approx(1.0)
    assert budget.delay(1.0) == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("kind", "pauses"),
    [
        (FaultKind.THROTTLED, [0.5, 1, 2, 4, 8, 16, 32, 60, 60]),
        (FaultKind.EXPIRED, [2, 4, 8, 15, 15]),
        (FaultKind.NOT_FOUND, [2, 4, 8, 16, 30, 30]),
        (FaultKind.DENIED, [2, 4, 8, 16, 32, 60, 60]),
    ],
)
def test_pauses(kind: FaultKind, pauses: list[float]) -> None:
    backoff = Backoff(lambda: 1.0)
    assert [backoff.failed(fault(kind)) for _ in pauses] == pauses
    backoff.succeeded()
    assert backoff.failed(fault(kind)) == pauses[0]


def test_jitter_takes_up_to_half_off() -> None:
    assert Backoff(lambda: 0.0).failed(fault(FaultKind.NETWORK)) == 0.25


def test_quantiles_of_delays() -> None:
    delays = Delays()
    assert delays.quantile_s(0.5) is None
    delays.add(
        LogEvents(["s"] * 100, [0] * 100, [1000 * number for number in range(100)], ["i"] * 100, ["m"] * 100)
    )
    assert (delays.quantile_s(0.5), delays.quantile_s(0.99)) == (50, 99)


def test_delays_follow_a_change_of_habit() -> None:
    delays = Delays()
    many = 250_000
    for delay_ms in (600_000, 60_000, 60_000, 60_000):
        delays.add(LogEvents(["s"] * many, [0] * many, [delay_ms] * many, ["i"] * many, ["m"] * many))
    assert delays.quantile_s(0.5) == 61


def test_a_moment_is_absolute_or_so_long_ago() -> None:
    assert (Moment(500).at(2000), Moment.back(500).at(2000)) == (500, 1500)


class _Steps(FakeClock):
    """Lets the notifier's pauses end when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = threading.Semaphore(0)

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        self.waits.append(timeout_s)
        self.go_on.acquire(timeout=10)
        return event.is_set()


def test_the_first_notice_comes_at_once_many_become_one_and_the_last_is_never_lost() -> None:
    notices: list[Notice] = []
    clock = _Steps()
    notifier = Notifier(notices.append, clock)
    thread = threading.Thread(target=notifier.run, daemon=True)
    thread.start()
    notifier.change(1)
    until(lambda: len(clock.waits) == 1)
    assert notices == [Notice(1)]
    for version in range(2, 50):
        notifier.change(version)
    assert notices == [Notice(1)]
    clock.go_on.release()
    until(lambda: len(clock.waits) == 2)
    assert notices == [Notice(1), Notice(49)]
    assert clock.waits == [0.1, 0.1]
    notifier.stop()
    clock.go_on.release()
    thread.join(5)
    assert not thread.is_alive()
