"""A short list to choose from with one key or `enter`, over the monitor.

```
╭─ Narrow to ─────────────────────────────────────────────╮
│ 1  this value        src host 203.0.113.9                │
│ 2  the pair          src host 203.0.113.9 and …          │
╰──────────────────────────────────────────────────────────╯
```
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen

from flowtui.records.decode import clean
from flowtui.tui import keymap
from flowtui.tui.render import frame, text
from flowtui.tui.theme import Palette
from flowtui.tui.widgets.rows import RowList

T = TypeVar("T")
_LABEL = 18
_WIDEST = 112


@dataclass(frozen=True, slots=True)
class Option(Generic[T]):
    """One thing to choose: how it is called, what it says, and what choosing it gives."""

    label: str
    words: str
    value: T


class ChoiceList(RowList, Generic[T]):
    """The list."""

    def __init__(self, title: str, options: Sequence[Option[T]], palette: Palette) -> None:
        super().__init__()
        self.palette = palette
        self.options = options
        self._title = title

    def row_count(self) -> int:
        """The options."""
        return len(self.options)

    def title(self) -> tuple[Sequence[Segment], Sequence[Segment]]:
        """What is chosen."""
        return [Segment(self._title, self.palette.strong)], [
            Segment("enter, or its number", self.palette.mute)
        ]

    def draw_row(self, position: int, width: int) -> Iterable[Segment]:
        """Number, label, words."""
        option, palette = self.options[position], self.palette
        line = text.Line().add(f"{position + 1}  ", palette.focus + Style(bold=True))
        line.cell(option.label, _LABEL, palette.text)
        return line.add(text.fitted(clean(option.words), width - line.width), palette.soft).segments


class ChoiceScreen(ModalScreen[T | None], Generic[T]):
    """Closes with the value chosen, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [keymap.key("back").binding]
    DEFAULT_CSS = """
    ChoiceScreen { align: center middle; background: $background 60%; }
    ChoiceScreen:ansi { background: transparent; }
    """

    def __init__(self, title: str, options: Sequence[Option[T]], palette: Palette) -> None:
        super().__init__()
        self._list: ChoiceList[T] = ChoiceList(title, options, palette)

    def compose(self) -> ComposeResult:
        """The list alone."""
        yield self._list

    def on_mount(self) -> None:
        """Fits, and waits for a key."""
        self._fit()
        self._list.focus()

    def on_resize(self) -> None:
        """Fits again."""
        self._fit()

    def _fit(self) -> None:
        self._list.styles.width = min(self.app.size.width, _WIDEST)
        self._list.styles.height = min(self.app.size.height, len(self._list.options) + frame.INSET)

    @on(RowList.Entered)
    def _entered(self) -> None:
        self._choose(self._list.cursor)

    def on_key(self, event: events.Key) -> None:
        """A number chooses at once."""
        if event.character is not None and event.character.isdecimal() and event.character.isascii():
            event.stop()
            self._choose(int(event.character) - 1)

    def _choose(self, position: int) -> None:
        if 0 <= position < len(self._list.options):
            self.dismiss(self._list.options[position].value)

    def action_back(self) -> None:
        """Closes without a choice."""
        self.dismiss(None)
