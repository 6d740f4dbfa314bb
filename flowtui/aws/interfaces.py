"""Interfaces from EC2's replies, and what each belongs to: by its attachment, its type and its description.

The descriptions are what AWS's services write and no contract: an unknown one gives a plain interface.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from flowtui.aws.values import Row, name_tag, part, rows, text, texts, unique
from flowtui.topology.model import Interface, Owner, OwnerKind


@dataclass(frozen=True, slots=True)
class Owners:
    """What was read of the things that interfaces belong to, by their ids."""

    instances: Mapping[str, Row] = field(default_factory=dict)
    nat_gateways: Mapping[str, Row] = field(default_factory=dict)
    nat_of_interface: Mapping[str, str] = field(default_factory=dict)
    """NAT gateway ids by interface id."""


def owners_from(reservations: Iterable[Row], nat_gateways: Iterable[Row]) -> Owners:
    """The owners from DescribeInstances and DescribeNatGateways."""
    nat = {text(row, "NatGatewayId"): row for row in nat_gateways}
    return Owners(
        {text(row, "InstanceId"): row for found in reservations for row in rows(found, "Instances")},
        nat,
        {
            interface_id: nat_id
            for nat_id, row in nat.items()
            for interface_id in texts(row, "NatGatewayAddresses", "NetworkInterfaceId")
        },
    )


def interface_of(row: Row, owners: Owners) -> Interface:
    """An interface from DescribeNetworkInterfaces."""
    interface_id = text(row, "NetworkInterfaceId")
    own_name = name_tag(row, "TagSet")
    owner = _owner_of(row, interface_id, own_name, owners)
    private = rows(row, "PrivateIpAddresses")
    private.sort(key=lambda address: address.get("Primary") is not True)
    ipv4 = [text(row, "PrivateIpAddress"), *(text(address, "PrivateIpAddress") for address in private)]
    associations = [part(row, "Association"), *(part(address, "Association") for address in private)]
    return Interface(
        id=interface_id,
        name=owner.name or own_name or interface_id,
        vpc_id=text(row, "VpcId"),
        subnet_id=text(row, "SubnetId"),
        owner=owner,
        addresses=unique([*ipv4, *texts(row, "Ipv6Addresses", "Ipv6Address"), text(row, "Ipv6Address")]),
        public_addresses=unique(
            text(association, name)
            for association in associations
            for name in ("PublicIp", "CarrierIp", "CustomerOwnedIp")
        ),
        prefixes=texts(row, "Ipv4Prefixes", "Ipv4Prefix") + texts(row, "Ipv6Prefixes", "Ipv6Prefix"),
        group_ids=texts(row, "Groups", "GroupId"),
        description=text(row, "Description"),
        status=text(row, "Status"),
        kind=text(row, "InterfaceType") or "interface",
    )


def _owner_of(row: Row, interface_id: str, own_name: str, owners: Owners) -> Owner:
    instance_id = text(part(row, "Attachment"), "InstanceId")
    if instance_id:
        instance = owners.instances.get(instance_id, {})
        return Owner(
            OwnerKind.INSTANCE, instance_id, name_tag(instance), text(part(instance, "State"), "Name")
        )
    description, kind = text(row, "Description"), text(row, "InterfaceType")
    nat_id = owners.nat_of_interface.get(interface_id) or _found(r"\b(nat-[0-9a-f]+)", description)
    if nat_id and (interface_id in owners.nat_of_interface or _is_nat(kind, description)):
        nat = owners.nat_gateways.get(nat_id, {})
        return Owner(OwnerKind.NAT_GATEWAY, nat_id, name_tag(nat), text(nat, "State"))
    for pattern, described in _DESCRIBED:
        if match := pattern.match(description):
            owner = described(match)
            return Owner(owner.kind, owner.id or interface_id, own_name or owner.name)
    return Owner(_KINDS.get(kind, OwnerKind.OTHER), interface_id, own_name)


def _is_nat(kind: str, description: str) -> bool:
    return kind in ("natGateway", "nat_gateway") or description.startswith("Interface for NAT Gateway")


def _found(pattern: str, description: str) -> str:
    match = re.search(pattern, description)
    return match[1] if match else ""


_KINDS = {
    "natGateway": OwnerKind.NAT_GATEWAY,
    "nat_gateway": OwnerKind.NAT_GATEWAY,
    "load_balancer": OwnerKind.LOAD_BALANCER,
    "network_load_balancer": OwnerKind.LOAD_BALANCER,
    "gateway_load_balancer": OwnerKind.LOAD_BALANCER,
    "vpc_endpoint": OwnerKind.ENDPOINT,
    "gateway_load_balancer_endpoint": OwnerKind.ENDPOINT,
    "lambda": OwnerKind.LAMBDA,
    "transit_gateway": OwnerKind.TRANSIT_GATEWAY,
}
"""By AWS's InterfaceType, where the description says nothing."""

_Described = Callable[[re.Match[str]], Owner]


def _as(kind: OwnerKind, owner_id: int, name: int | None = None) -> _Described:
    """The owner of this kind, its id and name taken from groups of the description's match."""
    return lambda match: Owner(kind, match[owner_id], match[name] if name is not None else "")


def _service(name: str) -> _Described:
    return lambda match: Owner(OwnerKind.OTHER, "", name)


def _service_of(name: str) -> _Described:
    return lambda match: Owner(OwnerKind.OTHER, match[1], f"{name} {match[1]}")


_DESCRIBED: tuple[tuple[re.Pattern[str], _Described], ...] = tuple(
    (re.compile(pattern), described)
    for pattern, described in (
        (r"ELB ((?:app|net|gwy)/([^/\s]+)/\w+)$", _as(OwnerKind.LOAD_BALANCER, 1, 2)),
        (r"ELB ([A-Za-z0-9-]+)$", _as(OwnerKind.LOAD_BALANCER, 1, 1)),
        (r"VPC Endpoint Interface:? (vpce-[0-9a-f]+)", _as(OwnerKind.ENDPOINT, 1)),
        (
            r"AWS Lambda VPC ENI-(.+?)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
            _as(OwnerKind.LAMBDA, 1, 1),
        ),
        (r"AWS Lambda VPC ENI[-: ]*(\S+)", _as(OwnerKind.LAMBDA, 1, 1)),
        (r"Network Interface for Transit Gateway Attachment (tgw-\S+)", _as(OwnerKind.TRANSIT_GATEWAY, 1)),
        (r"EFS mount target for (fs-[0-9a-f]+)", _service_of("EFS")),
        (r"ElastiCache (\S+)", _service_of("ElastiCache")),
        (r"Amazon EKS (\S+)", _service_of("EKS")),
        (r"Route 53 Resolver: (rslvr-\S+?):", _service_of("Resolver")),
        (r"AWS created network interface for directory (d-\w+)", _service_of("Directory")),
        (r"EC2 Instance Connect Endpoint:? ?.*?(eice-[0-9a-f]+)", _service_of("Instance Connect")),
        (r"RDSNetworkInterface$", _service("RDS")),
        (r"RedshiftNetworkInterface$", _service("Redshift")),
        (r"DMSNetworkInterface$", _service("DMS")),
        (r"arn:aws[\w-]*:ecs:.*:attachment/", _service("ECS task")),
        (r"(?i)created by amazon workspaces", _service("WorkSpaces")),
    )
)
