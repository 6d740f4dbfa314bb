"""A pane's frame: rounded lines with a title at the left and a count or state at the right of its top.

Drawn by us, since a border of Textual's has one alignment for its title.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from flowtui.tui.render import text
from flowtui.tui.theme import Palette

INSET = 2
"""Cells between a pane's edge and its content, at either side: line and padding."""


_CORNERS = 6
"""Cells of the upper line that its two corners take, with blanks."""


def top(
    width: int, left: Sequence[Segment], right: Sequence[Segment], palette: Palette, *, is_focused: bool
) -> list[Segment]:
    """The upper line: `╭─ left ───── right ─╮`; the right part gives way first."""
    ink = line_style(palette, is_focused=is_focused)
    room = width - _CORNERS
    lefts = cropped(left, room)
    used = _cells(lefts)
    rights = list(right) if right and _cells(right) + 2 <= room - used else []
    fill = room - used - (_cells(rights) + 2 if rights else 0)
    segments = [Segment("╭─ ", ink), *lefts, Segment(" ", ink), Segment("─" * max(0, fill), ink)]
    if rights:
        segments += [Segment(" ", ink), *rights, Segment(" ", ink)]
    return [*segments, Segment("─╮", ink)]


def room(width: int, left: Sequence[Segment], right: Sequence[Segment]) -> int:
    """Cells for more at the left of the upper line, so that the right part keeps its place."""
    return max(0, width - _CORNERS - 2 - _cells(left) - _cells(right))


def bottom(width: int, palette: Palette, *, is_focused: bool) -> list[Segment]:
    """The lower line."""
    return [Segment(f"╰{'─' * (width - 2)}╯", line_style(palette, is_focused=is_focused))]


def body(content: Sequence[Segment], palette: Palette, *, is_focused: bool) -> list[Segment]:
    """A line of content between the sides."""
    ink = line_style(palette, is_focused=is_focused)
    return [Segment("│ ", ink), *content, Segment(" │", ink)]


def line_style(palette: Palette, *, is_focused: bool) -> Style:
    """The style of the lines: the focused pane's are bold and blue."""
    return palette.focus if is_focused else palette.line


def title(number: str, name: str, palette: Palette, *, is_focused: bool) -> list[Segment]:
    """`3 Records`: a pane's key and its name."""
    if is_focused:
        bold = Style(bold=True)
        return [Segment(f"{number} ", palette.focus + bold), Segment(name, palette.strong)]
    return [Segment(f"{number} ", palette.mute), Segment(name, palette.heading)]


def cropped(segments: Sequence[Segment], width: int) -> list[Segment]:
    """The segments in at most so many cells; the end of what does not fit goes."""
    kept: list[Segment] = []
    left = width
    for segment in segments:
        cells = cell_len(segment.text)
        if cells > left:
            if left > 0:
                kept.append(Segment(text.fitted(segment.text, left), segment.style))
            break
        kept.append(segment)
        left -= cells
    return kept


def _cells(segments: Sequence[Segment]) -> int:
    return sum(cell_len(segment.text) for segment in segments)
