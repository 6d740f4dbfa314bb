"""The tail: reads log groups for ever, each event once, within a budget of calls, whatever fails.

One thread, which waits on an event and never sleeps; calls are made beside it. Knows no record format, no
store and no screen.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from flowtui.monitor.outside import Clock, Fault, FaultKind, Logs, Page
from flowtui.monitor.sources.asks import Ask, Extent, Purpose
from flowtui.monitor.sources.budget import Budget
from flowtui.monitor.sources.calls import Calls, InlineCalls, PooledCalls, unforeseen
from flowtui.monitor.sources.delays import Delays
from flowtui.monitor.sources.group import Arrival, GroupReader
from flowtui.monitor.sources.progress import GroupProgress, TailProgress, Traffic, progress_of
from flowtui.monitor.sources.seen import SeenIds
from flowtui.monitor.sources.servertime import ServerTime
from flowtui.monitor.sources.sweep import DIGESTS
from flowtui.monitor.sources.turns import Turns

__all__ = ["GroupProgress", "Sink", "Tail", "TailOptions", "TailProgress", "unforeseen"]

_IDLE_S = 3600.0
"""The longest wait where nothing is to be read; whatever changes that ends it."""


class Sink(Protocol):
    """Where the tail puts what it finds; called on the tail's thread."""

    def arrived(self, arrival: Arrival) -> bool:
        """New events of one page, possibly none; False: there is no room for more back-fill."""

    def changed(self) -> None:
        """How the tail stands has changed."""


@dataclass(frozen=True, slots=True)
class TailOptions:
    """How far back and how hard."""

    begin_s: float
    """Where records begin, epoch seconds."""
    lookback_s: float
    max_calls: float
    """Calls a second, sustained, over all groups."""
    sweep_s: float = 21_600.0
    """How far back the sweep goes, seconds; 0: there is none."""
    is_begin_relative: bool = False
    """Whether the beginning was reckoned back from our clock's now, and shares its error."""
    workers: int = 4
    """Calls under way at a time, at the most; 0: one, on the tail's own thread."""


@dataclass(frozen=True, slots=True)
class _Resumed:
    """What was read of a group before the tail began; times by our clock."""

    seen: SeenIds
    read_at: float
    begin_s: float
    delays: Delays | None


class Tail:
    """Follows log groups. `follow`, `stop` and `progress` may be called from any thread, `run` on its own."""

    def __init__(
        self,
        logs: Logs,
        clock: Clock,
        sink: Sink,
        options: TailOptions,
        jitter: Callable[[], float],
        *,
        budget: Budget | None = None,
        time: ServerTime | None = None,
    ) -> None:
        """With the budget and the time of a reading that was made before, if there was one."""
        self._clock = clock
        self._sink = sink
        self._options = options
        self._jitter = jitter
        self._budget = budget or Budget(options.max_calls, clock.now())
        self._time = time or ServerTime(clock)
        self._turns = Turns(options.max_calls, options.lookback_s)
        self._wake = threading.Event()
        self._is_stopped = False
        self._lock = threading.Lock()
        self._wanted: dict[str, str | None] = {}
        self._resumed: dict[str, _Resumed] = {}
        self._readers: dict[str, GroupReader] = {}
        self._traffic = Traffic()
        self._progress = TailProgress()
        self._calls: Calls[tuple[GroupReader, Ask]]
        if options.workers:
            self._calls = PooledCalls(logs, options.workers, self._wake.set)
        else:
            self._calls = InlineCalls(logs)

    def follow(self, groups: Iterable[str], patterns: Mapping[str, str | None] | None = None) -> None:
        """Reads these groups from now on, each by its filter pattern, if it has one.

        A group that is left out is read on as long as it exists. A pattern that has changed begins a new
        reading of the group's window.
        """
        with self._lock:
            self._wanted = {group: (patterns or {}).get(group) for group in groups}
        self._wake.set()

    def resume(
        self, group: str, seen: SeenIds, read_at: float, begin_s: float, delays: Delays | None = None
    ) -> None:
        """Before `run`: everything in this group since then was read at that time; its ids and delays."""
        # Ids are kept for the look-back only, as it was reckoned then.
        kept_s = read_at + self._time.offset_s - self._options.lookback_s
        self._resumed[group] = _Resumed(seen, read_at, max(begin_s, kept_s), delays)

    def stop(self) -> None:
        """Ends `run` at once; a call under way is left to itself."""
        self._is_stopped = True
        self._wake.set()

    @property
    def progress(self) -> TailProgress:
        """How it stands."""
        return self._progress

    def run(self) -> None:
        """Reads until stopped."""
        while not self._is_stopped:
            wait_s = self.step()
            if wait_s > 0:
                self._clock.wait(self._wake, wait_s)
                self._wake.clear()

    def step(self) -> float:
        """Takes in what has come, and begins a call if there may be one; the seconds to wait for more."""
        self._take_up()
        self._settle()
        wait_s = self._begin()
        # A call on this thread has ended by now.
        self._settle()
        return wait_s

    def _begin(self) -> float:
        if self._calls.is_full:
            return _IDLE_S
        wait_s = self._budget.delay(self._clock.now())
        if wait_s > 0:
            return wait_s
        now = self._time.now()
        turn = self._turns.next(self._readers.values(), now)
        if isinstance(turn, float):
            return min(_IDLE_S, max(0.0, turn - now))
        self._budget.take(self._clock.now())
        is_sweep = turn[1].purpose is Purpose.SWEEP
        self._count(calls=1, sweep_calls=int(is_sweep))
        self._calls.begin(turn, turn[1].request)
        return 0.0

    def _settle(self) -> None:
        """Takes in what the calls that have ended brought."""
        while (done := self._calls.done()) is not None:
            (reader, ask), outcome = done
            now = self._time.now()
            if isinstance(outcome, Fault):
                self._failed(reader, ask, outcome, now)
            else:
                self._received(reader, ask, outcome, now)
            self._publish()

    def _received(self, reader: GroupReader, ask: Ask, page: Page, now: float) -> None:
        is_first = not self._traffic.answered
        self._count(answered=1, bytes_read=page.size_bytes, fetched=len(page.events))
        corrected_s = self._time.answered(page, ask.sent_at, now)
        if corrected_s:
            self._correct(corrected_s, is_first=is_first)
        if self._readers.get(reader.group) is not reader:
            # Its place was taken by one that reads all of this itself.
            return
        arrival = reader.received(ask, page, self._time.now())
        self._count(fresh=len(arrival.events))
        if not self._sink.arrived(arrival):
            reader.end_backfill(self._time.now())
        if ask.look is not None:
            corrected_s = self._time.found(arrival.events, ask.look.news_since)
            if corrected_s:
                self._correct(corrected_s, is_first=False)

    def _correct(self, seconds: float, *, is_first: bool) -> None:
        """Our clock was wrong: what began by it begins anew, with its ids, and what was read by it is not."""
        now = self._time.now()
        for group, reader in self._readers.items():
            if is_first or reader.began_at > now:
                self._readers[group] = self._made(group, reader.pattern, reader)
            elif seconds < 0:
                reader.distrust(now)
        self._share_digests()

    def _failed(self, reader: GroupReader, ask: Ask, fault: Fault, now: float) -> None:
        self._count(failed=1, throttled=int(fault.kind is FaultKind.THROTTLED))
        if self._readers.get(reader.group) is not reader:
            return
        reader.failed(ask, fault, now)
        if fault.kind is FaultKind.NOT_FOUND and reader.group not in self._wanted:
            self._readers.pop(reader.group, None)

    def _take_up(self) -> None:
        """Makes readers for groups that have none yet, and tells the others of their patterns."""
        with self._lock:
            wanted = dict(self._wanted)
        new = [group for group in wanted if group not in self._readers]
        for group, pattern in wanted.items():
            reader = self._readers.get(group)
            if reader is None:
                self._readers[group] = self._made(group, pattern)
            elif reader.pattern != pattern:
                reader.use_pattern(pattern, self._time.now())
        if new:
            self._share_digests()
            self._publish()

    def _made(self, group: str, pattern: str | None, before: GroupReader | None = None) -> GroupReader:
        options, offset_s = self._options, self._time.offset_s
        resumed = self._resumed.get(group)
        begin_s = options.begin_s + (offset_s if options.is_begin_relative else 0.0)
        extent = Extent(begin_s, options.lookback_s, self._time.now(), options.sweep_s)
        if resumed is not None:
            extent = replace(extent, begin_s=resumed.begin_s, now=resumed.read_at + offset_s)
        if resumed is None:
            return GroupReader(group, extent, self._jitter, before=before, pattern=pattern)
        seen, delays = resumed.seen, resumed.delays
        return GroupReader(
            group, extent, self._jitter, seen=seen, delays=delays, before=before, pattern=pattern
        )

    def _share_digests(self) -> None:
        sweeps = [reader.sweep for reader in self._readers.values() if reader.sweep is not None]
        for sweep in sweeps:
            sweep.limit = DIGESTS // len(sweeps)

    def _count(self, **more: int) -> None:
        before = self._traffic
        self._traffic = replace(before, **{name: getattr(before, name) + some for name, some in more.items()})

    def _publish(self) -> None:
        groups = tuple(progress_of(reader, self._time.ours) for reader in self._readers.values())
        self._progress = TailProgress(groups, self._traffic, self._time.offset_s)
        self._sink.changed()
