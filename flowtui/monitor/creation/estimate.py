"""How many records a flow log will write at the least, how large they are, and when the first ones come.

Source: VPC User Guide, "Flow log records" and "Flow log basics"; CloudWatch Logs quotas (26 bytes an event).
"""

from __future__ import annotations

from dataclasses import dataclass

from flowtui.monitor.creation import formats
from flowtui.monitor.creation.answers import Answers, Traffic

_DAY_S = 86_400
_EVENT_BYTES = 26
"""What CloudWatch Logs counts for each event besides its line."""

_PUBLISHED_S = 5 * 60
_LATEST_S = 15 * 60
"""About how long after the end of its window a record is published, and how long it may take at first."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What can be said beforehand."""

    interfaces: int | None
    records_a_day: int | None
    """At the least: one per interface and window, also where nothing passes. None where it cannot be said."""
    record_bytes: int
    """About what CloudWatch Logs counts for one record."""
    windows_a_day: int
    first_s: float
    last_s: float
    """So many seconds after the creation the first record is expected, at the earliest and usually."""

    @property
    def bytes_a_day(self) -> int | None:
        """At the least."""
        return None if self.records_a_day is None else self.records_a_day * self.record_bytes


def estimated(answers: Answers, interfaces: int | None) -> Estimate:
    """The estimate for these answers; whether flow logs of one action write empty windows is not known."""
    windows = _DAY_S // answers.interval_s
    is_counted = interfaces is not None and answers.traffic is Traffic.ALL
    return Estimate(
        interfaces,
        (interfaces or 0) * windows if is_counted else None,
        len(formats.example(answers.format)) + _EVENT_BYTES,
        windows,
        answers.interval_s + _PUBLISHED_S,
        answers.interval_s + _LATEST_S,
    )
