"""`flowtui demo`: the monitor on an embedded AWS endpoint, or that endpoint alone."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from flowtui.cli.connect import Connector, examined
from flowtui.cli.endpoint import MADE_UP, Address, EndpointProcess, require_extra, scrubbed
from flowtui.cli.monitor import leave, preferences, require_terminal, terminal_has_utf8
from flowtui.cli.options import FILTERS, PACE, gathered, settings_of, takes
from flowtui.monitor.health import Finding
from flowtui.monitor.outside import HistoryConnection
from flowtui.monitor.settings import Settings

if TYPE_CHECKING:
    from flowtui.monitor.creation.outside import FlowLogAccount
    from flowtui.monitor.session import Session

_SHARED = ("vpc", "log_group", "since", *FILTERS, *PACE, "buffer", "utc")

_FOREIGN = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CA_BUNDLE",
    "AWS_ENDPOINT_URL_EC2",
    "AWS_ENDPOINT_URL_IAM",
    "AWS_ENDPOINT_URL_LOGS",
    "AWS_ENDPOINT_URL_STS",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
)
"""What would lead an AWS client elsewhere in spite of the exports."""


@click.command("demo")
@click.option("--serve", is_flag=True, help="Only the endpoint: prints what points any AWS client at it.")
@click.option("--port", type=click.IntRange(0, 65535), help="Its port on 127.0.0.1. Default: any free one.")
@click.option("--seed", type=int, metavar="N", help="The same seed gives the same traffic.")
@click.option("--rate", type=click.FloatRange(min=0), metavar="N", help="New records a second; 0: none.")
@click.option(
    "--speed", type=click.FloatRange(min=0, min_open=True), metavar="N", help="How fast the demo's time runs."
)
@click.option(
    "--scenario",
    metavar="NAME|FILE",
    help="A scenario that is shipped, such as flaky, or a TOML file: these settings, and faults.",
)
@takes(*_SHARED)
@click.pass_context
def command(context: click.Context, /, serve: bool, **values: Any) -> None:
    """The monitor on an embedded AWS endpoint: two small VPCs with live traffic. No account is needed."""
    # The account's own defaults mean nothing in the demo's.
    shared = gathered(context, values, _SHARED, configured=("utc",))
    settings = settings_of(shared, is_demo=True)
    if not serve:
        require_terminal()
    require_extra()
    with _endpoint(values) as endpoint:
        if serve:
            _serve(endpoint)
        else:
            _watch(endpoint, settings, is_checked=values["scenario"] is not None)


@contextmanager
def _endpoint(values: dict[str, Any]) -> Iterator[EndpointProcess]:
    names = ("port", "seed", "rate", "speed", "scenario")
    chosen = [(f"--{name}", str(values[name])) for name in names if values[name] is not None]
    endpoint = EndpointProcess([part for pair in chosen for part in pair])
    try:
        yield endpoint
    finally:
        endpoint.stop()


def _serve(endpoint: EndpointProcess) -> None:
    address = endpoint.address()
    for line in instructions(address):
        click.echo(line)
    sys.stdout.flush()
    click.echo("The endpoint is up until Ctrl-C. Paste these lines into another terminal.", err=True)
    sys.exit(endpoint.wait())


def instructions(address: Address) -> Iterator[str]:
    """The shell lines that point any AWS client at the endpoint, and at nothing else."""
    where = {
        "AWS_ENDPOINT_URL": address.endpoint,
        "AWS_REGION": address.region,
        "AWS_DEFAULT_REGION": address.region,
    }
    for name, value in (where | MADE_UP).items():
        yield f"export {name}={shlex.quote(value)}"
    yield f"unset {' '.join(_FOREIGN)}"


def _watch(endpoint: EndpointProcess, settings: Settings, *, is_checked: bool) -> None:
    """The monitor; the endpoint comes up while the screen is painted, unless a scenario is to be checked."""
    if is_checked:
        endpoint.address()
    environment = scrubbed(os.environ)
    os.environ.clear()
    os.environ.update(environment)

    from flowtui.tui.app import FlowtuiApp
    from flowtui.tui.past import Past

    account = _Account(endpoint)
    app = FlowtuiApp(
        settings,
        account.open_session,
        account,
        preferences=preferences(),
        past=Past.of_user(),
        connect=account.connect,
        has_utf8=terminal_has_utf8(),
    )
    app.run()
    leave(app)


class _Account:
    """The demo's account: the endpoint's sessions, and nothing to change to. Waits for the endpoint."""

    def __init__(self, endpoint: EndpointProcess) -> None:
        self._endpoint = endpoint
        self._connector = Connector()

    def open_session(self, settings: Settings, changed: Callable[[], None]) -> Session:
        """A session on it."""
        return self._connector.open_session(self._there(settings), changed)

    def examine(self, settings: Settings) -> Iterator[Finding]:
        """What works there."""
        return examined(self._connector, self._there(settings))

    def flow_log_account(self, settings: Settings) -> FlowLogAccount:
        """What makes flow logs there."""
        return self._connector.connect(self._there(settings)).flow_log_account()

    def connect(self, settings: Settings) -> HistoryConnection:
        """A connection to it."""
        return self._connector.connect(self._there(settings))

    def profiles(self) -> Sequence[str]:
        """None."""
        return ()

    def regions(self) -> Sequence[str]:
        """None."""
        return ()

    def sign_in(self, settings: Settings) -> Callable[[], None] | None:
        """Nothing is asked."""
        return None

    def _there(self, settings: Settings) -> Settings:
        address = self._endpoint.address()
        return replace(settings, endpoint_url=address.endpoint, region=address.region)
