from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from flowtui.monitor.clock import SystemClock
from flowtui.monitor.notifier import Notice
from flowtui.monitor.outside import Connection, FaultError, FaultKind, Page, PageRequest
from flowtui.monitor.session import Session
from flowtui.monitor.settings import Settings
from flowtui.monitor.state import SessionState, StatusKind
from flowtui.records.format import LogFormat
from flowtui.topology.model import Missing
from tests.unit.monitor.scripted import GROUP, fault
from tests.unit.monitor.world import (
    ACCOUNT,
    FLOW_LOG,
    TOPOLOGY,
    WEB,
    Account,
    EagerClock,
    Lines,
    interface,
    line,
    until,
)

SETTINGS = Settings(max_calls=1000)


class Running:
    """A session on an account, with what it told its listener."""

    def __init__(self, account: Account, settings: Settings = SETTINGS) -> None:
        self.notices: list[Notice] = []
        self.account = account
        self.session = Session(settings, self._connect, EagerClock(), self.notices.append)

    def _connect(self, settings: Settings) -> Connection:
        return self.account

    @property
    def state(self) -> SessionState:
        return self.session.state()


@pytest.fixture
def running() -> Iterator[list[Running]]:
    sessions: list[Running] = []
    yield sessions
    for each in sessions:
        each.session.stop()


def begin(running: list[Running], account: Account, settings: Settings = SETTINGS) -> Running:
    each = Running(account, settings)
    running.append(each)
    each.session.start()
    return each


def recent(count: int, **more: str) -> list[str]:
    # A minute old at the least, since that is how long they are under way.
    newest = int(time.time()) - 60
    return [line(newest - 2 * (count - number), **more) for number in range(count)]  # type: ignore[arg-type]


def test_before_anything_is_known_it_says_connecting() -> None:
    state = Running(Account()).state
    assert state.status.kind is StatusKind.CONNECTING
    assert (state.identity, state.index, len(state.snapshot)) == (None, None, 0)


def test_records_topology_and_figures_come(running: list[Running]) -> None:
    lines = [*recent(60)[:30], *recent(60, action="ACCEPT", eni="eni-0b"), *recent(1, action="MAYBE")]
    each = begin(running, Account(Lines(lines)))
    until(lambda: len(each.state.snapshot) == 90 and each.state.status.kind is StatusKind.LIVE)
    until(lambda: each.state.figures.rejected_share == pytest.approx(1 / 3, abs=0.05))
    state = each.state
    assert state.identity is not None
    assert state.identity.account == ACCOUNT
    assert state.index is not None
    assert state.history.interface_name(WEB, time.time()) == "web"
    assert state.figures.unparsed == 1
    assert [one.message for one in state.unparsed] == lines[-1:]
    assert state.series.totals.rejected == 30
    assert state.figures.rate_per_s is not None
    assert state.figures.lag_s is not None
    assert state.groups[0].name == GROUP
    assert state.groups[0].is_caught_up


def test_new_lines_are_told_of_and_appended(running: list[Running]) -> None:
    logs = Lines(recent(5))
    each = begin(running, Account(logs))
    until(lambda: len(each.state.snapshot) == 5)
    before = each.state.version
    logs.lines.append(line(int(time.time()) - 61))
    until(lambda: len(each.state.snapshot) == 6)
    assert each.state.snapshot.end_id == 1
    until(lambda: bool(each.notices) and each.notices[-1].version > before)


def test_a_new_interface_appears_with_the_next_topology(running: list[Running]) -> None:
    account = Account()
    each = begin(running, account)
    until(lambda: each.state.index is not None)
    first = each.state.topology_version
    account.topology_ = replace(
        TOPOLOGY, interfaces=(*TOPOLOGY.interfaces, interface("eni-0c", "new", "172.16.0.30"))
    )
    each.session.refresh_topology()
    until(lambda: each.state.topology_version > first)
    index = each.state.index
    assert index is not None
    assert index.interface("eni-0c") is not None


def test_an_unchanged_topology_is_no_new_version(running: list[Running]) -> None:
    account = Account()
    each = begin(running, account)
    until(lambda: len(account.asked_vpcs) > 3)
    assert each.state.topology_version == 1


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (FaultKind.NO_CREDENTIALS, StatusKind.FAILED),
        (FaultKind.EXPIRED, StatusKind.EXPIRED),
        (FaultKind.NETWORK, StatusKind.RETRYING),
    ],
)
def test_a_connection_that_fails_is_a_state_and_is_tried_again(
    running: list[Running], kind: FaultKind, status: StatusKind
) -> None:
    account = Account(Lines(recent(3)), fault=fault(kind))
    each = begin(running, account)
    until(lambda: each.state.status.kind is status)
    state = each.state
    assert state.status.retry_at is not None
    assert state.faults[0].place == "connection"
    account.fault = None
    until(lambda: len(each.state.snapshot) == 3)
    until(lambda: each.state.faults == ())


def test_a_connection_that_cannot_be_made_is_a_state(running: list[Running]) -> None:
    each = Running(Account())

    def refuse(settings: Settings) -> Connection:
        raise FaultError(fault(FaultKind.UNKNOWN_PROFILE))

    each.session = Session(SETTINGS, refuse, EagerClock(), each.notices.append)
    running.append(each)
    each.session.start()
    until(lambda: each.state.status.kind is StatusKind.FAILED)
    assert "unknown profile" in each.state.status.text


def test_a_group_that_fails_stands_by_and_recovers(running: list[Running]) -> None:
    logs = Lines(recent(3), fault=fault(FaultKind.THROTTLED))
    each = begin(running, Account(logs))
    until(lambda: each.state.status.kind is StatusKind.RETRYING)
    assert each.state.faults[0].place == f"log group {GROUP}"
    assert each.state.figures.throttled > 0
    logs.fault = None
    until(lambda: len(each.state.snapshot) == 3 and not each.state.faults)


NO_LOGS = replace(TOPOLOGY, flow_logs=())
ONLY_S3 = replace(
    TOPOLOGY,
    flow_logs=(replace(FLOW_LOG, destination_type="s3", log_group=None, destination="arn:aws:s3:::b"),),
)
UNREAD = replace(
    NO_LOGS, missing=(Missing("flow logs", "ec2:DescribeFlowLogs", "ec2:DescribeFlowLogs is denied."),)
)


@pytest.mark.parametrize(
    ("topology", "kind", "words"),
    [
        (NO_LOGS, StatusKind.NO_FLOW_LOGS, ("No flow log covers", "flowtui demo")),
        (ONLY_S3, StatusKind.NO_FLOW_LOGS, ("S3", "CloudWatch Logs")),
        # Whether there are none is not known.
        (UNREAD, StatusKind.FAILED, ("denied", "--log-group")),
    ],
    ids=["none", "only S3", "denied"],
)
def test_nothing_to_follow_says_why_and_what_to_do(
    running: list[Running], topology: object, kind: StatusKind, words: tuple[str, ...]
) -> None:
    each = begin(running, Account(topology_=topology))  # type: ignore[arg-type]
    until(lambda: each.state.status.kind is kind)
    assert all(word in each.state.status.text for word in words)


def test_a_named_log_group_is_followed_though_the_topology_is_denied(running: list[Running]) -> None:
    account = Account(Lines(recent(4)), topology_fault=fault(FaultKind.DENIED))
    each = begin(running, account, replace(SETTINGS, log_groups=(GROUP,)))
    until(lambda: len(each.state.snapshot) == 4)
    assert [standing.place for standing in each.state.faults] == ["topology"]


def test_lines_are_read_by_the_formats_of_the_flow_log_and_by_those_given(running: list[Running]) -> None:
    now = int(time.time())
    own = replace(FLOW_LOG, format="${interface-id} ${start} ${action}")
    given = LogFormat.parse("${start} ${bytes}")
    account = Account(Lines([]), topology_=replace(TOPOLOGY, flow_logs=(own,)))
    account.logs_ = _Messages([f"{WEB} {now - 60} REJECT", f"{now - 50} 17"], now)
    each = begin(running, account, replace(SETTINGS, formats=(given,)))
    until(lambda: len(each.state.snapshot) == 2)
    assert each.state.figures.unparsed == 0
    assert each.state.series.totals.rejected == 1


class _Messages(Lines):
    """Lines of any form, all of now."""

    def __init__(self, messages: list[str], now: int) -> None:
        super().__init__(messages)
        self._now = now

    def page(self, request: PageRequest) -> Page:
        from flowtui.records.events import LogEvents

        count, at = len(self.lines), self._now * 1000 - 60_000
        ids = [str(number) for number in range(count)]
        return Page(LogEvents([f"{WEB}-all"] * count, [at] * count, [at] * count, ids, self.lines), None, 0)


@pytest.mark.parametrize(
    ("traffic", "is_rejects_only"), [("REJECT", True), ("ALL", False), ("ACCEPT", False)]
)
def test_a_share_of_rejections_needs_both_kinds(
    running: list[Running], traffic: str, is_rejects_only: bool
) -> None:
    topology = replace(TOPOLOGY, flow_logs=(replace(FLOW_LOG, traffic_type=traffic),))
    each = begin(running, Account(Lines(recent(100)), topology_=topology))
    until(lambda: each.state.figures.rate_per_s is not None and len(each.state.snapshot) == 100)
    assert each.state.figures.is_rejects_only is is_rejects_only
    assert (each.state.figures.rejected_share is None) is (traffic != "ALL")


def test_a_network_without_traffic_is_quiet(running: list[Running]) -> None:
    each = begin(running, Account())
    until(lambda: each.state.status.kind is StatusKind.QUIET)


def test_stop_does_not_wait_for_a_call_that_hangs() -> None:
    entered, release = threading.Event(), threading.Event()

    class Hanging(Lines):
        def page(self, request: PageRequest) -> Page:
            entered.set()
            release.wait(30)
            return super().page(request)

    session = Session(SETTINGS, lambda settings: Account(Hanging()), SystemClock(), lambda notice: None)
    session.start()
    assert entered.wait(10)
    began = time.monotonic()
    session.stop()
    assert time.monotonic() - began < 2
    release.set()
