"""The window that is read again and again: how far back a record can still arrive."""

from __future__ import annotations


class Window:
    """From look-back before the last complete reading, so that an outage of any length leaves no gap."""

    def __init__(self, begin_s: float, lookback_s: float, now: float) -> None:
        """`begin_s` is where records begin, epoch seconds; `now` when reading begins."""
        self._begin_s = begin_s
        self._lookback_s = lookback_s
        self._complete_at = now

    @property
    def begin_ms(self) -> int:
        """Where records begin."""
        return max(0, int(self._begin_s * 1000))

    def start_ms(self, now: float) -> int:
        """Where a reading that begins now has to begin."""
        return max(self.begin_ms, int((min(now, self._complete_at) - self._lookback_s) * 1000))

    def completed(self, began_at: float) -> None:
        """A reading of the whole window that began then is complete."""
        self._complete_at = max(self._complete_at, began_at)
