"""Conversations: both directions of a 5-tuple as one, whichever interfaces saw it, and who is the client.

A flow that several interfaces recorded counts once: each direction as the interface saw it that saw most of
it. Pure; knows nothing of names, topology or what is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import polars as pl

from flowtui.records import fields, wellknown
from flowtui.records.decode import TCP, UDP
from flowtui.store import legs
from flowtui.store.block import Block
from flowtui.store.hits import Predicate
from flowtui.store.legs import BEGAN, DOWN, FIRST, HIGH, INTERFACE, LAST, LOW, PROTOCOL, UP
from flowtui.store.talkers import NOTHING, Measure, Sums, greatest, plain_addresses


class State(IntEnum):
    """What became of a conversation. Of several interfaces' accounts the greatest holds."""

    UNKNOWN = 0
    """The records say neither accepted nor rejected."""
    ONE_SIDED = 1
    """Accepted, and nothing came back as far as the records go."""
    ACCEPTED = 2
    PARTLY_REJECTED = 3
    """One direction has both: rules changed meanwhile, or packets came after the connection's end."""
    REPLY_REJECTED = 4
    REJECTED = 5


class Evidence(IntEnum):
    """What the client is known by, the surest first."""

    FLAGS = 0
    """It sent a SYN without ACK, or the other end a SYN with ACK (Flow log records: tcp-flags)."""
    PORTS = 1
    """The other end's port is a known service's or under 1024 and its own is not, or its own is ephemeral
    (from 32768 on: Linux; Windows from 49152) and the other's is not."""
    REJECTION = 2
    """It was let through and what came back was not: what is rejected has no reply."""
    TIME = 3
    """It was the first to send."""
    NONE = 4
    """Nothing tells them apart; the lower port is taken for the server's."""


@dataclass(frozen=True, slots=True)
class Hops:
    """Interfaces that pass on what others send, in connections of their own: NAT gateways, load balancers."""

    interface_ids: frozenset[str] = frozenset()
    addresses: frozenset[int] = frozenset()
    """Their own IPv4 addresses, as integers."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One 5-tuple both ways or, with the client's ports put together, several."""

    client: str
    client_port: int | None
    """None where the records have none, or several are put together."""
    server: str
    server_port: int | None
    protocol: int | None
    evidence: Evidence
    """What the client is known by; of several the weakest."""
    state: State
    """Of several the gravest."""
    count: int
    """5-tuples."""
    sums: Sums
    """Both ways. Records and rejections of all interfaces; packets and bytes counted once."""
    sent_bytes: int
    """By the client."""
    received_bytes: int
    first_s: int
    last_s: int
    interfaces: tuple[str, ...]
    """Those that saw it, the one that saw most of it first."""
    is_hop: bool
    """Whether it is only what a NAT gateway or load balancer made of others' conversations: in no total."""


@dataclass(frozen=True, slots=True)
class Conversations:
    """The greatest conversations, and what all of them come to."""

    rows: tuple[Conversation, ...] = ()
    """Descending by the measure, those that are a hop's after the others."""
    groups: int = 0
    """How many have anything of the measure."""
    total: Sums = NOTHING
    """Of all that are no hop's, or of all where there is no other."""
    hops: int = 0
    """How many of the groups are a hop's, and left out of the total."""
    shared: int = 0
    """How many were seen at several interfaces."""


_EPHEMERAL = 32_768
_SERVICE_PORTS = {TCP: tuple(wellknown.TCP_SERVICES), UDP: tuple(wellknown.UDP_SERVICES)}
_RESERVED = 1024

_CLIENT, _SERVER, _CLIENT_PORT, _SERVER_PORT = "#client", "#server", "#client-port", "#server-port"
_EVIDENCE, _STATE, _IS_HOP, _LEGS, _COUNT = "#evidence", "#state", "#hop", "#legs", "#count"
_IS_LOW, _LOW_STATE, _HIGH_STATE = "#client-is-low", "#state-if-low", "#state-if-high"
_SENT, _RECEIVED, _ROW = "#sent", "#received", "#row"
_MEASURES = [measure.value for measure in Measure]


def conversations(
    blocks: Iterable[Block],
    measure: Measure,
    limit: int,
    predicate: Predicate | None = None,
    *,
    hops: Hops | None = None,
    are_clients_ports_joined: bool = False,
) -> Conversations:
    """Join the flows; the greatest conversations by a measure, ties by records and then by their ends."""
    found = legs.legs(blocks, predicate)
    if found is None or not found.height:
        return Conversations()
    tuples = _tuples(found, hops or Hops())
    if tuples.get_column(_IS_HOP).all():
        tuples = tuples.with_columns(pl.lit(False).alias(_IS_HOP))
    own = tuples.filter(~pl.col(_IS_HOP))
    groups = _joined(tuples) if are_clients_ports_joined else tuples
    groups = groups.filter(pl.col(measure.value) > 0)
    rows = _greatest(groups, measure, limit)
    return Conversations(
        tuple(_conversations(rows, _places(rows, tuples, found))),
        groups.height,
        Sums(*own.select(pl.col(_MEASURES).sum()).row(0)),
        int(groups.get_column(_IS_HOP).sum()),
        int((tuples.get_column(_LEGS) > 1).sum()),
    )


def _greatest(groups: pl.DataFrame, measure: Measure, limit: int) -> pl.DataFrame:
    """What is no hop's first; the rest where there is room."""
    by, keys = [measure.value, Measure.RECORDS.value], _keys(groups.columns)
    is_hop = pl.col(_IS_HOP)
    own = greatest(groups.filter(~is_hop), by, keys, limit)
    return pl.concat([own, greatest(groups.filter(is_hop), by, keys, limit - own.height)])


def _keys(columns: Iterable[str]) -> list[str]:
    """What tells conversations apart, among these columns."""
    wanted = [_CLIENT, _SERVER]
    names = [name for end in wanted for name in (end, fields.v6(end))]
    held = set(columns)
    return [name for name in (*names, _SERVER_PORT, PROTOCOL, _CLIENT_PORT) if name in held]


# From legs to 5-tuples


def _tuples(found: pl.DataFrame, hops: Hops) -> pl.DataFrame:
    """One row a 5-tuple: its ends as client and server, sums, state, evidence."""
    judged = found.lazy().with_columns(
        _state(UP, DOWN).alias(_LOW_STATE), _state(DOWN, UP).alias(_HIGH_STATE), _at_hop(hops).alias(_IS_HOP)
    )
    ways = (UP, DOWN)
    most = pl.col([way + name for way in ways for name in (legs.PACKETS, legs.BYTES)]).max()
    rest = [way + name for way in ways for name in (legs.RECORDS, legs.ACCEPTED, legs.REJECTED)]
    joined = judged.group_by(legs.ends_of(found.columns)).agg(
        most,
        pl.col(rest).sum(),
        pl.col(UP + BEGAN, DOWN + BEGAN, FIRST).min(),
        pl.col(LAST, _LOW_STATE, _HIGH_STATE).max(),
        pl.col(legs.LOW_OPENS, legs.HIGH_OPENS).any(),
        pl.col(_IS_HOP).all(),
        pl.len().alias(_LEGS),
    )
    told = joined.with_columns(_told()).with_columns(
        (pl.col(_EVIDENCE) // 2).alias(_EVIDENCE), (pl.col(_EVIDENCE) % 2 == 0).alias(_IS_LOW)
    )
    ends = legs.ends_of(found.columns)
    return told.select(*ends, *_turned_ends(ends), *_turned_sums()).collect()


def _state(request: str, reply: str) -> pl.Expr:
    """What became of a leg, by what both ways have of accepted and rejected records."""
    accepted = pl.col(request + legs.ACCEPTED) + pl.col(reply + legs.ACCEPTED)
    rejected = pl.col(request + legs.REJECTED) + pl.col(reply + legs.REJECTED)
    has_both = (pl.col(request + legs.RECORDS) > 0) & (pl.col(reply + legs.RECORDS) > 0)
    is_request_rejected = pl.col(request + legs.REJECTED) > 0
    is_reply_accepted = pl.col(reply + legs.ACCEPTED) > 0
    return (
        pl.when(accepted + rejected == 0)
        .then(State.UNKNOWN)
        .when((rejected == 0) & has_both)
        .then(State.ACCEPTED)
        .when(rejected == 0)
        .then(State.ONE_SIDED)
        .when((accepted == 0) & is_request_rejected)
        .then(State.REJECTED)
        .when(~is_request_rejected & ~is_reply_accepted)
        .then(State.REPLY_REJECTED)
        .otherwise(State.PARTLY_REJECTED)
        .cast(pl.UInt8)
    )


def _at_hop(hops: Hops) -> pl.Expr:
    """Whether a leg is at a hop and has the hop itself at one end."""
    if not hops.interface_ids:
        return pl.lit(False)
    addresses = pl.Series(sorted(hops.addresses), dtype=pl.UInt32).implode()
    is_end = (pl.col(LOW).is_in(addresses) | pl.col(HIGH).is_in(addresses)).fill_null(False)
    is_there = pl.col(INTERFACE).cast(pl.String).is_in(sorted(hops.interface_ids)).fill_null(False)
    return is_there & is_end


# Who is the client


def _told() -> pl.Expr:
    """The evidence, doubled, and one more where it speaks for HIGH."""
    low_rank, high_rank = _rank(legs.LOW_PORT), _rank(legs.HIGH_PORT)
    low_opens, high_opens = pl.col(legs.LOW_OPENS), pl.col(legs.HIGH_OPENS)
    has_ports = pl.col(PROTOCOL).is_in(list(_SERVICE_PORTS)).fill_null(False)
    low_began, high_began = pl.col(UP + BEGAN), pl.col(DOWN + BEGAN)
    is_low = {
        Evidence.FLAGS: (low_opens & ~high_opens, high_opens & ~low_opens),
        Evidence.PORTS: (has_ports & (low_rank > high_rank), has_ports & (high_rank > low_rank)),
        Evidence.REJECTION: (_is_answered_by_rejection(UP, DOWN), _is_answered_by_rejection(DOWN, UP)),
        Evidence.TIME: (
            high_began.is_null() | (low_began < high_began),
            low_began.is_null() | (high_began < low_began),
        ),
    }
    # By default the higher port is the client's.
    default = (pl.col(legs.LOW_PORT) < pl.col(legs.HIGH_PORT)).fill_null(False).cast(pl.UInt8)
    code: pl.Expr = default + 2 * Evidence.NONE
    for evidence, (for_low, for_high) in reversed(is_low.items()):
        low, high = (pl.lit(2 * evidence + more, dtype=pl.UInt8) for more in (0, 1))
        code = pl.when(for_low).then(low).when(for_high).then(high).otherwise(code)
    return code.cast(pl.UInt8).alias(_EVIDENCE)


def _rank(port: str) -> pl.Expr:
    """0 for a service's port, 2 for an ephemeral one, 1 between; null without a port."""
    value = pl.col(port)
    known = [
        (pl.col(PROTOCOL) == protocol) & value.is_in(list(ports))
        for protocol, ports in _SERVICE_PORTS.items()
    ]
    is_service = (value < _RESERVED) | known[0] | known[1]
    return pl.when(is_service).then(0).when(value >= _EPHEMERAL).then(2).when(value.is_not_null()).then(1)


def _is_answered_by_rejection(request: str, reply: str) -> pl.Expr:
    is_accepted = (pl.col(request + legs.ACCEPTED) > 0) & (pl.col(request + legs.REJECTED) == 0)
    return is_accepted & (pl.col(reply + legs.REJECTED) > 0) & (pl.col(reply + legs.ACCEPTED) == 0)


def _turned_ends(columns: Sequence[str]) -> list[pl.Expr]:
    pairs = [(LOW, HIGH, _CLIENT, _SERVER), (legs.LOW_PORT, legs.HIGH_PORT, _CLIENT_PORT, _SERVER_PORT)]
    if fields.v6(LOW) in columns:
        pairs.append((fields.v6(LOW), fields.v6(HIGH), fields.v6(_CLIENT), fields.v6(_SERVER)))
    found = []
    for low, high, client, server in pairs:
        found.append(pl.when(_IS_LOW).then(low).otherwise(pl.col(high)).alias(client))
        found.append(pl.when(_IS_LOW).then(high).otherwise(pl.col(low)).alias(server))
    return found


def _turned_sums() -> list[pl.Expr]:
    up_bytes, down_bytes = pl.col(UP + legs.BYTES), pl.col(DOWN + legs.BYTES)
    return [
        (pl.col(UP + legs.RECORDS) + pl.col(DOWN + legs.RECORDS)).alias(Measure.RECORDS.value),
        (pl.col(UP + legs.PACKETS) + pl.col(DOWN + legs.PACKETS)).alias(Measure.PACKETS.value),
        (up_bytes + down_bytes).alias(Measure.BYTES.value),
        (pl.col(UP + legs.REJECTED) + pl.col(DOWN + legs.REJECTED)).alias(Measure.REJECTED.value),
        pl.when(_IS_LOW).then(up_bytes).otherwise(down_bytes).alias(_SENT),
        pl.when(_IS_LOW).then(down_bytes).otherwise(up_bytes).alias(_RECEIVED),
        pl.when(_IS_LOW).then(_LOW_STATE).otherwise(pl.col(_HIGH_STATE)).alias(_STATE),
        pl.col(FIRST, LAST, _EVIDENCE, _IS_HOP, _LEGS),
        pl.lit(1, dtype=pl.UInt32).alias(_COUNT),
    ]


# From 5-tuples to what is asked for


def _joined(tuples: pl.DataFrame) -> pl.DataFrame:
    """The client's ports put together."""
    keys = [name for name in _keys(tuples.columns) if name != _CLIENT_PORT]
    return tuples.group_by(keys).agg(
        pl.col(*_MEASURES, _SENT, _RECEIVED, _COUNT).sum(),
        pl.col(FIRST).min(),
        pl.col(LAST, _EVIDENCE, _STATE).max(),
        pl.col(_IS_HOP).all(),
    )


def _places(rows: pl.DataFrame, tuples: pl.DataFrame, found: pl.DataFrame) -> dict[int, tuple[str, ...]]:
    """By row the interfaces that saw it, the one that saw most of it first."""
    chosen = rows.with_row_index(_ROW)
    if LOW not in chosen.columns:
        keys = _keys(chosen.columns)
        chosen = tuples.join(chosen.select(_ROW, *keys), on=keys, nulls_equal=True)
    ends = legs.ends_of(found.columns)
    seen = chosen.select(_ROW, *ends).join(found, on=ends, nulls_equal=True)
    size = pl.sum_horizontal(UP + legs.BYTES, DOWN + legs.BYTES, UP + legs.RECORDS, DOWN + legs.RECORDS)
    sums = (
        seen.filter(pl.col(INTERFACE).is_not_null()).group_by(_ROW, INTERFACE).agg(size.sum().alias(_COUNT))
    )
    ordered = sums.sort(_COUNT, INTERFACE, descending=[True, False]).group_by(_ROW, maintain_order=True)
    return {row: tuple(names) for row, names in ordered.agg(INTERFACE).iter_rows()}


def _conversations(rows: pl.DataFrame, places: dict[int, tuple[str, ...]]) -> Iterable[Conversation]:
    ends = zip(*(plain_addresses(rows, end) for end in (_CLIENT, _SERVER)), strict=True)
    has_ports = _CLIENT_PORT in rows.columns
    ports = rows.get_column(_CLIENT_PORT).to_list() if has_ports else [None] * rows.height
    told = rows.select(
        _SERVER_PORT, PROTOCOL, _EVIDENCE, _STATE, _COUNT, _SENT, _RECEIVED, FIRST, LAST, _IS_HOP
    ).iter_rows()
    sums = rows.select(_MEASURES).iter_rows()
    for row, ((client, server), client_port, values, summed) in enumerate(
        zip(ends, ports, told, sums, strict=True)
    ):
        port, protocol, evidence, state, count, sent, received, first_s, last_s, is_hop = values
        yield Conversation(
            client=client or "",
            client_port=client_port,
            server=server or "",
            server_port=port,
            protocol=protocol,
            evidence=Evidence(evidence),
            state=State(state),
            count=count,
            sums=Sums(*summed),
            sent_bytes=sent,
            received_bytes=received,
            first_s=first_s,
            last_s=last_s,
            interfaces=places.get(row, ()),
            is_hop=is_hop,
        )
