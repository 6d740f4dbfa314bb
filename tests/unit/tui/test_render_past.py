"""Time ranges, costs and outcomes of questions about the past, in words."""

from __future__ import annotations

from datetime import UTC

import pytest

from flowtui.monitor.recall import Weight
from flowtui.monitor.sizes import scale
from flowtui.monitor.sources.history import Extent, HistoryProgress
from flowtui.tui.render import past
from flowtui.tui.screens.history import extent_of

NOW = 1_760_000_000.0
"""2025-10-09 08:53:20 UTC."""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("90m", "2025-10-09 07:23:20 – 08:53:20 UTC"),
        ("-3h 1h", "2025-10-09 05:53:20 – 07:53:20 UTC"),
        ("07:00 08:00", "2025-10-09 07:00:00 – 08:00:00 UTC"),
        ("2025-10-01 2025-10-02", "2025-10-01 00:00:00 – 2025-10-02 00:00:00 UTC"),
        ("2025-10-09T08:00+02:00", "2025-10-09 06:00:00 – 08:53:20 UTC"),
        ("1h 3h", None),
        ("1h 1h", None),
        ("1h 2h 3h", None),
        ("", None),
        ("yesterday", None),
    ],
)
def test_a_time_range_is_read_as_from_and_to(words: str, expected: str | None) -> None:
    extent = extent_of(words, NOW, UTC)
    assert (None if extent is None else past.whole_span(extent, utc=True)) == expected


@pytest.mark.parametrize(
    ("begin_s", "end_s", "expected"),
    [(NOW - 3600, NOW, "07:53–08:53"), (NOW - 86_400, NOW, "10-08 08:53–10-09 08:53")],
    ids=["one-day", "two-days"],
)
def test_a_time_range_in_the_header(begin_s: float, end_s: float, expected: str) -> None:
    assert past.span(Extent(int(begin_s), int(end_s)), utc=True) == expected


@pytest.mark.parametrize(
    ("weight", "expected"),
    [
        (Weight(12_400_000, 5), "About 12.4 MB will be scanned, which AWS charges for."),
        (Weight(None, 3_000), "AWS does not tell; 3.0 kB are stored of that time, compressed."),
        (Weight(), "AWS does not tell how much will be scanned and charged for."),
    ],
    ids=["estimate", "stored", "unknown"],
)
def test_costs(weight: Weight, expected: str) -> None:
    assert past.cost(weight) == expected


def test_how_far_a_query_is() -> None:
    assert past.how_far(HistoryProgress(matched=1204, scanned_bytes=12_400_000)) == "12.4 MB, 1,204 matched"


@pytest.mark.parametrize(
    ("size", "expected"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (999_950, "1.0 MB"), (5 * 10**18, "5000.0 PB")],
)
def test_sizes(size: int, expected: str) -> None:
    assert scale(size) == expected
