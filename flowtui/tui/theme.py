"""The palette: one style a role, in a dark, a light and a 16-colour form.

Everything drawn takes its styles from here by role. Nothing says a meaning by colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rich.style import Style
from textual.theme import Theme

DARK = "dark"
LIGHT = "light"
ANSI = "16 colours"


@dataclass(frozen=True, slots=True)
class Palette:
    """A style for each role; backgrounds are in `ground`, `bar` and `cursor` alone."""

    ground: Style
    """Under everything."""
    bar: Style
    """Under the header."""
    cursor: Style
    """Laid over the row under the cursor."""
    text: Style
    soft: Style
    """Accepted rows and what is read second."""
    heading: Style
    mute: Style
    """Labels and identifiers."""
    faint: Style
    """Zeros, `░` and separators."""
    line: Style
    """Idle borders."""
    focus: Style
    """The focused border, keys, LIVE and following."""
    strong: Style
    reject: Style
    reject_row: Style
    """The rest of a rejected row."""
    attention: Style
    """Late, skipped, not covered, trouble of the tool."""
    bars: Style
    """Bars of accepted records."""
    is_dark: bool = True


def _palette(colours: Mapping[str, str], *, is_dark: bool) -> Palette:
    def ink(role: str, *, bold: bool = False) -> Style:
        return Style(color=colours[role], bold=bold or None)

    def paper(role: str) -> Style:
        return Style(bgcolor=colours[role])

    return Palette(
        ground=ink("text") + paper("ground"),
        bar=paper("bar"),
        cursor=paper("cursor"),
        text=ink("text"),
        soft=ink("soft"),
        heading=ink("heading", bold=True),
        mute=ink("mute"),
        faint=ink("faint"),
        line=ink("line"),
        focus=ink("focus"),
        strong=ink("text", bold=True),
        reject=ink("reject", bold=True),
        reject_row=ink("reject-row"),
        attention=ink("attention"),
        bars=ink("bars"),
        is_dark=is_dark,
    )


_DARK_COLOURS = {
    "ground": "#10151b",
    "bar": "#19212a",
    "cursor": "#22303d",
    "text": "#c9d3dc",
    "soft": "#9aa8b5",
    "heading": "#8796a4",
    "mute": "#74828f",
    "faint": "#586572",
    "line": "#2f3b46",
    "focus": "#63b3d8",
    "reject": "#f2a25c",
    "reject-row": "#ecd0b3",
    "attention": "#d9c36a",
    "bars": "#4c6e87",
}
_LIGHT_COLOURS = {
    "ground": "#fbfaf7",
    "bar": "#efede7",
    "cursor": "#dde9f0",
    "text": "#27323b",
    "soft": "#4d5a66",
    "heading": "#5d6a76",
    "mute": "#687581",
    "faint": "#8b949c",
    "line": "#d2d5d4",
    "focus": "#1f6f97",
    "reject": "#b4470a",
    "reject-row": "#6b3410",
    "attention": "#7a5c00",
    "bars": "#6a93ad",
}
_PLAIN = Style()

PALETTES: Mapping[str, Palette] = MappingProxyType(
    {
        DARK: _palette(_DARK_COLOURS, is_dark=True),
        LIGHT: _palette(_LIGHT_COLOURS, is_dark=False),
        ANSI: Palette(
            ground=_PLAIN,
            bar=_PLAIN,
            cursor=Style(reverse=True),
            text=_PLAIN,
            soft=_PLAIN,
            heading=Style(bold=True),
            mute=Style(dim=True),
            faint=Style(dim=True),
            line=Style(dim=True),
            focus=Style(color="cyan"),
            strong=Style(bold=True),
            reject=Style(color="bright_red", bold=True),
            reject_row=_PLAIN,
            attention=Style(color="magenta"),
            bars=Style(color="blue"),
        ),
    }
)


def _theme(name: str, colours: Mapping[str, str], *, is_dark: bool) -> Theme:
    return Theme(
        name=name,
        primary=colours["focus"],
        secondary=colours["bars"],
        warning=colours["attention"],
        error=colours["reject"],
        success=colours["focus"],
        accent=colours["focus"],
        foreground=colours["text"],
        background=colours["ground"],
        surface=colours["ground"],
        panel=colours["bar"],
        dark=is_dark,
        variables={
            "line": colours["line"],
            "focus-line": colours["focus"],
            "mute": colours["mute"],
            "border": colours["focus"],
            "input-cursor-background": colours["text"],
        },
    )


THEMES: Mapping[str, Theme] = MappingProxyType(
    {
        DARK: _theme(DARK, _DARK_COLOURS, is_dark=True),
        LIGHT: _theme(LIGHT, _LIGHT_COLOURS, is_dark=False),
        ANSI: Theme(
            name=ANSI,
            primary="ansi_cyan",
            secondary="ansi_blue",
            warning="ansi_magenta",
            error="ansi_bright_red",
            success="ansi_cyan",
            accent="ansi_cyan",
            foreground="ansi_default",
            background="ansi_default",
            surface="ansi_default",
            panel="ansi_default",
            ansi=True,
            variables={
                "ansi-background": "ansi_default",
                "ansi-foreground": "ansi_default",
                "line": "ansi_bright_black",
                "focus-line": "ansi_cyan",
                "mute": "ansi_bright_black",
                "border": "ansi_cyan",
            },
        ),
    }
)


def suited(environ: Mapping[str, str], *, colours: int) -> str:
    """The theme that suits a terminal of so many colours.

    The plain one where the user wants no colour, light where `COLORFGBG` says that the ground is, else dark.
    """
    if "NO_COLOR" in environ or colours < 256:
        return ANSI
    ground = environ.get("COLORFGBG", "").rpartition(";")[2]
    return LIGHT if ground in ("7", "15") else DARK
