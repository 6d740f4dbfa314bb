"""`flowtui history`: the filter over any time range, by CloudWatch Logs Insights."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from typing import Any

import click

from flowtui.cli.connect import Connector
from flowtui.cli.options import CONNECTION, SCOPE, gathered, settings_of, takes
from flowtui.cli.prompting import ask_code
from flowtui.cli.values import Amount, Fields, Size, When, WhenType

_SHARED = (*CONNECTION, *SCOPE, "filter", "utc")

_MOST = 100_000
"""Records that one query of Logs Insights gives at most (StartQuery)."""

_MAX_BYTES = 100_000_000_000
"""Scanning 100 GB costs what one remembers, and seldom what one regrets."""


@click.command("history")
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json", "csv", "raw"]),
    default="text",
    show_default=True,
    help="raw: each line byte for byte; json: one object a line; csv: safe to open in a spreadsheet.",
)
@click.option("--until", type=WhenType(), metavar="TIME", help="Where records end. Default: now.")
@click.option(
    "--limit",
    type=Amount(),
    metavar="N",
    help="The newest N records, or the N greatest groups. Default: 100k.",
)
@click.option("--by", type=Fields(), metavar="FIELD,…", help="Count the flows by these fields instead.")
@click.option(
    "--order",
    type=click.Choice(["records", "packets", "bytes", "rejected"]),
    default="records",
    show_default=True,
    help="What the groups of --by are ordered by.",
)
@click.option(
    "--max-bytes",
    type=Size(),
    default=_MAX_BYTES,
    metavar="SIZE",
    help="Ask for nothing that would scan more, which AWS charges for. Default: 100G.",
)
@click.option("--query", "is_dry", is_flag=True, help="Only print the queries, and what they would scan.")
@takes(*_SHARED)
@click.pass_context
def command(
    context: click.Context,
    /,
    output: str,
    until: When | None,
    limit: int | None,
    by: tuple[str, ...] | None,
    order: str,
    max_bytes: int,
    is_dry: bool,
    **values: Any,
) -> None:
    """Print what the filter selects of any time range, also where it cannot be followed.

    AWS charges for what a query scans: how much that is, is said before and after.
    """
    shared = gathered(context, values, _SHARED)
    end = None if until is None else until.moment(datetime.now(UTC), utc=bool(shared.get("utc")))
    settings = settings_of(shared, until=end)
    if limit is not None and limit > _MOST and not by:
        raise click.UsageError("--limit is 100,000 at most: no query gives more records.", context)
    connector = Connector()
    connector.sign_in(settings, ask_code)

    from flowtui.cli.asking import Asking, Plan

    plan = Plan(output, limit or _MOST, by or (), order, max_bytes, is_dry)
    try:
        Asking(settings, plan, connector.connect(settings)).run()
    except BrokenPipeError:
        # Nobody reads any more: keeps the interpreter from writing at its end and complaining.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
