from __future__ import annotations

from dataclasses import replace

import pytest

from flowtui.topology.model import Interface, Topology
from tests.tui import lab
from tests.tui.conftest import SIZES, reading


def knocks(source: str, port: int, count: int, *, ago: int) -> list[str]:
    start = int(lab.NOW) - ago
    return [
        lab.line(lab.BASTION, source, 50_000 + at, "172.16.0.121", port, start + at, action="REJECT")
        for at in range(count)
    ]


def filled(topology: Topology | None = None) -> lab.PlayedSession:
    session = lab.PlayedSession(topology=topology or lab.ruled_topology())
    session.back_fill(lab.lab_lines(400))
    session.arrive(knocks("198.51.100.9", 5432, 7, ago=80))
    return session


@pytest.mark.parametrize("size", SIZES)
async def test_rejections_are_told_by_cause_newest_first(size: tuple[int, int]) -> None:
    async with reading(filled(), size) as reader:
        await reader.sees("following · 407")
        await reader.press("T")
        await reader.sees("107 rejected, 2 causes", "newest first", "no inbound rule for tcp/5432")
        port_80 = reader.row_with("tcp/80")
        assert "100" in port_80
        assert "bastion" in port_80
        assert "203.0.113.9" in reader.lines()[reader.lines().index(port_80) + 1]
        await reader.press("s")
        await reader.sees("by ✗")
        await reader.press("escape")
        await reader.sees("following · 407")


async def test_the_decider_and_the_nearest_rule_are_named() -> None:
    async with reading(filled()) as reader:
        await reader.sees("following · 407")
        await reader.press("T")
        await reader.sees("sg-0b1…f22 bastion-sg", "nearest: sgr-07 allows tcp/22 from 0.0.0.0/0")


@pytest.mark.parametrize("size", SIZES)
async def test_enter_narrows_to_the_records_of_a_cause_and_esc_widens_again(size: tuple[int, int]) -> None:
    async with reading(filled(), size) as reader:
        await reader.sees("following · 407")
        await reader.press("r")
        await reader.sees("107 of 407")
        await reader.press("T")
        await reader.sees("tcp/5432")
        await reader.press("j", "enter")
        await reader.sees("100 of 407")
        table = reader.app.monitor.records
        await reader.until(
            lambda: (row := table.current()) is not None and table.cursor == 0 and row.is_rejected
        )
        assert "dst port 80" in str(reader.app.monitor.request.filter)
        await reader.press("escape")
        await reader.sees("107 of 407")


@pytest.mark.parametrize("size", SIZES)
async def test_w_explains_the_cause_under_the_cursor_and_y_copies_its_command(size: tuple[int, int]) -> None:
    async with reading(filled(), size) as reader:
        await reader.sees("following · 407")
        await reader.press("T")
        await reader.sees("tcp/5432")
        await reader.press("w")
        await reader.sees("Why ─ tcp/5432 → bastion")
        await reader.press("j")
        await reader.sees("Why ─ tcp/80 → bastion")
        await reader.press("y")
        assert "FromPort=80,ToPort=80" in reader.app.clipboard
        await reader.press("escape")
        await reader.misses("Why ─")
        await reader.sees("Causes")


async def test_the_readers_place_stays_with_its_cause_while_others_arrive() -> None:
    async with reading(filled()) as reader:
        await reader.sees("following · 407")
        await reader.press("T")
        await reader.sees("tcp/5432")
        await reader.press("j")
        session = reader.session
        session.arrive(knocks("198.51.100.10", 3389, 30, ago=40))
        await reader.sees("137 rejected, 3 causes")
        pane = reader.app.overview.screen.cause_pane if reader.app.overview.screen else None
        cause = None if pane is None else pane.current()
        assert cause is not None
        assert cause.services == ("tcp/80",)


async def test_without_rules_it_says_what_is_not_known() -> None:
    async with reading(filled(lab.lab_topology())) as reader:
        await reader.sees("following · 407")
        await reader.press("T")
        await reader.sees("unknown: the rules have not been read", "107 rejected, 1 cause")
        await reader.press("y")
        assert not reader.app.clipboard


async def test_nothing_rejected_is_said() -> None:
    session = lab.PlayedSession(topology=lab.ruled_topology())
    session.back_fill(lab.lab_lines(2))
    async with reading(session) as reader:
        await reader.sees("following · 2")
        await reader.press("T")
        await reader.sees("Nothing was rejected here.")
        await reader.press("enter", "w")
        await reader.sees("Nothing was rejected here.")


async def test_hostile_names_stay_names() -> None:
    hostile = "[red]\x1b[31mx\u202egnol"
    topology = lab.ruled_topology(group_name=hostile)
    renamed: tuple[Interface, ...] = tuple(replace(each, name=hostile) for each in topology.interfaces)
    async with reading(filled(replace(topology, interfaces=renamed))) as reader:
        await reader.sees("following · 407")
        await reader.press("T")
        await reader.sees("tcp/5432", "[red]")
        await reader.press("w")
        await reader.sees("Why ─")
        assert "\x1b" not in reader.text()
        assert "\u202e" not in reader.text()


async def test_the_header_and_the_help_are_those_of_the_overview() -> None:
    async with reading(filled()) as reader:
        await reader.sees("following · 407")
        await reader.press("T")
        await reader.sees("lab › causes")
        await reader.press("question_mark")
        await reader.sees("rejections by cause")
        await reader.press("escape")
        await reader.sees("107 rejected")
