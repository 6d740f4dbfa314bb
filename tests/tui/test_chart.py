"""The chart as a reader uses it: sees the burst, chooses it, and the table shows it."""

from __future__ import annotations

import pytest
from textual.geometry import Region

from flowtui.monitor.scope import Scope, ScopeKind
from flowtui.tui.render.chart import LABEL
from flowtui.tui.widgets.chart import TimeChart
from tests.tui import lab
from tests.tui.conftest import SIZES, Reader, reading

BURST = int(lab.NOW) - 600
BURST_RECORDS = 40


def burst() -> lab.PlayedSession:
    """Traffic of which nothing is rejected, but for a burst of 40 s ten minutes ago."""
    session = lab.PlayedSession()
    lines = [each for each in lab.lab_lines(400) if "REJECT" not in each]
    lines += [
        lab.line(lab.BASTION, "203.0.113.9", 1024 + at, "172.16.0.121", 80, BURST + at, action="REJECT")
        for at in range(BURST_RECORDS)
    ]
    session.back_fill(lines)
    return session


def chart_lines(reader: Reader) -> list[str]:
    """The lines of the chart alone."""
    left, top, width, height = reader.app.monitor.records.chart.region
    return [line[left : left + width] for line in reader.lines()[top : top + height]]


async def go_to_burst(reader: Reader) -> None:
    """Goes back to the first bucket with rejections, as a reader would: until the readout says so."""
    await reader.press("tab")
    chart = reader.app.monitor.records.chart
    await reader.until(lambda: chart.has_focus and chart.look.cursor_s is not None)
    while chart.look.cursor_s != BURST // 30 * 30:
        await reader.press("left")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("right", ["shift+right", "L"])
async def test_choosing_the_burst_narrows_the_table_to_it(size: tuple[int, int], right: str) -> None:
    async with reading(burst(), size) as reader:
        await reader.sees("following · 340", "rejected ")
        await go_to_burst(reader)
        await reader.press(right)
        await reader.sees("40 ✗")
        await reader.press("enter")
        await reader.sees("start >= ", " of 340")
        view = reader.app.monitor.records.view
        assert view is not None
        starts = [row.values for row in view.rows(0, 100, ("start",))]
        low, high = reader.app.monitor.request.span or (0, 0)
        assert starts
        assert all(low <= start < high for (start,) in starts if isinstance(start, int))
        assert sum(row.is_rejected for row in view.rows(0, 100, ())) == BURST_RECORDS
        await reader.press("escape", "escape")
        await reader.misses("start >= ")
        await reader.sees("340")


@pytest.mark.parametrize("size", SIZES)
async def test_the_range_goes_before_the_filter_when_backing_out(size: tuple[int, int]) -> None:
    async with reading(burst(), size) as reader:
        await reader.sees("following · 340")
        await reader.press("r")
        await go_to_burst(reader)
        await reader.press("enter", "3")
        await reader.sees("reject · start >= ")
        await reader.press("escape")
        await reader.misses("start >= ")
        await reader.sees("40 of 340")
        await reader.press("escape")
        await reader.sees("following · 340")


@pytest.mark.parametrize("size", SIZES)
async def test_v_hides_the_chart_and_gives_its_lines_to_the_table(size: tuple[int, int]) -> None:
    async with reading(burst(), size) as reader:
        await reader.sees("accepted ", "max ")
        rows = reader.app.monitor.records.page_rows
        await reader.press("v")
        await reader.misses("max ")
        await reader.until(lambda: reader.app.monitor.records.page_rows > rows)
        await reader.press("tab")
        assert reader.app.focused is reader.app.monitor.topology
        await reader.press("3", "v")
        await reader.sees("max ")


@pytest.mark.parametrize("size", SIZES)
async def test_buckets_unit_and_filter_are_changed_and_said(size: tuple[int, int]) -> None:
    async with reading(burst(), size) as reader:
        await reader.sees("per 30s")
        for key, words in (("minus", "per 1m"), ("minus", "per 5m"), ("plus", "per 1m")):
            await reader.press(key)
            await reader.sees(words)
        await reader.press("r")
        await reader.sees("unfiltered")
        await reader.press("tab", "u", "3")
        await reader.sees(" pkt/s")
        await reader.press("tab", "F", "3")
        await reader.sees(" filtered", "max 0.0 pkt/s")


async def test_all_that_was_chosen_survives_a_resize_and_back() -> None:
    async with reading(burst()) as reader:
        await reader.sees("per 30s")
        await reader.press("minus")
        await go_to_minute(reader)
        await reader.press("u", "enter", "3")
        await reader.sees(" pkt/s", "start >= ")
        long = chart_lines(reader)
        await reader.pilot.resize_terminal(80, 24)
        await reader.sees("per 1m", " pkt/s", "start >= ")
        await reader.pilot.resize_terminal(140, 40)
        await reader.until(lambda: chart_lines(reader) == long)
        await reader.press("v")
        await reader.misses("pkt/s")
        await reader.pilot.resize_terminal(80, 24)
        await reader.misses("pkt/s")


async def go_to_minute(reader: Reader) -> None:
    await reader.press("tab", "left")
    await reader.until(lambda: reader.app.monitor.records.chart.look.cursor_s is not None)


async def test_the_chart_follows_the_scope() -> None:
    async with reading(burst()) as reader:
        await reader.sees("per 30s")
        await reader.until(lambda: "max 0.0/s" not in chart_lines(reader)[3])
        reader.app.monitor.drill(Scope(ScopeKind.INTERFACE, lab.APP_1, "app-1"))
        await reader.until(lambda: "max 0.0/s" in chart_lines(reader)[3])


async def test_a_record_that_arrives_is_drawn_and_nothing_else_of_the_chart_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = burst()
    async with reading(session) as reader:
        await reader.sees("per 30s")
        await reader.settle()
        chart = reader.app.monitor.records.chart
        drawn: list[Region] = []

        def noted(*regions: Region) -> TimeChart:
            drawn.extend(regions)
            return TimeChart.refresh(chart, *regions)

        monkeypatch.setattr(chart, "refresh", noted)
        session.change()
        await reader.settle()
        assert not drawn
        session.arrive([lab.line(lab.APP_1, "172.16.1.20", 1, "203.0.113.80", 443, BURST - 900)])
        await reader.sees("· 341")
        await reader.until(lambda: drawn)
        assert all(region.width == 1 for region in drawn)


@pytest.mark.parametrize("size", SIZES)
async def test_an_empty_account_has_an_empty_chart(size: tuple[int, int]) -> None:
    async with reading(lab.PlayedSession(), size) as reader:
        await reader.sees("No records yet", "accepted", "max 0.0/s")
        await reader.press("tab", "left", "L", "enter", "u", "F", "escape", "escape", "escape")
        await reader.sees("No record")


async def test_down_goes_back_to_the_table() -> None:
    async with reading(burst()) as reader:
        await reader.sees("per 30s")
        await reader.press("tab")
        await reader.until(lambda: reader.app.focused is reader.app.monitor.records.chart)
        await reader.press("down")
        await reader.until(lambda: reader.app.focused is reader.app.monitor.records)


async def test_a_click_goes_to_its_bucket_and_leaves_the_table_alone() -> None:
    async with reading(burst()) as reader:
        await reader.sees("per 30s", "following")
        chart = reader.app.monitor.records.chart
        course = chart.course
        assert course is not None
        back = len(course.accepted) - (BURST - course.from_s) // course.wish.step_s
        await reader.pilot.click(TimeChart, offset=(LABEL + chart.look.cells - back, 3))
        await reader.until(lambda: chart.look.cursor_s == BURST // 30 * 30)
        assert reader.app.monitor.records.is_following
