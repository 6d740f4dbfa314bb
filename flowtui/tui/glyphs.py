"""Plain characters for terminals without UTF-8, each as wide as the glyph that it stands for.

A filter over what is drawn, so that nothing that draws needs to know of it.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_ASCII_LOCALES = ("C", "POSIX")
_PYTHONS_OWN = ("C.UTF-8", "C.utf8", "UTF-8")
"""What Python puts into LC_CTYPE when it finds itself in an ASCII locale (PEP 538)."""

_PLAIN = {
    "✗": "x",
    "✓": "+",
    "«": "<",
    "●": "*",
    "○": "o",
    "▾": "v",
    "▸": ">",
    "›": ">",
    "‹": "<",
    "–": "-",
    "→": ">",
    "←": "<",
    "↑": "^",
    "↓": "v",
    "⇧": "^",
    "·": "-",
    "…": "~",
    "░": ".",
    # Every bar as high as it can be told apart in plain characters.
    "▁": "_",
    "▂": ":",
    "▃": "~",
    "▄": "=",
    "▅": "+",
    "▆": "*",
    "▇": "#",
    "█": "#",
    "▔": "-",
    "▌": "|",
    "▎": "|",
    "━": "=",
    "╸": "=",
    "╵": "|",
    "─": "-",
    "│": "|",
    **dict.fromkeys("╭╮╰╯├┤┬┴┼", "+"),
}
_TABLE = str.maketrans(_PLAIN)


def has_utf8(environ: Mapping[str, str], encoding: str | None) -> bool:
    """Whether a terminal that is written to in this encoding, in this locale, shows more than ASCII.

    Python writes UTF-8 in the C locale too, so that locale only counts where it was asked for by name.
    """
    return _is_utf8(encoding) and _locale(environ) not in _ASCII_LOCALES


def _locale(environ: Mapping[str, str]) -> str:
    """The locale that the user chose for characters, empty where none was."""
    everything, characters, usual = (environ.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    if characters in _PYTHONS_OWN and usual in _ASCII_LOCALES:
        characters = usual
    return everything or characters or usual


def plain(text: str) -> str:
    """Text in ASCII, as many cells wide."""
    if text.isascii():
        return text
    text = text.translate(_TABLE)
    return text if text.isascii() else "".join(map(_plain_character, text))


class PlainGlyphs(LineFilter):
    """Draws plain characters."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments in ASCII."""
        return [Segment(plain(text), style, control) for text, style, control in segments]


@lru_cache(1024)
def _plain_character(character: str) -> str:
    return character if character.isascii() else "?" * cell_len(character)


def _is_utf8(encoding: str | None) -> bool:
    try:
        return codecs.lookup(encoding or "ascii").name == "utf-8"
    except LookupError:
        return False
