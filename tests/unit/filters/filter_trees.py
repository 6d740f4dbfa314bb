"""Random trees and expressions of the filter language, for laws."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network

from hypothesis import strategies as st

from flowtui.filters.tree import (
    And,
    AnyPort,
    Compare,
    Directed,
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
    Tree,
    Way,
    Within,
    Word,
)
from flowtui.records import fields
from flowtui.records.fields import Field, Type

ADDRESS_FIELDS = [entry for entry in fields.FIELDS.values() if entry.type is Type.ADDRESS]

texts = st.one_of(
    st.sampled_from(
        ["web-1", "and", "tcp", "bytes", "-", "443", "10.0.0.1", "a b", "a,b", 'a"b', "\\", "x:y"]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8),
)
v4_networks = st.builds(
    lambda value, length: IPv4Network((value >> (32 - length) << (32 - length), length)),
    st.integers(0, 2**32 - 1),
    st.integers(0, 32),
)
v6_networks = st.builds(
    lambda value, length: IPv6Network((value >> (128 - length) << (128 - length), length)),
    st.integers(0, 2**128 - 1),
    st.integers(0, 128),
)
networks = st.one_of(v4_networks, v6_networks)
sides = st.sampled_from(Side)


def values_of(entry: Field) -> st.SearchStrategy[int | str]:
    """Values that a record may have."""
    match entry.type:
        case Type.INTEGER | Type.TIME:
            return st.one_of(st.integers(0, entry.max_value), st.integers(0, min(100, entry.max_value)))
        case Type.ADDRESS:
            return networks.map(lambda network: str(network.network_address))
        case Type.ACTION:
            return st.sampled_from(fields.ACTIONS)
        case Type.STATUS:
            return st.sampled_from(fields.STATUSES)
        case Type.TEXT:
            return texts


def compares() -> st.SearchStrategy[Tree]:
    """A field of the registry compared."""

    def of(entry: Field) -> st.SearchStrategy[Tree]:
        is_number = entry.type in (Type.INTEGER, Type.TIME)
        ops = st.sampled_from(list(Op) if is_number else [Op.EQ, Op.NE])
        return st.builds(Compare, st.just(entry.name), ops, values_of(entry))

    return st.sampled_from(list(fields.FIELDS.values())).flatmap(of)


def one_ofs() -> st.SearchStrategy[Tree]:
    """A field of the registry with a list."""

    def of(entry: Field) -> st.SearchStrategy[Tree]:
        return st.builds(
            OneOf, st.just(entry.name), st.lists(values_of(entry), min_size=1, max_size=3).map(tuple)
        )

    return st.sampled_from(list(fields.FIELDS.values())).flatmap(of)


port_ranges = st.tuples(st.integers(0, 65535), st.integers(0, 65535)).map(lambda pair: (min(pair), max(pair)))
proper_networks = networks.filter(lambda network: network.prefixlen < network.max_prefixlen)

leaves: st.SearchStrategy[Tree] = st.one_of(
    compares(),
    one_ofs(),
    st.builds(
        Within,
        st.sampled_from([entry.name for entry in ADDRESS_FIELDS]),
        st.sampled_from([Op.EQ, Op.NE]),
        proper_networks,
    ),
    st.builds(AnyPort, st.lists(port_ranges, min_size=1, max_size=3).map(tuple), sides),
    st.builds(Net, networks, sides),
    st.builds(Flags, st.lists(st.integers(1, 255), min_size=1, max_size=3).map(tuple)),
    st.builds(Directed, st.sampled_from(Way)),
    st.builds(Named, st.just(Key.HOST), texts, sides),
    st.builds(Named, st.sampled_from([key for key in Key if key not in (Key.HOST, Key.ENI)]), texts),
    st.builds(Word, texts),
    st.builds(
        OnInterfaces,
        st.frozensets(texts.map(lambda text: f"eni-{text}"), min_size=1, max_size=3),
    ),
)


def grown(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    """Trees of these trees, as they can be typed: nothing joins a single part."""
    parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(And, parts), st.builds(Or, parts), st.builds(Not, inner))


trees = st.recursive(leaves, grown, max_leaves=8)
"""Trees that can be typed."""

_SPELLED = (
    "() , - ! = < > : \" ' \\ / . [ ] | & + @ % in( (2, 8) and or not in && || == != <= >= "
    "src dst host net port sport dport ip proto flags src: dport: name: service: eni: "
    "accept tcp ipv6 egress bytes start srcaddr vpc-id tcp-flags 80 80-90 443,8443 1M 1.5k 12:01 -5m "
    "2026-01-31 10.0.0.1 10.0.0.0/8 2001:db8::/32 [::1]:80 https syn+ack web-1 é 漢 \x1b ٣ ² "
    "99999999999999999999999"
)
_PIECES = st.sampled_from([*_SPELLED.split(), " ", "\t", "\n"])
expressions = st.one_of(
    st.text(st.characters(exclude_categories=[]), max_size=30),
    st.lists(st.one_of(_PIECES, texts), max_size=12).map(" ".join),
    st.lists(_PIECES, max_size=12).map("".join),
)
"""Any text, and text that is nearly an expression."""
