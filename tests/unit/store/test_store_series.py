"""Series count what plain counting over all records would, however they came in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowtui.records import batch
from flowtui.records.format import DEFAULT_FORMAT, LogFormat
from flowtui.store.series import Delays, InterfaceTotals, Series, Totals
from flowtui.store.store import Store
from tests.unit.store.frames import T0, Record, make, record

OTHER_FORMAT = LogFormat(("srcaddr", "start", "action"))
ROUND = T0 - T0 % 600
SPAN_S = 1200


@st.composite
def records(draw: st.DrawFn) -> Record:
    at = ROUND + draw(st.integers(0, SPAN_S - 1))
    made = record(
        at=at,
        start=draw(st.sampled_from([at, at, at, None])),
        end=draw(st.sampled_from([at + 60, None])),
        interface_id=draw(st.sampled_from(["eni-1", "eni-2", None])),
        action=draw(st.sampled_from(["ACCEPT", "REJECT", None])),
        log_status=draw(st.sampled_from(["OK", "NODATA", "SKIPDATA", None])),
    )
    delay_ms = draw(st.integers(-1000, 600_000))
    group = draw(st.sampled_from(["a", "b"]))
    return {
        **made,
        batch.INGESTION: at * 1000 + delay_ms,
        batch.GROUP: group,
        batch.INTERFACE: draw(st.sampled_from(["eni-1", "eni-3"])),
    }


def number(row: Record, name: str) -> int:
    value = row[name]
    assert isinstance(value, int)
    return value


def seen(row: Record, fmt: LogFormat) -> Record:
    """What is left of a record in a format, with its interface under one name."""
    meta = {name: value for name, value in row.items() if name.startswith("@")}
    interface = row.get("interface-id") if "interface-id" in fmt.fields else None
    kept = {name: row.get(name) for name in (*DEFAULT_FORMAT.fields,) if name in fmt.fields}
    start = kept.get("start") or number(row, batch.TIMESTAMP) // 1000
    return {**kept, **meta, "start": start, batch.INTERFACE: interface or row[batch.INTERFACE]}


def counted(rows: list[Record], keep: Callable[[Record], bool]) -> tuple[int, int]:
    actions = Counter(row.get("action") for row in rows if keep(row))
    return actions["ACCEPT"], actions["REJECT"]


appended = st.lists(
    st.tuples(
        st.booleans(), st.lists(records(), max_size=15), st.sampled_from([DEFAULT_FORMAT, OTHER_FORMAT])
    ),
    max_size=8,
)


@settings(max_examples=50, deadline=None)
@given(appended, st.sampled_from([10, 30, 600]), st.integers(-3, 130), st.integers(-3, 130))
def test_series_agree_with_counting(
    batches: list[tuple[bool, list[Record], LogFormat]], step_s: int, first: int, last: int
) -> None:
    store, series, rows = Store(10_000), Series(), list[Record]()
    for is_live, items, fmt in batches:
        (store.append if is_live else store.append_backfill)(make(items, fmt))
        series = series.extend(store.snapshot())
        rows += [seen(item, fmt) for item in items]
    check_totals(series, rows)
    check_buckets(series, rows, step_s, ROUND + first * 10, ROUND + last * 10)
    check_interfaces(series, rows)


def check_totals(series: Series, rows: list[Record]) -> None:
    statuses = Counter(row.get("log-status") for row in rows)
    accepted, rejected = counted(rows, lambda row: True)
    unknown = [row for row in rows if not row.get("action") and row.get("log-status") in ("OK", None)]
    assert series.totals == Totals(
        len(rows), accepted, rejected, statuses["NODATA"], statuses["SKIPDATA"], len(unknown)
    )
    groups = {row[batch.GROUP] for row in rows if row.get("end") is not None}
    assert series.last_end_s == {
        group: max(
            number(row, "end") for row in rows if row[batch.GROUP] == group and row.get("end") is not None
        )
        for group in groups
    }


def check_buckets(series: Series, rows: list[Record], step_s: int, from_s: int, to_s: int) -> None:
    def expected(interface: str | None) -> list[tuple[int, int]]:
        return [
            counted(
                rows,
                lambda row: (
                    low <= number(row, "start") < min(low + step_s, to_s)  # noqa: B023
                    and interface in (None, row[batch.INTERFACE])
                ),
            )
            for low in range(from_s, to_s, step_s)
        ]

    names = ["eni-1", "eni-2", "eni-9"]
    assert series.buckets(None, from_s, to_s, step_s) == expected(None)
    assert series.buckets("eni-1", from_s, to_s, step_s) == expected("eni-1")
    assert series.buckets_of(names, from_s, to_s, step_s) == {name: expected(name) for name in names}
    since = {
        str(name): counted(
            rows,
            lambda row: row[batch.INTERFACE] == name and number(row, "start") >= from_s,  # noqa: B023
        )[1]
        for name in {row[batch.INTERFACE] for row in rows}
    }
    assert series.rejected_since(from_s) == {name: count for name, count in since.items() if count}


def check_interfaces(series: Series, rows: list[Record]) -> None:
    found = series.interfaces()
    assert found.keys() == {row[batch.INTERFACE] for row in rows}
    for name, totals in found.items():
        own = [row for row in rows if row[batch.INTERFACE] == name]
        ends = [number(row, "end") for row in own if row.get("end") is not None]
        accepted, rejected = counted(own, lambda row: True)
        newest = max(number(row, batch.INGESTION) for row in own)
        assert totals == InterfaceTotals(len(own), accepted, rejected, max(ends, default=None), newest)


def extended(series: Series, items: list[Record]) -> Series:
    store = Store(100_000)
    store.append(make(items))
    return series.extend(store.snapshot())


def test_nothing_came_yet() -> None:
    series = Series()
    assert series.totals == Totals()
    assert (series.delays(), series.interfaces(), series.rejected_since(0)) == (None, {}, {})
    assert series.buckets(None, T0, T0 + 30, 10) == [(0, 0)] * 3
    assert series.buckets_of(["eni-1"], T0, T0 + 10, 10) == {"eni-1": [(0, 0)]}
    assert series.buckets_of([], T0, T0 + 10, 10) == {}


def test_delays_are_percentiles_in_seconds() -> None:
    items: list[Record] = [
        {**record(at=T0), batch.INGESTION: T0 * 1000 + 1000 * (each + 1)} for each in range(100)
    ]
    assert extended(Series(), items).delays() == Delays(51.0, 95.0, 99.0)


def test_old_delays_are_forgotten() -> None:
    slow = [{**record(at=T0), batch.INGESTION: T0 * 1000 + 900_000}] * 500
    store = Store(100_000)
    store.append(make(slow))
    series = Series().extend(store.snapshot())
    store.append(make([record(at=T0)] * 10_000))
    assert series.extend(store.snapshot()).delays() == Delays(90.0, 90.0, 90.0)


def test_what_is_beyond_the_horizon_is_forgotten_but_stays_in_the_totals() -> None:
    old, new = record(at=ROUND, action="REJECT"), record(at=ROUND + 7200, action="REJECT")
    series = extended(Series(horizon_s=3600), [old, new])
    assert series.rejected_since(0) == {"eni-1": 1}
    assert series.buckets(None, ROUND, ROUND + 10, 10) == [(0, 0)]
    assert series.totals.rejected == series.interfaces()["eni-1"].rejected == 2


def test_a_start_in_the_far_future_pushes_nothing_out() -> None:
    series = extended(
        Series(), [record(at=ROUND, action="REJECT"), record(at=ROUND, start=2**32 - 1, action="REJECT")]
    )
    assert series.rejected_since(0) == {"eni-1": 1}


@pytest.mark.parametrize("is_live", [True, False], ids=["live", "back-fill"])
def test_what_was_counted_is_not_counted_again(is_live: bool) -> None:
    store = Store(100)
    (store.append if is_live else store.append_backfill)(make([record()]))
    series = Series().extend(store.snapshot())
    assert series.extend(store.snapshot()).totals.records == 1


def test_evicted_records_stay_counted() -> None:
    store, series = Store(8), Series()
    for at in range(50):
        store.append(make([record(at=T0 + at)]))
        series = series.extend(store.snapshot())
    assert series.totals.records == 50
