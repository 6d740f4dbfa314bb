from __future__ import annotations

from dataclasses import replace

import pytest

from flowtui.monitor.overlaps import Overlap, overlaps
from flowtui.topology.lookup import TopologyIndex
from flowtui.topology.model import FlowLog
from tests.unit.monitor.scripted import GROUP
from tests.unit.monitor.world import APP, FLOW_LOG, TOPOLOGY, WEB

ARN = f"arn:aws:logs:eu-west-1:123456789012:log-group:{GROUP}"


def log(id: str, resource: str, traffic: str = "ALL", **more: str) -> FlowLog:
    return replace(FLOW_LOG, id=id, resource_id=resource, traffic_type=traffic, **more)  # type: ignore[arg-type]


def found(*logs: FlowLog, groups: tuple[str, ...] = (GROUP,)) -> tuple[Overlap, ...]:
    return overlaps(TopologyIndex(replace(TOPOLOGY, flow_logs=logs)), groups)


CASES = [
    pytest.param((log("a", "vpc-1"),), [], id="one"),
    pytest.param((log("a", "vpc-1"), log("b", WEB)), [("ALL", "a b", WEB)], id="VPC and interface"),
    pytest.param(
        (log("a", "vpc-1"), log("b", "subnet-1")), [("ALL", "a b", f"{WEB} {APP}")], id="VPC and subnet"
    ),
    pytest.param(
        (log("a", "vpc-1"), log("b", "vpc-1"), log("c", WEB)),
        [("ALL", "a b", APP), ("ALL", "a b c", WEB)],
        id="three on one interface",
    ),
    pytest.param((log("a", "vpc-1", "ACCEPT"), log("b", "vpc-1", "REJECT")), [], id="accepted and rejected"),
    pytest.param(
        (log("a", "vpc-1"), log("b", WEB, "REJECT")), [("REJECT", "a b", WEB)], id="all, and the rejected too"
    ),
    pytest.param(
        (log("a", "vpc-1"), log("b", WEB, "REJECT"), log("c", WEB, "ACCEPT")),
        [("ACCEPT", "a c", WEB), ("REJECT", "a b", WEB)],
        id="all, and each kind too",
    ),
    pytest.param((log("a", WEB), log("b", APP)), [], id="different interfaces"),
    pytest.param((log("a", "vpc-1"), log("b", "vpc-1", log_group="x")), [], id="a group not followed"),
    pytest.param(
        (log("a", "vpc-1"), log("b", WEB, delivery_status="FAILED", delivery_error="Access error")),
        [],
        id="one that may not write",
    ),
    pytest.param(
        (log("a", "vpc-1"), log("b", WEB, delivery_status="FAILED", delivery_error="Rate limited")),
        [("ALL", "a b", WEB)],
        id="one that is limited",
    ),
    pytest.param((log("a", "tgw-1"), log("b", "tgw-1")), [("ALL", "a b", "tgw-1")], id="a transit gateway"),
]  # fmt: skip


@pytest.mark.parametrize(("logs", "expected"), CASES)
def test_what_is_recorded_twice(logs: tuple[FlowLog, ...], expected: list[tuple[str, str, str]]) -> None:
    shown = [(each.traffic, " ".join(each.flow_logs), " ".join(each.resources)) for each in found(*logs)]
    assert sorted(shown) == sorted(expected)


def test_a_group_may_be_followed_by_its_arn() -> None:
    logs = [log(id, "vpc-1", log_group="there", log_group_arn=ARN) for id in ("a", "b")]
    assert len(found(*logs, groups=(ARN,))) == 1
    assert found(*logs) == ()


def test_where_nothing_is_known_nothing_is_said() -> None:
    assert overlaps(None, (GROUP,)) == ()


@pytest.mark.parametrize(
    ("overlap", "sentence"),
    [
        (
            Overlap(("fl-1", "fl-2"), "ALL", ("eni-1",)),
            "2 flow logs record eni-1 twice: totals double (fl-1, fl-2).",
        ),
        (
            Overlap(("fl-1", "fl-2"), "REJECT", ("eni-1", "eni-2", "eni-3")),
            "2 flow logs record the rejected traffic of eni-1 and 2 more twice: totals double (fl-1, fl-2).",
        ),
        (
            Overlap(("fl-1", "fl-2", "fl-3"), "ALL", ("eni-1",)),
            "3 flow logs record eni-1 3 times: totals count it 3 times (fl-1, fl-2, fl-3).",
        ),
    ],
    ids=["twice", "rejected only", "three times"],
)
def test_it_is_said_in_one_line(overlap: Overlap, sentence: str) -> None:
    assert overlap.sentence == sentence
