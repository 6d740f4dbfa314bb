"""The store behaves as a list: of what was appended, less what was evicted."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from flowtui.records import batch
from flowtui.records.format import DEFAULT_FORMAT, LogFormat
from flowtui.store.snapshot import Snapshot
from flowtui.store.store import LATE, Store
from tests.unit.store.frames import T0, Record, make, record

NAMES = (
    "interface-id", "srcaddr", "dstaddr", "dstport", "bytes", "start", "action", "log-status", "vpc-id",
    batch.TIMESTAMP, batch.INGESTION, batch.GROUP, batch.FORMAT, batch.INTERFACE, LATE,
)  # fmt: skip

OTHER_FORMAT = LogFormat(("vpc-id", "srcaddr", "start", "action", "bytes"))

COMMON = (batch.TIMESTAMP, batch.INGESTION, batch.GROUP)


def expected(source: Record, fmt: LogFormat, late: str | None = None) -> tuple[object, ...]:
    values = {name: source.get(name) for name in (*fmt.fields, *COMMON)}
    values[batch.FORMAT] = str(fmt)
    values[batch.INTERFACE] = values.get("interface-id") or source.get(batch.INTERFACE)
    values[LATE] = late
    return tuple(values.get(name) for name in NAMES)


def start_of(source: Record, fmt: LogFormat) -> int:
    start = source.get("start") if "start" in fmt.fields else None
    timestamp = source[batch.TIMESTAMP]
    assert isinstance(timestamp, int)
    return start if isinstance(start, int) else timestamp // 1000


def optional(values: Sequence[object]) -> st.SearchStrategy[object]:
    return st.sampled_from([*values, None])


@st.composite
def records(draw: st.DrawFn) -> Record:
    at = T0 + draw(st.integers(0, 30))
    made = dict(
        record(
            at=at,
            interface_id=draw(optional(["eni-1", "eni-2"])),
            srcaddr=draw(optional(["10.0.0.1", "10.0.0.9", "2001:db8::1", "255.255.255.255"])),
            dstport=draw(optional([0, 80, 65535])),
            bytes=draw(optional([0, 40, 2**32 - 1, 2**32, 2**64 - 1])),
            start=draw(optional([at, at, at, at + 1])),
            action=draw(optional(["ACCEPT", "REJECT"])),
            log_status=draw(optional(["OK", "NODATA", "SKIPDATA"])),
            vpc_id=draw(optional(["vpc-1"])),
        )
    )
    made[batch.INGESTION] = at * 1000 + draw(st.sampled_from([-5, 0, 90_000, 2**33]))
    interface = draw(optional(["eni-1", "eni-3"]))
    return made if interface is None else {**made, batch.INTERFACE: interface}


batches = st.lists(records(), max_size=12)
formats = st.sampled_from([DEFAULT_FORMAT, DEFAULT_FORMAT, OTHER_FORMAT])


class StoreAsList(RuleBasedStateMachine):
    """The model is a dict of rows by id."""

    def __init__(self) -> None:
        super().__init__()
        self.capacity = 1
        self.store = Store(1)
        self.model: dict[int, tuple[object, ...]] = {}
        self.next_live, self.next_past = 0, -1
        self.taken = 0
        self.old: list[tuple[Snapshot, dict[int, tuple[object, ...]]]] = []

    @precondition(lambda self: not self.taken)
    @rule(capacity=st.sampled_from([1, 5, 16, 40, 200]))
    def make(self, capacity: int) -> None:
        self.capacity, self.store = capacity, Store(capacity)

    @rule(items=batches, fmt=formats, late=st.sampled_from([None, "late", "swept"]))
    def append(self, items: list[Record], fmt: LogFormat, late: str | None) -> None:
        self.store.append(make(items, fmt), is_late=[late] * len(items))
        for item in sorted(items, key=lambda each: start_of(each, fmt)):
            self.model[self.next_live] = expected(item, fmt, late)
            self.next_live += 1
        self.settle(len(items))

    @rule(items=batches, fmt=formats)
    def append_backfill(self, items: list[Record], fmt: LogFormat) -> None:
        has_evicted = any(id not in self.model for id in range(self.next_past + 1, self.next_live))
        room = 0 if has_evicted else self.capacity - len(self.model)
        assert self.store.append_backfill(make(items, fmt)) is (room >= len(items))
        items = sorted(items, key=lambda each: start_of(each, fmt))
        for item in reversed(items[max(0, len(items) - room) :]):
            self.model[self.next_past] = expected(item, fmt)
            self.next_past -= 1
        self.settle(len(items))

    def settle(self, count: int) -> None:
        self.taken += count
        first_id = self.store.snapshot().first_id
        self.model = {id: row for id, row in self.model.items() if id >= first_id}

    @rule()
    def keep(self) -> None:
        self.old.append((self.store.snapshot(), dict(self.model)))

    @invariant()
    def holds_what_the_model_holds(self) -> None:
        snapshot = self.store.snapshot()
        ids = sorted(self.model)
        assert len(snapshot) == len(ids) <= self.capacity
        assert snapshot.evicted == self.taken - len(ids)
        assert snapshot.rows(ids, NAMES) == [self.model[id] for id in ids]
        if ids:
            assert (snapshot.first_id, snapshot.end_id) == (ids[0], ids[-1] + 1)
        beyond = [snapshot.first_id - 1, snapshot.end_id]
        assert snapshot.rows(beyond, NAMES) == [None, None]

    @invariant()
    def evicts_no_more_than_it_must(self) -> None:
        blocks = max(1, self.capacity // 8)
        is_full = self.taken > len(self.model)
        assert not is_full or len(self.model) > self.capacity - blocks - 12

    @invariant()
    def never_changes_a_snapshot(self) -> None:
        for snapshot, model in self.old:
            ids = sorted(model)
            assert snapshot.rows(ids, NAMES) == [model[id] for id in ids]


StoreAsList.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestStoreAsList = StoreAsList.TestCase


def flows(count: int, first: int = T0) -> list[Record]:
    return [record(at=first + place, bytes=place) for place in range(count)]


def test_rows_come_in_the_order_asked_for_and_repeat() -> None:
    store = Store(1000)
    store.append(make(flows(300)))
    assert store.snapshot().rows([250, 3, 999, 3], ["bytes"]) == [(250,), (3,), None, (3,)]


def test_rows_without_columns_are_empty() -> None:
    store = Store(10)
    store.append(make(flows(2)))
    assert store.snapshot().rows([1, 0, 5], []) == [(), (), None]


def test_an_empty_store_holds_nothing() -> None:
    snapshot = Store(10).snapshot()
    assert (len(snapshot), snapshot.first_id, snapshot.end_id, snapshot.columns) == (0, 0, 0, frozenset())
    assert snapshot.rows([0, -1], ["bytes"]) == [None, None]


def test_the_version_grows_only_with_a_change() -> None:
    store = Store(10)
    versions = [store.snapshot().version]
    store.append(make(flows(1)))
    versions.append(store.snapshot().version)
    store.append(make([]))
    store.append_backfill(make([]))
    versions.append(store.snapshot().version)
    store.append_backfill(make(flows(1)))
    versions.append(store.snapshot().version)
    assert versions == [0, 1, 1, 2]


def test_backfill_ends_when_live_records_have_pushed_something_out() -> None:
    store = Store(16)
    assert store.append_backfill(make(flows(8, T0 - 100)))
    store.append(make(flows(10)))
    assert store.snapshot().evicted > 0
    before = store.snapshot().first_id
    assert not store.append_backfill(make(flows(1, T0 - 200)))
    assert store.snapshot().first_id == before


def test_a_capacity_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Store(0)


def test_late_records_are_marked_in_their_rows() -> None:
    store = Store(10)
    store.append(make([record(at=T0 + 9), record(at=T0)]), is_late=["late", None])
    assert store.snapshot().rows([0, 1], ["start", LATE]) == [(T0, None), (T0 + 9, "late")]


def test_columns_name_what_has_a_value_somewhere() -> None:
    store = Store(10)
    store.append(make(flows(5)))
    columns = store.snapshot().columns
    assert {"srcaddr", "bytes", batch.TIMESTAMP, batch.INGESTION, batch.FORMAT} <= columns
    assert columns.isdisjoint({"vpc-id", LATE})
    assert not any(name.startswith("#") for name in columns)


def test_readers_see_whole_states_while_the_writer_goes_on() -> None:
    store, is_done = Store(500), threading.Event()
    faults: list[str] = []

    def read() -> None:
        while not is_done.is_set():
            snapshot = store.snapshot()
            ids = range(snapshot.first_id, snapshot.end_id)
            if [row and row[0] for row in snapshot.rows(ids, ["bytes"])] != list(ids):
                faults.append(f"version {snapshot.version}")

    reader = threading.Thread(target=read)
    reader.start()
    for first in range(0, 3000, 15):
        store.append(make([record(at=T0 + at, bytes=at) for at in range(first, first + 15)]))
    is_done.set()
    reader.join(timeout=30)
    assert not reader.is_alive()
    assert faults == []
