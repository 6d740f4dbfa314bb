"""The rules that hold for one interface, made ready once: its groups' rules and its subnet's network ACL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flowtui.explain.match import acl_test, group_test
from flowtui.explain.peers import Referees
from flowtui.explain.spans import Address, Spans
from flowtui.explain.table import Table
from flowtui.records.address import parse_text
from flowtui.topology.lookup import TopologyIndex
from flowtui.topology.model import Interface, OwnerKind, Route, RouteTable, Subnet, Vpc
from flowtui.topology.rules import NetworkAcl, Rules, SecurityGroup

Both = tuple[Table, Table]
"""Tests for what comes in and for what goes out: `tests[is_egress]`."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What decides about one interface's packets."""

    interface: Interface
    subnet: Subnet | None
    own_subnet: Spans
    """The subnet's addresses."""
    groups: tuple[SecurityGroup, ...]
    """The interface's security groups that were read, with rules."""
    hidden_groups: tuple[str, ...]
    """Those that were not, with their names where known."""
    group_tests: Both
    acl: NetworkAcl | None
    """None: it was not read, or is another account's."""
    acl_tests: Both
    routes: tuple[tuple[int, Spans, Route], ...] | None
    """Of the route table in force, the longest prefix first; None where it is not known."""
    has_transit_gateway: bool
    """Whether a transit gateway's attachment is in the same subnet."""
    unfiltered: Mapping[Address, str]
    """Addresses that no rule can keep from the interface, and what they are."""

    def route_to(self, peer: Address | None) -> Route | None:
        """The route that packets to an address take; None where it is not known."""
        if peer is None:
            return None
        return next((route for _, spans, route in self.routes or () if peer in spans), None)


def policy_of(interface: Interface, index: TopologyIndex, rules: Rules, referees: Referees) -> Policy:
    """Makes the rules of an interface ready."""
    subnet = index.subnet(interface.subnet_id)
    known = {group.id: group for group in rules.groups or () if group.id in interface.group_ids}
    groups = tuple(
        known[each] for each in interface.group_ids if each in known and known[each].rules is not None
    )
    read = {group.id for group in groups}
    hidden = tuple(referees.named(each) for each in interface.group_ids if each not in read)
    acl = next((acl for acl in rules.acls or () if interface.subnet_id in acl.subnet_ids), None)
    table = index.route_table(subnet.route_table_id) if subnet and subnet.route_table_id else None
    return Policy(
        interface=interface,
        subnet=subnet,
        own_subnet=Spans(subnet.cidrs if subnet else ()),
        groups=groups,
        hidden_groups=hidden,
        group_tests=_group_tests(groups, interface.vpc_id, referees),
        acl=acl,
        acl_tests=_acl_tests(acl),
        routes=None if table is None else _routes(table),
        has_transit_gateway=any(
            other.owner.kind is OwnerKind.TRANSIT_GATEWAY
            for other in index.interfaces_of(interface.subnet_id)
        ),
        unfiltered=_unfiltered(interface, subnet, index),
    )


def _group_tests(groups: tuple[SecurityGroup, ...], vpc_id: str, referees: Referees) -> Both:
    tests = [
        (rule.is_egress, group_test(rule, group, referees.peers_of(rule, vpc_id)))
        for group in groups
        for rule in group.rules or ()
    ]
    return Table(test for out, test in tests if not out), Table(test for out, test in tests if out)


def _acl_tests(acl: NetworkAcl | None) -> Both:
    rules = () if acl is None else sorted(acl.rules, key=lambda rule: rule.number)
    tests = [(rule.is_egress, acl_test(rule)) for rule in rules]
    return Table(test for out, test in tests if not out), Table(test for out, test in tests if out)


def _routes(table: RouteTable) -> tuple[tuple[int, Spans, Route], ...]:
    """The routes to CIDR blocks, the longest prefix first, as EC2 chooses."""
    routes = [
        (int(length), Spans((route.destination,)), route)
        for route in table.routes
        if (length := route.destination.rpartition("/")[2]).isdigit()
    ]
    return tuple(sorted(routes, key=lambda entry: -entry[0]))


UNFILTERED = (
    (("169.254.169.253", "fd00:ec2::253"), "the Route 53 Resolver"),
    (("169.254.169.254", "fd00:ec2::254"), "the instance metadata service"),
    (("169.254.169.123", "fd00:ec2::123"), "the Amazon Time Sync Service"),
    (("169.254.170.2",), "the task metadata endpoint"),
    (("169.254.169.250", "169.254.169.251", "fd00:ec2::250", "fd00:ec2::251"), "Windows activation"),
)
"""What neither security groups nor network ACLs filter (VPC User Guide, both chapters)."""

_RESOLVER, _ROUTER = 2, 1
"""Reserved addresses: a VPC's base plus two, a subnet's base plus one (VPC User Guide, "Subnet CIDRs")."""


def _unfiltered(interface: Interface, subnet: Subnet | None, index: TopologyIndex) -> dict[Address, str]:
    vpc = index.vpc(interface.vpc_id)
    resolvers = resolvers_of(vpc) if vpc else []
    routers = routers_of(subnet) if subnet else []
    named = {each: words for texts, words in UNFILTERED for text in texts if (each := parse_text(text))}
    return (
        named | dict.fromkeys(resolvers, "the Route 53 Resolver") | dict.fromkeys(routers, "the VPC's router")
    )


def resolvers_of(vpc: Vpc) -> list[Address]:
    """Where a VPC's DNS resolver is."""
    return _reserved(vpc.cidrs[:1], _RESOLVER)


def routers_of(subnet: Subnet) -> list[Address]:
    """Where a subnet's router is."""
    return _reserved(subnet.cidrs, _ROUTER)


def _reserved(cidrs: Iterable[str], offset: int) -> list[Address]:
    """The reserved addresses of IPv4 blocks; IPv6 has neither resolver nor router at such a place."""
    bases = (parse_text(cidr.partition("/")[0]) for cidr in cidrs)
    return [(base[0] + offset, False) for base in bases if base is not None and not base[1]]
