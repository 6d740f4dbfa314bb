"""A look at what is past as a screen has it: what it costs, then the records, in states like live ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from flowtui.filters.insights_fields import DISCOVERED
from flowtui.filters.parse import parse
from flowtui.monitor.history import HistorySession, Question, Stage
from flowtui.monitor.outside import Fault, FaultKind, LogGroup
from flowtui.monitor.session import Session
from flowtui.monitor.settings import Settings
from flowtui.monitor.sources.history import Extent
from flowtui.monitor.state import SessionState, StatusKind
from flowtui.monitor.view import View
from flowtui.store.talkers import Measure
from tests.unit.monitor.queries import Row, ScriptedInsights, row
from tests.unit.monitor.scripted import GROUP
from tests.unit.monitor.world import Account, EagerClock, line, until

BEGIN_S, END_S = 1_700_000_000, 1_700_000_099
DENIED = Fault(FaultKind.DENIED, "logs:StartQuery", "logs:StartQuery is denied.", "Allow it.")
REFUSED = Fault(FaultKind.INVALID, "logs:StartQuery", "Logs Insights does not take the query.", "Change it.")


@dataclass
class Archive(Account):
    """An account with a past."""

    insights_: ScriptedInsights = field(default_factory=ScriptedInsights)

    def insights(self) -> ScriptedInsights:
        return self.insights_

    def credentials_source(self) -> str:
        return ""

    def log_groups(self, groups: tuple[str, ...] = ()) -> tuple[LogGroup, ...]:
        return (LogGroup(GROUP, "STANDARD", 1, 8640),)


def past(count: int = 40) -> list[Row]:
    """Every fourth rejected, one no record."""
    actions = ["REJECT", "ACCEPT", "ACCEPT", "ACCEPT"]
    rows = [
        row(number, at * 1000, line(at, action=actions[number % 4]), group=GROUP)
        for number, at in enumerate(range(BEGIN_S, BEGIN_S + count))
    ]
    return [*rows, row(-1, (BEGIN_S + 5) * 1000, "garbage", group=GROUP)]


@pytest.fixture(scope="module")
def known() -> SessionState:
    """A state of the live session."""
    live = Session(Settings(), lambda settings: Account(), EagerClock(), lambda notice: None)
    live.start()
    until(lambda: live.state().index is not None)
    state = live.state()
    live.stop()
    return state


Open = Callable[..., HistorySession]


@pytest.fixture
def open_one(known: SessionState) -> Iterator[Open]:
    opened: list[HistorySession] = []

    def open_(insights: ScriptedInsights, expression: str = "", limit: int = 1000) -> HistorySession:
        tree = parse(expression, 0.0) if expression else None
        question = Question(tree, Extent(BEGIN_S, END_S), limit)
        account = Archive(insights_=insights)
        one = HistorySession(
            Settings(), question, known, lambda settings: account, EagerClock(), lambda notice: None
        )
        opened.append(one)
        one.start()
        return one

    yield open_
    for one in opened:
        one.stop()


def reach(one: HistorySession, stage: Stage) -> None:
    until(lambda: one.answer.stage is stage)


def estimating(text: str) -> list[Row]:
    return [{"estimate": "123456"}]


def test_the_cost_is_told_before_anything_is_asked(open_one: Open) -> None:
    insights = ScriptedInsights(past(), counted=estimating, names=DISCOVERED)
    one = open_one(insights, "reject")
    reach(one, Stage.WEIGHED)
    answer = one.answer
    assert answer.size == 123_456
    assert answer.stored == 8640 * 99 // 86_400
    assert [portion.groups for portion in answer.portions] == [(GROUP,)]
    assert 'action = "REJECT"' in answer.portions[0].records(10)
    assert all(request.text.endswith("estimate") for request in insights.started)
    assert one.state().status.kind is StatusKind.HISTORY
    assert len(one.state().snapshot) == 0


def test_the_answer_is_a_state_like_the_live_one(open_one: Open, known: SessionState) -> None:
    one = open_one(ScriptedInsights(past()), "host web and not reject")
    before = one.state().version
    one.go()
    reach(one, Stage.DONE)
    state = one.state()
    assert state.version > before
    assert (state.index, state.identity, state.begin) == (known.index, known.identity, float(BEGIN_S))
    assert state.status.kind is StatusKind.HISTORY
    assert state.series.totals.accepted == 30
    view = View.of(state)
    assert len(view) == 30
    starts = [view.record(one_id).line.split()[10] for one_id in view.ids(0, 30)]  # type: ignore[union-attr]
    assert starts == sorted(starts)
    assert state.figures.watermark == END_S + 1
    assert one.answer.progress.fetched == 41


def test_what_is_no_record_is_counted_and_kept(open_one: Open) -> None:
    one = open_one(ScriptedInsights(past()))
    one.go()
    reach(one, Stage.DONE)
    assert one.state().figures.unparsed == 1
    assert [each.message for each in one.state().unparsed] == ["garbage"]
    assert len(one.state().snapshot) == 40


def test_the_newest_are_kept_where_there_are_too_many(open_one: Open) -> None:
    one = open_one(ScriptedInsights(past()), limit=10)
    one.go()
    reach(one, Stage.DONE)
    assert one.answer.is_cut
    assert len(one.state().snapshot) == 10


def test_an_edited_query_selects_for_itself(open_one: Open) -> None:
    insights = ScriptedInsights(past())
    one = open_one(insights, "reject")
    reach(one, Stage.WEIGHED)
    edited = "fields @timestamp, @message | limit 1000"
    one.go([edited])
    reach(one, Stage.DONE)
    assert insights.started[-1].text == edited
    assert len(one.state().snapshot) == 40


def test_stopping_it_stops_the_query_at_aws(open_one: Open) -> None:
    insights = ScriptedInsights(past(), counted=estimating, polls=10_000)
    one = open_one(insights)
    one.go()
    until(lambda: bool(insights.started))
    one.stop()
    assert one.answer.stage is Stage.STOPPED
    assert insights.stopped == [f"query-{len(insights.started)}"]


@pytest.mark.parametrize("fault", [DENIED, REFUSED], ids=["denied", "malformed"])
def test_what_cannot_be_asked_is_a_fault_of_the_state(open_one: Open, fault: Fault) -> None:
    insights = ScriptedInsights(past(), counted=estimating, names=DISCOVERED)
    one = open_one(insights)
    reach(one, Stage.WEIGHED)
    insights.faults.append(fault)
    one.go()
    reach(one, Stage.FAILED)
    state = one.state()
    assert [standing.fault for standing in state.faults] == [fault]
    assert state.status.kind is StatusKind.FAILED


def test_insights_counts_all_that_matches(open_one: Open) -> None:
    counts: list[Row] = [
        {"flowSrcAddr": "203.0.113.9", "flowAction": "REJECT", "flows": "10"},
        {"flowSrcAddr": "203.0.113.9", "flowAction": "ACCEPT", "flows": "30"},
    ]
    one = open_one(ScriptedInsights(past(), counted=lambda text: counts))
    reach(one, Stage.WEIGHED)
    found = one.count(["srcaddr"], Measure.RECORDS, 10)
    assert found is not None
    (talker,) = found.rows
    assert (talker.key, talker.sums.records, talker.sums.rejected) == (("203.0.113.9",), 40, 10)
    derived = open_one(ScriptedInsights(past()), "egress")
    reach(derived, Stage.WEIGHED)
    assert derived.count(["srcaddr"], Measure.RECORDS, 10) is None
