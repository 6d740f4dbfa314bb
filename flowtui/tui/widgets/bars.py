"""The single lines of the screen: header, tabs (where panes do not fit side by side) and footer."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from flowtui.tui import keymap
from flowtui.tui.render.frame import cropped
from flowtui.tui.render.header import HeaderState, header
from flowtui.tui.render.text import Line, fitted
from flowtui.tui.theme import DARK, PALETTES, Palette


class HeaderBar(Widget):
    """Account, region, breadcrumb; state, lag, rate, share rejected, and what was lost."""

    DEFAULT_CSS = "HeaderBar { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.palette: Palette = PALETTES[DARK]
        self._state = HeaderState()

    def show(self, state: HeaderState) -> None:
        """Draws a state, where it differs from the one before."""
        if state != self._state:
            self._state = state
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line."""
        width = self.size.width
        segments = header(self._state, width, self.palette)
        return Strip(segments).adjust_cell_length(width).apply_style(self.palette.ground)


class TabLine(Widget):
    """The panes as tabs with a rule under the active one; at the right its state over the filter."""

    DEFAULT_CSS = "TabLine { height: 2; }"

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, pane: str) -> None:
            super().__init__()
            self.pane = pane

    def __init__(self, tabs: Sequence[tuple[str, str, str]]) -> None:
        super().__init__()
        self.palette: Palette = PALETTES[DARK]
        self._tabs = tabs
        self._active = tabs[-1][0]
        self._right: Sequence[Segment] = ()
        self._under = ""

    def show(self, active: str, right: Sequence[Segment], under: str = "") -> None:
        """Draws the tabs with this one active, and what stands at the right and in the rule under it."""
        if (active, list(right), under) != (self._active, list(self._right), self._under):
            self._active, self._right, self._under = active, right, under
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The names, or the rule."""
        line = self._names() if y == 0 else self._rule()
        return Strip(line).adjust_cell_length(self.size.width).apply_style(self.palette.ground)

    def _names(self) -> list[Segment]:
        palette = self.palette
        line = Line().add(" ", palette.text)
        for pane, number, name in self._tabs:
            is_active = pane == self._active
            line.add(number, palette.focus + Style(bold=True) if is_active else palette.heading)
            line.add(f" {name}", palette.strong if is_active else palette.mute).add("   ", palette.text)
        room = self.size.width - line.width - 1
        right = cropped(self._right, max(0, room))
        line.to(self.size.width - 1 - sum(cell_len(segment.text) for segment in right), palette.text)
        return [*line.segments, *right]

    def _rule(self) -> list[Segment]:
        line = Line().add("─", self.palette.line)
        for at, (pane, number, name) in enumerate(self._tabs):
            cells = len(number) + 1 + len(name)
            line.add("───" if at else "", self.palette.line)
            if pane == self._active:
                line.add("━" * cells, self.palette.focus)
            else:
                line.add("─" * cells, self.palette.line)
        room = self.size.width - line.width
        under = f" {fitted(self._under, room - 3)} " if self._under else ""
        line.add("─" * (room - cell_len(under)), self.palette.line)
        return line.add(under, self.palette.text).segments

    def on_click(self, event: events.Click) -> None:
        """Goes to the pane whose tab was clicked."""
        left = 1
        for pane, number, name in self._tabs:
            right = left + len(number) + 1 + len(name)
            if left <= event.x < right:
                self.post_message(self.Chosen(pane))
            left = right + 3


class FooterBar(Widget):
    """The keys that do something here, as many as fit."""

    DEFAULT_CSS = "FooterBar { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.palette: Palette = PALETTES[DARK]
        self._hints: tuple[tuple[str, str], ...] = ()

    def show(self, *hints: str | tuple[str, str]) -> None:
        """Draws hints: ids of keys, or an id with another label than the key's own."""
        pairs = [(hint, "") if isinstance(hint, str) else hint for hint in hints]
        new = tuple((keymap.key(each).footer_cap, label or keymap.key(each).label) for each, label in pairs)
        if new != self._hints:
            self._hints = new
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line."""
        palette, width = self.palette, self.size.width
        line = Line().add(" ", palette.mute)
        for cap, label in self._fitting(width - 2):
            line.add(cap, palette.focus + Style(bold=True)).add(f" {label}   ", palette.mute)
        return Strip(line.segments).adjust_cell_length(width).apply_style(palette.ground)

    def _fitting(self, width: int) -> list[tuple[str, str]]:
        """The hints that fit; the last one (help) always."""
        if not self._hints:
            return []
        *others, last = self._hints
        room = width - _cells(last)
        kept = []
        for hint in others:
            if _cells(hint) + 3 > room:
                break
            kept.append(hint)
            room -= _cells(hint) + 3
        return [*kept, last]


def _cells(hint: tuple[str, str]) -> int:
    return cell_len(hint[0]) + 1 + cell_len(hint[1])
