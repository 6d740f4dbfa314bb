"""What share of the records has arrived by what age: where in the window news are to be expected. Pure.

A guess that only orders the readings: what it thinks improbable is read later, and never not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

_DOUBT = 0.0005
"""The share of records that may arrive at any age, whatever was seen so far."""

_DOUBTFUL = 20.0
"""So many records of doubt weigh against those seen: a few records prove little."""


class Forecast:
    """The arrival of records by age, learnt from their delays."""

    def __init__(self, counts: Sequence[float]) -> None:
        """`counts` are records by whole seconds of delay, from 0 to the look-back."""
        total = sum(counts)
        doubt = max(_DOUBT, _DOUBTFUL / (total + _DOUBTFUL))
        known = (1 - doubt) / total if total else 0.0
        unknown = doubt / len(counts)
        self._limit_s = len(counts)
        self._shares = [0.0, *accumulate(count * known + unknown for count in counts)]
        halves = ((low + high) / 2 for low, high in zip(self._shares, self._shares[1:], strict=False))
        self._areas = [0.0, *accumulate(halves)]

    def share(self, age_s: float) -> float:
        """The share of the records of one moment that has arrived when the moment is so old."""
        if age_s <= 0:
            return 0.0
        if age_s >= self._limit_s:
            return 1.0
        second = int(age_s)
        low, high = self._shares[second], self._shares[second + 1]
        return low + (high - low) * (age_s - second)

    def area(self, age_s: float) -> float:
        """The integral of `share` from 0: how many seconds' worth of the records since then have arrived."""
        if not 0 < age_s < self._limit_s:
            return 0.0 if age_s <= 0 else self._areas[-1] + age_s - self._limit_s
        second = int(age_s)
        part, low = age_s - second, self._shares[second]
        return self._areas[second] + part * (low + (self._shares[second + 1] - low) * part / 2)
