"""A load: as many records as it says, as old as it says, and no two lines alike."""

from __future__ import annotations

import pytest

from flowtui.demo.load import Arrival, Workload
from flowtui.demo.scenario import Burst, Load

NOW = 1_767_268_800.5


def ages_s(arrivals: list[Arrival], now: float) -> list[float]:
    return [now - arrival.entry.timestamp / 1000 for arrival in arrivals]


def test_what_is_due_follows_the_rate_and_ends() -> None:
    work = Workload(Load(records_per_s=10, seconds=5), seed=1)
    assert [len(work.due(after, NOW)) for after in (0.0, 1.0, 1.05, 3.0, 5.0, 9.0)] == [0, 10, 0, 20, 20, 0]
    assert [work.is_over(after) for after in (4.9, 5.0)] == [False, True]


def test_a_burst_comes_once() -> None:
    load = Load(seconds=1, burst=Burst(at_s=3, events=50, ages=((1.0, 20.0, 21.0),)))
    work = Workload(load, seed=1)
    assert not work.due(2.9, NOW)
    assert not work.is_over(2.9)
    burst = work.due(3.0, NOW)
    assert len(burst) == 50
    assert all(19 <= age <= 21 for age in ages_s(burst, NOW))
    assert not work.due(4.0, NOW)
    assert work.is_over(4.0)


def test_no_record_is_older_than_it_was_to_be() -> None:
    work = Workload(Load(records_per_s=2_000, seconds=1, ages=((0.5, 1.0, 2.0), (0.5, 50.0, 59.0))), seed=1)
    ages = ages_s(work.due(1.0, NOW), NOW)
    assert max(ages) <= 59
    young = sum(age <= 2 for age in ages)
    assert 900 < young < 1_100
    assert not any(2 < age < 49 for age in ages)


def test_the_history_was_there_at_the_start() -> None:
    history = Workload(Load(history_events=1_000, history_s=60), seed=1).history(NOW)
    times = [arrival.entry.timestamp for arrival in history]
    assert len(times) == 1_000
    assert min(times) >= (NOW - 60) * 1000
    assert all(arrival.entry.timestamp <= arrival.entry.ingestion <= NOW * 1000 for arrival in history)


@pytest.mark.parametrize("odd", [0.0, 1.0], ids=["records", "odd lines"])
def test_all_lines_are_different_and_on_one_line(odd: float) -> None:
    work = Workload(Load(history_events=2_000, records_per_s=2_000, seconds=1, odd=odd), seed=1)
    lines = [arrival.entry.message for arrival in (*work.history(NOW), *work.due(1, NOW))]
    assert len(set(lines)) == 4_000
    assert not any("\n" in line for line in lines)


def test_every_stream_and_group_is_used() -> None:
    work = Workload(Load(groups=3, streams=12, history_events=100), seed=1)
    history = work.history(NOW)
    assert {arrival.group for arrival in history} == set(work.groups)
    assert work.groups == ["/load/flow-logs", "/load/flow-logs-2", "/load/flow-logs-3"]
    assert len({arrival.entry.stream for arrival in history}) == 12
    # A stream is in one group only.
    assert len({(arrival.group, arrival.entry.stream) for arrival in history}) == 12


def test_the_seed_decides() -> None:
    load = Load(history_events=50)
    assert Workload(load, 1).history(NOW) == Workload(load, 1).history(NOW)
    assert Workload(load, 1).history(NOW) != Workload(load, 2).history(NOW)
