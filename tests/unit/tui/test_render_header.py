from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from flowtui.tui.render.header import HeaderState, header
from flowtui.tui.theme import DARK, PALETTES

LIVE = HeaderState(
    account="123456789012",
    region="eu-west-1",
    crumbs=("lab",),
    cidr="172.16.0.0/16",
    state="LIVE",
    tone="focus",
    mark="●",
    lag_s=94,
    rate_per_s=6.2,
    rejected_share=0.041,
    zone="UTC",
)


def drawn(state: HeaderState, width: int) -> str:
    return "".join(segment.text for segment in header(state, width, PALETTES[DARK]))


@pytest.mark.parametrize("width", [40, 60, 80, 99, 100, 140, 250])
def test_the_header_fills_its_line_and_always_has_state_and_lag(width: int) -> None:
    losses = ("3 skipped", "2 unparsed", "10,240 evicted")
    for state in (LIVE, replace(LIVE, is_demo=True), replace(LIVE, losses=losses), HeaderState()):
        line = drawn(state, width)
        assert cell_len(line) <= width
        assert state.state in line
        if state.lag_s is not None:
            assert "lag 1m34s" in line


def test_a_wide_header_says_all() -> None:
    line = drawn(LIVE, 140)
    for words in (
        "123456789012 · eu-west-1 · lab 172.16.0.0/16",
        "● LIVE",
        "6.2 rec/s",
        "4.1% rejected",
        "UTC",
    ):
        assert words in line


def test_a_narrow_header_shortens_account_rate_and_share() -> None:
    line = drawn(LIVE, 80)
    for words in ("…9012 · eu-west-1 · lab", "6.2/s", "4.1% ✗"):
        assert words in line
    assert "172.16" not in line


def test_a_long_state_pushes_rate_and_account_aside() -> None:
    line = drawn(
        replace(LIVE, state="SIGN-IN EXPIRED: aws sso login --profile production", losses=("3 skipped",)), 80
    )
    assert "aws sso login --profile production" in line
    assert "lag 1m34s" in line
    assert "6.2" not in line


def test_where_only_rejects_are_collected_there_is_no_share() -> None:
    line = drawn(replace(LIVE, is_rejects_only=True, rejected_share=None), 140)
    assert "rejects only" in line
    assert "%" not in line


def test_the_breadcrumb_shows_where_the_reader_is() -> None:
    assert "lab › public › bastion" in drawn(replace(LIVE, crumbs=("lab", "public", "bastion"), cidr=""), 140)


def test_what_is_captured_is_said_where_there_is_room() -> None:
    state = replace(LIVE, capture="reject at AWS, port 80 here")
    assert "capture reject at AWS, port 80 here" in drawn(state, 170)
    assert "lag 1m34s" in drawn(state, 80)
