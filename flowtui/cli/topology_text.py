"""A topology as a tree of text: VPCs, subnets with their network ACL, interfaces with their groups, rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flowtui.explain.match import acl_test, group_test
from flowtui.explain.peers import Referees, labelled
from flowtui.explain.reasons import moment
from flowtui.explain.words import rule_text
from flowtui.records.decode import clean
from flowtui.topology.lookup import TopologyIndex
from flowtui.topology.model import Interface, Missing, Subnet, Topology, Vpc
from flowtui.topology.rules import NetworkAcl, Rules, SecurityGroup


def lines(topology: Topology) -> Iterator[str]:
    """The lines, safe for a terminal, without line ends."""
    index, rules = TopologyIndex(topology), topology.rules or Rules(topology.read_at)
    yield f"{clean(topology.account)} {clean(topology.region)}, read at {moment(topology.read_at)}"
    for vpc in index.vpcs():
        yield from _vpc(vpc, index, rules)
    yield from _public_access(rules)
    yield from _lists(rules)
    for missing in _missing(topology, rules):
        yield clean(f"not read: {missing.part} ({missing.action}). {missing.sentence}")


def _vpc(vpc: Vpc, index: TopologyIndex, rules: Rules) -> Iterator[str]:
    referees = Referees(index, rules)
    yield f"{_named(vpc)} {' '.join(map(clean, vpc.cidrs))}"
    for subnet in index.subnets_of(vpc.id):
        yield from _subnet(subnet, index, rules)
    for group in rules.groups or ():
        if group.vpc_id == vpc.id:
            yield from _group(group, referees)
    for acl in rules.acls or ():
        if acl.vpc_id == vpc.id:
            yield from _acl(acl)
    for control in rules.encryption_controls or ():
        if control.vpc_id == vpc.id:
            yield f"  encryption controls {clean(control.id)}: {clean(control.mode)}"


def _subnet(subnet: Subnet, index: TopologyIndex, rules: Rules) -> Iterator[str]:
    kind = {True: "public", False: "private", None: "routes unknown"}[subnet.is_public]
    acl = next((each for each in rules.acls or () if subnet.id in each.subnet_ids), None)
    by = f"network ACL {_named(acl)}" if acl is not None else "network ACL unknown"
    yield f"  {_named(subnet)} {' '.join(map(clean, subnet.cidrs))} {clean(subnet.zone)} {kind}, {by}"
    for interface in index.interfaces_of(subnet.id):
        yield f"    {_interface(interface, rules)}"


def _interface(interface: Interface, rules: Rules) -> str:
    names = {group.id: group.name for group in rules.groups or ()}
    groups = ", ".join(labelled(each, names.get(each, "")) for each in interface.group_ids)
    addresses = " ".join(map(clean, (*interface.addresses, *interface.public_addresses)))
    return f"{_named(interface)} {interface.owner.kind.value} {addresses}, {groups or 'no security group'}"


def _group(group: SecurityGroup, referees: Referees) -> Iterator[str]:
    yield f"  security group {_named(group)}"
    if group.rules is None:
        yield "    rules not read"
    for rule in sorted(group.rules or (), key=lambda each: each.is_egress):
        yield f"    {rule_text(group_test(rule, group, referees.peers_of(rule, group.vpc_id)))}"


def _acl(acl: NetworkAcl) -> Iterator[str]:
    yield f"  network ACL {_named(acl)}"
    for rule in acl.rules:
        yield f"    {rule_text(acl_test(rule))}"


def _public_access(rules: Rules) -> Iterator[str]:
    known = rules.block_public_access
    if known is not None:
        yield f"block public access: {clean(known.mode)}"
        for each in known.exclusions or ():
            yield f"  {clean(each.id)} excludes {clean(each.resource_id)}: {clean(each.mode)}"


def _lists(rules: Rules) -> Iterator[str]:
    for each in rules.prefix_lists:
        entries = "entries not read" if each.cidrs is None else " ".join(map(clean, each.cidrs))
        yield f"prefix list {_named(each)}: {entries}"


def _missing(topology: Topology, rules: Rules) -> Iterable[Missing]:
    return (*topology.missing, *rules.missing)


def _named(thing: object) -> str:
    return labelled(str(getattr(thing, "id", "")), str(getattr(thing, "name", "")))
