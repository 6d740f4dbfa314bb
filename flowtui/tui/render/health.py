"""Findings of an examination as lines: by section, each with its mark, its cure under it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from rich.segment import Segment
from rich.style import Style

from flowtui.monitor.health import Finding, Health, works
from flowtui.records.decode import clean
from flowtui.tui import keymap
from flowtui.tui.render import pages, text
from flowtui.tui.theme import Palette

_MARKS = {Health.GOOD: "✓", Health.NOTE: "!", Health.BAD: "✗", Health.UNTRIED: "·"}
_SUBJECT = 22
"""Cells of mark and subject; longer subjects stand on a line of their own."""

_WRONG = "wrong"
Lines = pages.PageLines


def lines(findings: Sequence[Finding], *, is_whole: bool) -> Lines:
    """The page; says so while more is to come."""

    def made(width: int, palette: Palette) -> list[list[Segment]]:
        page = [_verdict(findings, palette, is_whole=is_whole), []]
        # What is wrong is what one came for: it stands where it is seen without scrolling.
        wrong = [(_WRONG, each) for each in findings if each.health is Health.BAD]
        others = [(each.section, each) for each in findings if each.health is not Health.BAD]
        for section, some in groupby([*wrong, *others], key=itemgetter(0)):
            page.append([Segment(section.capitalize(), palette.heading)])
            for _, finding in some:
                page += _finding(finding, width, palette)
            page.append([])
        page.append(_keys(palette))
        return page

    return made


def _keys(palette: Palette) -> list[Segment]:
    line = text.Line()
    for cap, label in (("r", "look again"), (keymap.key("create").cap, "create a flow log"), ("esc", "back")):
        line.add(cap, palette.focus + Style(bold=True)).add(f" {label}   ", palette.mute)
    return line.segments


def _verdict(findings: Sequence[Finding], palette: Palette, *, is_whole: bool) -> list[Segment]:
    if not is_whole:
        return [Segment("Looking …", palette.mute)]
    wrong = sum(each.health is Health.BAD for each in findings)
    known = sum(each.health is Health.NOTE for each in findings)
    counts = Segment(f" {wrong} wrong, {known} to know.", palette.soft)
    if works(findings):
        return [Segment("The monitor works here:", palette.strong), counts]
    return [Segment("The monitor cannot work here yet:", palette.attention), counts]


def _finding(finding: Finding, width: int, palette: Palette) -> Iterator[list[Segment]]:
    ink = _ink(finding.health, palette)
    mark, subject = f"{_MARKS[finding.health]} ", clean(finding.subject)
    is_long = len(subject) > _SUBJECT - 3
    if is_long:
        yield [Segment(mark, ink), Segment(text.fitted(subject, width - 2), palette.text)]
    for at, line in enumerate(pages.wrapped("", clean(finding.sentence), width, palette, palette.soft)):
        if at == 0 and not is_long:
            label = text.padded(subject, _SUBJECT - len(mark))
            yield [Segment(mark, ink), Segment(label, palette.text), *line[1:]]
        else:
            yield line
    if finding.cure:
        yield from pages.wrapped("", f"→ {clean(finding.cure)}", width, palette, palette.text)


def _ink(health: Health, palette: Palette) -> Style:
    inks = {Health.GOOD: palette.focus, Health.UNTRIED: palette.mute}
    return inks.get(health, palette.attention)
