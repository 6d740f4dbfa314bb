"""The header's line: who and where at the left, how the tail stands at the right. It never lies.

State and lag always stay; where it gets narrow the zone, the rate and the account go, in that order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from flowtui.tui.render import text
from flowtui.tui.render.frame import cropped
from flowtui.tui.theme import Palette

_NARROW = 100
_GAP = "   "
_CAPTURE = 48
"""Cells that a capture filter may take."""


@dataclass(frozen=True, slots=True)
class HeaderState:
    """What the header says."""

    account: str = ""
    region: str = ""
    crumbs: tuple[str, ...] = ()
    """From the account inwards; the last one is where the reader is."""
    cidr: str = ""
    """What stands behind the last crumb where there is room."""
    state: str = "CONNECTING"
    tone: str = "attention"
    """A role of the palette for the state."""
    mark: str = ""
    """`●` or `○` before the state."""
    is_reversed: bool = False
    is_demo: bool = False
    lag_s: float | None = None
    rate_per_s: float | None = None
    rejected_share: float | None = None
    is_rejects_only: bool = False
    losses: tuple[str, ...] = ()
    """`3 skipped`, `2 unparsed`: what was lost or kept back."""
    zone: str = ""
    capture: str = ""
    """What is fetched, where that is not everything: what AWS was asked for and what is decided here."""


Part = tuple[int, list[Segment]]
"""How dear a part is (the lowest go first) and its text."""


def header(state: HeaderState, width: int, palette: Palette) -> list[Segment]:
    """The line, exactly `width` cells."""
    is_narrow = width < _NARROW
    parts = _right(state, palette, is_narrow=is_narrow)
    lefts = _left(state, palette, is_narrow=is_narrow)
    while parts and _width(parts) + 24 > width and min(weight for weight, _ in parts) < 9:
        parts.remove(min(parts, key=lambda part: part[0]))
    room = width - _width(parts) - 3
    if _cells(lefts) > room:
        lefts = _left(HeaderState(crumbs=state.crumbs), palette, is_narrow=True)
    lefts = cropped(lefts, room)
    rights = _joined(parts)
    fill = max(0, width - 2 - _cells(lefts) - _cells(rights))
    line = [Segment(" "), *lefts, Segment(" " * fill), *rights, Segment(" ")]
    return [Segment(words, (style or Style()) + palette.bar) for words, style, _ in line]


def _left(state: HeaderState, palette: Palette, *, is_narrow: bool) -> list[Segment]:
    account = f"…{state.account[-4:]}" if is_narrow and len(state.account) > 4 else state.account
    where = [part for part in (account, state.region) if part]
    segments = [Segment("flowtui", palette.focus + Style(bold=True)), Segment("  " if is_narrow else "   ")]
    segments.append(Segment(" · ".join(where), palette.mute))
    *outer, last = state.crumbs or ("",)
    path = "".join(f"{crumb} › " for crumb in outer)
    if last:
        segments.append(Segment(" · " if where else "", palette.mute))
        cidr = f" {state.cidr}" if state.cidr and not is_narrow else ""
        segments += [Segment(path, palette.mute), Segment(f"{last}{cidr}", palette.strong)]
    return [segment for segment in segments if segment.text]


def _right(state: HeaderState, palette: Palette, *, is_narrow: bool) -> list[Part]:
    tone: Style = getattr(palette, state.tone)
    style = tone + Style(bold=True, reverse=state.is_reversed)
    parts: list[Part] = []
    if state.is_demo:
        parts.append((8, [Segment("DEMO", palette.strong)]))
    mark = f"{state.mark} " if state.mark else ""
    parts.append((10, [Segment(f"{mark}{state.state}", style)]))
    if state.lag_s is not None:
        parts.append((10, [Segment(f"lag {text.duration(state.lag_s)}", palette.soft)]))
    if state.rate_per_s is not None:
        unit = "/s" if is_narrow else " rec/s"
        parts.append((2, [Segment(f"{text.rate(state.rate_per_s)}{unit}", palette.soft)]))
    if state.capture:
        parts.append((3, [Segment(f"capture {text.fitted(state.capture, _CAPTURE)}", palette.attention)]))
    if state.is_rejects_only:
        parts.append((5, [Segment("rejects only", palette.soft)]))
    elif state.rejected_share is not None:
        word = " ✗" if is_narrow else " rejected"
        ink = palette.reject + Style(bold=False) if state.rejected_share else palette.soft
        parts.append((6, [Segment(f"{text.share(state.rejected_share)}{word}", ink)]))
    parts += [(7, [Segment(loss, palette.attention)]) for loss in state.losses]
    if state.zone and not is_narrow:
        parts.append((1, [Segment(state.zone, palette.mute)]))
    return parts


def _joined(parts: Sequence[Part]) -> list[Segment]:
    joined: list[Segment] = []
    for _, segments in parts:
        joined += [Segment(_GAP), *segments] if joined else segments
    return joined


def _width(parts: Sequence[Part]) -> int:
    return _cells(_joined(parts))


def _cells(segments: Sequence[Segment]) -> int:
    return sum(cell_len(segment.text) for segment in segments)
