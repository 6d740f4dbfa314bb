"""The tail of one log group: which page to ask for next, and what a page brings that is new.

Pure: no thread, no clock, no call. Three readings take turns: the back-fill, once; the head of the window,
where nearly all records arrive, often; the whole window, seldom but to the end, which alone completes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flowtui.monitor.outside import Fault, FaultKind, Page, PageRequest
from flowtui.monitor.sources.backfill import Backfill
from flowtui.monitor.sources.backoff import Backoff
from flowtui.monitor.sources.chain import Chain
from flowtui.monitor.sources.delays import Delays
from flowtui.monitor.sources.pace import Pace
from flowtui.monitor.sources.seen import SeenIds
from flowtui.monitor.sources.window import Window
from flowtui.records.events import LogEvents

_MARGIN_MS = 120_000
"""Ids are kept for so long behind the window: a start may lie a minute beside its packets."""

_HEAD_MIN_S = 120.0
_HEAD_SHARE = 0.9
"""The share of the records for whose delay the head is made long enough, and by half longer."""

STALLED = Fault(
    FaultKind.UNREADABLE,
    "logs:FilterLogEvents",
    "AWS repeats a page token instead of going on.",
    "It is tried again from where it got to.",
    "RepeatedToken",
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Log events that were not seen before, of one page."""

    group: str
    events: LogEvents
    is_backfill: bool
    """Whether they were there before the tail began: history, and no news."""
    is_late: tuple[bool, ...] | None = None
    """For each event whether it arrived behind the watermark; None where none did."""


class GroupReader:
    """Asks, takes and remembers for one log group. Not thread-safe."""

    def __init__(
        self,
        group: str,
        *,
        begin_s: float,
        lookback_s: float,
        now: float,
        jitter: Callable[[], float],
        seen: SeenIds | None = None,
        newest_first: bool = True,
    ) -> None:
        """With `seen`, everything since the beginning was read already, at `now`, and is not read again."""
        self.group = group
        self.window = Window(begin_s, lookback_s, now)
        self.delays = Delays()
        self.fault: Fault | None = None
        self.fault_since: float | None = None
        self.retry_at: float | None = None
        self.last_pass_at: float | None = None
        self.last_look_at: float | None = None
        self.newest_ms: int | None = None
        self.events = 0
        self.backfilled = 0
        self._lookback_s = lookback_s
        self._began_at = now
        self._seen = SeenIds() if seen is None else seen
        self._backfill: Backfill | None = None
        if seen is None:
            begin_ms, window_ms = self.window.begin_ms, self.window.start_ms(now)
            self._backfill = Backfill(group, begin_ms, window_ms, int(now * 1000), newest_first=newest_first)
        self._window_ms = self.window.start_ms(now)
        self._backoff = Backoff(jitter)
        self._pace = Pace(now)
        self._head: Chain | None = None
        self._full: Chain | None = None
        self._head_began_at = self._full_began_at = now
        self._asked = Chain(group, self._window_ms)

    @property
    def is_caught_up(self) -> bool:
        """Whether everything since the beginning was read once, or given up for lack of room."""
        return self._backfill is None or self._backfill.is_done

    @property
    def has_window(self) -> bool:
        """Whether the window has been read once."""
        if self._backfill is None or self._backfill.is_done:
            return True
        complete_ms = self._backfill.complete_ms
        return complete_ms is not None and complete_ms <= self._window_ms

    @property
    def watermark(self) -> float | None:
        """Epoch seconds up to which the records are complete; None before the first complete reading."""
        delay_s = self.delays.quantile_s(0.99)
        if self.last_pass_at is None:
            return None
        return self.last_pass_at - (self._lookback_s if delay_s is None else delay_s)

    def due_at(self, now: float) -> float:
        """When the next page may be asked for, epoch seconds."""
        if self.retry_at is not None:
            return self.retry_at
        if not self.is_caught_up or self._head is not None or self._full is not None:
            return now
        return self._pace.due_at

    def request(self, now: float) -> PageRequest:
        """The next page to ask for; its answer goes to `received` or `failed`."""
        self._asked = self._choose(now)
        return self._asked.request()

    def received(self, page: Page, now: float) -> Arrival:
        """Takes a page: what of it is new."""
        chain, backfill = self._asked, self._backfill
        watermark = self.watermark
        fresh = self._seen.take(page.events)
        self.delays.add(fresh)
        self.events += len(fresh)
        if len(fresh):
            self.newest_ms = max(self.newest_ms or 0, max(fresh.timestamps))
        is_backfill = backfill is not None and chain is backfill.chain
        if backfill is not None and is_backfill:
            self._backfilled(backfill, page, len(fresh))
        else:
            self._looked(chain, page, len(fresh), now)
        if chain.is_stalled:
            self.failed(STALLED, now)
        else:
            self._recovered(is_whole=chain.is_done)
        return Arrival(self.group, fresh, is_backfill, None if is_backfill else _lateness(fresh, watermark))

    def failed(self, fault: Fault, now: float) -> None:
        """Takes a failure: the reading goes on later, from its range and not from its token."""
        chain, backfill = self._asked, self._backfill
        is_refused = fault.kind is FaultKind.INVALID and chain.newest_first and not chain.has_token
        if is_refused and backfill is not None and chain is backfill.chain:
            backfill.refuse_newest_first()
            return
        chain.failed()
        self.retry_at = now + self._backoff.failed(fault)
        self.fault, self.fault_since = fault, now if self.fault_since is None else self.fault_since

    def _recovered(self, *, is_whole: bool) -> None:
        self.retry_at = None
        # The first page after a token that repeats says nothing: the next one may repeat again.
        if self.fault is not STALLED or is_whole:
            self._backoff.succeeded()
            self.fault = self.fault_since = None

    def end_backfill(self) -> None:
        """There is no room for older records: the back-fill ends."""
        if self._backfill is not None and not self._backfill.is_done:
            self._backfill.end()

    def _choose(self, now: float) -> Chain:
        is_busy = self._full is not None or not self.is_caught_up
        if self._head is None and self._full is None and self.has_window and self._pace.is_full_due(now):
            self._begin_full(now)
        elif self._head is None and self._can_look and self._pace.is_head_due(now, is_busy=is_busy):
            self._begin_look(now)
        if self._head is not None:
            return self._head
        if self._full is not None:
            return self._full
        if self._backfill is not None and not self._backfill.is_done:
            return self._backfill.chain
        return self._begin_full(now)

    @property
    def _can_look(self) -> bool:
        return self._backfill is None or self._backfill.covered_ms is not None

    def _start_ms(self, now: float) -> int:
        """Where the window begins, above what the back-fill has still to bring."""
        covered_ms = None if self._backfill is None else self._backfill.covered_ms
        return max(self.window.start_ms(now), covered_ms or 0)

    def _begin_look(self, now: float) -> None:
        start_ms = self._start_ms(now)
        delay_s = self.delays.quantile_s(_HEAD_SHARE)
        head_s = self._lookback_s if delay_s is None else max(_HEAD_MIN_S, 1.5 * delay_s)
        head_ms = max(start_ms, int((now - head_s) * 1000))
        if head_ms == start_ms and self._full is None and self.has_window:
            self._begin_full(now)
            return
        self._head, self._head_began_at = Chain(self.group, head_ms), now
        self._pace.begin_head(now)

    def _begin_full(self, now: float) -> Chain:
        self._full, self._full_began_at = Chain(self.group, self._start_ms(now)), now
        self._pace.begin_full(now)
        return self._full

    def _backfilled(self, backfill: Backfill, page: Page, fresh: int) -> None:
        had_window = self.has_window
        backfill.received(page)
        self.backfilled += fresh
        if self.has_window and not had_window:
            self.last_pass_at = self.last_look_at = self._began_at
        self._forget()

    def _looked(self, chain: Chain, page: Page, fresh: int, now: float) -> None:
        chain.received(page)
        self._pace.note(fresh)
        if not chain.is_done:
            return
        if chain is self._head:
            self._head, self.last_look_at = None, self._head_began_at
            self._pace.end_head(now)
            return
        self._full = None
        self.last_pass_at = self.last_look_at = self._full_began_at
        self.window.completed(self._full_began_at)
        self._pace.end_full(now)
        self._forget()

    def _forget(self) -> None:
        backfill = self._backfill
        kept = None if backfill is None or backfill.is_done else backfill.slice_ms
        self._seen.forget(self.window.start_ms(self._full_began_at) - _MARGIN_MS, but=kept)


def _lateness(events: LogEvents, watermark: float | None) -> tuple[bool, ...] | None:
    if watermark is None:
        return None
    late = tuple(timestamp < watermark * 1000 for timestamp in events.timestamps)
    return late if any(late) else None
