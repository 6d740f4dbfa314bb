from __future__ import annotations

from dataclasses import replace

from flowtui.monitor.overlaps import Overlap
from flowtui.topology.lookup import TopologyIndex
from flowtui.topology.model import Missing, Route, Topology
from flowtui.tui.render.tree import TreeLine, TreeMaker
from tests.tui import lab


def made(
    topology: Topology, rejected: dict[str, int] | None = None, folded: tuple[str, ...] = ()
) -> list[TreeLine]:
    def is_open(key: str, default: bool) -> bool:
        return False if key in folded else default

    return TreeMaker(TopologyIndex(topology), rejected or {}, is_open).lines()


def node(lines: list[TreeLine], name: str) -> TreeLine:
    return next(line for line in lines if line.name == name)


def test_rejections_are_counted_up_the_tree() -> None:
    lines = made(lab.lab_topology(), {lab.BASTION: 219, lab.APP_1: 6, lab.APP_2: 4})
    counts = {line.name: line.rejected for line in lines if line.is_first}
    assert counts["lab"] == 229
    assert counts["public 1a"] == 219
    assert counts["private 1a"] == 10
    assert counts["bastion"] == 219
    assert counts["nat-1"] == 0


def test_the_default_vpc_comes_last_though_it_has_interfaces() -> None:
    known = lab.lab_topology()
    more = replace(known.interfaces[0], id="eni-default", vpc_id="vpc-default", subnet_id="")
    vpcs = tuple(reversed(known.vpcs))
    lines = made(replace(known, vpcs=vpcs, interfaces=(*known.interfaces, more)))
    # A line about its coverage has a VPC's key too.
    found = dict.fromkeys(line.key for line in lines if line.key in ("vpc-lab", "vpc-default"))
    assert list(found) == ["vpc-lab", "vpc-default"]


def test_what_no_flow_log_covers_is_marked() -> None:
    lines = made(lab.lab_topology(flow_logs=()))
    assert sum(line.detail.startswith("no flow log") for line in lines) == 2 + 4
    only_default = [line for line in made(lab.lab_topology()) if line.detail.startswith("no flow log")]
    assert [line.key for line in only_default] == ["vpc-default"]


def test_nothing_is_said_of_coverage_where_flow_logs_may_not_be_listed() -> None:
    missing = (Missing("flow logs", "ec2:DescribeFlowLogs", "Denied."),)
    assert not any(
        line.detail.startswith("no flow log")
        for line in made(lab.lab_topology(flow_logs=(), missing=missing))
    )


def test_a_folded_node_hides_what_is_in_it() -> None:
    names = {line.name for line in made(lab.lab_topology(), folded=("subnet-public",))}
    assert "public 1a" in names
    assert "bastion" not in names
    assert "app-1" in names


def test_a_failed_delivery_shows_its_error() -> None:
    (flow_log,) = lab.lab_topology().flow_logs
    failed = replace(flow_log, delivery_status="FAILED", delivery_error="Access error")
    line = next(line for line in made(lab.lab_topology(flow_logs=(failed,))) if line.key == failed.id)
    assert line.detail == "✗ Access error"
    assert line.detail_tone == "attention"


def test_a_flow_log_to_s3_is_no_log_group() -> None:
    (flow_log,) = lab.lab_topology().flow_logs
    elsewhere = replace(flow_log, destination_type="s3", destination="arn:aws:s3:::logs", log_group=None)
    line = next(line for line in made(lab.lab_topology(flow_logs=(elsewhere,))) if line.key == elsewhere.id)
    assert line.detail == "to s3"


def test_a_blackhole_route_is_marked() -> None:
    (table,) = lab.lab_topology().route_tables
    dead = replace(table, routes=(Route("0.0.0.0/0", "nat-0dead", "blackhole"),))
    line = next(line for line in made(lab.lab_topology(route_tables=(dead,))) if line.key == table.id)
    assert "blackhole" in line.detail
    assert line.detail_tone == "attention"


def test_a_subnet_whose_route_tables_could_not_be_read_is_neither_public_nor_private() -> None:
    subnets = tuple(replace(each, name="", is_public=None) for each in lab.lab_topology().subnets)
    names = [line.name for line in made(lab.lab_topology(subnets=subnets)) if line.scope and line.depth == 1]
    assert not any("public" in name.split() or "private" in name.split() for name in names)


def test_in_a_large_vpc_subnets_begin_folded() -> None:
    (template, *_) = lab.lab_topology().interfaces
    many = tuple(replace(template, id=f"eni-{number:017x}") for number in range(100))
    lines = made(lab.lab_topology(interfaces=many))
    assert not any(line.depth == 3 for line in lines)


def test_every_node_that_can_be_drilled_into_has_its_scope() -> None:
    scopes = {line.scope.kind.value for line in made(lab.lab_topology()) if line.scope is not None}
    assert scopes == {"vpc", "subnet", "owner", "interface"}


def test_flow_logs_that_record_the_same_are_marked() -> None:
    (flow_log,) = lab.lab_topology().flow_logs
    logs = (flow_log, replace(flow_log, id="fl-2"), replace(flow_log, id="fl-3"))
    overlaps = (
        Overlap((flow_log.id, "fl-2"), "ALL", ("eni-1",)),
        Overlap(("fl-2", "fl-3"), "REJECT", ("x",)),
    )
    index = TopologyIndex(lab.lab_topology(flow_logs=logs))
    lines = TreeMaker(index, {}, lambda key, default: True, overlaps).lines()
    notes = [(line.key, line.detail) for line in lines if line.detail.startswith("doubles")]
    assert notes == [
        (flow_log.id, "doubles fl-2"),
        ("fl-2", f"doubles {flow_log.id}"),
        ("fl-2", "doubles fl-3 (rejected)"),
        ("fl-3", "doubles fl-2 (rejected)"),
    ]
