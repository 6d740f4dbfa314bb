"""`flowtui create-flow-log`: plans a flow log and what it needs, shows the plan, asks, carries it out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from flowtui.cli.connect import Connector
from flowtui.cli.options import CONNECTION, gathered, settings_of, takes
from flowtui.cli.prompting import ask_code
from flowtui.cli.values import Format
from flowtui.records.format import LogFormat

if TYPE_CHECKING:
    from flowtui.monitor.creation.prepare import Wishes

_SHARED = (*CONNECTION, "vpc", "utc", "read_only")


class _Fields(click.ParamType[LogFormat]):
    """A named format, or the fields themselves."""

    name = "fields"

    def convert(
        self, value: str | LogFormat, param: click.Parameter | None, ctx: click.Context | None
    ) -> LogFormat:
        """Reads it; usage error otherwise."""
        from flowtui.monitor.creation.formats import Choice

        named = {choice.value: choice.format for choice in Choice if choice is not Choice.OWN}
        if isinstance(value, str) and "$" not in value and value not in named:
            self.fail(f"{value!r} is none of {', '.join(named)}, and no format '${{version}} …'.", param, ctx)
        return named[value] if value in named else Format().convert(value, param, ctx)


@click.command("create-flow-log")
@click.option("--subnet", multiple=True, metavar="ID", help="A subnet to record; may be repeated.")
@click.option(
    "--interface", multiple=True, metavar="ID", help="A network interface to record; may be repeated."
)
@click.option(
    "--traffic",
    type=click.Choice(["all", "accept", "reject"]),
    default="all",
    show_default=True,
    help="Which flows are recorded.",
)
@click.option(
    "--interval",
    type=click.Choice(["60", "600"]),
    default="60",
    show_default=True,
    help="The longest window of a record, seconds.",
)
@click.option(
    "--fields",
    type=_Fields(),
    default="triage",
    show_default=True,
    metavar="FORMAT",
    help="triage, default, all, or one's own: '${version} …'.",
)
@click.option(
    "--log-group", metavar="NAME", help="Where it delivers; made where it is not there. Default: /flowtui/…."
)
@click.option(
    "--retention", type=int, metavar="DAYS", help="How long a new log group keeps; 0: for ever. Default: 14."
)
@click.option(
    "--role", metavar="NAME", help="The role that delivers (name or ARN; new: make one). Default: flowtui-…."
)
@click.option("--dry-run", is_flag=True, help="Print every call that would be made, and make none.")
@click.option("--yes", is_flag=True, help="Do it without asking.")
@click.option("--wait", is_flag=True, help="Wait for the first record.")
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="json: the plan and what came of it, as one object.",
)
@takes(*_SHARED)
@click.pass_context
def command(context: click.Context, /, **values: Any) -> None:
    """Create a flow log of VPCs, subnets or interfaces, with log group and role.

    Shows every call first and asks; changes nothing with --dry-run or --read-only.
    """
    settings = settings_of(gathered(context, values, _SHARED))
    is_dry, is_sure = values["dry_run"], values["yes"]
    if settings.read_only and not is_dry:
        raise click.ClickException(
            "This session only reads (--read-only): nothing is changed. --dry-run prints the plan."
        )
    wishes = _wishes(values, settings.vpc_ids)
    if not (is_dry or is_sure or (sys.stdin.isatty() and values["output"] == "text")):
        raise click.UsageError("Where nobody can be asked, say --yes, or --dry-run.", context)
    connector = Connector()
    connector.sign_in(settings, ask_code)

    from flowtui.cli.creating import Creating

    creating = Creating(connector.connect(settings), wishes, values["output"], utc=settings.utc)
    sys.exit(creating.run(is_dry=is_dry, is_sure=is_sure, is_waiting=values["wait"]))


def _wishes(values: dict[str, Any], vpcs: tuple[str, ...]) -> Wishes:
    """What the options ask for. UsageError where they name nothing to record."""
    from flowtui.monitor.creation.answers import Kind, Target, Traffic
    from flowtui.monitor.creation.prepare import Wishes

    scopes = ((Kind.VPC, vpcs), (Kind.SUBNET, values["subnet"]), (Kind.INTERFACE, values["interface"]))
    targets = tuple(Target(kind, each) for kind, ids in scopes for each in ids)
    if not targets:
        raise click.UsageError("Say what to record: --vpc, --subnet or --interface.")
    return Wishes(
        targets,
        Traffic(values["traffic"].upper()),
        int(values["interval"]),
        values["fields"],
        values["log_group"],
        values["retention"],
        values["role"],
    )
