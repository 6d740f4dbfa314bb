"""The local engine: a tree as a predicate over the store's columns.

Two-valued: whatever looks at a value that is not there is false, and its negation true. Knows the columns
of records, not where they are held.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial
from operator import and_
from typing import assert_never

import polars as pl

from flowtui.filters import conditions
from flowtui.filters.bind import NOBODY, bind
from flowtui.filters.columns import NEVER, Columns, any_of, joined
from flowtui.filters.direction import directed
from flowtui.filters.text import contains
from flowtui.filters.tree import (
    Addresses,
    And,
    AnyPort,
    Compare,
    Contains,
    Directed,
    DirectedBy,
    During,
    Flags,
    Named,
    Net,
    Not,
    OneOf,
    OnInterfaces,
    Or,
    Tenures,
    Tree,
    Within,
    Word,
)
from flowtui.records.batch import RecordBatch

Predicate = Callable[[frozenset[str]], pl.Expr]
"""Gives the expression for the columns that there are."""

_VARIANTS = 32
"""Sets of columns for which a predicate keeps its expression: one per log format, about."""


def compile(tree: Tree) -> Predicate:
    """Make the predicate: given the columns that there are, an expression that is never null.

    The columns are those of `flowtui.records`; a column that is missing has no value anywhere. Names are
    to be bound before (`bind`); one that is not matches text columns only.
    """
    return lru_cache(_VARIANTS)(partial(_expression, bind(tree, NOBODY)))


def selected(batch: RecordBatch, tree: Tree) -> RecordBatch:
    """The records of a batch that a tree selects; lines that are no records stay."""
    frame = batch.frame
    rows = frame.select(compile(tree)(frozenset(frame.columns)).arg_true()).to_series().to_list()
    if len(rows) == frame.height:
        return batch
    return replace(batch, frame=frame[rows], rows=[batch.rows[row] for row in rows])


def _expression(tree: Tree, columns: Columns) -> pl.Expr:
    match tree:
        case And(parts):
            return joined(and_, [_expression(part, columns) for part in parts])
        case Or(parts):
            return any_of(_expression(part, columns) for part in parts)
        case Not(part):
            return ~_expression(part, columns)
        case Compare(name, op, value):
            return conditions.compare(name, op, value, columns)
        case OneOf(name, values):
            return conditions.one_of(name, values, columns)
        case Within(name, op, network):
            return conditions.within_field(name, op, network, columns)
        case AnyPort(ranges, side):
            return conditions.any_port(ranges, side, columns)
        case Flags(masks):
            return conditions.flags(masks, columns)
        case OnInterfaces(ids):
            return conditions.on_interfaces(ids, columns)
        case _:
            return _of_addresses(tree, columns)


def _of_addresses(
    tree: Net | Addresses | Tenures | During | Contains | DirectedBy | Directed | Named | Word,
    columns: Columns,
) -> pl.Expr:
    match tree:
        case Net(network, side):
            return conditions.within(network, side, columns)
        case Addresses(v4, v6, side):
            return conditions.addresses(v4, v6, side, columns)
        case Tenures(spans, side):
            return conditions.tenures(spans, side, columns)
        case During(since, until):
            return conditions.during(since, until, columns)
        case Contains(text):
            return contains(text, columns)
        case DirectedBy(way, ownership):
            return directed(way, ownership, columns)
        case Directed() | Named() | Word():
            return NEVER
        case _:
            assert_never(tree)
