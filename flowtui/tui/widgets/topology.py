"""The topology pane: VPCs › subnets › owners › interfaces, rejections counted up the tree.

```
╭─ 1 Topology ───────────── ✗ 15 min ─╮
│ ▾ lab          172.16.0.0/16    229 │
│   ▾ public 1a  172.16.0.0/24    219 │
╰─────────────────────────────────────╯
```
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.message import Message

from flowtui.monitor.scope import Scope
from flowtui.records.decode import clean
from flowtui.tui.render import frame, text
from flowtui.tui.render.tree import TreeLine, TreeMaker
from flowtui.tui.widgets.rows import RowList

if TYPE_CHECKING:
    from flowtui.monitor.overlaps import Overlap
    from flowtui.topology.lookup import TopologyIndex

_DETAIL_COLUMN = 16
_COUNT_WIDTH = 6
_NARROW = 32
"""Cells under which details have no column of their own."""
_SLIM_NAME = 12
"""Cells that a name has there beside a detail that must be told."""


class TopologyPane(RowList):
    """The tree of VPCs."""

    class FlowLogEntered(Message):
        """A flow log is to be shown in full."""

        def __init__(self, flow_log_id: str) -> None:
            super().__init__()
            self.flow_log_id = flow_log_id

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.index: TopologyIndex | None = None
        self.notice = "reading the topology …"
        self._rejected: Mapping[str, int] = {}
        self._overlaps: Sequence[Overlap] = ()
        self._folded: dict[str, bool] = {}
        self._lines: list[TreeLine] = []

    def show(
        self, index: TopologyIndex | None, rejected: Mapping[str, int], overlaps: Sequence[Overlap] = ()
    ) -> None:
        """Takes the topology, the rejections per interface of the last minutes, what is recorded twice."""
        if index is self.index and rejected == self._rejected and overlaps == self._overlaps:
            return
        self.index, self._rejected, self._overlaps = index, rejected, overlaps
        self._rebuild()

    def _rebuild(self) -> None:
        key = self._lines[self.cursor].key if self.cursor < len(self._lines) else None
        if self.index is not None:
            maker = TreeMaker(self.index, self._rejected, self._is_open, self._overlaps)
            self._lines = maker.lines() + self._missing()
        offset = self.cursor - self.top
        for position, line in enumerate(self._lines):
            if line.key == key and line.is_first:
                self.cursor = position
                self.top = max(0, min(position - offset, len(self._lines) - self.page_rows))
                break
        self.cursor = max(0, min(self.cursor, len(self._lines) - 1))
        self.refresh()

    def _missing(self) -> list[TreeLine]:
        """What could not be read, and the action that would give it."""
        missing = () if self.index is None else self.index.topology.missing
        return [
            line
            for each in missing
            for line in (
                TreeLine(f"missing/{each.part}", 0, f"no {each.part}", "", tone="attention"),
                TreeLine(f"missing/{each.part}", 1, f"needs {each.action}", "", tone="mute", is_first=False),
            )
        ]

    def _is_open(self, key: str, default: bool) -> bool:
        return self._folded.get(key, default)

    def row_count(self) -> int:
        """The lines of the tree."""
        return len(self._lines)

    def is_stop(self, position: int) -> bool:
        """The cursor goes over a node's further lines."""
        return self._lines[position].is_first

    def current(self) -> TreeLine | None:
        """The node under the cursor."""
        return self._lines[self.cursor] if self.cursor < len(self._lines) else None

    def current_scope(self) -> Scope | None:
        """What `enter` drills into there."""
        line = self.current()
        return None if line is None else line.scope

    def holding_scope(self) -> Scope | None:
        """The node under the cursor or, where that is none, what it lies in: a route table's VPC."""
        at: int | None = self.cursor if self._lines else None
        while at is not None and self._lines[at].scope is None:
            at = self._outer(at)
        return None if at is None else self._lines[at].scope

    def _outer(self, position: int) -> int | None:
        """What a node lies in."""
        depth = self._lines[position].depth
        lines = self._lines
        outer = (at for at in range(position, -1, -1) if lines[at].is_first and lines[at].depth < depth)
        return next(outer, None)

    def title(self) -> tuple[Sequence[Segment], Sequence[Segment]]:
        """`1 Topology` and what the counts are."""
        left = frame.title("1", "Topology", self.palette, is_focused=self.is_active)
        return left, [Segment("✗ 15 min", self.palette.mute)]

    def draw_row(self, position: int, width: int) -> Iterable[Segment]:
        """A node: fold, name, detail, rejections."""
        node, palette = self._lines[position], self.palette
        detail_at = max(_DETAIL_COLUMN, min(width // 2, 40)) if width > 50 else _DETAIL_COLUMN
        line = text.Line().add("  " * node.depth, palette.soft)
        mark = {True: "▾ ", False: "▸ ", None: "  "}[node.is_open]
        line.add(mark, palette.mute)
        count = "" if node.rejected is None else text.count(node.rejected, _COUNT_WIDTH)
        if width < _NARROW:
            node = self._slim(node, width - line.width - len(count) - 2)
            detail_at = line.width + min(cell_len(node.name), _SLIM_NAME) + 1
        room = (detail_at if node.detail else width - len(count)) - line.width - 1
        line.add(self._named(node, room), self._ink(node.tone))
        if node.detail:
            line.to(max(detail_at, line.width + 1), palette.mute)
            room = width - line.width - (len(count) + 1 if count else 0)
            detail = clean(node.detail)
            is_id = "-" in detail and " " not in detail and len(detail) > 12
            shown = (
                text.identifier(detail, min(room, 10)) if is_id and width <= 50 else text.fitted(detail, room)
            )
            line.add(shown, self._ink(node.detail_tone))
        if count:
            ink = palette.reject if node.rejected else palette.faint
            line.to(width - cell_len(count), palette.soft).add(count, ink + Style(bold=False))
        return line.segments

    def _slim(self, node: TreeLine, room: int) -> TreeLine:
        """A node without its detail where that does not fit beside the name, unless it tells of trouble."""
        is_whole = cell_len(node.name) <= _SLIM_NAME and _SLIM_NAME + 1 + cell_len(node.detail) <= room
        is_told = is_whole or not node.name or node.detail_tone == "attention"
        return node if is_told else replace(node, detail="")

    def _named(self, node: TreeLine, room: int) -> str:
        return text.identifier(clean(node.name), room) if node.is_identifier else text.fitted(node.name, room)

    def _ink(self, tone: str) -> Style:
        ink: Style = getattr(self.palette, tone)
        return ink

    def draw_empty(self, line: int, width: int) -> Iterable[Segment]:
        """Why there is nothing yet."""
        return [Segment(text.fitted(self.notice, width), self.palette.mute)] if line == 0 else ()

    def action_sideways(self, step: int) -> None:
        """Folds and unfolds; left on what is folded goes to what it lies in."""
        node = self.current()
        if node is None:
            return
        if node.is_open is not None and node.is_open != (step > 0):
            self._folded[node.key] = step > 0
            self._rebuild()
        elif step < 0:
            outer = self._outer(self.cursor)
            self._go(self.cursor if outer is None else outer, -1)
        else:
            self.action_move(1)

    def action_enter(self) -> None:
        """Drills in, opens a flow log, or folds where there is neither."""
        node = self.current()
        if node is not None and node.flow_log_id is not None:
            self.post_message(self.FlowLogEntered(node.flow_log_id))
            return
        if node is not None and node.scope is None and node.is_open is not None:
            self._folded[node.key] = not node.is_open
            self._rebuild()
        elif node is not None and node.scope is not None:
            super().action_enter()
