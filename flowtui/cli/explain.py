"""`flowtui explain`: why records were rejected, by the rules of the account or of a saved topology."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flowtui.cli.connect import Connector
from flowtui.cli.options import CONNECTION, SCOPE, gathered, settings_of, takes
from flowtui.cli.prompting import ask_code

if TYPE_CHECKING:
    from flowtui.monitor.outside import Connection
    from flowtui.monitor.settings import Settings
    from flowtui.topology.model import Topology

_SHARED = (*CONNECTION, *SCOPE, "filter", "max_calls", "utc")


@click.command("explain")
@click.argument("records", nargs=-1, metavar="[RECORD... | -]")
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="json: one object a line.",
)
@click.option(
    "--topology",
    "saved",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Take the rules from what `flowtui topology --output json` wrote; asks AWS for no rules.",
)
@takes(*_SHARED)
@click.pass_context
def command(
    context: click.Context, /, records: tuple[str, ...], output: str, saved: Path | None, **values: Any
) -> None:
    """Say why records were rejected: those given, those on standard input (-), or all since --since."""
    settings = settings_of(gathered(context, values, _SHARED))
    lines = _lines(records)
    connection = None if saved is not None and lines else _connection(settings)
    topology = _topology(connection, saved, settings)

    from flowtui.cli.explaining import Explaining

    explaining = Explaining(settings, output, topology)
    try:
        if lines == ["-"]:
            explaining.standard_input()
        elif lines:
            explaining.lines(lines)
        else:
            assert connection is not None
            explaining.rejected(connection)
    except BrokenPipeError:
        # Nobody reads any more; the interpreter would complain when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _lines(records: tuple[str, ...]) -> list[str]:
    """The records; words that the shell took apart are one record."""
    if len(records) > 1 and not any(" " in record.strip() for record in records):
        return [" ".join(records)]
    return list(records)


def _connection(settings: Settings) -> Connection:
    connector = Connector()
    connector.sign_in(settings, ask_code)
    return connector.connect(settings)


def _topology(connection: Connection | None, saved: Path | None, settings: Settings) -> Topology:
    if saved is None:
        from flowtui.cli.explaining import with_rules

        assert connection is not None
        return with_rules(connection, settings.vpc_ids)

    from flowtui.topology.json import TopologyFormatError, from_json

    try:
        return from_json(saved.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, TopologyFormatError) as error:
        raise click.ClickException(f"The topology in {saved} cannot be read. {error}") from None
