"""Finite readings of log groups, for commands that print: a range ascending, or its newest events.

Each event once; what fails for a while is waited out, what fails for good is raised. Works on its caller's
thread. Knows no record format.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from flowtui.monitor.outside import Clock, Fault, FaultError, FaultKind, Logs, Page
from flowtui.monitor.sources.backfill import Backfill
from flowtui.monitor.sources.backoff import Backoff
from flowtui.monitor.sources.budget import Budget
from flowtui.monitor.sources.chain import Chain, Order, order_of
from flowtui.monitor.sources.delays import Delays
from flowtui.monitor.sources.group import STALLED
from flowtui.monitor.sources.seen import SeenIds
from flowtui.monitor.sources.servertime import ServerTime
from flowtui.records.events import LogEvents

_MARGIN_MS = 120_000
"""How far behind the newest event ids are kept, so that a page read again brings nothing twice."""


def _all(events: LogEvents) -> LogEvents:
    return events


def _no_pattern(group: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Range:
    """From when to when, in ms of event time, both included; an end of None is no bound."""

    begin_ms: int
    end_ms: int | None = None

    @property
    def asked_end_ms(self) -> int | None:
        """The end to ask AWS for: one more, since an event of just the end may be left out (aws-cli#4262)."""
        return None if self.end_ms is None else self.end_ms + 1

    def within(self, events: LogEvents) -> LogEvents:
        """Those of the events that are in it."""
        end_ms = self.end_ms
        if end_ms is None or not len(events) or max(events.timestamps) <= end_ms:
            return events
        return events.take([row for row, time_ms in enumerate(events.timestamps) if time_ms <= end_ms])


class Reader:
    """Makes the calls of finite readings, within a budget."""

    def __init__(
        self,
        logs: Logs,
        clock: Clock,
        max_calls: float,
        jitter: Callable[[], float],
        waiting: Callable[[str, Fault, float], None],
        patience: int | None = None,
        pattern_of: Callable[[str], str | None] = _no_pattern,
    ) -> None:
        """`waiting` is told of a group, a fault and the seconds until it is tried again.

        After `patience` failures in a row of one group a passing fault is raised too. None: never, and once
        a group was read, a lasting one (a sign-in that expires, a denial) is waited out as well.
        `pattern_of` gives a group's filter pattern, or None.
        """
        self._logs = logs
        self._clock = clock
        self._jitter = jitter
        self._waiting = waiting
        self._patience = patience
        self._pattern_of = pattern_of
        self._never = threading.Event()
        self._answered: set[str] = set()
        self.delays: defaultdict[str, Delays] = defaultdict(Delays)
        """How long the records of each group were under way."""
        self.budget = Budget(max_calls, clock.now())
        self.time = ServerTime(clock)
        self.throttled = 0

    def ascending(
        self, group: str, wanted: Range, seen: SeenIds, keep_ms: int | None = None
    ) -> Iterator[LogEvents]:
        """The range's events page by page, oldest first. Raises FaultError.

        `seen` takes the ids, and keeps those since `keep_ms`, if it is given.
        """
        chain = Chain(group, wanted.begin_ms, wanted.asked_end_ms, pattern=self._pattern_of(group))
        backoff = Backoff(self._jitter)
        while not chain.is_done:
            page = self._page(chain, backoff)
            if page is None:
                continue
            chain.received(page)
            fresh = seen.take(page.events)
            self.delays[group].add(fresh, self.time.now())
            yield wanted.within(fresh)
            if chain.order is Order.ASCENDING and chain.frontier_ms is not None:
                before_ms = chain.frontier_ms - _MARGIN_MS
                # Reckoned by a clock that is fast, what is to be kept would begin too late.
                fast_ms = int(min(0.0, self.time.offset_s) * 1000)
                seen.forget(before_ms if keep_ms is None else min(before_ms, keep_ms + fast_ms))

    def newest(
        self,
        group: str,
        wanted: Range,
        count: int,
        seen: SeenIds,
        window_ms: int | None = None,
        chosen: Callable[[LogEvents], LogEvents] = _all,
    ) -> tuple[LogEvents, int]:
        """At least the newest `count` events of the range, oldest first, and from when on it was read.

        Only those count, and are given, that `chosen` leaves of each page's new ones. With `window_ms` it is
        read back to there at least. Raises FaultError.
        """
        now_ms = int(self._clock.now() * 1000)
        end_ms = wanted.asked_end_ms
        first_ms = now_ms - _FIRST_LOOK_MS if window_ms is None else window_ms
        backfill = Backfill(
            group,
            wanted.begin_ms,
            min(first_ms, end_ms or first_ms),
            now_ms,
            end_ms=end_ms,
            pattern=self._pattern_of(group),
        )
        backoff = Backoff(self._jitter)
        found: list[LogEvents] = []
        while not (backfill.is_done or _is_enough(backfill, found, count, window_ms)):
            page = self._page(backfill.chain, backoff, backfill)
            if page is not None:
                fresh = seen.take(page.events)
                self.delays[group].add(fresh, self.time.now())
                events = chosen(wanted.within(fresh))
                if order_of(page.events.timestamps) is Order.DESCENDING:
                    # So that what is of one time is in the order of an ascending reading.
                    found.insert(0, events.take(range(len(events))[::-1]))
                else:
                    found.append(events)
                backfill.received(page)
        floor_ms = wanted.begin_ms if backfill.is_done else backfill.covered_ms
        return _joined(found), wanted.begin_ms if floor_ms is None else floor_ms

    def _page(self, chain: Chain, backoff: Backoff, backfill: Backfill | None = None) -> Page | None:
        """The next page; None after a passing fault has been waited out. Raises FaultError."""
        if chain.is_stalled:
            self._wait_out(chain, STALLED, backoff)
        self._pause(self.budget.delay(self._clock.now()))
        self.budget.take(self._clock.now())
        sent_at = self.time.now()
        try:
            page = self._logs.page(chain.request())
        except FaultError as error:
            is_refused = error.fault.kind is FaultKind.INVALID and chain.newest_first and not chain.has_token
            if is_refused and backfill is not None:
                backfill.refuse_newest_first()
                return None
            self._wait_out(chain, error.fault, backoff)
            return None
        self.time.answered(page, sent_at, self.time.now())
        backoff.succeeded()
        self._answered.add(chain.group)
        return page

    def _wait_out(self, chain: Chain, fault: Fault, backoff: Backoff) -> None:
        self.throttled += fault.kind is FaultKind.THROTTLED
        is_token = fault.kind is FaultKind.INVALID and chain.has_token
        is_tired = self._patience is not None and backoff.failures >= self._patience
        is_stayer = self._patience is None and chain.group in self._answered
        if is_tired or (fault.kind.is_lasting and not is_token and not is_stayer):
            raise FaultError(fault)
        chain.failed()
        if is_token and not backoff.failures:
            # The token is at fault: nothing that waiting would cure.
            backoff.failures += 1
            return
        wait_s = backoff.failed(fault)
        self._waiting(chain.group, fault, wait_s)
        self._pause(wait_s)

    def _pause(self, seconds: float) -> None:
        if seconds > 0:
            self._clock.wait(self._never, seconds)


_FIRST_LOOK_MS = 1_800_000
"""How far back the first look for the newest events goes."""


def _is_enough(backfill: Backfill, found: Sequence[LogEvents], count: int, window_ms: int | None) -> bool:
    covered_ms = backfill.covered_ms
    if covered_ms is None or (window_ms is not None and covered_ms > window_ms):
        return False
    # What has the very time of the edge may be read in part only.
    certain = (time_ms > covered_ms for page in found for time_ms in page.timestamps)
    return sum(certain) >= count


def _joined(pages: Sequence[LogEvents]) -> LogEvents:
    """All events, oldest first; what is of one time stays in the order of its page."""
    whole = LogEvents(
        [stream for page in pages for stream in page.streams],
        [time_ms for page in pages for time_ms in page.timestamps],
        [time_ms for page in pages for time_ms in page.ingestions],
        [event_id for page in pages for event_id in page.ids],
        [message for page in pages for message in page.messages],
    )
    return whole.take(sorted(range(len(whole)), key=whole.timestamps.__getitem__))


def merged(
    readings: Sequence[Iterator[LogEvents]], render: Callable[[int, LogEvents], Sequence[str]]
) -> Iterator[list[str]]:
    """What `render` makes of each event, one text for each, ascending by event time over all readings.

    `render` is given the number of the reading. A piece is yielded once every reading has got as far.
    """
    if len(readings) == 1:
        for only in readings[0]:
            yield list(render(0, only))
        return
    edges: dict[int, int] = dict.fromkeys(range(len(readings)), -1)
    waiting: list[tuple[int, str]] = []
    while edges:
        slowest = min(edges, key=edges.__getitem__)
        page = next(readings[slowest], None)
        if page is None:
            del edges[slowest]
        elif len(page):
            waiting += zip(page.timestamps, render(slowest, page), strict=True)
            edges[slowest] = max(edges[slowest], *page.timestamps[-1:])
        waiting.sort(key=lambda pair: pair[0])
        edge = min(edges.values(), default=None)
        ready = len(waiting) if edge is None else sum(time_ms <= edge for time_ms, _ in waiting)
        if ready:
            yield [text for _, text in waiting[:ready]]
            del waiting[:ready]
