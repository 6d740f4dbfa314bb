"""How long records of a log group are under way: from their start to their ingestion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from flowtui.records.events import LogEvents

_MEMORY = 200_000
"""Records after which older ones count half, so that the figures follow a change of habit."""


class Delays:
    """The distribution of arrival delays, to the second. Not thread-safe."""

    def __init__(self) -> None:
        self._seconds: Counter[int] = Counter()
        self.total = 0
        """Records counted, older ones in part."""

    def add(self, events: LogEvents) -> None:
        """Counts these events in."""
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

    def counts(self, limit_s: int) -> list[int]:
        """Records by the whole seconds of their delay, below the limit; longer ones count with the last."""
        counts = [0] * limit_s
        for second, count in self._seconds.items():
            counts[min(second, limit_s - 1)] += count
        return counts

    def _fade(self) -> None:
        self._seconds = Counter({second: count // 2 for second, count in self._seconds.items() if count > 1})
        self.total = self._seconds.total()
