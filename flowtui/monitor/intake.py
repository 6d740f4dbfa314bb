"""From log events to the store: resolves, parses, appends and counts, on the tail's thread.

What it publishes is one immutable value, exchanged whole. Knows no AWS calls and no screen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flowtui.monitor.boundary import Boundary
from flowtui.monitor.capture import Selection
from flowtui.monitor.sources.group import Arrival
from flowtui.records.batch import RecordBatch, Unparsed
from flowtui.records.resolve import FormatBook, read
from flowtui.store.series import Series
from flowtui.store.snapshot import Snapshot
from flowtui.store.store import LATENESS, Store

KEPT_UNPARSED = 1000
"""Unparsed lines that are kept to be looked at; all are counted."""

_ANY = FormatBook({}, ())
_UNBOUNDED = Boundary()
_EVERYTHING = Selection()


@dataclass(frozen=True, slots=True)
class Holdings:
    """What has been taken in; the series is extended to just this snapshot."""

    snapshot: Snapshot
    series: Series
    unparsed: tuple[Unparsed, ...] = ()
    """The last lines that fit no format, oldest first."""
    unparsed_count: int = 0
    late: int = 0
    swept: int = 0
    outside: int = 0
    """Log events of other VPCs than those that were chosen, left out."""


class Intake:
    """The tail's sink. `arrived` on the tail's thread; `holdings` and `read_by` from any."""

    def __init__(self, capacity: int, changed: Callable[[], None]) -> None:
        self._store = Store(capacity)
        self._changed = changed
        self._books: Mapping[str, FormatBook] = {}
        self._boundary = _UNBOUNDED
        self._capture = _EVERYTHING
        self._unparsed: deque[Unparsed] = deque(maxlen=KEPT_UNPARSED)
        self._holdings = Holdings(self._store.snapshot(), Series())

    @property
    def holdings(self) -> Holdings:
        """What there is now."""
        return self._holdings

    def read_by(
        self,
        books: Mapping[str, FormatBook],
        boundary: Boundary = _UNBOUNDED,
        capture: Selection = _EVERYTHING,
    ) -> None:
        """Reads each log group's lines by these formats from now on; keeps what is inside and captured."""
        self._books, self._boundary, self._capture = books, boundary, capture

    def changed(self) -> None:
        """The tail's state changed."""
        self._changed()

    def arrived(self, arrival: Arrival) -> bool:
        """Takes new events in; False: there was no room for all of the back-fill."""
        if not len(arrival.events):
            return True
        whole = read(arrival.group, arrival.events, self._books.get(arrival.group, _ANY))
        inside = self._boundary.inside(whole)
        batch = self._capture.of_batch(inside)
        has_room = self._append(batch, arrival)
        self._unparsed.extend(batch.unparsed)
        held, snapshot = self._holdings, self._store.snapshot()
        self._holdings = Holdings(
            snapshot,
            held.series.extend(snapshot),
            tuple(self._unparsed) if batch.unparsed else held.unparsed,
            held.unparsed_count + len(batch.unparsed),
            held.late + _late_count(arrival, batch),
            held.swept + (_size(batch) if arrival.is_swept else 0),
            held.outside + _size(whole) - _size(inside),
        )
        return has_room

    def _append(self, batch: RecordBatch, arrival: Arrival) -> bool:
        if arrival.is_backfill:
            return self._store.append_backfill(batch)
        self._store.append(batch, is_late=_lateness(arrival, batch.rows))
        return True


def _lateness(arrival: Arrival, rows: Sequence[int]) -> list[str | None] | None:
    late, swept = LATENESS
    if arrival.is_swept:
        return [swept] * len(rows)
    is_late = arrival.is_late
    return None if is_late is None else [late if is_late[row] else None for row in rows]


def _late_count(arrival: Arrival, batch: RecordBatch) -> int:
    is_late = arrival.is_late
    if is_late is None:
        return 0
    return sum(is_late[row] for row in (*batch.rows, *(one.row for one in batch.unparsed)))


def _size(batch: RecordBatch) -> int:
    """Its log events, those that fit no format included."""
    return len(batch) + len(batch.unparsed)
