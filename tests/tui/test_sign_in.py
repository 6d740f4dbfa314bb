"""Another profile inside the monitor: without a restart, and a prompt never appears inside the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest

from flowtui.monitor.creation.outside import FlowLogAccount
from flowtui.monitor.health import Finding, Health
from flowtui.monitor.outside import Fault, FaultError, FaultKind
from flowtui.monitor.settings import Settings
from flowtui.tui.app import FlowtuiApp
from tests.tui.conftest import SIZES, reading
from tests.tui.test_why import filled

DENIED = Fault(FaultKind.DENIED, "sts:AssumeRole", "The [red]code was wrong.", "Try again.")


@dataclass
class Profiles:
    """A profile that asks for a code."""

    fault: Fault | None = None
    events: list[str] = field(default_factory=list)

    def profiles(self) -> Sequence[str]:
        return ("guarded",)

    def regions(self) -> Sequence[str]:
        return ("eu-north-1",)

    def examine(self, settings: Settings) -> Iterator[Finding]:
        yield Finding("sign-in", "account", Health.GOOD, f"\x1b[31m{settings.region}.")
        yield Finding("log groups", "a" * 60, Health.BAD, "Denied.", "Allow it.", is_essential=True)

    def flow_log_account(self, settings: Settings) -> FlowLogAccount:
        raise NotImplementedError

    def sign_in(self, settings: Settings) -> Callable[[], None] | None:
        return self._prompt if settings.profile == "guarded" else None

    def _prompt(self) -> None:
        self.events.append("prompt")
        if self.fault is not None:
            raise FaultError(self.fault)


@pytest.fixture
def freed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """When the terminal is left and taken again; a test has none to leave."""
    events: list[str] = []

    @contextmanager
    def suspend(_: FlowtuiApp) -> Iterator[None]:
        events.append("left")
        yield
        events.append("taken")

    monkeypatch.setattr(FlowtuiApp, "suspend", suspend)
    return events


async def test_the_prompt_has_the_terminal_to_itself_and_then_it_connects(freed: list[str]) -> None:
    session, choices = filled(), Profiles()
    choices.events = freed
    async with reading(session) as reader:
        await reader.sees("following · 400")
        reader.app.account.choices = choices
        reader.app.account.set_profile("guarded")
        assert freed == ["left", "prompt", "taken"]
        await reader.until(lambda: session.settings.profile == "guarded", "the session was opened")
        await reader.sees("following · 400", "LIVE")


async def test_a_wrong_code_leaves_everything_as_it_was(freed: list[str]) -> None:
    session, choices = filled(), Profiles(DENIED, freed)
    async with reading(session) as reader:
        await reader.sees("following · 400")
        reader.app.account.choices = choices
        reader.app.account.set_profile("guarded")
        await reader.until(lambda: reader.app._notifications, "a word about it")
        (said,) = reader.app._notifications
        assert (said.message, said.markup) == ("The [red]code was wrong. Try again.", False)
        assert session.settings.profile is None
        assert not session.is_stopped


async def test_where_the_screen_cannot_be_left_it_says_so() -> None:
    session = filled()
    async with reading(session) as reader:
        await reader.sees("following · 400")
        reader.app.account.choices = Profiles()
        reader.app.account.set_profile("guarded")
        await reader.until(lambda: reader.app._notifications, "a word about it")
        assert session.settings.profile is None


async def test_a_region_is_changed_without_a_prompt(freed: list[str]) -> None:
    session = filled()
    async with reading(session) as reader:
        await reader.sees("following · 400")
        reader.app.account.choices = Profiles()
        reader.app.account.set_region("eu-north-1")
        await reader.until(lambda: session.settings.region == "eu-north-1", "the session was opened")
        assert freed == []


async def test_it_goes_on_where_a_picture_was_due_while_another_session_opened() -> None:
    session = filled()
    async with reading(session) as reader:
        await reader.sees("following · 400")
        watch = reader.app.session_watch
        open_session, watch.session = watch.session, None
        watch.ask(replace(watch.request))
        watch.session = open_session
        session.arrive([])
        await reader.until(
            lambda: watch.picture is not None and watch.picture.state.version == session.version
        )


@pytest.mark.parametrize("size", SIZES)
async def test_health_tells_what_works_and_what_to_do(size: tuple[int, int]) -> None:
    async with reading(filled(), size) as reader:
        await reader.sees("following · 400")
        reader.app.account.choices = Profiles()
        reader.app.account.open_health(None, reader.app.palette)
        await reader.sees("The monitor cannot work here yet: 1 wrong", "✗ aaaa", "→ Allow it.", "✓ account")
        assert "\x1b" not in reader.text()
        await reader.press("escape")
        await reader.misses("cannot work here")
