"""The store's columns as the local engine sees them: which are there, and expressions that are never null.

Knows no trees.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from operator import or_

import polars as pl

from flowtui.filters.tree import Side
from flowtui.records import batch, fields
from flowtui.records.fields import Type

Columns = Collection[str]

PORTS = {
    Side.SRC: (fields.SRCPORT.name,),
    Side.DST: (fields.DSTPORT.name,),
    Side.EITHER: (fields.SRCPORT.name, fields.DSTPORT.name),
}
"""Where a port is looked for."""

_SRC = (fields.SRCADDR.name, fields.PKT_SRCADDR.name)
_DST = (fields.DSTADDR.name, fields.PKT_DSTADDR.name)

ADDRESSES = {Side.SRC: _SRC, Side.DST: _DST, Side.EITHER: _SRC + _DST}
"""Where an address is looked for."""

NEVER = pl.lit(False)


def known(expression: pl.Expr) -> pl.Expr:
    """Make what cannot be told false."""
    return expression.fill_null(False)


def joined(join: Callable[[pl.Expr, pl.Expr], pl.Expr], parts: Sequence[pl.Expr]) -> pl.Expr:
    """Join one or more expressions pairwise: a deep one would overflow the stack of the engine."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return join(joined(join, parts[:middle]), joined(join, parts[middle:]))


def any_of(parts: Iterable[pl.Expr]) -> pl.Expr:
    """At least one of these; never where there are none."""
    given = list(parts)
    return joined(or_, given) if given else NEVER


def texts(columns: Columns) -> list[str]:
    """List the columns of text: TEXT fields, unknown ones too, and the interface by the stream's name."""
    named = (name for name in columns if name[0] != "@" and "/" not in name)
    held = [name for name in named if fields.field(name).type is Type.TEXT]
    return sorted(held) + [name for name in (batch.INTERFACE,) if name in columns]


def has_interface(columns: Columns) -> bool:
    """Whether records can tell their interface."""
    return fields.INTERFACE_ID.name in columns or batch.INTERFACE in columns


def time(columns: Columns) -> pl.Expr:
    """Give each record's time in epoch seconds: its start, else its event time."""
    start = [pl.col(fields.START.name).cast(pl.Int64)] if fields.START.name in columns else []
    event = [pl.col(batch.TIMESTAMP) // 1000] if batch.TIMESTAMP in columns else []
    return pl.coalesce(*start, *event, pl.lit(None, dtype=pl.Int64))
