"""Creating a flow log on the screen: questions, review, progress, undo."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from flowtui.monitor.clock import SystemClock
from flowtui.monitor.creation.answers import Role
from flowtui.monitor.creation.outside import FlowLogAccount
from flowtui.monitor.health import Finding
from flowtui.monitor.outside import FaultError, LogGroup
from flowtui.monitor.settings import Settings
from flowtui.tui.app import FlowtuiApp
from flowtui.tui.screens.creation import CreationScreen
from tests.tui import lab
from tests.tui.conftest import SIZES, Reader
from tests.unit.monitor.creation import DENIED, ScriptedAccount
from tests.unit.monitor.scripted import ScriptedLogs


@dataclass
class Surroundings:
    account: ScriptedAccount
    failure: FaultError | None = None
    asked: list[Settings] = field(default_factory=list)

    def profiles(self) -> Sequence[str]:
        return ()

    def regions(self) -> Sequence[str]:
        return ()

    def examine(self, settings: Settings) -> Iterator[Finding]:
        return iter(())

    def sign_in(self, settings: Settings) -> Callable[[], None] | None:
        return None

    def flow_log_account(self, settings: Settings) -> FlowLogAccount:
        self.asked.append(settings)
        if self.failure is not None:
            raise self.failure
        return self.account


def account(**changes: object) -> ScriptedAccount:
    made = ScriptedAccount(**changes)  # type: ignore[arg-type]
    made.scripted_logs = ScriptedLogs(made.clock)
    return made


@asynccontextmanager
async def creating(
    there: Surroundings, size: tuple[int, int] = (140, 40), *, read_only: bool = False
) -> AsyncIterator[Reader]:
    """The monitor with the cursor on the default VPC, and `c` pressed."""
    session = lab.PlayedSession()
    app = FlowtuiApp(Settings(utc=True, read_only=read_only), session.open, there, now=lambda: lab.NOW)
    async with app.run_test(size=size) as pilot:
        reader = Reader(app, pilot, session)
        await reader.until(lambda: app.monitor.topology.row_count() > 10)
        await reader.press("1")
        await reader.walk_to("default")
        await reader.press("c")
        yield reader


@pytest.mark.parametrize("size", SIZES)
async def test_a_flow_log_is_reviewed_made_and_undone(size: tuple[int, int]) -> None:
    there = Surroundings(account())
    async with creating(there, size) as reader:
        await reader.sees(
            "what to record", "nothing has been changed yet", "default vpc-default", "/flowtui/default"
        )
        await reader.press("enter")
        await reader.sees(
            "review", "CALLS", "CreateLogGroup", "CreateFlowLogs", "nothing has been changed yet"
        )
        assert there.account.calls == []
        await reader.press("tab", "enter")
        await reader.sees("Created fl-default.", "EXISTS NOW")
        assert "role flowtui-default" in there.account.things
        assert reader.session.refreshes > 0
        await reader.press("tab", "enter")
        await reader.sees("Removed all that was made here.")
        assert there.account.things == {}
        await reader.press("escape")
        await reader.misses("Create a flow log")


async def test_the_focus_of_the_review_is_on_cancel_and_nothing_is_done() -> None:
    there = Surroundings(account())
    async with creating(there) as reader:
        await reader.press("enter")
        await reader.sees("review", "TRUST POLICY", "aws:SourceAccount", "ROLE POLICY")
        await reader.press("enter")
        await reader.misses("Create a flow log")
    assert there.account.calls == []


async def test_answers_are_changed_with_the_arrows_and_shown_in_the_review() -> None:
    groups = (LogGroup("/there", "STANDARD", 7, 0), LogGroup("/rare", "INFREQUENT_ACCESS", None, 0))
    role = Role("[red]old", "arn:aws:iam::123456789012:role/old")
    there = Surroundings(account(existing=groups, existing_roles=(role,)))
    async with creating(there) as reader:
        await reader.until(lambda: there.asked)
        await reader.settle()
        await reader.press("right", "down", "right", "down", "right", "down", "right")
        await reader.sees("accepted only", "600 s", "default", "/there", "as it is")
        assert "/rare" not in reader.text()
        await reader.press("down", "down", "right")
        await reader.sees("[red]old")
        await reader.press("enter")
        await reader.sees("1, in this order", "ACCEPT, 600 s")


async def test_the_commands_are_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    async with creating(Surroundings(account())) as reader:
        monkeypatch.setattr(reader.app, "copy_to_clipboard", copied.append)
        await reader.press("enter")
        await reader.sees("CALLS")
        await reader.press("y")
        await reader.until(lambda: copied)
    commands = [line.split()[2] for line in copied[0].splitlines()]
    assert (commands[0], commands[-1]) == ("create-log-group", "create-flow-logs")


async def test_a_failure_is_told_with_what_exists_and_can_be_gone_on_with() -> None:
    there = Surroundings(account(before={"PutRolePolicy": [DENIED]}))
    async with creating(there, (80, 24)) as reader:
        await reader.press("enter")
        await reader.sees("CALLS")
        await reader.press("tab", "enter")
        await reader.sees("Failed at PutRolePolicy. It is denied.", "EXISTS NOW", "Go on", "Undo")
        await reader.press("tab", "enter")
        await reader.sees("Created fl-default.")


async def test_closing_ends_the_wait_for_the_first_record_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[threading.Event] = []

    def wait(clock: SystemClock, event: threading.Event, timeout_s: float) -> bool:
        waits.append(event)
        return event.wait(60)

    monkeypatch.setattr(SystemClock, "wait", wait)
    async with creating(Surroundings(account())) as reader:
        await reader.press("enter")
        await reader.sees("CALLS")
        await reader.press("tab", "enter")
        await reader.sees("Waiting for the first record")
        await reader.until(lambda: waits)
        await reader.press("escape")
        await reader.until(lambda: not any(job.group == "creation" for job in reader.app.workers), "its end")


async def test_a_session_that_only_reads_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    there = Surroundings(account())
    said: list[str] = []
    monkeypatch.setattr(FlowtuiApp, "notify", lambda app, words, **_: said.append(words))
    async with creating(there, read_only=True) as reader:
        await reader.until(lambda: any("only reads" in words for words in said))
        assert not isinstance(reader.app.screen, CreationScreen)
    assert there.asked == []


async def test_an_account_that_cannot_be_reached_is_told() -> None:
    async with creating(Surroundings(account(), FaultError(DENIED))) as reader:
        await reader.sees("It is denied. Do something.")
        await reader.press("enter")
        await reader.sees("what to record", "It is denied.")
