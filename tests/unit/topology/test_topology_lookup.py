"""What the tree, the drill-down and the direction column are told about a topology."""

from __future__ import annotations

import pytest

from flowtui.topology.lookup import TopologyIndex
from flowtui.topology.model import FlowLog, Interface, Owner, OwnerKind, Subnet, Topology, Vpc

WEB = Owner(OwnerKind.INSTANCE, "i-2", "web")
APP = Owner(OwnerKind.INSTANCE, "i-1", "app")
NAT = Owner(OwnerKind.NAT_GATEWAY, "nat-1", "")


def interface(
    interface_id: str,
    owner: Owner,
    subnet_id: str = "subnet-a",
    addresses: tuple[str, ...] = (),
    prefixes: tuple[str, ...] = (),
) -> Interface:
    return Interface(
        interface_id, owner.name or interface_id, "vpc-1", subnet_id, owner, addresses, prefixes=prefixes
    )


def flow_log(log_id: str, resource_id: str, log_format: str, group: str | None = "flows") -> FlowLog:
    arn = f"arn:aws:logs:eu-west-1:1:log-group:{group}" if group else None
    return FlowLog(log_id, resource_id, "ALL", log_format, 60, "cloud-watch-logs", group or "s3", group, arn)


INDEX = TopologyIndex(
    Topology(
        account="1",
        region="eu-west-1",
        read_at=0.0,
        vpcs=(Vpc("vpc-2", "b", ()), Vpc("vpc-1", "b", ()), Vpc("vpc-3", "a", ())),
        subnets=(Subnet("subnet-b", "z", "vpc-1", ()), Subnet("subnet-a", "y", "vpc-1", ())),
        interfaces=(
            interface(
                "eni-3",
                WEB,
                addresses=("10.0.0.5", "10.0.0.6", "2001:db8:0::5"),
                prefixes=("10.0.9.0/28", "2001:db8:9::/80", "not a prefix"),
            ),
            interface("eni-2", WEB, addresses=("10.0.0.7",)),
            interface("eni-1", APP, addresses=("10.0.0.8",)),
            interface("eni-4", NAT, "subnet-b", ("10.0.1.9",)),
        ),
        flow_logs=(
            flow_log("fl-1", "vpc-1", "${version}"),
            flow_log("fl-2", "subnet-b", "${action}", "other"),
            flow_log("fl-3", "eni-1", "${action}"),
            flow_log("fl-4", "eni-gone", "${start}"),
            flow_log("fl-5", "vpc-2", "${end}", None),
        ),
    )
)


def test_the_tree_is_ordered_by_name_then_id() -> None:
    assert [vpc.id for vpc in INDEX.vpcs()] == ["vpc-3", "vpc-1", "vpc-2"]
    assert [subnet.id for subnet in INDEX.subnets_of("vpc-1")] == ["subnet-a", "subnet-b"]
    assert [
        (owner.id, [interface.id for interface in interfaces])
        for owner, interfaces in INDEX.owners_of("subnet-a")
    ] == [("i-1", ["eni-1"]), ("i-2", ["eni-2", "eni-3"])]


def test_what_is_unknown_gives_nothing() -> None:
    assert INDEX.vpc("vpc-9") is None
    assert INDEX.subnet("vpc-1") is None
    assert INDEX.interface("eni-9") is None
    assert INDEX.subnets_of("vpc-9") == ()
    assert INDEX.owners_of("x") == ()
    assert INDEX.interfaces_of("x") == ()
    assert INDEX.flow_logs_covering("eni-9") == ()


@pytest.mark.parametrize(
    ("resource_id", "is_covered", "covering"),
    [
        pytest.param("eni-1", True, ["fl-3", "fl-1"], id="interface: its own and its VPC's"),
        pytest.param("eni-4", True, ["fl-2", "fl-1"], id="interface: its subnet's and its VPC's"),
        pytest.param("eni-gone", True, ["fl-4"], id="interface that is not there any more"),
        pytest.param("subnet-a", True, None, id="subnet in a covered VPC"),
        pytest.param("vpc-1", True, None, id="VPC"),
        pytest.param("vpc-3", False, None, id="VPC without a flow log"),
    ],
)
def test_coverage_comes_from_every_scope(
    resource_id: str, is_covered: bool, covering: list[str] | None
) -> None:
    assert INDEX.is_covered(resource_id) is is_covered
    if covering is not None:
        assert [log.id for log in INDEX.flow_logs_covering(resource_id)] == covering


def test_a_flow_log_of_one_subnet_does_not_cover_the_vpc() -> None:
    topology = Topology(
        "1",
        "r",
        0.0,
        vpcs=(Vpc("vpc-1", "", ()),),
        subnets=(Subnet("subnet-a", "", "vpc-1", ()), Subnet("subnet-b", "", "vpc-1", ())),
        flow_logs=(flow_log("fl-1", "subnet-a", "${version}"),),
    )
    index = TopologyIndex(topology)
    assert [index.is_covered(x) for x in ("vpc-1", "subnet-a", "subnet-b")] == [False, True, False]


def test_formats_of_a_group_are_known_by_interface() -> None:
    assert INDEX.log_groups() == ("flows", "other")
    assert INDEX.formats_of("flows") == ("${version}", "${action}", "${start}")
    formats = INDEX.formats_by_interface("flows")
    assert formats["eni-1"] == ("${version}", "${action}")
    assert formats["eni-4"] == ("${version}",)
    assert formats["eni-gone"] == ("${start}",)
    assert INDEX.formats_by_interface("other") == {"eni-4": ("${action}",)}
    assert INDEX.formats_of("arn:aws:logs:eu-west-1:1:log-group:other") == ("${action}",)


@pytest.mark.parametrize(
    ("src", "dst", "expected"),
    [
        pytest.param("203.0.113.9", "10.0.0.5", "ingress", id="primary"),
        pytest.param("203.0.113.9", "10.0.0.6", "ingress", id="secondary"),
        pytest.param("10.0.0.5", "203.0.113.9", "egress", id="from it"),
        pytest.param("2001:db8::5", "2001:db8:1::1", "egress", id="IPv6 written otherwise"),
        pytest.param("10.0.9.3", "203.0.113.9", "egress", id="delegated prefix"),
        pytest.param("2001:db8:9::7", "2001:db8:1::1", "egress", id="delegated IPv6 prefix"),
        pytest.param("10.0.0.5", "10.0.0.6", None, id="both its own"),
        pytest.param("203.0.113.9", "198.51.100.1", None, id="neither: it forwards"),
        pytest.param(None, None, None, id="no addresses: NODATA"),
        pytest.param("10.0.0.5", None, "egress", id="one address only"),
        pytest.param("not an address", "10.0.0.5", "ingress", id="unreadable address"),
    ],
)
def test_direction_is_derived_from_all_addresses(
    src: str | None, dst: str | None, expected: str | None
) -> None:
    assert INDEX.direction("eni-3", src, dst) == expected


def test_direction_of_an_unknown_interface_is_not_guessed() -> None:
    assert INDEX.direction("eni-9", "10.0.0.5", "203.0.113.9") is None
