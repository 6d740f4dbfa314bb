"""The readings of one group's look-back window: what next, what a page brings, how far it is complete.

Pure: no thread, no clock, no call. Knows neither faults nor back-fill.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field

from flowtui.monitor.outside import Page
from flowtui.monitor.sources.chain import Chain, Order
from flowtui.monitor.sources.delays import Delays
from flowtui.monitor.sources.forecast import Forecast
from flowtui.monitor.sources.schedule import (
    FILL,
    LEAST_RATE,
    Choice,
    Outlook,
    PageCost,
    best,
    held_rate,
    pages_held,
    stalest,
    worth,
)
from flowtui.monitor.sources.seen import SeenIds
from flowtui.monitor.sources.slices import NEVER, SETTLE_S, Slices, Span
from flowtui.records.events import LogEvents

_PAUSE_S = (2.0, 10.0)
"""The shortest and the longest pause between two looks at the same slices, seconds."""

_PATIENCE = 4.0
"""The pause is so many times shorter than the time for which nothing has come."""

_RATE_S = 60.0
"""The time over which arrivals are averaged."""

_REFORECAST_S = 5.0

_SURPRISE_LASTS = 0.1
"""What comes unexpectedly goes on at this share of the usual rate: a burst is mostly over when it is seen."""

_SURPRISE_FADES = 0.25
"""What is left of that after a reading that found nothing of it."""


@dataclass(slots=True, eq=False)
class Look:
    """One reading of a span, page after page; it counts only when it has reached its end."""

    span: Span
    chain: Chain
    began_at: float
    expected: float
    last_read_at: float
    """When the least stale of its slices was read before."""
    news_since: float = NEVER
    """When the stalest of the slices with news of its last page was read before."""
    held: Counter[int] = field(default_factory=Counter)
    """Events by number of slice."""
    fresh: Counter[int] = field(default_factory=Counter)
    is_void: bool = False
    """Whether it was begun under a pattern that is no longer asked for."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What could be read next, from when on, and what it is worth."""

    at: float
    choice: Choice


class Window:
    """The look-back window of one log group. Not thread-safe."""

    def __init__(
        self,
        group: str,
        lookback_s: float,
        floor_ms: int,
        now: float,
        *,
        read_at: float,
        seen: SeenIds,
        delays: Delays,
        pattern: str | None = None,
    ) -> None:
        """It begins at `floor_ms`; everything in it was read at `read_at`."""
        self._group = group
        self._seen = seen
        self._delays = delays
        self._pattern = pattern
        self._limit_s = int(lookback_s + SETTLE_S)
        self._slices = Slices(lookback_s, floor_ms, now, read_at)
        self._reckon(read_at)
        self.cost = PageCost()
        self._forecast = Forecast([0] * self._limit_s)
        self._forecast_at = float("-inf")
        self._news_at = now
        self._arrivals, self._arrivals_at = 0.0, now
        self._pages = 1.0
        self.looks: list[Look] = []
        """Those under way."""
        self.last_pass_at: float | None = None
        """When the oldest of the last readings of all slices began, epoch seconds."""
        self.last_look_at: float | None = None
        """The same, for the slices that get records, each by what it gets."""

    @property
    def floor_ms(self) -> int:
        """Where it begins, by event time; nothing before it is asked for any more."""
        return self._slices.floor_ms

    @property
    def pages(self) -> float:
        """Calls that one reading of the whole window takes."""
        return max(1.0, self._pages)

    def lower(self, floor_ms: int, read_at: float) -> None:
        """Takes in what lies before it, and was read at this time."""
        self._slices.lower(floor_ms, read_at)
        self._reckon(read_at)

    def learn(self, now: float) -> None:
        """Makes up its mind again where records are to be expected, and what is complete."""
        if now - self._forecast_at >= _REFORECAST_S:
            self._forecast = Forecast(self._delays.counts(self._limit_s))
            self._forecast_at = now
        self._slices.grow(now)
        self._pages = pages_held(self._slices, self.cost)
        since = self._slices.read_since
        self.last_pass_at = None if since == NEVER else since
        self.last_look_at = None if since == NEVER else self._looked_at(now)

    def watermark(self, delay_s: float) -> float | None:
        """The event time up to which all was read when it was older than this delay."""
        return None if self.last_pass_at is None else self._slices.complete_until(delay_s)

    def offer(self, now: float) -> Offer | None:
        """What is best read next; None where all of it is being read."""
        self._slices.grow(now)
        choice = self._choose(now)
        if choice is None:
            return None
        pause_s = min(_PAUSE_S[1], max(_PAUSE_S[0], (now - self._news_at) / _PATIENCE))
        return Offer(now + max(0.0, pause_s - choice.waited_s), choice)

    def stale(self, now: float, before: float) -> Choice | None:
        """What was not read since `before` and should be."""
        if self.last_pass_at is not None and self.last_pass_at >= before:
            return None
        self._slices.grow(now)
        return stalest(self._slices, self._outlook(now), now, before)

    def begin(self, choice: Choice, now: float) -> Look:
        """Begins to read it."""
        span = choice.span
        read_at = max(each.read_at for each in self._slices.within(span))
        chain = Chain(self._group, span.start_ms, span.end_ms, pattern=self._pattern)
        look = Look(span, chain, now, choice.expected, read_at)
        self._slices.begun(span)
        self.looks.append(look)
        return look

    def received(self, look: Look, page: Page, now: float) -> LogEvents:
        """Takes a page of a reading: what of it is new."""
        look.chain.received(page)
        events = self._above(page.events)
        fresh = self._seen.take(events)
        number_of = self._slices.number_of
        look.held.update(map(number_of, events.timestamps))
        news = Counter(map(number_of, fresh.timestamps))
        look.fresh += news
        look.news_since = self._slices.read_at(news)
        self.cost.paged(len(page.events), is_last=look.chain.is_done)
        self._arrived(len(fresh), now)
        if look.chain.is_done and not look.is_void:
            self._completed(look, now)
        return fresh

    def failed(self, look: Look) -> None:
        """A reading failed: what it found stays; slices that it is not known to have passed stay as stale."""
        if not look.is_void:
            self.looks.remove(look)
            is_ascending = look.chain.order is Order.ASCENDING
            self._slices.given_up(
                look.span, look.held, look.began_at, look.chain.frontier_ms if is_ascending else None
            )

    def use_pattern(self, pattern: str | None, now: float) -> None:
        """Asks by this pattern, and for everything anew; ids stay."""
        self._pattern = pattern
        for look in self.looks:
            look.is_void = True
        self.looks.clear()
        self._slices.forget_readings()
        self.learn(now)

    def distrust(self, now: float) -> None:
        """Our clock was fast; see Slices."""
        self._slices.distrust(now)
        for look in self.looks:
            look.began_at = NEVER if look.began_at > now else look.began_at
        self._news_at = min(self._news_at, now)
        self._arrivals_at = min(self._arrivals_at, now)
        self._forecast_at = float("-inf")
        self.learn(now)

    def retire(self) -> None:
        """Lets go of what can get nothing any more."""
        self._slices.retire()

    def _reckon(self, read_at: float) -> None:
        """Counts what slices hold that were read before; else they would seem to cost nothing."""
        floor_ms, width_s = self.floor_ms, self._slices.width_s
        for start, each in self._slices:
            if each.read_at <= read_at:
                middle_ms = max(floor_ms, int((start + width_s / 2) * 1000))
                each.count = round(width_s * self._seen.rate_at(middle_ms, floor_ms, int(read_at * 1000)))

    def _completed(self, look: Look, now: float) -> None:
        self.looks.remove(look)
        # A slice that was read together with others waited as long as they did, more or less.
        waited_s = max(1.0, look.began_at - look.last_read_at)
        self._slices.completed(look.span, look.held, look.began_at)
        end = now if look.span.end_ms is None else look.span.end_ms / 1000
        self.cost.read(look.held.total(), look.chain.pages, end - look.span.start_ms / 1000)
        is_surprise = look.fresh.total() > 2 * look.expected + 3 * math.sqrt(look.expected) + 1
        usual = _SURPRISE_LASTS * held_rate(self._slices)
        more = min(look.fresh.total() / waited_s, usual) if is_surprise else 0.0
        first = look.span.first
        for at, each in enumerate(self._slices.within(look.span)):
            news = more * look.fresh.get(first + at, 0) / max(1, look.fresh.total())
            each.surplus = max(news, _SURPRISE_FADES * each.surplus)
            if each.surplus * _RATE_S < 1:
                each.surplus = 0.0

    def _choose(self, now: float) -> Choice | None:
        outlook = self._outlook(now)
        if self.looks or self.last_pass_at is None:
            return best(self._slices, outlook, now)
        waited_s = now - self.last_pass_at
        news = outlook.rate * waited_s
        if self._pages + self.cost.of(news, waited_s) > FILL:
            return best(self._slices, outlook, now)
        # All of it fits on one page.
        return Choice(self._slices.span(0, len(self._slices) - 1), worth(news, waited_s), news, waited_s)

    def _outlook(self, now: float) -> Outlook:
        recent = self._arrivals * math.exp((self._arrivals_at - now) / _RATE_S) / _RATE_S
        return Outlook(self._forecast, self.cost, max(LEAST_RATE, recent, held_rate(self._slices)))

    def _arrived(self, count: int, now: float) -> None:
        self._arrivals = self._arrivals * math.exp((self._arrivals_at - now) / _RATE_S) + count
        self._arrivals_at = now
        if count:
            self._news_at = now

    def _above(self, events: LogEvents) -> LogEvents:
        """The events whose ids are known; AWS should give no others."""
        floor_ms = self.floor_ms
        if min(events.timestamps, default=floor_ms) >= floor_ms:
            return events
        return events.take([row for row, time_ms in enumerate(events.timestamps) if time_ms >= floor_ms])

    def _looked_at(self, now: float) -> float:
        """The time of the last look, averaged over the records that arrive now."""
        total = weighted = 0.0
        later = self._forecast.share(now - self._slices.begin_s)
        for start, each in self._slices:
            sooner = self._forecast.share(now - start - self._slices.width_s)
            total += later - sooner
            weighted += (later - sooner) * each.read_at
            later = sooner
        return weighted / total if total > 0 else self._slices.read_since
