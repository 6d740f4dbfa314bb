"""The past as a state of the session: what is asked for, what is kept, and in which order."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass, field, replace
from typing import cast

import pytest

from flowtui.filters.insights_fields import DISCOVERED
from flowtui.filters.parse import parse
from flowtui.monitor.outside import HistoryConnection, Insights, LogGroup
from flowtui.monitor.recall import Question, Recall, Recalled
from flowtui.monitor.scope import Scope, ScopeKind
from flowtui.monitor.settings import Settings
from flowtui.monitor.sources.history import Extent
from flowtui.monitor.sources.querying import QueryStopped
from flowtui.monitor.state import SessionState
from flowtui.topology.model import Topology
from tests.tui import lab
from tests.unit.monitor.queries import Row, ScriptedInsights, row
from tests.unit.monitor.scripted import FakeClock
from tests.unit.monitor.world import until

BEGIN_S = 1_700_000_000
EXTENT = Extent(BEGIN_S, BEGIN_S + 1000)
OTHER = "other"


@dataclass
class Account:
    asked: ScriptedInsights = field(default_factory=lambda: ScriptedInsights(names=DISCOVERED))

    def insights(self) -> Insights:
        return self.asked

    def log_groups(self, groups: tuple[str, ...] = ()) -> tuple[LogGroup, ...]:
        return tuple(LogGroup(group, "STANDARD", 30, 10**6) for group in groups)


def of(number: int, start: int, *, group: str = lab.GROUP, eni: str = lab.BASTION, port: int = 80) -> Row:
    message = lab.line(eni, "203.0.113.9", 50_000, "172.16.0.121", port, start, action="REJECT")
    return row(number, start * 1000, message, group=group, stream=f"{eni}-all")


def state(topology: Topology | None = None) -> SessionState:
    session = lab.PlayedSession(topology=topology or lab.lab_topology())
    session.back_fill(lab.lab_lines(10))
    return session.state()


def recall(
    account: Account, settings: Settings | None = None, question: Question | None = None, **changes: object
) -> Recall:
    connection = cast(HistoryConnection, account)
    live = state(lab.lab_topology(**changes))
    return Recall(connection, FakeClock(), settings or Settings(), live, question or Question())


def lines(recalled: Recalled) -> list[str]:
    snapshot = recalled.snapshot
    return [str(line) for line in snapshot.lines(range(snapshot.first_id, snapshot.end_id))]


def test_records_of_several_groups_are_kept_in_the_order_of_their_start() -> None:
    starts = [BEGIN_S + 7 * number % 50 for number in range(50)]
    rows = [of(number, at, group=(lab.GROUP, OTHER)[number % 2]) for number, at in enumerate(starts)]
    account = Account(ScriptedInsights(rows, names=DISCOVERED))
    (log,) = lab.lab_topology().flow_logs
    logs = (log, replace(log, id="fl-other", log_group=OTHER))
    found = recall(account, flow_logs=logs).fetch(EXTENT)
    assert lines(found) == [each["@message"] for each in sorted(rows, key=lambda each: each["@timestamp"])]


def test_it_is_laid_over_the_live_state_and_takes_nothing_of_its_records() -> None:
    account = Account(ScriptedInsights([of(1, BEGIN_S), of(2, BEGIN_S + 1)], names=DISCOVERED))
    account.asked.rows = [*account.asked.rows, row(3, BEGIN_S * 1000, "garbage", group=lab.GROUP)]
    found = recall(account).fetch(EXTENT)
    live = state()
    shown = found.over(live)
    assert len(shown.snapshot) == 2
    assert [one.message for one in shown.unparsed] == ["garbage"]
    assert (shown.figures.unparsed, shown.figures.lag_s, shown.figures.rejected_share) == (1, None, None)
    assert (shown.begin, shown.figures.watermark) == (EXTENT.begin_s, EXTENT.end_s)
    assert shown.index is live.index
    assert shown.series.totals.rejected == 2


@pytest.mark.parametrize(
    ("settings", "question", "expected"),
    [
        (Settings(), Question(tree=parse("port 80", 0.0)), ["srcPort = 80 or dstPort = 80"]),
        (
            Settings(capture=parse("reject", 0.0)),
            Question(tree=parse("port 80", 0.0)),
            ['action = "REJECT"', "dstPort = 80"],
        ),
        (
            Settings(),
            Question((Scope(ScopeKind.INTERFACE, lab.APP_1, "app-1"),)),
            [f'interfaceId = "{lab.APP_1}"'],
        ),
    ],
    ids=["filter", "capture", "scope"],
)
def test_all_that_decides_what_is_shown_is_asked_for(
    settings: Settings, question: Question, expected: list[str]
) -> None:
    (text,) = recall(Account(), settings, question).texts
    for words in expected:
        assert words in text


def test_records_of_other_vpcs_than_the_chosen_ones_are_left_out() -> None:
    account = Account(ScriptedInsights([of(1, BEGIN_S), of(2, BEGIN_S, eni=lab.APP_1)], names=DISCOVERED))
    settings = Settings(vpc_ids=("vpc-lab",))
    found = recall(account, settings, elsewhere=frozenset({lab.APP_1})).fetch(EXTENT)
    assert [line.split()[2] for line in lines(found)] == [lab.BASTION]


def test_what_is_captured_is_decided_here_where_aws_cannot() -> None:
    account = Account(ScriptedInsights([of(1, BEGIN_S), of(2, BEGIN_S, port=22)], names=DISCOVERED))
    found = recall(account, Settings(capture=parse("port 22", 0.0))).fetch(EXTENT)
    assert [line.split()[6] for line in lines(found)] == ["22"]


def test_a_query_of_ones_own_is_run_once_and_says_what_it_left_out() -> None:
    account = Account(ScriptedInsights([of(number, BEGIN_S + number) for number in range(30)]))
    found = recall(account).fetch(EXTENT, text="fields @message | limit 10")
    assert [request.text for request in account.asked.started] == ["fields @message | limit 10"]
    assert (len(found.snapshot), found.is_cut, found.progress.matched) == (10, True, 30)


def test_a_later_estimate_stops_the_one_before() -> None:
    account = Account(ScriptedInsights(polls=10**9, counted=lambda text: ()))
    asked = recall(account)
    ends = [threading.Event(), threading.Event()]

    def weigh(end: threading.Event) -> None:
        with contextlib.suppress(QueryStopped):
            asked.weigh(EXTENT)
        end.set()

    for number, end in enumerate(ends):
        threading.Thread(target=weigh, args=(end,), daemon=True).start()
        until(lambda number=number: len(account.asked.started) == number + 1)  # type: ignore[misc]
    assert ends[0].wait(10)
    assert not ends[1].is_set()
    asked.stop()
    assert ends[1].wait(10)


def test_nothing_is_begun_after_it_was_stopped() -> None:
    account = Account()
    asked = recall(account)
    asked.stop()
    with pytest.raises(QueryStopped):
        asked.fetch(EXTENT)
    assert account.asked.started == []
