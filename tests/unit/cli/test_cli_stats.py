"""The figures at the end: names that do not change, one a line, and what counts into them."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from flowtui.cli import stats
from flowtui.cli.meter import Meter
from flowtui.monitor.outside import FaultError, FaultKind, Page, PageRequest
from flowtui.records.events import LogEvents
from tests.unit.monitor.scripted import fault

NAMES = (
    "records unparsed outside filtered late swept sweep_reach_s lag_s watermark arrival_delay_p50_s "
    "arrival_delay_p95_s calls throttled failed bytes_read events_read reread_share overlaps"
)


def test_every_figure_is_always_there_by_its_name_and_in_its_place() -> None:
    assert [line.split(": ")[0] for line in stats.lines({})] == NAMES.split()
    assert {line.split(": ")[1] for line in stats.lines({})} == {"-"}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (1234567, "1234567"),
        (0.25, "0.25"),
        (1 / 3, "0.333"),
        (94.0, "94"),
        (None, "-"),
        (datetime(2026, 7, 1, 12, 0, 1, 5, tzinfo=UTC), "2026-07-01T12:00:01Z"),
        (datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=2))), "2026-07-01T10:00:00Z"),
    ],
    ids=str,
)
def test_a_value_is_for_programs(value: stats.Value, shown: str) -> None:
    assert f"lag_s: {shown}" in stats.lines({"lag_s": value})


@pytest.mark.parametrize("name", NAMES.split())
def test_help_and_readme_name_every_figure(name: str) -> None:
    assert re.search(rf"^  {name} ", stats.help_text(), re.MULTILINE)
    readme = Path(__file__).parents[3] / "README.md"
    assert f"`{name}`" in readme.read_text(encoding="utf-8")


class Answers:
    """Logs that give what they are told to, in turn."""

    def __init__(self, *answers: Page | FaultKind) -> None:
        self.answers = list(answers)

    def page(self, request: PageRequest) -> Page:
        answer = self.answers.pop(0)
        if isinstance(answer, FaultKind):
            raise FaultError(fault(answer))
        return answer


def page(count: int, size: int) -> Page:
    return Page(LogEvents(["s"] * count, [0] * count, [0] * count, ["1"] * count, ["m"] * count), None, size)


def test_a_meter_counts_every_attempt_and_what_it_brought() -> None:
    meter = Meter(Answers(page(2, 100), FaultKind.THROTTLED, page(3, 50), FaultKind.NETWORK))
    for _ in range(4):
        with suppress(FaultError):
            meter.page(PageRequest("g", 0))
    assert (meter.calls, meter.failed, meter.throttled) == (4, 2, 1)
    assert (meter.bytes_read, meter.events) == (150, 5)


def test_a_meter_passes_faults_on() -> None:
    with pytest.raises(FaultError) as caught:
        Meter(Answers(FaultKind.EXPIRED)).page(PageRequest("g", 0))
    assert caught.value.fault.kind is FaultKind.EXPIRED


def test_a_meter_counts_right_from_several_threads() -> None:
    meter = Meter(Answers(*[page(1, 10)] * 2000))
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(meter.page, [PageRequest("g", 0)] * 2000))
    assert (meter.calls, meter.bytes_read, meter.events) == (2000, 20_000, 2000)
