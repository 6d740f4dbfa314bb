from __future__ import annotations

from dataclasses import replace

import pytest

from flowtui.monitor import figures, groups, status
from flowtui.monitor.outside import Fault, FaultKind
from flowtui.monitor.settings import Settings
from flowtui.monitor.sources.tail import GroupProgress
from flowtui.monitor.state import GroupState, SessionState, StandingFault, Status, StatusKind
from flowtui.records.format import LogFormat
from flowtui.topology.lookup import TopologyIndex
from flowtui.topology.model import FlowLog
from tests.tui import lab
from tests.unit.monitor.scripted import GROUP, fault
from tests.unit.monitor.world import FLOW_LOG, TOPOLOGY, WEB

NOW = 10_000.0
FINE = GroupProgress(
    group=GROUP,
    fault=None,
    fault_since=None,
    retry_at=None,
    watermark=NOW - 400,
    last_pass_at=NOW - 10,
    last_look_at=NOW - 4,
    usual_delay_s=90,
    longest_delay_s=390,
    newest_at=NOW - 100,
    is_caught_up=True,
    has_window=True,
    events=10,
    backfilled=5,
)


def failing(kind: FaultKind, retry_at: float = NOW + 5) -> GroupProgress:
    return replace(FINE, fault=fault(kind), retry_at=retry_at)


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        ([FINE], StatusKind.LIVE),
        ([replace(FINE, is_caught_up=False)], StatusKind.CATCHING_UP),
        ([replace(FINE, newest_at=NOW - 1000)], StatusKind.QUIET),
        ([replace(FINE, newest_at=NOW - 1000), FINE], StatusKind.LIVE),
        ([replace(FINE, newest_at=None)], StatusKind.QUIET),
        ([failing(FaultKind.THROTTLED), FINE], StatusKind.RETRYING),
        ([failing(FaultKind.EXPIRED), failing(FaultKind.NETWORK)], StatusKind.EXPIRED),
        ([failing(FaultKind.DENIED)], StatusKind.FAILED),
        ([failing(FaultKind.DENIED), FINE], StatusKind.LIVE),
        ([failing(FaultKind.DENIED), failing(FaultKind.NETWORK)], StatusKind.RETRYING),
    ],
    ids=[
        "live", "catching up", "quiet", "one of two is quiet", "nothing ever", "one is throttled", "expired",
        "denied", "one of two is denied", "denied and no network",
    ],
)  # fmt: skip
def test_status_of_groups(found: list[GroupProgress], kind: StatusKind) -> None:
    assert status.of_groups(found, NOW, 60).kind is kind


def test_the_first_retry_is_the_one_that_is_counted_down_to() -> None:
    found = [failing(FaultKind.NETWORK, NOW + 9), failing(FaultKind.THROTTLED, NOW + 3)]
    told = status.of_groups(found, NOW, 60)
    assert (told.retry_at, told.text) == (NOW + 3, "throttled")


def test_an_expired_sign_in_says_what_to_do() -> None:
    cures = {
        "In another terminal: aws sso login --profile lab": "aws sso login --profile lab",
        "AWS renews them by itself; they are looked for again.": (
            "AWS renews them by itself; they are looked for again."
        ),
        "": "The sign-in has expired.",
    }
    for cure, told in cures.items():
        expired = Fault(FaultKind.EXPIRED, "", "The sign-in has expired.", cure)
        assert status.of_fault(expired, None).text == told


def test_a_connection_that_is_lost_outweighs_all() -> None:
    lost = StandingFault("connection", fault(FaultKind.NETWORK), NOW, NOW + 1)
    told = status.of_session(lost, None, [FINE], why_none=None, now=NOW, interval_s=60)
    assert told.kind is StatusKind.RETRYING


def test_a_topology_that_fails_does_not_hide_a_tail_that_runs() -> None:
    lost = StandingFault("topology", fault(FaultKind.DENIED), NOW, NOW + 1)
    assert (
        status.of_session(None, lost, [FINE], why_none=None, now=NOW, interval_s=60).kind is StatusKind.LIVE
    )
    assert status.of_session(None, lost, [], why_none=None, now=NOW, interval_s=60).kind is StatusKind.FAILED


def test_lag_and_watermark_are_those_of_the_worst_group() -> None:
    worse = replace(FINE, watermark=NOW - 900, last_look_at=NOW - 60)
    unread = replace(FINE, watermark=None, last_look_at=None)
    assert figures.watermark_of([FINE, worse, unread]) == NOW - 900
    assert figures.lag_of([FINE, worse, unread], NOW) == 150
    assert figures.lag_of([unread], NOW) is None


def test_log_groups_are_those_of_the_flow_logs_or_those_named() -> None:
    second = replace(FLOW_LOG, id="fl-2", log_group="another", destination="another")
    s3 = replace(FLOW_LOG, id="fl-3", destination_type="s3", log_group=None)
    index = TopologyIndex(replace(TOPOLOGY, flow_logs=(FLOW_LOG, second, s3, replace(FLOW_LOG, id="fl-4"))))
    assert groups.log_groups(Settings(), index) == ("another", GROUP)
    assert groups.log_groups(Settings(log_groups=("x", "x")), index) == ("x",)
    assert groups.log_groups(Settings(), None) == ()


@pytest.mark.parametrize(("account", "is_by_arn"), [("123456789012", False), ("999999999999", True)])
def test_a_group_of_another_account_is_asked_for_by_its_arn(account: str, is_by_arn: bool) -> None:
    arn = f"arn:aws:logs:eu-west-1:{account}:log-group:{GROUP}"
    index = TopologyIndex(replace(TOPOLOGY, flow_logs=(replace(FLOW_LOG, log_group_arn=arn),)))
    assert groups.log_groups(Settings(), index) == ((arn if is_by_arn else GROUP),)
    assert groups.format_book(arn, Settings(), index).candidates


def test_a_format_book_knows_interfaces_candidates_and_further_formats() -> None:
    given = LogFormat.parse("${start} ${end}")
    odd = replace(FLOW_LOG, id="fl-2", resource_id="vpc-9", format="not a format")
    index = TopologyIndex(replace(TOPOLOGY, flow_logs=(FLOW_LOG, odd)))
    book = groups.format_book(GROUP, Settings(formats=(given,)), index)
    assert book.by_interface[WEB] == (LogFormat.parse(FLOW_LOG.format),)
    assert book.candidates == (LogFormat.parse(FLOW_LOG.format), given)
    assert groups.format_book(GROUP, Settings(formats=(given,)), None).candidates == (given,)


def state(
    kind: StatusKind, *, records: int = 0, log: FlowLog | None = None, fault: Fault | None = None
) -> SessionState:
    session = lab.PlayedSession(topology=lab.lab_topology(flow_logs=() if log is None else (log,)))
    session.status = Status(kind)
    session.back_fill(lab.lab_lines(records))
    return replace(session.state(), groups=(GroupState(lab.GROUP, fault=fault),))


GOOD = lab.lab_topology().flow_logs[0]
FAILED = replace(GOOD, delivery_status="FAILED")
CLASS = Fault(FaultKind.UNSUPPORTED, "logs:FilterLogEvents", "Infrequent Access.", "")
THROTTLED = Fault(FaultKind.THROTTLED, "logs:FilterLogEvents", "Slow down.", "")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (state(StatusKind.NO_FLOW_LOGS), True),
        (state(StatusKind.FAILED, log=GOOD), True),
        (state(StatusKind.FAILED, log=GOOD, records=4), False),
        (state(StatusKind.QUIET, log=GOOD), False),
        (state(StatusKind.QUIET, log=FAILED), True),
        (state(StatusKind.QUIET, log=FAILED, records=4), False),
        (state(StatusKind.QUIET, log=GOOD, fault=CLASS), True),
        (state(StatusKind.QUIET, log=GOOD, fault=THROTTLED), False),
        (state(StatusKind.QUIET), False),
        (state(StatusKind.CATCHING_UP, log=FAILED), False),
    ],
    ids=[
        "no flow logs", "failed", "failed with records", "waits for the first", "no delivery works",
        "with records of before", "a class that cannot be read", "throttled", "flow logs not seen",
        "not known yet",
    ],
)  # fmt: skip
def test_when_no_record_will_come(given: SessionState, expected: bool) -> None:
    assert status.is_hopeless(given) is expected
