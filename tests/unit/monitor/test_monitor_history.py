"""Readings of the past: every record once, whatever the endpoint gives at a time; stopped at AWS; counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from flowtui.filters.insights import compile_query
from flowtui.filters.insights_fields import DISCOVERED
from flowtui.filters.parse import parse
from flowtui.monitor.outside import Fault, FaultError, FaultKind, LogGroup, QueryState
from flowtui.monitor.portions import portions, stored_share
from flowtui.monitor.sources.history import Extent, HistoryReading, Portion
from flowtui.monitor.sources.querying import QueryStopped
from flowtui.records.format import DEFAULT_FORMAT, LogFormat
from tests.unit.monitor.queries import Row, ScriptedInsights, row
from tests.unit.monitor.scripted import FakeClock
from tests.unit.monitor.world import line

BEGIN_S, END_S = 1_700_000_000, 1_700_000_100
THROTTLED = Fault(FaultKind.THROTTLED, "logs:StartQuery", "AWS throttles.")
DENIED = Fault(FaultKind.DENIED, "logs:StartQuery", "logs:StartQuery is denied.")
SHORT = LogFormat.parse("${srcaddr} ${dstaddr} ${action}")


def rows(count: int, *, group: str = "flows", per_second: int = 1) -> list[Row]:
    starts = [BEGIN_S + number // per_second for number in range(count)]
    return [row(number, at * 1000, line(at), group=group) for number, at in enumerate(starts)]


def reading(
    insights: ScriptedInsights, *groups: str, expression: str = "", end_s: int = END_S
) -> HistoryReading:
    tree = parse(expression, 0.0) if expression else None
    asked = compile_query(tree, [DEFAULT_FORMAT], is_discovered=True)
    portion = Portion(groups or ("flows",), asked)
    return HistoryReading(insights, FakeClock(), Extent(BEGIN_S, end_s), [portion], lambda: 0.5)


@pytest.mark.parametrize(
    ("page_rows", "most"),
    [(10_000, 100_000), (7, 100_000), (10, 10), (3, 10)],
    ids=["one-page", "pages", "one-page-a-query", "both"],
)
def test_every_record_of_the_range_is_taken_once(page_rows: int, most: int) -> None:
    insights = ScriptedInsights(rows(95), page_rows, most)
    found = reading(insights).fetch(1000)
    events = found.by_group["flows"]
    assert sorted(events.ids) == sorted(each["@ptr"] for each in insights.rows)
    assert list(events.timestamps) == sorted(events.timestamps, reverse=True)
    assert events.messages[0] == line(BEGIN_S + 94)
    assert events.ingestions[0] == events.timestamps[0] + 60_000
    assert not found.is_cut


def test_the_newest_are_taken_where_there_are_more_than_wanted_and_it_is_said() -> None:
    one = reading(ScriptedInsights(rows(95), page_rows=10))
    found = one.fetch(20)
    assert len(found.by_group["flows"]) == 20
    assert found.is_cut
    assert found.since_ms == (BEGIN_S + 75) * 1000
    assert one.progress.matched == 95


def test_a_second_of_more_records_than_a_query_gives_does_not_go_on_for_ever() -> None:
    found = reading(ScriptedInsights(rows(40, per_second=40), page_rows=10, most=10)).fetch(1000)
    assert found.is_cut
    assert len(found.by_group["flows"]) == 10


def test_records_go_to_their_own_group_also_one_named_by_its_arn() -> None:
    arn = "arn:aws:logs:eu-west-1:999999999999:log-group:theirs"
    mixed = [*rows(2, group="flows"), row(9, BEGIN_S * 1000, line(BEGIN_S), group="theirs")]
    found = reading(ScriptedInsights(mixed), "flows", arn).fetch(10)
    assert {group: len(events) for group, events in found.by_group.items()} == {"flows": 2, arn: 1}


def test_of_several_portions_only_what_all_were_read_for_is_kept() -> None:
    asked = compile_query(None, [DEFAULT_FORMAT])
    insights = ScriptedInsights(rows(50))
    both = [Portion(("flows",), asked), Portion(("other",), asked)]
    found = HistoryReading(insights, FakeClock(), Extent(BEGIN_S, END_S), both, lambda: 0.5).fetch(10)
    assert min(found.by_group["flows"].timestamps) == found.since_ms
    assert len(insights.started) == 2


def test_what_passes_is_waited_out_and_what_does_not_is_raised() -> None:
    insights = ScriptedInsights(rows(3), faults=[THROTTLED, THROTTLED])
    assert len(reading(insights).fetch(10).by_group["flows"]) == 3
    with pytest.raises(FaultError, match="denied"):
        reading(ScriptedInsights(faults=[DENIED])).fetch(10)


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        (QueryState.TIMEOUT, "60 minutes"),
        (QueryState.FAILED, "failed"),
        (QueryState.CANCELLED, "stopped"),
    ],
    ids=["timeout", "failed", "cancelled"],
)
def test_a_query_that_does_not_complete_is_a_sentence(ending: QueryState, said: str) -> None:
    insights = ScriptedInsights(rows(3), ending=ending)
    with pytest.raises(FaultError, match=said):
        reading(insights).fetch(10)
    assert insights.stopped == []


def test_stopping_stops_the_query_at_aws_and_begins_no_other() -> None:
    insights = ScriptedInsights(rows(3), polls=100)
    one = reading(insights)
    insights.polled = one.stop
    with pytest.raises(QueryStopped):
        one.fetch(10)
    assert insights.stopped == ["query-1"]
    with pytest.raises(QueryStopped):
        one.fetch(10)
    assert len(insights.started) == 1


def test_whatever_interrupts_it_the_query_does_not_run_on() -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    insights = ScriptedInsights(rows(3), polls=100, polled=interrupt)
    with pytest.raises(KeyboardInterrupt):
        reading(insights).fetch(10)
    assert insights.stopped == ["query-1"]


def test_the_estimate_is_asked_of_aws_and_unknown_where_it_does_not_know_the_command() -> None:
    insights = ScriptedInsights(counted=lambda text: [{"estimatedBytes": "1234567.0"}])
    assert reading(insights).estimate() == 1_234_567
    assert insights.started[0].text.endswith("| estimate")
    malformed = Fault(FaultKind.INVALID, "logs:StartQuery", "No such command.")
    assert reading(ScriptedInsights(faults=[malformed])).estimate() is None


def counted(*found: Row) -> ScriptedInsights:
    return ScriptedInsights(counted=lambda text: found)


FLOWS: Row = {
    "srcAddr": "10.0.0.1", "action": "REJECT", "flows": "3", "sumPackets": "9", "sumBytes": "1.5E3",
    "firstSeen": "1700000000", "lastSeen": "1700000060",
}  # fmt: skip


def test_insights_counts_where_its_count_is_exact() -> None:
    insights = counted(FLOWS)
    counts = reading(insights, expression="reject").count(["srcaddr"])
    assert counts is not None
    (one,) = counts
    assert one.values == ("10.0.0.1", "REJECT")
    assert (one.flows, one.packets, one.bytes) == (3, 9, 1500)
    assert (one.first_s, one.last_s) == (1_700_000_000, 1_700_000_060)


@pytest.mark.parametrize("expression", ["egress", "start > 2023-11-14T22:00:00Z"])
def test_it_is_not_asked_to_count_what_it_cannot_decide(expression: str) -> None:
    insights = counted(FLOWS)
    assert reading(insights, expression=expression).count(["srcaddr"]) is None
    assert not insights.started


def test_its_count_is_not_used_where_some_lines_are_of_no_known_format() -> None:
    asked = compile_query(None, [SHORT])
    insights = counted({"flowSrcaddr": "10.0.0.1", "flowAction": "REJECT", "flows": "3"}, {"flows": "1"})
    one = HistoryReading(
        insights, FakeClock(), Extent(BEGIN_S, END_S), [Portion(("flows",), asked)], lambda: 0.5
    )
    assert one.count(["srcaddr"]) is None


def divided(
    formats: Mapping[str, tuple[LogFormat, ...]],
    insights: ScriptedInsights,
    described: Sequence[LogGroup] = (),
) -> list[tuple[str, ...]]:
    found = portions(formats, lambda group: formats[group], None, insights, described)
    return [portion.groups for portion in found]


def test_groups_of_one_format_and_class_are_asked_together() -> None:
    formats = {"a": (DEFAULT_FORMAT,), "b": (DEFAULT_FORMAT,), "c": (SHORT,)}
    insights = ScriptedInsights(names=DISCOVERED)
    assert divided(formats, insights) == [("a", "b"), ("c",)]
    cold = [LogGroup(name, kind, None, 0) for name, kind in (("a", "S"), ("b", "I"), ("c", "S"))]
    assert divided(formats, insights, cold) == [("a",), ("b",), ("c",)]
    assert [len(each) for each in divided({f"{n}": (SHORT,) for n in range(51)}, insights)] == [50, 1]


def test_a_group_that_does_not_exist_yet_does_not_end_the_query() -> None:
    arn = "arn:aws:logs:eu-west-1:999999999999:log-group:theirs"
    formats = {"a": (SHORT,), "b": (SHORT,), arn: (SHORT,)}
    there = LogGroup("a", "STANDARD", None, 0)
    assert [each for some in divided(formats, ScriptedInsights(), [there]) for each in some] == ["a", arn]
    assert divided(formats, ScriptedInsights()) == [("a", "b", arn)]


def test_fields_are_parsed_where_aws_does_not_say_that_it_discovers_them() -> None:
    for insights in (ScriptedInsights(), ScriptedInsights(names=DISCOVERED, faults=[DENIED])):
        (portion,) = portions(["a"], lambda group: (DEFAULT_FORMAT,), parse("reject", 0.0), insights, ())
        assert "parse @message" in portion.asked.records(1)
    (portion,) = portions(
        ["a"], lambda group: (), parse("reject", 0.0), ScriptedInsights(names=DISCOVERED), ()
    )
    assert "parse @message" not in portion.asked.records(1)


def test_the_share_of_what_is_stored() -> None:
    kept = LogGroup("a", "STANDARD", 10, 864_000)
    assert stored_share([kept], Extent(0, 3600)) == 3600
    assert stored_share([kept], Extent(0, 10**9)) == 864_000
    assert stored_share([kept, LogGroup("b", "STANDARD", None, 5)], Extent(0, 3600)) is None
    assert stored_share([], Extent(0, 3600)) is None
