"""Reads the rules of a topology: each part alone, page by page, and then those that they name.

What cannot be read stays unknown. Knows nothing of what rules mean.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flowtui.aws import parts
from flowtui.aws.interfaces import Owners, interface_of
from flowtui.aws.parts import Asking, Part, Reading
from flowtui.aws.rule_values import (
    acl_of,
    encryption_control_of,
    exclusion_of,
    groups_of,
    peering_of,
    prefix_lists_of,
    stale_of,
)
from flowtui.aws.values import Row, part, text
from flowtui.monitor.outside import Fault, FaultError
from flowtui.topology.model import Interface, Missing, Topology
from flowtui.topology.rules import BlockPublicAccess, Member, Rules


@dataclass(frozen=True, slots=True)
class PartOf(Part):
    """A describe call about one thing."""

    parameter: str = ""
    thing_id: str = ""

    def parameters(self, vpc_ids: Sequence[str]) -> dict[str, Any]:
        """The parameters of the first call."""
        # Without arguments super() finds no class in a dataclass with slots.
        return Part.parameters(self, vpc_ids) | {self.parameter: self.thing_id}


GROUP_RULES = Part("security group rules", "describe_security_group_rules", "SecurityGroupRules")
GROUPS = Part("security groups", "describe_security_groups", "SecurityGroups")
"""Both of all VPCs, since groups refer to those of others."""

ACLS = Part("network ACLs", "describe_network_acls", "NetworkAcls", vpc_filter="vpc-id")
PEERINGS = Part("VPC peerings", "describe_vpc_peering_connections", "VpcPeeringConnections")
PUBLIC_ACCESS = Part(
    "block public access options",
    "describe_vpc_block_public_access_options",
    "VpcBlockPublicAccessOptions",
    None,
)
EXCLUSIONS = Part(
    "block public access exclusions",
    "describe_vpc_block_public_access_exclusions",
    "VpcBlockPublicAccessExclusions",
)
CONTROLS = Part("encryption controls", "describe_vpc_encryption_controls", "VpcEncryptionControls")
FIRST = (GROUP_RULES, GROUPS, ACLS, PEERINGS, PUBLIC_ACCESS, EXCLUSIONS, CONTROLS)
"""What is read at once."""

MANAGED_LISTS = Part("prefix lists", "describe_managed_prefix_lists", "PrefixLists", 100, "prefix-list-id")
SERVICE_LISTS = Part("AWS prefix lists", "describe_prefix_lists", "PrefixLists", vpc_filter="prefix-list-id")
MEMBERS = Part(
    "interfaces of other VPCs",
    "describe_network_interfaces",
    "NetworkInterfaces",
    vpc_filter="group-id",
    is_managed_included=True,
)


def entries_of(list_id: str) -> PartOf:
    """The entries of a prefix list."""
    operation = "get_managed_prefix_list_entries"
    return PartOf(
        "prefix list entries", operation, "Entries", 100, parameter="PrefixListId", thing_id=list_id
    )


def stale_in(vpc_id: str) -> PartOf:
    """The security groups of a VPC that refer to what is gone."""
    operation, key = "describe_stale_security_groups", "StaleSecurityGroupSet"
    return PartOf("stale security groups", operation, key, 255, parameter="VpcId", thing_id=vpc_id)


_AT_ONCE = 8
"""Calls under way together: prefix lists and VPCs are asked about one by one, and may be many."""


@dataclass(frozen=True, slots=True)
class _Timed:
    """A reading, and when it was made."""

    reading: Reading
    at: float


class _Found:
    """What was read, by part."""

    def __init__(self, readings: dict[Part, _Timed]) -> None:
        self.readings = readings

    def rows(self, part: Part) -> list[Row]:
        """The rows of a part; none where it was not read."""
        return self.readings[part].reading.rows if part in self.readings else []

    def whole(self, part: Part) -> list[Row] | None:
        """The rows of a part; None where some may be wanting."""
        timed = self.readings.get(part)
        return timed.reading.rows if timed is not None and timed.reading.fault is None else None


class RulesReader:
    """Reads the rules again and again; a part that fails for a while is taken from the reading before."""

    def __init__(self, client: Callable[[], Any], asking: Asking) -> None:
        self._client = client
        self._asking = asking
        self._last: dict[tuple[Part, tuple[str, ...]], _Timed] = {}

    def read(self, topology: Topology) -> Rules:
        """The rules that hold in a topology. Raises nothing that a call can end with."""
        vpc_ids = tuple(vpc.id for vpc in topology.vpcs)
        found = self._read(dict.fromkeys(FIRST, vpc_ids))
        found |= self._read(_named_by(_Found(found), topology))
        return _assembled(_Found(found), topology)

    def _read(self, wanted: dict[Part, tuple[str, ...]]) -> dict[Part, _Timed]:
        """The parts, each with the ids that its filter takes."""
        found: dict[Part, _Timed] = {}
        for some in _batches(list(wanted)):
            numbered = {f"{part.operation} {number}": part for number, part in enumerate(some)}
            jobs: dict[str, Callable[[], Reading]] = {
                name: lambda part=part: self._one(part, wanted[part])  # type: ignore[misc]
                for name, part in numbered.items()
            }
            readings = parts.at_once(jobs)
            found |= {part: self._kept(part, wanted[part], readings[name]) for name, part in numbered.items()}
        return found

    def _one(self, wanted: Part, ids: Sequence[str]) -> Reading:
        if wanted is not PUBLIC_ACCESS:
            return parts.read(wanted, self._client, ids, self._asking)
        try:
            with self._asking(wanted.action):
                # One structure and no list.
                reply = self._client().describe_vpc_block_public_access_options()
        except FaultError as error:
            return Reading([], error.fault)
        return Reading([part(reply, wanted.key)])

    def _kept(self, part: Part, ids: tuple[str, ...], reading: Reading) -> _Timed:
        """The reading; after a passing fault the last one that was whole, as old as it is."""
        now = _Timed(reading, time.time())
        if reading.fault is None:
            self._last[part, ids] = now
            return now
        last = self._last.get((part, ids))
        return now if last is None or reading.fault.kind.is_lasting else last


def _batches(wanted: list[Part]) -> list[list[Part]]:
    return [wanted[start : start + _AT_ONCE] for start in range(0, len(wanted), _AT_ONCE)]


def _named_by(found: _Found, topology: Topology) -> dict[Part, tuple[str, ...]]:
    """What the rules that were read name, and is read after them."""
    rules = found.rows(GROUP_RULES)
    lists = tuple(sorted({text(row, "PrefixListId") for row in rules} - {""}))
    peers = [part(row, "ReferencedGroupInfo") for row in rules]
    groups = tuple(sorted({text(peer, "GroupId") for peer in peers} - {""}))
    peering = {text(row, "GroupId") for row, peer in zip(rules, peers, strict=True) if _is_peered(peer)}
    peering_vpcs = {text(row, "VpcId") for row in found.rows(GROUPS) if text(row, "GroupId") in peering} & {
        vpc.id for vpc in topology.vpcs
    }
    wanted: dict[Part, tuple[str, ...]] = {stale_in(vpc_id): () for vpc_id in sorted(peering_vpcs)}
    wanted |= {entries_of(list_id): () for list_id in lists}
    if lists:
        wanted |= {MANAGED_LISTS: lists, SERVICE_LISTS: lists}
    if groups and topology.elsewhere:
        wanted[MEMBERS] = groups
    return wanted


def _is_peered(peer: Row) -> bool:
    return bool(text(peer, "VpcPeeringConnectionId") or text(peer, "PeeringStatus"))


def _assembled(found: _Found, topology: Topology) -> Rules:
    peerings = found.whole(PEERINGS)
    acls, controls = found.whole(ACLS), found.whole(CONTROLS)
    named = [part for part in found.readings if isinstance(part, PartOf)]
    entries = {part.thing_id: found.whole(part) for part in named if part.parameter == "PrefixListId"}
    stale = stale_of(row for part in named if part.parameter == "VpcId" for row in found.rows(part))
    broken = {each.id for each in map(peering_of, peerings or ()) if not each.is_active}
    rule_rows = found.whole(GROUP_RULES)
    is_any = rule_rows is not None or found.whole(GROUPS) is not None
    groups = groups_of(found.rows(GROUPS), rule_rows, topology.account, stale, broken)
    return Rules(
        read_at=min(timed.at for timed in found.readings.values()),
        groups=groups if is_any else None,
        acls=None if acls is None else tuple(acl for acl in map(acl_of, acls) if acl.id),
        prefix_lists=prefix_lists_of(entries, found.rows(MANAGED_LISTS), found.rows(SERVICE_LISTS), entries),
        peerings=None if peerings is None else tuple(map(peering_of, peerings)),
        members=_members(found, topology),
        block_public_access=_public_access(found),
        encryption_controls=None if controls is None else tuple(map(encryption_control_of, controls)),
        missing=_missing(found),
    )


def _members(found: _Found, topology: Topology) -> tuple[Member, ...] | None:
    """The interfaces that carry a group to which a rule refers; None where not all could be read."""
    is_partial = any(missing.part == "interfaces" for missing in topology.missing)
    beyond = found.whole(MEMBERS) if MEMBERS in found.readings else []
    if is_partial or beyond is None:
        return None
    wanted = {text(part(row, "ReferencedGroupInfo"), "GroupId") for row in found.rows(GROUP_RULES)}
    own = {interface.id: interface for interface in topology.interfaces}
    others = (interface_of(row, Owners()) for row in beyond)
    carriers = own | {each.id: each for each in others if each.id not in own}
    return tuple(_member(each) for each in carriers.values() if wanted.intersection(each.group_ids))


def _member(interface: Interface) -> Member:
    return Member(
        interface.id,
        interface.vpc_id,
        interface.group_ids,
        interface.addresses + interface.prefixes,
        interface.public_addresses,
    )


def _public_access(found: _Found) -> BlockPublicAccess | None:
    options = found.whole(PUBLIC_ACCESS)
    mode = text(options[0], "InternetGatewayBlockMode") if options else ""
    if not mode:
        return None
    exclusions = found.whole(EXCLUSIONS)
    if exclusions is None:
        return BlockPublicAccess(mode)
    held = tuple(each for row in exclusions if (each := exclusion_of(row)) is not None)
    return BlockPublicAccess(mode, held)


def _missing(found: _Found) -> tuple[Missing, ...]:
    """The parts that could not be read, each once."""
    faults: dict[Part, Fault] = {
        replace(part, thing_id="") if isinstance(part, PartOf) else part: timed.reading.fault
        for part, timed in found.readings.items()
        if timed.reading.fault is not None
    }
    return tuple(parts.missing(part, fault) for part, fault in faults.items())
