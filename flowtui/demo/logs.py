"""Log groups, streams and events, kept in the order in which FilterLogEvents gives them.

A look at a stretch of time costs that stretch and not the group. Knows nothing of requests and answers.
"""

from __future__ import annotations

import bisect
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from flowtui.demo.lab import ACCOUNT, REGION

MAX_EVENTS = 1_500_000
"""Events kept in a group, 400 bytes each; beyond it the oldest tenth is dropped, as by a retention policy."""

_FEW = 2_000
"""So many events are put in one by one, more are sorted in: measured as equal at about this number."""


class Position(NamedTuple):
    """A place in a group's order: by timestamp, then ingestion, then the number of the request."""

    timestamp: int
    ingestion: int
    sequence: int


class Event(NamedTuple):
    """A log event; times in epoch milliseconds. The order of the fields is the order of the events."""

    timestamp: int
    ingestion: int
    sequence: int
    stream: str
    message: str

    @property
    def position(self) -> Position:
        """Its place in the group."""
        return Position(self.timestamp, self.ingestion, self.sequence)


def event_id(timestamp: int, ingestion: int, sequence: int) -> str:
    """An event's id: 56 decimal digits, as AWS's have."""
    return f"3{timestamp:013d}{ingestion:013d}{sequence:029d}"


class Entry(NamedTuple):
    """An event on its way into a group."""

    stream: str
    timestamp: int
    ingestion: int
    message: str


@dataclass(slots=True)
class Stream:
    """A log stream with its own events, in order."""

    name: str
    created: int
    events: list[Event]
    last_ingestion: int = 0


class Group:
    """A log group. Thread-safe."""

    def __init__(self, name: str, created: int, group_class: str = "STANDARD") -> None:
        self.name = name
        self.created = created
        self.group_class = group_class
        self.stored_bytes = 0
        self.retention_days: int | None = None
        self.tags: dict[str, str] = {}
        self._lock = threading.Lock()
        self._sequence = 0
        self._events: list[Event] = []
        self._streams: dict[str, Stream] = {}

    @property
    def arn(self) -> str:
        """The group's ARN, without a trailing `:*`."""
        return f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{self.name}"

    def __len__(self) -> int:
        return len(self._events)

    def streams(self) -> list[Stream]:
        """All streams, by name."""
        with self._lock:
            return [self._streams[name] for name in sorted(self._streams)]

    def stream(self, name: str) -> Stream | None:
        """The stream of that name."""
        return self._streams.get(name)

    def create_stream(self, name: str, created: int) -> bool:
        """Makes an empty stream; False where there is one of that name already."""
        with self._lock:
            return self._create_stream(name, created)

    def put(self, entries: Iterable[Entry]) -> list[Event]:
        """Takes up events, in whatever order; their streams are made where they do not exist."""
        with self._lock:
            fresh = [self._event(entry) for entry in entries]
            self._insert(self._events, fresh)
            by_stream: dict[str, list[Event]] = {}
            for event in fresh:
                by_stream.setdefault(event.stream, []).append(event)
            for name, events in by_stream.items():
                stream = self._streams[name]
                self._insert(stream.events, events)
                stream.last_ingestion = max(stream.last_ingestion, *(event.ingestion for event in events))
            if len(self._events) > MAX_EVENTS:
                self._drop_oldest()
            return fresh

    def between(self, after: Position, before: Position, limit: int) -> tuple[list[Event], bool]:
        """The first `limit` events strictly between two positions; and whether more remain."""
        with self._lock:
            low, high = self._bounds(self._events, after, before)
            return self._events[low : min(high, low + limit)], high > low + limit

    def between_backwards(self, after: Position, before: Position, limit: int) -> tuple[list[Event], bool]:
        """The last `limit` events strictly between two positions, newest first; and whether more remain."""
        with self._lock:
            low, high = self._bounds(self._events, after, before)
            return self._events[max(low, high - limit) : high][::-1], high - limit > low

    def stream_between(self, stream: Stream, after: Position, before: Position) -> list[Event]:
        """The events of one stream strictly between two positions."""
        with self._lock:
            low, high = self._bounds(stream.events, after, before)
            return stream.events[low:high]

    @staticmethod
    def _bounds(events: list[Event], after: Position, before: Position) -> tuple[int, int]:
        # A position with a further item is greater than each event whose first three are its own.
        low = bisect.bisect_left(events, (*after, "\U0010ffff"))
        return low, max(low, bisect.bisect_left(events, before))

    def _event(self, entry: Entry) -> Event:
        self._sequence += 1
        self._create_stream(entry.stream, entry.ingestion)
        self.stored_bytes += len(entry.message) + 26
        return Event(entry.timestamp, entry.ingestion, self._sequence, entry.stream, entry.message)

    def _create_stream(self, name: str, created: int) -> bool:
        if name in self._streams:
            return False
        self._streams[name] = Stream(name, created, [])
        return True

    @staticmethod
    def _insert(events: list[Event], fresh: list[Event]) -> None:
        if len(fresh) <= _FEW:
            for event in fresh:
                bisect.insort(events, event)
        else:
            events.extend(fresh)
            events.sort()

    def _drop_oldest(self) -> None:
        del self._events[: MAX_EVENTS // 10]
        oldest = self._events[0].position
        for stream in self._streams.values():
            del stream.events[: bisect.bisect_left(stream.events, oldest)]


class LogStore:
    """The log groups of the account and region."""

    def __init__(self) -> None:
        self._groups: dict[str, Group] = {}
        self._lock = threading.Lock()
        self.on_created: Callable[[str], None] = lambda name: None
        """Called with the name of each new group."""

    def groups(self) -> list[Group]:
        """All groups, by name."""
        with self._lock:
            return [self._groups[name] for name in sorted(self._groups)]

    def group(self, name: str) -> Group | None:
        """The group of that name."""
        return self._groups.get(name)

    def create(self, name: str, created: int, group_class: str = "STANDARD") -> Group | None:
        """Makes a group; None where there is one of that name already."""
        with self._lock:
            if name in self._groups:
                return None
            group = self._groups[name] = Group(name, created, group_class)
        self.on_created(name)
        return group

    def delete(self, name: str) -> bool:
        """Deletes a group with all its events; False where there is none."""
        with self._lock:
            return self._groups.pop(name, None) is not None
