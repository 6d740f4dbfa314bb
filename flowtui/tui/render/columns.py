"""The columns of the record table: which there are, how wide, and which of them fit.

The first ones are the ones that are read first; every other field of the records' formats follows to the
right of the column cursor.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from flowtui.records import fields
from flowtui.records.fields import Field, Type

GUTTER = 2
"""Cells before the first column: `✗` rejected, `«` late."""
_WIDE = 98
"""Inner cells from which the columns have the order of a wide screen."""
_IPV6_CELLS = 39


class Part(Enum):
    """What a column draws; a field that is nothing special is drawn by its type."""

    TIME = "time"
    INTERFACE = "interface"
    DIRECTION = "direction"
    SOURCE = "source"
    DESTINATION = "destination"
    PORT = "port"
    PROTOCOL = "protocol"
    ACTION = "action"
    FIELD = "field"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it draws, from which field, and its place."""

    part: Part
    field: Field
    heading: str
    width: int
    is_right: bool
    gap: int = 1
    """Blank cells before it."""


def _column(part: Part, field: Field, *, gap: int = 1, heading: str = "", width: int = 0) -> Column:
    heading = heading or field.heading
    return Column(part, field, heading, width or max(field.width, len(heading)), field.is_right_aligned, gap)


TIME = _column(Part.TIME, fields.START, gap=0, width=8)
INTERFACE = _column(Part.INTERFACE, fields.INTERFACE_ID)
DIRECTION = Column(Part.DIRECTION, fields.FLOW_DIRECTION, "DIR", 3, is_right=False)
SOURCE = _column(Part.SOURCE, fields.SRCADDR)
SOURCE_PORT = _column(Part.PORT, fields.SRCPORT)
DESTINATION = _column(Part.DESTINATION, fields.DSTADDR, gap=2)
DESTINATION_PORT = _column(Part.PORT, fields.DSTPORT)
PROTOCOL = _column(Part.PROTOCOL, fields.PROTOCOL)
PACKETS = _column(Part.FIELD, fields.PACKETS)
BYTES = _column(Part.FIELD, fields.BYTES)
NARROW_BYTES = Column(Part.FIELD, fields.BYTES, fields.BYTES.heading, 6, is_right=True)
ACTION = _column(Part.ACTION, fields.ACTION, gap=2)

_BOTH_ENDS = (SOURCE, SOURCE_PORT, DESTINATION, DESTINATION_PORT, PROTOCOL)
_WIDE_ORDER = (TIME, INTERFACE, DIRECTION, *_BOTH_ENDS, PACKETS, BYTES, ACTION)
_NARROW_ORDER = (TIME, INTERFACE, *_BOTH_ENDS, NARROW_BYTES, DIRECTION, PACKETS, ACTION)


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns in their order, and which of them are drawn in a width."""

    columns: tuple[Column, ...]
    shown: tuple[int, ...]
    """Positions in `columns` of what is drawn, from left to right."""

    @property
    def drawn(self) -> tuple[Column, ...]:
        """The columns that are drawn."""
        return tuple(self.columns[position] for position in self.shown)


def columns_for(present: Iterable[str], width: int, wanted: Sequence[str] = ()) -> tuple[Column, ...]:
    """The columns for records that have these fields, in a table of this many inner cells.

    Those that are wanted (AWS's field names) come first, in their order.
    """
    order = _in_order(present, width)
    return tuple(sorted(order, key=lambda column: _rank(wanted, column)))


def _rank(wanted: Sequence[str], column: Column) -> int:
    return wanted.index(column.field.name) if column.field.name in wanted else len(wanted)


def _in_order(present: Iterable[str], width: int) -> tuple[Column, ...]:
    there = set(present)
    order = _WIDE_ORDER if width >= _WIDE else _NARROW_ORDER
    first = [
        column for column in order if column.field.name in there or column in (INTERFACE, DIRECTION, TIME)
    ]
    taken = {column.field.name for column in order}
    rest = [_other(field) for name, field in fields.FIELDS.items() if name in there - taken]
    companions = {fields.v6(name) for name in fields.FIELDS}
    unknown = sorted(name for name in there - set(fields.FIELDS) - companions if not name.startswith("@"))
    return (*first, *rest, *(_other(fields.field(name)) for name in unknown))


def _other(field: Field) -> Column:
    width = 8 if field.type is Type.TIME else 0
    return _column(Part.FIELD, field, width=width)


def widened(columns: tuple[Column, ...], width: int, *, has_ipv6: bool) -> tuple[Column, ...]:
    """Gives both address columns alike what room there is for IPv6 addresses, and the interface the rest."""
    slack = width - _needed(columns)
    if has_ipv6 and slack >= 2:
        extra = min(_IPV6_CELLS - SOURCE.width, slack // 2)
        columns = tuple(
            _grown(column, extra) if column.part in (Part.SOURCE, Part.DESTINATION) else column
            for column in columns
        )
        slack -= 2 * extra
    if slack > 0:
        grow = min(slack, 12)
        columns = tuple(_grown(column, grow) if column is INTERFACE else column for column in columns)
    return columns


def _grown(column: Column, cells: int) -> Column:
    return Column(
        column.part, column.field, column.heading, column.width + cells, column.is_right, column.gap
    )


def _needed(columns: tuple[Column, ...]) -> int:
    first = [column for column in columns if column in _WIDE_ORDER or column is NARROW_BYTES]
    return GUTTER + sum(column.gap + column.width for column in first)


def laid_out(columns: tuple[Column, ...], width: int, cursor: int, left: int) -> tuple[Layout, int]:
    """What is drawn in a width: the first column always, then from `left` on what fits.

    `left` moves as little as brings the column under the cursor into view; the moved one is returned too.
    """
    if not columns:
        return Layout((), ()), 0
    left = max(1, min(left, cursor if cursor > 0 else 1))
    while True:
        shown = _fitting(columns, width, left)
        if cursor in shown or left >= cursor:
            return Layout(columns, shown), left
        left += 1


def _fitting(columns: tuple[Column, ...], width: int, left: int) -> tuple[int, ...]:
    used = GUTTER + columns[0].gap + columns[0].width
    shown = [0]
    for position in range(left, len(columns)):
        column = columns[position]
        used += column.gap + column.width
        if used > width:
            break
        shown.append(position)
    return tuple(shown)
