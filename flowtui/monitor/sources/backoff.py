"""When to try again after a failure."""

from __future__ import annotations

from collections.abc import Callable

from flowtui.monitor.outside import Fault, FaultKind

MAX_S = 60.0
"""The longest pause, seconds."""

_STEADY_S = {
    FaultKind.EXPIRED: 15.0,
    FaultKind.NO_CREDENTIALS: 15.0,
    FaultKind.NOT_FOUND: 30.0,
}
"""Faults that something else ends, such as a sign-in in another terminal: seconds between tries."""


class Backoff:
    """Pauses that double with jitter up to a minute; `jitter` gives a number from 0 to 1."""

    def __init__(self, jitter: Callable[[], float]) -> None:
        self._jitter = jitter
        self.failures = 0
        """In a row."""

    def failed(self, fault: Fault) -> float:
        """Seconds to wait after this failure."""
        self.failures += 1
        steady = _STEADY_S.get(fault.kind)
        if steady is not None:
            return steady
        if fault.kind.is_lasting:
            return MAX_S
        longest = min(MAX_S, 2.0 ** min(self.failures, 10))
        return longest * (0.5 + 0.5 * self._jitter())

    def succeeded(self) -> None:
        """Begins anew."""
        self.failures = 0
