"""Which names and interfaces are meant by what was typed, by the kind of name.

Knows what a topology consists of; nothing of time, addresses or trees' other nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flowtui.filters.names import Bearers, Names
from flowtui.filters.tree import Key
from flowtui.topology.model import Interface, OwnerKind, Subnet, Topology, Vpc

Test = Callable[[str], bool]
"""Whether a name or an id is one that is meant."""

_NO_TOPOLOGY = Topology(account="", region="", read_at=0.0)


def whole(text: str) -> Test:
    """Make the test for exactly this text, in any case."""
    wanted = text.lower()
    return lambda name: name.lower() == wanted


def part(text: str) -> Test:
    """Make the test for names with this text in them, in any case."""
    wanted = text.lower()
    return lambda name: wanted in name.lower()


def mentioned(names: Names, text: str) -> Bearers:
    """Who has the text in its name or in an id: of itself, its owner, subnet, VPC or security group."""
    return _any_kind(names, part(text))


def named(names: Names, key: Key, text: str) -> Bearers:
    """Who is called exactly this, as a thing of this kind."""
    return _KINDS[key](names, whole(text))


def ids(names: Names, key: Key, text: str) -> frozenset[str]:
    """The ids of the VPCs or subnets that are called this, and what was typed itself."""
    topology = names.topology or _NO_TOPOLOGY
    things: Iterable[Vpc | Subnet] = topology.vpcs if key is Key.VPC else topology.subnets
    return _called(things, whole(text)) | {text}


def _called(things: Iterable[Vpc | Subnet], test: Test) -> frozenset[str]:
    return frozenset(thing.id for thing in things if test(thing.id) or (thing.name and test(thing.name)))


def _interfaces(names: Names, test: Callable[[Interface], object]) -> frozenset[str]:
    return frozenset(each.id for each in (names.topology or _NO_TOPOLOGY).interfaces if test(each))


def _worn(names: Names, test: Test) -> frozenset[str]:
    """The names that interfaces have or had."""
    return _meant(names.worn(), test)


def _any_kind(names: Names, test: Test) -> Bearers:
    topology = names.topology or _NO_TOPOLOGY
    vpcs = _called(topology.vpcs, test)
    places = _called(topology.subnets, test) | vpcs
    owners = {each.owner.id for each in topology.interfaces}
    meant = places | _meant(owners, test) | _meant(_groups(topology), test)
    inside = _interfaces(names, lambda each: not meant.isdisjoint(_marks(each))) if meant else frozenset()
    return Bearers(_worn(names, test), inside | _gone(names, vpcs) | _meant(names.history.interfaces, test))


def _marks(interface: Interface) -> tuple[str, ...]:
    return (interface.owner.id, interface.subnet_id, interface.vpc_id, *interface.group_ids)


def _groups(topology: Topology) -> set[str]:
    return {group for each in topology.interfaces for group in each.group_ids}


def _meant(texts: Iterable[str], test: Test) -> frozenset[str]:
    return frozenset(text for text in texts if test(text))


def _name(names: Names, test: Test) -> Bearers:
    topology = names.topology or _NO_TOPOLOGY
    subnets = {each.id for each in topology.subnets if each.name and test(each.name)}
    vpcs = {each.id for each in topology.vpcs if each.name and test(each.name)}
    inside = _interfaces(names, lambda each: each.subnet_id in subnets or each.vpc_id in vpcs)
    return Bearers(_worn(names, test), inside)


def _instance(names: Names, test: Test) -> Bearers:
    others = _interfaces(names, lambda each: each.owner.kind is not OwnerKind.INSTANCE)
    owned = _interfaces(names, lambda each: test(each.owner.id))
    return Bearers(_worn(names, test), owned - others, others)


def _subnet(names: Names, test: Test) -> Bearers:
    subnets = _called((names.topology or _NO_TOPOLOGY).subnets, test)
    return Bearers(ids=_interfaces(names, lambda each: each.subnet_id in subnets))


def _vpc(names: Names, test: Test) -> Bearers:
    vpcs = _called((names.topology or _NO_TOPOLOGY).vpcs, test)
    return Bearers(ids=_interfaces(names, lambda each: each.vpc_id in vpcs) | _gone(names, vpcs))


def _gone(names: Names, vpcs: frozenset[str]) -> frozenset[str]:
    """The interfaces that are or were in these VPCs."""
    if not vpcs:
        return frozenset()
    seen = names.history.interfaces.items()
    return frozenset(each for each, sightings in seen if any(one.vpc_id in vpcs for one in sightings))


def _group(names: Names, test: Test) -> Bearers:
    meant = _meant(_groups(names.topology or _NO_TOPOLOGY), test)
    return Bearers(ids=_interfaces(names, lambda each: not meant.isdisjoint(each.group_ids)))


def _zone(names: Names, test: Test) -> Bearers:
    subnets = {each.id for each in (names.topology or _NO_TOPOLOGY).subnets if test(each.zone)}
    return Bearers(ids=_interfaces(names, lambda each: each.subnet_id in subnets))


def _interface(names: Names, test: Test) -> Bearers:
    return Bearers(_worn(names, test), _meant(names.history.interfaces, test))


_KINDS: dict[Key, Callable[[Names, Test], Bearers]] = {
    Key.HOST: _any_kind,
    Key.NAME: _name,
    Key.INSTANCE: _instance,
    Key.SUBNET: _subnet,
    Key.VPC: _vpc,
    Key.SG: _group,
    Key.AZ: _zone,
    Key.ENI: _interface,
}
