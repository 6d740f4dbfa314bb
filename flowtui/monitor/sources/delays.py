"""How long records of a log group are under way: from their start to their ingestion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate

from flowtui.records.events import LogEvents

_MEMORY = 200_000
"""Records after which older ones count half, so that the figures follow a change of habit."""

_MOST_WEIGHT = 50.0
"""A record stands for at most about so many that could not be seen: a single slow one proves little."""


class Delays:
    """The distribution of arrival delays, to the second. Not thread-safe."""

    def __init__(self) -> None:
        self._seconds: Counter[int] = Counter()
        self._limits: Counter[int] = Counter()
        """Records by the longest delay with which they could have been seen, where that was bounded."""
        self.total = 0
        """Records counted, older ones in part."""

    def add(self, events: LogEvents, read_at: float | None = None) -> None:
        """Counts these events in.

        With `read_at` they are all that had arrived by then, epoch seconds of AWS's time, whenever that was.
        """
        if read_at is not None:
            self._limits.update(int(read_at - timestamp / 1000) for timestamp in events.timestamps)
        self._seconds.update(
            max(0, ingestion - timestamp) // 1000
            for timestamp, ingestion in zip(events.timestamps, events.ingestions, strict=True)
        )
        self.total += len(events)
        if self.total > _MEMORY:
            self._fade()

    def quantile_s(self, share: float) -> float | None:
        """Seconds within which this share (0 to 1) of the records arrive; None where none was seen."""
        return self.quantiles_s((share,))[0]

    def quantiles_s(self, shares: Sequence[float]) -> list[float | None]:
        """The same for several shares, ascending, at the cost of one."""
        found: list[float | None] = []
        reached, seconds = 0, iter(sorted(self._seconds))
        second = 0
        for share in shares:
            while reached < share * self.total:
                second = next(seconds)
                reached += self._seconds[second]
            found.append(float(second + 1) if self.total else None)
        return found

    def counts(self, limit_s: int) -> list[float]:
        """Records by the whole seconds of their delay, below the limit; longer ones count with the last.

        Of what is young only the fast ones have arrived. So those that were there already are weighed by how
        few of their delay could be: the product-limit estimate of truncated times (Lynden-Bell 1971).
        """
        counts, limits = _by_second(self._seconds, limit_s), _by_second(self._limits, limit_s)
        possible = [
            max(count, seen - short, self.total / _MOST_WEIGHT)
            for count, seen, short in zip(counts, accumulate(counts), accumulate([0, *limits]), strict=False)
        ]
        rest, found = 1.0, []
        for count, among in zip(reversed(counts), reversed(possible), strict=True):
            share = rest * count / among if count else 0.0
            found.append(share)
            rest -= share
        scale = self.total / (1 - rest) if rest < 1 else 0.0
        return [share * scale for share in reversed(found)]

    def _fade(self) -> None:
        self._seconds, self._limits = _halved(self._seconds), _halved(self._limits)
        self.total = self._seconds.total()


def _by_second(seconds: Counter[int], limit_s: int) -> list[int]:
    counts = [0] * limit_s
    for second, count in seconds.items():
        counts[max(0, min(second, limit_s - 1))] += count
    return counts


def _halved(counts: Counter[int]) -> Counter[int]:
    return Counter({second: count // 2 for second, count in counts.items() if count > 1})
