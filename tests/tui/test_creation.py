"""Creating a flow log on the screen: questions, review, progress, undo."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import pytest

from flowtui.monitor.clock import SystemClock
from flowtui.monitor.creation.answers import Place, Role
from flowtui.monitor.creation.calls import Call
from flowtui.monitor.outside import FaultError, LogGroup
from flowtui.monitor.settings import Settings
from flowtui.topology.model import FlowLog
from flowtui.tui.app import FlowtuiApp
from flowtui.tui.screens.creation import CreationScreen
from tests.tui import lab
from tests.tui.conftest import SIZES, Reader
from tests.tui.surroundings import Surroundings, account
from tests.unit.monitor.creation import DENIED, SPREADING, ScriptedAccount
from tests.unit.monitor.scripted import ScriptedLogs


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


async def test_several_are_chosen_and_the_proposed_names_follow() -> None:
    there = Surroundings(account())
    async with creating(there, (80, 24)) as reader:
        await reader.sees("default vpc-default")
        await reader.press("up", "e")
        await reader.sees("Record what", "1 chosen", "recorded")
        await reader.press("g", *["j"] * 5, "space", "j", "space")
        await reader.sees("3 chosen")
        await reader.press("G", "space", "enter")
        await reader.sees("2 chosen", "app-1; app-2", "/flowtui/app-1", "flowtui-app-1")
        await reader.press("enter")
        await reader.sees("2 interfaces", "are recorded already, by", "their flows are recorded twice")
        await reader.press("tab", "enter")
        await reader.sees("Created fl-")
    call = there.account.calls[-1]
    assert call.parameters["ResourceIds"] == [lab.APP_1, lab.APP_2]


async def test_a_choice_of_nothing_is_not_taken() -> None:
    async with creating(Surroundings(account())) as reader:
        await reader.press("up", "e")
        await reader.sees("Record what")
        await reader.press("space")
        await reader.sees("0 chosen")
        await reader.press("enter")
        await reader.sees("0 chosen")
        await reader.press("escape")
        await reader.sees("default vpc-default")


@pytest.mark.parametrize("size", SIZES)
async def test_fields_are_chosen_one_by_one_with_the_line_that_comes_of_it(size: tuple[int, int]) -> None:
    there = Surroundings(account())
    async with creating(there, size) as reader:
        await reader.press("down", "down", "e")
        await reader.sees("Fields", "✓ version", "A LINE", "25 fields", "8 123456789012")
        await reader.press("space")
        await reader.sees("24 fields")
        await reader.misses("8 123456789012")
        await reader.press("j", "j", "space")
        await reader.sees("23 fields", "without interface-id")
        await reader.press("enter")
        await reader.sees("own", "chosen one by one", "23 fields")
        await reader.press("enter")
        await reader.sees("own format: 23 fields")
        await reader.press("tab", "enter")
        await reader.sees("Created")
    log_format = str(there.account.calls[-1].parameters["LogFormat"])
    assert log_format.startswith("${account-id} ${srcaddr}")


async def test_names_are_typed_and_judged() -> None:
    there = Surroundings(account(existing=(LogGroup("/there", "STANDARD", 7, 0),)))
    async with creating(there, (80, 24)) as reader:
        await reader.until(lambda: there.asked)
        await reader.settle()
        await reader.press("down", "down", "down", "e")
        await reader.sees("Log group", "made where it is not there")
        await reader.press("space")
        await reader.sees("512 letters")
        await reader.press("enter")
        await reader.sees("512 letters")
        await reader.press("ctrl+u", *["slash" if each == "/" else each for each in "/th"], "right", "enter")
        await reader.sees("‹ /there ›", "exists", "7 days")
        await reader.press("down", "down", "e", "ctrl+u", *"mine", "enter")
        await reader.sees("‹ mine ›")
        await reader.press("enter")
        await reader.sees("3, in this order", "mine, a new role")
        assert there.account.calls == []


async def test_what_may_not_be_listed_does_not_take_the_rest_away() -> None:
    class Half(ScriptedAccount):
        def log_groups(self, groups: tuple[str, ...] = ()) -> tuple[LogGroup, ...]:
            raise FaultError(DENIED)

    half = Half(existing_roles=(Role("old", "arn:aws:iam::123456789012:role/old"),))
    async with creating(Surroundings(half)) as reader:
        await reader.sees("It is denied. Do something.")
        await reader.press(*["down"] * 5, "right")
        await reader.sees("‹ old ›")


async def test_what_was_made_can_be_undone_after_the_dialog_is_closed() -> None:
    there = Surroundings(account(before={"PutRolePolicy": [DENIED]}))
    async with creating(there) as reader:
        await reader.press("enter")
        await reader.sees("CALLS")
        await reader.press("tab", "enter")
        await reader.sees("Failed at PutRolePolicy")
        await reader.press("escape")
        await reader.misses("Create a flow log")
        await reader.press("colon", *"undo")
        await reader.sees("Undo: role flowtui-default; log group /flowtui/default")
        await reader.press("enter")
        await reader.sees("Failed at PutRolePolicy", "EXISTS NOW")
        await reader.press("tab", "tab", "enter")
        await reader.sees("Removed all that was made here.")
    assert there.account.things == {}


async def test_a_line_that_is_no_scope_stands_for_what_it_lies_in() -> None:
    session = lab.PlayedSession()
    there = Surroundings(account())
    app = FlowtuiApp(Settings(utc=True), session.open, there, now=lambda: lab.NOW)
    async with app.run_test(size=(140, 40)) as pilot:
        reader = Reader(app, pilot, session)
        await reader.until(lambda: app.monitor.topology.row_count() > 10)
        await reader.press("1")
        await reader.walk_to("fl-0aa1111111111d3d9")
        await reader.press("c")
        await reader.sees("lab vpc-lab", "/flowtui/lab")


async def test_what_the_account_offers_while_something_is_chosen_is_kept() -> None:
    asked = threading.Event()

    class Slow(ScriptedAccount):
        def log_groups(self, groups: tuple[str, ...] = ()) -> tuple[LogGroup, ...]:
            asked.wait(10)
            return super().log_groups(groups)

    there = Surroundings(Slow(existing=(LogGroup("/there", "STANDARD", 7, 0),)))
    async with creating(there) as reader:
        await reader.press("up", "e")
        await reader.sees("Record what")
        asked.set()
        await reader.until(lambda: not any(worker.is_running for worker in reader.app.workers))
        await reader.press("enter", "down", "down", "down", "down", "right")
        await reader.sees("‹ /there ›")


async def test_review_before_the_account_was_looked_at_leaves_a_log_group_as_it_is() -> None:
    asked = threading.Event()

    class Slow(ScriptedAccount):
        def roles(self, group: str) -> tuple[Role, ...]:
            asked.wait(10)
            return super().roles(group)

    kept = LogGroup("/flowtui/default", "STANDARD", None, 0)
    async with creating(Surroundings(Slow(existing=(kept,)))) as reader:
        await reader.press("enter")
        asked.set()
        await reader.sees("CALLS", "kept for ever")
        assert "PutRetentionPolicy" not in reader.text()


async def test_enter_pressed_twice_does_nothing_twice() -> None:
    going = threading.Event()

    class Slow(ScriptedAccount):
        def call(self, call: Call) -> Mapping[str, object]:
            going.wait(10)
            return super().call(call)

    slow = Slow(before={"PutRolePolicy": [DENIED]})
    slow.scripted_logs = ScriptedLogs(slow.clock)

    async def pressed(*keys: str) -> None:
        going.clear()
        await reader.press(*keys, "enter", "enter")
        going.set()

    async with creating(Surroundings(slow)) as reader:
        await reader.press("enter")
        await reader.sees("CALLS")
        await pressed("tab", "enter")
        await reader.sees("Failed at PutRolePolicy")
        await pressed("tab", "enter")
        await reader.sees("Created fl-default.")
        await pressed("tab", "enter")
        await reader.sees("Removed all that was made here.")
    assert slow.asked() == [
        "CreateLogGroup", "PutRetentionPolicy", "CreateRole", "PutRolePolicy", "PutRolePolicy",
        "CreateFlowLogs", "DeleteFlowLogs", "DeleteRolePolicy", "DeleteRole", "DeleteLogGroup",
    ]  # fmt: skip


async def test_a_look_that_ends_after_the_undo_does_not_bring_back_what_is_gone() -> None:
    looking, go_on = threading.Event(), threading.Event()

    class Slow(ScriptedAccount):
        def flow_logs(self, ids: Sequence[str]) -> tuple[FlowLog, ...]:
            looking.set()
            go_on.wait(10)
            return ()

    slow = Slow()
    slow.scripted_logs = ScriptedLogs(slow.clock)
    async with creating(Surroundings(slow)) as reader:
        await reader.press("enter")
        await reader.sees("CALLS")
        await reader.press("tab", "enter")
        await reader.sees("Created fl-default.")
        await reader.until(looking.is_set)
        await reader.press("tab", "enter")
        await reader.sees("Removed all that was made here.")
        go_on.set()
        await reader.until(lambda: not any(worker.is_running for worker in reader.app.workers))
        await reader.sees("Removed all that was made here.")
        assert "EXISTS NOW" not in reader.text()


async def test_a_plan_of_other_answers_than_those_given_is_not_shown() -> None:
    asked = threading.Event()

    class Slow(ScriptedAccount):
        def place(self) -> Place:
            asked.wait(10)
            return super().place()

    async with creating(Surroundings(Slow())) as reader:
        await reader.press("enter")
        await reader.sees("looking at the account")
        await reader.press("right")
        await reader.sees("accepted only")
        asked.set()
        await reader.until(lambda: not any(worker.is_running for worker in reader.app.workers))
        await reader.sees("what to record", "accepted only")
        await reader.press("enter")
        await reader.sees("CALLS", "ACCEPT, 60 s")


async def test_after_an_undo_nothing_that_creates_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    async with creating(Surroundings(account())) as reader:
        monkeypatch.setattr(reader.app, "copy_to_clipboard", copied.append)
        await reader.press("enter")
        await reader.sees("CALLS")
        await reader.press("tab", "enter")
        await reader.sees("Created", "y copy what undoes it")
        await reader.press("tab", "enter")
        await reader.sees("Removed all")
        await reader.misses("y copy")
        await reader.press("y")
        await reader.settle()
    assert copied == []


async def test_leaving_the_monitor_in_the_middle_makes_no_further_call_and_tells_what_there_is() -> None:
    there = Surroundings(account(before={"CreateFlowLogs": [SPREADING] * 100}))
    async with creating(there) as reader:
        await reader.press("enter")
        await reader.sees("CALLS")
        await reader.press("tab", "enter")
        await reader.sees("IAM is spreading the role")
        before = len(there.account.calls)
        reader.app.creation.close()
        await reader.sees("Stopped before the end, as asked.")
        assert len(there.account.calls) <= before + 1
        left = reader.app.creation.leftovers()
    assert [words for words, _ in left] == [
        "policy of the role flowtui-default", "role flowtui-default", "log group /flowtui/default",
    ]  # fmt: skip


async def test_a_click_presses_a_button_and_a_click_on_a_line_presses_none() -> None:
    there = Surroundings(account())
    async with creating(there) as reader:
        await reader.sees("Review")
        lines = reader.lines()
        row = next(at for at, line in enumerate(lines) if " Cancel " in line)
        await reader.pilot.click(offset=(lines[row].index("Review"), row - 3))
        await reader.sees("what to record")
        await reader.pilot.click(offset=(lines[row].index("Review"), row))
        await reader.sees("CALLS")
