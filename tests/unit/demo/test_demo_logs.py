"""The store of log events behaves as a sorted list, whatever order events arrive in."""

from __future__ import annotations

import threading
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowtui.demo import logs
from flowtui.demo.logs import Entry, Group, LogStore, Position

ALL = (Position(0, -1, -1), Position(2**53, -1, -1))


@given(st.lists(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=20), max_size=5))
def test_events_are_in_order_of_timestamp_and_ingestion(batches: list[list[tuple[int, int]]]) -> None:
    group = Group("g", 0)
    for batch in batches:
        group.put(Entry("s", timestamp, ingestion, "m") for timestamp, ingestion in batch)
    events, has_more = group.between(*ALL, limit=1_000)
    assert [(event.timestamp, event.ingestion) for event in events] == sorted(chain(*batches))
    assert not has_more
    assert group.between_backwards(*ALL, limit=1_000)[0] == events[::-1]


def test_a_large_batch_is_sorted_in() -> None:
    group = Group("g", 0)
    group.put(Entry("s", at, 0, "m") for at in range(0, 10_000, 2))
    group.put(Entry("s", at, 0, "m") for at in range(9_999, 0, -2))
    events, _ = group.between(*ALL, limit=20_000)
    assert [event.timestamp for event in events] == list(range(10_000))


def test_the_oldest_events_are_dropped_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MAX_EVENTS", 100)
    group = Group("g", 0)
    for at in range(150):
        group.put([Entry(f"s{at % 2}", at, at, "m")])
    events, _ = group.between(*ALL, limit=1_000)
    assert 90 <= len(events) <= 100
    assert events[-1].timestamp == 149
    assert sum(len(stream.events) for stream in group.streams()) == len(events)


def test_readers_and_writers_at_once_see_only_whole_and_ordered_stretches() -> None:
    group = Group("g", 0)
    unordered: list[int] = []

    def write(first: int) -> None:
        for at in range(first, first + 4_000, 4):
            group.put([Entry("s", (at * 7_919) % 1_000, at, "m")])

    def read() -> None:
        for _ in range(200):
            events, _more = group.between(*ALL, limit=10_000)
            if events != sorted(events):
                unordered.append(len(events))

    threads = [threading.Thread(target=write, args=(first,)) for first in range(4)]
    threads += [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert unordered == []
    assert len(group) == 4_000


def test_a_new_group_is_announced_once() -> None:
    store, names = LogStore(), list[str]()
    store.on_created = names.append
    assert store.create("a", 0) is not None
    assert store.create("a", 0) is None
    assert names == ["a"]
    assert store.delete("a")
    assert not store.delete("a")
