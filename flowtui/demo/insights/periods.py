"""The periods of `bin`, `datefloor` and `dateceil`: how long they are, and the caps of their units."""

from __future__ import annotations

import re

from flowtui.demo.insights.values import Moment

_UNITS = {
    "millisecond": (1, 1_000), "ms": (1, 1_000), "msec": (1, 1_000),
    "second": (1_000, 60), "s": (1_000, 60), "sec": (1_000, 60),
    "minute": (60_000, 60), "m": (60_000, 60), "min": (60_000, 60),
    "hour": (3_600_000, 24), "h": (3_600_000, 24), "hr": (3_600_000, 24),
    "day": (86_400_000, None), "d": (86_400_000, None),
    "week": (7 * 86_400_000, None), "w": (7 * 86_400_000, None),
}  # fmt: skip
"""Milliseconds, and the highest number that counts: 300s is 60s (user guide, datetime functions)."""

_PERIOD = re.compile(r"(\d+)([a-z]+)")


def length_ms(period: str) -> int | None:
    """A period's length in milliseconds; None for one that is none or is not served (months and longer)."""
    match = _PERIOD.fullmatch(period)
    if match is None:
        return None
    unit = _UNITS.get(match[2]) or _UNITS.get(match[2].removesuffix("s") if len(match[2]) > 2 else "")
    count = int(match[1])
    if unit is None or not count:
        return None
    length, cap = unit
    return (count if cap is None else min(count, cap)) * length


def floor(at: int, period_ms: int) -> Moment:
    """The beginning of the period that a moment is in."""
    return Moment(at // period_ms * period_ms)


def ceil(at: int, period_ms: int) -> Moment:
    """The end of the period that a moment is in."""
    return Moment(-(-at // period_ms) * period_ms)
