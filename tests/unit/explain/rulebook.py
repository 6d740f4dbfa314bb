"""A small VPC whose rules each test writes down, and flows at its interface."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flowtui.explain.answer import Decision, Explanation, Layer, LayerDecision
from flowtui.explain.explainer import Explainer
from flowtui.explain.flow import Flow, Twin
from flowtui.topology.lookup import TopologyIndex
from flowtui.topology.model import (
    Interface,
    Missing,
    Owner,
    OwnerKind,
    Route,
    RouteTable,
    Subnet,
    Topology,
    Vpc,
)
from flowtui.topology.rules import (
    ANY,
    AclRule,
    BlockPublicAccess,
    GroupRule,
    Member,
    NetworkAcl,
    Rules,
    SecurityGroup,
)

ACCOUNT = "123456789012"
ENI, OWN, SECOND, OWN_V6 = "eni-1", "10.0.0.5", "10.0.0.6", "2001:db8:1::5"
NEIGHBOUR, FARTHER, OUTSIDE, OUTSIDE_V6 = "10.0.0.99", "10.0.1.7", "203.0.113.9", "2001:db8:9::1"
READ_AT, NOW = 1_700_000_000.0, 1_700_000_030.0
V4, V6 = "0.0.0.0/0", "::/0"

ALLOW_ALL = (AclRule(100, False, True, ANY, V4), AclRule(100, True, True, ANY, V4))
IMPLICIT = tuple(
    AclRule(number, is_egress, False, ANY, cidr)
    for number, cidr in ((32767, V4), (32768, V6))
    for is_egress in (False, True)
)


def rule(rule_id: str, protocol: int, low: int = ANY, high: int | None = None, **more: Any) -> GroupRule:
    """An inbound rule from anywhere unless told otherwise."""
    names = ("prefix_list_id", "peer_group_id")
    peer = {} if any(name in more for name in names) else {"cidr": V4}
    return GroupRule(
        rule_id, **({"is_egress": False} | peer | more), protocol=protocol,
        from_port=low, to_port=low if high is None else high,
    )  # fmt: skip


def entry(number: int, action: str, protocol: int, cidr: str = V4, **more: Any) -> AclRule:
    """An inbound entry unless told otherwise."""
    return AclRule(number, more.pop("is_egress", False), action == "allow", protocol, cidr, **more)


def group(*rules: GroupRule, group_id: str = "sg-1", name: str = "web", **more: Any) -> SecurityGroup:
    return SecurityGroup(group_id, name, "vpc-1", ACCOUNT, **({"rules": rules} | more))


def acl(entries: Iterable[AclRule] = ALLOW_ALL) -> NetworkAcl:
    return NetworkAcl("acl-1", "public", "vpc-1", False, ("subnet-1",), (*entries, *IMPLICIT))


INTERFACE = Interface(
    id=ENI,
    name="web-1",
    vpc_id="vpc-1",
    subnet_id="subnet-1",
    owner=Owner(OwnerKind.INSTANCE, "i-1", "web-1"),
    addresses=(OWN, SECOND, OWN_V6),
    public_addresses=("198.51.100.1",),
    group_ids=("sg-1",),
)


def topology(
    *groups: SecurityGroup,
    entries: Iterable[AclRule] = ALLOW_ALL,
    interface: Interface = INTERFACE,
    others: tuple[Interface, ...] = (),
    missing: tuple[Missing, ...] = (),
    **rules: Any,
) -> Topology:
    known: dict[str, Any] = {
        "groups": groups or (group(),),
        "acls": (acl(entries),),
        "peerings": (),
        "members": tuple(_member(each) for each in (interface, *others)),
        "block_public_access": BlockPublicAccess("off", ()),
        "encryption_controls": (),
    }
    routes = (Route("10.0.0.0/16", "local"), Route(V4, "igw-1"))
    return Topology(
        account=ACCOUNT,
        region="eu-west-1",
        read_at=READ_AT,
        vpcs=(Vpc("vpc-1", "lab", ("10.0.0.0/16", "2001:db8:1::/56")),),
        subnets=(
            Subnet("subnet-1", "public", "vpc-1", ("10.0.0.0/24", "2001:db8:1::/64"), route_table_id="rtb-1"),
            Subnet("subnet-2", "private", "vpc-1", ("10.0.1.0/24",), route_table_id="rtb-1"),
        ),
        route_tables=(RouteTable("rtb-1", "", "vpc-1", True, (), routes),),
        interfaces=(interface, *others),
        missing=missing,
        rules=Rules(READ_AT, **(known | rules)),
    )


def _member(interface: Interface) -> Member:
    return Member(
        interface.id,
        interface.vpc_id,
        interface.group_ids,
        interface.addresses + interface.prefixes,
        interface.public_addresses,
    )


def other(interface_id: str, *addresses: str, groups: tuple[str, ...] = (), **more: Any) -> Interface:
    return replace(
        INTERFACE, id=interface_id, name=interface_id, addresses=addresses, public_addresses=(),
        group_ids=groups, **more,
    )  # fmt: skip


def inbound(
    protocol: int = 6, port: int | None = 80, source: str = OUTSIDE, own: str = OWN, **more: Any
) -> Flow:
    values: dict[str, Any] = {
        "srcport": 51122,
        "action": "REJECT",
        "log_status": "OK",
        "start": 1_699_999_000,
        "packets": 3,
    }
    return Flow(
        ENI, **(values | {"srcaddr": source, "dstaddr": own, "dstport": port, "protocol": protocol} | more)
    )


def outbound(
    protocol: int = 6, port: int | None = 443, target: str = OUTSIDE, own: str = OWN, **more: Any
) -> Flow:
    return inbound(protocol, port, own, target, **more)


def explained(topology: Topology, flow: Flow, twin: Twin | None = None) -> Explanation:
    return Explainer(TopologyIndex(topology)).explain(flow, twin, NOW)


def layer(said: Explanation, which: Layer) -> LayerDecision:
    (found,) = (each for each in said.layers if each.layer is which)
    return found


def groups_of(said: Explanation) -> Decision:
    return layer(said, Layer.SECURITY_GROUP).decision


def acl_of(said: Explanation) -> Decision:
    return layer(said, Layer.NETWORK_ACL).decision
