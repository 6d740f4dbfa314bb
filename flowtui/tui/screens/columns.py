"""The columns of the record table: which are shown, and in which order.

```
╭─ Columns ────────── space show · J K move · enter take ─╮
│ ✓ TIME         start            when the flow began      │
│   PKTS         packets          …                        │
╰──────────────────────────────────────────────────────────╯
```
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from flowtui.records import fields
from flowtui.records.decode import clean
from flowtui.tui import keymap
from flowtui.tui.render import frame, text
from flowtui.tui.screens.page import WIDEST
from flowtui.tui.theme import Palette
from flowtui.tui.widgets.rows import RowList

_HEADING, _NAME = 13, 22


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The reader's columns, by AWS's field names."""

    wanted: tuple[str, ...] = ()
    """In this order before all others."""
    hidden: frozenset[str] = frozenset()


class ColumnList(RowList):
    """The columns in their order; those that are shown have a mark."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "show_or_hide", show=False, id="columns.toggle"),
        Binding("K,shift+up", "carry(-1)", show=False, id="columns.up"),
        Binding("J,shift+down", "carry(1)", show=False, id="columns.down"),
    ]

    def __init__(self, names: Sequence[str], hidden: frozenset[str], palette: Palette) -> None:
        super().__init__()
        self.palette = palette
        self.names = list(names)
        self.hidden = set(hidden)

    def row_count(self) -> int:
        """The columns."""
        return len(self.names)

    def title(self) -> tuple[Sequence[Segment], Sequence[Segment]]:
        """What the keys do."""
        return [Segment("Columns", self.palette.strong)], [
            Segment("space show, hide · J K move · enter take", self.palette.mute)
        ]

    def draw_row(self, position: int, width: int) -> Iterable[Segment]:
        """Mark, heading, name, meaning."""
        palette, name = self.palette, self.names[position]
        field, is_hidden = fields.field(name), name in self.hidden
        line = text.Line().add("  " if is_hidden else "✓ ", palette.focus)
        line.cell(clean(field.heading), _HEADING, palette.faint if is_hidden else palette.text)
        line.cell(clean(name), _NAME, palette.mute)
        return line.add(text.fitted(field.meaning, width - line.width), palette.soft).segments

    def action_show_or_hide(self) -> None:
        """Shows or hides; one column stays."""
        name = self.names[self.cursor]
        if name in self.hidden:
            self.hidden.remove(name)
        elif len(self.hidden) < len(self.names) - 1:
            self.hidden.add(name)
        self.refresh()

    def action_carry(self, step: int) -> None:
        """Takes the column along."""
        to = self.cursor + step
        if 0 <= to < len(self.names):
            self.names[self.cursor], self.names[to] = self.names[to], self.names[self.cursor]
            self.action_move(step)
            self.refresh()


class ColumnsScreen(ModalScreen[Arrangement | None]):
    """Closes with the arrangement, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [keymap.key("back").binding]
    DEFAULT_CSS = """
    ColumnsScreen { align: center middle; background: $background 60%; }
    ColumnsScreen:ansi { background: transparent; }
    """

    def __init__(self, names: Sequence[str], hidden: frozenset[str], palette: Palette) -> None:
        super().__init__()
        self._list = ColumnList(names, hidden, palette)

    def compose(self) -> ComposeResult:
        """The list alone."""
        yield self._list

    def on_mount(self) -> None:
        """Fits, and waits for a key."""
        self.on_resize()
        self._list.focus()

    def on_resize(self) -> None:
        """Fits again."""
        self._list.styles.width = min(self.app.size.width, WIDEST)
        self._list.styles.height = min(self.app.size.height, len(self._list.names) + frame.INSET)

    @on(RowList.Entered)
    def _entered(self) -> None:
        self.dismiss(Arrangement(tuple(self._list.names), frozenset(self._list.hidden)))

    def action_back(self) -> None:
        """Leaves the columns as they were."""
        self.dismiss(None)
