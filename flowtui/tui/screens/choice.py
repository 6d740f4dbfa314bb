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
from typing import Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events, on

from flowtui.records.decode import clean
from flowtui.tui.render import text
from flowtui.tui.screens.listed import ListScreen
from flowtui.tui.theme import Palette
from flowtui.tui.widgets.rows import RowList

T = TypeVar("T")
_LABEL = 18


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


class ChoiceScreen(ListScreen[T]):
    """Closes with the value chosen, or None."""

    def __init__(self, title: str, options: Sequence[Option[T]], palette: Palette) -> None:
        super().__init__(ChoiceList(title, options, palette))
        self._options = options

    @on(RowList.Entered)
    def _entered(self) -> None:
        self._choose(self.rows.cursor)

    def on_key(self, event: events.Key) -> None:
        """A number chooses at once."""
        if event.character is not None and event.character.isdecimal() and event.character.isascii():
            event.stop()
            self._choose(int(event.character) - 1)

    def _choose(self, position: int) -> None:
        if 0 <= position < len(self._options):
            self.dismiss(self._options[position].value)
