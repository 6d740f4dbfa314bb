"""Lines of a sheet: labels with words, and the keys that do something there."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from flowtui.tui.render import text
from flowtui.tui.theme import Palette

LABEL = 9
"""Cells before what a line says."""


class Lines(Widget):
    """Lines of labels and words; the last word on a line goes first where there is no room."""

    DEFAULT_CSS = "Lines { height: auto; }"

    def __init__(self, palette: Palette, *, id: str | None = None, label: int = LABEL) -> None:
        """`label`: cells before the words."""
        super().__init__(id=id)
        self.palette = palette
        self._label = label
        self.lines: Sequence[tuple[str, str, str]] = ()
        """Label, words, and the role of their style."""

    def show(self, *lines: tuple[str, str, str]) -> None:
        """Draws other lines."""
        if lines != self.lines:
            self.lines = lines
            self.styles.height = len(lines)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """A line."""
        width, line = self.size.width, text.Line()
        if y < len(self.lines):
            label, words, role = self.lines[y]
            style: Style = getattr(self.palette, role)
            line.cell(label, self._label, self.palette.mute)
            line.add(text.fitted(words, max(0, width - self._label)), style)
        return Strip(line.segments).adjust_cell_length(width).apply_style(self.palette.ground)


class Hints(Widget):
    """The keys that do something here, and a note."""

    DEFAULT_CSS = "Hints { height: 1; margin-top: 1; }"

    def __init__(self, palette: Palette) -> None:
        super().__init__(id="hints")
        self.palette = palette
        self._shown: tuple[Sequence[tuple[str, str]], str] = ((), "")

    def show(self, hints: Sequence[tuple[str, str]], note: str) -> None:
        """Draws others."""
        if (hints, note) != self._shown:
            self._shown = hints, note
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line."""
        palette, line = self.palette, text.Line()
        hints, note = self._shown
        for cap, label in hints:
            line.add(cap, palette.focus + Style(bold=True)).add(f" {label}   ", palette.mute)
        line.add(text.fitted(note, max(0, self.size.width - line.width)), palette.attention)
        return Strip(line.segments).adjust_cell_length(self.size.width).apply_style(palette.ground)
