"""Which addresses a security group's rule means, seen from one VPC: CIDRs, prefix lists and other groups.

A reference to a group means the private addresses of the interfaces that carry it now, in the same VPC or
over an active peering. What belongs to another account cannot be seen and stays possible, never certain.
Source: VPC User Guide, "Security group rules" and "Update your security groups to reference peer groups".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

from flowtui.explain.match import Peers
from flowtui.explain.spans import EVERYTHING, NOTHING, Spans
from flowtui.records.decode import clean
from flowtui.topology.lookup import TopologyIndex
from flowtui.topology.rules import GroupRule, Member, Peering, PrefixList, Rules, SecurityGroup

_INTERFACES_ACTION = "ec2:DescribeNetworkInterfaces"
_ENTRIES_ACTION = "ec2:GetManagedPrefixListEntries"
_PEERINGS_ACTION = "ec2:DescribeVpcPeeringConnections"


class Referees:
    """All that rules may refer to, by id."""

    def __init__(self, index: TopologyIndex, rules: Rules) -> None:
        self._index = index
        self._rules = rules
        self._account = index.topology.account
        self._lists: Mapping[str, PrefixList] = {each.id: each for each in rules.prefix_lists}
        self._groups: Mapping[str, SecurityGroup] = {each.id: each for each in rules.groups or ()}
        self._members = _by_group(rules.members or ())
        self._spans: dict[tuple[str, str], Spans] = {}

    def named(self, group_id: str) -> str:
        """`sg-1 app`."""
        group = self._groups.get(group_id)
        return labelled(group_id, group.name if group else "")

    def _public(self, group_id: str) -> Spans:
        """The public addresses of the interfaces that carry a group."""
        key = ("public", group_id)
        if key not in self._spans:
            members = self._members.get(group_id, ())
            self._spans[key] = Spans(address for member in members for address in member.public_addresses)
        return self._spans[key]

    def peers_of(self, rule: GroupRule, vpc_id: str) -> Peers:
        """The other ends that a rule means for an interface in this VPC."""
        if rule.cidr:
            return Peers(Spans((rule.cidr,)), text=clean(rule.cidr))
        if rule.prefix_list_id:
            return self._of_list(rule.prefix_list_id)
        return self._of_group(rule, vpc_id)

    def _of_list(self, list_id: str) -> Peers:
        known = self._lists.get(list_id)
        text = labelled(list_id, known.name if known else "")
        if known is None or known.cidrs is None:
            why = f"the entries of {text} could not be read"
            return Peers(NOTHING, EVERYTHING, text=text, why=why, action=_ENTRIES_ACTION)
        return Peers(Spans(known.cidrs), text=text)

    def _of_group(self, rule: GroupRule, vpc_id: str) -> Peers:
        text = self.named(rule.peer_group_id)
        if rule.is_stale:
            return Peers(NOTHING, text=f"{text} (stale)")
        if self._is_foreign(rule):
            return self._of_foreign(rule, vpc_id, text)
        if self._rules.members is None:
            why = f"the interfaces that carry {text} could not be read"
            return Peers(NOTHING, EVERYTHING, text=text, why=why, action=_INTERFACES_ACTION)
        return self._of_members(rule, vpc_id, text)

    def _is_foreign(self, rule: GroupRule) -> bool:
        if rule.peer_owner_id and self._account:
            return rule.peer_owner_id != self._account
        return self._rules.groups is not None and rule.peer_group_id not in self._groups

    def _of_foreign(self, rule: GroupRule, vpc_id: str, text: str) -> Peers:
        """A group whose interfaces nobody here can see: possible wherever its VPC's addresses are."""
        why = f"the interfaces that carry {text} belong to another account"
        possible, known = self._foreign_range(rule, vpc_id), self._known(vpc_id)
        return Peers(NOTHING, possible, known, text, why, "UNKNOWN_PEERED_SGS")

    def _known(self, vpc_id: str) -> Spans:
        """The addresses of the interfaces of a VPC that are seen, and so belong to this account."""
        key = ("known", vpc_id)
        if key not in self._spans:
            interfaces = self._index.interfaces_of(vpc_id)
            self._spans[key] = Spans(address for each in interfaces for address in each.addresses)
        return self._spans[key]

    def _foreign_range(self, rule: GroupRule, vpc_id: str) -> Spans:
        if rule.peering_id:
            peering = next((each for each in self._rules.peerings or () if each.id == rule.peering_id), None)
            return Spans(_beyond(peering, vpc_id)) if peering is not None else EVERYTHING
        vpc = self._index.vpc(vpc_id)
        return Spans(vpc.cidrs) if vpc is not None and vpc.cidrs else EVERYTHING

    def _of_members(self, rule: GroupRule, vpc_id: str, text: str) -> Peers:
        members = self._members.get(rule.peer_group_id, ())
        reached = {member.vpc_id: self._reaches(vpc_id, member.vpc_id) for member in members}
        certain = self._addresses(rule, (m for m in members if reached[m.vpc_id]), f"certain {vpc_id}")
        doubtful = [m for m in members if reached[m.vpc_id] is None]
        beyond = [m for m in members if reached[m.vpc_id] is False]
        if doubtful:
            possible = Spans(address for member in doubtful for address in member.addresses)
            why = f"the peering to the VPC of {text} could not be read"
            return Peers(certain, possible, text=text, why=why, action=_PEERINGS_ACTION)
        if beyond and not rule.is_egress:
            # Inbound references also hold across a transit gateway that has security group referencing on.
            possible = Spans(address for member in beyond for address in member.addresses)
            why = f"{text} is in another VPC, and whether a transit gateway passes references is not known"
            return Peers(certain, possible, text=text, why=why, code="SG_REFERENCING_SUPPORT")
        return Peers(certain, text=text, public=self._public(rule.peer_group_id))

    def _addresses(self, rule: GroupRule, members: Iterable[Member], scope: str) -> Spans:
        key = (scope, rule.peer_group_id)
        if key not in self._spans:
            self._spans[key] = Spans(address for member in members for address in member.addresses)
        return self._spans[key]

    def _reaches(self, vpc_id: str, other_id: str) -> bool | None:
        """Whether references hold from the other VPC; None where the peerings were not read."""
        if vpc_id == other_id:
            return True
        if self._rules.peerings is None:
            return None
        return any(
            each.is_active and {vpc_id, other_id} <= set(each.vpc_ids) for each in self._rules.peerings
        )


@lru_cache(maxsize=4096)
def labelled(thing_id: str, name: str) -> str:
    """An id with its name, safe for a terminal: `sg-1 app`."""
    return clean(f"{thing_id} {name}" if name and name != thing_id else thing_id)


def _by_group(members: Iterable[Member]) -> dict[str, list[Member]]:
    grouped: dict[str, list[Member]] = defaultdict(list)
    for member in members:
        for group_id in member.group_ids:
            grouped[group_id].append(member)
    return grouped


def _beyond(peering: Peering, vpc_id: str) -> tuple[str, ...]:
    """The CIDR blocks at the other end of a peering."""
    pairs = zip(peering.vpc_ids, peering.cidrs, strict=False)
    return tuple(cidr for other_id, cidrs in pairs if other_id != vpc_id for cidr in cidrs)
