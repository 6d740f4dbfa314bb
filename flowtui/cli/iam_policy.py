"""`flowtui iam-policy`: the smallest policy that flowtui works with, to be attached. Asks AWS nothing."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from typing import Any

import click

from flowtui.aws import permissions
from flowtui.aws.permissions import Where
from flowtui.cli.options import gathered, takes

_SHARED = ("region", "log_group")
_PARTITIONS = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("eusc-", "aws-eusc"),
    ("us-isob-", "aws-iso-b"),
    ("us-isof-", "aws-iso-f"),
    ("us-iso-", "aws-iso"),
    ("eu-isoe-", "aws-iso-e"),
)
"""By how the names of their regions begin."""

_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d+")
_GROUP = re.compile(r"(arn:[\w-]+:logs:[\w*-]*:[\d*]*:log-group:)?[\w./#*-]{1,512}(:\*)?")
"""What CloudWatch Logs takes for a name (API reference, CreateLogGroup), and IAM's `*` for any characters."""
_ROLE = re.compile(r"[\w+=,.@/-]{1,512}")
"""A name with its path (IAM API reference, CreateRole)."""


def _account(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"\d{12}", value):
        raise click.BadParameter("An account id has twelve digits.")
    return value


def _role(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None and not _ROLE.fullmatch(value):
        raise click.BadParameter("That is no name of a role.")
    return value


@click.command("iam-policy")
@click.option("--write", is_flag=True, help="Also what `flowtui create-flow-log` needs.")
@click.option("--no-history", is_flag=True, help="Without queries of Logs Insights, which AWS bills.")
@click.option(
    "--account", metavar="ID", callback=_account, help="Only resources of this account. Default: any."
)
@click.option(
    "--role",
    metavar="NAME",
    callback=_role,
    help="With --write: only this delivery role. Default: make flowtui-…, use any.",
)
@takes(*_SHARED)
@click.pass_context
def command(
    context: click.Context,
    /,
    write: bool,
    no_history: bool,
    account: str | None,
    role: str | None,
    **values: Any,
) -> None:
    """Print the smallest IAM policy for reading, narrowed to the log groups and the region given.

    With --write flow logs can be created that deliver to the log groups given, else to /flowtui/….
    """
    shared = gathered(context, values, _SHARED)
    region = shared.get("region") or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    _check(context, region, shared.get("log_group", ()))
    wanted = (
        *permissions.READING,
        *(() if no_history else permissions.HISTORY),
        *(permissions.CREATING if write else ()),
    )
    groups = shared.get("log_group", ())
    where = Where(region or "*", account or "*", _partition(region or ""), groups, role)
    document = permissions.policy(wanted, where)
    click.echo(json.dumps(document, indent=2))
    size = permissions.size(document)
    if size > permissions.MOST_CHARACTERS:
        click.echo(
            f"flowtui: the policy has {size:,} characters, and a managed one {permissions.MOST_CHARACTERS:,} "
            "at most: say --log-group with a pattern ('/vpc/*') instead of each group.",
            err=True,
        )


def _check(context: click.Context, region: str | None, groups: Sequence[str]) -> None:
    """Raises UsageError for what would make a policy that allows nothing, or something else."""
    if region and not _REGION.fullmatch(region):
        raise click.UsageError(f"{region!r} is no AWS region.", context)
    for group in groups:
        if not _GROUP.fullmatch(group):
            raise click.UsageError(f"{group!r} is no name or ARN of a log group.", context)


def _partition(region: str) -> str:
    return next((partition for prefix, partition in _PARTITIONS if region.startswith(prefix)), "aws")
