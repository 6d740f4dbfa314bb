"""Diagnostics: how the tail does, what is wrong, and the lines that fit no format; renewed every second.

```
╭─ Diagnostics ───────────────────────────────────────────╮
│ Tail                                                     │
│ lag                   1m34s                              │
╰──────────────────────────────────────────────────────────╯
```
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType

from flowtui.tui.screens.page import PageScreen
from flowtui.tui.theme import Palette
from flowtui.tui.widgets.scroll import Lines

RENEWED_S = 1.0


class DiagnosticsScreen(PageScreen):
    """Figures that go on changing while they are read."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("d", "back", show=False, id="diagnostics.close")]

    def __init__(self, lines: Callable[[], Lines], palette: Palette) -> None:
        super().__init__("Diagnostics", lines(), palette)
        self._newer_lines = lines

    def on_mount(self) -> None:
        """Begins renewing."""
        super().on_mount()
        self.set_interval(RENEWED_S, self._renew)

    def _renew(self) -> None:
        self.pane.renew(self._newer_lines())
        self._fit()
