"""From log events to the store: formats, boundaries and counts, as a whole session shows them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest

from flowtui.monitor.boundary import KEPT_S, Boundary
from flowtui.monitor.intake import Intake
from flowtui.monitor.outside import Page, PageRequest
from flowtui.monitor.session import Session
from flowtui.monitor.settings import Settings
from flowtui.monitor.sources.group import Arrival
from flowtui.records.batch import FORMAT
from flowtui.records.events import LogEvents
from flowtui.store.store import LATE
from flowtui.topology.model import FlowLog, Topology, Vpc
from tests.unit.monitor.scripted import GROUP
from tests.unit.monitor.world import (
    APP,
    FLOW_LOG,
    TOPOLOGY,
    WEB,
    Account,
    FastClock,
    Lines,
    interface,
    line,
    log_events,
    until,
)

SHORT = "${interface-id} ${action} ${start} ${vpc-id}"
THEIRS, UNKNOWN = "eni-0c", "eni-0d"
SETTINGS = Settings(max_calls=1000)


class Streams(Lines):
    """Lines of any form by group and stream; more may be added while they are read."""

    def __init__(self, *found: tuple[str, str, str]) -> None:
        super().__init__()
        self.found = list(found)

    def page(self, request: PageRequest) -> Page:
        now_ms = int(time.time() * 1000)
        rows = [
            (number, stream, message)
            for number, (group, stream, message) in enumerate(list(self.found))
            if group == request.group
        ]
        at = [now_ms - 60_000] * len(rows)
        ids = [str(number) for number, _, _ in rows]
        streams, messages = [stream for _, stream, _ in rows], [message for _, _, message in rows]
        return Page(LogEvents(streams, at, at, ids, messages), None, 0)


@pytest.fixture
def sessions() -> Iterator[list[Session]]:
    begun: list[Session] = []
    yield begun
    for session in begun:
        session.stop()


def begin(sessions: list[Session], account: Account, settings: Settings = SETTINGS) -> Session:
    session = Session(settings, lambda _: account, FastClock(), lambda notice: None)
    sessions.append(session)
    session.start()
    return session


def with_flow_logs(*logs: FlowLog, topology: Topology = TOPOLOGY) -> Topology:
    return replace(topology, flow_logs=logs)


def shown(session: Session, *names: str) -> set[tuple[object, ...]]:
    snapshot = session.state().snapshot
    rows = snapshot.rows(range(snapshot.first_id, snapshot.end_id), names)
    return {row for row in rows if row is not None}


def short(eni: str, vpc_id: str = "vpc-1") -> str:
    return f"{eni} ACCEPT {int(time.time()) - 60} {vpc_id}"


def plain(eni: str) -> str:
    return line(int(time.time()) - 60, eni=eni)


def test_two_formats_alternate_in_one_stream(sessions: list[Session]) -> None:
    other = replace(FLOW_LOG, id="fl-2", resource_id=WEB, format=SHORT)
    lines = [plain(WEB), short(WEB)] * 50
    logs = Streams(*((GROUP, f"{WEB}-all", each) for each in lines))
    session = begin(sessions, Account(logs, with_flow_logs(FLOW_LOG, other)))
    until(lambda: len(session.state().snapshot) == 100)
    state = session.state()
    assert state.figures.unparsed == 0
    assert {text for (text,) in shown(session, FORMAT)} == {FLOW_LOG.format, SHORT}
    assert (state.series.totals.accepted, state.series.totals.rejected) == (50, 50)
    snapshot = state.snapshot
    printed = [snapshot.line(id) for id in range(snapshot.first_id, snapshot.end_id)]
    assert sorted(filter(None, printed)) == sorted(lines)
    assert [each.flow_logs for each in state.overlaps] == [("fl-1", "fl-2")]


def test_groups_flow_logs_and_streams_that_come_later_are_found(sessions: list[Session]) -> None:
    logs = Streams((GROUP, f"{WEB}-all", plain(WEB)))
    account = Account(logs, TOPOLOGY)
    session = begin(sessions, account)
    until(lambda: len(session.state().snapshot) == 1)
    logs.found.append((GROUP, f"{APP}-all", plain(APP)))
    until(lambda: len(session.state().snapshot) == 2)
    new = replace(FLOW_LOG, id="fl-2", format=SHORT, log_group="more", destination="more")
    account.topology_ = with_flow_logs(FLOW_LOG, new)
    logs.found.append(("more", f"{WEB}-all", short(WEB)))
    session.refresh_topology()
    until(lambda: len(session.state().snapshot) == 3)
    state = session.state()
    assert {group.name for group in state.groups} == {GROUP, "more"}
    assert state.figures.unparsed == 0


SHARED = replace(
    TOPOLOGY,
    vpcs=(Vpc("vpc-1", "lab", ("172.16.0.0/16",)),),
    flow_logs=(FLOW_LOG, replace(FLOW_LOG, id="fl-2", format=SHORT)),
    elsewhere=(THEIRS,),
)


def streams(*found: tuple[str, str]) -> Streams:
    return Streams(*((GROUP, f"{eni}-all", message) for eni, message in found))


@pytest.mark.parametrize("has_own", [True, False], ids=["the group by its flow log", "the group by its name"])
def test_records_of_other_vpcs_in_a_shared_group_are_left_out_and_counted(
    sessions: list[Session], has_own: bool
) -> None:
    logs = streams(
        (WEB, plain(WEB)),
        (UNKNOWN, plain(UNKNOWN)),
        (UNKNOWN, short(UNKNOWN)),
        (THEIRS, plain(THEIRS)),
        (THEIRS, short(THEIRS, "-")),
        (THEIRS, "no record at all"),
        (UNKNOWN, short(UNKNOWN, "vpc-2")),
    )
    settings = replace(SETTINGS, vpc_ids=("vpc-1",), log_groups=() if has_own else (GROUP,))
    session = begin(sessions, Account(logs, SHARED), settings)
    until(lambda: len(session.state().snapshot) + session.state().figures.outside == 7)
    assert shown(session, "interface-id") == {(WEB,), (UNKNOWN,)}
    assert session.state().figures.outside == 4
    assert session.state().figures.unparsed == 0


def test_without_a_choice_everything_is_shown(sessions: list[Session]) -> None:
    logs = streams((THEIRS, plain(THEIRS)), (UNKNOWN, short(UNKNOWN, "vpc-2")))
    session = begin(sessions, Account(logs, SHARED))
    until(lambda: len(session.state().snapshot) == 2)
    assert session.state().figures.outside == 0


def arrival(lines: Iterable[str], is_late: tuple[bool, ...]) -> Arrival:
    return Arrival(GROUP, log_events(lines), is_backfill=False, is_late=is_late)


def test_what_is_left_out_is_not_counted_as_late() -> None:
    intake = Intake(1000, lambda: None)
    intake.read_by({}, Boundary(frozenset({"vpc-1"}), {THEIRS: 0.0}))
    intake.arrived(arrival([plain(WEB), plain(THEIRS), plain(WEB)], (True, True, False)))
    held = intake.holdings
    assert (len(held.snapshot), held.late, held.outside) == (2, 1, 1)


def test_what_the_sweep_found_is_marked_and_counted_as_such() -> None:
    intake = Intake(1000, lambda: None)
    intake.read_by({}, Boundary(frozenset({"vpc-1"}), {THEIRS: 0.0}))
    found = Arrival(GROUP, log_events([plain(WEB), plain(THEIRS)]), is_backfill=False, is_swept=True)
    intake.arrived(found)
    held = intake.holdings
    assert (held.late, held.swept, held.outside) == (0, 1, 1)
    assert held.snapshot.rows([0], [LATE]) == [("swept",)]


def test_an_interface_that_is_gone_is_remembered_for_a_day() -> None:
    first = replace(SHARED, read_at=1000.0)
    boundary = Boundary(frozenset({"vpc-1"})).seen(first)
    assert boundary.seen(replace(first, read_at=1000.0 + KEPT_S, elsewhere=())).elsewhere == {THEIRS: 1000.0}
    assert boundary.seen(replace(first, read_at=1001.0 + KEPT_S, elsewhere=())).elsewhere == {}


def test_an_interface_of_the_chosen_vpc_is_never_left_out(sessions: list[Session]) -> None:
    mixed = replace(SHARED, interfaces=(*TOPOLOGY.interfaces, interface("eni-0e", "new", "172.16.0.30")))
    logs = streams((WEB, plain(WEB)), (APP, plain(APP)), ("eni-0e", short("eni-0e", "-")))
    session = begin(sessions, Account(logs, mixed), replace(SETTINGS, vpc_ids=("vpc-1",)))
    until(lambda: len(session.state().snapshot) == 3)
