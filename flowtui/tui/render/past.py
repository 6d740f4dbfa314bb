"""Words for questions about the past: time ranges, what they cost, how far they are. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flowtui.monitor.sizes import scale

if TYPE_CHECKING:
    from flowtui.monitor.recall import Recalled, Weight
    from flowtui.monitor.sources.history import Extent, HistoryProgress


def span(extent: Extent, *, utc: bool) -> str:
    """A time range, as short as it can be: `10:57–11:57`, with days where it has more than one."""
    begin, end = _at(extent.begin_s, utc=utc), _at(extent.end_s, utc=utc)
    form = "%H:%M" if begin.date() == end.date() else "%m-%d %H:%M"
    return f"{begin:{form}}–{end:{form}}"


def whole_span(extent: Extent, *, utc: bool) -> str:
    """A time range to the second: `2026-01-31 10:57:00 – 11:57:00 UTC`."""
    begin, end = _at(extent.begin_s, utc=utc), _at(extent.end_s, utc=utc)
    last = f"{end:%H:%M:%S}" if begin.date() == end.date() else f"{end:%Y-%m-%d %H:%M:%S}"
    return f"{begin:%Y-%m-%d %H:%M:%S} – {last} {begin.tzname() or ''}".rstrip()


def cost(weight: Weight) -> str:
    """What a query would cost."""
    if weight.scanned is not None:
        return f"About {scale(weight.scanned)} will be scanned, which AWS charges for."
    if weight.stored is not None:
        return f"AWS does not tell; {scale(weight.stored)} are stored of that time, compressed."
    return "AWS does not tell how much will be scanned and charged for."


def how_far(progress: HistoryProgress) -> str:
    """How far a query is: `12.4 MB, 1,204 matched`."""
    return f"{scale(progress.scanned_bytes)}, {progress.matched:,} matched"


def outcome(recalled: Recalled) -> str:
    """What a query has brought, in a sentence or two."""
    count, progress = len(recalled.snapshot), recalled.progress
    words = f"{count:,} record{'' if count == 1 else 's'}, {scale(progress.scanned_bytes)} scanned."
    if recalled.is_cut:
        words += f" Only the newest of {progress.matched:,} that matched: ask for less."
    return words


def _at(seconds: int, *, utc: bool) -> datetime:
    at = datetime.fromtimestamp(seconds, UTC)
    return at if utc else at.astimezone()
