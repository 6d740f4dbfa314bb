"""The tail of one log group: which page to ask for next, and what a page brings that is new.

Pure: no thread, no clock, no call; all times are AWS's. Three readings share the calls: the back-fill, once;
the look-back window, for ever; and the sweep of what lies behind it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flowtui.monitor.outside import Fault, FaultKind, Page
from flowtui.monitor.sources.asks import Ask, Extent, Purpose
from flowtui.monitor.sources.backfill import Backfill
from flowtui.monitor.sources.chain import Chain
from flowtui.monitor.sources.delays import Delays
from flowtui.monitor.sources.schedule import Choice
from flowtui.monitor.sources.seen import SeenIds
from flowtui.monitor.sources.sweep import Sweep
from flowtui.monitor.sources.trouble import Trouble
from flowtui.monitor.sources.window import Look, Offer, Window
from flowtui.records.events import LogEvents

_LOST_TOKENS = 2
"""So many refused tokens in a row cost nothing but the range; more are a fault."""

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
    is_swept: bool = False
    """Whether the sweep found them: they arrived later than the look-back."""


class GroupReader:
    """Asks, takes and remembers for one log group. Not thread-safe."""

    def __init__(
        self,
        group: str,
        extent: Extent,
        jitter: Callable[[], float],
        *,
        seen: SeenIds | None = None,
        delays: Delays | None = None,
        before: GroupReader | None = None,
        pattern: str | None = None,
    ) -> None:
        """With `seen`, all was read at the extent's time. What `before` has taken is not taken again."""
        self.group = group
        self.delays: Delays = before.delays if before is not None else delays or Delays()
        self.trouble = Trouble(jitter)
        self.newest_ms: int | None = None if before is None else before.newest_ms
        self.events: int = 0 if before is None else before.events
        self.backfilled: int = 0 if before is None else before.backfilled
        self.late = self.swept = 0
        self.pattern = pattern
        known = seen if before is None else before.seen
        self.seen: SeenIds = SeenIds() if known is None else known
        self._extent = extent
        self._under_way: dict[Ask, None] = {}
        self._next_pages: list[Look] = []
        self._lost_tokens = 0
        self._is_window_whole = seen is not None
        self._watermark: float | None = None
        self._window: Window | None = None
        self._sweep: Sweep | None = None
        self._backfill: Backfill | None = None
        if seen is not None:
            self._open_window(extent.window_ms, extent.now)
            self._note_progress(extent.now)
        else:
            now_ms = int(extent.now * 1000)
            self._backfill = Backfill(group, extent.begin_ms, extent.window_ms, now_ms, pattern=pattern)

    # How it stands

    @property
    def began_at(self) -> float:
        """When its reading began."""
        return self._extent.now

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
        return complete_ms is not None and complete_ms <= self._extent.window_ms

    @property
    def watermark(self) -> float | None:
        """The event time up to which the records are complete; None before the first complete reading."""
        return self._watermark

    @property
    def last_pass_at(self) -> float | None:
        """When the oldest of the readings began that together make up the window."""
        return self._window.last_pass_at if self._window is not None and self.has_window else None

    @property
    def last_look_at(self) -> float | None:
        """The same for the slices that get records, each by what it gets."""
        return self._window.last_look_at if self._window is not None and self.has_window else None

    @property
    def pages(self) -> float:
        """Calls that one reading of the whole window takes."""
        return 1.0 if self._window is None else self._window.pages

    @property
    def sweep(self) -> Sweep | None:
        """What lies behind the window; None where it is not swept."""
        return self._sweep

    # What to ask for

    def ready_at(self, now: float) -> float | None:
        """From when on it may ask; None: not before an answer has come."""
        # While it fails, one try at a time.
        if self.trouble.fault is not None and self._under_way:
            return None
        return max(now, self.trouble.retry_at or now)

    def next_page(self, now: float) -> Ask | None:
        """The next page of a reading that was begun."""
        if not self._next_pages:
            return None
        look = self._next_pages.pop(0)
        return self._ask(Purpose.LOOK, look.chain, now, look)

    def backfill(self, now: float) -> Ask | None:
        """The next page of the back-fill."""
        if not self.can_backfill or self._backfill is None:
            return None
        return self._ask(Purpose.BACKFILL, self._backfill.chain, now)

    @property
    def can_backfill(self) -> bool:
        """Whether there is more of the back-fill to be asked for now."""
        return not self.is_caught_up and not self._is_asking(Purpose.BACKFILL)

    def offer(self, now: float) -> Offer | None:
        """What of the window is best read next."""
        return None if self._window is None else self._window.offer(now)

    def stale(self, now: float, before: float) -> Choice | None:
        """What of the window was not read since `before` and should be."""
        return None if self._window is None else self._window.stale(now, before)

    def look(self, choice: Choice, now: float) -> Ask | None:
        """The first page of a new reading."""
        if self._window is None:
            return None
        look = self._window.begin(choice, now)
        return self._ask(Purpose.LOOK, look.chain, now, look)

    @property
    def can_sweep(self) -> bool:
        """Whether there is something to be swept, and nothing more urgent."""
        sweep = self._sweep
        is_idle = sweep is not None and not sweep.is_empty and not self._is_asking(Purpose.SWEEP)
        return is_idle and self.is_caught_up and self.trouble.fault is None

    def swept_next(self, now: float) -> Ask | None:
        """The next page of the sweep."""
        sweep, window = self._sweep, self._window
        if sweep is None or window is None or not self.can_sweep:
            return None
        return self._ask(Purpose.SWEEP, sweep.chain or sweep.begin(window.cost), now)

    # What comes of it

    def received(self, ask: Ask, page: Page, now: float) -> Arrival:
        """Takes a page: what of it is new."""
        self._under_way.pop(ask, None)
        watermark = self._watermark
        if ask.purpose is Purpose.SWEEP and self._sweep is not None:
            fresh = self._sweep.received(page) if ask.chain is self._sweep.chain else LogEvents()
        elif ask.look is not None and self._window is not None:
            fresh = self._looked(ask.look, page, now)
        else:
            fresh = self._backfilled(ask, page, now)
        self.delays.add(fresh, ask.sent_at if ask.purpose is Purpose.BACKFILL else None)
        self._count(fresh, ask.purpose)
        if ask.chain.is_stalled:
            self._fail(ask, STALLED, now)
        else:
            self._recovered(is_whole=ask.chain.is_done)
        late = _lateness(fresh, watermark) if ask.purpose is Purpose.LOOK else None
        self.late += sum(late or ())
        is_backfill, is_swept = ask.purpose is Purpose.BACKFILL, ask.purpose is Purpose.SWEEP
        return Arrival(self.group, fresh, is_backfill, late, is_swept)

    def failed(self, ask: Ask, fault: Fault, now: float) -> None:
        """Takes a failure: the reading goes on later, from its range and not from its token."""
        self._under_way.pop(ask, None)
        chain, backfill = ask.chain, self._backfill
        is_invalid = fault.kind is FaultKind.INVALID
        if is_invalid and chain.newest_first and not chain.has_token and backfill is not None:
            if chain is backfill.chain:
                backfill.refuse_newest_first()
        elif is_invalid and chain.has_token and self._lost_tokens < _LOST_TOKENS:
            # The token is at fault: nothing that waiting would cure.
            self._lost_tokens += 1
            self._drop(ask)
        else:
            self._fail(ask, fault, now)

    def end_backfill(self, now: float) -> None:
        """There is no room for older records: the back-fill ends."""
        if self._backfill is not None and not self._backfill.is_done:
            self._backfill.end()
            self._note_covered(now)

    def use_pattern(self, pattern: str | None, now: float) -> None:
        """Asks by this pattern from now on, for the window anew; ids stay."""
        self.pattern = pattern
        self._next_pages.clear()
        if self._backfill is not None and not self._backfill.is_done:
            self._backfill.use_pattern(pattern)
        if self._window is not None:
            self._window.use_pattern(pattern, now)
            if self._sweep is not None:
                self._sweep.use_pattern(pattern, self._window.floor_ms)
        self._watermark = None

    def distrust(self, now: float) -> None:
        """Our clock turned out to be fast: what seems to lie ahead of now does not count."""
        self.trouble.distrust(now)
        if self._window is not None:
            self._window.distrust(now)

    def _ask(self, purpose: Purpose, chain: Chain, now: float, look: Look | None = None) -> Ask:
        ask = Ask(purpose, chain, chain.request(), now, look)
        self._under_way[ask] = None
        return ask

    def _is_asking(self, purpose: Purpose) -> bool:
        return any(ask.purpose is purpose for ask in self._under_way)

    def _count(self, fresh: LogEvents, purpose: Purpose) -> None:
        self.events += len(fresh)
        self.backfilled += len(fresh) if purpose is Purpose.BACKFILL else 0
        self.swept += len(fresh) if purpose is Purpose.SWEEP else 0
        if len(fresh):
            self.newest_ms = max(self.newest_ms or 0, max(fresh.timestamps))

    def _looked(self, look: Look, page: Page, now: float) -> LogEvents:
        window = self._window
        if window is None:
            return LogEvents()
        fresh = window.received(look, page, now)
        if not look.chain.is_done and not look.is_void:
            self._next_pages.append(look)
        elif not look.is_void:
            self._note_progress(now)
        return fresh

    def _backfilled(self, ask: Ask, page: Page, now: float) -> LogEvents:
        fresh = self.seen.take(page.events)
        backfill = self._backfill
        if backfill is not None and ask.chain is backfill.chain and not backfill.is_done:
            backfill.received(page)
            self._note_covered(now)
        return fresh

    def _note_covered(self, now: float) -> None:
        """The back-fill has got further: the window takes that over."""
        covered_ms = None if self._backfill is None else self._backfill.covered_ms
        if covered_ms is None:
            return
        floor_ms = max(covered_ms, self._extent.window_ms)
        if self._window is None:
            self._open_window(floor_ms, now)
        elif floor_ms < self._window.floor_ms and not self._is_window_whole:
            self._window.lower(floor_ms, self._extent.now)
        if self._sweep is not None:
            self._sweep.lower(covered_ms)
        self._note_progress(now)

    def _open_window(self, floor_ms: int, now: float) -> None:
        extent = self._extent
        self._window = Window(
            self.group,
            extent.lookback_s,
            floor_ms,
            now,
            read_at=extent.now,
            seen=self.seen,
            delays=self.delays,
            pattern=self.pattern,
        )
        if extent.sweep_s > 0:
            self._sweep = Sweep(self.group, self.seen, floor_ms, self.pattern)
            self.seen.forgotten = self._sweep.learn

    def _note_progress(self, now: float) -> None:
        window = self._window
        if window is None:
            return
        window.learn(now)
        if self.has_window:
            self._is_window_whole = True
            window.retire()
            delay_s = self.delays.quantile_s(0.99)
            self._watermark = window.watermark(self._extent.lookback_s if delay_s is None else delay_s)
            self._forget(window, now)

    def _forget(self, window: Window, now: float) -> None:
        backfill, sweep = self._backfill, self._sweep
        kept = None if backfill is None or backfill.is_done else backfill.slice_ms
        self.seen.forget(window.floor_ms, but=kept)
        if sweep is not None and self.is_caught_up:
            sweep.move(int((now - self._extent.sweep_s) * 1000), window.floor_ms)

    def _fail(self, ask: Ask, fault: Fault, now: float) -> None:
        self._drop(ask)
        self.trouble.failed(fault, ask.sent_at, now)

    def _drop(self, ask: Ask) -> None:
        if ask.look is not None and self._window is not None:
            if ask.look in self._next_pages:
                self._next_pages.remove(ask.look)
            self._window.failed(ask.look)
        elif ask.purpose is Purpose.SWEEP and self._sweep is not None:
            self._sweep.failed()
        else:
            ask.chain.failed()

    def _recovered(self, *, is_whole: bool) -> None:
        self.trouble.answered()
        self._lost_tokens = 0 if is_whole else self._lost_tokens
        # The first page after a token that repeats says nothing: the next one may repeat again.
        if self.trouble.fault is not STALLED or is_whole:
            self.trouble.ended()


def _lateness(events: LogEvents, watermark: float | None) -> tuple[bool, ...] | None:
    if watermark is None:
        return None
    late = tuple(timestamp < watermark * 1000 for timestamp in events.timestamps)
    return late if any(late) else None
