"""The local engine: a tree as a predicate over the store's columns.

Two-valued: whatever looks at a value that is not there is false, and its negation true. Knows the columns
of records, not where they are held.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import lru_cache, partial, reduce
from ipaddress import IPv4Network, IPv6Network, ip_address
from operator import and_, eq, ge, gt, le, lt, ne, or_
from typing import assert_never

import polars as pl

from flowtui.filters.tree import And, AnyPort, Compare, Net, Not, OneOf, OnInterfaces, Op, Or, Side, Tree
from flowtui.records import batch, fields
from flowtui.records.fields import Type

Predicate = Callable[[frozenset[str]], pl.Expr]
"""Gives the expression for the columns that there are."""

_VARIANTS = 32
"""Sets of columns for which a predicate keeps its expression: one per log format, about."""

_OPS = {Op.EQ: eq, Op.NE: ne, Op.LT: lt, Op.LE: le, Op.GT: gt, Op.GE: ge}

_MAX_INTEGER = 2**64 - 1

_PORTS = {
    Side.SRC: (fields.SRCPORT.name,),
    Side.DST: (fields.DSTPORT.name,),
    Side.EITHER: (fields.SRCPORT.name, fields.DSTPORT.name),
}

_SRC = (fields.SRCADDR.name, fields.PKT_SRCADDR.name)
_DST = (fields.DSTADDR.name, fields.PKT_DSTADDR.name)
_ADDRESSES = {Side.SRC: _SRC, Side.DST: _DST, Side.EITHER: _SRC + _DST}


def compile(tree: Tree) -> Predicate:
    """Make the predicate: given the columns that there are, an expression that is never null.

    The columns are those of `flowtui.records`; a column that is missing has no value anywhere.
    """
    return lru_cache(_VARIANTS)(partial(_expression, tree))


def _expression(tree: Tree, columns: Collection[str]) -> pl.Expr:
    match tree:
        case And(parts):
            return reduce(and_, (_expression(part, columns) for part in parts))
        case Or(parts):
            return _any([_expression(part, columns) for part in parts])
        case Not(part):
            return ~_expression(part, columns)
        case Compare(name, op, value):
            return _compare(name, op, value, columns)
        case OneOf(name, values):
            return _one_of(name, values, columns)
        case AnyPort(ranges, side):
            held = [pl.col(name) for name in _PORTS[side] if name in columns]
            return _any([_known(port.is_between(low, high)) for port in held for low, high in ranges])
        case Net(network, side):
            return _any([_within(name, network, columns) for name in _ADDRESSES[side]])
        case OnInterfaces(ids):
            return _on_interfaces(ids, columns)
        case _:
            assert_never(tree)


def _on_interfaces(ids: frozenset[str], columns: Collection[str]) -> pl.Expr:
    if fields.INTERFACE_ID.name not in columns and batch.INTERFACE not in columns:
        return pl.lit(False)
    wanted = pl.Series(sorted(ids), dtype=pl.Categorical).implode()
    return _known(batch.interface(columns).is_in(wanted))


def _any(parts: list[pl.Expr]) -> pl.Expr:
    return reduce(or_, parts) if parts else pl.lit(False)


def _known(expression: pl.Expr) -> pl.Expr:
    return expression.fill_null(False)


def _compare(name: str, op: Op, value: str | int, columns: Collection[str]) -> pl.Expr:
    if fields.field(name).type is Type.ADDRESS:
        is_equal = _one_of(name, (value,), columns)
        return is_equal if op is Op.EQ else _has_address(name, columns) & ~is_equal
    if name not in columns:
        return pl.lit(False)
    return _known(_OPS[op](pl.col(name), value))


def _has_address(name: str, columns: Collection[str]) -> pl.Expr:
    return _any([pl.col(column).is_not_null() for column in (name, fields.v6(name)) if column in columns])


def _one_of(name: str, values: tuple[str | int, ...], columns: Collection[str]) -> pl.Expr:
    wanted = {column: each for column, each in _by_column(name, values).items() if column in columns}
    return _any([_known(pl.col(column).is_in(each.implode())) for column, each in wanted.items()])


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


def _within(name: str, network: IPv4Network | IPv6Network, columns: Collection[str]) -> pl.Expr:
    column, dtype = (name, pl.UInt32) if network.version == 4 else (fields.v6(name), pl.UInt128)
    if column not in columns:
        return pl.lit(False)
    low, high = (
        pl.lit(int(end), dtype=dtype) for end in (network.network_address, network.broadcast_address)
    )
    return _known(pl.col(column).is_between(low, high))
