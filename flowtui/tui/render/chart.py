"""The time chart as lines: accepted over rejected, a cell a bucket, the newest at the right.

```
           ▂▃▅▇▅▃▂▁▂▃▅▇▅▃▂▁▂▃▅                 per 30s
accepted  ████████████████████░░░            max 8.6/s
               ▂▇▅▁
rejected  ··▁▁██████▁▁ ▁▁▁▁▁▁▁░░░            max 2.6/s
            ╵11:50     ╵12:00 ╵arriving
```
`·` is before records begin, `░` still to arrive, a blank is zero. Knows no widget.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style

from flowtui.monitor.chart import Course
from flowtui.store.units import Unit
from flowtui.tui.render import text
from flowtui.tui.render.axis import TICK, Axis, times
from flowtui.tui.theme import Palette

FULL_LINES, COMPACT_LINES = 6, 2
LABEL = 10
"""Cells for `accepted` and `rejected`."""
_SIDE, _COMPACT_SIDE = 15, 25
"""Cells at the right for scale and bucket."""
_BAND = 2
"""Lines of a band where there is room."""
_BLOCKS = " ▁▂▃▄▅▆▇█"
_GAP = 1
"""Eighths of a line that stay free above the highest bar, so that bands keep apart."""
_TOP = 4
"""The least that fills a band: a single record must not look like a peak."""
_UNREAD, _CURSOR, _CHOSEN = "·", "↑", "━"
_SUFFIXES = {Unit.RECORDS: "", Unit.PACKETS: " pkt", Unit.BYTES: "B"}
_INCOMPLETE, _ARRIVING = "incomplete", "arriving"
"""Newer than the watermark; newer than what usually has arrived."""

Cell = tuple[str, Style]


@dataclass(frozen=True, slots=True)
class Look:
    """How a course is looked at: in which form, where the cursor is, what is chosen."""

    width: int
    is_compact: bool = False
    is_focused: bool = False
    utc: bool = False
    cursor_s: int | None = None
    """Where the bucket under the cursor begins, epoch seconds."""
    anchor_s: int | None = None
    """Where the bucket begins from which a choice extends to the cursor."""
    span: tuple[int, int] | None = None
    """What the table is narrowed to: from when to before when."""
    has_filter: bool = False
    """Whether there is a filter, which the course may follow or not."""

    @property
    def cells(self) -> int:
        """Buckets for which there is room."""
        return max(1, self.width - LABEL - (_COMPACT_SIDE if self.is_compact else _SIDE))

    def chosen(self, step_s: int) -> tuple[int, int] | None:
        """From when to before when is chosen or, with the focus elsewhere, narrowed to."""
        if self.cursor_s is None or not self.is_focused:
            return self.span
        anchor_s = self.cursor_s if self.anchor_s is None else self.anchor_s
        return min(self.cursor_s, anchor_s), max(self.cursor_s, anchor_s) + step_s


def shown(course: Course, cells: int) -> range:
    """The places of the buckets that are drawn in so many cells."""
    count = len(course.accepted)
    return range(max(0, count - cells), count)


def bar(value: int, top: int, lines: int) -> str:
    """A bar as one block a line, the upper one first; never an empty one for a value above zero."""
    eighths = -(-value * (8 * lines - _GAP) // top)
    return "".join(_BLOCKS[max(0, min(8, eighths - 8 * line))] for line in reversed(range(lines)))


def chart(course: Course, look: Look, palette: Palette) -> list[list[Segment]]:
    """The lines, `FULL_LINES` or `COMPACT_LINES` of them."""
    plot = _Plot(course, look, palette)
    return _compact(plot) if look.is_compact else _full(plot)


def _full(plot: _Plot) -> list[list[Segment]]:
    scales = plot.scales()
    sides = (plot.bucket_words(), scales[0], plot.filter_words(), scales[1])
    lines = []
    for at, cells in enumerate((*plot.accepted(_BAND), *plot.rejected(_BAND))):
        is_named = at % _BAND == _BAND - 1
        name = plot.name(at // _BAND) if is_named else Segment(" " * LABEL)
        lines.append([name, *cells, plot.side(sides[at], _SIDE)])
    return [*lines, plot.axis(), plot.foot()]


def _compact(plot: _Plot) -> list[list[Segment]]:
    room = _COMPACT_SIDE - 1
    words = (plot.bucket_words(), plot.filter_words() or f"{plot.reach()} back")
    sides = [f"{left:<{room - len(scale)}}{scale}" for left, scale in zip(words, plot.scales(), strict=True)]
    if plot.look.is_focused:
        accepted, rejected = plot.sums()
        sides = [plot.when(), f"{accepted} · {rejected} ✗"]
    bands = (*plot.accepted(1), *plot.rejected(1))
    return [[plot.name(at), *cells, plot.side(sides[at], _COMPACT_SIDE)] for at, cells in enumerate(bands)]


class _Plot:
    """A course in the form in which it is looked at."""

    def __init__(self, course: Course, look: Look, palette: Palette) -> None:
        self.course, self.look, self._palette = course, look, palette
        self._step_s = course.wish.step_s
        self._places = shown(course, look.cells)
        self._chosen = look.chosen(self._step_s)
        self._rejected = palette.reject + Style(bold=False)

    def _start_s(self, place: int) -> int:
        return self.course.from_s + place * self._step_s

    def _is_unread(self, place: int) -> bool:
        return self._start_s(place) < self.course.begins_at

    def _is_complete(self, place: int) -> bool:
        return self._start_s(place) + self._step_s <= self.course.complete_to

    def _is_usual(self, place: int) -> bool:
        return self._start_s(place) + self._step_s <= self.course.usual_to

    def _is_chosen(self, place: int) -> bool:
        return self._chosen is not None and self._chosen[0] <= self._start_s(place) < self._chosen[1]

    # Bands

    def accepted(self, lines: int) -> list[list[Segment]]:
        """The band of what was accepted: nothing is drawn where most is still to arrive."""
        bars, faint = self._palette.bars, self._palette.faint
        is_sure = [self._is_complete(place) and not self._is_unread(place) for place in self._places]
        inks = [bars if each else faint for each in is_sure]
        hidden = [not self._is_usual(place) for place in self._places]
        return self._band(self.course.accepted, lines, inks, hidden)

    def rejected(self, lines: int) -> list[list[Segment]]:
        """The band of what was rejected: what has arrived is drawn, however much is still to come."""
        values = self.course.rejected
        hidden = [not self._is_usual(place) and not values[place] for place in self._places]
        return self._band(values, lines, [self._rejected] * len(hidden), hidden)

    def _band(
        self, values: Sequence[int], lines: int, inks: Sequence[Style], hidden: Sequence[bool]
    ) -> list[list[Segment]]:
        top = max(_TOP, *(values[place] for place in self._places))
        columns = []
        for place, ink, is_hidden in zip(self._places, inks, hidden, strict=True):
            blocks = bar(values[place], top, lines)
            if is_hidden or (self._is_unread(place) and not values[place]):
                mark = text.PENDING if is_hidden else _UNREAD
                blocks, ink = f"{mark:>{lines}}", self._palette.faint
            columns.append((blocks, ink + self._palette.cursor if self._is_chosen(place) else ink))
        return [text.runs((blocks[line], ink) for blocks, ink in columns) for line in range(lines)]

    def axis(self) -> list[Segment]:
        """Round times, where records begin and where they are still to arrive, what is chosen."""
        look, mute, start_s = self.look, self._palette.mute, self._start_s(self._places.start)
        axis = Axis(look.width - LABEL)
        chosen = [at for at, place in enumerate(self._places) if self._is_chosen(place)]
        if chosen and (look.anchor_s is not None or not look.is_focused):
            axis.place(chosen[0], _CHOSEN * len(chosen), self._palette.focus)
        elif chosen:
            axis.place(chosen[0], _CURSOR, self._palette.focus)
        end = len(self._places)
        for words, is_before in ((_ARRIVING, self._is_usual), (_INCOMPLETE, self._is_complete)):
            begin = sum(map(is_before, self._places))
            if begin < end:
                axis.place(begin, f"{TICK}{words}", mute)
            end = begin
        unread = sum(self._is_unread(place) for place in self._places)
        words = "evicted" if self.course.is_evicted else "not read"
        if unread >= len(words):
            axis.place(0, words, mute)
        for at, name in times(start_s, self._step_s, len(self._places), utc=look.utc):
            axis.place(at, name, mute)
        return [Segment(" " * LABEL), *axis.segments()]

    def foot(self) -> list[Segment]:
        """A rule; with the focus here, what is under the cursor or chosen."""
        palette = self._palette
        if not self.look.is_focused:
            return [Segment("─" * self.look.width, palette.line)]
        accepted, rejected = self.sums()
        line = text.Line().add(self.when(), palette.strong)
        line.add("   accepted ", palette.mute).add(accepted, palette.text)
        line.add("   rejected ", palette.mute).add(f"{rejected} ✗", self._rejected)
        return line.add(self._caveat(), palette.attention).segments

    # Words

    def name(self, band: int) -> Segment:
        """The name of a band."""
        words, ink = (("accepted", self._palette.soft), ("rejected", self._rejected))[band]
        return Segment(text.padded(words, LABEL), ink)

    def side(self, words: str, width: int) -> Segment:
        """What stands at the right."""
        ink = self._palette.text if self.look.is_focused and self.look.is_compact else self._palette.mute
        return Segment(text.padded(text.fitted(words, width - 1), width, right=True), ink)

    def bucket_words(self) -> str:
        """`per 30s`."""
        return f"per {_short(self._step_s)}"

    def reach(self) -> str:
        """How far back the first bucket drawn lies: `37m`."""
        return _short(len(self._places) * self._step_s)

    def filter_words(self) -> str:
        """Whether the filter is followed, where that makes a difference."""
        if self.course.wish.is_filtered:
            return "filtered"
        return "unfiltered" if self.look.has_filter else ""

    def scales(self) -> tuple[str, str]:
        """`max 8.6/s` of either band."""
        accepted, rejected = (max(band[place] for place in self._places) for band in self._bands)
        return self._scale(accepted), self._scale(rejected)

    def _scale(self, value: int) -> str:
        rate = value / self._step_s
        words = "<0.1" if 0 < rate < 0.05 else text.rate(rate)
        return f"max {words}{_SUFFIXES[self.course.wish.unit]}/s"

    @property
    def _bands(self) -> tuple[Sequence[int], Sequence[int]]:
        return self.course.accepted, self.course.rejected

    def when(self) -> str:
        """`11:49:30 to 11:50:00`: what is chosen."""
        if self._chosen is None:
            return ""
        return " to ".join(text.clock_time(each, utc=self.look.utc) for each in self._chosen)

    def sums(self) -> tuple[str, str]:
        """What was accepted and rejected of what is chosen."""
        places = [place for place in range(len(self.course.accepted)) if self._is_chosen(place)]
        accepted, rejected = (self._amount(sum(band[place] for place in places)) for band in self._bands)
        return accepted, rejected

    def _amount(self, value: int) -> str:
        unit = self.course.wish.unit
        return f"{text.figures(value) if unit is Unit.BYTES else text.count(value, 9)}{_SUFFIXES[unit]}"

    def _caveat(self) -> str:
        places = [place for place in self._places if self._is_chosen(place)]
        if any(self._is_unread(place) for place in places):
            return "   in part evicted" if self.course.is_evicted else "   not all was read"
        if all(map(self._is_complete, places)):
            return ""
        return f"   {_INCOMPLETE if all(map(self._is_usual, places)) else _ARRIVING}"


def _short(seconds: int) -> str:
    """`30s`, `37m`, `66h`: one unit."""
    for unit_s, letter in ((3600, "h"), (60, "m")):
        if seconds >= 2 * unit_s or seconds == unit_s:
            return f"{seconds // unit_s}{letter}"
    return f"{seconds}s"
