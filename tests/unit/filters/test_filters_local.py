"""The local engine agrees with a plain evaluator of trees, record by record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ipaddress import ip_address, ip_network
from operator import eq, ge, gt, le, lt, ne

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowtui.filters import local
from flowtui.filters.tree import (
    REJECT,
    Addresses,
    And,
    AnyPort,
    Compare,
    Contains,
    Directed,
    DirectedBy,
    During,
    Flags,
    Key,
    Named,
    Net,
    Not,
    OneOf,
    OnInterfaces,
    Op,
    Or,
    Side,
    Tenures,
    Tree,
    Way,
    Within,
    Word,
    host,
)
from flowtui.records import address, columns, fields
from flowtui.records.fields import Type

Record = Mapping[str, object]

ADDRESSES = (
    "10.0.0.1",
    "10.0.0.9",
    "172.16.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "2001:db8::1",
    "::",
    "ffff::",
)
NETS = ("10.0.0.0/8", "10.0.0.0/29", "0.0.0.0/0", "2001:db8::/32", "::/0", "172.16.0.1/32", "ffff::/128")
INTERFACES = ("eni-1", "eni-2", "eni-3")
VALUES: Mapping[str, tuple[object, ...]] = {
    "srcaddr": ADDRESSES,
    "dstaddr": ADDRESSES,
    "pkt-srcaddr": ADDRESSES,
    "srcport": (0, 80, 443, 65535),
    "dstport": (0, 80, 443, 65535),
    "bytes": (0, 1, 2**32 - 1, 2**32, 2**53 + 1, 2**64 - 1),
    "start": (0, 1_700_000_000, 2**32 - 1),
    "action": ("ACCEPT", "REJECT"),
    "log-status": ("OK", "NODATA", "SKIPDATA"),
    "vpc-id": ("vpc-1", "vpc-2", ""),
    "interface-id": INTERFACES,
    "@interface": INTERFACES,
    "field-of-tomorrow": ("x", "y", "XY-1"),
    "tcp-flags": (0, 1, 2, 18, 19, 255),
    "protocol": (1, 6, 17, 58),
    "flow-direction": ("ingress", "egress", "neither"),
    "instance-id": ("i-1", "web-1"),
    "instance-tag": ("web-1", "WEB-2"),
}
ADDRESS_FIELDS = ("srcaddr", "dstaddr", "pkt-srcaddr")
OPS: Mapping[Op, Callable[..., object]] = {
    Op.EQ: eq, Op.NE: ne, Op.LT: lt, Op.LE: le, Op.GT: gt, Op.GE: ge,
}  # fmt: skip
SIDES = {Side.SRC: ("src",), Side.DST: ("dst",), Side.EITHER: ("src", "dst")}


def holds(tree: Tree, record: Record) -> bool:
    """What a tree means, said plainly."""
    match tree:
        case And(parts):
            return all(holds(part, record) for part in parts)
        case Or(parts):
            return any(holds(part, record) for part in parts)
        case Not(part):
            return not holds(part, record)
        case Compare(name, op, value):
            given_value = record.get(name)
            return given_value is not None and bool(OPS[op](given_value, value))
        case OneOf(name, values):
            return record.get(name) in values
        case AnyPort(ranges, side):
            ports = [record.get(f"{end}port") for end in SIDES[side]]
            return any(
                isinstance(port, int) and low <= port <= high for port in ports for low, high in ranges
            )
        case Net(network, side):
            names = [f"{layer}{end}addr" for layer in ("", "pkt-") for end in SIDES[side]]
            held = [record[name] for name in names if record.get(name) is not None]
            return any(ip_address(str(each)) in network for each in held)
        case OnInterfaces(ids):
            return interface_of(record) in ids
        case Within(name, op, network):
            given_address = record.get(name)
            return given_address is not None and (ip_address(str(given_address)) in network) is (op is Op.EQ)
        case Flags(masks):
            bits = record.get("tcp-flags")
            return isinstance(bits, int) and any(bits & mask == mask for mask in masks)
        case Word(text) | Contains(text):
            return any(text.lower() in value.lower() for value in texts_of(record))
        case Directed(way):
            return record.get("flow-direction") == way.value
        case Named(key, text, side):
            return is_told(record, key, text, side)
        case Addresses() | During() | Tenures() | DirectedBy():
            raise AssertionError("never typed")
    raise AssertionError(tree)


def interface_of(record: Record) -> object:
    own = record.get("interface-id")
    return record.get("@interface") if own is None else own


def texts_of(record: Record) -> list[str]:
    """What is text in a record: the fields of text, and the stream's interface."""
    is_text = {name: fields.field(name).type is Type.TEXT for name in record}
    return [str(value) for name, value in record.items() if is_text[name] and value is not None]


NAME_FIELDS = ("instance-tag", "ecs-service-name")
ID_FIELDS = ("instance-id", "subnet-id", "vpc-id")
TELLING = {
    Key.INSTANCE: ("instance-id",),
    Key.SUBNET: ("subnet-id",),
    Key.VPC: ("vpc-id",),
    Key.AZ: ("az-id",),
    Key.SG: (),
    Key.NAME: NAME_FIELDS,
    Key.HOST: NAME_FIELDS + ID_FIELDS,
}


def is_told(record: Record, key: Key, text: str, side: Side) -> bool:
    """Whether a record says by itself that it is of a name: there is no topology here."""
    if key is Key.ENI:
        return interface_of(record) == text
    return side is Side.EITHER and any(record.get(name) == text for name in TELLING[key])


def plain_values(name: str) -> st.SearchStrategy[object]:
    beyond: tuple[object, ...] = () if isinstance(VALUES[name][0], str) else (-1, 5, 2**70)
    return st.sampled_from([*VALUES[name], *beyond])


def compares() -> st.SearchStrategy[Tree]:
    def of(name: str) -> st.SearchStrategy[Tree]:
        is_number = isinstance(VALUES[name][0], int)
        ops = st.sampled_from(list(Op) if is_number else [Op.EQ, Op.NE])
        return st.builds(Compare, st.just(name), ops, plain_values(name))

    return st.sampled_from([name for name in VALUES if name[0] != "@"]).flatmap(of)


def one_ofs() -> st.SearchStrategy[Tree]:
    def of(name: str) -> st.SearchStrategy[Tree]:
        return st.builds(OneOf, st.just(name), st.lists(plain_values(name), max_size=3).map(tuple))

    return st.sampled_from([name for name in VALUES if name[0] != "@"]).flatmap(of)


ports = st.sampled_from([(0, 0), (80, 80), (79, 443), (1, 65535)])
leaves: st.SearchStrategy[Tree] = st.one_of(
    compares(),
    one_ofs(),
    st.builds(AnyPort, st.lists(ports, max_size=2).map(tuple), st.sampled_from(Side)),
    st.builds(Net, st.sampled_from(NETS).map(ip_network), st.sampled_from(Side)),
    st.builds(OnInterfaces, st.frozensets(st.sampled_from(["eni-1", "eni-3", "eni-9"]))),
    st.builds(
        Within,
        st.sampled_from(ADDRESS_FIELDS),
        st.sampled_from([Op.EQ, Op.NE]),
        st.sampled_from(NETS).map(ip_network),
    ),
    st.builds(Flags, st.lists(st.sampled_from([1, 2, 18, 16]), min_size=1, max_size=2).map(tuple)),
    st.builds(Directed, st.sampled_from(Way)),
    st.builds(Word, st.sampled_from(["eni-", "WEB", "1", "x", "REJECT", "80", "(", "nobody"])),
    st.builds(Named, st.just(Key.HOST), st.sampled_from(["web-1", "i-1", "vpc-1"]), st.sampled_from(Side)),
    st.builds(
        Named,
        st.sampled_from([key for key in Key if key is not Key.HOST]),
        st.sampled_from(["web-1", "i-1", "vpc-1", "eni-1"]),
    ),
)


def grown(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(st.builds(And, parts), st.builds(Or, parts), st.builds(Not, inner))


trees = st.recursive(leaves, grown, max_leaves=8)


@st.composite
def tables(draw: st.DrawFn) -> list[Record]:
    """Records that all have some of the fields, each with a value or without."""
    names = draw(st.sets(st.sampled_from(sorted(VALUES)), min_size=1))
    values = {name: st.sampled_from([*VALUES[name], None]) for name in sorted(names)}
    return draw(st.lists(st.fixed_dictionaries(values), min_size=1, max_size=8))


def frame_of(table: list[Record]) -> pl.DataFrame:
    made: list[pl.Series] = []
    for name in table[0]:
        column = [row[name] for row in table]
        if name in ADDRESS_FIELDS:
            made += address_columns(name, column)
        else:
            dtype = pl.Categorical if name == "@interface" else columns.dtype(fields.field(name))
            made.append(pl.Series(name, column, dtype=dtype))
    return pl.DataFrame(made)


def address_columns(name: str, values: list[object]) -> list[pl.Series]:
    parsed = [
        (None, False) if value is None else address.parse_text(str(value)) or (None, False)
        for value in values
    ]
    v4 = pl.Series(name, [None if is_v6 else value for value, is_v6 in parsed], dtype=pl.UInt32)
    v6 = pl.Series(fields.v6(name), [value if is_v6 else None for value, is_v6 in parsed], dtype=pl.UInt128)
    return [v4] if v6.null_count() == len(v6) else [v4, v6]


def selected(tree: Tree, frame: pl.DataFrame) -> list[bool | None]:
    verdict = frame.with_columns(local.compile(tree)(frozenset(frame.columns)).alias("verdict"))
    return verdict.get_column("verdict").to_list()


@settings(max_examples=300, deadline=None)
@given(trees, tables())
def test_local_engine_agrees_with_the_plain_one(tree: Tree, table: list[Record]) -> None:
    assert selected(tree, frame_of(table)) == [holds(tree, record) for record in table]


MISSING = [
    ("equal", Compare("dstport", Op.EQ, 80)),
    ("not equal", Compare("dstport", Op.NE, 80)),
    ("zero", Compare("dstport", Op.EQ, 0)),
    ("less", Compare("bytes", Op.LT, 5)),
    ("address differs", Compare("srcaddr", Op.NE, "10.0.0.1")),
    ("one of", OneOf("bytes", (0, 1))),
    ("port", AnyPort(((0, 65535),))),
    ("whole internet", Net(ip_network("0.0.0.0/0"))),
    ("reject", REJECT),
    ("interface", OnInterfaces(frozenset({"eni-1"}))),
    ("network differs", Within("srcaddr", Op.NE, ip_network("10.0.0.0/8"))),
    ("flags", Flags((1,))),
    ("direction", Directed(Way.EGRESS)),
    ("text", Word("e")),
    ("name", Named(Key.HOST, "web-1")),
]


@pytest.mark.parametrize("tree", [tree for _, tree in MISSING], ids=[name for name, _ in MISSING])
@pytest.mark.parametrize("names", [("start",), tuple(name for name in VALUES)], ids=["no column", "null"])
def test_a_value_that_is_not_there_makes_it_false_and_its_negation_true(
    tree: Tree, names: tuple[str, ...]
) -> None:
    frame = frame_of([dict.fromkeys(names)])
    assert (selected(tree, frame), selected(Not(tree), frame)) == ([False], [True])


def test_a_host_is_found_in_the_packet_addresses_too() -> None:
    frame = frame_of([{"srcaddr": "10.0.0.9", "dstaddr": "10.0.0.1", "pkt-srcaddr": "2001:db8::1"}])
    assert selected(host("2001:db8::1", Side.SRC), frame) == [True]
    assert selected(host("2001:db8::1", Side.DST), frame) == [False]
