"""Findings of an examination as lines on standard output, as wide as the terminal.

A command to be copied is never broken; what is not a terminal gets one line a finding.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence

import click

from flowtui.monitor.health import MARKS, Finding, Health, wrapped
from flowtui.records.decode import clean

_COLOURS = {Health.GOOD: "cyan", Health.NOTE: "yellow", Health.BAD: "bright_red", Health.UNTRIED: None}


class FindingWriter:
    """Writes findings by section, each as soon as it is there; a cure that several share once, after them."""

    def __init__(self) -> None:
        from flowtui.tui.glyphs import has_utf8, plain

        self._section = ""
        self._cure = ""
        self._plain = None if has_utf8(os.environ, sys.stdout.encoding) else plain
        is_terminal = sys.stdout.isatty()
        self._width = shutil.get_terminal_size().columns if is_terminal else None
        # click leaves styles out where there is no terminal; it knows nothing of NO_COLOR.
        self._has_colours = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def write(self, finding: Finding) -> None:
        """One finding; its section's heading before the first."""
        if finding.cure != self._cure or finding.section != self._section:
            self._tell_cure()
        if finding.section != self._section:
            self._say(("\n" if self._section else "") + self._styled(finding.section.capitalize(), bold=True))
            self._section = finding.section
        mark = self._fitting(MARKS[finding.health])
        told = f"{clean(finding.subject)}: {clean(finding.sentence)}"
        first, *more = self._lines(told, indent=3)
        self._say(f" {self._styled(mark, fg=_COLOURS[finding.health])} {first}")
        for line in more:
            self._say(f"   {line}")
        self._cure = finding.cure

    def end(self, findings: Sequence[Finding], *, is_working: bool) -> None:
        """Whether it is enough."""
        self._tell_cure()
        counts = {health: sum(each.health is health for each in findings) for health in Health}
        faults = f"{counts[Health.BAD]} wrong, {counts[Health.NOTE]} to know"
        verdict = "The monitor works here" if is_working else "The monitor cannot work here yet"
        self._say("\n" + self._styled(f"{verdict}: {faults}.", bold=True))

    def _tell_cure(self) -> None:
        if self._cure:
            first, *more = self._lines(clean(self._cure), indent=5)
            self._say(f"   {self._fitting('→')} {first}")
            for line in more:
                self._say(f"     {line}")
        self._cure = ""

    def _lines(self, text: str, indent: int) -> Iterator[str]:
        text = self._fitting(text)
        return wrapped(text, self._width - indent) if self._width is not None else iter([text])

    def _fitting(self, text: str) -> str:
        return text if self._plain is None else self._plain(text)

    def _styled(self, text: str, *, bold: bool | None = None, fg: str | None = None) -> str:
        return click.style(text, bold=bold, fg=fg) if self._has_colours else text

    def _say(self, line: str) -> None:
        click.echo(line)
