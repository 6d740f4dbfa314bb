"""One flow record to one line of the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from flowtui.records import fields
from flowtui.records.decode import clean, protocol_name
from flowtui.records.fields import Type
from flowtui.tui.render import text
from flowtui.tui.render.columns import GUTTER, Column, Layout, Part
from flowtui.tui.render.marks import Mark, is_marked
from flowtui.tui.theme import Palette

if TYPE_CHECKING:
    from flowtui.monitor.view import Row

_MARKED = Style(underline=True)
REJECTED = "✗"
LATE = "«"
_STATUS_NOTES = {"NODATA": "no traffic", "SKIPDATA": "skipped by AWS"}


@dataclass(frozen=True, slots=True)
class RowStyle:
    """How a table draws its records: whatever changes here makes cached lines invalid."""

    palette: Palette
    utc: bool
    has_names: bool
    """Names instead of addresses in SOURCE and DESTINATION."""
    marks: tuple[Mark, ...] = ()
    """What the filter asked for."""


def heading(
    layout: Layout, width: int, cursor: int, order: tuple[int, bool] | None, palette: Palette
) -> list[Segment]:
    """The line of headings; the cursor's column is underlined, the sorted one has an arrow."""
    line = text.Line().add(" " * GUTTER, palette.heading)
    for position, column in zip(layout.shown, layout.drawn, strict=True):
        name = column.heading
        if order is not None and order[0] == position:
            arrow = "↓" if order[1] else "↑"
            name = f"{name[: column.width - 1]}{arrow}"
        style = palette.heading + Style(underline=True) if position == cursor else palette.heading
        blanks = column.width - len(name)
        line.add(" " * (column.gap + (blanks if column.is_right else 0)), palette.heading)
        line.add(name, style)
        line.add(" " * (0 if column.is_right else blanks), palette.heading)
    hidden = len(layout.columns) - len(layout.shown)
    if hidden and line.width + 2 <= width:
        line.to(width - 1, palette.faint).add(text_more(layout), palette.faint)
    return line.segments


def text_more(layout: Layout) -> str:
    """`›` where there are columns to the right."""
    return "›" if layout.shown and layout.shown[-1] < len(layout.columns) - 1 else " "


def record(row: Row, layout: Layout, style: RowStyle) -> list[Segment]:
    """The line of a record, the gutter first."""
    palette = style.palette
    line = text.Line()
    blank = palette.mute
    line.add(REJECTED if row.is_rejected else " ", palette.reject if row.is_rejected else blank)
    line.add(LATE if row.late else " ", palette.attention if row.late else blank)
    note = _STATUS_NOTES.get(row.status or "")
    for position, column in zip(layout.shown, layout.drawn, strict=True):
        shown, ink = _cell(row, position, column, style)
        if note is not None and column.part is Part.SOURCE:
            shown = text.fitted(note, column.width)
            ink = palette.attention if row.status == "SKIPDATA" else palette.mute
        if is_marked(style.marks, column.field.name, row.values[position]):
            line.add(" " * column.gap, ink)
            line.add(_blank(shown, column), ink).add(shown, ink + _MARKED)
            line.add(" " * (column.width - cell_len(shown) if not column.is_right else 0), ink)
            continue
        # The gap takes the cell's style, so that neighbours of one style are one run to the terminal.
        line.add(" " * column.gap, ink).cell(shown, column.width, ink, right=column.is_right)
    return line.segments


def _blank(shown: str, column: Column) -> str:
    return " " * (column.width - cell_len(shown)) if column.is_right else ""


def _cell(row: Row, position: int, column: Column, style: RowStyle) -> tuple[str, Style]:
    """A cell's text and style."""
    palette = style.palette
    base = palette.reject_row if row.is_rejected else palette.soft
    value = row.values[position]
    match column.part:
        case Part.TIME:
            seconds = value if isinstance(value, int) else None
            ink = palette.attention if row.late else base if row.is_rejected else palette.mute
            return text.clock_time(seconds, utc=style.utc), ink
        case Part.INTERFACE:
            return _interface(row, column.width), base
        case Part.DIRECTION:
            return row.direction or "", base if row.is_rejected else palette.mute
        case Part.SOURCE:
            return _address(value, row.src_name, column.width, has_names=style.has_names), base
        case Part.DESTINATION:
            return _address(value, row.dst_name, column.width, has_names=style.has_names), base
        case Part.PORT:
            return _port(row, value, column, style, base)
        case Part.PROTOCOL:
            return protocol_name(value) if isinstance(value, int) else "", base
        case Part.ACTION:
            return str(value or ""), palette.reject if row.is_rejected else palette.mute
        case Part.FIELD:
            return _field(value, column, utc=style.utc), base


def _interface(row: Row, width: int) -> str:
    if row.interface_name:
        return text.fitted(clean(row.interface_name), width)
    return text.identifier(clean(row.interface or ""), width)


def _address(value: object, name: str | None, width: int, *, has_names: bool) -> str:
    if has_names and name:
        return text.fitted(clean(name), width)
    return text.middle_cut(str(value), width) if value is not None else ""


def _port(row: Row, value: object, column: Column, style: RowStyle, base: Style) -> tuple[str, Style]:
    palette = style.palette
    if value is None:
        return "", base
    if value == 0:
        return "0", palette.faint
    is_wanted = row.is_rejected and column.field is fields.DSTPORT
    return str(value), palette.reject + Style(bold=False) if is_wanted else base


def _field(value: object, column: Column, *, utc: bool) -> str:
    if value is None:
        return ""
    if column.field.type is Type.TIME and isinstance(value, int):
        return text.clock_time(value, utc=utc)
    if isinstance(value, int):
        return text.count(value, column.width)
    return text.fitted(clean(str(value)), column.width)
