"""Lines to read, scrolled with the same keys as the panes: help, record detail, diagnostics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from rich.segment import Segment

from flowtui.tui.render import frame
from flowtui.tui.theme import Palette
from flowtui.tui.widgets.rows import RowList

Lines = Callable[[int, Palette], list[list[Segment]]]
"""Makes the lines for a width in cells."""


class ScrollPane(RowList):
    """A framed page of lines, made anew for each width."""

    def __init__(self, title: str, lines: Lines, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._title = title
        self._make = lines
        self._made: tuple[int, list[list[Segment]]] | None = None

    def renew(self, lines: Lines) -> None:
        """The same page with newer figures; the reading position stays."""
        self._make, self._made = lines, None
        self.top = max(0, min(self.top, self.row_count() - self.page_rows))
        self.refresh()

    def rename(self, title: str) -> None:
        """Another title."""
        self._title = title

    def show_line(self, top: int) -> None:
        """Puts this line at the top, as far as there is enough below it."""
        self._scroll(top)

    def _lines(self) -> list[list[Segment]]:
        width = self.inner_width
        if self._made is None or self._made[0] != width:
            self._made = (width, self._make(width, self.palette))
        return self._made[1]

    def wanted_height(self, width: int) -> int:
        """Rows with the frame, for a pane of so many cells."""
        return len(self._make(width - 2 * frame.INSET, self.palette)) + 2

    def row_count(self) -> int:
        """The lines."""
        return len(self._lines())

    def draw_row(self, position: int, width: int) -> Iterable[Segment]:
        """A line."""
        return self._lines()[position]

    def title(self) -> tuple[Sequence[Segment], Sequence[Segment]]:
        """The title, and what is below where it does not fit."""
        below = self.row_count() - self.top - self.page_rows
        right = [Segment(f"{below} more ↓", self.palette.mute)] if below > 0 else []
        return [Segment(self._title, self.palette.strong)], right

    @property
    def is_cursor_shown(self) -> bool:
        """There is none: keys scroll."""
        return False

    def _go(self, cursor: int, step: int) -> None:
        """Scrolls so that the line asked for comes to the top."""
        self._scroll(cursor)

    def action_move(self, step: int) -> None:
        """A line."""
        self._scroll(self.top + step)

    def action_page(self, step: int) -> None:
        """A page."""
        self._scroll(self.top + step * self.page_rows)

    def _wheel(self, rows: int) -> None:
        self._scroll(self.top + rows)

    def _scroll(self, top: int) -> None:
        self.top = self.cursor = max(0, min(top, self.row_count() - self.page_rows))
        self.refresh()
