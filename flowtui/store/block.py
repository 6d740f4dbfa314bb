"""A block: a run of records with consecutive ids, as one frame, and what was taken out of it to save memory.

What a sealed block leaves out (columns without a value, columns of one value, times that follow from
others) it gives back on request. Knows nothing of its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import cast

import polars as pl

from flowtui.records import address, batch, fields
from flowtui.records.fields import Type

BLOCK_SIZE = 65_536
"""Records in a sealed block: large enough that queries run at full speed, small enough to evict at once."""

_DELAY = "#delay"
"""Ingestion less event time in ms, UInt32: half the size of the time of ingestion itself."""

_NEVER_CONSTANT = (fields.START.name, batch.TIMESTAMP, _DELAY)
"""What other columns are derived from; one of them stays in every frame, so that it keeps its height."""

_MAX_UINT32 = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Constant:
    """A column that has one value throughout the block."""

    value: object
    dtype: pl.DataType


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Records `first_id`, `first_id` + 1 … in the rows of the frame."""

    first_id: int
    frame: pl.DataFrame
    constants: Mapping[str, Constant] = field(default_factory=lambda: MappingProxyType({}))
    is_sealed: bool = False

    def __len__(self) -> int:
        return self.frame.height

    @property
    def end_id(self) -> int:
        """One more than the highest id."""
        return self.first_id + self.frame.height

    @property
    def columns(self) -> frozenset[str]:
        """The names of all columns that have a value somewhere, also of those left out of the frame."""
        return frozenset((*self.frame.columns, *self.constants, *self._derived)) - {_DELAY}

    @property
    def _derived(self) -> frozenset[str]:
        if not self.is_sealed or batch.TIMESTAMP in self.frame.columns:
            return frozenset()
        return frozenset(
            (batch.TIMESTAMP, batch.INGESTION) if _DELAY in self.frame.columns else (batch.TIMESTAMP,)
        )

    def part(self, first_id: int, end_id: int) -> Block:
        """Cut out the records from one id to before another, as far as they are here; shares the memory."""
        low, high = max(first_id, self.first_id), min(end_id, self.end_id)
        if (low, high) == (self.first_id, self.end_id):
            return self
        return replace(self, first_id=low, frame=self.frame.slice(low - self.first_id, max(0, high - low)))

    def table(self, names: Iterable[str]) -> pl.DataFrame:
        """Give the frame, with those of these columns put back that it was relieved of."""
        known = self.constants.keys() | self._derived
        restored = [self._restored(name).alias(name) for name in sorted(known.intersection(names))]
        return self.frame.with_columns(restored) if restored else self.frame

    def _restored(self, name: str) -> pl.Expr:
        constant = self.constants.get(name)
        if constant is not None:
            return pl.lit(constant.value, dtype=constant.dtype)
        event_time = pl.col(fields.START.name).cast(pl.Int64) * 1000
        return event_time if name == batch.TIMESTAMP else event_time + pl.col(_DELAY).cast(pl.Int64)

    def whole(self, rows: Sequence[int]) -> pl.DataFrame:
        """Give the records in these rows, with all columns."""
        some = replace(self, frame=self.frame[list(rows)])
        return some.table(self.columns).drop(_DELAY, strict=False)

    def values(self, rows: Sequence[int], names: Sequence[str]) -> list[tuple[object, ...]]:
        """Give plain values of these columns in these rows: addresses as text, None for what is not there."""
        at = pl.Series(rows, dtype=pl.UInt32)
        columns = [self._column(name, at) for name in names]
        return list(zip(*columns, strict=True)) if columns else [()] * len(rows)

    def _column(self, name: str, at: pl.Series) -> list[object]:
        if name == batch.INTERFACE:
            return _either(self._raw(fields.INTERFACE_ID.name, at), self._raw(name, at))
        if fields.field(name).type is not Type.ADDRESS:
            return self._raw(name, at)
        v4, v6 = self._raw(name, at), self._raw(fields.v6(name), at)
        return _either(_texts(v4, is_v6=False), _texts(v6, is_v6=True))

    def _raw(self, name: str, at: pl.Series) -> list[object]:
        if name in self.frame.columns:
            return cast("list[object]", self.frame.get_column(name)[at].to_list())
        if name in self.constants:
            return [self.constants[name].value] * len(at)
        if name in self._derived:
            some = replace(self, frame=self.frame.select(pl.all().gather(at)))
            return some.table((name,)).get_column(name).to_list()
        return [None] * len(at)


def _texts(values: list[object], *, is_v6: bool) -> list[object]:
    return [None if value is None else address.to_text(cast(int, value), is_v6) for value in values]


def _either(first: list[object], second: list[object]) -> list[object]:
    return [other if one is None else one for one, other in zip(first, second, strict=True)]


def sealed(first_id: int, frame: pl.DataFrame) -> Block:
    """Make a block that will not grow any more, as small as its values allow."""
    kept: list[pl.Series] = []
    constants: dict[str, Constant] = {}
    for column in _without_derived_times(frame):
        if column.null_count() == len(column) and fields.v6(column.name) not in frame.columns:
            continue
        if _is_constant(column):
            constants[column.name] = Constant(column[0], column.dtype)
        else:
            kept.append(_shrunk(column))
    return Block(first_id, pl.DataFrame(kept), MappingProxyType(constants), is_sealed=True)


def _is_constant(column: pl.Series) -> bool:
    if column.name in _NEVER_CONSTANT or column.null_count():
        return False
    return bool(column[0] == column[-1]) and bool(column.eq(column.slice(0, 1)).all())


def _shrunk(column: pl.Series) -> pl.Series:
    if column.dtype != pl.UInt64 or cast(int, column.max()) > _MAX_UINT32:
        return column
    return column.cast(pl.UInt32)


def _without_derived_times(frame: pl.DataFrame) -> pl.DataFrame:
    """Take out the event time where it is the start in ms, and of the time of ingestion all but the delay."""
    if not _has_all(frame, fields.START.name, batch.TIMESTAMP):
        return frame
    event_time = frame.get_column(batch.TIMESTAMP)
    if not (frame.get_column(fields.START.name).cast(pl.Int64) * 1000 == event_time).all():
        return frame
    slim = frame.drop(batch.TIMESTAMP)
    if not _has_all(frame, batch.INGESTION):
        return slim
    delay = (frame.get_column(batch.INGESTION) - event_time).rename(_DELAY)
    if not delay.is_between(0, _MAX_UINT32).all():
        return slim
    return slim.drop(batch.INGESTION).with_columns(delay.cast(pl.UInt32))


def _has_all(frame: pl.DataFrame, *names: str) -> bool:
    return all(name in frame.columns and not frame.get_column(name).null_count() for name in names)


def start_or_event_time(columns: frozenset[str]) -> pl.Expr:
    """Give each record's start in epoch seconds, its event time where it has none."""
    event_time = (pl.col(batch.TIMESTAMP) // 1000).cast(pl.UInt32)
    start = fields.START.name
    return pl.coalesce(pl.col(start), event_time) if start in columns else event_time


def newest_start_s(block: Block) -> int | None:
    """Find the newest start in epoch seconds, None where there is none.

    A start after the time of ingestion is a wrong one and counts as the time of ingestion.
    """
    columns = block.columns
    times = [start_or_event_time(columns)]
    if batch.INGESTION in columns:
        times.append(pl.col(batch.INGESTION) // 1000)
    newest: int | None = block.table(columns).select(pl.min_horizontal(times).max()).item()
    return newest


def oldest_start_s(block: Block) -> int | None:
    """Find the oldest start in epoch seconds, None where there is none."""
    start = start_or_event_time(block.columns)
    oldest: int | None = block.table(block.columns).select(start.min()).item()
    return oldest
