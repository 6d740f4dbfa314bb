"""Sealing a block changes what it takes, not what it gives."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from flowtui.records import batch
from flowtui.records.format import DEFAULT_FORMAT, LogFormat
from flowtui.records.parse import parse
from flowtui.store.block import Block, sealed
from flowtui.store.lane import Lane
from flowtui.store.snapshot import Snapshot
from tests.unit.store.frames import T0, Record, make, record

NAMES = (*DEFAULT_FORMAT.fields, batch.TIMESTAMP, batch.INGESTION, batch.GROUP, batch.STREAM, batch.INTERFACE)

BIG = st.sampled_from([0, 1, 2**32 - 1, 2**32, 2**64 - 1, None])


@st.composite
def columns_of_records(draw: st.DrawFn) -> list[Record]:
    """Records in which columns are often constant or empty."""
    count = draw(st.integers(1, 6))
    varied: dict[str, st.SearchStrategy[object]] = {
        "srcaddr": st.sampled_from(["10.0.0.1", "10.0.0.2", "2001:db8::1", None]),
        "account_id": st.sampled_from(["1", "2", None]),
        "bytes": BIG,
        "start": st.sampled_from([T0, T0 + 1, None]),
        "action": st.sampled_from(["ACCEPT", "REJECT", None]),
        "at": st.sampled_from([T0, T0 + 7]),
        batch.INGESTION: st.sampled_from([T0 * 1000, T0 * 1000 + 9, 0, None]),
    }
    table = {}
    for name, values in varied.items():
        column = st.lists(values, min_size=count, max_size=count)
        table[name] = draw(st.one_of(column, values.map(lambda value: [value] * count)))
    return [record(**{name: column[row] for name, column in table.items()}) for row in range(count)]


@settings(deadline=None)
@given(columns_of_records())
def test_a_sealed_block_gives_what_the_open_one_gave(items: list[Record]) -> None:
    frame = make(items).frame
    block = sealed(0, frame)
    rows = range(len(items))
    assert block.values(rows, NAMES) == Block(0, frame).values(rows, NAMES)
    back = block.table(frame.columns)
    for name in block.columns:
        assert back.get_column(name).to_list() == frame.get_column(name).to_list(), name


def test_a_sealed_block_leaves_out_what_follows_from_the_rest() -> None:
    frame = make([record(at=T0 + at, srcport=None, bytes=at) for at in range(100)]).frame
    block = sealed(0, frame)
    assert block.frame.schema["bytes"] == pl.UInt32
    assert {"version", "account-id", batch.GROUP, batch.FORMAT, batch.TIMESTAMP}.isdisjoint(
        block.frame.columns
    )
    assert "srcport" not in block.columns
    assert {"version", batch.TIMESTAMP, batch.INGESTION} <= block.columns


LINES = (
    "2 123456789012 eni-1 10.0.0.1 10.0.0.2 1 80 6 1 40 1700000000 1700000060 ACCEPT OK",
    "2 123456789012 eni-1  10.0.0.1 10.0.0.2 2 80 6 1 40 1700000001 1700000060 REJECT OK ",
    "2 123456789012 eni-1 - - - - - - - 1700000002 1700000060 - NODATA",
    "2 123456789012 eni-1 2001:db8::1 2001:db8::2 3 443 6 1 40 1700000003 1700000060 ACCEPT OK",
    "2 123456789012 eni-1 10.0.0.1 10.0.0.2 04 80 6 1 40 1700000004 1700000060 ACCEPT OK",
)
SHORT = LogFormat(("srcaddr", "start", "action"))
SHORT_LINES = ("10.0.0.1 1700000005 REJECT", "- 1700000006 -", "  ::1 1700000007 ACCEPT")


def parsed(lines: tuple[str, ...], fmt: LogFormat) -> pl.DataFrame:
    frame = parse(lines, fmt).frame
    assert frame.height == len(lines)
    return frame.with_columns(
        (pl.col("start").cast(pl.Int64) * 1000).alias(batch.TIMESTAMP),
        (pl.col("start").cast(pl.Int64) * 1000 + 5).alias(batch.INGESTION),
        pl.lit("logs", dtype=pl.Categorical).alias(batch.GROUP),
        pl.lit("eni-1-all", dtype=pl.Categorical).alias(batch.STREAM),
    )


def test_every_line_is_given_back_byte_for_byte() -> None:
    for block_size in (1, 2, 3, 8, 100):
        lane = Lane(block_size)
        lane.add(parsed(LINES, DEFAULT_FORMAT))
        lane.add(parsed(SHORT_LINES, SHORT))
        blocks = tuple(lane)
        snapshot = Snapshot(1, blocks, 0, tuple(block.first_id for block in blocks))
        assert snapshot.lines(range(8)) == [*LINES, *SHORT_LINES], block_size
        assert snapshot.line(6) == SHORT_LINES[1]
        assert snapshot.line(8) is None
