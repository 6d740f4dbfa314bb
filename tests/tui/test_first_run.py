"""Where the monitor cannot work yet: what is missing is told by itself, once, and from there one goes on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flowtui.monitor.health import Finding, Health
from flowtui.monitor.outside import Fault, FaultKind
from flowtui.monitor.state import StandingFault, Status, StatusKind
from flowtui.tui.screens.health import HealthScreen
from tests.tui import lab
from tests.tui.conftest import SIZES, reading
from tests.tui.surroundings import Surroundings, account

ACCOUNT = Finding("sign-in", "account", Health.GOOD, "123456789012 as user/engineer.")
NONE = Finding(
    "flow logs", "log groups", Health.BAD, "No flow log covers any VPC.", "Create one.", is_essential=True
)
WHY = "No flow log covers any VPC in eu-west-1."


def bare(status: Status) -> lab.PlayedSession:
    session = lab.PlayedSession(topology=lab.lab_topology(flow_logs=()))
    session.status = status
    return session


@pytest.mark.parametrize("size", SIZES)
async def test_an_account_without_flow_logs_is_examined_and_one_is_created_from_there(
    size: tuple[int, int],
) -> None:
    there = Surroundings(account(), findings=(ACCOUNT, NONE))
    session = bare(Status(StatusKind.NO_FLOW_LOGS, WHY))
    async with reading(session, size, choices=there) as reader:
        await reader.sees("The monitor cannot work here yet: 1 wrong", "123456789012 as user/engineer.")
        lines = reader.lines()
        wrong = next(at for at, line in enumerate(lines) if "No flow log covers any VPC." in line)
        assert wrong < next(at for at, line in enumerate(lines) if "Sign-in" in line)
        await reader.press("c")
        await reader.sees("Create a flow log", "lab vpc-lab")
        await reader.press("escape")
        await reader.sees(WHY, "c creates one", "c create flow log")
        session.change()
        await reader.settle()
        assert not isinstance(reader.app.screen, HealthScreen)


async def test_what_was_mended_is_seen_by_looking_again() -> None:
    there = Surroundings(account(), findings=(ACCOUNT, NONE))
    async with reading(bare(Status(StatusKind.NO_FLOW_LOGS, WHY)), choices=there) as reader:
        await reader.sees("1 wrong")
        there.findings = (ACCOUNT, replace(NONE, health=Health.GOOD, sentence="1 of 1 can be followed."))
        await reader.press("r")
        await reader.sees("The monitor works here: 0 wrong", "1 of 1 can be followed.")


async def test_a_sign_in_that_fails_is_examined_too_and_again_after_another_one() -> None:
    there = Surroundings(account(), findings=(NONE,))
    session = bare(Status(StatusKind.FAILED, "There are no AWS credentials."))
    fault = Fault(FaultKind.NO_CREDENTIALS, "", "There are no AWS credentials.", "Sign in.")
    session.faults = (StandingFault("connection", fault, lab.NOW),)
    async with reading(session, choices=there) as reader:
        await reader.sees("cannot work here yet")
        await reader.press("escape")
        await reader.sees("There are no AWS credentials.", "Sign in.")
        reader.app.account.sign_in_again()
        await reader.sees("cannot work here yet")


async def test_q_leaves_what_has_opened_by_itself_for_good() -> None:
    there = Surroundings(account(), findings=(NONE,))
    session = bare(Status(StatusKind.FAILED, "There are no AWS credentials."))
    session.index = None
    async with reading(session, choices=there) as reader:
        await reader.sees("cannot work here yet", "q quit")
        assert "create a flow log" not in reader.text()
        await reader.press("c")
        await reader.sees("cannot work here yet")
        await reader.press("q")
        await reader.until(lambda: reader.app.return_code == 0)


async def test_nothing_opens_over_records_or_over_what_the_reader_has_open() -> None:
    there = Surroundings(account(), findings=(NONE,))
    filled = lab.PlayedSession(status=Status(StatusKind.FAILED, "Denied."))
    filled.back_fill(lab.lab_lines(100))
    async with reading(filled, choices=there) as reader:
        await reader.sees("following · 100")
        await reader.settle()
        assert not isinstance(reader.app.screen, HealthScreen)

    busy = bare(Status(StatusKind.CONNECTING))
    async with reading(busy, choices=there) as reader:
        await reader.press("question_mark")
        await reader.sees("Help")
        busy.status = Status(StatusKind.NO_FLOW_LOGS, WHY)
        busy.change()
        await reader.settle()
        await reader.press("escape")
        await reader.misses("Help")


async def test_a_delivery_that_fails_is_told_where_there_are_no_records() -> None:
    failed = replace(
        lab.lab_topology().flow_logs[0], delivery_status="FAILED", delivery_error="[red]Access\x1b error"
    )
    session = lab.PlayedSession(topology=lab.lab_topology(flow_logs=(failed,)))
    session.status = Status(StatusKind.QUIET)
    async with reading(session, choices=Surroundings(account(), findings=(NONE,))) as reader:
        await reader.sees("cannot work here yet")
        await reader.press("escape")
        await reader.sees(f"{failed.id} does not deliver into {lab.GROUP}: [red]Access", "C tells what to do")
        session.back_fill(lab.lab_lines(4))
        await reader.misses("does not deliver into")
