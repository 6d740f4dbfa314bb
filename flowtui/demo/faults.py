"""What goes wrong on purpose, as a scenario asks for it.

Decides only; how a fault looks on the wire is the server's business.
"""

from __future__ import annotations

import random
import threading
from enum import Enum

from flowtui.demo.scenario import Faults, Span


class Mishap(Enum):
    """What happens to a call."""

    THROTTLED = "throttled"
    ERROR_500 = "error 500"
    RESET = "reset"
    EXPIRED = "expired"


class FaultPlan:
    """Decides about each call; the seed makes the same calls fail in every run. Thread-safe."""

    def __init__(self, faults: Faults, seed: int) -> None:
        self._faults = faults
        self._rng = random.Random(f"{seed}/faults")
        self._lock = threading.Lock()

    @property
    def latency_s(self) -> float:
        """How long each call waits before it is answered."""
        return self._faults.latency_ms / 1000

    def decide(self, after_s: float, *, is_logs: bool) -> Mishap | None:
        """What happens to a call so long after the start; shares concern Logs calls only."""
        if _is_within(after_s, self._faults.down):
            return Mishap.RESET
        if _is_within(after_s, self._faults.expired):
            return Mishap.EXPIRED
        return self._by_chance() if is_logs else None

    def _by_chance(self) -> Mishap | None:
        with self._lock:
            drawn = self._rng.random()
        for share, mishap in (
            (self._faults.throttle, Mishap.THROTTLED),
            (self._faults.error_500, Mishap.ERROR_500),
            (self._faults.reset, Mishap.RESET),
        ):
            if drawn < share:
                return mishap
            drawn -= share
        return None


def _is_within(after_s: float, span: Span | None) -> bool:
    return span is not None and span[0] <= after_s < span[1]
