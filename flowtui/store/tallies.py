"""Shapes put together by what they mean, and counted: services, other ends, first and last, course over time.

Knows nothing of rules; what belongs together is told by whoever judged the shapes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from flowtui.records import address, fields
from flowtui.store.shapes import DESTINATION, ID, SERVICE, SHAPE, SOURCE, TIME, Shapes

ALONE = 20
"""A service has a tally of its own where it has one in so many of the records of its kind, or more.

So a scan of all ports is one tally, while the ports that matter are apart.
"""
NAMED = 3
"""Other ends and services that are named with their counts, the most frequent ones."""
LISTED = 20
"""Other ends that are listed at most."""

_KIND, _SLOT, _TALLY, _COUNT = "#kind", "#slot", "#tally", "#count"
_V4, _V6 = "#peer", "#peer/6"
_IS_BY_SOURCE, _IS_APART = "#by-source", "#apart"
_REST = -2
_NO_SERVICE = -1


class Placing(NamedTuple):
    """Where the records of a shape belong."""

    shape: int
    """Its key."""
    kind: int
    is_by_source: bool
    """Whether the other end is the packet's source; else it is the destination."""
    has_services: bool
    """Whether services are told apart."""


@dataclass(frozen=True, slots=True)
class Window:
    """Buckets of a width over time, from one on; epoch seconds."""

    start_s: int
    step_s: int
    count: int


@dataclass(frozen=True, slots=True)
class Services:
    """What the records were for."""

    named: tuple[tuple[int | None, int | None], ...] = ()
    """Protocol and port of the `NAMED` most frequent."""
    count: int = 0
    ports: tuple[int, ...] = ()
    """All ports, ascending; empty where there are more than `LISTED` of them."""


@dataclass(frozen=True, slots=True)
class Peers:
    """The other ends."""

    listed: tuple[tuple[str, int], ...] = ()
    """The most frequent with their counts, `LISTED` at most."""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """Records of one kind and one service, or of all services of the kind that are not apart."""

    kind: int
    is_rest: bool
    """Whether it is what the kind has beside the services with tallies of their own."""
    apart: tuple[int, ...]
    """Of the rest: the ports of those services."""
    services: Services
    peers: Peers
    buckets: tuple[int, ...]
    """Records in each bucket of the window."""
    count: int
    first_s: int
    """When the first began, epoch seconds."""
    last_s: int
    first_id: int
    """The one that began first."""
    last_id: int
    """The newest."""


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Records of shapes without a placing."""

    count: int = 0
    sources: int = 0


class Places:
    """The placings of shapes, each given once. One thread at a time."""

    def __init__(self) -> None:
        self._known = pl.DataFrame(
            schema={SHAPE: pl.UInt64, _KIND: pl.Int32, _IS_BY_SOURCE: pl.Boolean, _IS_APART: pl.Boolean}
        )

    def __len__(self) -> int:
        return self._known.height

    @property
    def shapes(self) -> pl.Series:
        """The keys of those that have one."""
        return self._known.get_column(SHAPE)

    def add(self, placings: Sequence[Placing]) -> None:
        """Takes further ones."""
        more = pl.DataFrame(placings, schema=self._known.schema, orient="row")
        self._known = pl.concat([self._known, more])

    def put(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows that have a placing, with it."""
        return rows.join(self._known, on=SHAPE)


def tallies_of(shapes: Shapes, places: Places, window: Window) -> list[Tally]:
    """Counts what has a place."""
    rows = _slotted(_placed(shapes, places))
    if not rows.height:
        return []
    groups = rows.select(_KIND, _SLOT).unique().sort(_KIND, _SLOT).with_row_index(_TALLY)
    rows = rows.join(groups, on=[_KIND, _SLOT])
    sums = groups.join(_sums(rows), on=_TALLY).sort(_TALLY)
    services, peers, buckets = _services(rows), _peers(rows), _buckets(rows, window)
    apart: dict[int, tuple[int, ...]] = defaultdict(tuple)
    for _, kind, slot in groups.iter_rows():
        apart[kind] += (slot,) if slot >= 0 else ()
    return [
        Tally(
            kind,
            slot == _REST,
            apart[kind] if slot == _REST else (),
            services[tally],
            peers.get(tally, Peers()),
            buckets.get(tally, (0,) * window.count),
            *facts,
        )
        for tally, kind, slot, *facts in sums.iter_rows()
    ]


def unplaced(shapes: Shapes, places: Places) -> Unplaced:
    """What has no place yet."""
    rows = shapes.rows.filter(~pl.col(SHAPE).is_in(places.shapes.implode()))
    return Unplaced(rows.height, rows.select(SOURCE, fields.v6(SOURCE)).n_unique() if rows.height else 0)


def _placed(shapes: Shapes, places: Places) -> pl.DataFrame:
    """The rows that have a place, with the other end."""
    is_source = pl.col(_IS_BY_SOURCE)
    return places.put(shapes.rows).with_columns(
        pl.when(is_source).then(SOURCE).otherwise(DESTINATION).alias(_V4),
        pl.when(is_source).then(fields.v6(SOURCE)).otherwise(fields.v6(DESTINATION)).alias(_V6),
    )


def _slotted(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds the slot: the service, where it is frequent enough within its kind to be apart."""
    if not rows.height:
        return rows
    counts = rows.group_by(_KIND, SERVICE).agg(pl.len().alias(_COUNT), pl.col(_IS_APART).first())
    is_alone = pl.col(_COUNT) * ALONE >= pl.col(_COUNT).sum().over(_KIND)
    service = pl.col(SERVICE).cast(pl.Int32).fill_null(_NO_SERVICE)
    slot = pl.when(~pl.col(_IS_APART)).then(_NO_SERVICE).when(is_alone).then(service).otherwise(_REST)
    slots = counts.select(_KIND, SERVICE, slot.alias(_SLOT))
    return rows.join(slots, on=[_KIND, SERVICE], nulls_equal=True)


def _sums(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.group_by(_TALLY).agg(
        pl.len().alias(_COUNT),
        pl.col(TIME).min().alias("first"),
        pl.col(TIME).max().alias("last"),
        pl.col(ID).sort_by(TIME, ID).first().alias("first-id"),
        pl.col(ID).max().alias("last-id"),
    )


def _services(rows: pl.DataFrame) -> dict[int, Services]:
    protocol = fields.PROTOCOL.name
    counts = _most_frequent(rows.group_by(_TALLY, protocol, SERVICE).len(), protocol, SERVICE)
    return {
        tally: Services(
            tuple(zip(protocols, ports, strict=True))[:NAMED],
            count,
            tuple(sorted({port for port in ports if port is not None})) if count <= LISTED else (),
        )
        for tally, protocols, ports, _, count in counts.iter_rows()
    }


def _peers(rows: pl.DataFrame) -> dict[int, Peers]:
    known = rows.filter(pl.col(_V4).is_not_null() | pl.col(_V6).is_not_null())
    counts = _most_frequent(known.group_by(_TALLY, _V4, _V6).len(), _V4, _V6)
    return {
        tally: Peers(tuple(zip(map(_text, v4, v6), times, strict=True)), count)
        for tally, v4, v6, times, count in counts.iter_rows()
    }


def _most_frequent(counts: pl.DataFrame, *names: str) -> pl.DataFrame:
    """By tally: lists of the most frequent values and of their counts, and how many there are."""
    ordered = counts.sort("len", *names, descending=[True, *(False for _ in names)])
    listed = pl.col(*names, "len").head(LISTED)
    return ordered.group_by(_TALLY).agg(listed, pl.len().alias(_COUNT))


def _text(v4: int | None, v6: int | None) -> str:
    return address.to_text(v4, False) if v4 is not None else address.to_text(v6 or 0, True)


def _buckets(rows: pl.DataFrame, window: Window) -> dict[int, tuple[int, ...]]:
    place = (pl.col(TIME).cast(pl.Int64) - window.start_s) // window.step_s
    recent = rows.select(_TALLY, place.alias("at")).filter(pl.col("at").is_between(0, window.count - 1))
    filled: dict[int, list[int]] = {}
    for tally, at, count in recent.group_by(_TALLY, "at").len().iter_rows():
        filled.setdefault(tally, [0] * window.count)[at] = count
    return {tally: tuple(counts) for tally, counts in filled.items()}
