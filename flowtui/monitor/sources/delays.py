"""How long records of a log group are under way: from their start to their ingestion."""

from __future__ import annotations

from collections import Counter

from flowtui.records.events import LogEvents

_MEMORY = 200_000
"""Records after which older ones count half, so that the figures follow a change of habit."""


class Delays:
    """The distribution of arrival delays, to the second. Not thread-safe."""

    def __init__(self) -> None:
        self._seconds: Counter[int] = Counter()
        self._total = 0

    def add(self, events: LogEvents) -> None:
        """Counts these events in."""
        self._seconds.update(
            max(0, ingestion - timestamp) // 1000
            for timestamp, ingestion in zip(events.timestamps, events.ingestions, strict=True)
        )
        self._total += len(events)
        if self._total > _MEMORY:
            self._fade()

    def quantile_s(self, share: float) -> float | None:
        """Seconds within which this share (0 to 1) of the records arrive; None where none was seen."""
        if not self._total:
            return None
        wanted = share * self._total
        reached = 0
        for second in sorted(self._seconds):
            reached += self._seconds[second]
            if reached >= wanted:
                return float(second + 1)
        return float(max(self._seconds) + 1)

    def _fade(self) -> None:
        self._seconds = Counter({second: count // 2 for second, count in self._seconds.items() if count > 1})
        self._total = self._seconds.total()
