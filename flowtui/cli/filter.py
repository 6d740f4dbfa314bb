"""`flowtui filter -- EXPR`: what an expression means to each engine, to read and to copy."""

from __future__ import annotations

from typing import Any

import click

from flowtui.cli.expression import Expression
from flowtui.cli.options import gathered, settings_of, takes
from flowtui.filters.tree import Tree
from flowtui.records.format import DEFAULT_FORMAT, LogFormat

_WIDTH = 13


@click.command("filter")
@click.argument("expression", nargs=-1, required=True)
@takes("format", "utc")
@click.pass_context
def command(context: click.Context, /, expression: tuple[str, ...], **values: Any) -> None:
    """What EXPRESSION means to each engine: its canonical form, and what AWS can be asked for.

    Write `--` before it: flowtui filter -- reject and not port 443. With several --format, for a log group
    in which they are mixed.
    """
    settings = settings_of(gathered(context, values, ("format", "utc")))
    tree = Expression(utc=settings.utc).convert(" ".join(expression), None, context)
    for line in described(tree, settings.formats or (DEFAULT_FORMAT,)):
        click.echo(line)


def described(tree: Tree, formats: tuple[LogFormat, ...]) -> list[str]:
    """The lines, a label and what it is."""
    from flowtui.filters.cloudwatch import compile_pattern
    from flowtui.filters.insights import compile_query

    pushdown = compile_pattern(tree, formats)
    query = compile_query(tree, formats, is_discovered=formats == (DEFAULT_FORMAT,))
    rows = [
        ("canonical", str(tree)),
        ("cloudwatch", pushdown.pattern or "(everything)"),
        ("asks for", pushdown.pushed or "everything"),
        ("decided here", "nothing more" if pushdown.residual is None else str(pushdown.residual)),
    ]
    if pushdown.reason:
        rows.append(("because", pushdown.reason))
    rows.append(("insights", " | ".join(query.commands) or "(everything)"))
    rows.append(("counted", f"here: {'; '.join(query.reasons)}" if query.reasons else "by Insights"))
    return [f"{label:<{_WIDTH}} {words}" for label, words in rows]
