"""The time chart over the records: accepted and rejected, and a range of time chosen in it.

```
           ▂▃▅▇▅▃▂▁▂▃▅▇▅▃▂▁▂▃▅                 per 30s
accepted  ████████████████████░░░            max 8.6/s
```
Draws a `Course`; knows neither where it comes from nor what a filter is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.actions import SkipAction
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from flowtui.tui import keymap
from flowtui.tui.render import chart
from flowtui.tui.render.chart import COMPACT_LINES, FULL_LINES, Look
from flowtui.tui.theme import DARK, PALETTES, Palette

if TYPE_CHECKING:
    from flowtui.monitor.chart import ChartWish, Course

_PAGE = 10
"""Buckets that page up and page down move by."""
_SHARED = (
    *("row.left", "row.right", "row.down", "page.up", "page.down"),
    *("row.first", "row.last", "row.enter", "back"),
)
"""Keys that it has in common with the panes."""


class TimeChart(Widget, can_focus=True):
    """A course with a cursor over its buckets."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(keymap.key(each).binding for each in _SHARED),
        *(key.binding for key in keymap.CHART.keys if key.id not in keymap.CHART_ANYWHERE),
    ]
    DEFAULT_CSS = """
    TimeChart { height: 6; margin: 1 2 0 2; }
    TimeChart.-hidden { display: none; }
    """

    class Wished(Message):
        """The reader wants another unit, or the filter followed or not."""

        def __init__(self, wish: ChartWish) -> None:
            super().__init__()
            self.wish = wish

    class RangeTaken(Message):
        """The table is to show what began from one time to before another, epoch seconds; None: any time."""

        def __init__(self, span: tuple[int, int] | None) -> None:
            super().__init__()
            self.span = span

    class Left(Message):
        """The reader is done with the chart."""

    def __init__(self) -> None:
        super().__init__()
        self.palette: Palette = PALETTES[DARK]
        self.course: Course | None = None
        self.look = Look(0)
        self._drawn: list[Strip] = []

    # What it shows

    @property
    def lines(self) -> int:
        """The height that it takes where it is shown."""
        return COMPACT_LINES if self.look.is_compact else FULL_LINES

    @property
    def is_shown(self) -> bool:
        """Whether the reader wants it."""
        return not self.has_class("-hidden")

    def fit(self, *, is_compact: bool) -> None:
        """Takes its long or its short form."""
        self.look = replace(self.look, is_compact=is_compact)
        self.styles.height = self.lines

    def show(self, course: Course, span: tuple[int, int] | None, *, has_filter: bool) -> None:
        """Takes a course, and what the table is narrowed to."""
        self.course = course
        self._see(span=span, has_filter=has_filter)

    def restyle(self, palette: Palette, *, utc: bool) -> None:
        """Takes another palette or time zone."""
        self.palette = palette
        self._see(utc=utc)

    def _see(self, **changes: object) -> None:
        self.look = replace(self.look, **changes)  # type: ignore[arg-type]
        self._redraw()

    def on_resize(self, event: events.Resize) -> None:
        """Shows more buckets, or fewer."""
        self._see(width=event.size.width)

    def on_focus(self) -> None:
        """Begins at the newest bucket of which most has arrived."""
        if self.look.cursor_s is None and self.course is not None:
            step_s = self.course.wish.step_s
            self._go_to(int(self.course.usual_to) // step_s * step_s - step_s)
        self._see(is_focused=True)

    def on_blur(self) -> None:
        """What was being chosen is forgotten."""
        self._see(is_focused=False, anchor_s=None)

    # Drawing

    def _redraw(self) -> None:
        """Draws again what differs, from the first cell that does to the last: little of it does."""
        before, self._drawn = self._drawn, self._strips()
        if len(before) != len(self._drawn):
            self.refresh()
            return
        for y, (old, new) in enumerate(zip(before, self._drawn, strict=True)):
            if old != new:
                left, right = _difference(old, new)
                self.refresh(Region(left, y, max(1, right - left), 1))

    def _strips(self) -> list[Strip]:
        if self.course is None or not self.look.width:
            return []
        lines = chart.chart(self.course, self.look, self.palette)
        width, ground = self.look.width, self.palette.ground
        return [Strip(line).adjust_cell_length(width).apply_style(ground).simplify() for line in lines]

    def render_line(self, y: int) -> Strip:
        """A line of the chart."""
        blank = Strip.blank(self.size.width, self.palette.ground)
        return self._drawn[y] if y < len(self._drawn) else blank

    # Choosing

    def _go_to(self, moment_s: int) -> None:
        """Puts the cursor on the bucket of a time, among those that are drawn."""
        if self.course is None:
            return
        step_s, places = self.course.wish.step_s, chart.shown(self.course, self.look.cells)
        first_s = self.course.from_s + places.start * step_s
        last_s = self.course.from_s + (places.stop - 1) * step_s
        self._see(cursor_s=max(first_s, min(moment_s // step_s * step_s, last_s)))

    def on_click(self, event: events.Click) -> None:
        """Goes to the bucket that was clicked."""
        event.stop()
        if self.course is not None and event.x >= chart.LABEL:
            place = chart.shown(self.course, self.look.cells).start + event.x - chart.LABEL
            self._see(anchor_s=None)
            self._go_to(self.course.from_s + place * self.course.wish.step_s)

    def _move(self, steps: int) -> None:
        if self.course is not None and self.look.cursor_s is not None:
            self._go_to(self.look.cursor_s + steps * self.course.wish.step_s)

    def action_sideways(self, step: int) -> None:
        """A bucket to the left or right; lets go of what was being chosen."""
        self._see(anchor_s=None)
        self._move(step)

    def action_extend(self, step: int) -> None:
        """A bucket to the left or right, choosing on the way."""
        if self.look.anchor_s is None:
            self._see(anchor_s=self.look.cursor_s)
        self._move(step)

    def action_page(self, step: int) -> None:
        """Some buckets back or on."""
        self._move(step * _PAGE)

    def action_move(self, step: int) -> None:
        """Down to the table."""
        self.post_message(self.Left())

    def action_first(self) -> None:
        """To the first bucket drawn."""
        self._go_to(0)

    def action_last(self) -> None:
        """To the newest bucket."""
        if self.course is not None:
            self._go_to(self.course.from_s + len(self.course.accepted) * self.course.wish.step_s)

    def action_enter(self) -> None:
        """Narrows the table to what is chosen."""
        chosen = None if self.course is None else self.look.chosen(self.course.wish.step_s)
        if chosen is not None:
            self.post_message(self.RangeTaken(chosen))

    def action_back(self) -> None:
        """Lets go of what is being chosen, then of what the table is narrowed to, then of the chart."""
        if self.look.anchor_s is not None:
            self._see(anchor_s=None)
        elif self.look.span is not None:
            self.post_message(self.RangeTaken(None))
        else:
            self.post_message(self.Left())

    def action_unit(self) -> None:
        """Records, packets or bytes."""
        if self.course is None:
            raise SkipAction
        self.post_message(self.Wished(self.course.wish.turned()))

    def action_follow_filter(self) -> None:
        """Counts what the filter selects, or all that is in scope."""
        if self.course is None:
            raise SkipAction
        wish = self.course.wish
        self.post_message(self.Wished(replace(wish, is_filtered=not wish.is_filtered)))


def _difference(old: Strip, new: Strip) -> tuple[int, int]:
    """From which cell to before which two lines of one width differ."""
    cells = [_cells(strip) for strip in (old, new)]
    differing = [at for at, (before, after) in enumerate(zip(*cells, strict=False)) if before != after]
    return (differing[0], differing[-1] + 1) if differing else (0, old.cell_length)


def _cells(strip: Strip) -> Sequence[object]:
    return [(character, segment.style) for segment in strip for character in segment.text]
