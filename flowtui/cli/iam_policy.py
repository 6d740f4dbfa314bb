"""`flowtui iam-policy`: the smallest policy that flowtui works with, to be attached. Asks AWS nothing."""

from __future__ import annotations

import json
import os
import re
from typing import Any

import click

from flowtui.aws import permissions
from flowtui.aws.permissions import Where
from flowtui.cli.options import gathered, takes

_SHARED = ("region", "log_group")
_PARTITIONS = (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"))
"""By how the names of their regions begin."""


def _account(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"\d{12}", value):
        raise click.BadParameter("An account id has twelve digits.")
    return value


@click.command("iam-policy")
@click.option("--write", is_flag=True, help="Also what `flowtui create-flow-log` needs.")
@click.option("--no-history", is_flag=True, help="Without queries of Logs Insights, which AWS bills.")
@click.option(
    "--account", metavar="ID", callback=_account, help="Only resources of this account. Default: any."
)
@takes(*_SHARED)
@click.pass_context
def command(
    context: click.Context, /, write: bool, no_history: bool, account: str | None, **values: Any
) -> None:
    """Print the smallest IAM policy for reading, narrowed to the log groups and the region given."""
    shared = gathered(context, values, _SHARED)
    region = shared.get("region") or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    wanted = (
        *permissions.READING,
        *(() if no_history else permissions.HISTORY),
        *(permissions.CREATING if write else ()),
    )
    where = Where(region or "*", account or "*", _partition(region or ""), shared.get("log_group", ()))
    click.echo(json.dumps(permissions.policy(wanted, where), indent=2))


def _partition(region: str) -> str:
    return next((partition for prefix, partition in _PARTITIONS if region.startswith(prefix)), "aws")
