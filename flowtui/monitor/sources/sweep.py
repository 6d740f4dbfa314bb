"""The slow sweep of what the window has left behind: what came later than the look-back.

Ids are kept there as 8-byte digests: two that are alike would hide one record of the sweep's, by a chance of
one in 10^18 for each pair, and nothing else. Knows neither budget nor time.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection

from flowtui.monitor.outside import Page
from flowtui.monitor.sources.chain import Chain
from flowtui.monitor.sources.schedule import FILL, PageCost
from flowtui.monitor.sources.seen import MINUTE_MS, Key, SeenIds
from flowtui.records.events import LogEvents

DIGESTS = 25_000_000
"""How many may be kept over all groups: 200 MB."""


class Sweep:
    """The minutes of one log group that are swept, newest first, over and over. Not thread-safe."""

    def __init__(self, group: str, seen: SeenIds, floor_ms: int, pattern: str | None = None) -> None:
        """Nothing before `floor_ms` is swept: nobody knows what was taken there."""
        self._group = group
        self._seen = seen
        self._low, self._high = -(-floor_ms // MINUTE_MS), 0
        self._digests: dict[int, array[int]] = {}
        self._count = 0
        self._cursor = self._low
        self.limit = DIGESTS
        """How many digests may be kept."""
        self.is_shortened = False
        """Whether that has cost some of the reach."""
        self.chain: Chain | None = None
        """The reading under way."""
        self._pattern = pattern
        self._may_lower = True

    @property
    def low_ms(self) -> int:
        """From when on it sweeps, by event time."""
        return self._low * MINUTE_MS

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to be swept."""
        return self._low >= self._high

    def learn(self, minute: int, keys: Collection[Key]) -> None:
        """Takes over the ids of a minute that the window forgets."""
        if not self._may_lower and minute < self._low:
            return
        self._digests.setdefault(minute, array("q")).extend(map(hash, keys))
        self._count += len(keys)

    def lower(self, low_ms: int) -> None:
        """Everything since then was read, and its ids were learnt."""
        if self._may_lower:
            self._low = min(self._low, -(-low_ms // MINUTE_MS))

    def move(self, low_ms: int, high_ms: int) -> None:
        """Sweeps from there, or from where it is bounded, up to where the window begins."""
        self._high = high_ms // MINUTE_MS
        self._raise(max(self._low, low_ms // MINUTE_MS))
        while self._count > self.limit and self._low < self._high:
            self.is_shortened, self._may_lower = True, False
            self._raise(self._low + 1)

    def begin(self, cost: PageCost) -> Chain:
        """The reading that is next: about a page, below the last one."""
        if not self._low < self._cursor <= self._high:
            self._cursor = self._high
        first = self._cursor - 1
        pages = self._pages(first, cost)
        while first > self._low and pages + (more := self._pages(first - 1, cost)) <= FILL:
            first -= 1
            pages += more
        start_ms, end_ms = first * MINUTE_MS, self._cursor * MINUTE_MS
        self.chain = Chain(self._group, start_ms, end_ms, pattern=self._pattern)
        return self.chain

    def received(self, page: Page) -> LogEvents:
        """Takes a page of the reading: what of it was never taken."""
        chain = self.chain
        if chain is None:
            return LogEvents()
        chain.received(page)
        fresh = self._take(page.events, chain)
        if chain.is_done:
            self._cursor = chain.start_ms // MINUTE_MS
            self.chain = None
        return fresh

    def use_pattern(self, pattern: str | None, floor_ms: int) -> None:
        """Asks by this pattern from now on, and only for what the window still holds: the rest is unknown."""
        self._pattern, self.chain, self._may_lower = pattern, None, False
        self._raise(-(-floor_ms // MINUTE_MS))

    def failed(self) -> None:
        """The reading failed: its range is read again."""
        self.chain = None

    def _take(self, events: LogEvents, chain: Chain) -> LogEvents:
        known: dict[int, set[int]] = {}
        fresh: list[int] = []
        low_ms, high_ms = max(chain.start_ms, self.low_ms), chain.end_ms or 0
        for row, (time_ms, key) in enumerate(zip(events.timestamps, self._seen.keys(events), strict=True)):
            if not low_ms <= time_ms < high_ms:
                continue
            minute, digest = time_ms // MINUTE_MS, hash(key)
            if minute not in known:
                known[minute] = set(self._digests.get(minute, ()))
            if digest not in known[minute]:
                known[minute].add(digest)
                self.learn(minute, (key,))
                fresh.append(row)
        return events.take(fresh)

    def _pages(self, minute: int, cost: PageCost) -> float:
        return cost.of(len(self._digests.get(minute, ())), MINUTE_MS / 1000)

    def _raise(self, low: int) -> None:
        for minute in range(self._low, low):
            self._count -= len(self._digests.pop(minute, ()))
        self._low = max(self._low, low)
