"""The figures of `flowtui tail --stats`: `name: value`, one a line, by names that do not change.

Light: the help lists them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

FIGURES = (
    ("records", "log events printed"),
    ("unparsed", "of them, lines that fit no log format (not with --output raw)"),
    ("outside", "log events of other VPCs than --vpc, left out"),
    ("filtered", "log events that --filter or --capture left out here, those of other VPCs included"),
    ("late", "arrived behind the time up to which everything seemed complete"),
    ("swept", "arrived later than --lookback, found by the sweep"),
    ("sweep_reach_s", "how far back is swept, seconds"),
    ("lag_s", "how far behind real time, of the worst log group, seconds"),
    ("watermark", "complete up to here"),
    ("arrival_delay_p50_s", "from a record's start to its ingestion, seconds: half of the records"),
    ("arrival_delay_p95_s", "the same: 95% of the records"),
    ("calls", "log calls made, failed ones included"),
    ("throttled", "of them, refused for their number"),
    ("failed", "of them, without an answer that can be used, throttled ones included"),
    ("bytes_read", "of the answers"),
    ("events_read", "log events in all answers, each as often as it was read"),
    ("reread_share", "of the events read, those that had been read before, 0 to 1"),
    ("overlaps", "sets of flow logs that record the same flows, so that totals double"),
)
"""Name and meaning, in the order in which they are printed; `-` is a value that is not known."""

Value = int | float | datetime | None


def lines(values: Mapping[str, Value]) -> list[str]:
    """Every figure on a line of its own, those that are not given as unknown."""
    return [f"{name}: {_text(values.get(name))}" for name, _ in FIGURES]


def help_text() -> str:
    """The figures for the command's help, as click wants it: lines that are not to be joined."""
    width = max(len(name) for name, _ in FIGURES)
    listed = "\n".join(f"  {name:<{width}}  {meaning}" for name, meaning in FIGURES)
    return f"\b\nFigures of --stats, each `name: value` on a line of standard error:\n{listed}"


def _text(value: Value) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
