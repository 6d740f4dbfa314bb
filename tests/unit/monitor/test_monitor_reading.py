from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowtui.monitor.outside import Fault, FaultError, FaultKind, PageRequest
from flowtui.monitor.sources.reading import Range, Reader, merged
from flowtui.monitor.sources.seen import SeenIds
from flowtui.records.events import LogEvents
from tests.unit.monitor.scripted import GROUP, Event, FakeClock, ScriptedLogs, fault

T = 1_000_000.0


def scripted(count: int = 20, *, page_size: int = 3) -> ScriptedLogs:
    clock = FakeClock(T + 1000)
    return ScriptedLogs(clock, [Event(f"e{i:02}", T + i * 10, T + i * 10) for i in range(count)], page_size)


def reader(logs: ScriptedLogs, patience: int | None = None) -> tuple[Reader, list[tuple[str, FaultKind]]]:
    told: list[tuple[str, FaultKind]] = []
    made = Reader(
        logs,
        logs.clock,
        10.0,
        lambda: 0.5,
        lambda group, fault, _: told.append((group, fault.kind)),
        patience,
    )
    return made, told


def ids(pages: Iterator[LogEvents]) -> list[str]:
    return [event_id for page in pages for event_id in page.ids]


def test_a_range_is_read_ascending_both_ends_included() -> None:
    logs = scripted()
    wanted = Range(int(T + 20) * 1000, int(T + 70) * 1000)
    found = ids(reader(logs)[0].ascending(GROUP, wanted, SeenIds()))
    assert found == [f"e{i:02}" for i in range(2, 8)]


@pytest.mark.parametrize("kind", [FaultKind.THROTTLED, FaultKind.NETWORK, FaultKind.UNREADABLE])
def test_what_fails_for_a_while_is_waited_out_and_nothing_comes_twice(kind: FaultKind) -> None:
    logs = scripted()
    logs.obstacles = lambda request, number: fault(kind) if number % 3 == 0 else None
    made, told = reader(logs)
    assert ids(made.ascending(GROUP, Range(0), SeenIds())) == [f"e{i:02}" for i in range(20)]
    assert set(told) == {(GROUP, kind)}
    assert made.throttled == (len(told) if kind is FaultKind.THROTTLED else 0)


def test_a_token_that_has_expired_is_begun_anew_without() -> None:
    logs = scripted()

    def obstacle(request: PageRequest, number: int) -> Fault | None:
        return fault(FaultKind.INVALID) if request.token is not None and number == 3 else None

    logs.obstacles = obstacle
    assert len(ids(reader(logs)[0].ascending(GROUP, Range(0), SeenIds()))) == 20


@pytest.mark.parametrize(
    "kind", [FaultKind.NOT_FOUND, FaultKind.DENIED, FaultKind.INVALID, FaultKind.EXPIRED]
)
def test_what_fails_for_good_is_raised(kind: FaultKind) -> None:
    logs = scripted()
    logs.obstacles = lambda request, number: fault(kind)
    with pytest.raises(FaultError, match=kind.value):
        ids(reader(logs)[0].ascending(GROUP, Range(0), SeenIds()))


def test_patience_ends() -> None:
    logs = scripted()
    logs.obstacles = lambda request, number: fault(FaultKind.NETWORK)
    with pytest.raises(FaultError, match="network"):
        ids(reader(logs, patience=3)[0].ascending(GROUP, Range(0), SeenIds()))
    assert len(logs.requests) == 4


def test_ids_are_kept_for_the_window_that_is_followed_afterwards() -> None:
    logs = scripted(200, page_size=50)
    logs.clock.time = T + 5000
    kept, dropped = SeenIds(), SeenIds()
    made, _ = reader(logs)
    assert len(ids(made.ascending(GROUP, Range(0), kept, keep_ms=int(T * 1000)))) == 200
    assert len(ids(made.ascending(GROUP, Range(0), dropped))) == 200
    assert len(kept) == 200
    assert len(dropped) < 30


@pytest.mark.parametrize("can_newest_first", [True, False], ids=["newest first", "refused"])
@pytest.mark.parametrize("count", [1, 3, 7, 20, 99])
def test_the_newest_come_oldest_first(count: int, can_newest_first: bool) -> None:
    logs = scripted()
    logs.can_newest_first = can_newest_first
    found, floor_ms = reader(logs)[0].newest(GROUP, Range(0), count, SeenIds())
    assert list(found.ids)[-count:] == [f"e{i:02}" for i in range(20)][-count:]
    assert floor_ms <= int(found.timestamps[-min(count, 20)])


def test_the_newest_are_read_without_the_rest() -> None:
    logs = scripted(1000, page_size=100)
    logs.clock.time = T + 20_000
    reader(logs)[0].newest(GROUP, Range(int(T * 1000)), 50, SeenIds())
    assert len(logs.requests) <= 4


def test_the_newest_before_an_end() -> None:
    logs = scripted()
    found, _ = reader(logs)[0].newest(GROUP, Range(0, int(T + 100) * 1000), 2, SeenIds())
    assert list(found.ids)[-2:] == ["e09", "e10"]


@settings(max_examples=50)
@given(
    st.lists(st.lists(st.integers(0, 50), max_size=20).map(sorted), min_size=1, max_size=4), st.integers(1, 5)
)
def test_groups_are_merged_by_time(groups: list[list[int]], size: int) -> None:
    def pages(number: int, times: list[int]) -> Iterator[LogEvents]:
        for at in range(0, len(times), size):
            some = times[at : at + size]
            names = [f"{number}:{time}" for time in some]
            yield LogEvents(names, some, some, names, names)

    readings = [pages(number, times) for number, times in enumerate(groups)]
    found = [text for piece in merged(readings, lambda _, events: events.messages) for text in piece]
    assert sorted(found) == sorted(f"{n}:{time}" for n, times in enumerate(groups) for time in times)
    assert [int(text.split(":")[1]) for text in found] == sorted(time for times in groups for time in times)
