from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from flowtui.monitor.figures import Figures
from flowtui.monitor.overlaps import Overlap
from flowtui.monitor.state import SessionState
from flowtui.tui.render import pages
from flowtui.tui.theme import DARK, PALETTES
from tests.tui import lab

FIGURES = Figures(
    lag_s=94.0,
    watermark=lab.NOW - 90,
    late=12,
    swept=3,
    calls=1234,
    throttled=5,
    failed=7,
    bytes_read=9_876_543,
    reread_share=0.75,
    delay_p50_s=88.0,
    delay_p95_s=130.0,
    sweep_reach_s=6 * 3600.0,
)


def shown(**changes: Any) -> str:
    """The diagnostics page as text, one line each."""
    state: SessionState = replace(lab.PlayedSession().state(), **changes)
    lines = pages.diagnostics(state, lab.NOW, utc=True)(120, PALETTES[DARK])
    return "\n".join("".join(segment.text for segment in line) for line in lines)


@pytest.mark.parametrize(
    "words",
    [
        "lag                   1m34s",
        "half within 1m28s, 95% within 2m10s",
        "12 behind the time that seemed complete",
        "3 later than the look-back, swept back to 6h00m ago",
        "1,234, 5 throttled, 7 failed",
        "9,876,543 bytes, 75.0% read again",
    ],
)
def test_every_figure_of_the_tail_is_told(words: str) -> None:
    assert words in shown(figures=FIGURES)


def test_before_anything_was_read_nothing_is_made_up() -> None:
    told = shown(figures=Figures())
    assert "unknown before the first complete reading" in told
    assert "not known yet" in told
    assert "no record yet" in told
    assert "nothing is swept" in told


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"outside": 42}, "42 of other VPCs than the chosen ones, left out"),
        ({"clock_offset_s": 720.0}, "this machine's is 12m00s behind AWS's"),
        ({"clock_offset_s": -90.0}, "this machine's is 1m30s ahead of AWS's"),
        ({"is_sweep_shortened": True}, "less than asked for"),
    ],
    ids=["other VPCs", "clock behind", "clock ahead", "sweep shortened"],
)
def test_what_is_unusual_is_told_only_then(changes: dict[str, Any], words: str) -> None:
    assert words not in shown(figures=FIGURES)
    assert words in shown(figures=replace(FIGURES, **changes))


def test_flow_logs_that_record_the_same_are_told() -> None:
    overlap = Overlap(("fl-1", "fl-\x1b2"), "ALL", ("eni-1",))
    told = shown(overlaps=(overlap,))
    assert "2 flow logs record eni-1 twice: totals double" in told
    assert "\x1b" not in told
