"""A busy log group in simulated time: many events, and how long each took to be shown."""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field

from flowtui.monitor.outside import Fault, FaultError, Page, PageRequest
from flowtui.monitor.sources.group import Arrival
from flowtui.monitor.sources.tail import Tail, TailOptions
from flowtui.records.events import LogEvents
from tests.unit.monitor.scripted import GROUP, FakeClock


@dataclass
class BusyLogs:
    """Events as (start, arrival) in ms, ascending; each event's number is its id."""

    clock: FakeClock
    events: list[tuple[int, int]]
    page_size: int = 7000
    latency_s: float = 0.15
    obstacles: Callable[[int], Fault | None] = lambda number: None
    calls: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.events.sort()
        self._starts = [start for start, _ in self.events]

    def page(self, request: PageRequest) -> Page:
        self.calls.append(self.clock.time)
        self.clock.advance(self.latency_s)
        obstacle = self.obstacles(len(self.calls))
        if obstacle is not None:
            raise FaultError(obstacle)
        now_ms = int(self.clock.time * 1000)
        first = bisect_left(self._starts, request.start_ms)
        end = len(self._starts) if request.end_ms is None else bisect_left(self._starts, request.end_ms)
        places = range(end - 1, first - 1, -1) if request.newest_first else range(first, end)
        if request.token is not None:
            places = places[places.index(int(request.token)) :]
        rows: list[int] = []
        token = None
        for at in places:
            if self.events[at][1] <= now_ms:
                if len(rows) == self.page_size:
                    token = str(at)
                    break
                rows.append(at)
        return Page(self._columns(rows), token, 130 * len(rows))

    def _columns(self, rows: list[int]) -> LogEvents:
        times, arrivals = [self.events[at][0] for at in rows], [self.events[at][1] for at in rows]
        return LogEvents(["eni-1-all"] * len(rows), times, arrivals, list(map(str, rows)), [""] * len(rows))


@dataclass
class Watch:
    """Notes when each event was shown."""

    clock: FakeClock
    shown: dict[str, float] = field(default_factory=dict)
    twice: int = 0
    backfilled: set[str] = field(default_factory=set)

    def arrived(self, arrival: Arrival) -> bool:
        for event_id in arrival.events.ids:
            self.twice += event_id in self.shown
            self.shown[event_id] = self.clock.time
        if arrival.is_backfill:
            self.backfilled.update(arrival.events.ids)
        return True

    def changed(self) -> None:
        pass


@dataclass(frozen=True)
class Outcome:
    """What became of a simulation."""

    lost: int
    twice: int
    median_s: float
    p95_s: float
    calls: int
    tail: Tail
    shown: dict[str, float]
    """When each event was shown, by its id."""


def steady(
    clock: FakeClock, rate: float, seconds: float, age_s: Callable[[random.Random], float], before_s: float
) -> list[tuple[int, int]]:
    """Events of so many a second, from `before_s` ago on; seeded."""
    rng = random.Random(1)
    begin = clock.time - before_s
    starts = (begin + number / rate for number in range(int((seconds + before_s) * rate)))
    return [(int(start * 1000), int((start + age_s(rng)) * 1000)) for start in starts]


def simulate(
    logs: BusyLogs,
    seconds: float,
    *,
    lookback_s: float,
    max_calls: float,
    warm_s: float = 60.0,
    sweep_s: float = 21_600.0,
) -> Outcome:
    """Tails for so long; events that arrive in the first `warm_s` are not timed."""
    clock, began = logs.clock, logs.clock.time
    watch = Watch(clock)
    options = TailOptions(began - lookback_s, lookback_s, max_calls, sweep_s, workers=0)
    tail = Tail(logs, clock, watch, options, jitter=lambda: 0.5)
    clock.deadline, clock.at_deadline = began + seconds, tail.stop
    tail.follow([GROUP])
    tail.run()
    delays: list[float] = []
    lost = 0
    settled_ms = (began + seconds - 2 * lookback_s / 3) * 1000
    for number, (start, arrival) in enumerate(logs.events):
        shown = watch.shown.get(str(number))
        is_wanted = start >= (began - lookback_s) * 1000 and arrival <= settled_ms
        lost += is_wanted and shown is None
        if shown is not None and (began + warm_s) * 1000 <= arrival:
            delays.append(shown - arrival / 1000)
    delays.sort()
    return Outcome(
        lost,
        watch.twice,
        delays[len(delays) // 2],
        delays[int(len(delays) * 0.95)],
        len(logs.calls),
        tail,
        watch.shown,
    )
