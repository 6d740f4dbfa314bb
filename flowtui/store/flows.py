"""The flows among records: chosen columns of several blocks as one table, whatever log formats those have.

What sums over flows begin with; knows nothing of what is summed up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

import polars as pl

from flowtui.records import batch, columns, fields
from flowtui.store.block import Block, start_or_event_time
from flowtui.store.hits import Predicate

Held = frozenset[str]
"""The columns that a block has."""

_PLAUSIBLE = 2**40
"""A TiB in one record. 16 million such fit 64 bits; what is greater is summed in 128, at twice the time."""

_GAPS = list(fields.STATUSES[1:])


def flows(
    blocks: Iterable[Block], predicate: Predicate | None, wanted: Callable[[Block], list[pl.Expr]]
) -> pl.LazyFrame | None:
    """Give what is wanted of each record that the predicate selects, NODATA and SKIPDATA left out.

    A frame of records that is not in a store is a `Block(0, frame)`. None where there is no block.
    """
    parts = [_part(block, predicate, wanted(block)) for block in blocks]
    return pl.concat(parts, how="vertical_relaxed") if parts else None


def _part(block: Block, predicate: Predicate | None, wanted: list[pl.Expr]) -> pl.LazyFrame:
    chosen = [] if predicate is None else [predicate(block.columns)]
    if _may_have_gaps(block):
        chosen.append(~pl.col(fields.LOG_STATUS.name).is_in(_GAPS).fill_null(False))
    needed = {name for expression in (*wanted, *chosen) for name in expression.meta.root_names()}
    table = block.table(needed).lazy()
    return (table.filter(*chosen) if chosen else table).select(wanted)


def _may_have_gaps(block: Block) -> bool:
    """Whether to look at each record: most blocks have one status throughout."""
    status = fields.LOG_STATUS.name
    if status in block.constants:
        return block.constants[status].value in _GAPS
    return status in block.frame.columns


def column(name: str, held: Held) -> pl.Expr:
    """Give a field's column, for an ADDRESS that of its IPv4 values; nulls where the block has none."""
    if name == fields.INTERFACE_ID.name:
        return batch.interface(held).alias(name)
    dtype = columns.dtype(fields.field(name))
    return (pl.col(name) if name in held else pl.lit(None, dtype=dtype)).alias(name)


def v6_column(name: str, held: Held) -> pl.Expr:
    """Give the column of an ADDRESS field's IPv6 values; nulls where the block has none."""
    v6 = fields.v6(name)
    return (pl.col(v6) if v6 in held else pl.lit(None, dtype=columns.V6_DTYPE)).alias(v6)


def amount(name: str, block: Block) -> pl.Expr:
    """Give a count of packets or bytes, 0 where there is none, of a type whose sums do not overflow."""
    return column(name, block.columns).fill_null(0).cast(_sum_dtype(name, block))


def _sum_dtype(name: str, block: Block) -> columns.DType:
    greatest: object = None
    if name in block.constants:
        greatest = block.constants[name].value
    elif name in block.frame.columns and block.frame.schema[name] != pl.UInt32:
        greatest = block.frame.get_column(name).max()
    return pl.UInt64 if cast(int, greatest or 0) <= _PLAUSIBLE else pl.Int128


def is_action(action: str, held: Held) -> pl.Expr:
    """Tell the flows with this action; never null."""
    return (column(fields.ACTION.name, held) == action).fill_null(False)


def first(held: Held) -> pl.Expr:
    """Give when each flow began, its event time where it does not say so; epoch seconds."""
    return start_or_event_time(held)


def last(held: Held) -> pl.Expr:
    """Give when each flow ended, when it began where it does not say so; epoch seconds."""
    return pl.coalesce(column(fields.END.name, held), start_or_event_time(held))
