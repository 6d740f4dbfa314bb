"""Creating a flow log as lines: what is asked for, the review of every call, how far it has come.

Knows widths and words, no widget. Every word from AWS is cleaned here or where it was put into words.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from rich.segment import Segment
from rich.style import Style

from flowtui.monitor.creation import formats, report
from flowtui.monitor.creation.calls import Call
from flowtui.monitor.creation.plan import FlowLogPlan
from flowtui.monitor.creation.progress import Phase, Progress, StepState
from flowtui.records.decode import clean
from flowtui.records.format import LogFormat
from flowtui.tui.questions import ASKS, Questions
from flowtui.tui.render import text
from flowtui.tui.theme import Palette
from flowtui.tui.widgets.scroll import Lines

_LABEL = 10
_INSET = 3
"""Cells before a call's parameters."""
_MARKS = {
    StepState.PENDING: "·",
    StepState.WORKING: "…",
    StepState.DONE: "✓",
    StepState.PARTLY: "✗",
    StepState.FAILED: "✗",
    StepState.UNCLEAR: "✗",
    StepState.UNDONE: "←",
}

Line = list[Segment]


def form(questions: Questions, notice: str) -> Lines:
    """The questions with their answers, the one under the cursor marked; and the line that comes of it."""

    def lines(width: int, palette: Palette) -> list[Line]:
        made: list[Line] = [[]]
        for ask in ASKS:
            is_here = ask is questions.ask
            answer, meaning = (clean(words) for words in questions.row(ask))
            line = text.Line().cell(ask.value, _LABEL, palette.focus if is_here else palette.heading)
            line.add("‹ " if is_here else "  ", palette.focus)
            line.add(text.fitted(answer, width - line.width - 2), palette.strong if is_here else palette.text)
            line.add(" ›" if is_here else "  ", palette.focus)
            line.add(text.fitted(f"  {meaning}", max(0, width - line.width)), palette.mute)
            made.append(line.segments)
        if notice:
            made += [[], *[[Segment(part, palette.attention)] for part in text.wrapped(clean(notice), width)]]
        return [*made, [], *sample(questions.wishes.format, width, palette)]

    return lines


def sample(log_format: LogFormat | None, width: int, palette: Palette) -> list[Line]:
    """What a format is, and the line that it makes of an accepted SSH session; what it cannot tell."""
    if log_format is None:
        return [[Segment("A LINE  ", palette.heading), Segment("no field is chosen", palette.attention)]]
    lacking = formats.lacking(log_format)
    head = text.Line().add("A LINE  ", palette.heading).add(formats.described(log_format), palette.mute)
    if lacking:
        head.add(text.fitted(f"  without {', '.join(lacking)}", width - head.width), palette.attention)
    line = formats.example(log_format)
    return [head.segments, *[[Segment(part, palette.soft)] for part in text.wrapped(line, width)]]


def review(plan: FlowLogPlan) -> Lines:
    """Everything that will be done."""

    def lines(width: int, palette: Palette) -> list[Line]:
        made: list[Line] = [[]]
        for label, words in report.summary(plan):
            made += _labelled(label, clean(words), width, palette)
        lack = clean(report.may_lack(plan))
        # What to think of comes before what is only to be looked at.
        for note in (*map(clean, plan.notes), *((lack,) if plan.lacking else ())):
            made += [[], *[[Segment(part, palette.attention)] for part in text.wrapped(note, width)]]
        made += [[], _head("CALLS", f"{len(plan.calls)}, in this order", palette)]
        for number, call in enumerate(plan.calls, 1):
            line = text.Line().cell(str(number), 3, palette.mute).cell(call.service, 6, palette.mute)
            line.cell(call.operation, 20, palette.text)
            made.append(line.add(text.fitted(clean(call.subject), width - line.width), palette.soft).segments)
        for title, meaning, document in (
            ("TRUST POLICY", "the flow log service, acting for this account only", plan.trust_policy),
            ("ROLE POLICY", "may write to this log group and list groups", plan.delivery_policy),
        ):
            made += _policy(title, meaning, document, width, palette)
        made += [[], _head("PARAMETERS", "of each call, as the API takes them", palette)]
        for number, call in enumerate(plan.calls, 1):
            made += _parameters(number, call, width, palette)
        made.append([])
        if not plan.lacking:
            made += [[], *[[Segment(part, palette.soft)] for part in text.wrapped(lack, width)]]
        made.append([])
        last = "If a call fails, what exists by then is told, to go on from there or to remove it again."
        return [*made, *[[Segment(part, palette.mute)] for part in text.wrapped(last, width)]]

    return lines


def _parameters(number: int, call: Call, width: int, palette: Palette) -> Iterator[Line]:
    """The parameters of a call; the policies stand above, to be read."""
    words = []
    for name, value in call.parameters.items():
        is_policy = name.endswith("Document")
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        words.append(f"{name}: {'as above' if is_policy else clean(shown)}")
    for at, part in enumerate(text.wrapped(" · ".join(words), width - _INSET)):
        label = str(number) if at == 0 else ""
        yield [Segment(text.padded(label, _INSET), palette.mute), Segment(part, palette.soft)]


def progress(plan: FlowLogPlan, now: Progress, arrival: str) -> Lines:
    """Each call and what became of it; what exists; when the first record is expected."""

    def lines(width: int, palette: Palette) -> list[Line]:
        made: list[Line] = [[]]
        for step in now.steps:
            is_bad = _MARKS[step.state] == "✗"
            ink = palette.attention if is_bad else palette.text
            line = text.Line().cell(_MARKS[step.state], 3, palette.attention if is_bad else palette.focus)
            line.cell(step.call.operation, 20, ink).cell(step.state.value, 15, palette.mute)
            note = clean(step.note) or clean(step.call.subject)
            made.append(line.add(text.fitted(note, width - line.width), palette.soft).segments)
        made.append([])
        ink = palette.text if now.phase in (Phase.CREATED, Phase.UNDONE, Phase.WORKING) else palette.attention
        made += [[Segment(part, ink)] for part in text.wrapped(clean(report.headline(now)), width)]
        if arrival:
            made += [[Segment(part, palette.soft)] for part in text.wrapped(clean(arrival), width)]
        made += _existing(plan, now, width, palette)
        return made

    return lines


def _existing(plan: FlowLogPlan, now: Progress, width: int, palette: Palette) -> Iterator[Line]:
    left = [] if now.phase.is_at_work else list(report.leftovers(plan, now))
    if left:
        yield []
        yield _head("EXISTS NOW", "newest first, with the command that removes it", palette)
    for words, command in left:
        yield [Segment(text.fitted(clean(words), width), palette.text)]
        for part in text.wrapped(command, width - 2):
            yield [Segment(f"  {part}", palette.mute)]


def _policy(
    title: str, meaning: str, document: Mapping[str, object] | None, width: int, palette: Palette
) -> list[Line]:
    if document is None:
        return []
    statements = document["Statement"]
    made = [[], _head(title, meaning, palette)]
    for statement in statements if isinstance(statements, list) else ():
        for part in text.wrapped(json.dumps(statement), width - 2):
            made.append([Segment(text.padded(f" {part}", width), palette.soft + palette.bar)])
    return made


def _head(title: str, meaning: str, palette: Palette) -> Line:
    return [Segment(f"{title}   ", palette.heading), Segment(meaning, palette.mute)]


def _labelled(label: str, words: str, width: int, palette: Palette) -> list[Line]:
    return [
        [Segment(text.padded(label if at == 0 else "", _LABEL), palette.heading), Segment(part, palette.text)]
        for at, part in enumerate(text.wrapped(words, width - _LABEL))
    ]


def button(label: str, palette: Palette, *, is_chosen: bool) -> Segment:
    """A button; the chosen one is reversed, so that it is told apart without colours too."""
    style = palette.focus + Style(reverse=True, bold=True) if is_chosen else palette.text + palette.bar
    return Segment(f" {label} ", style)
