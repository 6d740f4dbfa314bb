from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from flowtui.tui.glyphs import PlainGlyphs, has_utf8, plain


@pytest.mark.parametrize(
    ("environ", "encoding", "expected"),
    [
        pytest.param({"LANG": "en_US.UTF-8"}, "utf-8", True, id="the usual"),
        pytest.param({}, "utf-8", True, id="no locale at all"),
        pytest.param({"LANG": "", "LC_ALL": ""}, "utf-8", True, id="an empty locale"),
        pytest.param({"LANG": "C.UTF-8"}, "utf-8", True, id="C with UTF-8"),
        pytest.param({"LANG": "C"}, "utf-8", False, id="C by name, though Python writes UTF-8"),
        pytest.param({"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, "utf-8", False, id="LC_ALL before LANG"),
        pytest.param({"LC_CTYPE": "POSIX", "LANG": "en_US.UTF-8"}, "utf-8", False, id="LC_CTYPE before LANG"),
        pytest.param({"LC_CTYPE": "en_US.UTF-8", "LANG": "C"}, "utf-8", True, id="messages alone in C"),
        pytest.param({"LC_CTYPE": "C.UTF-8", "LANG": "C"}, "utf-8", False, id="LC_CTYPE by Python itself"),
        pytest.param({"LC_CTYPE": "C.UTF-8"}, "utf-8", True, id="LC_CTYPE alone"),
        pytest.param({"LANG": "de_DE"}, "iso-8859-1", False, id="Latin 1"),
        pytest.param({"LANG": "en_US.UTF-8"}, "ascii", False, id="a stream of ASCII"),
        pytest.param({"LANG": "en_US.UTF-8"}, None, False, id="a stream of no encoding"),
        pytest.param({"LANG": "en_US.UTF-8"}, "klingon", False, id="an unknown encoding"),
        pytest.param({"LANG": "en_US.UTF-8"}, "UTF8", True, id="another spelling"),
    ],
)
def test_whether_the_terminal_shows_more_than_ascii(
    environ: dict[str, str], encoding: str | None, expected: bool
) -> None:
    assert has_utf8(environ, encoding) is expected


@pytest.mark.parametrize(
    ("drawn", "expected"),
    [
        pytest.param("✗«12:01:07 web-1", "x<12:01:07 web-1", id="a late rejected record"),
        pytest.param("╭─ 3 Records ── following · 9 ─╮", "+- 3 Records -- following - 9 -+", id="a frame"),
        pytest.param("● LIVE ○ QUIET", "* LIVE o QUIET", id="states"),
        pytest.param("▾ lab ▸ default ✓ 0.0.0.0/0 → igw", "v lab > default + 0.0.0.0/0 > igw", id="the tree"),
        pytest.param("▁▂▃▄▅▆▇░ sg-0b1…f22", "_:~=+*#. sg-0b1~f22", id="a sparkline and an identifier"),
        pytest.param("Brücke 東京", "Br?cke ????", id="names that ASCII does not have"),
        pytest.param("plain", "plain", id="what is plain already"),
    ],
)
def test_plain_characters(drawn: str, expected: str) -> None:
    assert plain(drawn) == expected


@given(st.text())
def test_what_is_plain_is_ascii_and_as_wide(text: str) -> None:
    assert plain(text).isascii()
    assert sum(map(cell_len, plain(text))) == sum(map(cell_len, text))


def test_styles_and_controls_stay() -> None:
    bold = Style(bold=True)
    drawn = PlainGlyphs().apply([Segment("✗", bold), Segment(" ok")], Color(0, 0, 0))
    assert drawn == [Segment("x", bold), Segment(" ok")]
