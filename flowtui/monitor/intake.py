"""From log events to the store: resolves, parses, appends and counts, on the tail's thread.

What it publishes is one immutable value, exchanged whole. Knows no AWS calls and no screen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flowtui.monitor.sources.group import Arrival
from flowtui.records.batch import RecordBatch, Unparsed
from flowtui.records.resolve import FormatBook, read
from flowtui.store.series import Series
from flowtui.store.snapshot import Snapshot
from flowtui.store.store import LATENESS, Store

KEPT_UNPARSED = 1000
"""Unparsed lines that are kept to be looked at; all are counted."""

_ANY = FormatBook({}, ())


@dataclass(frozen=True, slots=True)
class Holdings:
    """What has been taken in; the series is extended to just this snapshot."""

    snapshot: Snapshot
    series: Series
    unparsed: tuple[Unparsed, ...] = ()
    """The last lines that fit no format, oldest first."""
    unparsed_count: int = 0
    late: int = 0


class Intake:
    """The tail's sink. `arrived` on the tail's thread; `holdings` and `read_by` from any."""

    def __init__(self, capacity: int, changed: Callable[[], None]) -> None:
        self._store = Store(capacity)
        self._changed = changed
        self._books: Mapping[str, FormatBook] = {}
        self._unparsed: deque[Unparsed] = deque(maxlen=KEPT_UNPARSED)
        self._holdings = Holdings(self._store.snapshot(), Series())

    @property
    def holdings(self) -> Holdings:
        """What there is now."""
        return self._holdings

    def read_by(self, books: Mapping[str, FormatBook]) -> None:
        """Reads the lines of each log group by these formats from now on."""
        self._books = books

    def changed(self) -> None:
        """The tail's state changed."""
        self._changed()

    def arrived(self, arrival: Arrival) -> bool:
        """Takes new events in; False: there was no room for all of the back-fill."""
        if not len(arrival.events):
            return True
        batch = read(arrival.group, arrival.events, self._books.get(arrival.group, _ANY))
        has_room = self._append(batch, arrival)
        self._unparsed.extend(batch.unparsed)
        held, snapshot = self._holdings, self._store.snapshot()
        self._holdings = Holdings(
            snapshot,
            held.series.extend(snapshot),
            tuple(self._unparsed) if batch.unparsed else held.unparsed,
            held.unparsed_count + len(batch.unparsed),
            held.late + sum(arrival.is_late or ()),
        )
        return has_room

    def _append(self, batch: RecordBatch, arrival: Arrival) -> bool:
        if arrival.is_backfill:
            return self._store.append_backfill(batch)
        self._store.append(batch, is_late=_lateness(arrival.is_late, batch.rows))
        return True


def _lateness(is_late: Sequence[bool] | None, rows: Sequence[int]) -> list[str | None] | None:
    if is_late is None:
        return None
    return [LATENESS[0] if is_late[row] else None for row in rows]
