"""Text found in columns of text: each distinct value is looked at once, not each record.

Knows columns, no trees.
"""

from __future__ import annotations

from threading import Lock

import polars as pl

from flowtui.filters.columns import NEVER, Columns, known, texts


def contains(text: str, columns: Columns) -> pl.Expr:
    """Whether the text, in any case, is found in some column of text."""
    names = texts(columns)
    if not names:
        return NEVER
    # All columns go through one call a block: each call waits for Python's lock.
    verdict = pl.struct(names).map_batches(_Values(text.lower()).verdict, return_dtype=pl.Boolean)
    return known(verdict)


class _Values:
    """The values met so far, and those among them that have the text; blocks of records share most."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._met = pl.Series(dtype=pl.Categorical)
        self._found = pl.Series(dtype=pl.Categorical)
        self._lock = Lock()

    def verdict(self, rows: pl.Series) -> pl.Series:
        """Tell which rows of a struct of text have the text in one of its fields."""
        columns = rows.struct.unnest().get_columns()
        for column in columns:
            if not self._is_met(column).all():
                self._meet(column)
        found = self._found.implode()
        if not len(self._found):
            return pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(rows))
        verdict = columns[0].is_in(found).fill_null(False)
        for column in columns[1:]:
            verdict |= column.is_in(found).fill_null(False)
        return verdict

    def _is_met(self, column: pl.Series) -> pl.Series:
        return column.is_in(self._met.implode())

    def _meet(self, column: pl.Series) -> None:
        # Blocks are looked at in several threads; a value is found before it counts as met.
        with self._lock:
            values = column.filter(~self._is_met(column)).unique()
            has_text = values.cast(pl.String).str.to_lowercase().str.contains(self._text, literal=True)
            self._found = pl.concat([self._found, values.filter(has_text)])
            self._met = pl.concat([self._met, values])
