"""The tail: reads log groups for ever, each event once, within a budget of calls, whatever fails.

One thread, which waits on an event and never sleeps. Knows no record format, no store and no screen.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from flowtui.monitor.outside import Clock, Fault, FaultError, FaultKind, Logs
from flowtui.monitor.sources.budget import Budget
from flowtui.monitor.sources.group import Arrival, GroupReader
from flowtui.monitor.sources.seen import SeenIds

_IDLE_S = 3600.0
"""The longest wait where no group is to be read; a new one ends it."""


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


@dataclass(frozen=True, slots=True)
class GroupProgress:
    """How the tail stands with one group; times are epoch seconds."""

    group: str
    fault: Fault | None
    fault_since: float | None
    retry_at: float | None
    watermark: float | None
    last_pass_at: float | None
    last_look_at: float | None
    usual_delay_s: float | None
    """Half of the records arrive within this many seconds of their start."""
    longest_delay_s: float | None
    """All but one in a hundred do."""
    newest_at: float | None
    """The start of the newest record."""
    is_caught_up: bool
    has_window: bool
    events: int
    backfilled: int

    def lag_s(self, now: float) -> float | None:
        """Seconds behind real time: the usual delay of a record, and the time since the last look."""
        if self.last_look_at is None or self.usual_delay_s is None:
            return None
        return max(0.0, now - self.last_look_at) + self.usual_delay_s


@dataclass(frozen=True, slots=True)
class TailProgress:
    """How the tail stands."""

    groups: tuple[GroupProgress, ...] = ()
    calls: int = 0
    throttled: int = 0


class Tail:
    """Follows log groups. `follow`, `stop` and `progress` may be called from any thread, `run` on its own."""

    def __init__(
        self,
        logs: Logs,
        clock: Clock,
        sink: Sink,
        options: TailOptions,
        jitter: Callable[[], float],
    ) -> None:
        self._logs = logs
        self._clock = clock
        self._sink = sink
        self._options = options
        self._jitter = jitter
        self._budget = Budget(options.max_calls, clock.now())
        self._throttled = 0
        self._wake = threading.Event()
        self._is_stopped = False
        self._lock = threading.Lock()
        self._wanted: tuple[str, ...] = ()
        self._known: dict[str, tuple[SeenIds, float, float]] = {}
        self._readers: dict[str, GroupReader] = {}
        self._served: dict[str, int] = {}
        self._progress = TailProgress()

    def follow(self, groups: Iterable[str]) -> None:
        """Reads these groups from now on. One that is left out is read on as long as it exists."""
        with self._lock:
            self._wanted = tuple(dict.fromkeys(groups))
        self._wake.set()

    def resume(self, group: str, seen: SeenIds, read_at: float, begin_s: float) -> None:
        """Before `run`: everything in this group since then was read at this time, with these ids."""
        self._known[group] = (seen, read_at, begin_s)

    def stop(self) -> None:
        """Ends `run` as soon as a call under way returns; a wait ends at once."""
        self._is_stopped = True
        self._wake.set()

    @property
    def progress(self) -> TailProgress:
        """How it stands."""
        return self._progress

    def run(self) -> None:
        """Reads until stopped."""
        while not self._is_stopped:
            self._take_up()
            now = self._clock.now()
            reader = self._next(now)
            wait_s = _IDLE_S if reader is None else max(reader.due_at(now) - now, self._budget.delay(now))
            if reader is None or wait_s > 0:
                self._clock.wait(self._wake, wait_s)
                self._wake.clear()
            else:
                self.step(reader)

    def step(self, reader: GroupReader) -> None:
        """Makes one call for this group, and passes on what it brings."""
        began_at = self._clock.now()
        self._served[reader.group] = self._budget.calls
        request = reader.request(began_at)
        self._budget.take(began_at)
        try:
            page = self._logs.page(request)
        except FaultError as error:
            self._failed(reader, error.fault)
            return
        except Exception as error:
            # Fulfilling the protocol means to raise nothing else; a slip there must not end the tail.
            self._failed(reader, unforeseen(error))
            return
        arrival = reader.received(page, self._clock.now())
        if not self._sink.arrived(arrival):
            reader.end_backfill()
        self._publish()

    def _failed(self, reader: GroupReader, fault: Fault) -> None:
        self._throttled += fault.kind is FaultKind.THROTTLED
        reader.failed(fault, self._clock.now())
        if fault.kind is FaultKind.NOT_FOUND and reader.group not in self._wanted:
            del self._readers[reader.group]
        self._publish()

    def _take_up(self) -> None:
        """Makes readers for groups that have none yet."""
        new = [group for group in self._wanted if group not in self._readers]
        for group in new:
            seen, read_at, begin_s = self._known.pop(group, (None, self._clock.now(), self._options.begin_s))
            self._readers[group] = GroupReader(
                group,
                begin_s=begin_s,
                lookback_s=self._options.lookback_s,
                now=read_at,
                jitter=self._jitter,
                seen=seen,
            )
        if new:
            self._publish()

    def _next(self, now: float) -> GroupReader | None:
        """Of the groups that are due the one that has waited longest, else the one that is due first."""
        if not self._readers:
            return None
        return min(
            self._readers.values(),
            key=lambda reader: (max(now, reader.due_at(now)), self._served.get(reader.group, -1)),
        )

    def _publish(self) -> None:
        self._progress = TailProgress(
            tuple(progress_of(reader) for reader in self._readers.values()),
            self._budget.calls,
            self._throttled,
        )
        self._sink.changed()


def unforeseen(error: Exception) -> Fault:
    """The fault of an exception that nobody should have raised; its text is not for the screen."""
    sentence = f"Something unforeseen went wrong ({type(error).__name__})."
    return Fault(FaultKind.OTHER, "", sentence, "It is tried again.", type(error).__name__)


def progress_of(reader: GroupReader) -> GroupProgress:
    """How a group's reader stands."""
    return GroupProgress(
        group=reader.group,
        fault=reader.fault,
        fault_since=reader.fault_since,
        retry_at=reader.retry_at,
        watermark=reader.watermark,
        last_pass_at=reader.last_pass_at,
        last_look_at=reader.last_look_at,
        usual_delay_s=reader.delays.quantile_s(0.5),
        longest_delay_s=reader.delays.quantile_s(0.99),
        newest_at=None if reader.newest_ms is None else reader.newest_ms / 1000,
        is_caught_up=reader.is_caught_up,
        has_window=reader.has_window,
        events=reader.events,
        backfilled=reader.backfilled,
    )
