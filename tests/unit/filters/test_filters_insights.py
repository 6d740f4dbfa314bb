"""What Logs Insights is asked for; that this is a superset is proved against the embedded endpoint."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowtui.filters.insights import MAX_LENGTH, compile_query
from flowtui.filters.parse import parse
from flowtui.filters.tree import Addresses, Contains, Not, OnInterfaces, Tree
from flowtui.records.format import DEFAULT_FORMAT, LogFormat
from tests.unit.filters.filter_trees import trees

SHORT = LogFormat.parse("${srcaddr} ${tcp-flags} ${dstport} ${flow-direction} ${action} ${start}")
NOON = 1_700_000_000.0


def asked(expression: str, *formats: LogFormat) -> str:
    is_discovered = formats in ((), (DEFAULT_FORMAT,))
    query = compile_query(parse(expression, NOON), formats, is_discovered=is_discovered)
    return query.commands[-1].removeprefix("filter ")


@pytest.mark.parametrize(
    ("expression", "query"),
    [
        ("reject and port 80", 'action = "REJECT" and (srcPort = 80 or dstPort = 80)'),
        ("src net 10.0.0.0/8", 'isIpv4InSubnet(srcAddr, "10.0.0.0/8")'),
        ("src 10.0.0.1", 'srcAddr = "10.0.0.1"'),
        ("src 2001:db8::1", 'isIpv6InSubnet(srcAddr, "2001:db8::1/128")'),
        ("srcaddr = 0.0.0.0/0", "isValidIpV4(srcAddr)"),
        ("srcaddr != 10.0.0.1", 'not (srcAddr = "10.0.0.1")'),
        ("dport 22,80,1000-2000", "dstPort in [22, 80] or (dstPort >= 1000 and dstPort <= 2000)"),
        ("dport 0-1023", "dstPort <= 1023"),
        ("dport 1024-65535", "dstPort >= 1024"),
        ("bytes > 1M", "bytes > 1000000"),
        ("interface-id in (eni-1, eni-2)", 'interfaceId in ["eni-1", "eni-2"]'),
        ("not tcp", 'not (protocol = 6) or not ispresent(protocol) or protocol = "-"'),
        ("eni:eni-1", 'interfaceId = "eni-1"'),
        ("'a/b'", r"accountId like /(?i)a\/b/ or interfaceId like /(?i)a\/b/"),
        ("log-status != OK", 'not (logStatus = "OK")'),
        ("start < 2023-11-14T22:00:00Z", "startTime < 1699999200 or startTime > 4294967295"),
    ],
)
def test_conditions_by_the_fields_that_aws_discovers(expression: str, query: str) -> None:
    assert asked(expression) == query


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("egress", "direction"),
        ("start > 2023-11-14T22:00:00Z", "--since"),
        (f"bytes > {2**53}", "2\\^53"),
        ("interface-id = 'a\"b'", "quotes"),
    ],
    ids=["direction", "time", "double", "quote"],
)
@pytest.mark.parametrize("negation", ["", "not "])
def test_what_insights_cannot_decide_alone_is_said(expression: str, reason: str, negation: str) -> None:
    query = compile_query(parse(negation + expression, NOON), [DEFAULT_FORMAT])
    assert not query.is_exact
    assert query.counting(["srcaddr"], 10) is None
    (said,) = query.reasons
    assert reason.replace("\\", "") in said


@pytest.mark.parametrize(
    ("expression", "query"),
    [
        ("tcp-flags = 2", "filter not ispresent(@message)"),
        ("not tcp-flags = 2", ""),
        ("reject and tcp-flags = 2", "filter not ispresent(@message)"),
    ],
)
def test_a_field_that_the_format_lacks_is_nowhere(expression: str, query: str) -> None:
    compiled = compile_query(parse(expression, NOON), [DEFAULT_FORMAT], is_discovered=True)
    assert "".join(compiled.commands) == query
    assert compiled.is_exact


def test_fields_that_aws_may_not_discover_are_parsed_and_other_lines_let_through() -> None:
    query = compile_query(parse("reject and dport 80", NOON), [SHORT])
    parsed, chosen = query.commands
    assert parsed.startswith(r"parse @message /^\s*(?<flowSrcAddr>")
    assert r"(?<flowAction>ACCEPT|REJECT|-)\s+(?:-|\d+)\s*$/" in parsed
    assert chosen == 'filter (flowAction = "REJECT" and flowDstPort = 80) or not ispresent(flowSrcAddr)'


def test_each_of_several_formats_is_parsed() -> None:
    query = compile_query(parse("dport 80", NOON), [SHORT, LogFormat.parse("${dstport} ${action}")])
    first, second, chosen = query.commands
    assert "flowDstPort" in first
    assert "flow2DstPort" in second
    assert chosen == (
        "filter (flowDstPort = 80 or flow2DstPort = 80)"
        " or (not ispresent(flowSrcAddr) and not ispresent(flow2DstPort))"
    )
    assert query.counting(["dstport"], 10) is None
    assert query.reasons == ("several log formats share the group",)


def test_a_format_as_long_as_the_default_one_may_be_mixed_with_it() -> None:
    names = [*DEFAULT_FORMAT.fields[:-1], "vpc-id"]
    query = compile_query(parse("dport 80", NOON), [LogFormat(tuple(names))])
    assert len(query.commands) == 3


def test_the_newest_records_are_asked_for_whole() -> None:
    query = compile_query(None, [DEFAULT_FORMAT])
    assert query.records(500) == (
        "fields @timestamp, @ingestionTime, @log, @logStream, @message\n| sort @timestamp desc\n| limit 500"
    )


def test_counts_leave_out_lines_that_are_no_records_and_what_has_no_value() -> None:
    query = compile_query(parse("bytes > 1k", NOON), [DEFAULT_FORMAT], is_discovered=True)
    counting = query.counting(["srcaddr"], 100)
    assert counting is not None
    assert counting.text.splitlines() == [
        "filter ispresent(version)",
        (
            '| filter (bytes > 1000 and ispresent(bytes) and bytes != "-")'
            ' and not (logStatus in ["NODATA", "SKIPDATA"])'
        ),
        (
            "| stats count(*) as flows, sum(packets) as sumPackets, sum(bytes) as sumBytes,"
            " min(startTime) as firstSeen, max(endTime) as lastSeen by srcAddr, action"
        ),
        "| sort flows desc",
        "| limit 100",
    ]
    assert counting.names == ("srcAddr", "action")


def test_counts_by_a_field_that_the_format_lacks_are_not_made_there() -> None:
    assert compile_query(None, [DEFAULT_FORMAT]).counting(["tcp-flags"], 10) is None


@pytest.mark.parametrize(
    "tree",
    [
        OnInterfaces(frozenset(f"eni-{number:017x}" for number in range(5000))),
        Addresses(frozenset(range(20_000)), frozenset()),
        Not(Addresses(frozenset(range(20_000)), frozenset(range(9000)))),
        parse(" or ".join(f"srcaddr = 10.0.0.0/{length}" for length in range(8, 30)), NOON),
        parse(" and ".join(f"not src net 10.{octet}.0.0/16" for octet in range(250)), NOON),
    ],
    ids=["interfaces", "addresses", "not-addresses", "few", "many"],
)
@pytest.mark.parametrize("formats", [(), (SHORT,), (SHORT, DEFAULT_FORMAT)], ids=["default", "one", "two"])
def test_a_query_is_never_too_long(tree: Tree, formats: Sequence[LogFormat]) -> None:
    query = compile_query(tree, formats)
    assert len(query.records(100_000)) <= MAX_LENGTH
    counting = query.counting(["srcaddr"], 100_000)
    assert counting is None or len(counting.text) <= MAX_LENGTH


@given(trees, st.sampled_from([(), (SHORT,), (SHORT, DEFAULT_FORMAT)]))
@settings(max_examples=60, deadline=None)
def test_every_tree_that_can_be_typed_has_a_query(tree: Tree, formats: Sequence[LogFormat]) -> None:
    query = compile_query(tree, formats)
    text = query.records(10)
    assert text.startswith("fields @timestamp")
    assert text.isprintable() or "\n" in text
    assert query.is_exact or query.counting(["srcaddr"], 10) is None


def test_text_in_several_columns_is_looked_for_in_any_case() -> None:
    query = compile_query(Contains("WEB"), [SHORT])
    assert "flowFlowDirection like /(?i)WEB/ or @logStream like /(?i)WEB/" in query.commands[-1]
