from __future__ import annotations

import pytest
from rich.cells import cell_len

from flowtui.tui.render import sums
from flowtui.tui.render.sums import Columns, End, Look, Sum
from flowtui.tui.theme import DARK, PALETTES

PALETTE = PALETTES[DARK]
V6 = "2001:db8:85a3:1234:5678:8a2e:370:7334"


def written(shown: Sum, drawn: Columns, look: Look) -> str:
    return "".join(segment.text for segment in sums.row(shown, drawn, look))


def a_sum(*ends: End, rejected: int = 0, numbers: tuple[int, ...] = (41_204_118, 412, 4)) -> Sum:
    return Sum(ends, numbers, 0.5, 0.5, 0.0, 60.0, rejected, rejected > 0, "tcp", "reply rejected")


@pytest.mark.parametrize(
    ("fraction", "cells", "drawn"),
    [
        (0.0, 10, ""),
        (0.0001, 10, "╸"),
        (0.05, 10, "╸"),
        (0.5, 10, "━━━━━"),
        (0.55, 10, "━━━━━╸"),
        (1.0, 10, "━━━━━━━━━━"),
        (7.0, 3, "━━━"),
        (1.0, 0, ""),
    ],
)
def test_a_bar_is_empty_for_nothing_only(fraction: float, cells: int, drawn: str) -> None:
    assert sums.bar(fraction, cells) == drawn


@pytest.mark.parametrize(("fraction", "words"), [(0.5, "50%"), (0.004, "<1%"), (0.0, "0%"), (1.0, "100%")])
def test_a_share_that_is_not_nothing_is_not_said_to_be(fraction: float, words: str) -> None:
    assert sums.share(fraction) == words


ENDS = [
    pytest.param(End("app-2", "172.16.1.31"), id="name and address"),
    pytest.param(End("", "203.0.113.80", "public"), id="address and place"),
    pytest.param(End("a-very-long-name-of-an-instance-indeed", "172.16.1.31"), id="long name"),
    pytest.param(End("名前名前名前名前名前", "172.16.1.31"), id="wide characters"),
    pytest.param(End("", V6, "public"), id="IPv6"),
    pytest.param(End("web", V6), id="name and IPv6"),
    pytest.param(End(), id="nothing"),
]
LAYOUTS = [
    pytest.param(1, False, False, id="by one"),
    pytest.param(2, False, False, id="pair"),
    pytest.param(2, True, False, id="conversation"),
    pytest.param(2, True, True, id="conversation with client ports"),
]


@pytest.mark.parametrize("width", [78, 98, 100, 136, 196])
@pytest.mark.parametrize(("ends", "is_conversation", "has_client_port"), LAYOUTS)
@pytest.mark.parametrize("end", ENDS)
def test_every_line_is_exactly_as_wide_as_its_place(
    end: End, ends: int, is_conversation: bool, has_client_port: bool, width: int
) -> None:
    drawn = sums.columns(width, ends, is_conversation=is_conversation, has_client_port=has_client_port)
    look = Look((*("SOURCE",) * ends, "SENT", "RECEIVED", "RECS", "✗"), PALETTE)
    shown = a_sum(*(end,) * ends, numbers=(2**80, 0, 412, 4))
    heading = "".join(segment.text for segment in sums.heading(drawn, look))
    assert (cell_len(written(shown, drawn, look)), cell_len(heading)) == (width, width)


@pytest.mark.parametrize(
    ("width", "words"),
    [
        pytest.param(136, "app-2     172.16.1.31      → 203.0.113.80", id="names beside addresses"),
        pytest.param(78, "app-2           → 203.0.113.80", id="names or addresses"),
    ],
)
def test_names_stand_beside_addresses_where_there_is_room(width: int, words: str) -> None:
    look = Look(("SOURCE", "DESTINATION", "BYTES", "RECS", "✗"), PALETTE)
    line = written(a_sum(End("app-2", "172.16.1.31"), End("", "203.0.113.80")), sums.columns(width, 2), look)
    assert line.startswith(words)
    assert "50%" in line
    assert "41.2M" in line or "41,204,118" in line


def test_what_was_rejected_is_orange_and_nothing_else_is() -> None:
    look = Look(("SOURCE", "BYTES", "RECS", "✗"), PALETTE)
    drawn = sums.columns(78, 1)
    inks = {segment.style for segment in sums.row(a_sum(End("", "10.0.0.1"), rejected=4), drawn, look)}
    plain = {
        segment.style for segment in sums.row(a_sum(End("", "10.0.0.1"), numbers=(9, 4, 0)), drawn, look)
    }
    assert any(style is not None and style.color == PALETTE.reject.color for style in inks)
    assert not any(style is not None and style.color == PALETTE.reject.color for style in plain)
