"""Kept hits, extended step by step, are what filtering and sorting everything anew would give."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowtui.records.format import DEFAULT_FORMAT, LogFormat
from flowtui.store.hits import Hits, Order, Predicate
from flowtui.store.snapshot import Snapshot
from flowtui.store.store import Store
from tests.unit.store.frames import T0, Record, make, record

OTHER_FORMAT = LogFormat(("srcaddr", "start", "dstport"))


def to_port_80(columns: frozenset[str]) -> pl.Expr:
    return (pl.col("dstport") == 80).fill_null(False) if "dstport" in columns else pl.lit(False)


def rejected(columns: frozenset[str]) -> pl.Expr:
    return (pl.col("action") == "REJECT").fill_null(False) if "action" in columns else pl.lit(False)


PREDICATES: dict[str, tuple[Predicate | None, Callable[[Record], bool]]] = {
    "all": (None, lambda row: True),
    "port": (to_port_80, lambda row: row["dstport"] == 80),
    "rejected": (rejected, lambda row: row["action"] == "REJECT"),
}
ORDERS = [
    None,
    *(Order(name, down) for name in ("bytes", "srcaddr", "interface-id", "action") for down in (False, True)),
]
COLUMNS = ("start", "@timestamp", "dstport", "action", "bytes", "srcaddr", "interface-id")
ADDRESSES = ["9.0.0.1", "10.0.0.1", "10.0.0.10", "2001:db8::1", "2001:db8::a"]


def key(row: Record, order: Order) -> object:
    value = row[order.field]
    return ADDRESSES.index(str(value)) if order.field == "srcaddr" and value is not None else value


def ordered(rows: dict[int, Record], order: Order | None) -> list[int]:
    """What the order means, said plainly."""
    if order is None:
        past = [id for id in rows if id < 0]
        return [*sorted(past, key=lambda id: (start_of(rows[id]), id)), *sorted(id for id in rows if id >= 0)]
    present = [id for id in sorted(rows) if rows[id][order.field] is not None]
    absent = [id for id in sorted(rows) if rows[id][order.field] is None]
    present.sort(key=lambda id: key(rows[id], order), reverse=order.is_descending)  # type: ignore[arg-type,return-value]
    if order.is_descending:
        present = [id for value in dict.fromkeys(key(rows[id], order) for id in present)
                   for id in sorted(present) if key(rows[id], order) == value]  # fmt: skip
    return present + absent


def start_of(row: Record) -> int:
    start, timestamp = row["start"], row["@timestamp"]
    assert isinstance(timestamp, int)
    return start if isinstance(start, int) else timestamp // 1000


def rows_of(snapshot: Snapshot) -> dict[int, Record]:
    ids = range(snapshot.first_id, snapshot.end_id)
    rows = snapshot.rows(ids, COLUMNS)
    return {
        id: dict(zip(COLUMNS, row, strict=True)) for id, row in zip(ids, rows, strict=True) if row is not None
    }


@st.composite
def records(draw: st.DrawFn) -> Record:
    return record(
        at=T0 + draw(st.integers(0, 20)),
        start=draw(st.sampled_from([T0, T0 + 3, T0 + 9, None])),
        dstport=draw(st.sampled_from([80, 443, None])),
        action=draw(st.sampled_from(["ACCEPT", "REJECT", None])),
        bytes=draw(st.sampled_from([1, 2, 2**33, None])),
        srcaddr=draw(st.sampled_from([*ADDRESSES, None])),
        interface_id=draw(st.sampled_from(["eni-10", "eni-9", None])),
    )


steps = st.tuples(
    st.booleans(),
    st.lists(records(), max_size=12),
    st.sampled_from([DEFAULT_FORMAT, DEFAULT_FORMAT, OTHER_FORMAT]),
)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(PREDICATES)),
    st.sampled_from(ORDERS),
    st.sampled_from([16, 40, 400]),
    st.lists(steps, max_size=12),
    st.data(),
)
def test_extended_hits_are_those_of_filtering_and_sorting_anew(
    name: str,
    order: Order | None,
    capacity: int,
    appended: list[tuple[bool, list[Record], LogFormat]],
    data: st.DataObject,
) -> None:
    predicate, is_hit = PREDICATES[name]
    store, hits = Store(capacity), Hits(predicate, order)
    for is_live, items, fmt in appended:
        (store.append if is_live else store.append_backfill)(make(items, fmt))
        if data.draw(st.booleans(), label="extend"):
            hits = hits.extend(store.snapshot())
    snapshot = store.snapshot()
    hits = hits.extend(snapshot)
    rows = {id: row for id, row in rows_of(snapshot).items() if is_hit(row)}
    expected = ordered(rows, order)
    assert hits.ids(0, 1000) == expected
    assert len(hits) == len(expected)
    check_places(hits, snapshot, expected)
    check_rejected(hits, snapshot, expected, rows)


def check_places(hits: Hits, snapshot: Snapshot, expected: list[int]) -> None:
    assert [hits.position(id) for id in expected] == list(range(len(expected)))
    others = set(range(snapshot.first_id - 1, snapshot.end_id + 1)) - set(expected)
    assert all(hits.position(id) is None for id in others)
    assert [hits.ids(start, 3) for start in range(len(expected))] == [
        expected[start : start + 3] for start in range(len(expected))
    ]


def check_rejected(hits: Hits, snapshot: Snapshot, expected: list[int], rows: dict[int, Record]) -> None:
    marks = [rows[id]["action"] == "REJECT" for id in expected]
    all_rejected = [id for id, mark in zip(expected, marks, strict=True) if mark]
    assert hits.next_rejected(snapshot, None, 1) == (all_rejected[0] if all_rejected else None)
    assert hits.next_rejected(snapshot, None, -1) == (all_rejected[-1] if all_rejected else None)
    for place, id in enumerate(expected):
        after = [other for other, mark in zip(expected[place + 1 :], marks[place + 1 :], strict=True) if mark]
        before = [other for other, mark in zip(expected[:place], marks[:place], strict=True) if mark]
        assert hits.next_rejected(snapshot, id, 1) == (after[0] if after else None)
        assert hits.next_rejected(snapshot, id, -1) == (before[-1] if before else None)


def filled(store: Store, count: int, first: int = T0) -> Store:
    actions = ["REJECT" if at % 5 == 0 else "ACCEPT" for at in range(count)]
    store.append(make([record(at=first + at, action=action) for at, action in enumerate(actions)]))
    return store


def test_a_kept_value_does_not_change_when_the_next_is_made() -> None:
    store = filled(Store(100), 10)
    kept = Hits().extend(store.snapshot())
    later = kept.extend(filled(store, 10).snapshot())
    assert (kept.ids(0, 99), later.ids(0, 99)) == (list(range(10)), list(range(20)))


def test_records_evicted_since_are_no_next_rejected_ones() -> None:
    store = filled(Store(16), 16)
    hits = Hits().extend(store.snapshot())
    snapshot = filled(store, 4).snapshot()
    assert snapshot.first_id == 4
    assert hits.next_rejected(snapshot, None, 1) == 5
    assert hits.next_rejected(snapshot, 2, 1) == 5
    assert hits.next_rejected(snapshot, 5, -1) is None


@pytest.mark.parametrize(("step", "found"), [(1, 10), (-1, 5)], ids=["next", "previous"])
def test_from_a_record_that_is_no_hit_the_search_goes_on_from_its_place(step: int, found: int) -> None:
    snapshot = filled(Store(100), 20).snapshot()
    hits = Hits(rejected).extend(snapshot)
    assert hits.position(7) is None
    assert hits.next_rejected(snapshot, 7, step) == found


def test_the_order_of_interfaces_takes_the_stream_where_the_format_names_none() -> None:
    store = Store(100)
    store.append(make([record(**{"@interface": name}) for name in ("eni-3", "eni-1")], OTHER_FORMAT))
    store.append(make([record(interface_id="eni-2")]))
    assert Hits(order=Order("@interface")).extend(store.snapshot()).ids(0, 9) == [1, 2, 0]


def test_what_was_filtered_is_not_filtered_again() -> None:
    seen: list[frozenset[str]] = []

    def counted(columns: frozenset[str]) -> pl.Expr:
        seen.append(columns)
        return rejected(columns)

    store = filled(Store(1000), 300)
    hits = Hits(counted).extend(store.snapshot())
    blocks = len(seen)
    hits.extend(store.snapshot())
    assert len(seen) == blocks
    hits.extend(filled(store, 1).snapshot())
    assert len(seen) == blocks + 1
