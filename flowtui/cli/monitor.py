"""`flowtui` without a command: the monitor."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

import click

from flowtui.cli import config_file
from flowtui.cli.connect import Connector, Surroundings
from flowtui.cli.options import parameters, settings_of
from flowtui.cli.prompting import ask_code
from flowtui.records.decode import clean

if TYPE_CHECKING:
    from flowtui.tui.app import FlowtuiApp
    from flowtui.tui.preferences import Preferences


def run(values: Mapping[str, Any]) -> None:
    """Opens the screen, and ends with its status. Raises UsageError for wrong options, FaultError."""
    settings = settings_of(values)
    require_terminal()
    connector = Connector()
    connector.sign_in(settings, ask_code)

    from flowtui.tui.app import FlowtuiApp
    from flowtui.tui.past import Past

    app = FlowtuiApp(
        settings,
        connector.open_session,
        Surroundings(connector, ask_code),
        preferences=preferences(),
        past=Past.of_user(),
        connect=connector.connect,
        has_utf8=terminal_has_utf8(),
    )
    app.run()
    leave(app)


def leave(app: FlowtuiApp) -> NoReturn:
    """Ends with the screen's status; tells what a creation left behind that was not finished."""
    left = app.creation.leftovers()
    if left:
        click.echo("flowtui: the creation of a flow log was not finished. What exists now:", err=True)
    for words, command in left:
        click.echo(f"  {clean(words)}\n    {clean(command)}", err=True)
    sys.exit(app.return_code or 0)


def preferences() -> Preferences:
    """How the user wants the screen, by the config file. Raises ConfigError."""
    from flowtui.cli.preferences import preferences_of

    return preferences_of(config_file.load(parameters()))


def require_terminal() -> None:
    """Ends with a sentence where there is no terminal to draw on."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.ClickException("The monitor needs a terminal; `flowtui tail` writes to pipes and files.")


def terminal_has_utf8() -> bool:
    """Whether the screen may be drawn with more than ASCII; it is written to standard error."""
    from flowtui.tui.glyphs import has_utf8

    return has_utf8(os.environ, sys.stderr.encoding)
