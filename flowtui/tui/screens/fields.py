"""The fields of a log format of one's own, chosen one by one, with the line that it makes under them.

```
╭─ Fields ─────────────────────────── space choose · enter take ─╮
│ ✓ srcaddr          2  Source address …                          │
│   az-id            4  …                                         │
│ ─────────────────────────────────────────────────────────────── │
│ A LINE  25 fields (versions 2 to 8)                             │
│ 2 123456789012 eni-0c1…                                         │
╰─────────────────────────────────────────────────────────────────╯
```
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.segment import Segment
from textual import on

from flowtui.monitor.creation import formats
from flowtui.records import fields
from flowtui.records.format import LogFormat
from flowtui.tui.render import creation, text
from flowtui.tui.screens.listed import ListScreen
from flowtui.tui.theme import Palette
from flowtui.tui.widgets.checklist import MARK, CheckList
from flowtui.tui.widgets.rows import RowList

_NAME, _VERSION = 31, 4
_EXAMPLE_LINES = 5


class FieldList(CheckList):
    """AWS's fields in the order of its tables."""

    FOOT_LINES = _EXAMPLE_LINES + 2

    def __init__(self, chosen: LogFormat, palette: Palette) -> None:
        super().__init__(palette)
        self.names = formats.CHOOSABLE
        self.chosen = set(chosen.fields)

    @property
    def format(self) -> LogFormat | None:
        """What is chosen; None where that is nothing."""
        return formats.own(self.chosen)

    def row_count(self) -> int:
        """The fields that can be chosen."""
        return len(self.names)

    def title(self) -> tuple[Sequence[Segment], Sequence[Segment]]:
        """What the keys do."""
        keys = "space choose · enter take · esc leave"
        return [Segment("Fields", self.palette.strong)], [Segment(keys, self.palette.mute)]

    def is_checked(self, position: int) -> bool:
        """Whether the field is chosen."""
        return self.names[position] in self.chosen

    def toggle(self, position: int) -> None:
        """Chooses the field, or lets it go."""
        self.chosen ^= {self.names[position]}

    def draw_words(self, position: int, line: text.Line, width: int) -> None:
        """Name, version, meaning."""
        palette, field = self.palette, fields.field(self.names[position])
        name_width = min(_NAME, (width - MARK) // 2)
        ink = palette.text if self.is_checked(position) else palette.soft
        line.cell(text.fitted(field.name, name_width - 1), name_width, ink)
        line.cell(str(field.version), _VERSION, palette.mute, right=False)
        needs = " (needs an ECS cluster)" if field.name in formats.ECS else ""
        room = width - line.width - len(needs)
        line.add(text.fitted(field.meaning, room), palette.mute).add(needs, palette.attention)

    def draw_foot(self, line: int, width: int) -> Iterable[Segment]:
        """A rule, what the format is called, and the line that it makes."""
        if line == 0:
            return [Segment("─" * width, self.palette.line)]
        made = creation.sample(self.format, width, self.palette)
        shown = made[: self.FOOT_LINES - 1]
        return shown[line - 1] if line <= len(shown) else ()


class FieldsScreen(ListScreen[LogFormat]):
    """Closes with the format, or None."""

    def __init__(self, chosen: LogFormat, palette: Palette) -> None:
        self._list = FieldList(chosen, palette)
        super().__init__(self._list)

    @on(RowList.Entered)
    def _entered(self) -> None:
        if self._list.format is None:
            self.app.bell()
        else:
            self.dismiss(self._list.format)
