"""The options that several commands share, declared once, and how they become Settings.

Every one may stand before or after the command; what stands after it wins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

from flowtui.cli.config_file import load
from flowtui.cli.expression import Expression
from flowtui.cli.values import Amount, Duration, Format, Rate, When, WhenType
from flowtui.monitor.settings import (
    DEFAULT_BUFFER,
    DEFAULT_LOOKBACK_S,
    DEFAULT_MAX_CALLS,
    DEFAULT_SINCE,
    DEFAULT_SWEEP_S,
    Settings,
)

_Command = TypeVar("_Command", bound=Callable[..., Any])

_DECLARED: Mapping[str, Callable[[_Command], _Command]] = {
    "profile": click.option(
        "--profile", metavar="NAME", help="AWS profile; else AWS_PROFILE or the default."
    ),
    "region": click.option(
        "--region", metavar="REGION", help="AWS region; else AWS_REGION or the profile's."
    ),
    "endpoint_url": click.option(
        "--endpoint-url", metavar="URL", help="Ask this endpoint instead of AWS; else AWS_ENDPOINT_URL."
    ),
    "insecure": click.option(
        "--insecure",
        is_flag=True,
        default=None,
        help="Allow an http:// endpoint that is not on this machine.",
    ),
    "vpc": click.option(
        "--vpc", "vpc", multiple=True, metavar="ID", help="Only this VPC; may be repeated. Default: all."
    ),
    "log_group": click.option(
        "--log-group",
        multiple=True,
        metavar="NAME",
        help="Read this log group (name or ARN); may be repeated. Default: those of the flow logs.",
    ),
    "since": click.option(
        "--since",
        type=WhenType(),
        metavar="TIME",
        help="Where records begin: 2h (ago), a time. Default: 30m.",
    ),
    "format": click.option(
        "--format",
        "format",
        type=Format(),
        multiple=True,
        metavar="FORMAT",
        help="A further log format, '${version} …', where the flow log cannot be seen; may be repeated.",
    ),
    "lookback": click.option(
        "--lookback",
        type=Duration(60.0, "records are minutes old when they arrive"),
        metavar="DURATION",
        help="How old a record may be on arrival and is still certain to be shown. Default: 30m.",
    ),
    "sweep": click.option(
        "--sweep",
        type=Duration(),
        metavar="DURATION",
        help="How far back to look, seldom, for what came later than --lookback; 0: never. Default: 6h.",
    ),
    "buffer": click.option(
        "--buffer", type=Amount(), metavar="N", help="Records kept in memory. Default: 1M."
    ),
    "max_calls": click.option(
        "--max-calls",
        type=Rate(),
        metavar="N",
        help="Log calls a second, sustained, over all log groups. Default: 1.",
    ),
    "filter": click.option(
        "--filter",
        "filter",
        metavar="EXPR",
        help="What to show, in the filter language: 'reject and port 80'.",
    ),
    "capture": click.option(
        "--capture",
        metavar="EXPR",
        help="What to fetch, in the filter language: decided by CloudWatch as far as it can.",
    ),
    "utc": click.option("--utc", is_flag=True, default=None, help="Times in UTC instead of local ones."),
    "read_only": click.option(
        "--read-only", is_flag=True, default=None, help="Change nothing in the account, whatever is asked."
    ),
}

CONNECTION = ("profile", "region", "endpoint_url", "insecure")
SCOPE = ("vpc", "log_group", "since", "format")
PACE = ("lookback", "sweep", "max_calls")
FILTERS = ("filter", "capture")
MONITOR = (*CONNECTION, *SCOPE, *FILTERS, *PACE, "buffer", "utc", "read_only")


def takes(*names: str) -> Callable[[_Command], _Command]:
    """Gives a command these options, in this order in its help."""

    def decorate(command: _Command) -> _Command:
        for name in reversed(names):
            command = _DECLARED[name](command)
        return command

    return decorate


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """The options that were given, of all that a command takes."""
    return {name: value for name, value in values.items() if value not in (None, ())}


def parameters() -> dict[str, click.Parameter]:
    """Every shared option, as the command line reads it."""

    @takes(*_DECLARED)
    def command() -> None: ...

    return {str(each.name): each for each in command.__click_params__}  # type: ignore[attr-defined]


def gathered(
    context: click.Context,
    values: Mapping[str, Any],
    names: Iterable[str],
    configured: Iterable[str] | None = None,
) -> dict[str, Any]:
    """The options before and after the command, over the config file's defaults for `configured` or `names`.

    Usage error where one before the command does not apply to it, or where the file is wrong.
    """
    known = set(names if configured is None else configured)
    defaults = {name: value for name, value in load(parameters()).defaults().items() if name in known}
    return defaults | _said(context, values, names)


def _said(context: click.Context, values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    if context.parent is None:
        return given(values)
    before: dict[str, Any] = context.obj or {}
    for name in before:
        if name not in names:
            option = "--" + name.replace("_", "-")
            raise click.UsageError(f"{option} does not apply to `{context.info_name}`.", context)
    return before | given({name: values[name] for name in names if name in values})


def settings_of(values: Mapping[str, Any], **more: Any) -> Settings:
    """The settings that these options mean."""
    utc = bool(values.get("utc"))
    since: When | None = values.get("since")
    now = datetime.now(UTC)
    expression = Expression(utc=utc)
    filters = {name: expression.convert(values[name], None, None) for name in FILTERS if name in values}
    chosen = {
        "profile": values.get("profile"),
        "region": values.get("region"),
        "endpoint_url": values.get("endpoint_url"),
        "vpc_ids": values.get("vpc", ()),
        "log_groups": values.get("log_group", ()),
        "since": DEFAULT_SINCE if since is None else since.moment(now, utc=utc),
        "formats": values.get("format", ()),
        "lookback_s": values.get("lookback", DEFAULT_LOOKBACK_S),
        "sweep_s": values.get("sweep", DEFAULT_SWEEP_S),
        "buffer": values.get("buffer", DEFAULT_BUFFER),
        "max_calls": values.get("max_calls", DEFAULT_MAX_CALLS),
        "utc": utc,
        "insecure": bool(values.get("insecure")),
        "read_only": bool(values.get("read_only")),
    }
    return Settings(**(chosen | filters | more))
