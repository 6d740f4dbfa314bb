"""A name to type, with what may be said against it under it; known names complete what is typed.

```
╭ Log group ───────────────────────────────────────────────╮
│ /flowtui/default                                          │
│ made where it is not there                                │
│ → complete   enter take   esc leave                       │
╰───────────────────────────────────────────────────────────╯
```
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Input

from flowtui.records.decode import clean
from flowtui.tui import keymap
from flowtui.tui.screens.page import WIDEST
from flowtui.tui.theme import Palette
from flowtui.tui.widgets.lines import Hints, Lines

Judge = Callable[[str], tuple[str, bool]]
"""What is said of a name, and whether it can be taken."""

_KEYS = (("→", "complete"), ("enter", "take"), ("esc", "leave"))


class NameScreen(ModalScreen[str | None]):
    """Closes with the name, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [keymap.key("back").binding]
    DEFAULT_CSS = """
    NameScreen { align: center middle; }
    NameScreen #sheet {
        height: auto; max-height: 100%; padding: 0 1; background: $background;
        border: round $accent; border-title-color: $foreground; border-title-style: bold;
    }
    NameScreen Input { height: 1; border: none; padding: 0; background: $panel; color: $foreground; }
    """

    def __init__(self, title: str, name: str, known: Sequence[str], judge: Judge, palette: Palette) -> None:
        super().__init__()
        self._title = title
        self._judge = judge
        # What is drawn of AWS's names has no control characters; such a one cannot be typed.
        known = [each for each in known if clean(each) == each]
        self._input = Input(name, compact=True, suggester=SuggestFromList(known), select_on_focus=False)
        self._verdict = Lines(palette, id="verdict", label=0)
        self._hints = Hints(palette)

    def compose(self) -> ComposeResult:
        """The sheet."""
        with Vertical(id="sheet"):
            yield self._input
            yield self._verdict
            yield self._hints

    def on_mount(self) -> None:
        """Ready to be typed in."""
        self.query_one("#sheet").border_title = self._title
        self._hints.show(_KEYS, "")
        self._say()
        self.on_resize()
        self._input.focus()

    def on_resize(self) -> None:
        """Fits again."""
        self.query_one("#sheet").styles.width = min(self.app.size.width, WIDEST)

    @on(Input.Changed)
    def _say(self) -> None:
        words, is_right = self._judge(self._input.value)
        self._verdict.show(("", words, "mute" if is_right else "attention"))

    @on(Input.Submitted)
    def _submitted(self) -> None:
        if self._judge(self._input.value)[1]:
            self.dismiss(self._input.value)
        else:
            self.app.bell()

    def action_back(self) -> None:
        """Leaves the name as it was."""
        self.dismiss(None)
