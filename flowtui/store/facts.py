"""What of each record is counted, as one frame per block, and the sums over it.

The counting half of `series`; knows nothing of windows, horizons or queries.
"""

from __future__ import annotations

import polars as pl

from flowtui.records import batch, fields
from flowtui.store.block import Block, start_or_event_time

BUCKET_S = 10
"""Width of the buckets by start in which records are counted."""

INTERFACE, BUCKET, ACCEPTED, REJECTED, RECORDS = "interface", "bucket", "accepted", "rejected", "records"
END, INGESTION, DELAY, GROUP, STATUS = "end", "ingestion", "delay", "group", "status"

NO_SUMS = pl.DataFrame(
    schema={INTERFACE: pl.Categorical, BUCKET: pl.UInt32, ACCEPTED: pl.UInt32, REJECTED: pl.UInt32}
)

NODATA, SKIPDATA = fields.STATUSES[1:]


def facts(block: Block) -> pl.DataFrame:
    """One row per record; the delay is ingestion less event time in ms."""
    columns = block.columns
    accept, reject = fields.ACTIONS
    action = _column(fields.ACTION.name, columns, pl.Enum(fields.ACTIONS))
    ingestion = _column(batch.INGESTION, columns, pl.Int64())
    return block.table(columns).select(
        (start_or_event_time(columns) // BUCKET_S * BUCKET_S).cast(pl.UInt32).alias(BUCKET),
        batch.interface(columns).alias(INTERFACE),
        (action == accept).fill_null(False).alias(ACCEPTED),
        (action == reject).fill_null(False).alias(REJECTED),
        _column(fields.END.name, columns, pl.UInt32()).alias(END),
        ingestion.alias(INGESTION),
        (ingestion - pl.col(batch.TIMESTAMP)).alias(DELAY),
        _column(batch.GROUP, columns, pl.Categorical()).alias(GROUP),
        _column(fields.LOG_STATUS.name, columns, pl.Enum(fields.STATUSES)).alias(STATUS),
    )


def _column(name: str, columns: frozenset[str], dtype: pl.DataType) -> pl.Expr:
    return pl.col(name) if name in columns else pl.lit(None, dtype=dtype)


def by_bucket(records: pl.DataFrame) -> pl.DataFrame:
    """Sum by interface and bucket."""
    return records.group_by(INTERFACE, BUCKET).agg(
        pl.col(ACCEPTED, REJECTED).sum().cast(pl.UInt32),
        pl.col(END, INGESTION).max(),
        pl.len().cast(pl.UInt32).alias(RECORDS),
    )


def by_interface(sums: pl.DataFrame, before: pl.DataFrame | None) -> pl.DataFrame:
    """Sum by interface, on top of what such sums gave before."""
    both = sums.drop(BUCKET) if before is None else pl.concat([before, sums.select(before.columns)])
    return both.group_by(INTERFACE).agg(
        pl.col(ACCEPTED, REJECTED, RECORDS).sum(), pl.col(END, INGESTION).max()
    )


def newest_ends(records: pl.DataFrame) -> dict[str, int]:
    """Find the newest end in each log group, epoch seconds."""
    newest = records.group_by(GROUP).agg(pl.col(END).max()).drop_nulls()
    return dict(newest.iter_rows())


def kinds(records: pl.DataFrame) -> tuple[int, int, int, int, int, int]:
    """Count records, accepted, rejected, NODATA, SKIPDATA and those that are none of these four."""
    status = pl.col(STATUS)
    is_gap = status.is_in([NODATA, SKIPDATA]).fill_null(False)
    found: tuple[int, int, int, int, int, int] = records.select(
        pl.len().alias(RECORDS),
        pl.col(ACCEPTED, REJECTED).sum(),
        (status == NODATA).sum().alias("nodata"),
        (status == SKIPDATA).sum().alias("skipped"),
        (~pl.col(ACCEPTED) & ~pl.col(REJECTED) & ~is_gap).sum().alias("unknown"),
    ).row(0)
    return found
