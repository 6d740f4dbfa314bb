"""A page that opens over the monitor and closes with `esc`: one scrolled pane in the middle.

```
╭─ Record ───────────────────────────────────── 4 more ↓ ─╮
│ srcaddr       203.0.113.9                                │
╰──────────────────────────────────────────────────────────╯
  ↑↓ scroll   y copy   esc back
```
"""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from flowtui.tui import keymap
from flowtui.tui.theme import Palette
from flowtui.tui.widgets.scroll import Lines, ScrollPane

WIDEST = 112
"""Cells: lines longer than this are hard to read."""


class PageScreen(ModalScreen[None]):
    """A page of lines; subclasses add what else it does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        keymap.key("back").binding,
        Binding("q", "back", show=False, id="page.close"),
        Binding("enter", "back", show=False, id="page.enter"),
    ]
    DEFAULT_CSS = """
    PageScreen { align: center middle; }
    PageScreen > Vertical { height: auto; max-height: 100%; }
    """

    def __init__(self, title: str, lines: Lines, palette: Palette) -> None:
        super().__init__()
        self.pane = ScrollPane(title, lines, id="page")
        self.pane.palette = palette

    def compose(self) -> ComposeResult:
        """The pane alone."""
        with Vertical():
            yield self.pane

    def on_mount(self) -> None:
        """As wide as reads well, as high as needed."""
        self._fit()
        self.pane.focus()

    def on_resize(self) -> None:
        """Fits again."""
        self._fit()

    def _fit(self) -> None:
        width = min(self.app.size.width, WIDEST)
        self.pane.styles.width = width
        self.pane.styles.height = min(self.app.size.height, self.pane.wanted_height(width))
        self.query_one(Vertical).styles.width = width

    def action_back(self) -> None:
        """Closes."""
        self.dismiss()
