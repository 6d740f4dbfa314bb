"""The only place where the parts are put together: settings to connections, sessions and choices.

Imports the parts when they are wanted: AWS's library alone takes half a second.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from flowtui.monitor.health import Finding, Wanted
from flowtui.monitor.outside import Fault, FaultError, FaultKind
from flowtui.monitor.settings import Settings

if TYPE_CHECKING:
    from flowtui.aws.client import AwsConnection, Options
    from flowtui.monitor.creation.outside import FlowLogAccount
    from flowtui.monitor.session import Session


class Connector:
    """Makes connections; one for a profile that asks for a code is signed in beforehand."""

    def __init__(self) -> None:
        self._signed_in: tuple[Settings, AwsConnection] | None = None

    def sign_in(self, settings: Settings, ask: Callable[[str], str]) -> None:
        """Signs in now where the profile needs a prompt, so that no prompt comes later. Raises FaultError."""
        if self.needs_prompt(settings):
            from flowtui.aws import client

            self._signed_in = (_who(settings), client.connect(_options(settings), ask))

    def needs_prompt(self, settings: Settings) -> bool:
        """Whether the profile's sign-in asks for a code, by the config file. Raises FaultError."""
        # The library that could tell for certain is slow to load, and nearly nobody's profile prompts.
        if not _mentions_mfa():
            return False
        from flowtui.aws import client

        return client.needs_prompt(_options(settings))

    def connect(self, settings: Settings) -> AwsConnection:
        """A connection by these settings. Raises FaultError."""
        from flowtui.aws import client

        if self._signed_in is not None and self._signed_in[0] == _who(settings):
            return self._signed_in[1]
        return client.connect(_options(settings))

    def open_session(self, settings: Settings, changed: Callable[[], None]) -> Session:
        """A session that calls back, on any thread, whenever its state has changed."""
        from flowtui.monitor.clock import SystemClock
        from flowtui.monitor.session import Session

        return Session(settings, self.connect, SystemClock(), lambda _: changed())


class Surroundings:
    """What there is to change to, for the palette, and how to sign in there."""

    def __init__(self, connector: Connector, ask: Callable[[str], str]) -> None:
        self._connector = connector
        self._ask = ask

    def examine(self, settings: Settings) -> Iterator[Finding]:
        """What works with these settings and what does not."""
        return examined(self._connector, settings)

    def flow_log_account(self, settings: Settings) -> FlowLogAccount:
        """What makes flow logs there. Raises FaultError."""
        return self._connector.connect(settings).flow_log_account()

    def sign_in(self, settings: Settings) -> Callable[[], None] | None:
        """What asks for a code on a free terminal; None where none is needed, or something else is wrong."""
        try:
            is_asking = self._connector.needs_prompt(settings)
        except FaultError:
            return None
        return partial(self._sign_in, settings) if is_asking else None

    def _sign_in(self, settings: Settings) -> None:
        """Asks; whoever gives no code stays where he is. Raises FaultError."""
        try:
            self._connector.sign_in(settings, self._ask)
        except KeyboardInterrupt:
            raise FaultError(_NO_CODE) from None

    def profiles(self) -> Sequence[str]:
        """The profiles of the AWS configuration, sorted."""
        from flowtui.aws import surroundings

        return surroundings.profiles()

    def regions(self) -> Sequence[str]:
        """The regions of AWS, sorted."""
        from flowtui.aws import surroundings

        return surroundings.regions()


def examined(
    connector: Connector, settings: Settings, ask: Callable[[str], str] | None = None
) -> Iterator[Finding]:
    """Examines the account with every permission that reading needs; with `ask` signs in first."""
    from flowtui.aws import surroundings
    from flowtui.monitor.clock import SystemClock
    from flowtui.monitor.examination import examine

    def connect(these: Settings) -> AwsConnection:
        if ask is not None:
            connector.sign_in(these, ask)
        return connector.connect(these)

    return examine(connect, settings, wanted(), SystemClock(), surroundings.known_regions())


def wanted() -> Sequence[Wanted]:
    """What is asked of AWS, and what for."""
    from flowtui.aws import permissions

    reading = [Wanted(each.action, each.purpose.value) for each in permissions.READING]
    history = [
        Wanted(each.action, each.purpose.value, "" if each.action in permissions.FREE else _BILLED)
        for each in permissions.HISTORY
    ]
    return (*reading, *history)


_NO_CODE = Fault(FaultKind.NO_CREDENTIALS, "", "No code was given, so nothing has changed.", "")

_BILLED = "AWS bills queries"


def _who(settings: Settings) -> Settings:
    """The settings with only what a connection depends on."""
    return Settings(
        profile=settings.profile,
        region=settings.region,
        endpoint_url=settings.endpoint_url,
        insecure=settings.insecure,
        read_only=settings.read_only,
    )


def _options(settings: Settings) -> Options:
    from flowtui.aws.client import Options

    # boto3 reads AWS_DEFAULT_REGION alone; the AWS CLI and the other SDKs put AWS_REGION first.
    region = settings.region or os.environ.get("AWS_REGION") or None
    return Options(settings.profile, region, settings.endpoint_url, settings.insecure, settings.read_only)


_AWS_FILES = (
    ("AWS_CONFIG_FILE", "~/.aws/config"),
    ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
)
"""Where profiles may stand, by the variables that name other places; both may say anything of a profile."""


def _mentions_mfa() -> bool:
    return any(_mentions("mfa_serial", os.environ.get(variable) or usual) for variable, usual in _AWS_FILES)


def _mentions(word: str, name: str) -> bool:
    try:
        return word in Path(os.path.expandvars(name)).expanduser().read_text(errors="replace")
    except (OSError, RuntimeError):
        return False
