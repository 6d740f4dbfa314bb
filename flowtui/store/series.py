"""Series and summaries of all records, kept up to date by what is new: counts per interface and time, totals.

Answers in plain Python values. Knows nothing of filters or of what is held: what was evicted stays counted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import polars as pl

from flowtui.store import facts
from flowtui.store.facts import ACCEPTED, BUCKET, DELAY, END, INGESTION, INTERFACE, NO_SUMS, RECORDS, REJECTED
from flowtui.store.snapshot import Snapshot

HORIZON_S = 3600
"""How far back from the newest ingestion the buckets reach, unless said otherwise."""

_WINDOW_S = 600
"""Buckets are kept by windows of this width, so that a merge copies and a query reads little."""

_DELAYS = 10_000
"""Arrival delays kept: the last so many."""

_SUMS = pl.col(ACCEPTED, REJECTED).sum()

_LINE = "line"

Windows = Mapping[int, tuple[pl.DataFrame, ...]]
"""For each window partial sums by interface and bucket, each less than half as long as the one before."""

Counts = tuple[int, int]
"""Accepted and rejected records."""


@dataclass(frozen=True, slots=True)
class Totals:
    """How many records of each kind there were."""

    records: int = 0
    accepted: int = 0
    rejected: int = 0
    nodata: int = 0
    skipped: int = 0
    """SKIPDATA: records that AWS itself lost."""
    unknown: int = 0
    """Neither accepted nor rejected, though not NODATA or SKIPDATA either."""


@dataclass(frozen=True, slots=True)
class InterfaceTotals:
    """What one interface had."""

    records: int
    accepted: int
    rejected: int
    last_end_s: int | None
    """The newest end of a record, epoch seconds."""
    last_ingestion_ms: int | None
    """When its newest record was ingested, epoch ms."""


@dataclass(frozen=True, slots=True)
class Delays:
    """Percentiles of the time from event to ingestion, in seconds."""

    p50_s: float
    p95_s: float
    p99_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Counts of all records up to the snapshot that it was last extended by.

    A value; `extend` makes the next one and shares its memory.
    """

    horizon_s: int = HORIZON_S
    totals: Totals = Totals()
    last_end_s: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """The newest end of a record in each log group, epoch seconds."""
    _first_id: int = 0
    _end_id: int = 0
    _windows: Windows = field(default_factory=dict, repr=False)
    _interfaces: pl.DataFrame | None = field(default=None, repr=False)
    _delays: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.Int64), repr=False)

    def extend(self, snapshot: Snapshot) -> Series:
        """Count what the snapshot has more."""
        ranges = (snapshot.first_id, min(self._first_id, 0)), (self._end_id, snapshot.end_id)
        seen = replace(self, _first_id=snapshot.first_id, _end_id=max(self._end_id, snapshot.end_id))
        for low, high in ranges:
            for block in snapshot.between(low, high):
                seen = seen._with_records(facts.facts(block))
        return seen

    def buckets(self, interface: str | None, from_s: int, to_s: int, step_s: int) -> list[Counts]:
        """Count what started in each step from one time to before another, on one interface or (None) on all.

        Times and steps are multiples of `BUCKET_S`.
        """
        chosen = pl.lit(True) if interface is None else pl.col(INTERFACE) == interface
        steps = _by_step(self._between(from_s, to_s).filter(chosen), from_s, step_s)
        return _filled(steps.group_by(BUCKET).agg(_SUMS), _step_count(from_s, to_s, step_s))

    def buckets_of(
        self, interfaces: Collection[str], from_s: int, to_s: int, step_s: int
    ) -> dict[str, list[Counts]]:
        """`buckets` for each of these interfaces, in one pass."""
        names = list(dict.fromkeys(interfaces))
        lines = pl.DataFrame({INTERFACE: pl.Series(names, dtype=pl.Categorical)}).with_row_index(_LINE)
        count = _step_count(from_s, to_s, step_s)
        # One list for all, cut at the end: thousands of interfaces are asked for at once.
        steps = _by_step(self._between(from_s, to_s).join(lines, on=INTERFACE), from_s, step_s)
        cell = pl.col(_LINE).cast(pl.Int64) * count + pl.col(BUCKET)
        cells = _filled(steps.group_by(cell).agg(_SUMS), count * len(names))
        return {name: cells[line * count : (line + 1) * count] for line, name in enumerate(names)}

    def rejected_since(self, start_s: int) -> dict[str, int]:
        """Count each interface's rejected records, where it has any, since this multiple of `BUCKET_S`."""
        rejected = pl.col(REJECTED)
        found = self._between(start_s, None).filter(rejected > 0, pl.col(INTERFACE).is_not_null())
        sums = found.group_by(INTERFACE).agg(rejected.sum())
        return dict(zip(sums[INTERFACE].to_list(), sums[REJECTED].to_list(), strict=True))

    def interfaces(self) -> dict[str, InterfaceTotals]:
        """Give the totals of every interface that had a record."""
        if self._interfaces is None:
            return {}
        columns = (INTERFACE, RECORDS, ACCEPTED, REJECTED, END, INGESTION)
        known = self._interfaces.filter(pl.col(INTERFACE).is_not_null()).select(columns)
        return {name: InterfaceTotals(*values) for name, *values in known.iter_rows()}

    def delays(self) -> Delays | None:
        """How long the last records took to arrive; None before the first."""
        if self._delays.is_empty():
            return None
        found = [self._delays.quantile(share, "nearest") or 0.0 for share in (0.5, 0.95, 0.99)]
        return Delays(*(delay / 1000 for delay in found))

    def _between(self, from_s: int, to_s: int | None) -> pl.DataFrame:
        last = max(self._windows, default=0) if to_s is None else (to_s - 1) // _WINDOW_S
        chosen = [window for window in self._windows if from_s // _WINDOW_S <= window <= last]
        if not chosen:
            return NO_SUMS
        found = pl.concat([part for window in chosen for part in self._windows[window]])
        bucket = pl.col(BUCKET)
        return found.filter(bucket >= from_s, pl.lit(True) if to_s is None else bucket < to_s)

    def _with_records(self, records: pl.DataFrame) -> Series:
        sums = facts.by_bucket(records)
        interfaces = facts.by_interface(sums, self._interfaces)
        windows = _with_sums(self._windows, sums.select(NO_SUMS.columns))
        return replace(
            self,
            totals=_added(self.totals, records),
            last_end_s=_newest(self.last_end_s, facts.newest_ends(records)),
            _windows=self._trimmed(windows, interfaces.get_column(INGESTION).max()),
            _interfaces=interfaces,
            _delays=pl.concat([self._delays, records.get_column(DELAY).drop_nulls()]).tail(_DELAYS),
        )

    def _trimmed(self, windows: Windows, newest_ms: object) -> Windows:
        # By the time of ingestion, which is AWS's clock: a record's own start may be anything.
        if not isinstance(newest_ms, int):
            return windows
        newest_s = newest_ms // 1000
        low, high = (newest_s - self.horizon_s) // _WINDOW_S, newest_s // _WINDOW_S + 1
        return {window: parts for window, parts in windows.items() if low <= window <= high}


def _added(totals: Totals, records: pl.DataFrame) -> Totals:
    before = (totals.records, totals.accepted, totals.rejected, totals.nodata, totals.skipped, totals.unknown)
    return Totals(*(old + new for old, new in zip(before, facts.kinds(records), strict=True)))


def _newest(before: Mapping[str, int], ends: Mapping[str, int]) -> Mapping[str, int]:
    later = {group: max(end, before.get(group, end)) for group, end in ends.items()}
    return MappingProxyType({**before, **later})


def _with_sums(windows: Windows, sums: pl.DataFrame) -> Windows:
    grown = dict(windows)
    keyed = sums.with_columns((pl.col(BUCKET) // _WINDOW_S).alias("window"))
    for (window,), part in keyed.partition_by("window", as_dict=True, include_key=False).items():
        grown[window] = _with_part(grown.get(window, ()), part)
    return grown


def _with_part(parts: tuple[pl.DataFrame, ...], part: pl.DataFrame) -> tuple[pl.DataFrame, ...]:
    while parts and parts[-1].height <= 2 * part.height:
        part = pl.concat([parts[-1], part]).group_by(INTERFACE, BUCKET).agg(_SUMS)
        parts = parts[:-1]
    return (*parts, part)


def _by_step(sums: pl.DataFrame, from_s: int, step_s: int) -> pl.DataFrame:
    """Put the number of the step in place of the bucket."""
    return sums.with_columns((pl.col(BUCKET).cast(pl.Int64) - from_s) // step_s)


def _step_count(from_s: int, to_s: int, step_s: int) -> int:
    return max(0, -(-(to_s - from_s) // step_s))


def _filled(sums: pl.DataFrame, count: int) -> list[Counts]:
    """Put sums, by place, into a list of so many."""
    filled = [(0, 0)] * count
    for place, accepted, rejected in zip(*(column.to_list() for column in sums), strict=True):
        filled[place] = (accepted, rejected)
    return filled
