from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowtui.monitor.clock import SystemClock
from flowtui.monitor.outside import Fault, FaultKind, Page, PageRequest
from flowtui.monitor.sources.group import Arrival
from flowtui.monitor.sources.tail import Tail, TailOptions
from tests.unit.monitor.scripted import GROUP, Event, FakeClock, ScriptedLogs, fault

LOOKBACK_S = 900.0


@dataclass
class Collector:
    arrivals: list[Arrival] = field(default_factory=list)
    room: int = 1_000_000

    def arrived(self, arrival: Arrival) -> bool:
        self.arrivals.append(arrival)
        return not arrival.is_backfill or len(self.ids(is_backfill=True)) < self.room

    def changed(self) -> None:
        pass

    def ids(self, *, is_backfill: bool | None = None) -> list[str]:
        return [
            event_id
            for arrival in self.arrivals
            if is_backfill in (None, arrival.is_backfill)
            for event_id in arrival.events.ids
        ]

    def late(self) -> list[str]:
        return [
            event_id
            for arrival in self.arrivals
            for event_id, late in zip(arrival.events.ids, arrival.is_late or (), strict=False)
            if late
        ]


def run(
    clock: FakeClock,
    logs: ScriptedLogs,
    seconds: float,
    *,
    groups: tuple[str, ...] = (GROUP,),
    back_s: float = 600.0,
    max_calls: float = 1.0,
    room: int = 1_000_000,
) -> tuple[Collector, Tail]:
    sink = Collector(room=room)
    options = TailOptions(clock.time - back_s, LOOKBACK_S, max_calls, workers=0)
    tail = Tail(logs, clock, sink, options, jitter=lambda: 0.5)
    clock.deadline, clock.at_deadline = clock.time + seconds, tail.stop
    tail.follow(groups)
    tail.run()
    return sink, tail


def steady(clock: FakeClock, count: int, *, first: float, step: float, delay: float) -> list[Event]:
    begin = clock.time + first
    return [Event(f"e{i}", begin + i * step, begin + i * step + delay) for i in range(count)]


@pytest.mark.parametrize(
    ("can", "ignored"),
    [(True, False), (False, False), (True, True)],
    ids=["newest first", "refused", "ignored"],
)
def test_each_event_comes_once_however_the_first_pass_is_ordered(can: bool, ignored: bool) -> None:
    clock = FakeClock()
    logs = ScriptedLogs(clock, can_newest_first=can, is_newest_first_ignored=ignored)
    logs.events = steady(clock, 60, first=-590, step=10, delay=90)
    sink, tail = run(clock, logs, 400)
    assert Counter(sink.ids()) == Counter(event.id for event in logs.events)
    assert tail.progress.groups[0].is_caught_up


def test_the_first_page_holds_the_newest_records() -> None:
    clock = FakeClock()
    logs = ScriptedLogs(clock, steady(clock, 30, first=-590, step=10, delay=0))
    sink, _ = run(clock, logs, 1)
    assert set(sink.arrivals[0].events.ids) == {"e27", "e28", "e29"}


def test_what_is_older_than_the_look_back_is_read_once_and_newest_first() -> None:
    clock = FakeClock()
    logs = ScriptedLogs(clock, steady(clock, 2000, first=-10_000, step=5, delay=5), page_size=100)
    sink, _ = run(clock, logs, 300, back_s=10_000)
    assert Counter(sink.ids()) == Counter(event.id for event in logs.events)
    old_s = clock.time - 300 - LOOKBACK_S - 1
    reads = [request for _, request in logs.requests if request.start_ms / 1000 < old_s]
    assert all(request.end_ms is not None for request in reads)
    firsts = [arrival.events.timestamps[0] for arrival in sink.arrivals if len(arrival.events)]
    assert firsts[0] == max(firsts)


def test_back_fill_ends_when_there_is_no_room_and_live_records_still_come() -> None:
    clock = FakeClock()
    logs = ScriptedLogs(clock, steady(clock, 700, first=-590, step=1, delay=5), page_size=20)
    sink, tail = run(clock, logs, 100, room=40)
    assert len(sink.ids(is_backfill=True)) == 40
    live = sink.ids(is_backfill=False)
    assert {f"e{i}" for i in range(600, 640)} <= set(live)
    assert len(live) == len(set(live))
    assert set(live) <= {f"e{i}" for i in range(585, 700)}
    assert tail.progress.groups[0].is_caught_up


def test_new_records_come_while_a_long_back_fill_is_under_way() -> None:
    clock = FakeClock()
    logs = ScriptedLogs(clock, steady(clock, 4000, first=-4000, step=1, delay=0), page_size=20)
    logs.events.append(Event("new", clock.time + 10, clock.time + 11))
    sink, tail = run(clock, logs, 60, back_s=4000)
    assert not tail.progress.groups[0].is_caught_up
    assert sink.ids(is_backfill=False).count("new") == 1


def test_calls_stay_within_the_budget_after_the_first_burst() -> None:
    clock = FakeClock()
    logs = ScriptedLogs(clock, steady(clock, 2000, first=-590, step=1, delay=5), page_size=5)
    run(clock, logs, 200, max_calls=0.5)
    assert 90 <= len(logs.requests) <= 200 * 0.5 + 6


def test_a_quiet_group_is_asked_seldom() -> None:
    clock = FakeClock()
    logs = ScriptedLogs(clock)
    run(clock, logs, 600)
    assert len(logs.requests) < 120


def test_what_arrives_behind_the_watermark_is_late_and_nothing_else_is() -> None:
    clock = FakeClock()
    logs = ScriptedLogs(clock, steady(clock, 120, first=-590, step=10, delay=30), page_size=100)
    logs.events.append(Event("late", clock.time + 10, clock.time + 300))
    sink, _ = run(clock, logs, 400)
    assert sink.late() == ["late"]


def test_the_watermark_is_the_last_complete_pass_less_the_longest_usual_delay() -> None:
    clock = FakeClock()
    logs = ScriptedLogs(clock, steady(clock, 90, first=-590, step=10, delay=40), page_size=1000)
    _, tail = run(clock, logs, 200)
    (group,) = tail.progress.groups
    assert group.last_pass_at is not None
    assert group.watermark is not None
    assert group.last_pass_at - 42 <= group.watermark <= group.last_pass_at - 40
    assert clock.time - group.last_pass_at <= 25


@pytest.mark.parametrize(
    "kind", [FaultKind.THROTTLED, FaultKind.NETWORK, FaultKind.EXPIRED, FaultKind.NOT_FOUND, FaultKind.DENIED]
)
def test_an_outage_of_any_length_leaves_no_gap(kind: FaultKind) -> None:
    clock = FakeClock()
    down, up = clock.time + 60, clock.time + 60 + 2 * LOOKBACK_S
    logs = ScriptedLogs(clock, page_size=50)
    logs.events = steady(clock, 300, first=-590, step=10, delay=300)
    logs.obstacles = lambda request, number: fault(kind) if down < clock.time < up else None
    sink, tail = run(clock, logs, 3 * LOOKBACK_S + 600)
    assert Counter(sink.ids()) == Counter(event.id for event in logs.events)
    assert tail.progress.groups[0].fault is None


def test_retries_wait_longer_and_longer_but_no_longer_than_a_minute() -> None:
    clock = FakeClock()
    logs = ScriptedLogs(clock, obstacles=lambda request, number: fault(FaultKind.UNAVAILABLE))
    _, tail = run(clock, logs, 600)
    times = [at for at, _ in logs.requests]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps[0] < 3
    assert gaps == sorted(gaps)
    assert max(gaps) <= 61
    state = tail.progress.groups[0]
    assert state.fault is not None
    assert state.retry_at is not None
    assert state.fault_since == pytest.approx(times[0], abs=1)


def test_throttled_calls_are_counted() -> None:
    clock = FakeClock()
    logs = ScriptedLogs(
        clock, obstacles=lambda request, number: fault(FaultKind.THROTTLED) if number <= 3 else None
    )
    _, tail = run(clock, logs, 60)
    assert (tail.progress.throttled, tail.progress.calls) == (3, len(logs.requests))


def test_one_group_that_fails_does_not_hold_up_another() -> None:
    clock = FakeClock()
    logs = ScriptedLogs(clock, steady(clock, 60, first=-590, step=10, delay=30))
    logs.obstacles = lambda request, number: fault(FaultKind.DENIED) if request.group == "other" else None
    sink, tail = run(clock, logs, 300, groups=("other", GROUP))
    assert Counter(sink.ids()) == Counter(event.id for event in logs.events)
    assert [group.fault is not None for group in tail.progress.groups] == [True, False]


def test_a_token_that_repeats_for_ever_is_a_fault_and_not_an_endless_loop() -> None:
    clock = FakeClock()

    class Repeating(ScriptedLogs):
        def page(self, request: PageRequest) -> Page:
            page = super().page(replace(request, token=None))
            return Page(page.events, "again", page.size_bytes)

    logs = Repeating(clock, steady(clock, 2, first=-100, step=10, delay=1))
    _, tail = run(clock, logs, 300)
    state = tail.progress.groups[0]
    assert state.fault is not None
    assert state.fault.code == "RepeatedToken"
    assert not state.is_caught_up


def test_a_slip_of_whoever_makes_the_calls_does_not_end_the_tail() -> None:
    clock = FakeClock()

    class Slipping(ScriptedLogs):
        def page(self, request: PageRequest) -> Page:
            page = super().page(request)
            return Page(page.events, page.next_token, 1 // (len(self.requests) - 2))

    logs = Slipping(clock, steady(clock, 20, first=-200, step=10, delay=1))
    sink, tail = run(clock, logs, 200)
    assert Counter(sink.ids()) == Counter(event.id for event in logs.events)
    assert tail.progress.groups[0].fault is None


def test_a_deleted_group_that_is_no_longer_wanted_is_let_go() -> None:
    clock = FakeClock()
    logs = ScriptedLogs(clock)
    logs.obstacles = lambda request, number: fault(FaultKind.NOT_FOUND) if number > 3 else None
    sink = Collector()
    tail = Tail(logs, clock, sink, TailOptions(clock.time, LOOKBACK_S, 1.0, workers=0), jitter=lambda: 0.5)
    clock.deadline, clock.at_deadline = clock.time + 30, tail.stop
    tail.follow([GROUP])
    sink.changed = lambda: tail.follow([]) if tail.progress.groups else None  # type: ignore[method-assign]
    tail.run()
    assert tail.progress.groups == ()


def test_stop_ends_a_wait_at_once() -> None:
    clock = SystemClock()
    tail = Tail(
        ScriptedLogs(FakeClock()), clock, Collector(), TailOptions(0.0, LOOKBACK_S, 1.0), jitter=lambda: 0.5
    )
    thread = threading.Thread(target=tail.run, daemon=True)
    thread.start()
    began = time.monotonic()
    tail.stop()
    thread.join(timeout=5)
    assert not thread.is_alive()
    assert time.monotonic() - began < 2


@st.composite
def worlds(
    draw: st.DrawFn,
) -> tuple[list[tuple[float, float, int]], int, list[FaultKind | None], float, bool]:
    """Events as (start, delay, stream), a page size, what meets each call, how far back, and newest-first."""
    arrivals = st.tuples(
        st.integers(-3000, 900).map(float), st.integers(0, int(LOOKBACK_S)).map(float), st.integers(0, 2)
    )
    kinds = st.sampled_from([None, None, None, FaultKind.THROTTLED, FaultKind.NETWORK, FaultKind.EXPIRED])
    return (
        draw(st.lists(arrivals, max_size=60)),
        draw(st.integers(1, 20)),
        draw(st.lists(kinds, max_size=40)),
        draw(st.sampled_from([300.0, 900.0, 3000.0])),
        draw(st.booleans()),
    )


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_nothing_is_lost_and_nothing_comes_twice(
    world: tuple[list[tuple[float, float, int]], int, list[FaultKind | None], float, bool],
) -> None:
    found, page_size, kinds, back_s, can_newest_first = world
    clock = FakeClock()
    logs = ScriptedLogs(clock, page_size=page_size, can_newest_first=can_newest_first)
    logs.events = [
        Event(f"{i % 7}", clock.time + start, clock.time + start + delay, f"eni-{stream}-{i // 7}")
        for i, (start, delay, stream) in enumerate(found)
    ]

    def obstacle(request: PageRequest, number: int) -> Fault | None:
        kind = kinds[number - 1] if number <= len(kinds) else None
        return None if kind is None else fault(kind)

    logs.obstacles = obstacle
    begin = clock.time - back_s
    sink, _ = run(clock, logs, 5000, back_s=back_s, max_calls=2.0)
    got = Counter(
        key
        for arrival in sink.arrivals
        for key in zip(arrival.events.streams, arrival.events.ids, strict=True)
    )
    wanted = Counter((event.stream, event.id) for event in logs.events if event.start >= begin)
    certain = Counter(
        (event.stream, event.id)
        for event in logs.events
        if event.start >= begin
        and (event.arrives <= begin + back_s or event.arrives - event.start <= LOOKBACK_S)
    )
    assert certain <= got <= wanted
