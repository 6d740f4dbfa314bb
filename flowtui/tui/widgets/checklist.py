"""Rows of which some are chosen, each with a mark; `space` chooses and lets go."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType

from flowtui.tui.render import text
from flowtui.tui.theme import Palette
from flowtui.tui.widgets.rows import RowList

MARK = 2
"""Cells of the mark before a row."""


class CheckList(RowList):
    """Subclasses say what is chosen, and draw what stands behind the mark."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "check", show=False, id="checklist.check")]

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self.palette = palette

    def is_checked(self, position: int) -> bool:
        """Whether the row is chosen."""
        raise NotImplementedError

    def toggle(self, position: int) -> None:
        """Chooses the row, or lets it go."""
        raise NotImplementedError

    def draw_words(self, position: int, line: text.Line, width: int) -> None:
        """Adds to the line what the row says."""
        raise NotImplementedError

    def draw_row(self, position: int, width: int) -> Iterable[Segment]:
        """Mark and words."""
        line = text.Line().add("✓ " if self.is_checked(position) else "  ", self.palette.focus)
        self.draw_words(position, line, width)
        return line.segments

    def action_check(self) -> None:
        """Chooses the row under the cursor, or lets it go."""
        if self.row_count():
            self.toggle(self.cursor)
            self.refresh()
