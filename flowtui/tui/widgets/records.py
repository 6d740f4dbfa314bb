"""The record table: one row a flow record, in order of arrival, following or held.

```
╭─ 3 Records ─ reject ─────────────────────── following · 229 of 18,204 ─╮
│   TIME     INTERFACE DIR SOURCE        PORT  DESTINATION   PORT PROTO  │
│ ✗ 12:01:42 bastion   in  203.0.113.9  51144  172.16.0.121    80 tcp    │
╰────────────────────────────────────────────────────────────────────────╯
```
Draws from a `View`; knows neither where records come from nor what a filter is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, Self

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.cache import LRUCache
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from flowtui.filters.tree import Tree
from flowtui.records import fields
from flowtui.records.decode import protocol_name
from flowtui.tui import keymap
from flowtui.tui.render import columns, frame, record, text
from flowtui.tui.render.columns import Column, Layout, Part
from flowtui.tui.render.marks import Mark, marks
from flowtui.tui.theme import Palette
from flowtui.tui.widgets.chart import TimeChart
from flowtui.tui.widgets.rows import RowList

if TYPE_CHECKING:
    from flowtui.monitor.view import Row, View

_KEPT_STRIPS = 2000
_CHART_WIDTH, _CHART_HEIGHT = 90, 26
"""Cells and lines under which the chart has its short form."""


class RecordTable(RowList):
    """The flow records of a view."""

    BINDINGS: ClassVar[list[BindingType]] = [
        keymap.key("sort").binding,
        keymap.key("sort.reverse").binding,
    ]
    HEAD_LINES = 1

    class OrderChosen(Message):
        """A column was chosen to sort by; None is the order of arrival."""

        def __init__(self, field: str | None, *, is_descending: bool) -> None:
            super().__init__()
            self.field = field
            self.is_descending = is_descending

    def __init__(self, *, id: str | None = None) -> None:
        self.chart = TimeChart()
        self._frame_drawn: tuple[bool, Palette] | None = None
        super().__init__(id=id)
        self.view: View | None = None
        self.is_following = True
        self.new_below = 0
        """Records that have come since the reader left following."""
        self.total = 0
        self.is_past = False
        """Whether nothing will come any more."""
        self.filter_text = ""
        self.notice: Sequence[tuple[str, str]] = ()
        """What stands where there are no records: lines with the role of their style."""
        self.utc = False
        self.has_names = False
        self.wanted: tuple[str, ...] = ()
        """Fields whose columns come first, by their AWS names."""
        self.hidden: frozenset[str] = frozenset()
        """Fields whose columns are not shown."""
        self._layout = Layout((), ())
        self._column = 0
        self._left = 1
        self._names: tuple[str, ...] = ()
        self._present: frozenset[str] = frozenset()
        self._rows: dict[int, Row] = {}
        self._strips: LRUCache[object, Strip] = LRUCache(_KEPT_STRIPS)
        self._generation = 0
        self._marks: tuple[Mark, ...] = ()
        self._order: tuple[str, bool] | None = None
        self._cursor_id: int | None = None
        self._bottom_id: int | None = None

    def compose(self) -> ComposeResult:
        """The chart, over the headings."""
        yield self.chart

    # The chart

    @property
    def head_lines(self) -> int:
        """The chart, where it is shown, and the headings."""
        return self.HEAD_LINES + (self.chart.lines if self.chart.is_shown else 0)

    def show_chart(self, *, is_shown: bool) -> None:
        """Shows or hides the chart."""
        self.chart.set_class(not is_shown, "-hidden")
        self._keep_page()

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """Draws again, but not the chart, which knows itself when it has changed."""
        frame_now = (self.is_active, self.palette)
        is_whole = layout or recompose or frame_now != self._frame_drawn
        if not regions and not is_whole and self.chart.is_shown:
            width, height = self.size
            first = self._first_row - self.HEAD_LINES
            regions = (Region(0, 0, width, int(self.is_framed)), Region(0, first, width, height - first))
        self._frame_drawn = frame_now
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    @property
    def is_active(self) -> bool:
        """The frame is the chart's too."""
        return self.has_focus or self.chart.has_focus

    @property
    def is_cursor_shown(self) -> bool:
        """Not while the reader is in the chart, which has a cursor of its own."""
        return self.has_focus

    # What it shows

    def show(self, view: View, present: Iterable[str], total: int) -> None:
        """Takes a view that has grown or changed, and keeps the reader's place in it."""
        self.view, self.total = view, total
        self._rows.clear()
        there = frozenset(present)
        if there != self._present:
            self._present = there
            self._lay_out()
        if self.is_following and self._order is None:
            self._to_end()
        else:
            self._keep_place()
            self._count_new()
        self.refresh()

    def _to_end(self) -> None:
        count = self.row_count()
        self.cursor, self.top, self.new_below = max(0, count - 1), max(0, count - self.page_rows), 0
        self._note_cursor()

    def _keep_place(self) -> None:
        """Puts the record under the cursor back where it was on the screen."""
        if self.view is None or self._cursor_id is None:
            return
        offset = min(self.cursor - self.top, self.page_rows - 1)
        position = self.view.position(self._cursor_id)
        if position is None:
            position = min(self.cursor, self.row_count() - 1)
        self.cursor = max(0, position)
        last_top = max(0, self.row_count() - self.page_rows)
        self.top = max(0, min(self.cursor - offset, last_top))
        self._note_cursor()

    def _count_new(self) -> None:
        """Counts what has come below the last record that was there when the reader left following."""
        bottom = None if self.view is None or self._bottom_id is None else self.view.position(self._bottom_id)
        if bottom is not None:
            self.new_below = self.row_count() - 1 - bottom

    def mark(self, tree: Tree | None) -> None:
        """Marks what a filter asks for."""
        self._marks = marks(tree)
        self._strips.clear()

    def begin_anew(self, *, is_past: bool) -> None:
        """Forgets the records that were shown: others with the same ids will be."""
        self.view, self.is_past = None, is_past
        self.is_following, self.new_below = True, 0
        self._cursor_id = self._bottom_id = None
        self._rows.clear()
        self._strips.clear()

    def restyle(self, *, generation: int) -> None:
        """Forgets lines drawn with another palette, other names or another time zone."""
        if generation != self._generation:
            self._generation = generation
            self._strips.clear()
            self._rows.clear()
            self.refresh()

    def row_count(self) -> int:
        """The hits of the view."""
        return 0 if self.view is None else len(self.view)

    def current(self) -> Row | None:
        """The record under the cursor."""
        return self._row(self.cursor) if self.row_count() else None

    def current_values(self) -> dict[str, str]:
        """The fields of the record under the cursor as text; without those that have no value."""
        row = self.current()
        detail = None if row is None or self.view is None else self.view.record(row.id)
        return (
            {} if detail is None else {each.name: each.value for each in detail.fields if each.value != "-"}
        )

    def about(self, row: Row) -> str:
        """A record in a few words: `203.0.113.9:51144 → 172.16.0.121:80 tcp`; else its interface."""
        value = dict(zip(self._names, row.values, strict=True)).get
        if value(fields.SRCADDR.name) is None and value(fields.DSTADDR.name) is None:
            return row.interface_name or "no flow"
        ends = []
        for address, port in ((fields.SRCADDR, fields.SRCPORT), (fields.DSTADDR, fields.DSTPORT)):
            number = value(port.name)
            ends.append(f"{value(address.name) or '-'}{f':{number}' if number else ''}")
        protocol = value(fields.PROTOCOL.name)
        return (
            f"{ends[0]} → {ends[1]} {protocol_name(protocol) if isinstance(protocol, int) else ''}".rstrip()
        )

    def drawn_rows(self) -> list[Row]:
        """The records that are drawn."""
        last = min(self.row_count(), self.top + self.page_rows)
        return [row for at in range(self.top, last) if (row := self._row(at)) is not None]

    def go_to(self, record_id: int) -> None:
        """Puts the cursor on a record, which is no longer following."""
        position = None if self.view is None else self.view.position(record_id)
        if position is None:
            return
        self._hold()
        half = self.page_rows // 2
        is_visible = self.top <= position < self.top + self.page_rows
        self.place(position, self.top if is_visible else position - half)
        self._note_cursor()

    def _row(self, position: int) -> Row | None:
        if position not in self._rows and self.view is not None:
            start = max(0, min(self.top, position))
            count = max(self.page_rows, position - start + 1)
            rows = self.view.rows(start, count, self._names)
            self._rows = {start + offset: row for offset, row in enumerate(rows)}
        return self._rows.get(position)

    def _note_cursor(self) -> None:
        row = self.current()
        self._cursor_id = None if row is None else row.id

    # Drawing

    def on_resize(self, event: events.Resize) -> None:
        """The columns are laid out anew; following stays at the end."""
        self._lay_out()
        self._keep_page()

    def _keep_page(self) -> None:
        width, height = self.size
        self.chart.fit(is_compact=width < _CHART_WIDTH or height < _CHART_HEIGHT)
        if self.is_following and self._order is None:
            self._to_end()
        else:
            self._keep_place()

    def _lay_out(self) -> None:
        width = self.inner_width
        chosen = self._chosen(width)
        has_ipv6 = any(fields.v6(column.field.name) in self._present for column in chosen)
        chosen = columns.widened(chosen, width, has_ipv6=has_ipv6)
        self._column = min(self._column, max(0, len(chosen) - 1))
        self._layout, self._left = columns.laid_out(chosen, width, self._column, self._left)
        self._names = tuple(column.field.name for column in chosen)
        self._rows.clear()
        self._strips.clear()
        self.refresh()

    def _chosen(self, width: int) -> tuple[Column, ...]:
        chosen = columns.columns_for(self._present, width, self.wanted)
        shown = tuple(column for column in chosen if column.field.name not in self.hidden)
        return shown or chosen[:1]

    def column_names(self) -> tuple[str, ...]:
        """The fields of all columns in their order, hidden ones too."""
        every = columns.columns_for(self._present, self.inner_width, self.wanted)
        return tuple(column.field.name for column in every)

    def take_columns(self, wanted: tuple[str, ...], hidden: frozenset[str]) -> None:
        """Takes another order of the columns, and hides some."""
        self.wanted, self.hidden = wanted, hidden
        self._column, self._left = 0, 1
        self._lay_out()

    def title(self) -> tuple[Sequence[Segment], Sequence[Segment]]:
        """`3 Records ─ reject` and `following · 229 of 18,204`."""
        left = frame.title("3", "Records", self.palette, is_focused=self.is_active)
        right = self.state_of_reading()
        if self.filter_text:
            ink = frame.line_style(self.palette, is_focused=self.is_active)
            left.append(Segment(" ─ ", ink))
            shown = text.fitted(self.filter_text, frame.room(self.size.width, left, right))
            left.append(Segment(shown, self.palette.text))
        return left, right

    def state_of_reading(self) -> list[Segment]:
        """Whether the table follows, what waits below, and how many records there are."""
        palette, shown = self.palette, self.row_count()
        if self._order is not None:
            name = fields.field(self._order[0]).heading.lower()
            state, ink = f"by {name} {'↓' if self._order[1] else '↑'}", palette.attention
        elif self.is_following:
            state, ink = "newest" if self.is_past else "following", palette.focus
        else:
            state, ink = (f"{self.new_below:,} new below" if self.new_below else "held"), palette.focus
        parts = [Segment(state, ink), Segment(" · ", palette.mute), Segment(f"{shown:,}", palette.text)]
        if shown != self.total:
            parts.append(Segment(f" of {self.total:,}", palette.mute))
        return parts

    def draw_head(self, line: int, width: int) -> Iterable[Segment]:
        """The headings, under the chart."""
        if not self._layout.columns or line < self.head_lines - self.HEAD_LINES:
            return ()
        cursor = self._column if self.is_cursor_shown else -1
        return record.heading(self._layout, width, cursor, self._sorted_column(), self.palette)

    def _sorted_column(self) -> tuple[int, bool] | None:
        if self._order is None or self._order[0] not in self._names:
            return None
        return self._names.index(self._order[0]), self._order[1]

    def row_strip(self, position: int, width: int) -> Strip:
        """A record's line, drawn once while its columns, names and palette stay the same."""
        row = self._row(position)
        if row is None:
            return Strip.blank(width, self.palette.ground)
        names = (row.interface_name, row.src_name, row.dst_name, row.direction)
        key = (row.id, self._left, width, names)
        strip = self._strips.get(key)
        if strip is None:
            style = record.RowStyle(self.palette, self.utc, self.has_names, self._marks)
            strip = self._strip(record.record(row, self._layout, style), width)
            self._strips[key] = strip
        return strip

    def draw_row(self, position: int, width: int) -> Iterable[Segment]:
        """Not used: lines are kept by record."""
        return self.row_strip(position, width)

    def draw_empty(self, line: int, width: int) -> Iterable[Segment]:
        """What stands where there are no records."""
        inset = "  "
        lines = [
            (part, role) for words, role in self.notice for part in text.wrapped(words, width - len(inset))
        ]
        if not 0 < line <= len(lines):
            return ()
        words, role = lines[line - 1]
        style: Style = getattr(self.palette, role)
        return [Segment(inset, style), Segment(words, style)]

    # Moving

    def _hold(self) -> None:
        count = self.row_count()
        if self.is_following and count and self.view is not None:
            self.is_following = False
            self.new_below = 0
            self._bottom_id = self.view.ids(count - 1, 1)[0]
            self.refresh_title()

    def action_move(self, step: int) -> None:
        """One row; upwards leaves following."""
        if step < 0:
            self._hold()
        super().action_move(step)
        self._note_cursor()

    def action_page(self, step: int) -> None:
        """A page; upwards leaves following."""
        if step < 0:
            self._hold()
        super().action_page(step)
        self._note_cursor()

    def action_first(self) -> None:
        """To the top."""
        self._hold()
        super().action_first()
        self._note_cursor()

    def action_last(self) -> None:
        """To the newest record in the order of arrival, following."""
        self.is_following = True
        self.new_below = 0
        if self._order is not None:
            self._set_order(None, is_descending=False)
            return
        self._to_end()
        self.refresh()
        self.post_message(self.Moved(self))

    def _wheel(self, rows: int) -> None:
        if rows < 0:
            self._hold()
        super()._wheel(rows)
        self._note_cursor()

    def _go(self, cursor: int, step: int) -> None:
        if cursor < self.row_count() - 1:
            self._hold()
        super()._go(cursor, step)
        self._note_cursor()

    def action_sideways(self, step: int) -> None:
        """Moves the column cursor, and what is drawn along with it."""
        count = len(self._layout.columns)
        if not count:
            return
        self._column = max(0, min(self._column + step, count - 1))
        left = self._left
        self._layout, self._left = columns.laid_out(
            self._layout.columns, self.inner_width, self._column, self._left
        )
        if left != self._left:
            self.refresh()
        else:
            self._refresh_line(self._first_row - 1)

    @property
    def column(self) -> Column | None:
        """The column under the column cursor."""
        return self._layout.columns[self._column] if self._layout.columns else None

    # Order

    def action_sort(self) -> None:
        """Sorts by the column under the cursor; largest first where it is a number."""
        column = self.column
        if column is None or (column.part is Part.DIRECTION and column.field.name not in self._present):
            self.app.bell()
            return
        if self._order is not None and self._order[0] == column.field.name:
            self._set_order(None, is_descending=False)
        else:
            self._set_order(column.field.name, is_descending=column.is_right)

    def action_reverse(self) -> None:
        """Turns the order round."""
        if self._order is not None:
            self._set_order(self._order[0], is_descending=not self._order[1])

    def _set_order(self, field: str | None, *, is_descending: bool) -> None:
        self._order = None if field is None else (field, is_descending)
        self.is_following = field is None
        self.new_below = 0
        if field is not None:
            self._cursor_id, self.cursor, self.top = None, 0, 0
        self.post_message(self.OrderChosen(field, is_descending=is_descending))
        self.refresh()

    def copy_line(self) -> None:
        """Copies the line of the record under the cursor."""
        row = self.current()
        if row is not None and self.view is not None:
            detail = self.view.record(row.id)
            if detail is not None:
                self.app.copy_to_clipboard(detail.line)
                self.app.notify("Copied the record's line.", timeout=2)
