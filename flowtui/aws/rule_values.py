"""Rules from EC2's replies: security groups, network ACLs, what they name and what stands above them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from flowtui.aws.values import Row, flag, name_tag, number, part, rows, text, texts, unique
from flowtui.topology.rules import (
    ANY,
    IMPLICIT_V4,
    IMPLICIT_V6,
    AclRule,
    EncryptionControl,
    Exclusion,
    GroupRule,
    NetworkAcl,
    Peering,
    PrefixList,
    SecurityGroup,
)

_PROTOCOLS = {"tcp": 6, "udp": 17, "icmp": 1, "icmpv6": 58, "all": ANY}
"""EC2's names; any other protocol is given by its number."""

_IN_FORCE = ("create-complete", "update-in-progress", "update-complete", "update-failed")
"""The states of an exclusion that holds (API_VpcBlockPublicAccessExclusion)."""

Stale = frozenset[tuple[str, str]]
"""Ids of groups with ids of groups that they refer to in vain."""


def groups_of(
    groups: Iterable[Row], rules: Iterable[Row] | None, account: str, stale: Stale, broken: Collection[str]
) -> tuple[SecurityGroup, ...]:
    """Security groups with their rules, which may be more than those described.

    `rules` is None where they were not read; `broken` are the ids of peering connections that do not stand.
    """
    by_group: dict[str, list[GroupRule]] = defaultdict(list)
    for row in rules or ():
        by_group[text(row, "GroupId")].append(_group_rule_of(row, stale, broken))
    found = {text(row, "GroupId"): _group_of(row) for row in groups}
    found |= {group_id: SecurityGroup(group_id, "") for group_id in by_group if group_id not in found}
    return tuple(
        replace(group, rules=_shown(group, by_group.get(group.id, []), account, is_read=rules is not None))
        for group in found.values()
        if group.id
    )


def _shown(
    group: SecurityGroup, rules: list[GroupRule], account: str, *, is_read: bool
) -> tuple[GroupRule, ...] | None:
    # The rules of another account's shared group are not shown, which looks like having none.
    is_foreign = bool(group.owner_id and account and group.owner_id != account)
    return None if not is_read or (is_foreign and not rules) else tuple(rules)


def _group_of(row: Row) -> SecurityGroup:
    return SecurityGroup(
        text(row, "GroupId"),
        text(row, "GroupName") or name_tag(row),
        text(row, "VpcId"),
        text(row, "OwnerId"),
    )


def _group_rule_of(row: Row, stale: Stale, broken: Collection[str]) -> GroupRule:
    peer = part(row, "ReferencedGroupInfo")
    group_id, peer_id = text(row, "GroupId"), text(peer, "GroupId")
    peering_id, status = text(peer, "VpcPeeringConnectionId"), text(peer, "PeeringStatus")
    is_gone = (group_id, peer_id) in stale or peering_id in broken or status not in ("", "active")
    return GroupRule(
        id=text(row, "SecurityGroupRuleId"),
        is_egress=flag(row, "IsEgress"),
        protocol=protocol_of(text(row, "IpProtocol")),
        from_port=number(row, "FromPort", ANY),
        to_port=number(row, "ToPort", ANY),
        cidr=text(row, "CidrIpv4") or text(row, "CidrIpv6"),
        prefix_list_id=text(row, "PrefixListId"),
        peer_group_id=peer_id,
        peer_vpc_id=text(peer, "VpcId"),
        peer_owner_id=text(peer, "UserId"),
        peering_id=peering_id,
        is_stale=bool(peer_id) and is_gone,
        description=text(row, "Description"),
    )


def protocol_of(name: str) -> int:
    """The number of a protocol by EC2's name or number; -2, which no packet has, where it is neither."""
    known = _PROTOCOLS.get(name.lower())
    if known is not None:
        return known
    return int(name) if name == "-1" or (name.isascii() and name.isdigit()) else _NO_PROTOCOL


_NO_PROTOCOL = -2


def acl_of(row: Row) -> NetworkAcl:
    """A network ACL from DescribeNetworkAcls, its `*` rules added where they are not listed."""
    entries = [_acl_rule_of(entry) for entry in rows(row, "Entries")]
    listed = {(rule.number, rule.is_egress) for rule in entries}
    implicit = (
        AclRule(number_, is_egress, False, ANY, cidr)
        for number_, cidr in ((IMPLICIT_V4, "0.0.0.0/0"), (IMPLICIT_V6, "::/0"))
        for is_egress in (False, True)
        if (number_, is_egress) not in listed
    )
    return NetworkAcl(
        id=text(row, "NetworkAclId"),
        name=name_tag(row),
        vpc_id=text(row, "VpcId"),
        is_default=flag(row, "IsDefault"),
        subnet_ids=texts(row, "Associations", "SubnetId"),
        rules=tuple(sorted((*entries, *implicit), key=lambda rule: (rule.is_egress, rule.number))),
    )


def _acl_rule_of(row: Row) -> AclRule:
    ports, icmp = part(row, "PortRange"), part(row, "IcmpTypeCode")
    return AclRule(
        number=number(row, "RuleNumber", IMPLICIT_V6),
        is_egress=flag(row, "Egress"),
        is_allow=text(row, "RuleAction") == "allow",
        protocol=protocol_of(text(row, "Protocol")),
        cidr=text(row, "CidrBlock") or text(row, "Ipv6CidrBlock"),
        from_port=number(ports, "From", ANY),
        to_port=number(ports, "To", ANY),
        icmp_type=number(icmp, "Type", ANY),
        icmp_code=number(icmp, "Code", ANY),
    )


def peering_of(row: Row) -> Peering:
    """A peering from DescribeVpcPeeringConnections."""
    ends = [part(row, name) for name in ("RequesterVpcInfo", "AccepterVpcInfo")]
    return Peering(
        id=text(row, "VpcPeeringConnectionId"),
        is_active=text(part(row, "Status"), "Code") == "active",
        vpc_ids=tuple(text(end, "VpcId") for end in ends),
        cidrs=tuple(
            unique(
                [
                    text(end, "CidrBlock"),
                    *texts(end, "CidrBlockSet", "CidrBlock"),
                    *texts(end, "Ipv6CidrBlockSet", "Ipv6CidrBlock"),
                ]
            )
            for end in ends
        ),
    )


def prefix_lists_of(
    wanted: Iterable[str],
    managed: Iterable[Row],
    services: Iterable[Row],
    entries: Mapping[str, list[Row] | None],
) -> tuple[PrefixList, ...]:
    """The wanted lists, their entries from GetManagedPrefixListEntries, else from DescribePrefixLists."""
    names = {text(row, "PrefixListId"): text(row, "PrefixListName") for row in (*services, *managed)}
    gateways = {text(row, "PrefixListId"): _cidrs(row) for row in services}
    return tuple(
        PrefixList(list_id, names.get(list_id, ""), _entries(entries.get(list_id), gateways.get(list_id)))
        for list_id in sorted(wanted)
    )


def _entries(read: list[Row] | None, of_service: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if read is None:
        return of_service
    return unique(text(row, "Cidr") for row in read) or of_service or ()


def _cidrs(row: Row) -> tuple[str, ...]:
    found = row.get("Cidrs")
    return tuple(cidr for cidr in found if isinstance(cidr, str)) if isinstance(found, list) else ()


def exclusion_of(row: Row) -> Exclusion | None:
    """An exclusion that holds, from DescribeVpcBlockPublicAccessExclusions; None where it does not."""
    if text(row, "State") not in _IN_FORCE:
        return None
    resource_id = text(row, "ResourceArn").rpartition("/")[2]
    return Exclusion(text(row, "ExclusionId"), resource_id, text(row, "InternetGatewayExclusionMode"))


def encryption_control_of(row: Row) -> EncryptionControl:
    """An encryption control from DescribeVpcEncryptionControls."""
    return EncryptionControl(
        text(row, "VpcEncryptionControlId"), text(row, "VpcId"), text(row, "Mode"), text(row, "State")
    )


def stale_of(found: Iterable[Row]) -> Stale:
    """Which group refers in vain to which, from DescribeStaleSecurityGroups."""
    return frozenset(
        (text(group, "GroupId"), peer_id)
        for group in found
        for name in ("StaleIpPermissions", "StaleIpPermissionsEgress")
        for permission in rows(group, name)
        for peer_id in texts(permission, "UserIdGroupPairs", "GroupId")
    )
