"""Leaves out the records of other VPCs: by a record's own vpc-id, else by its interface.

Knows no topology: who lies elsewhere is handed in.
"""

from __future__ import annotations

from collections.abc import Collection, Set
from dataclasses import replace

import polars as pl

from flowtui.records.batch import RecordBatch, interface
from flowtui.records.fields import VPC_ID
from flowtui.records.resolve import stream_interface


def within(batch: RecordBatch, vpc_ids: Set[str], elsewhere: Set[str]) -> RecordBatch:
    """The records that are not known to lie outside these VPCs; `elsewhere` are interfaces of others.

    A line that fits no format is judged by the interface that its stream is named after.
    """
    columns = batch.frame.columns
    is_outside = _is_one_of(batch.frame, interface(columns), elsewhere)
    if VPC_ID.name in columns:
        own = pl.col(VPC_ID.name)
        is_foreign = ~own.cast(pl.String).is_in(list(vpc_ids))
        is_outside = pl.when(own.is_null()).then(is_outside).otherwise(is_foreign)
    kept = batch.frame.select((~is_outside).alias("kept")).get_column("kept")
    unparsed = tuple(one for one in batch.unparsed if stream_interface(one.stream) not in elsewhere)
    if kept.all() and len(unparsed) == len(batch.unparsed):
        return batch
    rows = [row for row, is_kept in zip(batch.rows, kept.to_list(), strict=True) if is_kept]
    return replace(batch, frame=batch.frame.filter(kept), rows=rows, unparsed=unparsed)


def _is_one_of(frame: pl.DataFrame, column: pl.Expr, wanted: Collection[str]) -> pl.Expr:
    """Whether a text is one of these: compared once for each that occurs, since there may be thousands."""
    names = frame.select(column.cast(pl.String).alias("name").unique()).get_column("name").to_list()
    found = [name for name in names if name in wanted]
    return column.cast(pl.String).is_in(found).fill_null(value=False)
