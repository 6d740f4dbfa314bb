"""What goes wrong on purpose, as a scenario asks for it.

Decides only; how a fault looks on the wire is the server's business.
"""

from __future__ import annotations

import random
import threading
from enum import Enum

from flowtui.demo.checks import Span
from flowtui.demo.scenario import Faults


class Mishap(Enum):
    """What happens to a call."""

    THROTTLED = "throttled"
    ERROR_500 = "error 500"
    UNAVAILABLE = "unavailable"
    RESET = "reset"
    RESET_BODY = "reset in the body"
    SLOW = "slow"
    STALLED = "stalled"
    EXPIRED = "expired"
    SKEWED = "skewed"
    DENIED = "denied"

    @property
    def is_in_body(self) -> bool:
        """Whether the call is answered, and the answer's body is what suffers."""
        return self in (Mishap.RESET_BODY, Mishap.SLOW, Mishap.STALLED)


class FaultPlan:
    """Decides about each call; the seed makes the same calls fail in every run. Thread-safe."""

    def __init__(self, faults: Faults, seed: int) -> None:
        self._faults = faults
        self._rng = random.Random(f"{seed}/faults")
        self._lock = threading.Lock()
        self._limits = {operation: _Limit(rate) for operation, rate in faults.limits}

    @property
    def latency_s(self) -> float:
        """How long each call waits before it is answered."""
        return self._faults.latency_ms / 1000

    @property
    def slow_s(self) -> float:
        """How much later the second half of a slow body comes."""
        return self._faults.slow_s

    def decide(self, after_s: float, *, is_logs: bool, operation: str = "") -> Mishap | None:
        """What happens to a call so long after the start; shares concern Logs calls only."""
        return self._by_time(after_s, operation) or (self._by_chance(after_s, operation) if is_logs else None)

    def _by_time(self, after_s: float, operation: str) -> Mishap | None:
        faults = self._faults
        at_s = after_s if faults.every_s is None else after_s % faults.every_s
        is_reading = operation == "FilterLogEvents"
        for span, mishap, is_meant in (
            (faults.down, Mishap.RESET, True),
            (faults.expired, Mishap.EXPIRED, True),
            (faults.skewed, Mishap.SKEWED, True),
            (faults.denied, Mishap.DENIED, is_reading),
            (faults.stalled, Mishap.STALLED, is_reading),
        ):
            if is_meant and _is_within(at_s, span):
                return mishap
        return None

    def _by_chance(self, after_s: float, operation: str) -> Mishap | None:
        with self._lock:
            drawn = self._rng.random()
            limit = self._limits.get(operation)
            if limit is not None and not limit.allows(after_s):
                return Mishap.THROTTLED
        faults = self._faults
        for share, mishap in (
            (faults.throttle, Mishap.THROTTLED),
            (faults.error_500, Mishap.ERROR_500),
            (faults.unavailable, Mishap.UNAVAILABLE),
            (faults.reset, Mishap.RESET),
            (faults.reset_body, Mishap.RESET_BODY),
            (faults.slow, Mishap.SLOW),
        ):
            if drawn < share:
                return mishap
            drawn -= share
        return None


class _Limit:
    """So many calls a second, and a second's worth at once."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._tokens = self._most = max(1.0, rate)
        self._at_s = 0.0

    def allows(self, at_s: float) -> bool:
        self._tokens = min(self._most, self._tokens + max(0.0, at_s - self._at_s) * self._rate)
        self._at_s = max(self._at_s, at_s)
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


def _is_within(after_s: float, span: Span | None) -> bool:
    return span is not None and span[0] <= after_s < span[1]
