"""The look-back window as slices of event time: what each holds and when it was last read to its end.

Slices lie on the clock, nearly, so that what is learnt of one stays true while the window moves on. The last
one has no end: events may lie ahead of the time. Knows neither pages nor ids, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

NEVER = float("-inf")

SETTLE_S = 30.0
"""So much longer than the look-back a slice is kept: an event may be readable only after its ingestion."""

_EDGE_MS = 500
"""Slices end so long before the full second, where flow logs have all their times. It is not certain whether
AWS gives events of just the end of a range (aws-cli#4262): if so, each would bring a second of the next."""

_WIDTHS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
_SLICES = 360
"""At most about so many slices, since each decision looks at all of them: 0.6 ms."""


@dataclass(slots=True)
class Slice:
    """A part of the window."""

    read_at: float
    """When its last reading to the end began; NEVER where there was none."""
    count: int = 0
    """Events that its last reading found."""
    surplus: float = 0.0
    """New events a second beyond what was to be expected, lately."""
    is_busy: bool = False
    """Whether a reading is under way."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of slices to be read in one go, by their numbers, and its range in ms."""

    first: int
    last: int
    start_ms: int
    end_ms: int | None
    """None for the last slice: it has no end."""


class Slices:
    """The slices from the oldest that may still get records to now. Not thread-safe."""

    def __init__(self, lookback_s: float, floor_ms: int, now: float, read_at: float) -> None:
        """The window begins at `floor_ms`, and was read at `read_at` for the last time."""
        self.width_s = next((width for width in _WIDTHS_S if width * _SLICES >= lookback_s), _WIDTHS_S[-1])
        self._width_ms = self.width_s * 1000
        self._keep_s = lookback_s + SETTLE_S
        self._floor_ms = floor_ms
        self.first = self.number_of(floor_ms)
        self.slices = [Slice(read_at)]
        self.grow(now)

    def __len__(self) -> int:
        return len(self.slices)

    def __iter__(self) -> Iterator[tuple[float, Slice]]:
        """Each slice with where it begins, epoch seconds, oldest first."""
        return ((self._begin_ms(self.first + at) / 1000, each) for at, each in enumerate(self.slices))

    @property
    def floor_ms(self) -> int:
        """Where the window begins, by event time."""
        return max(self._floor_ms, self._begin_ms(self.first))

    @property
    def begin_s(self) -> float:
        """Where the first slice begins, epoch seconds; the window may begin within it."""
        return self._begin_ms(self.first) / 1000

    @property
    def read_since(self) -> float:
        """When the oldest of the last readings of all slices began; NEVER where one was not read."""
        return min(each.read_at for each in self.slices)

    def grow(self, now: float) -> None:
        """Takes in what has become past. What was read without an end was read there too."""
        for _ in range(self.first + len(self.slices), self.number_of(int(now * 1000)) + 1):
            self.slices.append(Slice(self.slices[-1].read_at, is_busy=self.slices[-1].is_busy))

    def lower(self, floor_ms: int, read_at: float) -> None:
        """Takes in what lies before the window, and was read at this time."""
        if floor_ms >= self._floor_ms:
            return
        # The first one may have been read in part only.
        self.slices[0].read_at = min(self.slices[0].read_at, read_at)
        first = self.number_of(floor_ms)
        self.slices[:0] = [Slice(read_at) for _ in range(first, self.first)]
        self.first, self._floor_ms = first, floor_ms

    def retire(self) -> None:
        """Lets go of the oldest slices as far as they were read when nothing could come any more."""
        gone = 0
        while gone < len(self.slices) - 1 and self._is_over(gone):
            gone += 1
        del self.slices[:gone]
        self.first += gone

    def _is_over(self, at: int) -> bool:
        end = self._begin_ms(self.first + at + 1) / 1000
        return not self.slices[at].is_busy and self.slices[at].read_at >= end + self._keep_s

    def span(self, first: int, last: int) -> Span:
        """The slices at these places, both included."""
        is_open = last == len(self.slices) - 1
        begin, end = self.first + first, self.first + last
        start_ms = max(self.floor_ms, self._begin_ms(begin))
        return Span(begin, end, start_ms, None if is_open else self._begin_ms(end + 1))

    def within(self, span: Span) -> list[Slice]:
        """The slices of a span, with those that have come to it at its open end."""
        first = max(0, span.first - self.first)
        return self.slices[first : None if span.end_ms is None else max(0, span.last + 1 - self.first)]

    def number_of(self, time_ms: int) -> int:
        """The number of the slice of an event time."""
        return (time_ms + _EDGE_MS) // self._width_ms

    def read_at(self, numbers: Iterable[int]) -> float:
        """When the stalest of these was read; NEVER where there are none."""
        highest = len(self.slices) - 1
        places = (min(highest, max(0, number - self.first)) for number in numbers)
        return min((self.slices[at].read_at for at in places), default=NEVER)

    def begun(self, span: Span) -> None:
        """A reading of these slices begins."""
        for each in self.within(span):
            each.is_busy = True

    def given_up(
        self, span: Span, counts: Mapping[int, int], began_at: float, until_ms: int | None = None
    ) -> None:
        """It has failed, having found so many events by number of slice, and all of those before a time.

        Beyond that time what was found counts, the reading does not.
        """
        whole = span.first if until_ms is None else min(self.number_of(until_ms), span.last + 1)
        for number, (each, count) in enumerate(self._counted(span, counts), max(span.first, self.first)):
            each.is_busy = False
            if number < whole:
                each.count, each.read_at = count, max(each.read_at, began_at)
            else:
                each.count = max(each.count, count)

    def completed(self, span: Span, counts: Mapping[int, int], began_at: float) -> None:
        """It has reached its end."""
        for each, count in self._counted(span, counts):
            each.is_busy, each.count = False, count
            each.read_at = max(each.read_at, began_at)

    def distrust(self, now: float) -> None:
        """Our clock was fast: readings that seem to lie ahead of now were made at an unknown time."""
        for each in self.slices:
            if each.read_at > now:
                each.read_at = NEVER

    def forget_readings(self) -> None:
        """Everything is to be read anew; readings under way do not count."""
        for each in self.slices:
            each.read_at, each.is_busy, each.surplus = NEVER, False, 0.0

    def complete_until(self, delay_s: float) -> float:
        """The event time up to which each slice was read when its records were older than this delay."""
        until = self.floor_ms / 1000
        for start, each in self:
            end, certain = start + self.width_s, each.read_at - delay_s
            until = max(until, min(end, certain))
            if certain < end:
                break
        return until

    def _begin_ms(self, number: int) -> int:
        return number * self._width_ms - _EDGE_MS

    def _counted(self, span: Span, counts: Mapping[int, int]) -> Iterator[tuple[Slice, int]]:
        first = max(span.first, self.first)
        return ((each, counts.get(first + at, 0)) for at, each in enumerate(self.within(span)))
