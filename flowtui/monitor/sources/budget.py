"""How many log calls may be made: a token bucket that every attempt draws from."""

from __future__ import annotations

BURST = 5.0
"""Calls that may be made at once after a pause; the smallest quota is 5 a second."""

_NOTHING = 1e-6
"""What is less of a call than this is a rounding error, and no reason to wait."""


class Budget:
    """`rate` calls a second sustained, and a burst of a few. Not thread-safe."""

    def __init__(self, rate: float, now: float, burst: float = BURST) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._at = now
        self.calls = 0
        """Calls drawn so far."""

    def delay(self, now: float) -> float:
        """Seconds until the next call may be made."""
        self._refill(now)
        missing = 1.0 - self._tokens
        return missing / self._rate if missing > _NOTHING else 0.0

    def take(self, now: float) -> None:
        """Draws one call."""
        self._refill(now)
        self._tokens -= 1.0
        self.calls += 1

    def _refill(self, now: float) -> None:
        # A clock that was set back must not stop the calls, nor one set forward give more than a burst.
        self._tokens = min(self._burst, self._tokens + max(0.0, now - self._at) * self._rate)
        self._at = now
