"""Selected records reduced to shapes: what may be judged alike is one shape, however many records it has.

Addresses and ports count by the stretch in which they lie. Of each record it is also found whether it replies
to an accepted one. One pass over the columns; knows nothing of rules or causes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from flowtui.records import batch, columns, fields
from flowtui.records.decode import TCP, UDP
from flowtui.store.block import Block, start_or_event_time
from flowtui.store.hits import Predicate
from flowtui.store.snapshot import Snapshot

ID, TIME, SHAPE, SERVICE = "#id", "#time", "#shape", "#service"
"""Record id; start or event time; key of the shape; the port that names the service, where there is one."""
SOURCE, DESTINATION = "#source", "#destination"
"""The packet's own ends: pkt-srcaddr and pkt-dstaddr where the record has them."""

_BEGAN, _FLAGS, _KEY, _TURNED = "#began", "#flags", "#key", "#turned"
_IS_REPLY, _OPPOSITE, _HAS_REASON = "#reply", "#opposite", "#has-reason"
_PORT, _IS_OF_SERVER, _COUNT = "#port", "#server", "#count"
_SYN, _SYN_ACK = 2, 18
_PORTED = (TCP, UDP)

_ADDRESSES = (fields.SRCADDR, fields.DSTADDR, fields.PKT_SRCADDR, fields.PKT_DSTADDR)
_PORTS = (fields.SRCPORT, fields.DSTPORT)
_OTHERS = (fields.FLOW_DIRECTION, fields.REJECT_REASON)
"""What an explanation regards besides."""


@dataclass(frozen=True, slots=True)
class Stretches:
    """The first of each stretch within which all addresses, or all ports, count as one; ascending."""

    v4: Sequence[int] = ()
    v6: Sequence[int] = ()
    ports: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """Records that are alike."""

    key: int
    """The same for what is alike by the same stretches, in whatever snapshot: 64 bits of a hash."""
    sample_id: int
    """The newest of them."""
    opposite_id: int | None
    """The accepted record that the sample replies to, or is the counterpart of, where one is held."""


_ENDS = {
    SOURCE: pl.UInt32,
    fields.v6(SOURCE): pl.UInt128,
    DESTINATION: pl.UInt32,
    fields.v6(DESTINATION): pl.UInt128,
}
_NO_SHAPES = pl.DataFrame(schema={SHAPE: pl.UInt64, ID: pl.Int64, _OPPOSITE: pl.Int64})
_NO_ROWS = pl.DataFrame(
    schema={
        ID: pl.Int64,
        TIME: pl.UInt32,
        SHAPE: pl.UInt64,
        SERVICE: pl.UInt16,
        fields.PROTOCOL.name: pl.UInt8,
        **_ENDS,
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """The shapes of what a predicate selects in one snapshot."""

    shapes: pl.DataFrame = field(default_factory=lambda: _NO_SHAPES)
    """The most frequent first, by SHAPE."""
    rows: pl.DataFrame = field(default_factory=lambda: _NO_ROWS)
    """One row a record: ID, TIME, SHAPE, SERVICE, protocol, SOURCE and DESTINATION."""

    def without(self, known: pl.Series, count: int) -> list[Shape]:
        """The most frequent shapes whose keys are not among these, so many at most."""
        new = self.shapes.filter(~pl.col(SHAPE).is_in(known.implode())).head(count)
        return [Shape(*facts) for facts in new.select(SHAPE, ID, _OPPOSITE).iter_rows()]


def shapes_of(snapshot: Snapshot, predicate: Predicate, stretches: Stretches) -> Shapes:
    """Looks at every record held: some tens of ms for a million."""
    found = pl.collect_all([_selected(block, predicate) for block in snapshot.blocks])
    rows = [part for part in found if part.height]
    if not rows:
        return Shapes()
    records = pl.concat(rows, how="vertical_relaxed", rechunk=True)
    return _reduced(_with_replies(records, snapshot), stretches)


def _selected(block: Block, predicate: Predicate) -> pl.LazyFrame:
    names = block.columns
    wanted = [
        *_told(block),
        start_or_event_time(names).alias(TIME),
        *(_column(name, names, dtype).alias(name) for name, dtype in _columns_of(_ADDRESSES[2:])),
        *(_column(each.name, names, columns.dtype(each)).alias(each.name) for each in _OTHERS),
        _has_reason(names).alias(_HAS_REASON),
    ]
    return _rows(block, predicate(names), wanted)


def _told(block: Block) -> list[pl.Expr]:
    """What tells of replies: id, beginning, TCP flags and the conversation."""
    names = block.columns
    held = [
        *((each.name, columns.dtype(each)) for each in _PORTS),
        *_columns_of(_ADDRESSES[:2]),
        (fields.PROTOCOL.name, columns.dtype(fields.PROTOCOL)),
    ]
    return [
        (pl.col(ID).cast(pl.Int64) + block.first_id).alias(ID),
        _column(fields.START.name, names, pl.UInt32()).alias(_BEGAN),
        _column(fields.TCP_FLAGS.name, names, columns.dtype(fields.TCP_FLAGS)).fill_null(0).alias(_FLAGS),
        batch.interface(names).alias(batch.INTERFACE),
        *(_column(name, names, dtype).alias(name) for name, dtype in held),
    ]


def _rows(block: Block, predicate: pl.Expr, wanted: list[pl.Expr]) -> pl.LazyFrame:
    roots = {name for expression in (*wanted, predicate) for name in expression.meta.root_names()}
    return block.table(roots).lazy().with_row_index(ID).filter(predicate).select(wanted)


def _has_reason(names: frozenset[str]) -> pl.Expr:
    """Whether the log format has reject-reason at all."""
    if batch.FORMAT not in names:
        return pl.lit(False)
    text = pl.col(batch.FORMAT).cast(pl.String)
    return text.str.contains(f"${{{fields.REJECT_REASON.name}}}", literal=True).fill_null(False)


def _columns_of(addresses: Iterable[fields.Field]) -> Iterator[tuple[str, columns.DType]]:
    for each in addresses:
        yield each.name, pl.UInt32()
        yield fields.v6(each.name), columns.V6_DTYPE()


def _column(name: str, names: frozenset[str], dtype: columns.DType) -> pl.Expr:
    return pl.col(name) if name in names else pl.lit(None, dtype=dtype)


# Replies


def _with_replies(records: pl.DataFrame, snapshot: Snapshot) -> pl.DataFrame:
    """Adds _IS_REPLY, by the TCP flags or by an accepted record the other way round, and _OPPOSITE."""
    keyed = records.with_columns(_hashed(is_turned=True).alias(_TURNED))
    ends = [_has_address(each) for each in _ADDRESSES[:2]]
    open_ones = keyed.filter(pl.col(_FLAGS) & _SYN == 0, pl.col(batch.INTERFACE).is_not_null(), *ends)
    open_ones = open_ones.select(ID, _TURNED, _BEGAN)
    opposites = _nearest(open_ones, _accepted(snapshot, open_ones.get_column(_TURNED)))
    joined = keyed.join(opposites, on=ID, how="left", maintain_order="left")
    by_flags = pl.col(_FLAGS) & _SYN_ACK == _SYN_ACK
    return joined.with_columns((by_flags | pl.col(_IS_REPLY).fill_null(False)).alias(_IS_REPLY))


def _has_address(entry: fields.Field) -> pl.Expr:
    return pl.col(entry.name).is_not_null() | pl.col(fields.v6(entry.name)).is_not_null()


def _hashed(*, is_turned: bool) -> pl.Expr:
    """One number for a conversation, of 64 bits: that two have the same is not to be expected."""
    source, destination = ((each.name, fields.v6(each.name)) for each in _ADDRESSES[:2])
    ports = [each.name for each in _PORTS]
    ends = (*destination, *source, *reversed(ports)) if is_turned else (*source, *destination, *ports)
    parts = (pl.col(batch.INTERFACE).to_physical(), pl.col(fields.PROTOCOL.name), *map(pl.col, ends))
    return pl.struct(part.alias(str(place)) for place, part in enumerate(parts)).hash()


def _accepted(snapshot: Snapshot, keys: pl.Series) -> pl.DataFrame:
    """The accepted records of these conversations, in whatever scope and by whatever filter."""
    wanted = keys.unique().implode()
    queries = []
    for block in snapshot.blocks if len(keys) else ():
        if fields.ACTION.name in block.columns:
            is_accepted = (pl.col(fields.ACTION.name) == fields.ACTIONS[0]).fill_null(False)
            keyed = _rows(block, is_accepted, _told(block)).with_columns(_hashed(is_turned=False).alias(_KEY))
            queries.append(keyed.select(ID, _KEY, _BEGAN, _FLAGS).filter(pl.col(_KEY).is_in(wanted)))
    return pl.concat([_NONE, *pl.collect_all(queries)], how="vertical_relaxed")


_NONE = pl.DataFrame(schema={ID: pl.Int64, _KEY: pl.UInt64, _BEGAN: pl.UInt32, _FLAGS: pl.UInt8})


def _nearest(records: pl.DataFrame, accepted: pl.DataFrame) -> pl.DataFrame:
    """For each record the accepted one that began last before it, else the first; and whether it replies."""
    told = accepted.select(
        pl.col(ID).alias(_OPPOSITE),
        _KEY,
        pl.col(_BEGAN).fill_null(0).alias(TIME),
        pl.col(_BEGAN).alias("#theirs"),
        _FLAGS,
    ).sort(TIME, _OPPOSITE)
    left = records.join(told, left_on=_TURNED, right_on=_KEY, how="semi")
    left = left.with_columns(pl.col(_BEGAN).fill_null(0).alias(TIME)).sort(TIME)
    before = left.join_asof(told, on=TIME, by_left=_TURNED, by_right=_KEY, check_sortedness=False)
    first = told.unique(_KEY, keep="first", maintain_order=True)
    alone = before.filter(pl.col(_OPPOSITE).is_null()).select(left.columns)
    wanted = [ID, _BEGAN, _OPPOSITE, "#theirs", _FLAGS]
    after = alone.join(first, left_on=_TURNED, right_on=_KEY)
    both = pl.concat([before.filter(pl.col(_OPPOSITE).is_not_null()).select(wanted), after.select(wanted)])
    is_answer, is_opener = pl.col(_FLAGS) & _SYN_ACK == _SYN_ACK, pl.col(_FLAGS) & _SYN != 0
    is_before = (pl.col("#theirs") <= pl.col(_BEGAN)).fill_null(True)
    return both.select(ID, _OPPOSITE, (~is_answer & (is_opener | is_before)).alias(_IS_REPLY))


# Shapes


def _reduced(records: pl.DataFrame, stretches: Stretches) -> Shapes:
    protocol, port, source_port = (pl.col(each.name) for each in (fields.PROTOCOL, *_PORTS[::-1]))
    has_port = protocol.is_null() | protocol.is_in(_PORTED)
    is_of_server = pl.col(_IS_REPLY) & has_port & port.is_not_null() & source_port.is_not_null()
    service = pl.when(is_of_server).then(source_port).otherwise(port)
    ports = _among(records.get_column(fields.DSTPORT.name), stretches.ports, pl.UInt32())
    ends = [(each.name, fields.v6(each.name)) for each in _ADDRESSES]
    placed = records.with_columns(
        *(_stretch(records, *names, stretches).alias(f"#{names[0]}") for names in ends),
        pl.when(has_port).then(ports).alias(_PORT),
        is_of_server.alias(_IS_OF_SERVER),
        pl.when(protocol.is_in(_PORTED)).then(service).alias(SERVICE),
        *_packets_own(SOURCE, *ends[0], *ends[2]),
        *_packets_own(DESTINATION, *ends[1], *ends[3]),
    )
    key = [f"#{name}" for name, _ in ends]
    key += [batch.INTERFACE, *(each.name for each in (*_OTHERS, fields.PROTOCOL))]
    return _numbered(placed, [*key, _PORT, _IS_REPLY, _IS_OF_SERVER, _HAS_REASON])


def _packets_own(name: str, v4: str, v6: str, pkt_v4: str, pkt_v6: str) -> list[pl.Expr]:
    has_own = pl.col(pkt_v4).is_not_null() | pl.col(pkt_v6).is_not_null()
    pairs = ((name, pkt_v4, v4), (fields.v6(name), pkt_v6, v6))
    return [pl.when(has_own).then(pl.col(own)).otherwise(pl.col(shown)).alias(to) for to, own, shown in pairs]


def _stretch(records: pl.DataFrame, v4: str, v6: str, stretches: Stretches) -> pl.Series:
    """The place of the stretch that an address is in: from 0 up for IPv4, from −1 down for IPv6."""
    low = _among(records.get_column(v4), stretches.v4, pl.UInt32())
    high = _among(records.get_column(v6), stretches.v6, columns.V6_DTYPE())
    return pl.select(pl.coalesce(low, -1 - high)).to_series()


def _among(values: pl.Series, edges: Sequence[int], dtype: pl.DataType) -> pl.Series:
    """How many edges lie at or before each value; null where there is none."""
    places = pl.Series(edges, dtype=dtype).search_sorted(values.cast(dtype), side="right")
    known = pl.DataFrame({"place": places.cast(pl.Int64), "value": values})
    return known.select(pl.when(pl.col("value").is_not_null()).then("place")).to_series()


def _numbered(records: pl.DataFrame, key: list[str]) -> Shapes:
    newest = pl.col(_OPPOSITE).get(pl.col(ID).arg_max())
    shapes = records.group_by(key).agg(pl.len().alias(_COUNT), pl.col(ID).max(), newest)
    # By the text, since polars may give its code to another text when nobody holds it any more.
    texts = [batch.INTERFACE, *(each.name for each in _OTHERS)]
    parts = [pl.col(name).cast(pl.String) if name in texts else pl.col(name) for name in key]
    shapes = shapes.with_columns(pl.struct(parts).hash().alias(SHAPE)).sort(_COUNT, ID, descending=True)
    rows = records.join(shapes.select(SHAPE, *key), on=key, nulls_equal=True)
    ends = [name for end in (SOURCE, DESTINATION) for name in (end, fields.v6(end))]
    rows = rows.select(ID, TIME, SHAPE, SERVICE, fields.PROTOCOL.name, *ends)
    return Shapes(shapes.select(SHAPE, ID, _OPPOSITE), rows)
