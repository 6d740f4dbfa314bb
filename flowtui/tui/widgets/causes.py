"""The causes pane: rejections grouped by what rejected them, two lines each.

```
╭─ Causes ─ rejected ──────────────── 229 records, 5 causes · newest first ─╮
│    ✗  SHARE  15 MIN     CAUSE                           DECIDED BY   WHERE  │
│  186   81%  ▁▁▃▁▁▁░░░  security group: no inbound …    sg-01 web    web-1  │
│                        from 203.0.113.9 (148) and 2 more; nearest: …       │
╰────────────────────────────────────────────────────────────────────────────╯
```
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType

from flowtui.tui import keymap
from flowtui.tui.render import causes
from flowtui.tui.widgets.overview import Copied, Looked, OverviewPane, Target

if TYPE_CHECKING:
    from flowtui.monitor.triage import Cause, Triage, Triager
    from flowtui.monitor.view import View

COPIED_COMMAND = "Copied the command. Read it before you run it."
BUCKET_S, BUCKETS = 60, 15
"""A quarter of an hour."""


class CauseOrder(Enum):
    """What the causes are sorted by; the value is how the title says it."""

    NEWEST = "newest first"
    COUNT = "by ✗"
    BEGUN = "last begun first"


_KEYS: dict[CauseOrder, Callable[[Cause], tuple[int, ...]]] = {
    CauseOrder.NEWEST: lambda cause: (-cause.tally.last_s, -cause.tally.count, -cause.tally.last_id),
    CauseOrder.COUNT: lambda cause: (-cause.tally.count, -cause.tally.last_s, -cause.tally.last_id),
    CauseOrder.BEGUN: lambda cause: (-cause.tally.first_s, -cause.tally.count, -cause.tally.last_id),
}


class CausePane(OverviewPane):
    """The causes of what is rejected in scope and filter; the reader's place stays with its cause."""

    opened_by = "triage"
    NAME = TAB = "Causes"
    HINTS = (
        ("row.enter", "go to them"),
        "why",
        ("copy", "copy command"),
        "sort",
        "back",
        "help",
    )
    HEAD_LINES = 1
    ROW_LINES = 3
    BINDINGS: ClassVar[list[BindingType]] = [keymap.key("sort").binding, keymap.key("sort.reverse").binding]

    def __init__(self) -> None:
        super().__init__(id="causes")
        self.order = CauseOrder.NEWEST
        self.is_reversed = False
        self.triage: Triage | None = None
        self._triager: Triager | None = None
        self._rows: list[Cause] = []
        self._arrived = 0

    def look(self, view: View, now: float) -> Looked:
        """Groups the rejected records of a view; on a worker's thread, never twice at once."""
        from flowtui.monitor.triage import Triager, Window

        if self._triager is None:
            self._triager = Triager()
        start_s = int(now // BUCKET_S + 1 - BUCKETS) * BUCKET_S
        triage = self._triager.of(view, Window(start_s, BUCKET_S, BUCKETS), now)
        arrived = max(0, int((view.state.figures.mostly_to(now) - start_s) // BUCKET_S))
        return Looked(partial(self._show, triage, arrived), triage.is_going_on)

    def _show(self, triage: Triage, arrived: int) -> None:
        self.triage, self._arrived = triage, arrived
        self._arrange()

    def _arrange(self) -> None:
        """Sorts; the cause under the cursor stays where it is on the screen."""
        current = self.current()
        causes = () if self.triage is None else self.triage.causes
        self._rows = sorted(causes, key=_KEYS[self.order], reverse=self.is_reversed)
        self.keep_place(None if current is None else next(self._places_of(current), None))
        self.refresh()
        self.post_message(self.Moved(self))

    def _places_of(self, wanted: Cause) -> Iterator[int]:
        """Where a cause is now; there may be ten thousand, so that keys are made of few."""
        interface_id, key = wanted.kind.interface_id, wanted.key
        for place, cause in enumerate(self._rows):
            if cause.kind.interface_id == interface_id and cause.key == key:
                yield place

    def row_count(self) -> int:
        """The causes."""
        return len(self._rows)

    def current(self) -> Cause | None:
        """The cause under the cursor."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    def target(self) -> Target | None:
        """The cause's records."""
        cause = self.current()
        if cause is None or self.triage is None:
            return None
        return Target(self.triage.condition(cause), cause.tally.first_id)

    def copied(self) -> Copied | None:
        """The command that would allow the newest record of the cause."""
        cause = self.current()
        command = None if cause is None else cause.kind.explanation.command
        return None if command is None else Copied(command, COPIED_COMMAND)

    # Drawing

    def title(self) -> tuple[Sequence[Segment], Sequence[Segment]]:
        """`Causes ─ rejected` and `229 records, 5 causes · newest first`."""
        palette, triage = self.palette, self.triage
        left = [Segment(self.NAME, palette.strong if self.is_active else palette.heading)]
        if triage is None:
            return left, []
        arrow = " ↑" if self.is_reversed else ""
        right = [Segment(f"{triage.rejected:,}", palette.reject + Style(bold=False))]
        right.append(Segment(f" rejected, {_counted(len(self._rows), 'cause')}", palette.mute))
        right.append(Segment(f" · {self.order.value}{arrow}", palette.mute))
        if triage.unexplained:
            sources = _counted(triage.unexplained_sources, "source")
            words = f"{triage.unexplained:,} of {sources} not explained{' yet' * triage.is_going_on} · "
            right.insert(0, Segment(words, palette.attention))
        return left, right

    def draw_head(self, line: int, width: int) -> Iterable[Segment]:
        """The headings."""
        return causes.heading(causes.CauseLayout.of(width, BUCKETS), self.palette)

    def draw_line(self, position: int, line: int, width: int) -> Iterable[Segment]:
        """A cause's two lines, and a blank one."""
        triage, layout = self.triage, causes.CauseLayout.of(width, BUCKETS)
        if line == 2 or triage is None:
            return ()
        cause = self._rows[position]
        name = triage.interface_name(cause)
        told = causes.Told(cause, name, partial(triage.peer_name, cause), self._arrived)
        if line == 0:
            return causes.first_line(told, layout, self.palette, utc=self.utc)
        return causes.second_line(told, layout, width, self.palette)

    def is_under_cursor(self, line: int) -> bool:
        """The blank line is not."""
        return line < 2

    def draw_empty(self, line: int, width: int) -> Iterable[Segment]:
        """That nothing was rejected, or that it is being looked for."""
        if line:
            return ()
        words = "looking at the rejected records …" if self.triage is None else "Nothing was rejected here."
        if self.triage is not None and self.triage.rejected:
            words = "looking at the rules …"
        return [Segment(words, self.palette.mute)]

    # Keys

    def action_sort(self) -> None:
        """The next order."""
        orders = list(CauseOrder)
        self.order = orders[(orders.index(self.order) + 1) % len(orders)]
        self.is_reversed = False
        self.to_top()
        self._arrange()

    def action_reverse(self) -> None:
        """Turns the order round."""
        self.is_reversed = not self.is_reversed
        self.to_top()
        self._arrange()


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
