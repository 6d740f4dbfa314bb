from __future__ import annotations

import pytest

from flowtui.topology.rules import Rules
from tests.tui import lab
from tests.tui.conftest import SIZES, reading


def filled() -> lab.PlayedSession:
    session = lab.PlayedSession(topology=lab.lab_topology(rules=Rules(read_at=lab.NOW - 42)))
    session.back_fill(lab.lab_lines(400))
    return session


@pytest.mark.parametrize("size", SIZES)
async def test_w_explains_the_record_under_the_cursor_and_follows_it(size: tuple[int, int]) -> None:
    async with reading(filled(), size) as reader:
        await reader.sees("following · 400")
        await reader.press("E", "w")
        await reader.sees("Why", "203.0.113.9:51395")
        await reader.press("E")
        await reader.sees("203.0.113.9:51391")
        await reader.press("k")
        await reader.sees("Not rejected")
        await reader.press("escape")
        await reader.misses("Why ─")


async def test_w_says_when_the_rules_were_read() -> None:
    async with reading(filled()) as reader:
        await reader.sees("following · 400")
        await reader.press("E", "w")
        await reader.sees("rules read 42s ago")


async def test_without_a_command_y_copies_the_line() -> None:
    async with reading(filled()) as reader:
        await reader.sees("following · 400")
        await reader.press("k", "w")
        await reader.sees("Not rejected")
        await reader.press("y")
        assert reader.app.clipboard.startswith("2 123456789012 eni-0")


async def test_the_record_explained_stays_in_sight() -> None:
    async with reading(filled(), (80, 24)) as reader:
        await reader.sees("following · 400")
        await reader.press("E", "w")
        await reader.sees("203.0.113.9:51395")
        table = reader.app.monitor.records
        assert table.top <= table.cursor < table.top + table.page_rows


async def test_tab_goes_on_to_the_why_pane_to_scroll_it() -> None:
    async with reading(filled()) as reader:
        await reader.sees("following · 400")
        await reader.press("E", "w")
        await reader.sees("Why ─")
        await reader.press("tab")
        await reader.until(lambda: reader.app.focused is reader.app.monitor.why)
        await reader.press("tab")
        await reader.until(lambda: reader.app.focused is reader.app.monitor.records.chart)
