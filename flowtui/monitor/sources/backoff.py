"""When to try again after a failure."""

from __future__ import annotations

from collections.abc import Callable

from flowtui.monitor.outside import Fault, FaultKind

MAX_S = 60.0
"""The longest pause, seconds."""

_FIRST_S = 0.5
"""The first pause after what passes by itself: a single throttled call is no outage."""

_FIRST_LASTING_S = 2.0
"""The first pause after what waiting alone will not cure, though now and then it does."""

_LONGEST_S = {FaultKind.EXPIRED: 15.0, FaultKind.NO_CREDENTIALS: 15.0, FaultKind.NOT_FOUND: 30.0}
"""Where something else ends the fault, such as a sign-in in another terminal: the longest pause, seconds."""


class Backoff:
    """Pauses that double with jitter up to a minute; `jitter` gives a number from 0 to 1."""

    def __init__(self, jitter: Callable[[], float]) -> None:
        self._jitter = jitter
        self.failures = 0
        """In a row."""

    def failed(self, fault: Fault) -> float:
        """Seconds to wait after this failure."""
        first_s = _FIRST_LASTING_S if fault.kind.is_lasting else _FIRST_S
        longest_s = min(_LONGEST_S.get(fault.kind, MAX_S), first_s * 2.0 ** min(self.failures, 10))
        self.failures += 1
        return longest_s * (0.5 + 0.5 * self._jitter())

    def succeeded(self) -> None:
        """Begins anew."""
        self.failures = 0
