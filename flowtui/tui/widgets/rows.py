"""A list of rows with a cursor, drawn line by line: what all panes have in common.

Nothing is kept per row, so that a million rows cost what fits the screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from flowtui.tui import keymap
from flowtui.tui.render import frame
from flowtui.tui.theme import DARK, PALETTES, Palette

_WHEEL_ROWS = 3


class RowList(Widget, can_focus=True):
    """Rows under a heading of fixed lines; subclasses say how many there are and draw one.

    `cursor` and `top` are positions. A subclass whose rows move calls `place` to keep the reader's place.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings(keymap.MOVE)]
    DEFAULT_CSS = "RowList { height: 1fr; } "
    HEAD_LINES: ClassVar[int] = 0
    """Lines over the rows which do not scroll."""
    ROW_LINES: ClassVar[int] = 1
    """Lines of a row; where there are more, `draw_line` draws them."""
    FOOT_LINES: ClassVar[int] = 0
    """Lines under the rows which do not scroll."""

    class Entered(Message):
        """`enter` was pressed, or a row was clicked that the cursor was on."""

        def __init__(self, rows: RowList) -> None:
            super().__init__()
            self.rows = rows

        @property
        def control(self) -> RowList:
            """The list."""
            return self.rows

    class Moved(Message):
        """The cursor was moved by the user."""

        def __init__(self, rows: RowList) -> None:
            super().__init__()
            self.rows = rows

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.cursor = 0
        self.top = 0
        self.palette: Palette = PALETTES[DARK]

    # What a subclass says

    def row_count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def draw_row(self, position: int, width: int) -> Iterable[Segment]:
        """The segments of a row, without a background."""
        raise NotImplementedError

    def draw_line(self, position: int, line: int, width: int) -> Iterable[Segment]:
        """The segments of one of the lines of a row."""
        return self.draw_row(position, width)

    def draw_head(self, line: int, width: int) -> Iterable[Segment]:
        """The segments of a line over the rows."""
        return ()

    def draw_foot(self, line: int, width: int) -> Iterable[Segment]:
        """The segments of a line under the rows."""
        return ()

    def draw_empty(self, line: int, width: int) -> Iterable[Segment]:
        """The segments of a line where there are no rows at all."""
        return ()

    def is_stop(self, position: int) -> bool:
        """Whether the cursor may rest there."""
        return True

    def title(self) -> tuple[Sequence[Segment], Sequence[Segment]]:
        """The title at the left and at the right of the frame's upper line."""
        return (), ()

    # Drawing

    @property
    def is_framed(self) -> bool:
        """Whether the pane has its frame; without one a line of tabs has the title."""
        return not self.has_class("-bare")

    @property
    def inner_width(self) -> int:
        """Cells for content."""
        return max(1, self.size.width - (2 * frame.INSET if self.is_framed else 2))

    @property
    def page_rows(self) -> int:
        """Rows that fit."""
        return max(1, (self._foot_at - self._first_row) // self.ROW_LINES)

    @property
    def head_lines(self) -> int:
        """Lines over the rows, inside the frame."""
        return self.HEAD_LINES

    @property
    def _first_row(self) -> int:
        return self.head_lines + (1 if self.is_framed else 0)

    @property
    def _foot_at(self) -> int:
        """The line of the widget where the foot begins."""
        return self.size.height - self.is_framed - self.FOOT_LINES

    @property
    def is_active(self) -> bool:
        """Whether the pane shows the focus: it has it, or keeps it while a dialog is open."""
        return self.has_focus

    def render_line(self, y: int) -> Strip:
        """A line of the widget: frame, heading, row, or nothing."""
        width, palette = self.size.width, self.palette
        if not self.is_framed:
            return self._padded(self._content(y))
        if y == 0:
            left, right = self.title()
            return self._strip(frame.top(width, left, right, palette, is_focused=self.is_active), width)
        if y == self.size.height - 1:
            return self._strip(frame.bottom(width, palette, is_focused=self.is_active), width)
        return self._framed(self._content(y - 1))

    def _framed(self, content: Strip) -> Strip:
        ink = frame.line_style(self.palette, is_focused=self.is_active) + self.palette.ground.background_style
        return Strip([Segment("│ ", ink), *content, Segment(" │", ink)], self.size.width)

    def _padded(self, content: Strip) -> Strip:
        blank = Segment(" ", self.palette.ground)
        return Strip([blank, *content, blank], self.size.width)

    def _content(self, y: int) -> Strip:
        width = self.inner_width
        if y < self.head_lines:
            return self._strip(self.draw_head(y, width), width)
        foot = y + self.is_framed - self._foot_at
        if foot >= 0:
            return self._strip(self.draw_foot(foot, width), width)
        count = self.row_count()
        if count == 0:
            return self._strip(self.draw_empty(y - self.head_lines, width), width)
        row, line = divmod(y - self.head_lines, self.ROW_LINES)
        position = self.top + row
        if position >= count:
            return Strip.blank(width, self.palette.ground)
        if self.ROW_LINES > 1:
            strip = self._strip(self.draw_line(position, line, width), width)
        else:
            strip = self.row_strip(position, width)
        if position == self.cursor and self.is_cursor_shown and self.is_under_cursor(line):
            strip = self._under_cursor(strip)
        return strip

    @property
    def is_cursor_shown(self) -> bool:
        """Whether the row under the cursor is marked."""
        return self.is_active

    def is_under_cursor(self, line: int) -> bool:
        """Whether the mark of the cursor covers this line of a row."""
        return True

    def row_strip(self, position: int, width: int) -> Strip:
        """A row without the cursor; subclasses may keep these."""
        return self._strip(self.draw_row(position, width), width)

    def _strip(self, segments: Iterable[Segment], width: int) -> Strip:
        strip = Strip(segments).simplify()
        # Filled up in the style of its end: one run less for the terminal.
        last = strip._segments[-1].style if strip._segments else None
        last = None if last is not None and last.underline else last
        return strip.adjust_cell_length(width, last).simplify().apply_style(self.palette.ground)

    def _under_cursor(self, strip: Strip) -> Strip:
        cursor, soft = self.palette.cursor, self.palette.soft
        faint = {self.palette.mute.color, self.palette.faint.color}
        return Strip(
            [
                Segment(text, (style + soft if style and style.color in faint else style or soft) + cursor)
                for text, style, _ in strip
            ],
            strip.cell_length,
        ).simplify()

    def refresh_title(self) -> None:
        """Draws the title again, and nothing else."""
        if self.is_framed:
            self._refresh_line(0)

    def refresh_foot(self) -> None:
        """Draws the foot again, and nothing else."""
        self._refresh_line(self._foot_at, self.FOOT_LINES)

    # Moving

    def place(self, cursor: int, top: int) -> None:
        """Puts the cursor and the first row drawn where they may be, and draws what changed."""
        last = self.row_count() - 1
        cursor = max(0, min(cursor, last))
        top = max(0, min(top, last + 1 - self.page_rows))
        if not top <= cursor < top + self.page_rows:
            top = cursor if cursor < top else cursor - self.page_rows + 1
        if (cursor, top) == (self.cursor, self.top):
            return
        is_same_page = top == self.top
        before, self.cursor, self.top = self.cursor, cursor, top
        if is_same_page:
            self._refresh_row(before)
            self._refresh_row(cursor)
        else:
            self.refresh()

    def _refresh_row(self, position: int) -> None:
        y = (position - self.top) * self.ROW_LINES + self._first_row
        if 0 <= y < self.size.height:
            self._refresh_line(y, self.ROW_LINES)

    def _refresh_line(self, y: int, lines: int = 1) -> None:
        self.refresh(Region(0, y, self.size.width, lines))

    def _go(self, cursor: int, step: int) -> None:
        count = self.row_count()
        if not count:
            return
        cursor = max(0, min(cursor, count - 1))
        direction = 1 if step >= 0 else -1
        while 0 <= cursor < count and not self.is_stop(cursor):
            cursor += direction
        if not 0 <= cursor < count:
            return
        self.place(cursor, self.top)
        self.post_message(self.Moved(self))

    def action_move(self, step: int) -> None:
        """One row up or down."""
        self._go(self.cursor + step, step)

    def action_page(self, step: int) -> None:
        """A page up or down."""
        rows = self.page_rows - 1 or 1
        top = self.top + step * rows
        self.top = max(0, min(top, self.row_count() - self.page_rows))
        self.refresh()
        self._go(self.cursor + step * rows, step)

    def action_first(self) -> None:
        """To the top."""
        self._go(0, 1)

    def action_last(self) -> None:
        """To the bottom."""
        self._go(self.row_count() - 1, -1)

    def action_sideways(self, step: int) -> None:
        """Left or right, where that means something."""

    def action_enter(self) -> None:
        """Tells that the row under the cursor was chosen."""
        if self.row_count():
            self.post_message(self.Entered(self))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves the page; the cursor stays on it."""
        event.stop()
        self._wheel(_WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel moves the page; the cursor stays on it."""
        event.stop()
        self._wheel(-_WHEEL_ROWS)

    def _wheel(self, rows: int) -> None:
        self.top = max(0, min(self.top + rows, self.row_count() - self.page_rows))
        cursor = max(self.top, min(self.cursor, self.top + self.page_rows - 1))
        self.refresh()
        self._go(cursor, rows)

    def on_click(self, event: events.Click) -> None:
        """A click goes to a row; a click on the cursor's row opens it."""
        position = self.top + (event.y - self._first_row) // self.ROW_LINES
        if not 0 <= position < self.row_count() or not self.is_stop(position):
            return
        if position == self.cursor and event.chain > 1:
            self.action_enter()
        else:
            self._go(position, 1)
