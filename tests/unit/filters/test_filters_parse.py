"""The filter language is read as tcpdump's users expect, and what is wrong is shown where it is wrong."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from ipaddress import ip_network
from textwrap import dedent

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flowtui.filters.errors import FilterError
from flowtui.filters.parse import MAX_DEPTH, MAX_LENGTH, parse
from flowtui.filters.tree import (
    REJECT,
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
    host,
)
from flowtui.records import fields
from flowtui.records.decode import clean
from tests.unit.filters.filter_trees import expressions, trees

NOW = datetime(2026, 3, 10, 12, 0, 0, 700_000, UTC).timestamp()
"""A Tuesday, noon."""

TCP, UDP = Compare("protocol", Op.EQ, 6), Compare("protocol", Op.EQ, 17)


def net(text: str, side: Side = Side.EITHER) -> Net:
    return Net(ip_network(text), side)


def ports(*given: int | tuple[int, int], side: Side = Side.EITHER) -> AnyPort:
    return AnyPort(tuple(each if isinstance(each, tuple) else (each, each) for each in given), side)


def both_sides(address: str, port: int) -> Or:
    return Or(tuple(And((host(address, side), ports(port, side=side))) for side in (Side.SRC, Side.DST)))


READ: list[tuple[str, Tree]] = [
    # words
    ("accept", Compare("action", Op.EQ, "ACCEPT")),
    ("REJECT", REJECT),
    ("nodata", Compare("log-status", Op.EQ, "NODATA")),
    ("SkipData", Compare("log-status", Op.EQ, "SKIPDATA")),
    ("tcp", TCP),
    ("udp", UDP),
    ("icmp", Compare("protocol", Op.EQ, 1)),
    ("icmp6", Compare("protocol", Op.EQ, 58)),
    ("ipv4", net("0.0.0.0/0")),
    ("ipv6", net("::/0")),
    ("ingress", Directed(Way.INGRESS)),
    ("egress", Directed(Way.EGRESS)),
    # and, or, not
    ("reject and tcp", And((REJECT, TCP))),
    ("reject && tcp", And((REJECT, TCP))),
    ("reject tcp", And((REJECT, TCP))),
    ("reject&&tcp||udp", Or((And((REJECT, TCP)), UDP))),
    ("reject AND tcp Or udp", Or((And((REJECT, TCP)), UDP))),
    ("reject or tcp udp", Or((REJECT, And((TCP, UDP))))),
    ("reject and (tcp or udp)", And((REJECT, Or((TCP, UDP))))),
    ("reject(tcp or udp)", And((REJECT, Or((TCP, UDP))))),
    ("tcp or (udp or reject)", Or((TCP, Or((UDP, REJECT))))),
    ("not reject", Not(REJECT)),
    ("!reject", Not(REJECT)),
    ("-reject", Not(REJECT)),
    ("NOT ! - reject", Not(Not(Not(REJECT)))),
    ("not reject and tcp", And((Not(REJECT), TCP))),
    ("not (reject and tcp)", Not(And((REJECT, TCP)))),
    ("tcp -reject", And((TCP, Not(REJECT)))),
    ("-(tcp)", Not(TCP)),
    # hosts and networks
    ("host 10.0.0.1", host("10.0.0.1")),
    ("10.0.0.1", host("10.0.0.1")),
    ("ip:10.0.0.1", host("10.0.0.1")),
    ("ip 10.0.0.1", host("10.0.0.1")),
    ("10.0.0.0/8", net("10.0.0.0/8")),
    ("net 10.0.0.0/8", net("10.0.0.0/8")),
    ("net 10.1.2.3/8", net("10.0.0.0/8")),
    ("net 10.0.0.1", host("10.0.0.1")),
    ("host 10.0.0.0/8", net("10.0.0.0/8")),
    ("src 10.0.0.1", host("10.0.0.1", Side.SRC)),
    ("src host 10.0.0.1", host("10.0.0.1", Side.SRC)),
    ("dst net 10.0.0.0/8", net("10.0.0.0/8", Side.DST)),
    ("src:10.0.0.0/8", net("10.0.0.0/8", Side.SRC)),
    ("DST:10.0.0.0/8", net("10.0.0.0/8", Side.DST)),
    ("src = 10.0.0.1", host("10.0.0.1", Side.SRC)),
    ("src 10.0.0.1,web-1", Or((host("10.0.0.1", Side.SRC), Named(Key.HOST, "web-1", Side.SRC)))),
    ("10.0.0.1,10.0.0.2", Or((host("10.0.0.1"), host("10.0.0.2")))),
    ("src:2001:db8::/32", net("2001:db8::/32", Side.SRC)),
    ("2001:db8::1", host("2001:db8::1")),
    ("2001:db8::1:80", host("2001:db8::1:80")),
    ("host [2001:DB8::1]", host("2001:db8::1")),
    ("(src:::1)", host("::1", Side.SRC)),
    ("10.0.0.1:80", both_sides("10.0.0.1", 80)),
    ("[2001:db8::1]:80", both_sides("2001:db8::1", 80)),
    ("src 10.0.0.1:80", And((host("10.0.0.1", Side.SRC), ports(80, side=Side.SRC)))),
    ("dst:[::1]:80", And((host("::1", Side.DST), ports(80, side=Side.DST)))),
    ("src web-1:443", And((Named(Key.HOST, "web-1", Side.SRC), ports(443, side=Side.SRC)))),
    # ports
    ("port 80", ports(80)),
    ("port = 80", ports(80)),
    ("port 80,443,8000-8080", ports(80, 443, (8000, 8080))),
    ("port in (80, 443)", ports(80, 443)),
    ("port https", ports(443)),
    ("port HTTP-alt", ports(8000, 8080, 8888)),
    ("src port 80", ports(80, side=Side.SRC)),
    ("sport 80", ports(80, side=Side.SRC)),
    ("dport 1024-65535", ports((1024, 65535), side=Side.DST)),
    ("dport:443,8443", ports(443, 8443, side=Side.DST)),
    ("port:ssh", ports(22)),
    ("sport:>1024", ports((1025, 65535), side=Side.SRC)),
    ("port >= 1024", ports((1024, 65535))),
    ("dst port < 1024", ports((0, 1023), side=Side.DST)),
    ("port <= 0", ports((0, 0))),
    ("dst port != 80", ports((0, 79), (81, 65535), side=Side.DST)),
    ("not port 80,443", Not(ports(80, 443))),
    ("tcp port 80", And((TCP, ports(80)))),
    # protocols and flags
    ("proto gre", Compare("protocol", Op.EQ, 47)),
    ("proto 6", TCP),
    ("proto tcp,17", OneOf("protocol", (6, 17))),
    ("protocol = udp", UDP),
    ("flags syn", Flags((2,))),
    ("flags SYN,rst", Flags((2, 4))),
    ("flags syn+ack", Flags((18,))),
    ("flags syn+ack,fin", Flags((18, 1))),
    ("tcp-flags = syn+ack", Compare("tcp-flags", Op.EQ, 18)),
    # keys
    ("eni:eni-1", OnInterfaces(frozenset({"eni-1"}))),
    ("eni:eni-1,eni-2", OnInterfaces(frozenset({"eni-1", "eni-2"}))),
    ("eni:web-1", Named(Key.ENI, "web-1")),
    ("instance:i-1", Named(Key.INSTANCE, "i-1")),
    ("name:web-1", Named(Key.NAME, "web-1")),
    ('name:"web 1"', Named(Key.NAME, "web 1")),
    ("name:a:b=c", Named(Key.NAME, "a:b=c")),
    ("name:tcp", Named(Key.NAME, "tcp")),
    ("subnet:private", Named(Key.SUBNET, "private")),
    ("vpc:vpc-1", Named(Key.VPC, "vpc-1")),
    ("sg:sg-1,sg-2", Or((Named(Key.SG, "sg-1"), Named(Key.SG, "sg-2")))),
    ("az:eu-west-1a", Named(Key.AZ, "eu-west-1a")),
    (
        "service:s3",
        Or(tuple(Compare(f"pkt-{end}-aws-service", Op.EQ, "S3") for end in ("src", "dst"))),
    ),
    (
        "service:S3,NEW",
        Or(tuple(OneOf(f"pkt-{end}-aws-service", ("S3", "NEW")) for end in ("src", "dst"))),
    ),
    # fields
    ("bytes > 1M", Compare("bytes", Op.GT, 10**6)),
    ("bytes>1.5k", Compare("bytes", Op.GT, 1500)),
    ("bytes < 2Gi", Compare("bytes", Op.LT, 2**31)),
    ("packets == 5", Compare("packets", Op.EQ, 5)),
    ("dstport != 80", Compare("dstport", Op.NE, 80)),
    ("dstport = https", Compare("dstport", Op.EQ, 443)),
    ("dstport = http-alt", OneOf("dstport", (8000, 8080, 8888))),
    ("log_status = OK", Compare("log-status", Op.EQ, "OK")),
    ("flow-direction = egress", Compare("flow-direction", Op.EQ, "egress")),
    ("flow_direction = EGRESS", Compare("flow-direction", Op.EQ, "egress")),
    ("flowDirection != egress", Compare("flow-direction", Op.NE, "egress")),
    ("dstAddr = 10.0.0.1", Compare("dstaddr", Op.EQ, "10.0.0.1")),
    ("srcaddr = 10.0.0.0/8", Within("srcaddr", Op.EQ, ip_network("10.0.0.0/8"))),
    ("srcaddr != 2001:DB8::1", Compare("srcaddr", Op.NE, "2001:db8::1")),
    (
        "srcaddr in (10.0.0.1, 10.0.0.0/8)",
        Or((OneOf("srcaddr", ("10.0.0.1",)), Within("srcaddr", Op.EQ, ip_network("10.0.0.0/8")))),
    ),
    ("traffic-path in (2, 8)", OneOf("traffic-path", (2, 8))),
    ("traffic-path IN(2 8)", OneOf("traffic-path", (2, 8))),
    ("action = reject", REJECT),
    ("type = ipv6", Compare("type", Op.EQ, "IPv6")),
    ("vpc-id = vpc-1", Compare("vpc-id", Op.EQ, "vpc-1")),
    ('instance-tag = "a b"', Compare("instance-tag", Op.EQ, "a b")),
    # bare words
    ("web", Word("web")),
    ("eni-0123456789abcdef0", Word("eni-0123456789abcdef0")),
    ('"web 1"', Word("web 1")),
    ("'it''s'", And((Word("it"), Word("s")))),
    (r'"a\"b\\"', Word('a"b\\')),
    ('"443"', Word("443")),
    ('"tcp"', Word("tcp")),
    ("arn:aws:ecs:x", Word("arn:aws:ecs:x")),
    ("o'brien", Word("o'brien")),
    # what is behind and, or is no bare value of the same kind
    ("src 10.0.0.1 and tcp", And((host("10.0.0.1", Side.SRC), TCP))),
    ("src 10.0.0.1 or port 80", Or((host("10.0.0.1", Side.SRC), ports(80)))),
    ("src 10.0.0.1 web", And((host("10.0.0.1", Side.SRC), Word("web")))),
    ("(src 10.0.0.1) or web", Or((host("10.0.0.1", Side.SRC), Word("web")))),
    ('src 10.0.0.1 or "web"', Or((host("10.0.0.1", Side.SRC), Word("web")))),
    ("src 10.0.0.1 or (web)", Or((host("10.0.0.1", Side.SRC), Word("web")))),
    ("host 10.0.0.1 or web", Or((host("10.0.0.1"), Word("web")))),
    ("src:10.0.0.1 or web", Or((host("10.0.0.1", Side.SRC), Word("web")))),
    ("src 10.0.0.1 or tcp or web", Or((host("10.0.0.1", Side.SRC), TCP, Word("web")))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "tree"), READ, ids=[text for text, _ in READ])
def test_an_expression_is_read(text: str, tree: Tree) -> None:
    assert parse(text, NOW, UTC) == tree


SAME_FIELD = [
    (spelling, name)
    for name, entry in fields.FIELDS.items()
    for spelling in (name, name.replace("-", "_"), entry.insights, name.upper())
]


@pytest.mark.parametrize(("spelling", "name"), SAME_FIELD, ids=[spelling for spelling, _ in SAME_FIELD])
def test_every_field_goes_by_all_its_names(spelling: str, name: str) -> None:
    sample = {"address": "10.0.0.1", "action": "ACCEPT", "status": "OK"}.get(
        fields.field(name).type.value, "1700000000" if fields.field(name).type.value == "time" else "2"
    )
    tree = parse(f"{spelling} = {sample}", NOW)
    assert isinstance(tree, Compare)
    assert tree.field == name


def test_a_field_that_only_a_log_format_knows_is_text() -> None:
    tree = parse("field-of-tomorrow = x", NOW, extra=("field-of-tomorrow",))
    assert tree == Compare("field-of-tomorrow", Op.EQ, "x")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


EAST = timezone(timedelta(hours=2))

TIMES = [
    ("11:30", UTC, "2026-03-10T11:30:00Z"),
    ("12:01", UTC, "2026-03-09T12:01:00Z"),
    ("12:00:01", UTC, "2026-03-09T12:00:01Z"),
    ("9:05", UTC, "2026-03-10T09:05:00Z"),
    ("13:59", EAST, "2026-03-10T11:59:00Z"),
    ("14:01", EAST, "2026-03-09T12:01:00Z"),
    ("2026-01-31", UTC, "2026-01-31T00:00:00Z"),
    ("2026-01-31", EAST, "2026-01-30T22:00:00Z"),
    ("2026-01-31T12:01", EAST, "2026-01-31T10:01:00Z"),
    ("2026-01-31T12:01:00Z", EAST, "2026-01-31T12:01:00Z"),
    ("2026-01-31T12:01:00+05:30", EAST, "2026-01-31T06:31:00Z"),
    ('"2026-01-31 12:01"', UTC, "2026-01-31T12:01:00Z"),
    ("-5m", UTC, "2026-03-10T11:55:00Z"),
    ("-1h30m", EAST, "2026-03-10T10:30:00Z"),
    ("-90s", UTC, "2026-03-10T11:58:30Z"),
    ("-2d", UTC, "2026-03-08T12:00:00Z"),
    ("-1w", UTC, "2026-03-03T12:00:00Z"),
    ("1700000000", EAST, "2023-11-14T22:13:20Z"),
]


@pytest.mark.parametrize(("text", "zone", "meant"), TIMES, ids=[f"{text} {zone}" for text, zone, _ in TIMES])
def test_a_time_is_fixed_when_the_expression_is_read(text: str, zone: timezone, meant: str) -> None:
    assert parse(f"start >= {text}", NOW, zone) == Compare("start", Op.GE, at(meant))


def test_a_time_without_a_zone_is_the_machines() -> None:
    meant = int(datetime(2026, 1, 31, 12, 1).timestamp())  # noqa: DTZ001
    assert parse("end < 2026-01-31T12:01", NOW) == Compare("end", Op.LT, meant)


REFUSED = [
    ("", "^", "empty", "reject and port 80"),
    ("reject and", "          ^", "missing at the end", "port 80"),
    ("not", "   ^", "missing at the end", ""),
    ("or reject", "^^", "before or", ""),
    ("reject && || tcp", "          ^^", "missing here", ""),
    ("(reject", "^", "not closed", ")"),
    ("reject)", "      ^", "No bracket is open", "("),
    ("tcp ()", "    ^^", "nothing in the brackets", "(port 80"),
    ('"web', "^", "not closed", '"'),
    ('tcp ""', "    ^^", "empty text", ""),
    ("a & b", "  ^", "no word", "&&"),
    ("> 5", "^", "A field belongs before", "bytes > 1M"),
    ("443", "^^^", "A number", "port 443"),
    ("tcp 80,443", "    ^^^^^^", "A number", "port 80,443"),
    ("1M", "^^", "A number", "bytes > 1M"),
    ("tcp -443", "     ^^^", "A number", "port 443"),
    ("bytes", "^^^^^", "is a field and needs a comparison", "bytes > 1M"),
    ("reject region", "       ^^^^^^", "is a field and needs a comparison", "region = "),
    ("name web", "^^^^", "needs a colon", "name:web-1"),
    ("service", "^^^^^^^", "needs a colon", "service:S3"),
    ("vpc = lab", "^^^", "followed by a colon", "vpc:"),
    ("dstprt = 80", "^^^^^^", "no field dstprt", "dstport"),
    ("tcp and log-satus = OK", "        ^^^^^^^^^", "no field", "log-status"),
    ("dstport:80", "^^^^^^^", "not by a colon", "dstport = 80"),
    ("host:10.0.0.1", "^^^^", "no colon", "host 10.0.0.1"),
    ("tcp:80", "^^^", "no colon", "tcp port 80"),
    ("srcc:", "^^^^^", "no key", "src"),
    ("src: 10.0.0.1", "     ^^^^^^^^", "right behind the colon", "src:10.0.0.1"),
    ("name:", "     ^", "right behind the colon", "name:web-1"),
    ("dport: 80", "       ^^", "right behind the colon", "dport:443"),
    ("ip6", "^^^", "otherwise", "ipv6"),
    ("portrange 80-90", "^^^^^^^^^", "otherwise", "port 80-90"),
    ("tcp = 6", "^^^", "by itself", ""),
    ("port 65536", "     ^^^^^", "port takes 0–65535, a range or a service name", "port 443"),
    ("port 90-80", "     ^^^^^", "port takes 0–65535", ""),
    ("port htps", "     ^^^^", "port takes 0–65535", "https"),
    ("port 80, 443", "         ^^^", "missing in the list", "80,443"),
    ("port and tcp", "     ^^^", "port takes", ""),
    ("port", "    ^", "needs a port", "port 80,443"),
    ("port > 65535", "       ^^^^^", "No port is", ""),
    ("port > 80-90", "       ^^^^^", "port takes", ""),
    ("port != 80", "     ^^", "Nearly every record", "not port 80"),
    ("dport:99999", "      ^^^^^", "port takes", ""),
    ("10.0.0.1:99999", "         ^^^^^", "port takes", "10.0.0.1:443"),
    ("12:01", "^^", "no address", "start > 12:01"),
    ("src 80", "    ^^", "needs an address", "src port 80"),
    ("src and tcp", "    ^^^", "needs an address", "either side"),
    ("src or dst port 80", "    ^^", "needs an address", "port 80"),
    ("src", "   ^", "needs an address", "10.0.0.0/8"),
    ("host tcp", "     ^^^", "needs an address", '"tcp"'),
    ("ip and tcp", "   ^^^", "needs an address", "ipv4"),
    ("src != 10.0.0.1", "    ^^", "takes no !=", "not src"),
    ("net web", "    ^^^", "takes a network", "subnet:"),
    ("10.0.0", "^^^^^^", "no address", "10.0.0.1"),
    ("10.0.0.256", "^^^^^^^^^^", "no address", "10.0.0.0/8"),
    ("10.0.0.0/33", "^^^^^^^^^^^", "no address", ""),
    ("host 10.0.0", "     ^^^^^^", "no address", ""),
    ("2001:db8:::1", "^^^^^^^^^^^^", "no address", "2001:db8::/32"),
    ("[web]:80", "^^^^^^^^", "IPv6 address belongs", "[2001:db8::1]:443"),
    ("proto foo", "      ^^^", "protocol's name or 0–255", ""),
    ("proto 256", "      ^^^", "protocol's name or 0–255", ""),
    ("flags sin", "      ^^^", "fin syn rst", "syn+ack"),
    ("flags", "     ^", "needs TCP flags", "a+b"),
    ("bytes > lots", "        ^^^^", "whole number", "bytes > 1M"),
    ("bytes > 1.5", "        ^^^", "whole number", ""),
    ("bytes >", "       ^", "needs a value", "bytes > 1M"),
    ("bytes > 1, 2", "         ^", "one value", "in (1"),
    ("dstport = 8k", "          ^^", "dstport takes 0–65535", ""),
    ("dstport > http-alt", "          ^^^^^^^^", "several ports", ""),
    ("protocol = 256", "           ^^^", "protocol takes 0–255", ""),
    ("start > soon", "        ^^^^", "takes a time", "12:01"),
    ("start > 5m", "        ^^", "takes a time", "-5m"),
    ("start > 25:00", "        ^^^^^", "takes a time", ""),
    ("start > -99999999w", "        ^^^^^^^^^^", "takes a time", ""),
    ("srcaddr = web-1", "          ^^^^^", "address or a network", "src"),
    ("srcaddr > 10.0.0.1", "        ^", "by = and != only", "srcaddr = "),
    ("vpc-id < a", "       ^", "by = and != only", ""),
    ("action = DROP", "         ^^^^", "ACCEPT, REJECT", ""),
    ("log-status = nodate", "             ^^^^^^", "OK, NODATA, SKIPDATA", "NODATA"),
    ("instance-id = -", "              ^", "no value", "not instance-id"),
    ("traffic-path in 2", "                ^", "list in brackets", "traffic-path in (2"),
    ("traffic-path in (2, 8", "                ^^^^^", "not closed", ")"),
    ("traffic-path in ()", "                ^^", "empty", ""),
    ("traffic-path in (2,, 8)", "                   ^", "missing in the list", ""),
    ("in (2, 8)", "^^", "before in", ""),
    # what tcpdump would take for the same kind
    ("src 10.0.0.1 or 10.0.0.2", "                ^^^^^^^^", "Behind or", "src 10.0.0.1,10.0.0.2"),
    ("src host 10.0.0.1 or web", "                     ^^^", "Behind or", "src host 10.0.0.1,web"),
    ("dst web and 10.0.0.2", "            ^^^^^^^^", "Behind and", "dst 10.0.0.2"),
    ("src web and not app", "                ^^^", "Behind and", "src app"),
    ("net 10.0.0.0/8 || 11.0.0.1", "                  ^^^^^^^^", "Behind or", "net 10.0.0.0/8,11.0.0.1"),
    ("port 80 or 443", "           ^^^", "Behind or", "port 80,443"),
    ("port 80 or ssh", "           ^^^", "Behind or", "port 80,ssh"),
    ("dst port 80 or 443", "               ^^^", "Behind or", "dst port 80,443"),
    ("proto gre or esp", "             ^^^", "Behind or", "proto gre,esp"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "marks", "message", "hint"), REFUSED, ids=[each[0] or "empty" for each in REFUSED]
)
def test_a_wrong_expression_is_shown_where_it_is_wrong(
    text: str, marks: str, message: str, hint: str
) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text, NOW, UTC)
    error = caught.value
    assert " " * error.offset + "^" * error.length == marks
    assert message in error.message
    assert hint in error.hint


def test_an_error_shows_expression_place_and_what_would_be_right() -> None:
    with pytest.raises(FilterError) as caught:
        parse("reject and port 99999", NOW)
    assert str(caught.value) == dedent("""\
        port takes 0–65535, a range or a service name.
          reject and port 99999
                          ^^^^^
        For example port 443, port 80,443, port 1024-65535 or port https.""")


def test_an_error_puts_the_mark_under_wide_characters_and_shows_no_control_characters() -> None:
    with pytest.raises(FilterError) as caught:
        parse("漢字 and a\x1b[2J = 3", NOW)
    assert str(caught.value).splitlines()[:3] == [
        r"There is no field a\x1b[2J.",
        r"  漢字 and a\x1b[2J = 3",
        r"           ^^^^^^^^",
    ]


def test_a_long_expression_is_shown_around_the_place() -> None:
    with pytest.raises(FilterError) as caught:
        parse("tcp or " * 100 + "dstprt = 80" + " or tcp" * 100, NOW)
    shown, marks = str(caught.value).splitlines()[1:3]
    assert len(shown) < 160
    assert shown[marks.index("^") : marks.index("^") + 6] == "dstprt"


@pytest.mark.parametrize("opening", ["(", "not ", "!", "-", "(-"])
def test_nesting_is_bounded(opening: str) -> None:
    depth = MAX_DEPTH // len(opening.strip("not ") or "x")
    closing = ")" * opening.count("(")
    parse(opening * depth + "tcp" + closing * depth, NOW)
    with pytest.raises(FilterError, match="within each other"):
        parse(opening * (depth + 1) + "tcp" + closing * (depth + 1), NOW)


def test_length_is_bounded() -> None:
    with pytest.raises(FilterError, match="characters"):
        parse("tcp " * (MAX_LENGTH // 4 + 1), NOW)


@settings(max_examples=500, deadline=None)
@given(expressions, st.floats(0, 2e9), st.sampled_from([None, UTC, EAST]))
@example("start > 0001-01-01T00:00", 0.0, timezone(timedelta(hours=14)))
@example("start > 9999-12-31T23:59:59-12:00", math.pi, None)
@example("bytes > " + "9" * 5000, 0.0, None)
@example("port " + "9" * 5000, 0.0, None)
def test_any_text_is_an_expression_or_a_filter_error(text: str, now: float, zone: timezone | None) -> None:
    read = outcome(text, now, zone)
    if isinstance(read, FilterError):
        assert 0 <= read.offset <= len(text)
        assert all(clean(line) == line for line in str(read).split("\n"))
    else:
        assert parse(str(read), 0.0) == read


def outcome(text: str, now: float, zone: timezone | None) -> Tree | FilterError:
    try:
        return parse(text, now, zone)
    except FilterError as error:
        return error


@settings(max_examples=500, deadline=None)
@given(trees)
def test_a_printed_tree_is_read_as_the_same_tree(tree: Tree) -> None:
    assert parse(str(tree), NOW) == tree
