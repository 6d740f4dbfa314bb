from __future__ import annotations

from typing import Any

import pytest
from rich.style import Style

from flowtui.tui.render import text


@pytest.mark.parametrize(
    ("function", "value", "expected"),
    [
        pytest.param(text.duration, 4.4, "4s", id="seconds"),
        pytest.param(text.duration, 94, "1m34s", id="minutes"),
        pytest.param(text.duration, 7500, "2h05m", id="hours"),
        pytest.param(text.duration, 3 * 86400 + 5, "3d", id="days"),
        pytest.param(text.duration, -5, "0s", id="a clock that is behind"),
        pytest.param(text.age, 99, "99s", id="age in seconds"),
        pytest.param(text.age, 100, "1m", id="age in minutes"),
        pytest.param(text.age, 99 * 3600, "99h", id="age in hours"),
        pytest.param(text.age, 400 * 86400, "400d", id="age in days"),
        pytest.param(text.rate, 6.24, "6.2", id="rate below a hundred"),
        pytest.param(text.rate, 142.4, "142", id="rate above a hundred"),
        pytest.param(text.rate, 12_100, "12k", id="rate of thousands"),
        pytest.param(text.share, 0.041, "4.1%", id="share"),
        pytest.param(text.share, 0.0, "0.0%", id="no share"),
        pytest.param(text.share, 0.0001, "<0.1%", id="a share that is not nothing"),
        pytest.param(text.figures, 1_640_000, "1.64M", id="three figures"),
        pytest.param(text.figures, 999_700, "1M", id="three figures, rounded up a unit"),
    ],
)
def test_numbers_and_spans(function: Any, value: float, expected: str) -> None:
    assert function(value) == expected


@pytest.mark.parametrize(
    ("number", "width", "expected"),
    [
        pytest.param(164_230, 7, "164,230", id="fits"),
        pytest.param(1_642_301, 7, "1.64M", id="does not fit"),
        pytest.param(1_642_301, 0, "1,642,301", id="as wide as it likes"),
        pytest.param(1_642_301, 4, "1.6M", id="two figures"),
        pytest.param(123_456, 4, "123k", id="never fewer than before the point"),
    ],
)
def test_a_count_never_overflows_its_column(number: int, width: int, expected: str) -> None:
    assert text.count(number, width) == expected


@pytest.mark.parametrize(
    ("identifier", "width", "expected"),
    [
        pytest.param("eni-0c1", 9, "eni-0c1", id="fits"),
        pytest.param("sg-0b1e57aa9c0d41f22", 10, "sg-0b1…f22", id="prefix and both ends"),
        pytest.param("eni-0c1e57aa9c0d41f22", 8, "eni-0c1…", id="the tail goes first"),
    ],
)
def test_identifiers_keep_what_tells_them_apart(identifier: str, width: int, expected: str) -> None:
    assert text.identifier(identifier, width) == expected


def test_times_are_of_the_zone_asked_for() -> None:
    assert text.clock_time(1_418_530_010, utc=True) == "04:06:50"
    assert text.date_time(1_418_530_010, utc=True) == "2014-12-14 04:06:50 UTC"
    assert text.clock_time(None, utc=True) == ""


def test_names_lose_their_end_and_ipv6_addresses_their_middle() -> None:
    assert text.fitted("a-rather-long-name", 9) == "a-rather…"
    assert text.middle_cut("2001:db8:85a3::8a2e:370:7334", 15) == "2001:db…70:7334"


def test_wide_characters_count_as_two_cells() -> None:
    assert text.padded("日本", 5) == "日本 "
    assert text.padded("日本語", 5) == "日本 "
    assert text.fitted("日本語", 5) == "日本…"


def test_a_sparkline_never_hides_a_record_nor_makes_a_peak_of_one() -> None:
    assert text.sparkline([0, 1, 4]) == " ▂▇"
    assert text.sparkline([0, 1, 800, None]) == " ▁▇░"
    assert text.sparkline([]) == ""


def test_a_line_knows_its_width() -> None:
    line = text.Line().cell("ab", 4, Style()).add("日", Style()).to(8, Style())
    assert "".join(segment.text for segment in line.segments) == "ab  日  "
    assert line.width == 8
