"""Round times stand where they are, in the zone that is shown, and never touch."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from flowtui.tui.render.axis import Axis, times
from flowtui.tui.theme import DARK, PALETTES

NINE = 1_760_000_400
"""2025-10-09 09:00:00 UTC."""


@pytest.fixture
def kolkata(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("from_s", "step_s", "cells", "expected"),
    [
        pytest.param(NINE, 10, 30, [(0, "╵09:00"), (12, "╵09:02"), (24, "╵09:04")], id="10 s"),
        pytest.param(NINE + 30, 30, 40, [(19, "╵09:10"), (39, "╵09:20")], id="30 s"),
        pytest.param(
            NINE, 3600, 40, [(3, "╵12:00"), (15, "╵10-10"), (27, "╵12:00"), (39, "╵10-11")], id="1 h"
        ),
        pytest.param(NINE, 60, 0, [], id="no room"),
    ],
)
def test_round_times(from_s: int, step_s: int, cells: int, expected: list[tuple[int, str]]) -> None:
    assert list(times(from_s, step_s, cells, utc=True)) == expected


def test_round_times_are_round_where_the_reader_is(kolkata: None) -> None:
    assert list(times(NINE, 300, 24, utc=False)) == [(6, "╵15:00"), (18, "╵16:00")]


def test_what_would_touch_what_stands_there_is_left_out() -> None:
    axis, ink = Axis(12), PALETTES[DARK].mute
    assert axis.place(3, "abc", ink)
    assert [axis.place(at, "xyz", ink) for at in (-1, 0, 6, 7, 10)] == [False, False, False, True, False]
    assert "".join(segment.text for segment in axis.segments()) == "   abc xyz  "
