"""Whom the monitor is connected as, and where: changes profile, region and time range without a restart.

Knows the account's surroundings by what it is handed, and no AWS; what is open on the screen is the app's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from textual.app import App, SuspendNotSupported

from flowtui.monitor.outside import FaultError
from flowtui.monitor.settings import Moment, Settings
from flowtui.monitor.status import is_hopeless
from flowtui.records.decode import clean
from flowtui.tui.screens.health import HealthScreen
from flowtui.tui.theme import Palette

if TYPE_CHECKING:
    from flowtui.monitor.creation.outside import FlowLogAccount
    from flowtui.monitor.health import Finding
    from flowtui.monitor.state import SessionState


class Choices(Protocol):
    """What the palette offers of the account's surroundings."""

    def profiles(self) -> Sequence[str]:
        """The profiles of the AWS configuration."""

    def regions(self) -> Sequence[str]:
        """The regions there are."""

    def examine(self, settings: Settings) -> Iterator[Finding]:
        """What works with these settings and what does not; takes seconds."""

    def flow_log_account(self, settings: Settings) -> FlowLogAccount:
        """What makes flow logs there; connects, so not for the event loop. Raises FaultError."""

    def sign_in(self, settings: Settings) -> Callable[[], None] | None:
        """What asks, on a free terminal, for the code that the profile needs; None where nothing is asked.

        What is given raises FaultError.
        """


class AccountDesk:
    """The settings in force, and what changes them."""

    def __init__(
        self, app: App[Any], settings: Settings, choices: Choices | None, reopened: Callable[[], None]
    ) -> None:
        """`reopened` begins again with the settings as they are then."""
        self.settings = settings
        self._app = app
        self.choices = choices
        self._reopened = reopened
        self._has_greeted = False

    def reopen(self, settings: Settings) -> None:
        """Begins again with other settings, after a sign-in where their profile asks for a code."""
        prompt = None if self.choices is None else self.choices.sign_in(settings)
        if prompt is not None and not self._has_signed_in(prompt):
            return
        self.settings = settings
        self._has_greeted = False
        self._reopened()

    def _has_signed_in(self, prompt: Callable[[], None]) -> bool:
        """Leaves the terminal to the prompt, which never appears inside the screen."""
        try:
            with self._app.suspend():
                prompt()
        except (FaultError, SuspendNotSupported) as error:
            self._app.notify(clean(str(error)), severity="error", markup=False)
            return False
        return True

    def set_since(self, seconds: float) -> None:
        """Records from so many seconds ago on."""
        self.reopen(replace(self.settings, since=Moment.back(seconds), until=None))

    def set_profile(self, profile: str) -> None:
        """Another profile, in its own region."""
        self.reopen(replace(self.settings, profile=profile, region=None, vpc_ids=(), log_groups=()))

    def set_region(self, region: str) -> None:
        """Another region."""
        self.reopen(replace(self.settings, region=region, vpc_ids=(), log_groups=()))

    def sign_in_again(self) -> None:
        """Asks anew for what the profile needs, and connects."""
        self.reopen(self.settings)

    def profiles(self) -> Sequence[str]:
        """Profiles to change to; none in the demo."""
        return () if self.choices is None else self.choices.profiles()

    def regions(self) -> Sequence[str]:
        """Regions to change to; none in the demo."""
        return () if self.choices is None else self.choices.regions()

    def greet(self, state: SessionState, palette: Palette) -> None:
        """Where the monitor cannot work yet: what is missing, by itself, once for each beginning."""
        if not self._has_greeted and is_hopeless(state):
            self._has_greeted = True
            self.open_health(state, palette, is_first=True)

    def open_health(self, state: SessionState | None, palette: Palette, *, is_first: bool = False) -> None:
        """What works on this account, and what to do about the rest."""
        if self.choices is None:
            return
        index = None if state is None else state.index
        can_create = index is not None and bool(index.vpcs()) and not self.settings.read_only
        examine = partial(self.choices.examine, self.settings)
        self._app.push_screen(HealthScreen(examine, palette, can_create=can_create, is_first=is_first))

    def flow_log_account(self) -> Callable[[], FlowLogAccount] | None:
        """What connects to make flow logs, on a worker's thread; None where nothing can be made."""
        return None if self.choices is None else partial(self.choices.flow_log_account, self.settings)
