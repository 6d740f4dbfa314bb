"""What the panes of sums have in common: a measure, a line at the foot about the row under the cursor.

```
╭─ Top talkers ─ by source ──────────────────── 17 of 143 · by bytes ─╮
│ SOURCE               BYTES                 SHARE  RECS   ✗  LAST     │
│ app-2   172.16.1.31  ━━━━━━━━━ 41,204,118    50%   412   4  12:01:31 │
│ app-2 172.16.1.31 · since 11:48:44 · 39,120 packets                  │
╰──────────────────────────────────────────────────────────────────────╯
```
Counting goes on elsewhere; the rows come as values and are drawn when they are seen.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from rich.segment import Segment
from textual.binding import BindingType

from flowtui.filters.tree import Tree
from flowtui.tui import keymap
from flowtui.tui.render import sums, text
from flowtui.tui.widgets.overview import Copied, OverviewPane, Target

if TYPE_CHECKING:
    from flowtui.monitor.state import SessionState
    from flowtui.store.talkers import Measure, Sums

_Row = TypeVar("_Row")

HEADINGS = {"RECORDS": "RECS", "PACKETS": "PKTS", "BYTES": "BYTES", "REJECTED": "✗"}
"""By the names of measures."""
_WORDS = {"RECORDS": "records", "PACKETS": "packets", "BYTES": "bytes", "REJECTED": "✗"}


class SumsPane(OverviewPane, Generic[_Row]):
    """Rows of sums, the greatest first; the reader's place stays with its row."""

    HEAD_LINES = 1
    FOOT_LINES = 1
    BINDINGS: ClassVar[list[BindingType]] = [
        keymap.key("sort").binding,
        keymap.key("sums.group").binding,
        keymap.key("sums.group.previous").binding,
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.measure: Measure | None = None
        """What is asked for; None: what suits the records."""
        self.measures: Sequence[Measure] = ()
        self.asked = 0
        """Grows with what is asked for, so that an answer to something else is known by it."""
        self.rows: Sequence[_Row] = ()
        self.groups = 0
        self.has_looked = False

    # What a subclass says

    def key_of(self, row: _Row) -> Hashable:
        """What tells a row from the others."""
        raise NotImplementedError

    def sum_of(self, row: _Row) -> sums.Sum:
        """A row as it is drawn."""
        raise NotImplementedError

    def words_of(self, row: _Row) -> str:
        """What the line at the foot says of a row."""
        raise NotImplementedError

    def condition_of(self, row: _Row) -> Tree | None:
        """The filter that selects a row's records; None where that cannot be said."""
        raise NotImplementedError

    def look_of(self) -> sums.Look:
        """Headings and inks."""
        raise NotImplementedError

    def columns_for(self, width: int) -> sums.Columns:
        """What fits into so many cells."""
        raise NotImplementedError

    def headline(self) -> str:
        """What the title says beside the name."""
        raise NotImplementedError

    def remark(self) -> str:
        """What the title says behind the count, with its separator."""
        return ""

    def warning(self) -> str:
        """What is wrong with the totals; empty where nothing is."""
        raise NotImplementedError

    # Rows

    def take(self, asked: int, rows: Sequence[_Row], groups: int) -> bool:
        """Takes new rows, the reader's place kept; False where they answer something else by now."""
        if asked != self.asked:
            return False
        current = self.current()
        self.rows, self.groups, self.has_looked = rows, groups, True
        places = {self.key_of(row): place for place, row in enumerate(rows)}
        self.keep_place(None if current is None else places.get(self.key_of(current)))
        self.refresh()
        return True

    def row_count(self) -> int:
        """The rows that can be walked through."""
        return len(self.rows)

    def current(self) -> _Row | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    def target(self) -> Target | None:
        """The row's records."""
        current = self.current()
        condition = None if current is None else self.condition_of(current)
        return None if condition is None else Target(condition)

    def copied(self) -> Copied | None:
        """The filter that selects the row's records."""
        target = self.target()
        return None if target is None else Copied(str(target.condition), "Copied the filter of this row.")

    # Drawing

    def title(self) -> tuple[Sequence[Segment], Sequence[Segment]]:
        """`Top talkers ─ by source` and `17 of 143 · by bytes`."""
        palette = self.palette
        left = [Segment(self.NAME, palette.strong if self.is_active else palette.heading)]
        left.append(Segment(" ─ ", palette.focus if self.is_active else palette.line))
        left.append(Segment(self.headline(), palette.mute))
        if self.measure is None:
            return left, []
        shown = min(self.page_rows, len(self.rows))
        right = [Segment(f"{shown:,}", palette.soft), Segment(f" of {self.groups:,}", palette.mute)]
        more = self.remark() if self.is_framed else f" {self.headline()}"
        return left, [*right, Segment(f"{more} · by {_WORDS[self.measure.name]}", palette.mute)]

    def draw_head(self, line: int, width: int) -> Iterable[Segment]:
        """The headings."""
        return sums.heading(self.columns_for(width), self.look_of())

    def draw_row(self, position: int, width: int) -> Iterable[Segment]:
        """One sum."""
        return sums.row(self.sum_of(self.rows[position]), self.columns_for(width), self.look_of())

    def draw_foot(self, line: int, width: int) -> Iterable[Segment]:
        """What is wrong with the totals, and what there is no column for."""
        current, warning = self.current(), self.warning()
        words = "" if current is None else self.words_of(current)
        if warning:
            yield Segment(text.fitted(warning, width), self.palette.attention)
            words = f" · {words}" if words else ""
        yield Segment(text.fitted(words, max(0, width - len(warning))), self.palette.mute)

    def draw_empty(self, line: int, width: int) -> Iterable[Segment]:
        """That there is nothing, or that it is being counted."""
        words = "Nothing of this here." if self.has_looked else "counting …"
        return [Segment(words, self.palette.mute)] if line == 0 else ()

    @property
    def is_wide(self) -> bool:
        """Whether all columns have room; else the foot says what they would."""
        return self.inner_width >= sums.WIDE

    def since(self, first_s: float) -> str:
        """`since 11:48:44`, where there is no column for it."""
        return "" if self.is_wide else f"since {text.clock_time(first_s, utc=self.utc)}"

    # Keys

    def _go(self, cursor: int, step: int) -> None:
        super()._go(cursor, step)
        self.refresh_foot()

    def ask(self) -> None:
        """Something else is wanted: from the top, and at once."""
        self.asked += 1
        self.to_top()
        self.post_message(self.LookWanted())

    def action_sort(self) -> None:
        """By the next measure."""
        if self.measure is not None and self.measure in self.measures:
            place = self.measures.index(self.measure)
            self.measure = self.measures[(place + 1) % len(self.measures)]
            self.ask()

    def action_group(self, step: int) -> None:
        """Grouped by something else."""
        raise NotImplementedError


def share_of(value: int, total: int) -> float | None:
    """The share, None where there is no total."""
    return value / total if total else None


def doubled(state: SessionState) -> str:
    """That overlapping flow logs double the totals; empty where none do."""
    count = len({each for overlap in state.overlaps for each in overlap.flow_logs})
    return f"{count} flow logs overlap: sums count their records twice" if count else ""


def others(measure: Measure, counted: Sums) -> tuple[tuple[str, int], ...]:
    """The headings and values of a measure, and of what stands beside it."""
    values = {
        "RECORDS": counted.records,
        "PACKETS": counted.packets,
        "BYTES": counted.bytes,
        "REJECTED": counted.rejected,
    }
    beside = [name for name in ("RECORDS", "REJECTED", "BYTES") if name != measure.name]
    return tuple((HEADINGS[name], values[name]) for name in (measure.name, *beside[:2]))
