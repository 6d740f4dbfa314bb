"""What is asked of CloudWatch for an expression and a log format, to the letter, and what is left to do."""

from __future__ import annotations

import pytest

from flowtui.filters.cloudwatch import Pushdown, compile_pattern
from flowtui.filters.parse import parse
from flowtui.filters.tree import REJECT, Addresses, And, AnyPort, Not, OneOf, Or, Side, Tenures, Tree
from flowtui.records import fields
from flowtui.records.format import DEFAULT_FORMAT, LogFormat

NOW = 1_700_000_000.0
PLAIN = (
    "[version, accountid, interfaceid, srcaddr, dstaddr, srcport, dstport, protocol, packets, bytes, "
    "start, end, action, logstatus]"
)
SMALL = LogFormat.parse("${interface-id} ${dstaddr} ${dstport} ${tcp-flags} ${flow-direction} ${action}")
SMALL_PLAIN = "[interfaceid, dstaddr, dstport, tcpflags, flowdirection, action]"
LAYERED = LogFormat.parse("${srcaddr} ${dstaddr} ${pkt-srcaddr} ${pkt-dstaddr} ${log-status}")
LAYERED_PLAIN = "[srcaddr, dstaddr, pktsrcaddr, pktdstaddr, logstatus]"
WIDE = LogFormat(tuple(name for name, entry in fields.FIELDS.items() if not entry.is_transit_gateway))
HYPHENS = LogFormat.parse("${vpc-id} ${vpcid} ${action}")


def asked(text: str, *formats: LogFormat) -> Pushdown:
    return compile_pattern(parse(text, NOW), formats)


def slots(*conditions: str, plain: str = PLAIN) -> str:
    """The pattern with all slots, some of them with conditions."""
    names = plain[1:-1].split(", ")
    for condition in conditions:
        name = condition[: next(place for place, letter in enumerate(condition) if not letter.isalpha())]
        names[names.index(name)] = condition
    return f"[{', '.join(names)}]"


def choices(name: str, *values: object) -> str:
    return " || ".join(f"{name}={value}" for value in values)


def test_a_pattern_has_all_slots_in_the_order_of_the_format() -> None:
    assert asked("reject", DEFAULT_FORMAT).pattern == (
        "[version, accountid, interfaceid, srcaddr, dstaddr, srcport, dstport, protocol, packets, bytes, "
        "start, end, action=REJECT, logstatus]"
    )


DECIDED = {
    "reject": ["action=REJECT"],
    "accept": ["action=ACCEPT"],
    "action != ACCEPT": ["action=REJECT"],
    "nodata": ["logstatus=NODATA"],
    "log-status != OK": ["logstatus=NODATA || logstatus=SKIPDATA"],
    "dport 80": ["dstport=80"],
    "dport 443,8443": ["dstport=443 || dstport=8443"],
    "dport 443 or dport 8443": ["dstport=443 || dstport=8443"],
    "sport https": ["srcport=443"],
    "tcp": ["protocol=6"],
    "tcp or udp": ["protocol=6 || protocol=17"],
    "proto 47": ["protocol=47"],
    "bytes = 40": ["bytes=40"],
    "packets in (1, 2)": ["packets=1 || packets=2"],
    "src 10.0.0.1": ["srcaddr=10.0.0.1"],
    "dstaddr = 10.0.0.1": ["dstaddr=10.0.0.1"],
    "src 10.0.0.1,10.0.0.3": ["srcaddr=10.0.0.1 || srcaddr=10.0.0.3"],
    "src net 10.0.0.0/8": ["srcaddr=10.*"],
    "dst net 172.16.0.0/16": ["dstaddr=172.16.*"],
    "src net 10.0.2.0/24": ["srcaddr=10.0.2.*"],
    "src net 10.0.0.0/22": ["srcaddr=10.0.0.* || srcaddr=10.0.1.* || srcaddr=10.0.2.* || srcaddr=10.0.3.*"],
    "src net 172.16.0.0/12": [choices("srcaddr", *(f"172.{octet}.*" for octet in range(16, 32)))],
    "src net 10.0.0.8/30": [choices("srcaddr", *(f"10.0.0.{octet}" for octet in range(8, 12)))],
    "srcaddr = 10.0.2.0/24": ["srcaddr=10.0.2.*"],
    "src net 10.0.0.0/8 and src net 10.1.0.0/16": ["srcaddr=10.1.*"],
    "eni:eni-0a": ['interfaceid="eni-0a"'],
    "interface-id in (eni-0a, eni-0b)": ['interfaceid="eni-0a" || interfaceid="eni-0b"'],
    "account-id = 012345678901": ['accountid="012345678901"'],
    "reject and tcp and dport 22 and src net 10.0.0.0/8": [
        "action=REJECT", "protocol=6", "dstport=22", "srcaddr=10.*",
    ],
    "src 10.0.0.1:80": ["srcaddr=10.0.0.1", "srcport=80"],
    "(tcp and dport 80) or (tcp and dport 443)": ["protocol=6", "dstport=80 || dstport=443"],
    "dport 80,443 and not dport 443": ["dstport=80"],
    "not (not reject or not tcp)": ["action=REJECT", "protocol=6"],
}  # fmt: skip
"""Expression: conditions that decide it, in the default format."""

TAKEN = {
    "dport 1024-2048": ["dstport>=1024 && dstport<=2048"],
    "dport 1024-65535": ["dstport>=1024"],
    "dport > 1023": ["dstport>=1024"],
    "sport < 1024": ["srcport<=1023"],
    "dstport != 22": ["dstport<=21 || dstport>=23"],
    "dport 22 or dport >= 1024": ["dstport=22 || dstport>=1024"],
    "dport 80,8000-8100": ["dstport>=80 && dstport<=8100"],
    "bytes = 9007199254740993": ["bytes=9007199254740993"],
    "bytes > 1M": ["bytes>=1000001"],
    "bytes > 1Ki and bytes < 1M": ["bytes>=1025 && bytes<=999999"],
    "start > 2023-11-14T22:00:00Z": ["start>=1699999201"],
    "start < 2023-11-14T22:00:00Z": ["start<=1699999199 || start>=4294967296"],
    "src net 10.0.0.0/9": ["srcaddr=10.*"],
    "src net 10.0.0.0/25": ["srcaddr=10.0.0.*"],
    "src net 10.0.64.0/18": ["srcaddr=10.0.*"],
    "src net 2001:db8::/32": ["srcaddr=%^0*2001:0*[dD][bB]8:%"],
    "src 2001:db8:1:2:3:4:5:6": ["srcaddr=%^0*2001:0*[dD][bB]8:0*1:0*2:0*3:0*4:%"],
    "src 10.0.0.1,2001:db8::1": ["srcaddr=10.0.0.1 || srcaddr=%^0*2001:0*[dD][bB]8:%"],
    "dport 80 or (dport 443 and tcp)": ["dstport=80 || dstport=443"],
    "(reject and dport 80) or (reject and sport 80)": ["action=REJECT"],
}
"""Expression: conditions that take what it selects, in the default format, and more or perhaps more."""

LEFT = [
    "port 80",
    "not dport 443,8443",
    "not accept",
    "-src:10.0.0.0/8",
    "reject or dport 80",
    "net 10.0.0.0/8",
    "src net 0.0.0.0/1",
    "src ::1",
    "ipv4",
    "ingress",
    "web-1",
    "host web-1",
    "vpc-id = vpc-1",
    "account-id != 012345678901",
    'account-id = "a b"',
    'account-id = "a\\"]"',
    "account-id = a*",
    'account-id = "-"',
    "dport >= 0",
]
"""Expressions of which nothing can be asked for in the default format."""


@pytest.mark.parametrize("text", DECIDED)
def test_what_aws_decides(text: str) -> None:
    found = asked(text, DEFAULT_FORMAT)
    assert (found.pattern, found.residual, found.reason) == (slots(*DECIDED[text]), None, "")
    assert found.is_exact


@pytest.mark.parametrize("text", TAKEN)
def test_what_aws_narrows_is_decided_again(text: str) -> None:
    found = asked(text, DEFAULT_FORMAT)
    assert found.pattern == slots(*TAKEN[text])
    assert found.residual == parse(text, NOW)
    assert found.reason
    assert not found.is_exact


@pytest.mark.parametrize("text", LEFT)
def test_what_cannot_be_said_is_not_asked_for(text: str) -> None:
    found = asked(text, DEFAULT_FORMAT)
    assert (found.pattern, found.pushed, found.residual) == (None, "", parse(text, NOW))


MIXED = [
    ("reject and port 80", ["action=REJECT"], "port 80", "reject"),
    ("dport:443 -src:10.0.0.0/8", ["dstport=443"], "not src net 10.0.0.0/8", "dst port 443"),
    ("reject and dport 1024-2048", ["action=REJECT", "dstport>=1024 && dstport<=2048"], "dst port 1024-2048",
     "reject and dst port 1024-2048"),
    ("tcp and src net 10.0.0.0/25", ["protocol=6", "srcaddr=10.0.0.*"], "src net 10.0.0.0/25",
     "tcp and srcaddr = 10.0.0.0/24"),
    ("reject and not (tcp and dport 80)", ["action=REJECT"], "not (tcp and dst port 80)", "reject"),
    ("reject and web-1", ["action=REJECT"], "web-1", "reject"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "conditions", "residual", "pushed"), MIXED, ids=[row[0] for row in MIXED])
def test_the_residual_is_what_aws_does_not_decide(
    text: str, conditions: list[str], residual: str, pushed: str
) -> None:
    found = asked(text, DEFAULT_FORMAT)
    assert (found.pattern, str(found.residual), found.pushed) == (slots(*conditions), residual, pushed)


OTHER_FORMATS = [
    ("port 80", SMALL, SMALL_PLAIN, ["dstport=80"], None),
    ("net 10.0.0.0/8 and reject", SMALL, SMALL_PLAIN, ["dstaddr=10.*", "action=REJECT"], None),
    ("src 10.0.0.1 and reject", SMALL, SMALL_PLAIN, ["action=REJECT"], "src host 10.0.0.1"),
    ("flow-direction = egress", SMALL, SMALL_PLAIN, ['flowdirection="egress"'], None),
    ("flags syn and not flags ack", SMALL, SMALL_PLAIN,
     [choices("tcpflags", 2, 3, 6, 7, 10, 11, 14, 15) + " || tcpflags>=32"], "flags syn and not flags ack"),
    ("tcp-flags in (2, 3, 6, 7)", SMALL, SMALL_PLAIN, [choices("tcpflags", 2, 3, 6, 7)], None),
    ("srcaddr = 10.0.0.1", LAYERED, LAYERED_PLAIN, ["srcaddr=10.0.0.1"], None),
    ("pkt-srcaddr = 10.0.0.0/8", LAYERED, LAYERED_PLAIN, ["pktsrcaddr=10.*"], None),
    ("skipdata", LAYERED, LAYERED_PLAIN, ["logstatus=SKIPDATA"], None),
    ("reject", HYPHENS, "[a, b, c]", ["c=REJECT"], None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "fmt", "plain", "conditions", "residual"), OTHER_FORMATS, ids=[row[0] for row in OTHER_FORMATS]
)
def test_what_can_be_asked_for_depends_on_the_format(
    text: str, fmt: LogFormat, plain: str, conditions: list[str], residual: str | None
) -> None:
    found = asked(text, fmt)
    assert found.pattern == slots(*conditions, plain=plain)
    assert (None if found.residual is None else str(found.residual)) == residual


BY_WORDS = [
    ("reject", (DEFAULT_FORMAT, SMALL), "REJECT"),
    ("reject and dport 80", (DEFAULT_FORMAT, SMALL), "REJECT"),
    ("reject", (), "REJECT"),
    ("reject and src 10.0.0.1", (DEFAULT_FORMAT, SMALL), '"10.0.0.1" REJECT'),
    ("eni:eni-0a", (DEFAULT_FORMAT, SMALL), '"eni-0a"'),
    ("eni:eni-0a", (DEFAULT_FORMAT, LAYERED), None),
    ("eni:eni-0a", (), None),
    ("src 10.0.0.1", (LAYERED,), '"10.0.0.1"'),
    ("host 10.0.0.1", (DEFAULT_FORMAT,), '"10.0.0.1"'),
    ("reject and host 10.0.0.1", (DEFAULT_FORMAT,), '"10.0.0.1" REJECT'),
    ("10.0.0.1:80", (DEFAULT_FORMAT,), '"10.0.0.1"'),
    ("host 2001:db8::1", (DEFAULT_FORMAT,), None),
    ("dport 80", (DEFAULT_FORMAT, SMALL), None),
    ("not reject", (DEFAULT_FORMAT, SMALL), None),
]


@pytest.mark.parametrize(("text", "formats", "pattern"), BY_WORDS, ids=[str(row[0]) for row in BY_WORDS])
def test_where_no_place_is_certain_words_are_asked_for(
    text: str, formats: tuple[LogFormat, ...], pattern: str | None
) -> None:
    found = asked(text, *formats)
    assert (found.pattern, found.residual) == (pattern, parse(text, NOW))


def test_the_same_format_twice_is_one_format() -> None:
    assert asked("dport 80", DEFAULT_FORMAT, DEFAULT_FORMAT) == asked("dport 80", DEFAULT_FORMAT)


def test_letters_stand_for_names_where_that_makes_room() -> None:
    found = asked(
        "src net 10.0.0.0/27 and tcp", LogFormat(tuple(n for n in WIDE.fields if "pkt-src" not in n))
    )
    assert found.pattern is not None
    assert found.pattern.startswith(
        f"[a, b, c, {choices('d', *(f'10.0.0.{octet}' for octet in range(32)))}, e,"
    )
    assert found.residual is None


def test_the_longest_slot_is_widened_where_there_is_no_room() -> None:
    src, dst = "srcaddr = 10.0.100.0/27", "dstaddr = 10.0.8.0/27"
    assert asked(src, DEFAULT_FORMAT).is_exact
    assert asked(dst, DEFAULT_FORMAT).is_exact
    wide = choices("dstaddr", *(f"10.0.8.{octet}" for octet in range(32)))
    found = asked(f"{src} and {dst}", WIDE)
    assert found.pattern is not None
    assert "=10.0.100.*, " in found.pattern
    assert wide.replace("dstaddr", "e") in found.pattern
    assert str(found.residual) == src


def test_ipv6_takes_two_regular_expressions_at_most() -> None:
    text = " and ".join(f"{name} = 2001:db8::/32" for name in ("dstaddr", "srcaddr", "pkt-srcaddr"))
    found = asked(text, LAYERED)
    assert found.pattern is not None
    assert found.pattern.count("%") == 4


def test_a_contradiction_asks_for_its_first_part() -> None:
    found = asked("tcp and udp", DEFAULT_FORMAT)
    assert (found.pattern, str(found.residual)) == (slots("protocol=6"), "udp")


def test_who_bore_a_name_is_asked_for_whenever_it_was() -> None:
    borne = Tenures(((0x0A000001, False, None, 1_700_000_000),), Side.DST)
    found = compile_pattern(borne, [DEFAULT_FORMAT])
    assert (found.pattern, found.residual) == (slots("dstaddr=10.0.0.1"), borne)
    others = compile_pattern(And((Not(borne), REJECT)), [DEFAULT_FORMAT])
    assert (others.pattern, others.residual) == (slots("action=REJECT"), Not(borne))
    narrower = AnyPort(((80, 80),), Side.DST), Addresses(frozenset({0x0A000001, 0x0A000002}), side=Side.DST)
    kept = compile_pattern(And((*narrower, Not(borne))), [DEFAULT_FORMAT])
    assert kept.pattern == slots("dstport=80", "dstaddr=10.0.0.1 || dstaddr=10.0.0.2")
    always = Addresses(frozenset({0x0A000001, 0x0A000002}), side=Side.DST)
    assert compile_pattern(And((always,)), [DEFAULT_FORMAT]).is_exact


@pytest.mark.parametrize(
    ("formats", "reason"),
    [((), "not known"), ((DEFAULT_FORMAT, SMALL), "Several"), ((DEFAULT_FORMAT,), "single")],
)
def test_the_reason_says_why_there_is_a_residual(formats: tuple[LogFormat, ...], reason: str) -> None:
    assert reason in asked("port 80", *formats).reason


@pytest.mark.parametrize(
    "tree", [Or(()), Not(And(())), OneOf(fields.DSTPORT.name, ()), AnyPort(())], ids=repr
)
def test_trees_that_select_nothing_are_left_to_the_local_engine(tree: Tree) -> None:
    found = compile_pattern(tree, [DEFAULT_FORMAT])
    assert (found.pattern, found.residual) == (None, tree)
