"""A timeline counts what plain counting over the records held would, however they came and went."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowtui.filters import local
from flowtui.filters.tree import REJECT, OnInterfaces, Tree
from flowtui.records import batch
from flowtui.records.format import DEFAULT_FORMAT, LogFormat
from flowtui.store.series import Counts
from flowtui.store.snapshot import Snapshot
from flowtui.store.store import Store
from flowtui.store.timeline import Timeline
from flowtui.store.units import Unit
from tests.unit.store.frames import T0, Record, make, record

OTHER_FORMAT = LogFormat(("interface-id", "start", "action"))
ROUND = T0 - T0 % 3600
Held = tuple[str | None, int | None, int, str | None, int | None, int | None]
NAMES = (batch.INTERFACE, "start", batch.TIMESTAMP, "action", "packets", "bytes")
SELECTIONS: dict[str, tuple[Tree | None, Callable[[Held], bool]]] = {
    "all": (None, lambda row: True),
    "scope": (OnInterfaces(frozenset({"eni-1"})), lambda row: row[0] == "eni-1"),
    "filter": (REJECT, lambda row: row[3] == "REJECT"),
}


@st.composite
def records(draw: st.DrawFn) -> Record:
    at = ROUND + draw(st.integers(0, 1199))
    return record(
        at=at,
        start=draw(st.sampled_from([at, at, at, None])),
        interface_id=draw(st.sampled_from(["eni-1", "eni-2"])),
        action=draw(st.sampled_from(["ACCEPT", "REJECT", None])),
        packets=draw(st.sampled_from([0, 1, 70_000, None])),
        bytes=draw(st.sampled_from([0, 40, 2**33, None])),
    )


appended = st.lists(
    st.tuples(
        st.booleans(), st.lists(records(), max_size=12), st.sampled_from([DEFAULT_FORMAT, OTHER_FORMAT])
    ),
    max_size=8,
)


def counted(
    snapshot: Snapshot, is_chosen: Callable[[Held], bool], from_s: int, to_s: int, step_s: int, unit: Unit
) -> list[Counts]:
    found = [[0, 0] for _ in range(-(-(to_s - from_s) // step_s))]
    for row in snapshot.rows(range(snapshot.first_id, snapshot.end_id), NAMES):
        held = cast(Held, row)
        _, start, timestamp, action, packets, size = held
        at = start if start is not None else timestamp // 1000
        if action is None or not from_s <= at < to_s or not is_chosen(held):
            continue
        amount = {Unit.RECORDS: 1, Unit.PACKETS: packets or 0, Unit.BYTES: size or 0}[unit]
        found[(at - from_s) // step_s][action == "REJECT"] += amount
    return [(accepted, rejected) for accepted, rejected in found]


@settings(max_examples=60, deadline=None)
@given(
    appended,
    st.sampled_from([10, 30, 60, 300, 900, 3600]),
    st.sampled_from(Unit),
    st.sampled_from(sorted(SELECTIONS)),
    st.sampled_from([8, 40, 1000]),
    st.lists(st.booleans(), min_size=8, max_size=8),
)
def test_a_timeline_agrees_with_counting_what_is_held(
    batches: list[tuple[bool, list[Record], LogFormat]],
    step_s: int,
    unit: Unit,
    selection: str,
    capacity: int,
    looks: list[bool],
) -> None:
    tree, is_chosen = SELECTIONS[selection]
    store, timeline = Store(capacity), Timeline(None if tree is None else local.compile(tree))
    for (is_live, items, fmt), looks_now in zip(batches, looks, strict=False):
        (store.append if is_live else store.append_backfill)(make(items, fmt))
        if looks_now:
            timeline = timeline.extend(store.snapshot())
    snapshot = store.snapshot()
    timeline = timeline.extend(snapshot)
    from_s, to_s = ROUND - 600, ROUND + 1800
    expected = counted(snapshot, is_chosen, from_s, to_s, step_s, unit)
    assert timeline.buckets(from_s, to_s, step_s, unit) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param([T0], [(1, 0), (0, 0), (0, 0)], id="one"),
        pytest.param([T0, T0 + 20, T0 + 20], [(1, 0), (0, 0), (2, 0)], id="in its own bucket"),
        pytest.param([T0 - 1, T0 + 30], [(0, 0), (0, 0), (0, 0)], id="outside"),
    ],
)
def test_the_range_is_from_its_first_second_to_before_its_last(
    lines: list[int], expected: list[Counts]
) -> None:
    store = Store(100)
    store.append(make([record(at=at) for at in lines]))
    assert Timeline().extend(store.snapshot()).buckets(T0, T0 + 30, 10) == expected


def test_a_wrong_number_of_bytes_does_not_upset_the_sums() -> None:
    store = Store(100)
    store.append(make([record(at=T0, bytes=2**64 - 1) for _ in range(20)]))
    ((accepted, _),) = Timeline().extend(store.snapshot()).buckets(T0, T0 + 10, 10, Unit.BYTES)
    assert accepted > 0


def test_what_was_evicted_is_told_by_when_the_newest_of_it_began() -> None:
    store = Store(80)
    store.append_backfill(make([record(at=T0 + at) for at in range(90)]))
    assert store.snapshot().evicted_to_s == T0 + 9, "ten had no room"
    store.append(make([record(at=T0 + 100)]))
    snapshot = store.snapshot()
    oldest = snapshot.oldest_start_s
    assert snapshot.evicted_to_s is not None
    assert oldest == snapshot.evicted_to_s + 1


def test_a_start_in_the_future_does_not_pass_for_the_newest_evicted() -> None:
    store = Store(8)
    store.append(make([record(at=T0), {**record(at=T0 + 10**8), batch.INGESTION: (T0 + 60) * 1000}]))
    store.append(make([record(at=T0 + at) for at in range(8)]))
    assert store.snapshot().evicted_to_s == T0 + 60


def test_nothing_is_evicted_at_first() -> None:
    assert (Store(8).snapshot().evicted_to_s, Store(8).snapshot().oldest_start_s) == (None, None)
