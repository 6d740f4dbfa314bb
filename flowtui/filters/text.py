"""Text found in columns of text: each distinct value is looked at once, not each record.

Knows columns, no trees.
"""

from __future__ import annotations

import polars as pl

from flowtui.filters.columns import Columns, any_of, known, texts


def contains(text: str, columns: Columns) -> pl.Expr:
    """Whether the text, in any case, is found in some column of text."""
    return any_of(_within(name, text.lower()) for name in texts(columns))


def _within(name: str, text: str) -> pl.Expr:
    def verdict(column: pl.Series) -> pl.Series:
        distinct = column.unique()
        found = distinct.cast(pl.String).str.to_lowercase().str.contains(text, literal=True)
        return column.is_in(distinct.filter(found).implode())

    return known(pl.col(name).map_batches(verdict, return_dtype=pl.Boolean, is_elementwise=True))
