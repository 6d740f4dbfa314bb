"""What the tail learns of a group, and how that decides what it reads: costs, delays, slices."""

from __future__ import annotations

import random
import tracemalloc
from itertools import pairwise

import pytest

from flowtui.monitor.outside import FaultKind, Page, PageRequest
from flowtui.monitor.sources.delays import Delays
from flowtui.monitor.sources.forecast import Forecast
from flowtui.monitor.sources.reading import Range, Reader
from flowtui.monitor.sources.schedule import PageCost
from flowtui.monitor.sources.seen import SeenIds
from flowtui.monitor.sources.slices import NEVER, Slices
from flowtui.monitor.sources.tail import Tail, TailOptions
from flowtui.records.events import LogEvents
from tests.unit.monitor.scripted import GROUP, FakeClock, fault
from tests.unit.monitor.simulated import BusyLogs, Watch, simulate, steady


def of_delays(starts_s: list[float], delays_s: list[float]) -> LogEvents:
    starts = [int(start * 1000) for start in starts_s]
    arrivals = [start + int(delay * 1000) for start, delay in zip(starts, delays_s, strict=True)]
    some = [""] * len(starts)
    return LogEvents(some, starts, arrivals, some, some)


def test_slow_records_weigh_more_where_few_of_them_could_be_there_yet() -> None:
    """Of the last minute only what was faster than its age has arrived; all take anything up to a minute."""
    rng, now = random.Random(1), 1000.0
    records = [(now - rng.uniform(0, 60), rng.uniform(0, 60)) for _ in range(40_000)]
    there = [(start, delay) for start, delay in records if start + delay <= now]
    history = of_delays([start for start, _ in there], [delay for _, delay in there])
    naive, truncated = Delays(), Delays()
    naive.add(history)
    truncated.add(history, now)
    assert Forecast(naive.counts(90)).share(50) > 0.95
    assert Forecast(truncated.counts(90)).share(50) == pytest.approx(50 / 60, abs=0.04)
    assert Forecast(truncated.counts(90)).share(10) == pytest.approx(10 / 60, abs=0.04)


def test_one_slow_record_of_the_history_proves_little() -> None:
    now = 2000.0
    delays = Delays()
    delays.add(of_delays([now - age for age in range(1, 1800)], [0.5] * 1799), now)
    delays.add(of_delays([now - 1799.5], [1799.0]), now)
    assert Forecast(delays.counts(1830)).share(60) > 0.9


def test_the_size_of_a_page_is_known_from_the_first_that_is_full() -> None:
    cost = PageCost()
    cost.paged(300, is_last=True)
    assert cost.capacity == 5000
    cost.paged(1000, is_last=False)
    assert cost.capacity == 1000
    for _ in range(100):
        cost.paged(4000, is_last=False)
    assert cost.capacity == pytest.approx(4000, rel=0.01)
    cost.paged(9000, is_last=True)
    assert cost.capacity == 9000


def test_no_slice_ends_where_flow_logs_have_events() -> None:
    """Whether AWS gives those of just the end is not certain; a flow log's times are whole seconds."""
    slices = Slices(60, 940_000, 1000.0, 1000.0)
    spans = [slices.span(at, at) for at in range(len(slices))]
    edges = [time_ms for span in spans[1:] for time_ms in (span.start_ms, span.end_ms) if time_ms is not None]
    assert all(time_ms % 1000 for time_ms in edges)
    assert all(before.end_ms == after.start_ms for before, after in pairwise(spans))
    assert spans[-1].end_ms is None
    assert spans[0].start_ms == 940_000
    assert [slices.number_of(span.start_ms) for span in spans] == [span.first for span in spans]


@pytest.mark.parametrize(
    ("until_ms", "read"),
    [(None, 0), (949_500, 0), (953_000, 3), (960_400, 10), (2_000_000, 11)],
    ids=[
        "order unknown",
        "no further than its beginning",
        "part of it",
        "all but its last slice",
        "more than all",
    ],
)
def test_a_reading_that_fails_has_read_what_it_passed(until_ms: int | None, read: int) -> None:
    slices = Slices(60, 940_000, 1000.0, NEVER)
    span = slices.span(10, 20)
    slices.begun(span)
    slices.given_up(span, {span.first: 7}, 999.0, until_ms)
    assert not any(each.is_busy for _, each in slices)
    assert [each.read_at for _, each in slices][10:21] == [999.0] * read + [NEVER] * (11 - read)
    assert slices.slices[10].count == 7


def read_first(logs: BusyLogs, seconds: float, *, lookback_s: float, max_calls: float) -> Watch:
    """Prints the history and goes on, as the command does; `logs.calls` are then those of the second part."""
    clock, began = logs.clock, logs.clock.time
    reader = Reader(logs, clock, max_calls, lambda: 0.5, lambda *_: None)
    seen, watch = SeenIds(), Watch(clock)
    begin_ms = int((began - lookback_s) * 1000)
    for events in reader.ascending(GROUP, Range(begin_ms), seen, begin_ms):
        watch.shown.update(dict.fromkeys(events.ids, clock.time))
    logs.calls.clear()
    options = TailOptions(begin_ms / 1000, lookback_s, max_calls, workers=0)
    tail = Tail(logs, clock, watch, options, lambda: 0.5, budget=reader.budget)
    tail.resume(GROUP, seen, began, begin_ms / 1000, reader.delays[GROUP])
    tail.follow([GROUP])
    clock.deadline, clock.at_deadline = clock.time + seconds, tail.stop
    tail.run()
    return watch


def test_what_was_read_before_tells_where_to_look_and_what_it_costs() -> None:
    """Half an hour at ten pages, of which only the last two minutes get records: nothing reads all."""
    clock = FakeClock()
    logs = BusyLogs(clock, steady(clock, 30, 120, lambda rng: rng.uniform(5, 120), 1800), page_size=5000)
    asked: list[PageRequest] = []
    page = logs.page

    def spy(request: PageRequest) -> Page:
        asked.append(request)
        return page(request)

    logs.page = spy  # type: ignore[method-assign]
    read_first(logs, 30.0, lookback_s=1800, max_calls=1.0)
    looks = asked[-len(logs.calls) :]
    assert looks[0].start_ms >= (clock.time - 300) * 1000
    runs = "".join("+" if request.token else "." for request in looks).split(".")
    assert max(map(len, runs)) <= 3


def test_100_records_a_second_are_shown_within_seconds_at_one_call_a_second() -> None:
    clock = FakeClock()
    logs = BusyLogs(clock, steady(clock, 100, 180, lambda rng: rng.uniform(5, 120), 600))
    outcome = simulate(logs, 180, lookback_s=600, max_calls=1.0, warm_s=40)
    assert (outcome.lost, outcome.twice) == (0, 0)
    assert outcome.median_s <= 5
    assert outcome.p95_s <= 15


def test_a_failure_on_a_later_page_costs_that_page_only() -> None:
    clock = FakeClock()
    logs = BusyLogs(clock, steady(clock, 500, 10, lambda rng: rng.uniform(1, 50), 60), page_size=1000)
    logs.obstacles = lambda number: fault(FaultKind.NETWORK) if number % 4 == 0 else None
    watch = read_first(logs, 60.0, lookback_s=60, max_calls=5.0)
    arrived = [number for number, (_, at) in enumerate(logs.events) if at / 1000 < clock.time - 30]
    assert arrived
    assert all(str(number) in watch.shown for number in arrived)


def test_ids_take_no_more_than_120_bytes_an_event() -> None:
    rng, pages = random.Random(1), 10
    names = [f"eni-{rng.getrandbits(64):016x}-all" for _ in range(40)]
    seen = SeenIds()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(pages):
            times = [number * 180_000 + 18 * row for row in range(10_000)]
            ids = [f"3{time_ms:013d}{rng.getrandbits(140):042d}" for time_ms in times]
            streams = [names[row % 40] for row in range(10_000)]
            assert len(seen.take(LogEvents(streams, times, times, ids, ids))) == 10_000
        del times, ids, streams
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert len(seen) == pages * 10_000
    assert taken <= 120 * len(seen)
