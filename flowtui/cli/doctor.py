"""`flowtui doctor`: what works on this account and in this terminal, and what to do about the rest."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from itertools import chain
from typing import Any

import click

from flowtui.cli.connect import Connector, examined
from flowtui.cli.finding_text import FindingWriter
from flowtui.cli.options import CONNECTION, gathered, settings_of, takes
from flowtui.cli.prompting import ask_code
from flowtui.monitor.health import Finding, Health, works

_SHARED = (*CONNECTION, "vpc", "log_group", "format")
_SMALLEST = (80, 24)
"""Columns and rows in which every function has its place."""


@click.command("doctor")
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print.",
)
@takes(*_SHARED)
@click.pass_context
def command(context: click.Context, /, output: str, **values: Any) -> None:
    """Tell what works and what is missing. Status 0 only when the monitor can work; nothing is changed."""
    settings = settings_of(gathered(context, values, _SHARED))
    findings = []
    writer = FindingWriter() if output == "text" else None
    for finding in chain(terminal(), examined(Connector(), settings, ask_code)):
        findings.append(finding)
        if writer is not None:
            writer.write(finding)
    is_working = works(findings)
    if writer is None:
        shown = {"works": is_working, "findings": [_as_json(each) for each in findings]}
        click.echo(json.dumps(shown, indent=2))
    else:
        writer.end(findings, is_working=is_working)
    sys.exit(0 if is_working else 1)


def terminal() -> Iterator[Finding]:
    """What the terminal can show; none where standard output is not one."""
    if not sys.stdout.isatty():
        return
    from flowtui.tui import terminal as drawn
    from flowtui.tui.glyphs import has_utf8

    columns, rows = shutil.get_terminal_size()
    is_large = columns >= _SMALLEST[0] and rows >= _SMALLEST[1]
    cure = "" if is_large else "Make it larger, 80x24 at least."
    health = Health.GOOD if is_large else Health.NOTE
    yield Finding("terminal", "size", health, f"{columns}x{rows}.", cure)
    is_utf8 = has_utf8(os.environ, sys.stdout.encoding)
    sentence = "UTF-8." if is_utf8 else "Not UTF-8; marks and lines are drawn in ASCII."
    cure = "" if is_utf8 else "Set LANG to a UTF-8 locale, for example C.UTF-8."
    yield Finding("terminal", "glyphs", Health.GOOD if is_utf8 else Health.NOTE, sentence, cure)
    colours = "none, since NO_COLOR is set" if os.environ.get("NO_COLOR") else f"{drawn.colours():,}"
    yield Finding("terminal", "colours", Health.GOOD, f"{colours}.")


def _as_json(finding: Finding) -> dict[str, object]:
    return {
        "section": finding.section,
        "subject": finding.subject,
        "health": finding.health.value,
        "sentence": finding.sentence,
        "cure": finding.cure or None,
        "action": finding.action or None,
        "actions": list(finding.actions),
        "essential": finding.is_essential,
    }
