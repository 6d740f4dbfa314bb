from __future__ import annotations

from dataclasses import replace

import pytest

from flowtui.monitor.creation import formats
from flowtui.monitor.flow_logs import delivery_of, flow_log_rows, scope_of, traffic_of
from flowtui.monitor.health import Health
from flowtui.topology.lookup import TopologyIndex
from flowtui.topology.model import FlowLog, Missing, Topology
from tests.tui import lab

LOG = lab.lab_topology().flow_logs[0]
SUBNET_LOG = replace(LOG, id="fl-subnet", resource_id="subnet-public", format=str(formats.TRIAGE))
FAILED = replace(LOG, id="fl-failed", delivery_status="FAILED", delivery_error="Access error")
TO_S3 = replace(LOG, id="fl-s3", log_group=None, destination_type="s3", destination="arn:aws:s3:::there")
NEW = replace(LOG, id="fl-new", delivery_status="")


def topology(*logs: FlowLog, **changes: object) -> Topology:
    return lab.lab_topology(flow_logs=logs, **changes)


def told(known: Topology, newest: dict[str, float] | None = None) -> list[tuple[str, str, str]]:
    rows = flow_log_rows(TopologyIndex(known), newest or {}, {lab.GROUP})
    return [(row.scope.label, row.log.id if row.log else "", row.state) for row in rows]


def test_what_needs_attention_comes_first_and_what_has_no_flow_log_is_there() -> None:
    assert told(topology(LOG, FAILED)) == [
        ("lab", "fl-failed", "Access error"),
        ("default", "", "no flow log"),
        ("lab", LOG.id, "delivering"),
    ]


def test_a_vpc_is_not_without_where_a_part_of_it_is_recorded() -> None:
    inside = replace(SUBNET_LOG, resource_id=lab.APP_1)
    assert ("lab", "", "no flow log") not in told(topology(inside))
    assert ("lab", "", "no flow log") in told(topology())


def test_nothing_is_said_to_be_without_where_flow_logs_may_not_be_listed() -> None:
    missing = Missing("flow logs", "ec2:DescribeFlowLogs", "It is denied.", is_denied=True)
    assert told(topology(missing=(missing,))) == []


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        (LOG, (Health.GOOD, "delivering")),
        (FAILED, (Health.BAD, "Access error")),
        (replace(FAILED, delivery_error=""), (Health.BAD, "delivery fails")),
        (TO_S3, (Health.NOTE, "to s3")),
        (NEW, (Health.UNTRIED, "no delivery yet")),
    ],
    ids=["delivering", "failed", "failed without a word", "elsewhere", "new"],
)
def test_how_it_delivers(log: FlowLog, expected: tuple[Health, str]) -> None:
    assert delivery_of(log) == expected


def newest(*logs: FlowLog, groups: tuple[str, ...] = (lab.GROUP,)) -> dict[str, float | None]:
    ends = {lab.BASTION: 10.0, lab.NAT: 30.0, lab.APP_1: 99.0}
    rows = flow_log_rows(TopologyIndex(topology(*logs)), ends, groups)
    return {row.log.id: row.newest for row in rows if row.log is not None}


def test_the_newest_record_is_that_of_any_interface_it_records() -> None:
    assert newest(SUBNET_LOG) == {"fl-subnet": 30.0}
    assert newest(LOG) == {LOG.id: 99.0}


def test_records_that_two_flow_logs_may_have_written_are_told_of_neither() -> None:
    assert newest(SUBNET_LOG, LOG) == {"fl-subnet": None, LOG.id: 99.0}
    assert newest(LOG, replace(LOG, id="fl-twin")) == {LOG.id: None, "fl-twin": None}
    unread = replace(SUBNET_LOG, log_group="/unread")
    assert newest(unread, LOG) == {"fl-subnet": None, LOG.id: 99.0}


def test_a_log_group_that_cannot_be_read_is_no_good_delivery() -> None:
    rows = flow_log_rows(
        TopologyIndex(topology(LOG)), {}, {lab.GROUP}, {lab.GROUP: "It is of another class."}
    )
    (row,) = (row for row in rows if row.log is not None)
    assert (row.health, row.state, row.cure) == (Health.NOTE, "cannot be read", "It is of another class.")


def test_no_record_is_told_of_a_log_group_that_is_not_read() -> None:
    rows = flow_log_rows(TopologyIndex(topology(LOG, TO_S3)), {lab.BASTION: 10.0}, {"/other"})
    assert [row.newest for row in rows] == [None, None, None]


def test_fields_cure_and_traffic_are_told() -> None:
    rows = flow_log_rows(TopologyIndex(topology(SUBNET_LOG, FAILED, replace(LOG, format="$x"))), {}, ())
    told = {row.log.id: (row.fields, bool(row.cure)) for row in rows if row.log is not None}
    assert told == {
        "fl-subnet": ("25 triage", False),
        "fl-failed": ("14 default", True),
        LOG.id: ("not understood", False),
    }
    assert traffic_of(replace(LOG, traffic_type="REJECT")) == "rejected"


@pytest.mark.parametrize(
    ("resource", "label"),
    [
        ("vpc-default", "default"),
        ("subnet-public", "public 1a"),
        (lab.NAT, "nat-1"),
        ("subnet-gone", "subnet-gone"),
        ("tgw-0123", "tgw-0123"),
    ],
)
def test_what_it_records_is_called_as_in_the_tree(resource: str, label: str) -> None:
    assert scope_of(resource, TopologyIndex(lab.lab_topology())).label == label
