"""One query as it runs: a thread of its own that looks at events, and what it has found so far.

A real query is slow for its size; here it takes at least a given time, shared out over its events, so that
clients meet every state. Knows neither requests nor answers.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from flowtui.demo.insights.plan import Plan
from flowtui.demo.insights.rows import Row, Source
from flowtui.demo.insights.values import Leeway
from flowtui.demo.logs import Event, Group, Position
from flowtui.demo.pages import size_bytes

_CHUNK = 2_000
"""Events looked at before others may look at what was found."""
_SCHEDULED = 0.1
"""Share of the time of a query that passes before it begins."""


class Status(Enum):
    """How a query is, in the words of GetQueryResults."""

    SCHEDULED = "Scheduled"
    RUNNING = "Running"
    COMPLETE = "Complete"
    FAILED = "Failed"
    CANCELLED = "Cancelled"
    TIMED_OUT = "Timeout"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self not in (Status.SCHEDULED, Status.RUNNING)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query was started with; times in epoch milliseconds, both inclusive."""

    groups: Sequence[Group]
    text: str
    plan: Plan
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Scan:
    """What was looked at."""

    matched: int = 0
    events: int = 0
    bytes: int = 0


class Run:
    """A query that was started. Thread-safe."""

    def __init__(self, id: str, asked: Asked, seconds: float, end: Status = Status.COMPLETE) -> None:
        """`end`: how it is to end, half way where that is not complete."""
        self.id = id
        self.asked = asked
        self.created = time.time()
        self.duration_s = 0.0
        self._seconds = seconds
        self._end = end
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._status = Status.SCHEDULED
        self._collector = asked.plan.collector()
        self._rows: list[Row] | None = None
        self._events = self._bytes = 0

    @property
    def status(self) -> Status:
        """How it is now."""
        return self._status

    @property
    def scan(self) -> Scan:
        """What was looked at so far."""
        return Scan(self._collector.matched, self._events, self._bytes)

    def start(self) -> None:
        """Begins."""
        threading.Thread(target=self._run, name="query", daemon=True).start()

    def stop(self) -> bool:
        """Cancels it; False where it was over already."""
        with self._lock:
            if self._status.is_over:
                return False
            self._finish(Status.CANCELLED)
        self._stopped.set()
        return True

    def rows(self) -> list[Row]:
        """The rows, as far as they are known."""
        with self._lock:
            return self._collector.rows() if self._rows is None else self._rows

    def _finish(self, status: Status) -> None:
        self._status = status
        self.duration_s = time.time() - self.created

    def _run(self) -> None:
        if self._stopped.wait(self._seconds * _SCHEDULED):
            return
        with self._lock:
            if not self._status.is_over:
                self._status = Status.RUNNING
        self._scan()
        with self._lock:
            if not self._status.is_over:
                self._rows = self._collector.rows()
                self._finish(self._end)

    def _scan(self) -> None:
        events = [(source, event) for source, events in self._events_by_source() for event in events]
        if self.asked.plan.is_estimate:
            size = sum(size_bytes(event.message) for _, event in events)
            self._collector.estimate(size)
            return
        limit = len(events) if self._end is Status.COMPLETE else len(events) // 2
        for place in range(0, limit, _CHUNK):
            chunk = events[place : min(limit, place + _CHUNK)]
            with self._lock:
                self._look_at(chunk)
            if self._collector.is_enough or self._waits((place + len(chunk)) / len(events)):
                return
        self._waits(1.0)

    def _look_at(self, chunk: Sequence[tuple[Source, Event]]) -> None:
        for source, event in chunk:
            self._collector.take(Row(event, source))
            self._bytes += size_bytes(event.message)
            if self._collector.is_enough:
                break
        self._events += len(chunk)

    def _events_by_source(self) -> Iterator[tuple[Source, list[Event]]]:
        for group in self.asked.groups:
            # What is older than the group is not seen (user guide, analyzing log data).
            first = Position(max(self.asked.start, group.created), -1, -1)
            events, _ = group.between(first, Position(self.asked.end + 1, -1, -1), len(group))
            yield Source(group.name, Leeway()), events

    def _waits(self, share: float) -> bool:
        """Waits until that share of the time has passed; whether it was stopped."""
        due = self.created + self._seconds * (_SCHEDULED + (1 - _SCHEDULED) * share)
        return self._stopped.wait(max(0.0, due - time.time()))
