"""The flow logs of the account: how each delivers, what to do where it does not, and what has none.

```
╭─ Flow logs ──────────────────────────── 2 · 1 fails · 1 VPC without ─╮
│   OF        TRAFFIC  EVERY  FIELDS      TO         STATE      NEWEST  │
│ ✗ shop      all      60 s   25 triage   /vpc/shop  Access er…      –  │
│ ✓ lab       all      60 s   14 default  /vpc/lab   delivering   1m34s │
│ ───────────────────────────────────────────────────────────────────── │
│ fl-0aa1111111111d3d9 of vpc-lab lab                                   │
│ Access error. → Its role must trust …                                 │
╰───────────────────────────────────────────────────────────────────────╯
```
Draws what it is given and says what is wanted of a row; who opens it does that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import on
from textual.binding import Binding, BindingType

from flowtui.monitor.flow_logs import FlowLogRow, traffic_of
from flowtui.monitor.health import Health
from flowtui.records.decode import clean
from flowtui.tui import keymap
from flowtui.tui.render import text
from flowtui.tui.screens.listed import ListScreen
from flowtui.tui.theme import Palette
from flowtui.tui.widgets.rows import RowList

READING_S = 1.0
"""How often is looked while the topology is being read."""
RENEWED_S = 10.0
"""How often ages are written anew, as everywhere."""
_TRAFFIC, _EVERY, _FIELDS, _NEWEST = 10, 6, 12, 7
_OF, _OF_LEAST = 26, 18
_WIDE = 90
"""Cells from which interval, fields and destination have columns; under the table they are told anyhow."""
_MARKS = {Health.GOOD: "✓ ", Health.BAD: "✗ ", Health.NOTE: "! ", Health.UNTRIED: "○ "}


class Deed(Enum):
    """What may be wanted of a row."""

    SHOW = "show its records"
    CREATE = "create one there"
    UNDO = "undo what was made here"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is wanted, and of which row."""

    deed: Deed
    row: FlowLogRow


@dataclass(frozen=True, slots=True)
class Listing:
    """What is shown, at one time."""

    rows: Sequence[FlowLogRow]
    now: float
    made: Mapping[str, str]
    """By id, the flow logs made in this session, and what is awaited of each: words, or none."""
    undo: Callable[[str], str]
    """By id, the command that deletes a flow log."""
    is_read: bool = True
    """Whether the topology was read."""


class FlowLogList(RowList):
    """A row a flow log; more of the one under the cursor below."""

    HEAD_LINES = 1
    FOOT_LINES = 8

    def __init__(self, listing: Listing, palette: Palette) -> None:
        super().__init__()
        self.palette = palette
        self.listing = listing

    def take(self, listing: Listing) -> None:
        """Newer rows; the cursor stays on its own."""
        current = self.current()
        self.listing = listing
        keys = [(row.scope.id, row.log and row.log.id) for row in listing.rows]
        if current is not None and (key := (current.scope.id, current.log and current.log.id)) in keys:
            self.cursor = keys.index(key)
        self.place(self.cursor, self.top)
        self.refresh()

    def current(self) -> FlowLogRow | None:
        """The row under the cursor."""
        rows = self.listing.rows
        return rows[self.cursor] if self.cursor < len(rows) else None

    def row_count(self) -> int:
        """Flow logs, and what has none."""
        return len(self.listing.rows)

    def title(self) -> tuple[Sequence[Segment], Sequence[Segment]]:
        """How many there are, how many fail, and how much is not recorded."""
        rows = self.listing.rows
        logs = sum(row.log is not None for row in rows)
        failing = sum(row.health is Health.BAD for row in rows)
        bare = len(rows) - logs
        parts = [Segment(str(logs), self.palette.mute)]
        if failing:
            parts.append(Segment(f" · {failing} fail{'s' * (failing == 1)}", self.palette.attention))
        if bare:
            parts.append(Segment(f" · {bare} VPC{'s' * (bare > 1)} without", self.palette.attention))
        return [Segment("Flow logs", self.palette.strong)], parts

    # Drawing

    def _of(self, width: int) -> int:
        return max(_OF_LEAST, min(_OF, width // 4))

    def _state(self, width: int) -> int:
        """Cells of the state, which take what is left; of the destination as many."""
        rest = width - 2 - self._of(width) - _TRAFFIC - _NEWEST
        return rest if width < _WIDE else (rest - _EVERY - _FIELDS) // 2

    def draw_head(self, line: int, width: int) -> Iterable[Segment]:
        """The headings."""
        ink = self.palette.heading
        head = text.Line().add("  ", ink).cell("OF", self._of(width), ink).cell("TRAFFIC", _TRAFFIC, ink)
        if width >= _WIDE:
            head.cell("EVERY", _EVERY, ink).cell("FIELDS", _FIELDS, ink)
            head.cell("TO", self._state(width), ink)
        head.add("STATE", ink).to(width - _NEWEST, ink)
        return head.cell("NEWEST", _NEWEST, ink, right=True).segments

    def draw_row(self, position: int, width: int) -> Iterable[Segment]:
        """Mark, what it is of, what it records, how it does."""
        row, palette = self.listing.rows[position], self.palette
        ink, log = self._ink(row), row.log
        line = text.Line().add(_MARKS[row.health], ink)
        line.cell(self._label(row, self._of(width) - 1), self._of(width), palette.text)
        line.cell("" if log is None else traffic_of(log), _TRAFFIC, palette.soft)
        state = self._state(width)
        if width >= _WIDE:
            line.cell("" if log is None else f"{log.interval_s} s", _EVERY, palette.soft)
            line.cell(row.fields, _FIELDS, palette.soft)
            to = "" if log is None else clean(log.log_group or log.destination)
            line.cell(text.fitted(to, state - 1), state, palette.soft)
        line.add(text.fitted(self._words(row), width - line.width - _NEWEST - 1), ink)
        line.to(width - _NEWEST, ink)
        newest = "–" if row.newest is None else text.duration(self.listing.now - row.newest)
        return line.cell("" if log is None else newest, _NEWEST, palette.mute, right=True).segments

    def _words(self, row: FlowLogRow) -> str:
        awaited = "" if row.log is None or row.newest is not None else self.listing.made.get(row.log.id, "")
        is_coming = awaited and row.health is not Health.BAD
        return awaited if is_coming else clean(row.state)

    def _label(self, row: FlowLogRow, width: int) -> str:
        label = clean(row.scope.label)
        return text.identifier(label, width) if label == row.scope.id else text.fitted(label, width)

    def _ink(self, row: FlowLogRow) -> Style:
        inks = {Health.GOOD: self.palette.focus, Health.UNTRIED: self.palette.mute}
        return inks.get(row.health, self.palette.attention)

    def draw_foot(self, line: int, width: int) -> Iterable[Segment]:
        """More of the row under the cursor, and what can be done with it."""
        if line == 0:
            return [Segment("─" * width, self.palette.line)]
        row = self.current()
        if line == self.FOOT_LINES - 1:
            return self._hints(row, width)
        lines = [] if row is None else list(self._more(row, width))
        return lines[line - 1] if line <= len(lines) else ()

    def _more(self, row: FlowLogRow, width: int) -> Iterable[list[Segment]]:
        palette, log = self.palette, row.log
        of = row.scope.id if row.scope.label == row.scope.id else f"{row.scope.label} {row.scope.id}"
        if log is None:
            yield [Segment(text.fitted(clean(of), width), palette.text)]
            create = keymap.key("create").footer_cap
            yield [Segment(f"Nothing of it is recorded; {create} creates a flow log.", self._ink(row))]
            return
        else:
            name = f"{log.name} " if log.name else ""
            made = " · made here" if log.id in self.listing.made else ""
            yield [Segment(text.fitted(clean(f"{name}{log.id} of {of}{made}"), width), palette.text)]
        cure = f" → {row.cure}" if row.cure else ""
        state = self._words(row)
        words = f"{state[:1].upper()}{state[1:]}.{clean(cure)}"
        yield from ([Segment(part, self._ink(row))] for part in _first(text.wrapped(words, width), 2, width))
        to = log.log_group or log.destination
        said = f"every {log.interval_s} s into {to} · {row.fields} fields: {log.format}"
        lines = _first(text.wrapped(clean(said), width), 3, width)
        yield from ([Segment(part, palette.mute)] for part in lines)

    def _hints(self, row: FlowLogRow | None, width: int) -> Iterable[Segment]:
        line = text.Line()
        log = None if row is None else row.log
        hints = [("enter", "records"), (keymap.key("create").footer_cap, "create")]
        if log is not None:
            hints.append((keymap.key("copy").footer_cap, "copy delete command"))
        if log is not None and log.id in self.listing.made:
            hints.append(("u", "undo"))
        for cap, label in [*hints, ("esc", "back")]:
            if line.width + len(cap) + len(label) + 1 <= width:
                line.add(cap, self.palette.focus + Style(bold=True)).add(f" {label}   ", self.palette.mute)
        return line.segments

    def draw_empty(self, line: int, width: int) -> Iterable[Segment]:
        """Nothing at all."""
        words = "There is no VPC here, or the flow logs may not be listed."
        words = words if self.listing.is_read else "The topology is being read …"
        return [Segment(text.fitted(words, width), self.palette.mute)] if line == 0 else ()


def _first(lines: Sequence[str], most: int, width: int) -> list[str]:
    """So many lines, the last with a mark where more would follow."""
    shown = list(lines[:most])
    if len(lines) > most:
        shown[-1] = text.fitted(f"{shown[-1]} {lines[most]}", width)
    return shown


class FlowLogsScreen(ListScreen[Chosen]):
    """Closes with what is wanted, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        keymap.key("copy").binding,
        keymap.key("create").binding,
        Binding("u", "undo", show=False, id="flow_logs.undo"),
        Binding("q", "back", show=False, id="flow_logs.close"),
        Binding("C", "back", show=False, id="flow_logs.again"),
    ]

    def __init__(self, listing: Callable[[], Listing], palette: Palette, at: str | None = None) -> None:
        """`at`: the id of the flow log that the cursor is on."""
        self._listing = listing
        self._list = FlowLogList(listing(), palette)
        rows = self._list.listing.rows
        self._list.cursor = next((place for place, row in enumerate(rows) if row.log and row.log.id == at), 0)
        super().__init__(self._list)

    def on_mount(self) -> None:
        """Begins renewing."""
        super().on_mount()
        self._timer = self.set_interval(READING_S, self._renew)

    def _renew(self) -> None:
        if self._list.listing.is_read:
            self._timer.stop()
            self._timer = self.set_timer(RENEWED_S, self._renew)
        self._list.take(self._listing())
        self.fit()

    @on(RowList.Moved)
    def _moved(self) -> None:
        self._list.refresh_foot()

    @on(RowList.Entered)
    def _entered(self) -> None:
        self._close(Deed.SHOW)

    def action_create(self) -> None:
        """A flow log for the same."""
        self._close(Deed.CREATE)

    def action_undo(self) -> None:
        """Takes back what was made in this session."""
        row = self._list.current()
        if row is not None and row.log is not None and row.log.id in self._list.listing.made:
            self._close(Deed.UNDO)
        else:
            self.app.bell()

    def _close(self, deed: Deed) -> None:
        row = self._list.current()
        if row is not None:
            self.dismiss(Chosen(deed, row))

    def action_copy(self) -> None:
        """Copies the command that deletes the flow log."""
        row = self._list.current()
        if row is None or row.log is None:
            self.app.bell()
            return
        self.app.copy_to_clipboard(self._list.listing.undo(row.log.id))
        self.notify("Copied the command that deletes it. Read it before you run it.", timeout=3)
