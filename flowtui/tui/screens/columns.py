"""The columns of the record table: which are shown, and in which order.

```
╭─ Columns ────────── space show · J K move · enter take ─╮
│ ✓ TIME         start            when the flow began      │
│   PKTS         packets          …                        │
╰──────────────────────────────────────────────────────────╯
```
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual import on
from textual.binding import Binding, BindingType

from flowtui.records import fields
from flowtui.records.decode import clean
from flowtui.tui.render import text
from flowtui.tui.screens.listed import ListScreen
from flowtui.tui.theme import Palette
from flowtui.tui.widgets.checklist import CheckList
from flowtui.tui.widgets.rows import RowList

_HEADING, _NAME = 13, 22


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The reader's columns, by AWS's field names."""

    wanted: tuple[str, ...] = ()
    """In this order before all others."""
    hidden: frozenset[str] = frozenset()


class ColumnList(CheckList):
    """The columns in their order; those that are shown have a mark."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("K,shift+up", "carry(-1)", show=False, id="columns.up"),
        Binding("J,shift+down", "carry(1)", show=False, id="columns.down"),
    ]

    def __init__(self, names: Sequence[str], hidden: frozenset[str], palette: Palette) -> None:
        super().__init__(palette)
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

    def is_checked(self, position: int) -> bool:
        """Whether the column is shown."""
        return self.names[position] not in self.hidden

    def draw_words(self, position: int, line: text.Line, width: int) -> None:
        """Heading, name, meaning."""
        palette, name = self.palette, self.names[position]
        field, ink = fields.field(name), palette.text if self.is_checked(position) else palette.faint
        line.cell(clean(field.heading), _HEADING, ink).cell(clean(name), _NAME, palette.mute)
        line.add(text.fitted(field.meaning, width - line.width), palette.soft)

    def toggle(self, position: int) -> None:
        """Shows or hides; one column stays."""
        name = self.names[position]
        if name in self.hidden:
            self.hidden.remove(name)
        elif len(self.hidden) < len(self.names) - 1:
            self.hidden.add(name)

    def action_carry(self, step: int) -> None:
        """Takes the column along."""
        to = self.cursor + step
        if 0 <= to < len(self.names):
            self.names[self.cursor], self.names[to] = self.names[to], self.names[self.cursor]
            self.action_move(step)
            self.refresh()


class ColumnsScreen(ListScreen[Arrangement]):
    """Closes with the arrangement, or None."""

    def __init__(self, names: Sequence[str], hidden: frozenset[str], palette: Palette) -> None:
        self._list = ColumnList(names, hidden, palette)
        super().__init__(self._list)

    @on(RowList.Entered)
    def _entered(self) -> None:
        self.dismiss(Arrangement(tuple(self._list.names), frozenset(self._list.hidden)))
