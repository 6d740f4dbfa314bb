"""What the record table shows: scope, filter and order make hits, hits make rows with names.

An immutable value: the screen keeps one and replaces it by its extension. Knows neither widgets nor the
filter language's syntax. Texts are as AWS gave them: to be cleaned where they are drawn.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, cast

from flowtui.filters import local
from flowtui.filters.bind import bind
from flowtui.filters.names import Names
from flowtui.filters.tree import OnInterfaces, Tree, conjunction
from flowtui.monitor.scope import Scope, interface_ids
from flowtui.monitor.state import SessionState
from flowtui.records import batch, decode, fields
from flowtui.records.format import LogFormat
from flowtui.store.hits import Hits, Order
from flowtui.store.snapshot import Snapshot
from flowtui.store.store import LATE

Value: TypeAlias = str | int | float | None

_DIRECTIONS = {"ingress": "in", "egress": "out"}

_FACTS = (
    batch.INTERFACE,
    batch.TIMESTAMP,
    fields.START.name,
    fields.ACTION.name,
    fields.LOG_STATUS.name,
    fields.FLOW_DIRECTION.name,
    fields.SRCADDR.name,
    fields.DSTADDR.name,
    fields.PKT_SRCADDR.name,
    fields.PKT_DSTADDR.name,
    LATE,
)
"""What every row needs beside the columns that are shown; the order is that of `_Facts`."""

_BLANKS = re.compile(r"[ \t\n\v\f\r]+")


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


@dataclass(frozen=True, slots=True)
class _Facts:
    """The values of `_FACTS` of one record."""

    interface: str | None
    timestamp_ms: int
    start_s: int | None
    action: str | None
    status: str | None
    flow_direction: str | None
    src: str | None
    dst: str | None
    pkt_src: str | None
    pkt_dst: str | None
    late: str | None

    @property
    def at(self) -> float:
        """When it was, epoch seconds: its start, else its event time."""
        return float(self.start_s) if self.start_s is not None else self.timestamp_ms / 1000


@dataclass(frozen=True, slots=True)
class View:
    """The hits of one scope, filter and order in one state."""

    state: SessionState
    scopes: tuple[Scope, ...]
    filter: Tree | None
    order: Order | None
    hits: Hits
    interfaces: frozenset[str] | None
    """The ids that the scope came down to; None: all."""
    bound: Tree | None = None
    """The filter with its names bound to the interfaces and addresses that bear them."""

    @classmethod
    def of(
        cls,
        state: SessionState,
        scopes: Sequence[Scope] = (),
        filter: Tree | None = None,
        order: Order | None = None,
    ) -> View:
        """The view of a state. Looks at every record once."""
        inside, bound = _inside(scopes, state), _bound(filter, state)
        scope = None if inside is None else OnInterfaces(inside)
        tree = conjunction((scope, bound))
        hits = Hits(None if tree is None else local.compile(tree), order).extend(state.snapshot)
        return cls(state, tuple(scopes), filter, order, hits, inside, bound)

    def extended(self, state: SessionState) -> View:
        """The same view of a later state; cheap, unless a new topology changed what scope or names mean."""
        is_new = state.topology_version != self.state.topology_version
        if is_new and (
            _inside(self.scopes, state) != self.interfaces or _bound(self.filter, state) != self.bound
        ):
            return View.of(state, self.scopes, self.filter, self.order)
        if state.snapshot is self.state.snapshot:
            return replace(self, state=state)
        return replace(self, state=state, hits=self.hits.extend(state.snapshot))

    def __len__(self) -> int:
        return len(self.hits)

    def rows(self, start: int, count: int, columns: Sequence[str]) -> list[Row]:
        """Rows by position, with the values of these columns (AWS's field names)."""
        return self._rows(self.hits.ids(start, count), columns)

    def ids(self, start: int, count: int) -> list[int]:
        """Record ids by position."""
        return self.hits.ids(start, count)

    def position(self, id: int) -> int | None:
        """Where a record stands; None where it is not among the hits (any more)."""
        return self.hits.position(id)

    def next_rejected(self, id: int | None, step: int) -> int | None:
        """The id of the next (step 1) or previous (-1) rejected record after this one."""
        return self.hits.next_rejected(self.state.snapshot, id, step)

    def record(self, id: int) -> Detail | None:
        """All about one record; None when it was evicted."""
        snapshot = self.state.snapshot
        line = snapshot.line(id)
        rows = self._rows([id], ())
        if line is None or not rows:
            return None
        names = (batch.FORMAT, batch.GROUP, batch.STREAM, batch.TIMESTAMP, batch.INGESTION)
        (meta,) = snapshot.rows([id], names)
        if meta is None:
            return None
        text, group, stream, timestamp, ingestion = cast(tuple[str, str, str, int, int | None], meta)
        described = _described(snapshot, id, LogFormat.parse(text), line)
        return Detail(id, described, line, group, stream, timestamp, ingestion or 0, rows[0])

    def _rows(self, ids: Sequence[int], columns: Sequence[str]) -> list[Row]:
        found = self.state.snapshot.rows(ids, (*_FACTS, *columns))
        return [
            self._row(id, _Facts(*values[: len(_FACTS)]), cast(tuple[Value, ...], values[len(_FACTS) :]))  # type: ignore[arg-type]
            for id, values in zip(ids, found, strict=True)
            if values is not None
        ]

    def _row(self, id: int, facts: _Facts, values: tuple[Value, ...]) -> Row:
        name_of = self._namer(facts)
        history = self.state.history
        interface = facts.interface
        return Row(
            id=id,
            values=values,
            is_rejected=facts.action == fields.ACTIONS[1],
            late=facts.late,
            interface=interface,
            direction=self._direction(facts),
            src_name=name_of(facts.src),
            dst_name=name_of(facts.dst),
            interface_name=None if interface is None else history.interface_name(interface, facts.at),
            status=facts.status,
        )

    def _namer(self, facts: _Facts) -> Callable[[str | None], str | None]:
        """Names addresses at the record's time, as seen from the VPC of its interface."""
        index, history = self.state.index, self.state.history
        known = None if index is None or facts.interface is None else index.interface(facts.interface)
        vpc_id = None if known is None else known.vpc_id
        return lambda address: None if address is None else history.name_of(address, facts.at, vpc_id)

    def _direction(self, facts: _Facts) -> str | None:
        if facts.flow_direction is not None:
            return _DIRECTIONS.get(facts.flow_direction)
        index = self.state.index
        if index is None or facts.interface is None:
            return None
        pairs = ((facts.src, facts.dst), (facts.pkt_src, facts.pkt_dst))
        found = (index.direction(facts.interface, src, dst) for src, dst in pairs)
        return next((_DIRECTIONS[direction] for direction in found if direction is not None), None)


def columns_available(snapshot: Snapshot) -> tuple[str, ...]:
    """The fields that some record has a value in, in AWS's order; unknown ones last, by name."""
    held = {name.removesuffix("/6") for name in snapshot.columns if not name.startswith("@")}
    known = [name for name in fields.FIELDS if name in held]
    return (*known, *sorted(held.difference(known)))


def _bound(filter: Tree | None, state: SessionState) -> Tree | None:
    return None if filter is None else bind(filter, Names(state.index, state.history))


def _inside(scopes: Sequence[Scope], state: SessionState) -> frozenset[str] | None:
    return interface_ids(scopes, None if state.index is None else state.index.topology)


def _described(snapshot: Snapshot, id: int, fmt: LogFormat, line: str) -> tuple[DetailField, ...]:
    tokens = _BLANKS.split(line.strip(" \t\n\v\f\r"))
    (values,) = snapshot.rows([id], fmt.fields)
    typed = dict(zip(fmt.fields, cast("tuple[str | int | None, ...]", values or ()), strict=False))
    protocol = cast("int | None", typed.get(fields.PROTOCOL.name))
    return tuple(
        DetailField(name, token, decode.describe(fields.field(name), typed.get(name), protocol))
        for name, token in zip(fmt.fields, tokens, strict=False)
    )
