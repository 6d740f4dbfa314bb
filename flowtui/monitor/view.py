"""What the record table shows: scope, filter and order make hits, hits make rows with names.

An immutable value: the screen keeps one and replaces it by its extension. Knows neither widgets nor the
filter language's syntax. Row texts are as AWS gave them: to be cleaned where they are drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from flowtui.filters.tree import Tree
from flowtui.monitor.scope import Scope
from flowtui.monitor.state import SessionState
from flowtui.store.hits import Order

Value: TypeAlias = str | int | float | None


@dataclass(frozen=True, slots=True)
class Row:
    """One record as the table shows it."""

    id: int
    values: tuple[Value, ...]
    """In the order of the columns asked for; None where the record has no such value."""
    is_rejected: bool
    late: str | None
    """`late`, `swept` or None."""
    interface: str | None
    """The interface's id."""
    direction: str | None
    """`in`, `out` or None where it is not known."""
    src_name: str | None
    dst_name: str | None
    interface_name: str | None
    """Names as they were at the record's time; None where there is none."""
    status: str | None
    """`OK`, `NODATA` or `SKIPDATA`."""


@dataclass(frozen=True, slots=True)
class DetailField:
    """One field of a record: its AWS name, value as delivered, and what that means (may be empty)."""

    name: str
    value: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything about one record."""

    id: int
    fields: tuple[DetailField, ...]
    """In the order of the record's own format."""
    line: str
    """The record as AWS delivered it."""
    group: str
    stream: str
    timestamp_ms: int
    ingestion_ms: int
    row: Row


class View:
    """The hits of one scope, filter and order in one snapshot."""

    @classmethod
    def of(
        cls,
        state: SessionState,
        scopes: Sequence[Scope] = (),
        filter: Tree | None = None,
        order: Order | None = None,
    ) -> View:
        """The view of a state. Looks at every record once."""

    def extended(self, state: SessionState) -> View:
        """The same view of a later state; cheap, unless a new topology changed the interfaces in scope."""

    def __len__(self) -> int: ...

    def rows(self, start: int, count: int, columns: Sequence[str]) -> list[Row]:
        """Rows by position, with the values of these columns (AWS's field names)."""

    def ids(self, start: int, count: int) -> list[int]:
        """Record ids by position."""

    def position(self, id: int) -> int | None:
        """Where a record stands; None where it is not among the hits (any more)."""

    def next_rejected(self, id: int | None, step: int) -> int | None:
        """The id of the next (step 1) or previous (-1) rejected record after this one."""

    def record(self, id: int) -> Detail | None:
        """All about one record; None when it was evicted."""
