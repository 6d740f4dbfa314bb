"""`flowtui config`: the settings in force, and where each comes from."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import click

from flowtui.cli import config_file
from flowtui.cli.config_file import ENVIRONMENT, OPTIONS, Config
from flowtui.cli.options import given, parameters, takes
from flowtui.monitor.settings import (
    DEFAULT_BUFFER,
    DEFAULT_LOOKBACK_S,
    DEFAULT_MAX_CALLS,
    DEFAULT_SINCE,
    DEFAULT_SWEEP_S,
)
from flowtui.records.decode import clean

_DEFAULTS: Mapping[str, str] = {
    "profile": "AWS's default",
    "region": "the profile's",
    "endpoint_url": "AWS's",
    "vpc": "all",
    "log_group": "those of the flow logs",
    "format": "those of the flow logs",
    "since": f"{DEFAULT_SINCE.seconds:.0f} s ago",
    "lookback": f"{DEFAULT_LOOKBACK_S:.0f} s",
    "sweep": f"{DEFAULT_SWEEP_S:.0f} s",
    "buffer": f"{DEFAULT_BUFFER:,}",
    "max_calls": f"{DEFAULT_MAX_CALLS:g} a second",
    "utc": "false",
    "read_only": "false",
}
_WIDTH = 14
_VALUE_WIDTH = 26


@dataclass(frozen=True, slots=True)
class InForce:
    """A setting, its value as text, and where that comes from."""

    name: str
    value: str
    source: str
    """`default`, `config file`, `option`, or the name of an environment variable."""


@click.command("config")
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print.",
)
@takes(*OPTIONS)
@click.pass_context
def command(context: click.Context, /, output: str, **values: Any) -> None:
    """Show the settings in force and where each comes from; wrong keys of the file are named."""
    config = config_file.load(parameters())
    from flowtui.cli.preferences import preferences_of

    preferences_of(config)
    said = {name: value for name, value in (context.obj or {}).items() if name in OPTIONS} | given(values)
    rows = list(in_force(config, said, os.environ))
    if output == "json":
        shown = {each.name: {"value": each.value, "source": each.source} for each in rows}
        click.echo(
            json.dumps({"file": str(config.path) if config.is_there else None, "settings": shown}, indent=2)
        )
        return
    place = "none" if config.path is None else str(config.path)
    click.echo(f"{'file':<{_WIDTH}} {clean(place)}{'' if config.is_there else ' (not there)'}\n")
    for each in rows:
        click.echo(f"{each.name:<{_WIDTH}} {clean(each.value):<{_VALUE_WIDTH}} {each.source}")


def in_force(config: Config, said: Mapping[str, Any], environment: Mapping[str, str]) -> Iterator[InForce]:
    """Every setting: an option first, then the environment, then the file, then the default."""
    defaults = config.defaults(environment)
    for name in OPTIONS:
        variable = next((each for each in ENVIRONMENT.get(name, ()) if environment.get(each)), None)
        text = _endpoint if name == "endpoint_url" else _text
        if name in said:
            yield InForce(_key(name), text(said[name]), "option")
        elif variable is not None:
            yield InForce(_key(name), text(_shown(variable, environment[variable])), variable)
        elif name in defaults:
            yield InForce(_key(name), text(defaults[name]), "config file")
        else:
            yield InForce(_key(name), _DEFAULTS[name], "default")
    for name, value in (
        ("theme", config.theme),
        ("columns", config.columns),
        ("mutes", config.mutes),
        ("keys", tuple(f"{key_id} = {keys}" for key_id, keys in config.keys.items())),
    ):
        yield InForce(name, _text(value) if value else "flowtui's", "config file" if value else "default")


def _key(name: str) -> str:
    return name.replace("_", "-")


def _shown(variable: str, value: str) -> str:
    """A variable's value, unless it is a credential's."""
    return "its own credentials" if "KEY" in variable else value


def _endpoint(value: object) -> str:
    """An endpoint without what could be a credential in it."""
    from flowtui.aws.wording import outside_text

    return outside_text(str(value))


def _text(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case tuple():
            return ", ".join(str(each) for each in value)
        case float():
            return f"{value:g}"
        case _:
            typed = getattr(value, "back_s", None)
            return f"{typed:g} s ago" if typed is not None else str(getattr(value, "at", None) or value)
