"""What is to be recorded: VPCs, subnets and interfaces, several at once.

```
╭─ Record what ───────────────── 2 chosen · space choose · enter take ─╮
│ ✓ default        vpc-04d…e55      172.31.0.0/16                       │
│     public 1a    subnet-0a1…      172.31.0.0/20     inside            │
╰───────────────────────────────────────────────────────────────────────╯
```
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual import on

from flowtui.monitor.creation.answers import Target
from flowtui.monitor.creation.targets import DEPTHS, Candidate, toggled
from flowtui.records.decode import clean
from flowtui.tui.render import text
from flowtui.tui.screens.listed import ListScreen
from flowtui.tui.theme import Palette
from flowtui.tui.widgets.checklist import CheckList
from flowtui.tui.widgets.rows import RowList

_NAME, _ID, _DETAIL = 26, 14, 20


class TargetList(CheckList):
    """VPCs, under each its subnets, under those their interfaces."""

    def __init__(self, candidates: Sequence[Candidate], chosen: Sequence[Target], palette: Palette) -> None:
        super().__init__(palette)
        self._candidates = candidates
        self.chosen = tuple(chosen)
        self.cursor = next((at for at in range(len(candidates)) if self.is_checked(at)), 0)

    def row_count(self) -> int:
        """Everything there is."""
        return len(self._candidates)

    def title(self) -> tuple[Sequence[Segment], Sequence[Segment]]:
        """How many are chosen, and what the keys do."""
        keys = f"{len(self.chosen)} chosen · space choose · enter take · esc leave"
        return [Segment("Record what", self.palette.strong)], [Segment(keys, self.palette.mute)]

    def is_checked(self, position: int) -> bool:
        """Whether it is chosen itself."""
        target = self._candidates[position].target
        return any(each.id == target.id for each in self.chosen)

    def toggle(self, position: int) -> None:
        """Chooses it in place of what holds it or lies in it; or lets it go."""
        self.chosen = toggled(self.chosen, self._candidates[position], self._candidates)

    def draw_words(self, position: int, line: text.Line, width: int) -> None:
        """Name, id, block or address, and what speaks against it."""
        candidate, palette = self._candidates[position], self.palette
        target, ids = candidate.target, {each.id for each in self.chosen}
        is_inside = not ids.isdisjoint(candidate.holders)
        ink = palette.faint if is_inside else palette.text
        indent = "  " * DEPTHS[target.kind]
        name = clean(candidate.label) if candidate.label != target.id else ""
        line.cell(text.fitted(indent + (name or target.kind.word), _NAME - 1), _NAME, ink)
        line.cell(text.identifier(target.id, _ID - 1), _ID, palette.mute)
        line.cell(text.fitted(clean(target.detail), _DETAIL - 1), _DETAIL, palette.soft)
        room = width - line.width
        if is_inside:
            line.add(text.fitted("inside", room), palette.mute)
        elif candidate.flow_log_ids:
            line.add(text.fitted("recorded", room), palette.attention)


class TargetsScreen(ListScreen[tuple[Target, ...]]):
    """Closes with what is chosen, or None."""

    def __init__(self, candidates: Sequence[Candidate], chosen: Sequence[Target], palette: Palette) -> None:
        self._list = TargetList(candidates, chosen, palette)
        super().__init__(self._list)

    @on(RowList.Entered)
    def _entered(self) -> None:
        if self._list.chosen:
            self.dismiss(self._list.chosen)
        else:
            self.app.bell()
