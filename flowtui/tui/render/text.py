"""Numbers, times and identifiers as the screen writes them, each within a width in cells."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import groupby

from rich.cells import cell_len, chop_cells, set_cell_size
from rich.segment import Segment
from rich.style import Style

ELLIPSIS = "…"
_BLOCKS = " ▁▂▃▄▅▆▇"
"""Without the full block, so that rows of sparklines keep apart."""
PENDING = "░"
"""Drawn where a bucket is newer than the watermark, so not complete yet."""
_SPARK_TOP = 4
"""The least that fills a sparkline's height: a single record must not look like a peak."""


def clock_time(seconds: float | None, *, utc: bool) -> str:
    """`12:01:08`; empty where there is no time."""
    if seconds is None:
        return ""
    return moment(seconds, utc=utc).strftime("%H:%M:%S")


def date_time(seconds: float | None, *, utc: bool) -> str:
    """`2026-11-23 12:01:08 UTC`."""
    if seconds is None:
        return ""
    return moment(seconds, utc=utc).strftime("%Y-%m-%d %H:%M:%S %Z")


def moment(seconds: float, *, utc: bool) -> datetime:
    """A time in UTC or in the local zone."""
    there = datetime.fromtimestamp(seconds, UTC)
    return there if utc else there.astimezone()


def duration(seconds: float) -> str:
    """`4s`, `1m34s`, `2h05m`, `3d`: two units at the most."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02}s"
    if whole < 86400:
        return f"{whole // 3600}h{whole % 3600 // 60:02}m"
    return f"{whole // 86400}d"


def age(seconds: float) -> str:
    """How long ago, in at most four cells: `4s`, `12m`, `3h`, `2d`."""
    whole = max(0, round(seconds))
    for limit, unit, letter in ((100, 1, "s"), (6000, 60, "m"), (360000, 3600, "h")):
        if whole < limit:
            return f"{whole // unit}{letter}"
    return f"{whole // 86400}d"


def count(number: int, width: int = 0) -> str:
    """`164,230`; what does not fit the width is written in three figures, `1.64M`, or in fewer."""
    text = f"{number:,}"
    if not width or len(text) <= width:
        return text
    shorter = (figures(number, places) for places in (3, 2, 1))
    return next((each for each in shorter if len(each) <= width), figures(number, 1))


def figures(number: float, places: int = 3) -> str:
    """`999`, `1.64k`, `16.4M`: so many significant figures, and never fewer than before the point."""
    for unit in ("", "k", "M", "G", "T", "P"):
        if abs(number) < 999.5:
            whole = len(str(round(number)))
            return f"{number:.{max(places, whole)}g}{unit}"
        number /= 1000
    return f"{number:.3g}E"


def rate(per_second: float) -> str:
    """`6.2`, `142`, `1.2k`, `12k` per second."""
    if per_second >= 999.5:
        return figures(per_second, 2)
    return f"{per_second:.0f}" if per_second >= 100 else f"{per_second:.1f}"


def share(fraction: float) -> str:
    """`4.1%`; never `0.0%` for what is not nothing."""
    if 0 < fraction < 0.001:
        return "<0.1%"
    return f"{fraction:.1%}"


def identifier(text: str, width: int) -> str:
    """An AWS identifier in at most this many cells: prefix and three characters … the last three.

    The tail goes first where even that does not fit: `eni-0c1…`.
    """
    if len(text) <= width or width < 1:
        return text[:width]
    prefix, dash, rest = text.partition("-")
    head = f"{prefix}{dash}{rest[:3]}"
    if len(head) + 4 <= width:
        return f"{head}{ELLIPSIS}{text[-3:]}"
    return head[: width - 1] + ELLIPSIS


def fitted(text: str, width: int) -> str:
    """A name in at most this many cells; its end goes."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip(f" {ELLIPSIS}") + ELLIPSIS if width > 0 else ""


def wrapped(words: str, width: int) -> list[str]:
    """Words within so many cells a line, one line at least; what is longer than a line is cut."""
    width, lines, line = max(1, width), [], ""
    for word in words.split():
        if line and cell_len(line) + 1 + cell_len(word) <= width:
            line = f"{line} {word}"
            continue
        if line:
            lines.append(line)
        *parts, line = chop_cells(word, width) or [""]
        lines += parts
    return [*lines, line]


def middle_cut(text: str, width: int) -> str:
    """An IPv6 address in at most this many cells; its middle goes."""
    if len(text) <= width:
        return text
    head = (width - 1) // 2
    return f"{text[:head]}{ELLIPSIS}{text[len(text) - (width - 1 - head) :]}"


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Text in exactly this many cells."""
    cells = cell_len(text)
    if cells > width:
        return set_cell_size(text, width)
    return " " * (width - cells) + text if right else text + " " * (width - cells)


def sparkline(values: Iterable[int | None]) -> str:
    """One block a value, never an empty one for a value above zero; None is a bucket not complete yet."""
    known = list(values)
    top = max(_SPARK_TOP, *(value or 0 for value in known)) if known else _SPARK_TOP
    return "".join(PENDING if value is None else _BLOCKS[-(-value * 7 // top)] for value in known)


def runs(cells: Iterable[tuple[str, Style | None]]) -> list[Segment]:
    """Cells as segments, neighbours of one style together."""
    return [
        Segment("".join(block for block, _ in run), style)
        for style, run in groupby(cells, key=lambda cell: cell[1])
    ]


class Line:
    """A line of styled text under construction, which knows how many cells it has."""

    __slots__ = ("segments", "width")

    def __init__(self) -> None:
        self.segments: list[Segment] = []
        self.width = 0

    def add(self, text: str, style: Style) -> Line:
        """Text as it is."""
        if text:
            self.segments.append(Segment(text, style))
            self.width += cell_len(text)
        return self

    def cell(self, text: str, width: int, style: Style, *, right: bool = False) -> Line:
        """Text in a cell of this width."""
        return self.add(padded(text, width, right=right), style)

    def to(self, column: int, style: Style) -> Line:
        """Blanks up to a column."""
        return self.add(" " * (column - self.width), style)
