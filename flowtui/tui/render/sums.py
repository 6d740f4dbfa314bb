"""A sum over flows as one line: between whom, how much, its share as a bar, since when.

```
SOURCE                     DESTINATION           BYTES                SHARE  RECS    ✗   FIRST     LAST
app-2    172.16.1.31    →  203.0.113.80  public  ━━━━━━━╸ 41,204,118    50%   412    4   11:48:44  12:01:31
```
Knows no counting: texts and numbers are handed in, the texts safe for a terminal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style

from flowtui.tui.render import text
from flowtui.tui.theme import Palette

WIDE = 100
"""Cells from which there is room for both times, and for names beside addresses."""
_NAME, _ADDRESS = 9, 15
_PLACE_AT_LEAST = 6
_BAR_AT_MOST = 32
_BAR_AT_LEAST = 4

_WIDE_TALKER = (("bar", 0), ("0", 12), ("share", 6), ("1", 8), ("2", 7), ("first", 10), ("last", 9))
_TALKER = (("bar", 0), ("0", 9), ("share", 6), ("1", 7), ("2", 6), ("last", 9))
_WIDE_TIMES = (("share", 6), ("2", 6), ("3", 5), ("state", 16), ("first", 10), ("last", 9))
_WIDE_CONVERSATION = (("port", 6), ("protocol", 6), ("bar", 0), ("0", 8), ("1", 9), *_WIDE_TIMES)
_CONVERSATION = (("port", 6), ("protocol", 6), ("0", 8), ("state", 16), ("last", 9))

Columns = tuple[tuple[str, int], ...]
"""What is drawn, and in how many cells, the gap before it included."""


@dataclass(frozen=True, slots=True)
class End:
    """One end of a flow, or what else flows are grouped by."""

    name: str = ""
    """What is read first, where there is one."""
    address: str = ""
    """Or an identifier."""
    place: str = ""
    """Said of what has no name."""
    port: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """One line."""

    ends: tuple[End, ...]
    """One, or two with an arrow between."""
    numbers: tuple[int, ...]
    """In the order of the headings."""
    fraction: float
    """Of the greatest, for the bar."""
    share: float | None
    """Of all; None for what is in no total."""
    first_s: float
    last_s: float
    rejected: int
    is_rejected: bool
    """Whether all of it was rejected."""
    protocol: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What all lines of a pane have in common."""

    headings: tuple[str, ...]
    """Of the ends, then of the numbers."""
    palette: Palette
    is_of_rejected: bool = False
    """Whether the bars are of what was rejected."""
    utc: bool = True


def columns(
    width: int, ends: int, *, is_conversation: bool = False, has_client_port: bool = False
) -> Columns:
    """What fits into so many cells; ends and bar take what the others leave."""
    is_wide = width >= WIDE
    if is_conversation:
        rest: Columns = _WIDE_CONVERSATION if is_wide else _CONVERSATION
    else:
        rest = _WIDE_TALKER if is_wide else _TALKER
    client_port: Columns = (("client-port", 6),) if is_wide and has_client_port else ()
    arrows: Columns = (("arrow", 3),) * (ends - 1)
    room = width - sum(cells for _, cells in (*rest, *client_port, *arrows))
    full = _NAME + _ADDRESS + 2
    wanted = (full if ends == 2 else full + 16) if is_wide else (_ADDRESS if ends == 2 else full)
    end = min(wanted, (room - (_BAR_AT_LEAST if ("bar", 0) in rest else 0)) // ends)
    bar = min(_BAR_AT_MOST, room - ends * end)
    slack = room - ends * end - (bar if ("bar", 0) in rest else 0)
    first: Columns = (("end-0", end + slack // ends + slack % ends), *client_port)
    second: Columns = (*arrows, ("end-1", end + slack // ends)) if ends == 2 else ()
    return (*first, *second, *((kind, bar if kind == "bar" else cells) for kind, cells in rest))


def heading(drawn: Columns, look: Look) -> list[Segment]:
    """The headings of the columns."""
    ink, line = look.palette.heading, text.Line()
    ends = sum(kind.startswith("end") for kind, _ in drawn)
    named = {f"end-{place}": look.headings[place] for place in range(ends)}
    named |= {str(place): word for place, word in enumerate(look.headings[ends:])}
    named |= {"client-port": "PORT", "port": "PORT", "share": "SHARE"}
    named |= {"protocol": " PROTO", "state": "  STATE", "first": "  FIRST", "last": " LAST"}
    for kind, cells in drawn:
        is_right = kind.isdigit() or kind in ("share", "port", "client-port")
        line.cell(text.fitted(named.get(kind, ""), cells), cells, ink, right=is_right)
    return line.segments


def row(shown: Sum, drawn: Columns, look: Look) -> list[Segment]:
    """The line."""
    line, palette = text.Line(), look.palette
    for kind, cells in drawn:
        if kind.startswith("end"):
            _end(line, shown.ends[int(kind[-1])], cells, look, is_rejected=shown.is_rejected)
        elif kind == "bar":
            is_orange = look.is_of_rejected or shown.is_rejected
            ink = palette.reject + Style(bold=False) if is_orange else palette.bars
            line.cell(bar(shown.fraction, cells - 1), cells, ink)
        elif kind.isdigit():
            _number(line, shown, int(kind), cells, look)
        else:
            words, ink, is_right = _word(shown, kind, look)
            line.cell(text.fitted(words, cells), cells, ink, right=is_right)
    return line.segments


def _word(shown: Sum, kind: str, look: Look) -> tuple[str, Style, bool]:
    """Text, style, and whether it goes to the right."""
    palette = look.palette
    match kind:
        case "share":
            return ("" if shown.share is None else share(shown.share)), palette.mute, True
        case "client-port":
            return shown.ends[0].port, palette.soft, True
        case "port":
            ink = palette.reject + Style(bold=False) if shown.is_rejected else palette.text
            return shown.ends[-1].port, ink, True
        case "state":
            ink = palette.reject + Style(bold=False) if shown.rejected else palette.mute
            return f"  {shown.state}", ink, False
        case "protocol":
            return f" {shown.protocol}", palette.soft, False
        case "first":
            return f"  {text.clock_time(shown.first_s, utc=look.utc)}", palette.soft, False
        case "last":
            return f" {text.clock_time(shown.last_s, utc=look.utc)}", palette.soft, False
        case _:
            return "→".center(3), palette.faint, False


def _number(line: text.Line, shown: Sum, place: int, cells: int, look: Look) -> None:
    palette, value = look.palette, shown.numbers[place]
    is_rejections = look.headings[len(shown.ends) + place] == "✗"
    ink = palette.soft if value else palette.faint
    if is_rejections and value:
        ink = palette.reject if place == 0 else palette.reject + Style(bold=False)
    line.cell(text.count(value, cells - 1), cells, ink, right=True)


def _end(line: text.Line, end: End, cells: int, look: Look, *, is_rejected: bool) -> None:
    palette = look.palette
    ink = palette.reject_row if is_rejected else palette.text
    room, start = cells - 1, line.width
    if not end.name:
        address = text.middle_cut(end.address, room)
        line.add(address, ink)
        beside, place = room - max(len(address), _ADDRESS), end.place
        if beside > _PLACE_AT_LEAST and place:
            line.to(start + max(len(address), _ADDRESS) + 1, ink)
            line.add(text.fitted(place, beside - 1), palette.faint)
    else:
        # Addresses stand under one another, unless the name needs their room.
        has_both = room >= _NAME + 1 + _ADDRESS or room >= len(end.name) + 1 + len(end.address)
        room_of_name = max(_NAME, room - 1 - len(end.address)) if has_both else room
        name = text.fitted(end.name, room_of_name)
        line.add(name, ink)
        if has_both and end.address:
            line.add(" ", ink).to(min(start + _NAME + 1, start + room - len(end.address)), ink)
            line.add(text.middle_cut(end.address, start + room - line.width), palette.mute)
    line.to(start + cells, ink)


def bar(fraction: float, cells: int) -> str:
    """A bar of `━` and at most one `╸`; empty for nothing only."""
    if fraction <= 0 or cells < 1:
        return ""
    halves = max(1, round(min(1.0, fraction) * cells * 2))
    return "━" * (halves // 2) + "╸" * (halves % 2)


def share(fraction: float) -> str:
    """`50%`, `<1%`."""
    return "<1%" if 0 < fraction < 0.01 else f"{fraction:.0%}"


def joined(parts: Sequence[str]) -> str:
    """Words with dots between; empty ones are left out."""
    return " · ".join(part for part in parts if part)
