"""Kept hits: the ids of the records that a predicate selects, in the order of display.

Filtering happens once per record: `extend` looks only at what is new. Knows nothing of filter syntax or
of what is drawn.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import cast

import polars as pl

from flowtui.records import batch, fields
from flowtui.store.block import BLOCK_SIZE, Block, start_or_event_time
from flowtui.store.snapshot import Snapshot

Predicate = Callable[[frozenset[str]], pl.Expr]
"""Gives, for the columns that there are, an expression that is true or false for each record, never null."""

_ID, _IS_REJECTED, _KEY = "#id", "#rejected", "#key"

_EMPTY = pl.DataFrame(schema={_ID: pl.Int64, _IS_REJECTED: pl.Boolean})


@dataclass(frozen=True, slots=True)
class Order:
    """Sorted by this column: values that are not there last, ties in the order of ids."""

    field: str
    """An AWS field name or one of the store's `@` columns; `@interface` is there in every format."""
    is_descending: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """The ids that the predicate selects (None: all) up to the snapshot that it was last extended by.

    Without an order: back-fill sorted by start, and below it the live records in the order of their ids.
    A value; `extend` makes the next one and shares its memory.
    """

    predicate: Predicate | None = None
    order: Order | None = None
    _first_id: int = 0
    _end_id: int = 0
    _sorted: pl.DataFrame = field(default_factory=lambda: _EMPTY, repr=False)
    """Back-fill by start or, with an order, everything."""
    _recent: tuple[pl.DataFrame, ...] = field(default=(), repr=False)
    """Live hits by ascending id; merged as they come, each piece no more often than its size doubles."""

    def __len__(self) -> int:
        return sum(part.height for part in self._parts)

    @property
    def _parts(self) -> tuple[pl.DataFrame, ...]:
        return (self._sorted, *self._recent)

    def extend(self, snapshot: Snapshot) -> Hits:
        """Take in what the snapshot has more, and leave out what it has no longer."""
        kept = self._without_evicted(snapshot.first_id)
        older = kept._select(snapshot, snapshot.first_id, min(self._first_id, 0), is_sorted=True)
        newer = kept._select(snapshot, self._end_id, snapshot.end_id, is_sorted=self.order is not None)
        to_sort = [older, kept._sorted] if self.order is None else [older, kept._sorted, newer]
        return replace(
            kept,
            _first_id=snapshot.first_id,
            _end_id=max(self._end_id, snapshot.end_id),
            _sorted=self._merged(to_sort),
            _recent=kept._recent if self.order else _with_piece(kept._recent, newer),
        )

    def ids(self, start: int, count: int) -> list[int]:
        """Give the ids in these places; fewer where the hits end."""
        found: list[int] = []
        for part, offset in zip(self._parts, self._offsets(), strict=True):
            low, high = max(0, start - offset), min(part.height, start + count - offset)
            if low < high:
                found += part.get_column(_ID).slice(low, high - low).to_list()
        return found

    def position(self, record_id: int) -> int | None:
        """Find the place of a record, None when it is none of the hits."""
        place = self._place(record_id)
        return place if self.ids(place, 1) == [record_id] else None

    def next_rejected(self, snapshot: Snapshot, record_id: int | None, step: int) -> int | None:
        """Find the next rejected hit after this one (step 1) or before it (−1), among those still held.

        With None, or from a record that has no place among the hits, the first or the last.
        """
        hits = self._without_evicted(snapshot.first_id)
        place = -1 if record_id is None else hits._place(record_id)
        is_hit = place >= 0 and hits.ids(place, 1) == [record_id]
        if step > 0:
            return next(hits._rejected_from(place + 1 if is_hit else max(place, 0)), None)
        return next(hits._rejected_before(len(hits) if place < 0 else place), None)

    def _rejected_from(self, start: int) -> Iterator[int]:
        for part, offset in zip(self._parts, self._offsets(), strict=True):
            rest = part.slice(max(0, start - offset))
            if rest.get_column(_IS_REJECTED).any():
                yield rest.item(cast(int, rest.get_column(_IS_REJECTED).arg_max()), _ID)

    def _rejected_before(self, end: int) -> Iterator[int]:
        for part, offset in reversed(list(zip(self._parts, self._offsets(), strict=True))):
            rest = part.slice(0, max(0, end - offset))
            if rest.get_column(_IS_REJECTED).any():
                yield rest.item(rest.get_column(_IS_REJECTED).arg_true()[-1], _ID)

    def _offsets(self) -> Iterator[int]:
        """Give the place at which each part begins."""
        return accumulate((part.height for part in self._parts[:-1]), initial=0)

    def _place(self, record_id: int) -> int:
        """Find the place where this id is or, among the live ones in the order of ids, would be; else −1."""
        if self.order is not None or record_id < 0:
            found = self._sorted.get_column(_ID) == record_id
            return cast(int, found.arg_max()) if found.any() else -1
        lows = [part.item(0, _ID) for part in self._recent]
        part = max(0, bisect_right(lows, record_id) - 1)
        before = self._sorted.height + sum(piece.height for piece in self._recent[:part])
        if not self._recent:
            return before
        return before + int(self._recent[part].get_column(_ID).search_sorted(record_id))

    def _without_evicted(self, first_id: int) -> Hits:
        if first_id <= self._first_id:
            return self
        ends = [part.item(-1, _ID) for part in self._recent]
        live = list(self._recent[bisect_left(ends, first_id) :])
        if live:
            live[0] = live[0].slice(int(live[0].get_column(_ID).search_sorted(first_id)))
        kept = self._sorted.filter(pl.col(_ID) >= first_id)
        return replace(self, _first_id=first_id, _sorted=kept, _recent=tuple(live))

    def _merged(self, parts: list[pl.DataFrame]) -> pl.DataFrame:
        """Sort parts that are sorted each and whose ids ascend from part to part.

        The sort is stable and adapts to sorted runs: 5 ms for 1,000 new among a million.
        """
        filled = [part for part in parts if part.height]
        if len(filled) < 2:
            return filled[0] if filled else _EMPTY
        return self._by_key(pl.concat(filled, how="vertical_relaxed"))

    def _by_key(self, hits: pl.DataFrame) -> pl.DataFrame:
        is_descending = self.order is not None and self.order.is_descending
        return hits.sort(_KEY, descending=is_descending, nulls_last=True, maintain_order=True)

    def _select(self, snapshot: Snapshot, first_id: int, end_id: int, *, is_sorted: bool) -> pl.DataFrame:
        queries = [self._query(block, has_key=is_sorted) for block in snapshot.between(first_id, end_id)]
        found = [hits for hits in pl.collect_all(queries) if hits.height]
        if not found:
            return _EMPTY
        hits = pl.concat(found, how="vertical_relaxed", rechunk=True)
        return self._by_key(hits) if is_sorted else hits

    def _query(self, block: Block, *, has_key: bool) -> pl.LazyFrame:
        columns = block.columns
        action = fields.ACTION.name
        is_rejected = (
            (pl.col(action) == fields.ACTIONS[1]).fill_null(False) if action in columns else pl.lit(False)
        )
        wanted = [_row_id(block), is_rejected.alias(_IS_REJECTED)]
        if has_key:
            wanted.append(_key(self.order, columns).alias(_KEY))
        predicate = pl.lit(True) if self.predicate is None else self.predicate(columns)
        roots = {name for expression in (*wanted, predicate) for name in expression.meta.root_names()}
        rows = block.table(roots).lazy().with_row_index(_ID)
        return rows.filter(predicate).select(wanted)


def _row_id(block: Block) -> pl.Expr:
    return pl.col(_ID).cast(pl.Int64) + block.first_id


def _key(order: Order | None, columns: frozenset[str]) -> pl.Expr:
    if order is None:
        return start_or_event_time(columns)
    if order.field in (fields.INTERFACE_ID.name, batch.INTERFACE):
        return batch.interface(columns)
    held = [name for name in (order.field, fields.v6(order.field)) if name in columns]
    return pl.coalesce(held) if held else pl.lit(None)


def _with_piece(pieces: tuple[pl.DataFrame, ...], new: pl.DataFrame) -> tuple[pl.DataFrame, ...]:
    if not new.height:
        return pieces
    grown = [*pieces, new]
    while len(grown) > 1 and grown[-2].height <= min(2 * grown[-1].height, BLOCK_SIZE):
        grown[-2:] = [pl.concat(grown[-2:], rechunk=True)]
    return tuple(grown)
