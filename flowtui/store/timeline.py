"""How much was accepted and rejected over time, of the records held that a predicate selects.

Kept up to date by what came and what was evicted: the table and the timeline count the same records.
Knows nothing of filter syntax, topology or what is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from flowtui.records import fields
from flowtui.store.block import Block, start_or_event_time
from flowtui.store.facts import BUCKET, BUCKET_S, REJECTED
from flowtui.store.hits import Predicate
from flowtui.store.series import Counts
from flowtui.store.snapshot import Snapshot
from flowtui.store.units import Unit

_AMOUNTS = {Unit.PACKETS: fields.PACKETS.name, Unit.BYTES: fields.BYTES.name}

_MOST = 2**48
"""What a record counts for at most, packets or bytes: more than a line carries in a capture window."""

_KEYS = (BUCKET, REJECTED)
_UNITS = tuple(unit.value for unit in Unit)

_NO_SUMS = pl.DataFrame(
    schema={BUCKET: pl.Int64, REJECTED: pl.Boolean, **dict.fromkeys(_UNITS, pl.Int64)},
)


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """Sums by start, in buckets of `BUCKET_S`, of the accepted and rejected records selected (None: all).

    A value; `extend` makes the next one. Bounded by what is held: at most one row of 33 bytes for each
    bucket and action that there is a record of, so 3 MB for a busy day.
    """

    predicate: Predicate | None = None
    _snapshot: Snapshot = field(default_factory=Snapshot, repr=False)
    _sums: pl.DataFrame = field(default_factory=lambda: _NO_SUMS, repr=False)

    def extend(self, snapshot: Snapshot) -> Timeline:
        """Add what this later snapshot has more, and take away what it has no longer."""
        held = self._snapshot
        gained = [
            *snapshot.between(snapshot.first_id, min(held.first_id, 0)),
            *snapshot.between(held.end_id, snapshot.end_id),
        ]
        lost = [*held.between(held.first_id, snapshot.first_id)]
        if not gained and not lost:
            return Timeline(self.predicate, snapshot, self._sums)
        negative = [sums.with_columns(-pl.col(_UNITS)) for sums in self._of(lost)]
        sums = pl.concat([self._sums, *self._of(gained), *negative]).group_by(_KEYS).agg(pl.col(_UNITS).sum())
        return Timeline(self.predicate, snapshot, sums.filter(pl.col(Unit.RECORDS.value) > 0))

    def buckets(self, from_s: int, to_s: int, step_s: int, unit: Unit = Unit.RECORDS) -> list[Counts]:
        """Give accepted and rejected of what began in each step from one time to before another.

        Times and steps are multiples of `BUCKET_S`.
        """
        step = (pl.col(BUCKET) - from_s) // step_s
        steps = self._sums.filter(pl.col(BUCKET).is_between(from_s, to_s, closed="left"))
        sums = steps.group_by(step, REJECTED).agg(pl.col(unit.value).sum())
        found = [[0, 0] for _ in range(max(0, -(-(to_s - from_s) // step_s)))]
        for place, is_rejected, amount in sums.iter_rows():
            found[place][is_rejected] = amount
        return [(accepted, rejected) for accepted, rejected in found]

    def _of(self, blocks: list[Block]) -> list[pl.DataFrame]:
        return pl.collect_all([_sums_of(block, self.predicate) for block in blocks])


def _sums_of(block: Block, predicate: Predicate | None) -> pl.LazyFrame:
    columns = block.columns
    action = fields.ACTION.name
    if action not in columns:
        return _NO_SUMS.lazy()
    wanted = [
        (start_or_event_time(columns) // BUCKET_S * BUCKET_S).cast(pl.Int64).alias(BUCKET),
        (pl.col(action) == fields.ACTIONS[1]).alias(REJECTED),
        *(_amount(name, columns).alias(unit.value) for unit, name in _AMOUNTS.items()),
    ]
    chosen = pl.col(action).is_not_null()
    if predicate is not None:
        chosen = chosen & predicate(columns)
    roots = {name for expression in (*wanted, chosen) for name in expression.meta.root_names()}
    records = block.table(roots).lazy().filter(chosen).select(wanted)
    count = pl.len().cast(pl.Int64).alias(Unit.RECORDS.value)
    return records.group_by(_KEYS).agg(count, pl.col(_UNITS[1:]).sum())


def _amount(name: str, columns: frozenset[str]) -> pl.Expr:
    if name not in columns:
        return pl.lit(0, dtype=pl.Int64)
    return pl.col(name).cast(pl.UInt64).clip(upper_bound=_MOST).cast(pl.Int64).fill_null(0)
