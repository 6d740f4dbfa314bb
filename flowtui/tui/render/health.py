"""Findings of an examination as lines: by section, each with its mark, its cure under it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from rich.segment import Segment
from rich.style import Style

from flowtui.monitor.health import MARKS, Finding, Health, works, wrapped
from flowtui.records.decode import clean
from flowtui.tui.render import pages, text
from flowtui.tui.theme import Palette

_INDENT = 2
"""Cells of a mark."""

_WRONG = "wrong"
Lines = pages.PageLines


def lines(findings: Sequence[Finding], keys: Sequence[tuple[str, str]], *, is_whole: bool) -> Lines:
    """The page, with the keys that do something there; says so while more is to come."""

    def made(width: int, palette: Palette) -> list[list[Segment]]:
        page = [_verdict(findings, palette, is_whole=is_whole), []]
        # What is wrong is what one came for: it stands where it is seen without scrolling.
        wrong = [(_WRONG, each) for each in findings if each.health is Health.BAD]
        others = [(each.section, each) for each in findings if each.health is not Health.BAD]
        for section, some in groupby([*wrong, *others], key=itemgetter(0)):
            page.append([Segment(section.capitalize(), palette.heading)])
            page += _findings([finding for _, finding in some], width, palette)
            page.append([])
        page.append(_keys(keys, palette))
        return page

    return made


def _keys(keys: Sequence[tuple[str, str]], palette: Palette) -> list[Segment]:
    line = text.Line()
    for cap, label in keys:
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


def _findings(some: Sequence[Finding], width: int, palette: Palette) -> Iterator[list[Segment]]:
    """Findings with their cures; one that several in a row share stands once, after them."""
    for at, finding in enumerate(some):
        ink = _ink(finding.health, palette)
        told = f"{clean(finding.subject)}: {clean(finding.sentence)}"
        for number, line in enumerate(_lines(told, width - _INDENT)):
            mark = MARKS[finding.health] if number == 0 else ""
            subject, colon, rest = line.partition(": ") if number == 0 else ("", "", line)
            yield [
                Segment(text.padded(mark, _INDENT), ink),
                Segment(subject + colon, palette.text),
                Segment(rest, palette.soft),
            ]
        if finding.cure and (at + 1 == len(some) or some[at + 1].cure != finding.cure):
            for number, line in enumerate(_lines(clean(finding.cure), width - 2 * _INDENT)):
                arrow = text.padded(" " * _INDENT + ("→" if number == 0 else ""), 2 * _INDENT)
                yield [Segment(arrow, palette.mute), Segment(line, palette.text)]


def _lines(words: str, width: int) -> Iterator[str]:
    """What is to be copied whole where there is room for it."""
    for line in wrapped(words, width):
        yield from text.wrapped(line, width)


def _ink(health: Health, palette: Palette) -> Style:
    inks = {Health.GOOD: palette.focus, Health.UNTRIED: palette.mute}
    return inks.get(health, palette.attention)
