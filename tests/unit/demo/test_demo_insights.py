"""Insights queries over lines, as the user guide's pages on their commands and functions have it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowtui.demo.errors import AwsError
from flowtui.demo.insights.commands import read
from flowtui.demo.insights.periods import length_ms
from flowtui.demo.insights.rows import DISCOVERED, Row, Source, discovered
from flowtui.demo.insights.values import Leeway
from flowtui.demo.logs import Event

SSH = (
    "2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 "
    "1418530010 1418530070 ACCEPT OK"
)
RDP = (
    "2 123456789010 eni-1235b8ca123456789 172.31.9.69 172.31.9.12 49761 3389 6 20 4249 "
    "1418530010 1418530070 REJECT OK"
)
NODATA = "2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA"
IPV6 = (
    "2 123456789010 eni-1235b8ca123456789 2001:db8:1234:a100:8d6e:3477:df66:f105 "
    "2001:db8:1234:a102:3304:8879:34cf:4071 34892 22 6 54 8855 1477913708 1477913820 ACCEPT OK"
)
CUSTOM = "eni-1235b8ca123456789 10.0.0.1 80 REJECT"
LINES = [SSH, RDP, NODATA, IPV6, CUSTOM]
NAMES = {SSH: "ssh", RDP: "rdp", NODATA: "nodata", IPV6: "ipv6", CUSTOM: "custom"}

FIRST_MS = 1_418_530_020_000
"""2014-12-14 04:07:00; each line is a minute after the one before."""


def run(query: str, lines: list[str] = LINES, leeway: Leeway | None = None) -> list[dict[str, str]]:
    leeway = leeway or Leeway()
    plan = read(query, leeway)
    collector = plan.collector()
    for number, line in enumerate(lines):
        at = FIRST_MS + number * 60_000
        collector.take(
            Row(Event(at, at + 400_000, number, f"stream-{number}", line), Source("group", leeway))
        )
    return [dict(plan.shown(row)) for row in collector.rows()]


def names(query: str, leeway: Leeway | None = None) -> list[str]:
    """The lines that a query gives, oldest first."""
    return [NAMES[row["@message"]] for row in run(f"{query} | display @message", leeway=leeway)][::-1]


ALL = ["ssh", "rdp", "nodata", "ipv6", "custom"]
FILTERS: list[tuple[str, list[str]]] = [
    ('action = "REJECT"', ["rdp"]),
    ("action = 'REJECT'", ["rdp"]),
    ('action = "reject"', []),
    ('action = "REJECT" and (srcPort = 80 or dstPort = 3389)', ["rdp"]),
    ('action != "ACCEPT"', ["rdp", "nodata"]),
    ('not action = "ACCEPT"', ["rdp", "nodata", "custom"]),
    ('action = "ACCEPT" or action = "REJECT" and dstPort = 22', ["ssh", "ipv6"]),
    ('not action = "ACCEPT" and dstPort = 3389', ["rdp"]),
    ("NOT (dstPort = 22)", ["rdp", "nodata", "custom"]),
    ("dstPort = 22", ["ssh", "ipv6"]),
    ('dstPort = "22"', ["ssh", "ipv6"]),
    ("dstPort = 22.0", ["ssh", "ipv6"]),
    ("dstPort > 22", ["rdp"]),
    ("dstPort >= 22 and dstPort < 3389", ["ssh", "ipv6"]),
    ("dstPort <= 3389", ["ssh", "rdp", "ipv6"]),
    ("dstPort in [22, 80]", ["ssh", "ipv6"]),
    ('action in ["REJECT", "-"]', ["rdp", "nodata"]),
    ('action not in ["REJECT", "-"]', ["ssh", "ipv6", "custom"]),
    ('dstPort in ["2"]', []),
    ('@message like "REJECT"', ["rdp", "custom"]),
    ('@message not like "REJECT"', ["ssh", "nodata", "ipv6"]),
    ("@message like /REJ.CT\\s/", ["rdp"]),
    ("@message =~ /OK$/", ["ssh", "rdp", "ipv6"]),
    ("action like /^rej/", []),
    ("action like /(?i)^rej/", ["rdp"]),
    ('@message like "10.0"', ["custom"]),
    ("@logStream like /-[23]$/", ["nodata", "ipv6"]),
    ('isIpv4InSubnet(srcAddr, "172.31.9.0/24")', ["rdp"]),
    ('isIpv4InSubnet(srcAddr, "172.31.0.0/16")', ["ssh", "rdp"]),
    ('isIpv4InSubnet(srcAddr, "2001:db8::/32")', []),
    ('isIpv6InSubnet(srcAddr, "2001:db8::/32")', ["ipv6"]),
    ('isIpInSubnet(srcAddr, "2001:db8::/32") or isIpInSubnet(dstAddr, "172.31.16.21/32")', ["ssh", "ipv6"]),
    ('isIpv4InSubnet(srcAddr, "172.31.9.1/24")', []),
    ("isValidIp(srcAddr)", ["ssh", "rdp", "ipv6"]),
    ("isValidIpV4(srcAddr)", ["ssh", "rdp"]),
    ("isValidIpV6(srcAddr)", ["ipv6"]),
    ("not isValidIp(srcAddr)", ["nodata", "custom"]),
    ("isPrivateIP(srcAddr)", ["ssh", "rdp"]),
    ("ispresent(action)", ["ssh", "rdp", "nodata", "ipv6"]),
    ("isPresent(nothing)", []),
    ("isblank(nothing)", ALL),
    ("isempty(action)", ["custom"]),
    ("strlen(@message) < 50", ["custom"]),
    ("strlen(action) = 1", ["nodata"]),
    ('strcontains(action, "EJE")', ["rdp"]),
    ("bytes / packets > 200", ["ssh", "rdp"]),
    ("packets % 20 = 0", ["ssh", "rdp"]),
    ("packets * 2 - 40 = 0", ["ssh", "rdp"]),
    ("2 ^ 3 = 8 and dstPort = 22", ["ssh", "ipv6"]),
    ("@timestamp > 1418530080000", ["nodata", "ipv6", "custom"]),
    ("toMillis(@timestamp) = 1418530020000", ["ssh"]),
    ("`dstPort` = 22", ["ssh", "ipv6"]),
    ("coalesce(nothing, action) = 'REJECT'", ["rdp"]),
    ("packets / 0 > 1", []),
]


@pytest.mark.parametrize(("condition", "expected"), FILTERS, ids=[case[0] for case in FILTERS])
def test_filter(condition: str, expected: list[str]) -> None:
    assert names(f"filter {condition}") == expected


LEEWAY: list[tuple[str, Leeway, list[str]]] = [
    ("dstPort != 22", Leeway(), ["rdp", "nodata"]),
    ("dstPort != 22", Leeway(dash_is_absent=True), ["rdp"]),
    ("dstPort != 22", Leeway(absent_differs=True), ["rdp", "nodata", "custom"]),
    ("not dstPort = 22", Leeway(absent_spreads=True), ["rdp", "nodata"]),
    ("not dstPort in [22]", Leeway(absent_spreads=True, dash_is_absent=True), ["rdp"]),
    ("not (dstPort = 1 and dstPort like /./)", Leeway(absent_spreads=True), ["ssh", "rdp", "nodata", "ipv6"]),
    ("dstPort < 100", Leeway(unlike_orders=True), ["ssh", "nodata", "ipv6"]),
    ("bytes + 9007199254740992 > 9007199254745241", Leeway(), ["ipv6"]),
    ("9007199254740993 = 9007199254740992", Leeway(), []),
    ("9007199254740993 = 9007199254740992", Leeway(doubles=True), ALL),
]


@pytest.mark.parametrize(
    ("condition", "leeway", "expected"), LEEWAY, ids=[f"{case[0]}, {case[1]}" for case in LEEWAY]
)
def test_what_is_not_documented_may_be_either_way(
    condition: str, leeway: Leeway, expected: list[str]
) -> None:
    assert names(f"filter {condition}", leeway) == expected


def test_an_event_has_what_the_service_generates_and_a_pointer_of_its_own() -> None:
    rows = run("fields @timestamp, @ingestionTime, @log, @logStream, @message")
    assert {**rows[-1], "@ptr": ""} == {
        "@timestamp": "2014-12-14 04:07:00.000",
        "@ingestionTime": "2014-12-14 04:13:40.000",
        "@log": "123456789012:group",
        "@logStream": "stream-0",
        "@message": SSH,
        "@ptr": "",
    }
    assert len({row["@ptr"] for row in rows}) == len(LINES)
    assert [row["@ptr"] for row in run("fields @message")] == [row["@ptr"] for row in rows]


def test_fields_are_discovered_in_the_default_format_and_in_no_other() -> None:
    (row,) = run(f"fields {', '.join(DISCOVERED)} | filter dstPort = 3389")
    assert " ".join(row[name] for name in DISCOVERED) == RDP
    assert discovered(CUSTOM) == ()
    assert discovered(f"{SSH} 3") == ()
    assert discovered(SSH.replace("ACCEPT", "PASS")) == ()
    (row,) = run("fields srcAddr, action", [CUSTOM])
    assert set(row) == {"@ptr"}


def test_without_fields_time_and_message_are_shown_newest_first() -> None:
    rows = run("filter ispresent(action)")
    assert [set(row) for row in rows] == [{"@timestamp", "@message", "@ptr"}] * 4
    assert [NAMES[row["@message"]] for row in rows] == ["ipv6", "nodata", "rdp", "ssh"]


ROWS: list[tuple[str, list[dict[str, str]]]] = [
    ("filter dstPort = 3389 | fields srcPort + 1 as next | display next", [{"next": "49762"}]),
    ("filter dstPort = 3389 | fields srcPort as port, action", [{"port": "49761", "action": "REJECT"}]),
    (
        'filter dstPort = 3389 | fields concat(action, "-", srcPort) as what | display what, nothing',
        [{"what": "REJECT-49761"}],
    ),
    ("filter dstPort = 3389 | fields action | display srcPort", [{"srcPort": "49761"}]),
    ("filter dstPort = 3389 | display action | display srcPort", [{"srcPort": "49761"}]),
    ("stats count(*)", [{"count(*)": "5"}]),
    ("stats count() as n, count(action) as a, count_distinct(action) as d", [{"n": "5", "a": "4", "d": "3"}]),
    (
        "STATS count(*) AS n BY action | SORT n DESC, action",
        [
            {"action": "ACCEPT", "n": "2"},
            {"n": "1"},
            {"action": "-", "n": "1"},
            {"action": "REJECT", "n": "1"},
        ],
    ),
    (
        'filter action = "ACCEPT" | stats sum(bytes) as b, avg(packets), min(packets), max(packets)',
        [{"b": "13104", "avg(packets)": "37", "min(packets)": "20", "max(packets)": "54"}],
    ),
    (
        "filter ispresent(action) | stats min(@timestamp) as a, max(@timestamp) as z",
        [{"a": "2014-12-14 04:07:00.000", "z": "2014-12-14 04:10:00.000"}],
    ),
    (
        "stats earliest(action) as a, latest(action) as z, sortsFirst(dstPort) as f, sortsLast(dstPort) as l",
        [{"a": "ACCEPT", "z": "ACCEPT", "f": "-", "l": "3389"}],
    ),
    (
        "stats count(*) as n by bin(2m) as t | sort t",
        [
            {"t": "2014-12-14 04:06:00.000", "n": "1"},
            {"t": "2014-12-14 04:08:00.000", "n": "2"},
            {"t": "2014-12-14 04:10:00.000", "n": "2"},
        ],
    ),
    ("stats count(*) by bin(300s) | limit 1", [{"bin(300s)": "2014-12-14 04:07:00.000", "count(*)": "1"}]),
    (
        "stats count(*) as n by datefloor(@timestamp, 1h) as t",
        [{"t": "2014-12-14 04:00:00.000", "n": "5"}],
    ),
    (
        "stats sum(bytes) / count(*) as mean by action | filter mean > 5000",
        [{"action": "ACCEPT", "mean": "6552"}],
    ),
    (
        "stats count(*) as n by action | stats max(n) as most, count(*) as kinds",
        [{"most": "2", "kinds": "4"}],
    ),
    ("filter action = 'none' | stats count(*) as n, sum(bytes) as b", [{"n": "0"}]),
    ("filter action = 'none' | stats count(*) as n by action", []),
    (
        'filter dstPort = 3389 | parse @message "* * eni-* " as v, account, eni | display v, account, eni',
        [{"v": "2", "account": "123456789010", "eni": "1235b8ca123456789"}],
    ),
    (
        'parse "eni-* *" as eni, rest | filter rest = "10.0.0.1 80 REJECT" | display eni',
        [{"eni": "1235b8ca123456789"}],
    ),
    (
        r"parse @message /^\S+ (?<addr>[\d.]+) (?<port>\d+)/ | filter ispresent(port) | display addr, port",
        [{"addr": "10.0.0.1", "port": "80"}],
    ),
    (
        r"parse @message /^eni-\S+ (\S+)/ as addr | filter ispresent(addr) | display addr",
        [{"addr": "10.0.0.1"}],
    ),
    (
        r"parse @message /(?<date>\d+)\/x/ | filter dstPort = 3389 | display date, action",
        [{"action": "REJECT"}],
    ),
    (
        "filter ispresent(action) | sort @timestamp | display action | dedup action",
        [{"action": "ACCEPT"}, {"action": "REJECT"}, {"action": "-"}],
    ),
    ("sort @timestamp asc | limit 1 | display action", [{"action": "ACCEPT"}]),
    ("# a remark\nfilter dstPort = 3389\n  # | limit 0\n| display dstPort", [{"dstPort": "3389"}]),
]  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), ROWS, ids=[case[0] for case in ROWS])
def test_rows(query: str, expected: list[dict[str, str]]) -> None:
    found = run(query)
    for row in found:
        row.pop("@ptr", None)
    assert found == expected


def test_dedup_keeps_what_lacks_the_field() -> None:
    rows = run("display action, @logStream | dedup action | limit 3", [*LINES, CUSTOM])
    assert [row["@logStream"] for row in rows] == ["stream-5", "stream-4", "stream-3"]


def test_sort_is_natural() -> None:
    # The user guide's own example.
    order = ["!:", "#", "*%04", "0#", "5A", "111A", "2345_", "@", "@_", "A", "A9876fghj", "a12345hfh",
             "0", "1", "2", "3"]  # fmt: skip
    rows = run("sort @message asc | display @message", order[::-1])
    assert [row["@message"] for row in rows] == order
    rows = run("sort @message desc | display @message", order)
    assert [row["@message"] for row in rows] == order[::-1]


def test_limits() -> None:
    lines = [SSH] * 10_003
    assert len(run("fields @timestamp", lines)) == 10_000
    assert len(run("fields @timestamp | limit 10002", lines)) == 10_002
    assert len(run("fields @timestamp | limit 3", lines)) == 3


MALFORMED: list[tuple[str, str, int | None]] = [
    ("", "end of query", 0),
    ("fields", "end of query", 6),
    ("fields a |", "end of query", 10),
    ("fields a filter b = 1", "filter", 9),
    ("fields a\nfilter b = 1", "filter at line 2 and position 1", 9),
    ("select a", "select", 0),
    ("filter", "end of query", 6),
    ("filter action", "action", 7),
    ("filter action = ", "end of query", 16),
    ("filter action == 1", "=", 15),
    ("filter a = 1 and b", "b", 17),
    ("filter not a", "a", 11),
    ("filter a ~ 1", "~", 9),
    ("filter a = 1 or", "end of query", 15),
    ("filter (a = 1", "end of query", 13),
    ("filter a = 1)", ")", 12),
    ("filter a in []", "]", 13),
    ("filter a in [b]", "b", 13),
    ("filter a in (1)", "(", 12),
    ("filter a like b", "b", 14),
    ("filter a like /x/i", "i", 17),
    ("filter a like /x", "/", 14),
    ("filter a like /(/", "invalid regular expression", 14),
    ("filter a like /(?=x)/", "look-around", 14),
    (r"filter a like /(x)\1/", "back-reference", 14),
    ('filter a = "x', '"', 11),
    ("filter ipInNet(a)", "ipInNet", 7),
    ("filter isIpv4InSubnet(a)", "isIpv4InSubnet", 7),
    ("filter count(*) > 1", "count", 7),
    ("stats a by b | filter c = 1", "c", 22),
    ("stats count(*) by bin(5x)", "5x", 22),
    ("stats count(*) by bin(5)", "5", 22),
    ("stats sum(sum(a))", "sum", 10),
    ("stats count(*) as n | sort m", "m", 27),
    ("stats count(*) by a | stats count(*) by bin(5m)", "bin", 40),
    ("stats count(*) as n | stats max(n) as m | stats max(m)", "two stats", None),
    ("sort a | stats count(*)", "behind", None),
    ("sort bin(5m)", "(", 8),
    ("limit 0", "between 1 and 100000", 6),
    ("limit 100001", "between 1 and 100000", 6),
    ("limit x", "x", 6),
    ('parse @message "* *" as a', "2 placeholders and 1 names", None),
    ('parse @message "* *"', "end of query", 20),
    ("dedup a | filter b = 1", "filter", 10),
    ("estimate | limit 1", "limit", 11),
    ("fields `a", "`", 7),
    ("filter " + "not " * 2_000 + "a = 1", "too deeply", 0),
    ("fields " + "a" * 10_000, "longer than", 0),
]


@pytest.mark.parametrize(
    ("query", "expected", "place"), MALFORMED, ids=[case[0][:40] or "empty" for case in MALFORMED]
)
def test_malformed(query: str, expected: str, place: int | None) -> None:
    with pytest.raises(AwsError) as caught:
        read(query)
    assert caught.value.code == "MalformedQueryException"
    error = caught.value.details["queryCompileError"]
    assert error["message"] == caught.value.message
    assert expected in error["message"]
    location = error["location"]
    assert 0 <= location["startCharOffset"] <= location["endCharOffset"] <= len(query)
    if place is not None:
        assert location["startCharOffset"] == place


def test_nothing_comes_behind_an_estimate_neither_the_limit_of_the_request() -> None:
    assert read("fields a | estimate").is_estimate
    with pytest.raises(AwsError, match="unexpected symbol found limit"):
        read("fields a | estimate", api_limit=5)


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("10s", 10_000), ("300s", 60_000), ("5m", 300_000), ("90min", 3_600_000), ("2hrs", 7_200_000),
        ("25h", 86_400_000), ("2d", 172_800_000), ("1weeks", 604_800_000),
        ("1mo", None), ("0s", None), ("5ss", None),
    ],
)  # fmt: skip
def test_periods(period: str, expected: int | None) -> None:
    assert length_ms(period) == expected


QUERY_TEXT = st.text("filtersan @=<>!|()[],.\"'/`0179*-+^%\\\n#", max_size=40)


@given(QUERY_TEXT, st.sampled_from(["", "filter ", "fields ", "stats count(*) by ", "parse @message "]))
def test_whatever_is_asked_is_answered_or_refused_with_a_place(text: str, command: str) -> None:
    try:
        run(command + text)
    except AwsError as error:
        location = error.details["queryCompileError"]["location"]
        assert 0 <= location["startCharOffset"] <= location["endCharOffset"] <= len(command + text)
