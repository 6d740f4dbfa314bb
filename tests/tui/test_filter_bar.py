from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from flowtui.tui.past import Past
from tests.tui import lab
from tests.tui.conftest import SIZES, Reader, reading


def filled(count: int = 400) -> lab.PlayedSession:
    session = lab.PlayedSession()
    session.back_fill(lab.lab_lines(count))
    return session


def shown(reader: Reader) -> int:
    return len(reader.app.monitor.records.view or ())


async def typed(reader: Reader, text: str) -> None:
    await reader.sees("following · 400")
    await reader.press("slash")
    await reader.until(lambda: reader.app.monitor.filter.is_open)
    await reader.press(*text)


@pytest.mark.parametrize("size", SIZES)
async def test_a_filter_is_judged_while_it_is_typed_and_applied_by_enter(size: tuple[int, int]) -> None:
    async with reading(filled(), size) as reader:
        await typed(reader, "reject and port 80")
        await reader.sees("100 of 400")
        assert shown(reader) == 400
        await reader.press("enter")
        await reader.until(lambda: shown(reader) == 100, "applied")
        await reader.until(lambda: not reader.app.monitor.filter.is_open)
        assert reader.app.focused is reader.app.monitor.records
        if size[0] > 100:
            await reader.sees("3 Records ─ reject and port 80")


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_wrong_is_shown_under_its_place_and_is_never_applied(size: tuple[int, int]) -> None:
    async with reading(filled(), size) as reader:
        await typed(reader, "port 800000")
        await reader.sees("65535")
        input_line = next(at for at, line in enumerate(reader.lines()) if "/ port 800000" in line)
        lines = reader.lines()
        assert lines[input_line + 1].index("^") == lines[input_line].index("800000")
        await reader.press("enter")
        await reader.settle()
        assert reader.app.monitor.filter.is_open
        assert shown(reader) == 400


async def test_esc_leaves_the_filter_as_it_was() -> None:
    async with reading(filled()) as reader:
        await typed(reader, "reject")
        await reader.press("enter")
        await reader.until(lambda: shown(reader) == 100)
        await reader.press("slash")
        await reader.press(*" and nonsense")
        await reader.press("escape")
        await reader.until(lambda: not reader.app.monitor.filter.is_open)
        assert str(reader.app.monitor.request.filter) == "reject"
        assert shown(reader) == 100


async def test_an_empty_filter_clears_it() -> None:
    async with reading(filled()) as reader:
        await typed(reader, "reject")
        await reader.press("enter")
        await reader.until(lambda: shown(reader) == 100)
        await reader.press("slash", "ctrl+u", "enter")
        await reader.until(lambda: shown(reader) == 400)


async def test_r_adds_reject_to_the_filter_and_takes_it_away() -> None:
    async with reading(filled()) as reader:
        await typed(reader, "port 80")
        await reader.press("enter")
        await reader.sees("─ port 80")
        await reader.press("r")
        await reader.sees("─ reject and port 80")
        await reader.press("r")
        await reader.misses("─ reject")


async def test_tab_completes_fields_and_names() -> None:
    async with reading(filled()) as reader:
        await typed(reader, "dstp")
        await reader.sees("dstport")
        await reader.press("tab")
        await reader.until(lambda: reader.app.monitor.filter.value == "dstport")
        await reader.press("ctrl+u", *"host bast")
        await reader.sees("tab", "bastion")
        await reader.press("tab")
        await reader.until(lambda: reader.app.monitor.filter.value == "host bastion")
        await reader.press("enter")
        await reader.until(lambda: shown(reader) == 300, "bastion's records")


async def test_a_name_means_its_addresses_also_after_the_topology_was_read_again() -> None:
    session = filled()
    async with reading(session) as reader:
        await typed(reader, "host web-9")
        await reader.press("enter")
        await reader.until(lambda: shown(reader) == 0, "nobody is called so")
        topology = lab.lab_topology()
        first, *others = topology.interfaces
        renamed = replace(first, name="web-9", owner=replace(first.owner, name="web-9"))
        session.take_topology(replace(topology, read_at=lab.NOW, interfaces=(renamed, *others)))
        await reader.settle()
        session.arrive([lab.line(lab.BASTION, "203.0.113.9", 7, "172.16.0.121", 80, int(lab.NOW) + 5)])
        await reader.until(lambda: shown(reader) >= 1, "found by its new name")


async def test_filters_of_former_runs_come_back_with_the_up_key(tmp_path: Path) -> None:
    path = tmp_path / "filters"
    Past(path).add("port 22")
    async with reading(filled(), past=Past(path)) as reader:
        await typed(reader, "reject")
        await reader.press("enter")
        await reader.until(lambda: shown(reader) == 100)
        await reader.press("slash", "up", "up")
        await reader.until(lambda: reader.app.monitor.filter.value == "port 22")
        await reader.press("down")
        await reader.until(lambda: reader.app.monitor.filter.value == "reject")
    assert Past(path).filters == ["port 22", "reject"]


async def test_a_field_that_no_record_here_has_is_warned_of() -> None:
    async with reading(filled()) as reader:
        await typed(reader, "tcp-flags = 2")
        await reader.sees("tcp-flags")
        await reader.sees("has no tcp-flags")


@pytest.mark.parametrize("size", SIZES)
async def test_f_narrows_and_shows_the_filter_that_it_writes(size: tuple[int, int]) -> None:
    async with reading(filled(), size) as reader:
        await reader.sees("following · 400")
        await reader.press("E", "f")
        await reader.sees("Narrow to", "the pair", "src host 203.0.113.9")
        await reader.press("2" if "this value" in reader.text() else "1")
        await reader.until(lambda: shown(reader) == 100, "the pair's records")
        await reader.press("slash")
        await reader.until(lambda: "203.0.113.9" in reader.app.monitor.filter.value, "it can be edited")


@pytest.mark.parametrize("size", SIZES)
async def test_m_mutes_and_lists_what_is_muted_to_undo_it(size: tuple[int, int]) -> None:
    async with reading(filled(), size) as reader:
        await reader.sees("following · 400")
        await reader.press("E", "m")
        await reader.sees("Mute", "the source", "src host 203.0.113.9")
        await reader.press("1")
        await reader.until(lambda: shown(reader) == 300, "muted")
        await reader.press("m")
        await reader.sees("muted: undo", "src host 203.0.113.9")
        await reader.press("G", "enter")
        await reader.until(lambda: shown(reader) == 400, "undone")


async def test_the_reading_position_is_kept_where_the_record_still_matches() -> None:
    async with reading(filled()) as reader:
        await reader.sees("following · 400")
        await reader.press("g", "e", "e")
        row = reader.app.monitor.records.current()
        assert row is not None
        await reader.press("r")
        await reader.until(lambda: shown(reader) == 100)
        after = reader.app.monitor.records.current()
        assert after is not None
        assert after.id == row.id


async def test_what_matched_is_marked() -> None:
    async with reading(filled()) as reader:
        await typed(reader, "port 80")
        await reader.press("enter")
        await reader.until(lambda: shown(reader) == 100)
        strip = reader.app.monitor.records.row_strip(reader.app.monitor.records.cursor, 98)
        marked = [segment.text.strip() for segment in strip if segment.style and segment.style.underline]
        assert marked == ["80"]


async def test_hostile_names_neither_complete_nor_draw_escapes() -> None:
    topology = lab.lab_topology()
    first, *others = topology.interfaces
    hostile = "bast\x1b[31m[red]\u202e"
    renamed = replace(first, name=hostile, owner=replace(first.owner, name=hostile))
    session = lab.PlayedSession(topology=replace(topology, interfaces=(renamed, *others)))
    session.back_fill(lab.lab_lines(400))
    async with reading(session) as reader:
        await typed(reader, "host bast")
        await reader.settle()
        assert not set(reader.text()) & set("\x1b\u202e")
