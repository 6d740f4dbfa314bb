"""The direction of records: by flow-direction where there is one, else by the addresses of their interfaces.

The same rule as in the table: the addresses of the record first, those of the packet where they do not tell.
Knows columns, no topology.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from flowtui.filters.columns import NEVER, Columns, any_of, has_interface, known
from flowtui.filters.tree import Ownership, Way
from flowtui.records import batch, fields

_PAIRS = ((fields.SRCADDR.name, fields.DSTADDR.name), (fields.PKT_SRCADDR.name, fields.PKT_DSTADDR.name))

_V4_BITS, _V6_BITS = 32, 128


@dataclass(frozen=True, slots=True)
class _Owned:
    """An interface's code and the leading bits of an address, together, for all that are owned."""

    v4: Mapping[int, pl.Series]
    """By prefix length: code and bits as one number."""
    v6: Mapping[int, tuple[pl.Series, ...]]
    """By prefix length, in turn: code and bits."""
    interfaces: pl.Series
    """Polars gives codes to texts for as long as somebody holds them, so every expression does."""


def directed(way: Way, ownership: Ownership, columns: Columns) -> pl.Expr:
    """Whether a record passed its interface this way."""
    name = fields.FLOW_DIRECTION.name
    derived = _derived(way, ownership, columns)
    if name not in columns:
        return derived
    return known(pl.col(name) == way.value) | (pl.col(name).is_null() & derived)


def _derived(way: Way, ownership: Ownership, columns: Columns) -> pl.Expr:
    if not ownership.networks or not has_interface(columns):
        return NEVER
    owned = _owned(ownership)
    is_way = NEVER
    # The packet's addresses tell only where the record's do not, so they are the inner condition.
    for src, dst in reversed([pair for pair in _PAIRS if _has_any(pair, columns)]):
        is_from, is_to = (_is_own(name, owned, columns) for name in (src, dst))
        own_way = is_to & ~is_from if way is Way.INGRESS else is_from & ~is_to
        is_way = own_way if is_way is NEVER else own_way | ((is_from == is_to) & is_way)
    return known(batch.interface(columns).is_in(owned.interfaces.implode())) & is_way


def _has_any(pair: tuple[str, str], columns: Columns) -> bool:
    return any(column in columns for name in pair for column in (name, fields.v6(name)))


def _is_own(name: str, owned: _Owned, columns: Columns) -> pl.Expr:
    code = batch.interface(columns).to_physical()
    found: list[pl.Expr] = []
    if name in columns:
        for length, pairs in owned.v4.items():
            bits = pl.col(name).cast(pl.UInt64) // 2 ** (_V4_BITS - length)
            found.append(known((code.cast(pl.UInt64) * 2**_V4_BITS + bits).is_in(pairs.implode())))
    if fields.v6(name) in columns:
        for length, (codes, leads) in owned.v6.items():
            found.append(_has_pair(code, pl.col(fields.v6(name)), length, codes, leads))
    return any_of(found)


def _has_pair(code: pl.Expr, address: pl.Expr, length: int, codes: pl.Series, leads: pl.Series) -> pl.Expr:
    pairs = pl.DataFrame({"code": codes, "lead": leads}).unique()

    def verdict(given: pl.Series) -> pl.Series:
        rows = given.struct.unnest().with_row_index("row")
        rows = rows.with_columns(pl.col("lead") // pl.lit(2 ** (_V6_BITS - length), dtype=pl.UInt128))
        hits = rows.join(pairs, on=["code", "lead"], how="semi").get_column("row")
        return rows.get_column("row").is_in(hits.implode())

    given = pl.struct(code.alias("code"), address.alias("lead"))
    return known(given.map_batches(verdict, return_dtype=pl.Boolean, is_elementwise=True))


@lru_cache(maxsize=4)
def _owned(ownership: Ownership) -> _Owned:
    interfaces = pl.Series(list(ownership.networks), dtype=pl.Categorical)
    codes = interfaces.to_physical().to_list()
    v4: dict[int, list[int]] = defaultdict(list)
    v6: dict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for code, networks in zip(codes, ownership.networks.values(), strict=True):
        for value, length, is_v6 in networks:
            if is_v6:
                v6[length][0].append(code)
                v6[length][1].append(value >> (_V6_BITS - length))
            else:
                v4[length].append((code << _V4_BITS) + (value >> (_V4_BITS - length)))
    return _Owned(
        {length: pl.Series(pairs, dtype=pl.UInt64) for length, pairs in v4.items()},
        {
            length: (pl.Series(some, dtype=pl.UInt32), pl.Series(leads, dtype=pl.UInt128))
            for length, (some, leads) in v6.items()
        },
        interfaces,
    )
