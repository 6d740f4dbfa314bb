"""An explanation as lines: what happened, each layer's decision, the nearest rule, what would allow it.

Every text of an explanation is clean and one line already; here it is only laid out.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from flowtui.explain.answer import Decision, Explanation, LayerDecision, Verdict
from flowtui.records.decode import clean
from flowtui.tui.render import text
from flowtui.tui.theme import Palette

_LABEL = 10
_LAYER, _MOST_ID = 20, 26
_GAP = 2
_WIDE = 90
_MARKS = {Verdict.ALLOWED: "○", Verdict.UNKNOWN: "?", Verdict.NOT_REJECTED: "✓", Verdict.NO_FLOW: "·"}
_WORDS = {
    Decision.ALLOW: "allow",
    Decision.DENY: "✗ deny",
    Decision.NOT_APPLICABLE: "does not apply",
    Decision.UNKNOWN: "? unknown",
}

Lines = list[list[Segment]]


def why(explanation: Explanation, width: int, palette: Palette) -> Lines:
    """The lines of an explanation."""
    lines = list(_headline(explanation, width, palette))
    if explanation.layers:
        lines += [[], *_layers(explanation.layers, width, palette)]
    for thought in (_notes, _command, _needs):
        more = list(thought(explanation, width, palette))
        lines += [[], *more] if more else []
    return lines


def _headline(explanation: Explanation, width: int, palette: Palette) -> Iterator[list[Segment]]:
    mark = _MARKS.get(explanation.verdict, "✗")
    ink = palette.reject if mark == "✗" else palette.strong
    # What the text says of the layers stands in their lines.
    words = f"{explanation.text.split('. ')[0].rstrip('.')}." if explanation.layers else explanation.text
    for at, part in enumerate(textwrap.wrap(words, max(20, width - 2)) or [""]):
        yield [
            Segment(f"{mark} " if at == 0 else "  ", ink),
            Segment(part, palette.strong if at == 0 else palette.text),
        ]


def _layers(layers: tuple[LayerDecision, ...], width: int, palette: Palette) -> Iterator[list[Segment]]:
    if width < _WIDE:
        for layer in layers:
            yield from _narrow(layer, width, palette)
        return
    names = max(cell_len(_known(layer)) for layer in layers)
    columns = (min(_MOST_ID, max(len("ID"), names) + _GAP), _GAP + max(map(len, _WORDS.values())))
    head = text.Line().add("  ", palette.heading).cell("LAYER", _LAYER, palette.heading)
    head.cell("ID", columns[0], palette.heading)
    head.cell("DECIDED BY", width - 2 - _LAYER - sum(columns), palette.heading)
    yield head.cell("DECISION", columns[1], palette.heading, right=True).segments
    for layer in layers:
        yield from _wide(layer, width, columns, palette)


def _known(layer: LayerDecision) -> str:
    """The id, shortened, and the name of what decided."""
    return clean(" ".join(filter(None, (text.identifier(layer.id or "", 10), layer.name))))


def _said(layer: LayerDecision) -> str:
    """Why, without the id and name that stand beside it."""
    return layer.text.removesuffix(clean(f" in {' '.join(filter(None, (layer.id, layer.name)))}"))


def _inks(layer: LayerDecision, palette: Palette) -> tuple[Style, Style]:
    """Of the line, and of the decision."""
    if layer.decision is Decision.DENY:
        return palette.reject_row, palette.reject
    return palette.soft, palette.attention if layer.decision is Decision.UNKNOWN else palette.mute


def _name(layer: LayerDecision) -> str:
    return layer.layer.value.replace("-", " ")


def _narrow(layer: LayerDecision, width: int, palette: Palette) -> Iterator[list[Segment]]:
    ink, verdict = _inks(layer, palette)
    line = text.Line().add("  ", ink).cell(_name(layer), _LAYER + 2, ink)
    yield line.add(_WORDS[layer.decision], verdict).segments
    said = _said(layer)
    known = "" if layer.id and clean(layer.id) in said else _known(layer)
    for part in textwrap.wrap(" · ".join(filter(None, (known, said))), max(20, width - 4)):
        yield [Segment(f"    {part}", palette.mute)]


def _wide(
    layer: LayerDecision, width: int, columns: tuple[int, int], palette: Palette
) -> Iterator[list[Segment]]:
    (ink, verdict), (beside, last) = _inks(layer, palette), columns
    room = width - 2 - _LAYER - sum(columns)
    for at, part in enumerate(textwrap.wrap(_said(layer), room) or [""]):
        line = text.Line().add("  ", ink).cell(_name(layer) if at == 0 else "", _LAYER, ink)
        line.cell(text.fitted(_known(layer), beside - 1) if at == 0 else "", beside, palette.mute)
        line.cell(part, room, ink)
        yield line.cell(_WORDS[layer.decision] if at == 0 else "", last, verdict, right=True).segments


def _notes(explanation: Explanation, width: int, palette: Palette) -> Iterator[list[Segment]]:
    if explanation.nearest is not None:
        nearest = explanation.nearest
        off = (
            "it comes after the rule that denies"
            if nearest.off == "order"
            else f"the {nearest.off} does not match"
        )
        yield from _labelled("Nearest", f"{nearest.text}: {off}", width, palette, palette.soft)
    for at, reason in enumerate(explanation.reasons):
        yield from _labelled("Perhaps" if at == 0 else "", reason, width, palette, palette.soft)


def _needs(explanation: Explanation, width: int, palette: Palette) -> Iterator[list[Segment]]:
    if explanation.actions:
        yield from _labelled("Needs", ", ".join(explanation.actions), width, palette, palette.attention)


def _command(explanation: Explanation, width: int, palette: Palette) -> Iterator[list[Segment]]:
    if explanation.command is None:
        return
    yield from _labelled("To allow", explanation.command, width, palette, palette.text + palette.bar)
    if explanation.warning:
        yield from _labelled("", explanation.warning, width, palette, palette.attention)


def _labelled(label: str, words: str, width: int, palette: Palette, ink: Style) -> Iterator[list[Segment]]:
    for at, part in enumerate(textwrap.wrap(words, max(20, width - 2 - _LABEL)) or [""]):
        yield [
            Segment(f"  {text.padded(label if at == 0 else '', _LABEL)}", palette.heading),
            Segment(part, ink),
        ]
