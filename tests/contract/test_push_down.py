"""The law of push-down: what a pattern takes, less what its residual refuses, is what the tree selects.

Judged by the embedded endpoint's pattern matcher and by an evaluator of trees over the tokens of lines,
neither of which shares code with the compiler.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from operator import eq, ge, gt, le, lt, ne
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from flowtui.demo.patterns import compile_pattern as judge
from flowtui.filters import local
from flowtui.filters.cloudwatch import Pushdown, compile_pattern
from flowtui.filters.tree import (
    Addresses,
    And,
    AnyPort,
    Compare,
    Contains,
    Directed,
    During,
    Flags,
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
)
from flowtui.records.format import DEFAULT_FORMAT, LogFormat
from flowtui.records.parse import parse

ADDRESSES = (
    "10.0.0.1", "10.0.0.9", "10.0.1.1", "10.1.0.1", "10.128.0.1", "110.0.0.1", "172.16.0.1", "0.0.0.0",
    "255.255.255.255", "2001:db8::1", "2001:DB8:0:0::1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::", "::",
    "::ffff:10.0.0.1", "ffff::",
)  # fmt: skip
NETS = (
    "10.0.0.0/8", "10.0.0.0/9", "10.0.0.0/15", "10.0.0.0/16", "10.0.0.0/22", "10.0.0.0/24", "10.0.0.0/25",
    "10.0.0.8/29", "10.0.0.1/32", "0.0.0.0/0", "0.0.0.0/1", "172.16.0.1/32", "2001:db8::/32", "::/0",
    "2001:db8:1:2::/64", "2001:db8::1/128", "2001::/20", "ffff::/128",
)  # fmt: skip
PORTS = ("0", "22", "80", "443", "1024", "8080", "65535")
TIMES = ("0", "1700000000", "1700000000123", "1700000060", "4294967295")
TEXTS: Mapping[str, Sequence[str]] = {
    "vpc-id": ("vpc-1", "vpc-2", "80"),
    "interface-id": ("eni-1", "eni-2", "eni-10"),
    "flow-direction": ("ingress", "egress"),
    "instance-tag": ("a%20b", "x*", "REJECT", "ü", "a,b"),
    "field-of-tomorrow": ("x", "10.0.0.1"),
}
NUMBERS: Mapping[str, Sequence[str]] = {
    "srcport": PORTS,
    "dstport": PORTS,
    "protocol": ("1", "6", "17", "58"),
    "tcp-flags": ("0", "1", "2", "3", "7", "18", "19", "40", "255"),
    "bytes": ("0", "1", "80", "1000000", str(2**53), str(2**53 + 1), str(2**64 - 1)),
    "start": TIMES,
    "end": TIMES,
}
TOKENS: Mapping[str, Sequence[str]] = {
    **TEXTS,
    **NUMBERS,
    "srcaddr": ADDRESSES,
    "dstaddr": ADDRESSES,
    "pkt-srcaddr": ADDRESSES,
    "action": ("ACCEPT", "REJECT"),
    "log-status": ("OK", "NODATA", "SKIPDATA"),
}
OPS: Mapping[Op, Callable[..., object]] = {
    Op.EQ: eq, Op.NE: ne, Op.LT: lt, Op.LE: le, Op.GT: gt, Op.GE: ge,
}  # fmt: skip
ENDS = {Side.SRC: ("src",), Side.DST: ("dst",), Side.EITHER: ("src", "dst")}

RECORDS = 60

Line = Mapping[str, str]
"""Tokens by field."""


def value(name: str, line: Line) -> object | None:
    token = line.get(name, "-")
    if token == "-":
        return None
    if name in ("start", "end"):
        return int(token) if int(token) < 2**32 else int(token) // 1000
    if name in NUMBERS:
        return int(token)
    return ip_address(token) if name.endswith("addr") else token


def known(names: Sequence[str], line: Line) -> list[object]:
    return [each for each in (value(name, line) for name in names) if each is not None]


def addresses(side: Side, line: Line) -> list[object]:
    return known([f"{layer}{end}addr" for layer in ("", "pkt-") for end in ENDS[side]], line)


def alike(name: str, wanted: object) -> object:
    return ip_address(str(wanted)) if name.endswith("addr") else wanted


def holds(tree: Tree, line: Line) -> bool:
    """What a tree means, said plainly."""
    match tree:
        case And(parts):
            return all(holds(part, line) for part in parts)
        case Or(parts):
            return any(holds(part, line) for part in parts)
        case Not(part):
            return not holds(part, line)
        case Compare(name, op, wanted):
            return any(bool(OPS[op](each, alike(name, wanted))) for each in known([name], line))
        case OneOf(name, values):
            return any(each == alike(name, wanted) for each in known([name], line) for wanted in values)
        case Within(name, op, network):
            return any((each in network) is (op is Op.EQ) for each in known([name], line))
        case AnyPort(ranges, side):
            ports = [int(str(port)) for port in known([f"{end}port" for end in ENDS[side]], line)]
            return any(low <= port <= high for port in ports for low, high in ranges)
        case Net(network, side):
            return any(each in network for each in addresses(side, line))
        case Addresses(v4, v6, side):
            wanted_values = {ip_address(number) for number in v4} | {ip_address(number) for number in v6}
            return any(each in wanted_values for each in addresses(side, line))
        case Flags(masks):
            return any(
                int(str(flags)) & mask == mask for flags in known(["tcp-flags"], line) for mask in masks
            )
        case OnInterfaces(ids):
            return value("interface-id", line) in ids
        case Contains(text):
            return any(text.lower() in str(each).lower() for each in known(list(TEXTS), line))
        case Tenures(spans, side):
            at = value("start", line)
            held = {str(each) for each in addresses(side, line)}
            return isinstance(at, int) and any(
                str(ip_address(number)) in held and (since or 0) <= at < (until or 2**32)
                for number, _, since, until in spans
            )
        case _:
            raise AssertionError(f"{tree!r} is not made here")


def compares(names: Sequence[str]) -> st.SearchStrategy[Tree]:
    def of(name: str) -> st.SearchStrategy[Tree]:
        if name in NUMBERS:
            numbers = [int(token) for token in NUMBERS[name]] + [-1, 5, 60, 65536, 2**70]
            return st.one_of(
                st.builds(Compare, st.just(name), st.sampled_from(Op), st.sampled_from(numbers)),
                st.builds(OneOf, st.just(name), st.lists(st.sampled_from(numbers), max_size=4).map(tuple)),
            )
        texts = st.sampled_from(TOKENS[name])
        return st.one_of(
            st.builds(Compare, st.just(name), st.sampled_from([Op.EQ, Op.NE]), texts),
            st.builds(OneOf, st.just(name), st.lists(texts, max_size=4).map(tuple)),
        )

    return st.sampled_from(names).flatmap(of)


port = st.integers(0, 65535) | st.sampled_from([0, 22, 80, 443, 1024, 65535])
sides = st.sampled_from(Side)
numbers_of = st.frozensets(
    st.sampled_from([int(ip_address(each)) for each in ADDRESSES if ":" not in each]), max_size=3
)
numbers_of_v6 = st.frozensets(st.sampled_from([int(ip_address("2001:db8::1")), 2**127]), max_size=2)
tenures = st.tuples(
    st.sampled_from([int(ip_address("10.0.0.1")), int(ip_address("172.16.0.1"))]),
    st.just(False),
    st.none() | st.just(1_700_000_000),
    st.none() | st.just(1_700_000_030),
)
networks = st.sampled_from(NETS).map(ip_network)
conditions: st.SearchStrategy[Tree] = st.one_of(
    st.builds(Within, st.sampled_from(["srcaddr", "dstaddr"]), st.sampled_from([Op.EQ, Op.NE]), networks),
    st.builds(AnyPort, st.lists(st.tuples(port, port), max_size=4).map(tuple), sides),
    st.builds(Net, networks, sides),
    st.builds(Addresses, numbers_of, numbers_of_v6, sides),
    st.builds(Tenures, st.lists(tenures, max_size=3).map(tuple), sides),
    st.builds(Flags, st.lists(st.sampled_from([1, 2, 4, 16, 18]), min_size=1, max_size=2).map(tuple)),
    st.builds(OnInterfaces, st.frozensets(st.sampled_from(["eni-1", "eni-2", "eni-9"]))),
    st.builds(Contains, st.sampled_from(["eni", "REJECT", "x"])),
)


def grown(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(And, parts), st.builds(And, parts), st.builds(Or, parts), st.builds(Not, inner)
    )


def trees(fmt: LogFormat) -> st.SearchStrategy[Tree]:
    """Mostly about fields of the format."""
    held = [name for name in fmt.fields if name in TOKENS] or sorted(TOKENS)
    return st.recursive(compares(held) | compares(sorted(TOKENS)) | conditions, grown, max_leaves=6)


formats = st.one_of(
    st.just(DEFAULT_FORMAT),
    st.lists(st.sampled_from(sorted(TOKENS)), min_size=1, max_size=6, unique=True).map(
        lambda names: LogFormat(tuple(names))
    ),
)
"""The default one has fields for which no tokens are told: their values are missing."""


@dataclass(frozen=True)
class Case:
    tree: Tree
    fmt: LogFormat
    lines: Sequence[Line]

    def text(self, line: Line) -> str:
        return " ".join(line[name] for name in self.fmt.fields)

    def taken(self, asked: Pushdown) -> list[bool]:
        """Whether the pattern takes each line, as the embedded endpoint sees it."""
        matches = judge(asked.pattern or "")
        return [matches is None or matches(self.text(line)) for line in self.lines]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    fmt = draw(formats)
    return Case(draw(trees(fmt)), fmt, lines(fmt, draw(st.integers(0, 2**32))))


def lines(fmt: LogFormat, seed: int) -> list[Line]:
    """Many records: those that tell a wrong pattern from a right one are few."""
    dice = Random(seed)
    tokens = {name: [*TOKENS.get(name, ()), *["-"] * 3] for name in fmt.fields}
    return [{name: dice.choice(given) for name, given in tokens.items()} for _ in range(RECORDS)]


def chosen(case: Case, asked: Pushdown) -> list[bool]:
    """What is shown in the end."""
    return [
        is_taken and (asked.residual is None or holds(asked.residual, line))
        for is_taken, line in zip(case.taken(asked), case.lines, strict=True)
    ]


@given(cases())
@settings(max_examples=400, deadline=None)
def test_pattern_and_residual_select_what_the_tree_selects(case: Case) -> None:
    asked = compile_pattern(case.tree, [case.fmt])
    assert chosen(case, asked) == [holds(case.tree, line) for line in case.lines], asked


@given(cases(), formats)
@settings(max_examples=100, deadline=None)
def test_so_they_do_in_a_group_of_several_formats_and_no_place_is_asked_for(
    case: Case, other: LogFormat
) -> None:
    asked = compile_pattern(case.tree, [other, case.fmt])
    if other != case.fmt:
        assert not (asked.pattern or "").startswith("[")
    assert chosen(case, asked) == [holds(case.tree, line) for line in case.lines], asked
    unknown = compile_pattern(case.tree, [])
    assert chosen(case, unknown) == [holds(case.tree, line) for line in case.lines], unknown


@given(cases())
@settings(max_examples=60, deadline=None)
def test_the_local_engine_decides_the_residual_as_it_decides_the_tree(case: Case) -> None:
    parsed = parse([case.text(line) for line in case.lines], case.fmt)
    assert not parsed.malformed
    asked = compile_pattern(case.tree, [case.fmt])
    taken = parsed.frame.filter(case.taken(asked))
    rest = (
        taken
        if asked.residual is None
        else taken.filter(local.compile(asked.residual)(frozenset(taken.columns)))
    )
    assert rest.equals(parsed.frame.filter(local.compile(case.tree)(frozenset(parsed.frame.columns))))


@given(cases())
@settings(max_examples=100, deadline=None)
def test_patterns_keep_to_the_limits_of_the_service(case: Case) -> None:
    pattern = compile_pattern(case.tree, [case.fmt]).pattern
    if pattern is not None:
        assert 0 < len(pattern) <= 1024
        assert pattern.count("%") <= 4
        assert "!=" not in pattern
        assert judge(pattern) is not None


@given(st.sampled_from(Way), formats)
def test_what_may_be_derived_is_not_asked_for(way: Way, fmt: LogFormat) -> None:
    for derived in (Directed(way), During(1_700_000_000, None)):
        for tree in (derived, Not(derived)):
            asked = compile_pattern(tree, [fmt])
            assert (asked.pattern, asked.residual) == (None, tree)
