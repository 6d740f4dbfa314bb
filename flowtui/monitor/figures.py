"""The figures of the header: lag, rate, share of rejections, and all that was lost or kept back. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowtui.monitor.sources.tail import GroupProgress, TailProgress
    from flowtui.store.series import Series

RATE_WINDOW_S = 300
"""The rate is that of the last five minutes that are complete."""

_STEP_S = 10
"""What the series counts by, seconds."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Figures of the last complete five minutes."""

    per_s: float | None = None
    """Records a second, accepted and rejected."""
    rejected_share: float | None = None
    """Rejected among accepted and rejected, 0 to 1; None where there were none."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts since the start of the session, and rates of the newest complete minutes."""

    lag_s: float | None = None
    """Seconds behind real time, of the worst log group; None before the first complete reading."""
    rate_per_s: float | None = None
    """Records a second over the last complete five minutes, that is up to the watermark."""
    rejected_share: float | None = None
    """Rejected among accepted and rejected, 0 to 1; None where only one of them is collected or none came."""
    is_rejects_only: bool = False
    """Whether the flow logs in scope collect rejected traffic only."""
    skipped: int = 0
    """SKIPDATA records: AWS itself lost something there."""
    unparsed: int = 0
    evicted: int = 0
    late: int = 0
    """Records that arrived behind the watermark."""
    swept: int = 0
    """Records that arrived later than the look-back, found by the sweep."""
    calls: int = 0
    """Log calls made, failed ones included."""
    throttled: int = 0
    watermark: float | None = None
    """Epoch seconds up to which every group is complete; what is newer is incomplete."""
    backfilled: int = 0
    """Events read by the first pass, from the beginning to the start of the session."""
    outside: int = 0
    """Log events of other VPCs than those that were chosen, left out."""
    failed: int = 0
    """Log calls that brought no page, throttled ones included."""
    bytes_read: int = 0
    reread_share: float | None = None
    """Of the events read, those that had been read before, 0 to 1."""
    delay_p50_s: float | None = None
    """Half of the records arrive within so many seconds of their start, in the slowest log group."""
    delay_p95_s: float | None = None
    """The same of 95 % of the records."""
    sweep_reach_s: float | None = None
    """How far back all groups are swept, seconds; None where they are not, or not yet."""
    is_sweep_shortened: bool = False
    """Whether that is less than was asked for, for lack of room."""
    clock_offset_s: float = 0.0
    """What has to be added to this machine's clock to have AWS's time."""

    def mostly_to(self, now: float) -> float:
        """Up to when most records have arrived, epoch seconds: the watermark, or what the lag leaves."""
        complete_to = now if self.watermark is None else self.watermark
        return max(complete_to, now - (self.lag_s or 0))


def watermark_of(groups: Iterable[GroupProgress]) -> float | None:
    """Up to when all groups are complete that were read at all; None where none was."""
    return min((group.watermark for group in groups if group.watermark is not None), default=None)


def lag_of(groups: Iterable[GroupProgress], now: float) -> float | None:
    """The lag of the group that is farthest behind real time."""
    lags = [lag for group in groups if (lag := group.lag_s(now)) is not None]
    return max(lags, default=None)


def tail_figures(tail: TailProgress, now: float) -> Figures:
    """What the tail itself knows; the rest is added with `replace`."""
    traffic, groups = tail.traffic, tail.groups
    return Figures(
        lag_s=lag_of(groups, now),
        calls=traffic.calls,
        throttled=traffic.throttled,
        failed=traffic.failed,
        watermark=watermark_of(groups),
        backfilled=sum(group.backfilled for group in groups),
        bytes_read=traffic.bytes_read,
        reread_share=tail.reread_share,
        delay_p50_s=_most(group.usual_delay_s for group in groups),
        delay_p95_s=_most(group.slow_delay_s for group in groups),
        sweep_reach_s=tail.sweep_reach_s(now),
        is_sweep_shortened=any(group.is_sweep_shortened for group in groups),
        clock_offset_s=tail.clock_offset_s,
    )


def _most(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def rates_of(series: Series, watermark: float | None, begin: float) -> Rates:
    """The rates of the five minutes before the watermark, or of what there is of them since `begin`."""
    if watermark is None:
        return Rates()
    end = int(watermark) // _STEP_S * _STEP_S
    start = max(end - RATE_WINDOW_S, -(-int(begin) // _STEP_S) * _STEP_S)
    if start >= end:
        return Rates()
    counts = series.buckets(None, start, end, end - start)
    accepted, rejected = counts[0] if counts else (0, 0)
    total = accepted + rejected
    return Rates(total / (end - start), rejected / total if total else None)
