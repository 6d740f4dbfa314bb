"""The figures of the header: lag, rate, share of rejections, and all that was lost or kept back."""

from __future__ import annotations

from dataclasses import dataclass


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
    calls: int = 0
    """Log calls made, failed ones included."""
    throttled: int = 0
    watermark: float | None = None
    """Epoch seconds up to which every group is complete; what is newer is incomplete."""
    backfilled: int = 0
    """Events read by the first pass, from the beginning to the start of the session."""
