"""The list of flow logs: how each delivers, what has none, and what can be done from there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from flowtui.monitor.settings import Settings
from flowtui.tui.app import FlowtuiApp
from tests.tui import lab
from tests.tui.conftest import SIZES, Reader
from tests.tui.surroundings import Surroundings, account

LOG = lab.lab_topology().flow_logs[0]
FAILED = replace(
    LOG, id="fl-failed", name="[red]bad\x1b[31m", delivery_status="FAILED", delivery_error="Access error",
    resource_id="subnet-public",
)  # fmt: skip


@asynccontextmanager
async def listing(
    size: tuple[int, int] = (140, 40), there: Surroundings | None = None, **changes: object
) -> AsyncIterator[Reader]:
    session = lab.PlayedSession(topology=lab.lab_topology(**changes))
    session.back_fill(lab.lab_lines(100))
    app = FlowtuiApp(Settings(utc=True), session.open, there or Surroundings(account()), now=lambda: lab.NOW)
    async with app.run_test(size=size) as pilot:
        reader = Reader(app, pilot, session)
        await reader.sees("following · 100")
        await reader.press("C")
        await reader.sees("Flow logs", "OF", "STATE")
        yield reader


@pytest.mark.parametrize("size", SIZES)
async def test_each_flow_log_and_what_has_none(size: tuple[int, int]) -> None:
    async with listing(size, flow_logs=(LOG, FAILED)) as reader:
        await reader.sees("2 · 1 fails · 1 VPC without", "✗ public 1a", "! default", "✓ lab", "no flow log")
        # Whose the records of the public subnet are cannot be told: those of the others are the lab's.
        assert "38s" in reader.row_with("✓ lab")
        assert "Access error" in reader.row_with("✗ public 1a")
        await reader.sees("[red]bad", "fl-failed of public 1a subnet-public", "vpc-flow-logs.amazonaws.com")
        assert "\x1b" not in reader.text()
        await reader.press("G")
        await reader.sees(f"{LOG.id} of lab vpc-lab", "Delivering.", "14 default fields: ${version}")


async def test_enter_shows_its_records() -> None:
    async with listing(flow_logs=(LOG, replace(LOG, id="fl-app", resource_id=lab.APP_1))) as reader:
        await reader.press("j", "enter")
        await reader.sees("app-1", "following · 25 of 100")


async def test_enter_on_a_flow_log_of_the_tree_opens_the_list_there() -> None:
    async with listing() as reader:
        await reader.press("escape", "1")
        await reader.walk_to(LOG.id)
        await reader.press("enter")
        await reader.sees(f"{LOG.id} of lab vpc-lab", "Delivering.")


async def test_c_creates_one_for_the_same() -> None:
    async with listing() as reader:
        await reader.press("c")
        await reader.sees("Create a flow log", "default vpc-default")


async def test_y_copies_the_command_that_deletes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    async with listing() as reader:
        monkeypatch.setattr(reader.app, "copy_to_clipboard", copied.append)
        await reader.press("y")
        assert copied == []
        await reader.press("j", "y")
        await reader.until(lambda: copied)
    assert copied == [f"aws ec2 delete-flow-logs --flow-log-ids {LOG.id} --region eu-west-1"]


async def test_what_was_made_in_this_session_is_awaited_and_undone_from_here() -> None:
    there = Surroundings(account())
    async with listing(there=there) as reader:
        await reader.press("c", "enter")
        await reader.sees("CALLS")
        await reader.press("tab", "enter")
        await reader.sees("Created fl-default.")
        made = replace(LOG, id="fl-default", resource_id="vpc-default", delivery_status="")
        reader.session.take_topology(lab.lab_topology(flow_logs=(LOG, made)))
        await reader.press("escape", "C")
        await reader.sees("○ default", "due ", "fl-default of default vpc-default · made here", "u undo")
        await reader.press("j", "u")
        await reader.sees(f"{LOG.id} of lab vpc-lab")
        await reader.press("k", "u")
        await reader.sees("Created fl-default.", "EXISTS NOW")
        await reader.press("tab", "enter")
        await reader.sees("Removed all that was made here.")
    assert there.account.things == {}


async def test_an_account_without_a_vpc_says_so() -> None:
    async with listing(vpcs=(), flow_logs=()) as reader:
        await reader.sees("There is no VPC here")
        await reader.press("enter", "c", "u", "y", "escape")
        await reader.misses("Flow logs")
