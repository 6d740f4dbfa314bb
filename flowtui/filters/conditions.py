"""The conditions of the local engine, one expression each: false where there is no value.

Knows columns, no trees' structure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from ipaddress import ip_address
from operator import eq, ge, gt, le, lt, ne

import polars as pl

from flowtui.filters.columns import (
    ADDRESSES,
    NEVER,
    PORTS,
    Columns,
    any_of,
    has_interface,
    known,
    time,
)
from flowtui.filters.tree import Network, Op, Side
from flowtui.records import batch, fields
from flowtui.records.fields import Type

Spans = Iterable[tuple[int, bool, int | None, int | None]]

_OPS = {Op.EQ: eq, Op.NE: ne, Op.LT: lt, Op.LE: le, Op.GT: gt, Op.GE: ge}

_MAX_INTEGER = 2**64 - 1
_NO_BEGIN, _NO_END = -(2**62), 2**62


def compare(name: str, op: Op, value: str | int, columns: Columns) -> pl.Expr:
    """A field's value compared."""
    if fields.field(name).type is Type.ADDRESS:
        is_equal = one_of(name, (value,), columns)
        return is_equal if op is Op.EQ else _has_address(name, columns) & ~is_equal
    if name not in columns:
        return NEVER
    return known(_OPS[op](pl.col(name), value))


def one_of(name: str, values: tuple[str | int, ...], columns: Columns) -> pl.Expr:
    """A field's value is one of these."""
    wanted = {column: each for column, each in _by_column(name, values).items() if column in columns}
    return any_of(known(pl.col(column).is_in(each.implode())) for column, each in wanted.items())


def within_field(name: str, op: Op, network: Network, columns: Columns) -> pl.Expr:
    """An address field's value is in a network, or is not."""
    is_in = _within(name, network, columns)
    return is_in if op is Op.EQ else _has_address(name, columns) & ~is_in


def any_port(ranges: Iterable[tuple[int, int]], side: Side, columns: Columns) -> pl.Expr:
    """A port is in one of these ranges."""
    single = pl.Series([low for low, high in ranges if low == high], dtype=pl.UInt64)
    wide = [(low, high) for low, high in ranges if low != high]
    parts: list[pl.Expr] = []
    for port in (pl.col(name) for name in PORTS[side] if name in columns):
        parts += [known(port.is_between(low, high)) for low, high in wide]
        if len(single) == 1:
            parts.append(known(port == single.item()))
        elif len(single):
            parts.append(known(port.is_in(single.implode())))
    return any_of(parts)


def flags(masks: Iterable[int], columns: Columns) -> pl.Expr:
    """The TCP flags have all bits of one of these masks."""
    name = fields.TCP_FLAGS.name
    if name not in columns:
        return NEVER
    bits = pl.col(name).cast(pl.UInt16)
    return any_of(known(bits & pl.lit(mask, dtype=pl.UInt16) == mask) for mask in masks)


def on_interfaces(ids: frozenset[str], columns: Columns) -> pl.Expr:
    """Seen on one of these interfaces."""
    if not ids or not has_interface(columns):
        return NEVER
    wanted = pl.Series(sorted(ids), dtype=pl.Categorical).implode()
    return known(batch.interface(columns).is_in(wanted))


def within(network: Network, side: Side, columns: Columns) -> pl.Expr:
    """An address on this side is in a network."""
    return any_of(_within(name, network, columns) for name in ADDRESSES[side])


def addresses(v4: frozenset[int], v6: frozenset[int], side: Side, columns: Columns) -> pl.Expr:
    """An address on this side is one of these."""
    parts: list[pl.Expr] = []
    for name in ADDRESSES[side]:
        for column, values, dtype in ((name, v4, pl.UInt32), (fields.v6(name), v6, pl.UInt128)):
            if values and column in columns:
                wanted = pl.Series(sorted(values), dtype=dtype)
                parts.append(known(pl.col(column).is_in(wanted.implode())))
    return any_of(parts)


def during(since: int | None, until: int | None, columns: Columns) -> pl.Expr:
    """The record's time is from since until before until."""
    at = time(columns)
    begun = pl.lit(True) if since is None else at >= since
    return known(begun if until is None else begun & (at < until))


def tenures(spans: Spans, side: Side, columns: Columns) -> pl.Expr:
    """An address on this side was borne at the record's time."""
    at = time(columns)
    layers = _layers(spans)
    parts: list[pl.Expr] = []
    for name in ADDRESSES[side]:
        for is_v6, addressed, since, until in layers:
            column = fields.v6(name) if is_v6 else name
            if column in columns:
                begin, end = (
                    pl.col(column).replace_strict(addressed, edge, default=None, return_dtype=pl.Int64)
                    for edge in (since, until)
                )
                parts.append(known((begin <= at) & (at < end)))
    return any_of(parts)


def _layers(spans: Spans) -> list[tuple[bool, pl.Series, pl.Series, pl.Series]]:
    """Sort spans so that each address occurs once in a layer."""
    layers: dict[tuple[bool, int], list[tuple[int, int, int]]] = defaultdict(list)
    seen: dict[tuple[bool, int], int] = defaultdict(int)
    for value, is_v6, since, until in spans:
        layer = seen[is_v6, value]
        seen[is_v6, value] += 1
        begin, end = _NO_BEGIN if since is None else since, _NO_END if until is None else until
        layers[is_v6, layer].append((value, begin, end))
    return [
        (
            is_v6,
            pl.Series([value for value, _, _ in rows], dtype=pl.UInt128 if is_v6 else pl.UInt32),
            pl.Series([begin for _, begin, _ in rows], dtype=pl.Int64),
            pl.Series([end for _, _, end in rows], dtype=pl.Int64),
        )
        for (is_v6, _), rows in layers.items()
    ]


def _has_address(name: str, columns: Columns) -> pl.Expr:
    return any_of(pl.col(column).is_not_null() for column in (name, fields.v6(name)) if column in columns)


def _by_column(name: str, values: tuple[str | int, ...]) -> dict[str, pl.Series]:
    """Sort the values by the columns that can hold them; a number beyond all columns is nowhere."""
    kind = fields.field(name).type
    if kind is Type.ADDRESS:
        addresses = [ip_address(value) for value in values]
        v4 = [int(each) for each in addresses if each.version == 4]
        v6 = [int(each) for each in addresses if each.version == 6]
        return {name: pl.Series(v4, dtype=pl.UInt32), fields.v6(name): pl.Series(v6, dtype=pl.UInt128)}
    if kind in (Type.INTEGER, Type.TIME):
        held = [value for value in values if isinstance(value, int) and 0 <= value <= _MAX_INTEGER]
        return {name: pl.Series(held, dtype=pl.UInt64)}
    return {name: pl.Series(values, dtype=pl.String)}


def _within(name: str, network: Network, columns: Columns) -> pl.Expr:
    column, dtype = (name, pl.UInt32) if network.version == 4 else (fields.v6(name), pl.UInt128)
    if column not in columns:
        return NEVER
    low, high = (
        pl.lit(int(end), dtype=dtype) for end in (network.network_address, network.broadcast_address)
    )
    return known(pl.col(column).is_between(low, high))
