"""Which slices of the window to read next: those where the most records are thought to wait the longest.

A run of slices is worth (new records to be expected) x (seconds since it was read)^4 / (calls it takes). So a
slice's pause goes by the fifth root of its pages over its news: what gets little is read more seldom, and not
so much that its records are the ones that wait. Pure; a wrong guess costs time, never a record, since what is
stale comes in its turn too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from flowtui.monitor.sources.forecast import Forecast
from flowtui.monitor.sources.slices import NEVER, Slices, Span

_BLUR = 0.03
"""By so much a guess of pages may be wrong: a page more for a few events is a call lost."""

FILL = (1 - _BLUR) / (1 + _BLUR)
"""What of one page a run may be thought to fill, so that it takes one call."""

_IMPATIENCE = 4
"""The power of a wait. The first makes the mean time from arrival to shown the least and leaves a long tail;
with the fourth the 95th percentile is about the least, for half a second more at the median."""

_PAGES = (1, 2, 4)
"""Runs of about so many pages are compared: the longer, the less of the last page is left empty."""

LEAST_RATE = 0.05
"""Records a second that are expected of a group where none came: it may begin at any time."""

_LONGEST_S = 3600.0
"""What was never read counts as if it had waited so long."""


class PageCost:
    """What readings were found to cost."""

    def __init__(self) -> None:
        self.capacity = 5000.0
        """Events on a page that is not the last one; AWS gives up to 10,000 or 1 MB."""
        self._full_pages = 0
        self._idle_pages_per_s = 0.0
        """Pages that hold less than that, for each second of event time: a filter pattern makes such."""

    def paged(self, events: int, *, is_last: bool) -> None:
        """Takes note of a page."""
        if not is_last and events:
            self._full_pages += 1
            self.capacity += max(0.1, 1 / self._full_pages) * (events - self.capacity)
        elif events > self.capacity:
            self.capacity = float(events)

    def read(self, events: int, pages: int, seconds: float) -> None:
        """Takes note of a reading of so many seconds of event time."""
        idle = max(0.0, pages - 1 - events / self.capacity)
        self._idle_pages_per_s += 0.3 * (idle / max(1.0, seconds) - self._idle_pages_per_s)

    def of(self, events: float, seconds: float) -> float:
        """Pages that so many events within so many seconds fill."""
        return max(events / self.capacity, self._idle_pages_per_s * seconds)


@dataclass(frozen=True, slots=True)
class Choice:
    """A run of slices to be read."""

    span: Span
    value: float
    """What reading it now is worth, for each call."""
    expected: float
    """New records to be expected."""
    waited_s: float
    """How long these have been waiting, at the most, on the average."""


def calls(pages: float) -> int:
    """Calls to be expected for so many pages."""
    return max(1, math.ceil(pages * (1 + _BLUR) + _BLUR))


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is thought of a group."""

    forecast: Forecast
    cost: PageCost
    rate: float
    """Records a second that it gets."""


def worth(news: float, waited_s: float) -> float:
    """What it is worth to read so many records that have waited so long."""
    return news * waited_s**_IMPATIENCE


def held_rate(slices: Slices) -> float:
    """Records a second that the window holds."""
    return sum(each.count for each in slices.slices) / (len(slices) * slices.width_s)


def expected(slices: Slices, outlook: Outlook, now: float) -> list[float]:
    """How many new records each slice is thought to have got since it was read."""
    rate, area, found = outlook.rate, outlook.forecast.area, []
    start = slices.begin_s
    later, read_at, known_later = area(now - start), NEVER, 0.0
    for each in slices.slices:
        end = start + slices.width_s
        sooner = area(now - end)
        # Neighbours were mostly read together: what ends the one begins the other.
        known_sooner = known_later if each.read_at == read_at else area(each.read_at - start)
        read_at, known_later = each.read_at, area(each.read_at - end)
        surplus = each.surplus and each.surplus * min(_LONGEST_S, now - read_at)
        found.append(max(0.0, rate * (later - sooner - known_sooner + known_later)) + surplus)
        start, later = end, sooner
    return found


def pages_held(slices: Slices, cost: PageCost) -> float:
    """What a reading of everything is thought to cost, without the news."""
    return sum(cost.of(each.count, slices.width_s) for each in slices.slices)


def pages_of(slices: Slices, cost: PageCost, news: Sequence[float]) -> list[float]:
    """What each slice is thought to cost: what it held when it was read, and the news."""
    return [
        cost.of(max(each.count, new) if each.read_at == NEVER else each.count + new, slices.width_s)
        for each, new in zip(slices.slices, news, strict=True)
    ]


def best(slices: Slices, outlook: Outlook, now: float) -> Choice | None:
    """The run that is worth the most; None where all slices are being read."""
    news = expected(slices, outlook, now)
    pages = pages_of(slices, outlook.cost, news)
    waited = [min(_LONGEST_S, now - each.read_at) for each in slices.slices]
    busy = [each.is_busy for each in slices.slices]
    values = list(map(worth, news, waited))
    runs = [_richest(values, pages, busy, calls_) for calls_ in _PAGES]
    _, run = max(runs, key=lambda run: run[0])
    return None if run is None else _choice(slices, run, news, waited, pages)


def stalest(slices: Slices, outlook: Outlook, now: float, before: float) -> Choice | None:
    """A run from the slice on whose last reading is the oldest; None where all were read since `before`."""
    idle = [(each.read_at, at) for at, each in enumerate(slices.slices) if not each.is_busy]
    if not idle or min(idle)[0] >= before:
        return None
    news = expected(slices, outlook, now)
    pages = pages_of(slices, outlook.cost, news)
    first = last = min(idle)[1]
    total = pages[first]
    while last + 1 < len(slices) and not slices.slices[last + 1].is_busy:
        if total + pages[last + 1] > FILL:
            break
        last += 1
        total += pages[last]
    while first > 0 and not slices.slices[first - 1].is_busy and total + pages[first - 1] <= FILL:
        first -= 1
        total += pages[first]
    waited = [min(_LONGEST_S, now - each.read_at) for each in slices.slices]
    return _choice(slices, (first, last), news, waited, pages)


def _richest(
    values: Sequence[float], pages: Sequence[float], busy: Sequence[bool], most_calls: int
) -> tuple[float, tuple[int, int] | None]:
    """The run of at most so many calls, or the one slice of more, with the most value for each call."""
    chosen, most = None, -1.0
    limit = (most_calls - _BLUR) / (1 + _BLUR)
    first, value, filled = 0, 0.0, 0.0
    for last, is_busy in enumerate(busy):
        if is_busy:
            first, value, filled = last + 1, 0.0, 0.0
            continue
        value += values[last]
        filled += pages[last]
        while first < last and filled > limit:
            value -= values[first]
            filled -= pages[first]
            first += 1
        worth = value / calls(filled)
        # Of equals the longer run: what comes with it costs nothing.
        if worth >= most:
            chosen, most = (first, last), worth
    return most, chosen


def _choice(
    slices: Slices,
    run: tuple[int, int],
    news: Sequence[float],
    waited: Sequence[float],
    pages: Sequence[float],
) -> Choice:
    where = slice(run[0], run[1] + 1)
    pairs = list(zip(news[where], waited[where], strict=True))
    some, cost = sum(news[where]), calls(sum(pages[where]))
    value = sum(worth(*pair) for pair in pairs) / cost
    waited_s = sum(new * long for new, long in pairs) / some if some else min(waited[where])
    return Choice(slices.span(*run), value, some, waited_s)
