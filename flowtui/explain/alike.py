"""Where addresses and ports change their meaning to the rules: between two edges all are judged alike.

So the causes of a hundred thousand records are found by explaining a few. Knows no records.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flowtui.explain.packet import PORTED, PRIVATE
from flowtui.explain.policy import UNFILTERED, resolvers_of, routers_of
from flowtui.explain.spans import Spans
from flowtui.topology.model import Topology
from flowtui.topology.rules import ANY, AclRule, GroupRule, Rules


@dataclass(frozen=True, slots=True)
class Edges:
    """The first of each stretch of IPv4 addresses, of IPv6 addresses and of ports, ascending."""

    v4: tuple[int, ...] = ()
    v6: tuple[int, ...] = ()
    ports: tuple[int, ...] = ()


def edges_of(topology: Topology) -> Edges:
    """The edges of one reading: all that an explanation may ask of an address or a port lies on them."""
    # Each block by itself: as one set of spans they would lose the edges within one another.
    blocks = [Spans((cidr,)) for cidr in {*_of_network(topology), *_of_rules(topology.rules)}]
    v4, v6 = (_ascending(edge for each in blocks for edge in each.edges(is_v6)) for is_v6 in (False, True))
    reserved = {end for value in _reserved(topology) for end in (value, value + 1)}
    v4 = _ascending((*v4, *PRIVATE.edges(is_v6=False), *reserved))
    v6 = _ascending((*v6, *PRIVATE.edges(is_v6=True)))
    ports = (end for rule in _rules(topology.rules) for end in _ports(rule))
    return Edges(_below(v4, 32), _below(v6, 128), _ascending(ports))


def _ascending(values: Iterator[int] | tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(set(values)))


def _below(edges: tuple[int, ...], bits: int) -> tuple[int, ...]:
    return tuple(edge for edge in edges if edge < 2**bits)


def _of_network(topology: Topology) -> Iterator[str]:
    for vpc in topology.vpcs:
        yield from vpc.cidrs
    for subnet in topology.subnets:
        yield from subnet.cidrs
    for interface in topology.interfaces:
        yield from (*interface.addresses, *interface.public_addresses, *interface.prefixes)
    for table in topology.route_tables:
        yield from (route.destination for route in table.routes)
    yield from (text for texts, _ in UNFILTERED for text in texts)


def _of_rules(rules: Rules | None) -> Iterator[str]:
    if rules is None:
        return
    yield from (rule.cidr for rule in _rules(rules) if rule.cidr)
    for entries in rules.prefix_lists:
        yield from entries.cidrs or ()
    for peering in rules.peerings or ():
        yield from (cidr for cidrs in peering.cidrs for cidr in cidrs)
    for member in rules.members or ():
        yield from (*member.addresses, *member.public_addresses)


def _reserved(topology: Topology) -> Iterator[int]:
    for vpc in topology.vpcs:
        yield from (value for value, _ in resolvers_of(vpc))
    for subnet in topology.subnets:
        yield from (value for value, _ in routers_of(subnet))


def _rules(rules: Rules | None) -> Iterator[GroupRule | AclRule]:
    if rules is not None:
        yield from (rule for group in rules.groups or () for rule in group.rules or ())
        yield from (rule for acl in rules.acls or () for rule in acl.rules)


def _ports(rule: GroupRule | AclRule) -> tuple[int, ...]:
    return (rule.from_port, rule.to_port + 1) if rule.protocol in PORTED and rule.from_port != ANY else ()
