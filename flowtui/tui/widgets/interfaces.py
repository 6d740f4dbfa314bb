"""The interfaces pane: one row a log stream, with its rate, rejections and last record.

```
╭─ 2 Interfaces ─────────── by ✗ · 4 ─╮
│ NAME      15 MIN     REC/S   ✗  AGO │
│ bastion   ▂▃▅▇▃▂▁▂░    3.1 219   4s │
╰─────────────────────────────────────╯
```
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType

from flowtui.monitor.scope import Scope, ScopeKind
from flowtui.records.decode import clean
from flowtui.tui import keymap
from flowtui.tui.render import frame, text
from flowtui.tui.widgets.rows import RowList

SPARK_BUCKETS = 10
"""Of 90 seconds each: a quarter of an hour."""
_RATE, _COUNT, _AGO = 6, 5, 4
_ACCEPTED, _ID = 10, 22
_AGES_S = 9.5
"""Ages are written anew about every ten seconds."""
_NAME_AT_LEAST, _NAME_AT_MOST = 6, 24
_ROOMY = 70
"""Cells from which addresses and accepted records have columns; the interface's id needs more."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """Widths of the columns that are not always there; 0 where one is not."""

    name: int
    spark: int = SPARK_BUCKETS
    id: int = 0
    addresses: int = 0
    accepted: int = 0


class InterfaceOrder(Enum):
    """What the rows are sorted by; the value is how the title says it."""

    REJECTED = "✗"
    RATE = "rec/s"
    NAME = "name"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class InterfaceRow:
    """What is known of one interface's log stream."""

    id: str
    name: str
    addresses: str
    buckets: tuple[int | None, ...]
    """Records per bucket of the last quarter of an hour; None where most are still to arrive."""
    complete: int
    """How many of the buckets are complete: up to the watermark."""
    rate_per_s: float
    accepted: int
    rejected: int
    """Both of the last quarter of an hour."""
    last: float | None
    """Epoch seconds at which its newest record ended."""


_KEYS = {
    InterfaceOrder.REJECTED: lambda row: (-row.rejected, -row.rate_per_s, row.name),
    InterfaceOrder.RATE: lambda row: (-row.rate_per_s, row.name),
    InterfaceOrder.NAME: lambda row: (row.name, row.id),
    InterfaceOrder.LAST: lambda row: (-(row.last or 0), row.name),
}


class InterfacePane(RowList):
    """The log streams, the most rejected first."""

    BINDINGS: ClassVar[list[BindingType]] = [keymap.key("sort").binding, keymap.key("sort.reverse").binding]
    HEAD_LINES = 1

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.order = InterfaceOrder.REJECTED
        self.is_reversed = False
        self.now = 0.0
        self._taken: Sequence[InterfaceRow] = ()
        self._rows: list[InterfaceRow] = []

    def show(self, rows: Sequence[InterfaceRow], now: float) -> None:
        """Takes the rows; the cursor stays on its interface. The same rows are drawn again for their ages."""
        if rows is self._taken and now - self.now < _AGES_S:
            return
        self._taken, self.now = rows, now
        self._arrange()

    def _arrange(self) -> None:
        current = self.current()
        self._rows = sorted(self._taken, key=_KEYS[self.order], reverse=self.is_reversed)
        if current is not None:
            ids = [row.id for row in self._rows]
            self.cursor = ids.index(current.id) if current.id in ids and self.is_active else self.cursor
        self.cursor = max(0, min(self.cursor, len(self._rows) - 1))
        self.top = max(0, min(self.top, len(self._rows) - self.page_rows))
        if not self.top <= self.cursor < self.top + self.page_rows:
            self.top = max(0, self.cursor - self.page_rows + 1)
        self.refresh()

    def row_count(self) -> int:
        """The streams."""
        return len(self._rows)

    def current(self) -> InterfaceRow | None:
        """The row under the cursor."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    def current_scope(self) -> Scope | None:
        """What `enter` drills into there."""
        row = self.current()
        return None if row is None else Scope(ScopeKind.INTERFACE, row.id, row.name)

    def title(self) -> tuple[Sequence[Segment], Sequence[Segment]]:
        """`2 Interfaces` and `by ✗ · 4`."""
        left = frame.title("2", "Interfaces", self.palette, is_focused=self.is_active)
        arrow = " ↑" if self.is_reversed else ""
        right = f"by {self.order.value}{arrow} · {len(self._rows):,}"
        return left, [Segment(right, self.palette.mute)]

    def _layout(self, width: int) -> _Layout:
        tail = SPARK_BUCKETS + _RATE + _COUNT + _AGO
        if width < _ROOMY:
            spark = SPARK_BUCKETS if width >= tail + _NAME_AT_LEAST else 0
            name = width - tail + SPARK_BUCKETS - spark - 1
            return _Layout(max(_NAME_AT_LEAST, min(name, _NAME_AT_MOST)), spark)
        has_id = width >= _ROOMY + _ID
        rest = width - tail - _ACCEPTED - (_ID if has_id else 0)
        name = min(rest // 2, _NAME_AT_MOST)
        return _Layout(name, SPARK_BUCKETS, _ID if has_id else 0, rest - name - 1, _ACCEPTED)

    def draw_head(self, line: int, width: int) -> Iterable[Segment]:
        """The headings."""
        ink, layout = self.palette.heading, self._layout(width)
        head = text.Line().cell("NAME", layout.name + 1, ink)
        head.cell("INTERFACE", layout.id, ink).cell("ADDRESSES", layout.addresses, ink)
        head.cell("15 MIN", layout.spark, ink).cell("REC/S", _RATE, ink, right=True)
        head.cell("ACCEPTED", layout.accepted, ink, right=True).cell("✗", _COUNT, ink, right=True)
        return head.cell("AGO", _AGO, ink, right=True).segments

    def draw_row(self, position: int, width: int) -> Iterable[Segment]:
        """One stream."""
        row, palette, layout = self._rows[position], self.palette, self._layout(width)
        line = text.Line()
        line.cell(self._label(row, layout.name), layout.name + 1, palette.text)
        line.cell(text.identifier(row.id, layout.id), layout.id, palette.mute)
        line.cell(text.fitted(row.addresses, layout.addresses - 1), layout.addresses, palette.soft)
        for ink, blocks in self._spark(row) if layout.spark else ():
            line.add(blocks, ink)
        line.cell(text.rate(row.rate_per_s), _RATE, palette.soft, right=True)
        accepted = text.count(row.accepted, max(1, layout.accepted - 1))
        line.cell(accepted if layout.accepted else "", layout.accepted, palette.soft, right=True)
        ink = palette.reject + Style(bold=False) if row.rejected else palette.faint
        line.cell(text.count(row.rejected, _COUNT - 1), _COUNT, ink, right=True)
        ago = "" if row.last is None else text.age(self.now - row.last)
        return line.cell(ago, _AGO, palette.mute, right=True).segments

    def _label(self, row: InterfaceRow, width: int) -> str:
        return text.identifier(row.id, width) if row.name == row.id else text.fitted(clean(row.name), width)

    def _spark(self, row: InterfaceRow) -> tuple[tuple[Style, str], ...]:
        """The complete buckets as bars, then, faint, those that late records may still raise."""
        blocks = text.sparkline(row.buckets)
        return (self.palette.bars, blocks[: row.complete]), (self.palette.faint, blocks[row.complete :])

    def draw_empty(self, line: int, width: int) -> Iterable[Segment]:
        """A stream appears when its interface first has traffic."""
        return [Segment("no records yet", self.palette.mute)] if line == 0 else ()

    def action_sort(self) -> None:
        """The next order."""
        orders = list(InterfaceOrder)
        self.order = orders[(orders.index(self.order) + 1) % len(orders)]
        self.is_reversed = False
        self._arrange()

    def action_reverse(self) -> None:
        """Turns the order round."""
        self.is_reversed = not self.is_reversed
        self._arrange()
