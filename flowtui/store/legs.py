"""Both directions of each 5-tuple at each interface, summed up: what conversations are made of.

A leg is a 5-tuple at one interface. Its ends are those of the packets (pkt-srcaddr, pkt-dstaddr) where the
records have them, so that a NAT gateway or a load balancer in between sees the same ends as the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from flowtui.records import address, fields
from flowtui.store import flows
from flowtui.store.block import Block
from flowtui.store.hits import Predicate

LOW, HIGH, LOW_PORT, HIGH_PORT = "#low", "#high", "#low-port", "#high-port"
"""The ends: the one with the lower address, or the lower port where the addresses are the same, is LOW."""
PROTOCOL, INTERFACE = fields.PROTOCOL.name, fields.INTERFACE_ID.name

UP, DOWN = "#up-", "#down-"
"""Before the names of sums: of what LOW sent, of what HIGH sent."""
RECORDS, PACKETS, BYTES, ACCEPTED, REJECTED = "records", "packets", "bytes", "accepted", "rejected"
SUMS = (RECORDS, PACKETS, BYTES, ACCEPTED, REJECTED)
BEGAN = "began"
FIRST, LAST = "#first", "#last"
LOW_OPENS, HIGH_OPENS = "#low-opens", "#high-opens"
"""Whether TCP flags say that this end opened the connection."""

_TURNED, _OPENS, _ANSWERS = "#turned", "#opens", "#answers"
_SYN, _SYN_ACK = 2, 18
_SRC, _DST = "#src", "#dst"


def ends_of(frame_columns: Iterable[str]) -> list[str]:
    """Name the columns that make the 5-tuple, among these; those of IPv6 are not always there."""
    held = set(frame_columns)
    addresses = [name for end in (LOW, HIGH) for name in (end, fields.v6(end)) if name in held]
    return [*addresses, LOW_PORT, HIGH_PORT, PROTOCOL]


def legs(blocks: Iterable[Block], predicate: Predicate | None) -> pl.DataFrame | None:
    """Sum up the flows that have both addresses; None where there is no block."""
    blocks = tuple(blocks)
    has_v6 = any(_v6_names() & block.columns for block in blocks)
    selected = flows.flows(blocks, predicate, lambda block: _wanted(block, has_v6=has_v6))
    if selected is None:
        return None
    ordered = selected.filter(_has_ends(has_v6=has_v6)).with_columns(_is_turned(has_v6=has_v6))
    halves = ordered.select(*_ends(has_v6=has_v6), INTERFACE, FIRST, LAST, *_halves())
    keys = [*ends_of(_names(has_v6=has_v6)), INTERFACE]
    sums = pl.col([way + name for way in (UP, DOWN) for name in SUMS]).sum()
    began = pl.col(UP + BEGAN, DOWN + BEGAN).min()
    found = halves.group_by(keys).agg(
        sums, began, pl.col(FIRST).min(), pl.col(LAST).max(), pl.col(LOW_OPENS, HIGH_OPENS).any()
    )
    return found.collect()


def services_of(blocks: Iterable[Block], addresses: Sequence[str]) -> dict[str, str]:
    """Find the AWS service that the records give each of these addresses; those without one are left out."""
    sides = (
        (fields.SRCADDR, fields.PKT_SRCADDR, fields.PKT_SRC_AWS_SERVICE),
        (fields.DSTADDR, fields.PKT_DSTADDR, fields.PKT_DST_AWS_SERVICE),
    )
    parsed = [each for each in map(address.parse_text, addresses) if each is not None]
    wanted = [pl.Series([value for value, is_v6 in parsed if is_v6 is each]) for each in (False, True)]
    queries = [
        _services(block, shown.name, own.name, service.name, wanted)
        for block in blocks
        for shown, own, service in sides
        if parsed and service.name in block.columns
    ]
    found: dict[str, str] = {}
    for rows in pl.collect_all(queries):
        for v4, v6, service in rows.iter_rows():
            found[address.to_text(v6 if v4 is None else v4, v4 is None)] = service
    return found


def _services(block: Block, shown: str, own: str, service: str, wanted: list[pl.Series]) -> pl.LazyFrame:
    held, v6 = block.columns, fields.v6(_SRC)
    ends = _packets_own(_SRC, shown, own, held, has_v6=True)
    selected = flows.flows([block], None, lambda _: [*ends, flows.column(service, held)])
    assert selected is not None
    is_wanted = pl.col(_SRC).is_in(wanted[0].cast(pl.UInt32).implode())
    is_wanted |= pl.col(v6).is_in(wanted[1].cast(pl.UInt128).implode())
    return selected.filter(pl.col(service).is_not_null() & is_wanted.fill_null(False)).unique((_SRC, v6))


def _names(*, has_v6: bool) -> list[str]:
    return [LOW, HIGH, *((fields.v6(LOW), fields.v6(HIGH)) if has_v6 else ())]


def _v6_names() -> set[str]:
    addresses = (fields.SRCADDR, fields.DSTADDR, fields.PKT_SRCADDR, fields.PKT_DSTADDR)
    return {fields.v6(each.name) for each in addresses}


def _wanted(block: Block, *, has_v6: bool) -> list[pl.Expr]:
    held = block.columns
    flags = flows.column(fields.TCP_FLAGS.name, held).fill_null(0) & _SYN_ACK
    accept, reject = fields.ACTIONS
    return [
        *_packets_own(_SRC, fields.SRCADDR.name, fields.PKT_SRCADDR.name, held, has_v6=has_v6),
        *_packets_own(_DST, fields.DSTADDR.name, fields.PKT_DSTADDR.name, held, has_v6=has_v6),
        flows.column(fields.SRCPORT.name, held).alias(LOW_PORT),
        flows.column(fields.DSTPORT.name, held).alias(HIGH_PORT),
        flows.column(PROTOCOL, held),
        flows.column(INTERFACE, held),
        flows.amount(fields.PACKETS.name, block).alias(PACKETS),
        flows.amount(fields.BYTES.name, block).alias(BYTES),
        flows.is_action(accept, held).cast(pl.UInt32).alias(ACCEPTED),
        flows.is_action(reject, held).cast(pl.UInt32).alias(REJECTED),
        flows.first(held).alias(FIRST),
        flows.last(held).alias(LAST),
        (flags == _SYN).alias(_OPENS),
        (flags == _SYN_ACK).alias(_ANSWERS),
    ]


def _packets_own(end: str, shown: str, own: str, held: flows.Held, *, has_v6: bool) -> list[pl.Expr]:
    """The address in the packet, where the record has it, else the one that the interface saw."""
    shown_v4, shown_v6 = flows.column(shown, held), flows.v6_column(shown, held)
    own_v4, own_v6 = flows.column(own, held), flows.v6_column(own, held)
    if not held & {own, fields.v6(own)}:
        v4, v6 = shown_v4, shown_v6
    else:
        has_own = own_v4.is_not_null() | own_v6.is_not_null()
        v4 = pl.when(has_own).then(own_v4).otherwise(shown_v4)
        v6 = pl.when(has_own).then(own_v6).otherwise(shown_v6)
    return [v4.alias(end), *([v6.alias(fields.v6(end))] if has_v6 else ())]


def _has_ends(*, has_v6: bool) -> pl.Expr:
    has = [pl.col(end).is_not_null() for end in (_SRC, _DST)]
    if has_v6:
        has = [
            each | pl.col(fields.v6(end)).is_not_null() for each, end in zip(has, (_SRC, _DST), strict=True)
        ]
    return has[0] & has[1]


def _is_turned(*, has_v6: bool) -> pl.Expr:
    """Whether the source is HIGH; LOW_PORT and HIGH_PORT are still the source's and the destination's."""
    by_port = pl.col(LOW_PORT) > pl.col(HIGH_PORT)
    by_v4 = (pl.col(_SRC) > pl.col(_DST)) | ((pl.col(_SRC) == pl.col(_DST)) & by_port)
    if has_v6:
        src, dst = pl.col(fields.v6(_SRC)), pl.col(fields.v6(_DST))
        by_v6 = (src > dst) | ((src == dst) & by_port)
        by_v4 = pl.when(pl.col(_SRC).is_null() | pl.col(_DST).is_null()).then(by_v6).otherwise(by_v4)
    return by_v4.fill_null(False).alias(_TURNED)


def _ends(*, has_v6: bool) -> list[pl.Expr]:
    pairs = [(_SRC, _DST, LOW, HIGH)]
    if has_v6:
        pairs.append((fields.v6(_SRC), fields.v6(_DST), fields.v6(LOW), fields.v6(HIGH)))
    pairs.append((LOW_PORT, HIGH_PORT, LOW_PORT, HIGH_PORT))
    found = []
    for source, target, low, high in pairs:
        found.append(pl.when(_TURNED).then(target).otherwise(pl.col(source)).alias(low))
        found.append(pl.when(_TURNED).then(source).otherwise(pl.col(target)).alias(high))
    return [*found, pl.col(PROTOCOL)]


def _halves() -> list[pl.Expr]:
    """What each record adds to its own direction, and to the other nothing."""
    amounts = {RECORDS: pl.lit(1, dtype=pl.UInt32), **{name: pl.col(name) for name in SUMS[1:]}}
    up = [pl.when(_TURNED).then(0).otherwise(value).alias(UP + name) for name, value in amounts.items()]
    down = [pl.when(_TURNED).then(value).otherwise(0).alias(DOWN + name) for name, value in amounts.items()]
    began = [
        pl.when(pl.col(_TURNED)).then(None).otherwise(pl.col(FIRST)).alias(UP + BEGAN),
        pl.when(pl.col(_TURNED)).then(pl.col(FIRST)).alias(DOWN + BEGAN),
    ]
    opens = [
        pl.when(_TURNED).then(_ANSWERS).otherwise(pl.col(_OPENS)).alias(LOW_OPENS),
        pl.when(_TURNED).then(_OPENS).otherwise(pl.col(_ANSWERS)).alias(HIGH_OPENS),
    ]
    return [*up, *down, *began, *opens]
