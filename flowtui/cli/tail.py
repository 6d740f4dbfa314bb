"""`flowtui tail`: records to standard output, no screen."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from typing import Any

import click

from flowtui.cli import stats as figures
from flowtui.cli.connect import Connector
from flowtui.cli.options import CONNECTION, FILTERS, PACE, SCOPE, gathered, settings_of, takes
from flowtui.cli.prompting import ask_code
from flowtui.cli.values import Amount, When, WhenType

_SHARED = (*CONNECTION, *SCOPE, *FILTERS, *PACE, "utc")


@click.command("tail", epilog=figures.help_text())
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json", "csv", "raw"]),
    default="text",
    show_default=True,
    help="raw: each line byte for byte; json: one object a line; csv: safe to open in a spreadsheet.",
)
@click.option("--no-follow", is_flag=True, help="End when everything there is has been printed.")
@click.option("--until", type=WhenType(), metavar="TIME", help="Where records end; implies --no-follow.")
@click.option("--limit", type=Amount(), metavar="N", help="Begin with the newest N records, oldest first.")
@click.option("--stats", is_flag=True, help="Figures on standard error at the end, also when interrupted.")
@takes(*_SHARED)
@click.pass_context
def command(
    context: click.Context,
    /,
    output: str,
    no_follow: bool,
    until: When | None,
    limit: int | None,
    stats: bool,
    **values: Any,
) -> None:
    """Print records: those since --since by start, then new ones as they arrive."""
    shared = gathered(context, values, _SHARED)
    utc = bool(shared.get("utc"))
    end = None if until is None else until.moment(datetime.now(UTC), utc=utc)
    settings = settings_of(shared, until=end)
    connector = Connector()
    connector.sign_in(settings, ask_code)

    from flowtui.cli.printing import Plan, Tailing

    plan = Plan(output, is_following=not (no_follow or until is not None), limit=limit, has_stats=stats)
    try:
        Tailing(settings, plan, connector.connect(settings)).run()
    except BrokenPipeError:
        _close_output()


def _close_output() -> None:
    """Nobody reads any more: keeps the interpreter from writing at its end and complaining."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
