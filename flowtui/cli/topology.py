"""`flowtui topology`: the VPCs with their rules, as a tree to read or as JSON to keep."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from flowtui.cli.connect import Connector
from flowtui.cli.options import CONNECTION, gathered, settings_of, takes
from flowtui.cli.prompting import ask_code

_SHARED = (*CONNECTION, "vpc")


@click.command("topology")
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="json: what `flowtui explain --topology` reads.",
)
@takes(*_SHARED)
@click.pass_context
def command(context: click.Context, /, output: str, **values: Any) -> None:
    """Print VPCs, subnets, interfaces and the rules between them, as they are now."""
    settings = settings_of(gathered(context, values, _SHARED))
    connector = Connector()
    connector.sign_in(settings, ask_code)

    from flowtui.cli.explaining import with_rules
    from flowtui.cli.topology_text import lines
    from flowtui.topology.json import to_json

    topology = with_rules(connector.connect(settings), settings.vpc_ids)
    try:
        whole = to_json(topology) if output == "json" else "\n".join(lines(topology)) + "\n"
        sys.stdout.buffer.write(whole.encode("utf-8", "backslashreplace"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Nobody reads any more; the interpreter would complain when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
