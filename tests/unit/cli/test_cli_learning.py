"""What the tail knows of the account: which groups, by which formats, and when it goes on without."""

from __future__ import annotations

import time
from dataclasses import replace

import click
import pytest

from flowtui.cli.learning import Learner
from flowtui.monitor.outside import Fault, FaultError, FaultKind
from flowtui.monitor.settings import Settings
from flowtui.records.format import LogFormat
from flowtui.topology.model import Topology
from tests.unit.monitor.scripted import GROUP, FakeClock, fault
from tests.unit.monitor.world import APP, FLOW_LOG, TOPOLOGY, WEB, Account, line, log_events

NAMED = Settings(log_groups=(GROUP,))


class Told:
    """What was said of faults, with the seconds."""

    def __init__(self) -> None:
        self.faults: list[tuple[FaultKind, bool]] = []

    def __call__(self, fault: Fault, seconds: float | None) -> None:
        self.faults.append((fault.kind, seconds is not None))


class Failing(Account):
    """An account whose topology fails so many times."""

    def __init__(self, kind: FaultKind, times: int) -> None:
        super().__init__()
        self.kind, self.times = kind, times

    def topology(self, vpc_ids: tuple[str, ...]) -> Topology:
        if self.times:
            self.times -= 1
            raise FaultError(fault(self.kind))
        return super().topology(vpc_ids)


def find(account: Account, settings: Settings, patience: int | None = None) -> tuple[tuple[str, ...], Told]:
    told = Told()
    return Learner(settings, account, FakeClock()).find(patience, told), told


@pytest.mark.parametrize("kind", [FaultKind.THROTTLED, FaultKind.UNAVAILABLE, FaultKind.NETWORK])
def test_what_passes_is_waited_out_before_the_start_too(kind: FaultKind) -> None:
    found, told = find(Failing(kind, 20), Settings())
    assert found == (GROUP,)
    assert told.faults == [(kind, True)] * 20


def test_a_reading_that_has_an_end_gives_up_some_time() -> None:
    with pytest.raises(FaultError):
        find(Failing(FaultKind.NETWORK, 20), Settings(), patience=5)


@pytest.mark.parametrize("kind", [FaultKind.DENIED, FaultKind.EXPIRED, FaultKind.NO_REGION])
def test_what_lasts_ends_it_where_no_group_was_named(kind: FaultKind) -> None:
    with pytest.raises(FaultError):
        find(Failing(kind, 1), Settings())


@pytest.mark.parametrize(
    ("kind", "waits"), [(FaultKind.DENIED, 0), (FaultKind.INVALID, 0), (FaultKind.NETWORK, 3)]
)
def test_a_group_that_was_named_is_read_without_a_topology(kind: FaultKind, waits: int) -> None:
    found, told = find(Failing(kind, 99), NAMED)
    assert found == (GROUP,)
    assert told.faults == [(kind, True)] * waits + [(kind, False)]


def test_without_credentials_no_group_can_be_read() -> None:
    with pytest.raises(FaultError):
        find(Failing(FaultKind.EXPIRED, 1), NAMED)


def test_the_format_that_was_given_is_used_where_the_flow_logs_are_not_seen() -> None:
    given = LogFormat.parse("${interface-id} ${action}")
    learner = Learner(replace(NAMED, formats=(given,)), Failing(FaultKind.DENIED, 1), FakeClock())
    learner.find(None, Told())
    assert given in learner.books.by_group[GROUP].candidates


def test_nothing_to_read_is_said_in_a_sentence() -> None:
    with pytest.raises(click.ClickException, match="No flow log covers"):
        find(Account(topology_=replace(TOPOLOGY, flow_logs=())), Settings())


def test_overlaps_are_known() -> None:
    twice = replace(TOPOLOGY, flow_logs=(FLOW_LOG, replace(FLOW_LOG, id="fl-2", resource_id=WEB)))
    learner = Learner(Settings(), Account(topology_=twice), FakeClock())
    learner.find(None, Told())
    assert [each.flow_logs for each in learner.overlaps] == [("fl-1", "fl-2")]


@pytest.mark.parametrize(("vpc_ids", "rows"), [((), [0, 1, 2]), (("vpc-1",), [0, 2])])
def test_events_of_other_vpcs_are_left_out_where_vpcs_were_chosen(
    vpc_ids: tuple[str, ...], rows: list[int]
) -> None:
    shared = replace(TOPOLOGY, elsewhere=("eni-0c",))
    learner = Learner(Settings(vpc_ids=vpc_ids), Account(topology_=shared), FakeClock())
    learner.find(None, Told())
    events = log_events([line(int(time.time()), eni=eni) for eni in (WEB, "eni-0c", APP)])
    assert list(learner.rows_inside(GROUP, events)) == rows
