from __future__ import annotations

import pytest
from rich.color import Color

from flowtui.tui.theme import ANSI, DARK, LIGHT, PALETTES, suited


@pytest.mark.parametrize(
    ("environ", "colours", "expected"),
    [
        pytest.param({}, 1 << 24, DARK, id="true colour"),
        pytest.param({}, 256, DARK, id="256 colours"),
        pytest.param({}, 16, ANSI, id="16 colours"),
        pytest.param({"NO_COLOR": "1"}, 1 << 24, ANSI, id="no colour wanted"),
        pytest.param({"COLORFGBG": "0;15"}, 1 << 24, LIGHT, id="light ground"),
        pytest.param({"COLORFGBG": "15;default;0"}, 1 << 24, DARK, id="dark ground"),
    ],
)
def test_the_theme_suits_the_terminal(environ: dict[str, str], colours: int, expected: str) -> None:
    assert suited(environ, colours=colours) == expected


def contrast(one: Color | None, other: Color | None) -> float:
    def luminance(colour: Color | None) -> float:
        assert colour is not None
        assert colour.triplet is not None
        parts = [part / 255 for part in colour.triplet]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", [DARK, LIGHT])
@pytest.mark.parametrize(
    "role", ["text", "soft", "heading", "mute", "focus", "reject", "reject_row", "attention"]
)
def test_text_can_be_read_on_its_ground(name: str, role: str) -> None:
    palette = PALETTES[name]
    assert contrast(getattr(palette, role).color, palette.ground.bgcolor) >= 4.4


@pytest.mark.parametrize("name", [DARK, LIGHT])
@pytest.mark.parametrize("role", ["text", "soft", "reject", "reject_row", "attention"])
def test_text_can_be_read_under_the_cursor(name: str, role: str) -> None:
    palette = PALETTES[name]
    assert contrast(getattr(palette, role).color, palette.cursor.bgcolor) >= 4


def test_without_colour_rejected_and_late_still_differ_from_the_rest() -> None:
    palette = PALETTES[ANSI]
    assert palette.reject.bold
    assert palette.cursor.reverse
    assert palette.mute.dim
