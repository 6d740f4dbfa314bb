"""Round times under cells that are a bucket of time each, and other marks where there is room. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from flowtui.tui.render import text

TICK = "╵"
_EVERY_S = (60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800)
_DAY_S = 86400
_APART = 12
"""Cells between two times, at least."""


class Axis:
    """A line of marks; what is placed first stays, what would touch it is left out."""

    def __init__(self, width: int) -> None:
        self._cells: list[tuple[str, Style | None]] = [(" ", None)] * width

    def place(self, at: int, words: str, style: Style) -> bool:
        """Puts words at a cell, where there is room for them; whether there was."""
        end = at + cell_len(words)
        around = self._cells[max(0, at - 1) : end + 1]
        if at < 0 or end > len(self._cells) or any(cell != " " for cell, _ in around):
            return False
        for offset, character in enumerate(words):
            self._cells[at + offset] = character, style
        return True

    def segments(self) -> list[Segment]:
        """The line."""
        return text.runs(self._cells)


def times(from_s: int, step_s: int, cells: int, *, utc: bool) -> Iterator[tuple[int, str]]:
    """The cells at which round times begin, each with its name: `╵11:50`, a date at midnight."""
    every_s = next((each for each in _EVERY_S if each >= _APART * step_s), _EVERY_S[-1])
    zone = UTC if utc else _zone_at(from_s)
    offset_s = int((datetime.fromtimestamp(from_s, zone).utcoffset() or timedelta()).total_seconds())
    first = -(-(from_s + offset_s) // every_s) * every_s - offset_s
    for moment in range(first, from_s + cells * step_s, every_s):
        is_midnight = (moment + offset_s) % _DAY_S == 0
        words = datetime.fromtimestamp(moment, zone).strftime("%m-%d" if is_midnight else "%H:%M")
        yield (moment - from_s) // step_s, f"{TICK}{words}"


def _zone_at(moment: int) -> timezone:
    """The offset of the local time there, for the whole axis: a change of the clocks must not bend it."""
    return timezone(datetime.fromtimestamp(moment, UTC).astimezone().utcoffset() or timedelta())
