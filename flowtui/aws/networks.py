"""VPCs, subnets, route tables and gateways from EC2's replies, and which subnets are public."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flowtui.aws.values import Row, first_text, flag, name_tag, part, rows, text, texts, unique
from flowtui.topology.model import Gateway, Route, RouteTable, Subnet, Vpc

_TARGETS = (
    "GatewayId",
    "NatGatewayId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "EgressOnlyInternetGatewayId",
    "LocalGatewayId",
    "CarrierGatewayId",
    "CoreNetworkArn",
    "OdbNetworkArn",
    "NetworkInterfaceId",
    "InstanceId",
)
"""Where EC2 says what a route leads to; an instance's route names its interface too."""

_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")

_GONE = ("deleted", "deleting", "failed")


def vpc_of(row: Row) -> Vpc:
    """A VPC from DescribeVpcs."""
    secondary = _associated(row, "CidrBlockAssociationSet", "CidrBlock")
    ipv6 = _associated(row, "Ipv6CidrBlockAssociationSet", "Ipv6CidrBlock")
    cidrs = unique([text(row, "CidrBlock"), *secondary, *ipv6])
    return Vpc(text(row, "VpcId"), name_tag(row), cidrs, flag(row, "IsDefault"), text(row, "OwnerId"))


def subnet_of(row: Row, tables: Sequence[RouteTable], are_tables_known: bool) -> Subnet:
    """A subnet from DescribeSubnets; public by the route table in force: its own, else the VPC's main one."""
    subnet_id, vpc_id = text(row, "SubnetId"), text(row, "VpcId")
    table = _table_of(subnet_id, vpc_id, tables)
    ipv6 = _associated(row, "Ipv6CidrBlockAssociationSet", "Ipv6CidrBlock")
    return Subnet(
        id=subnet_id,
        name=name_tag(row),
        vpc_id=vpc_id,
        cidrs=unique([text(row, "CidrBlock"), *ipv6]),
        zone=text(row, "AvailabilityZone"),
        is_public=_is_public(table) if table and are_tables_known else None,
        route_table_id=table.id if table else None,
    )


def route_table_of(row: Row) -> RouteTable:
    """A route table from DescribeRouteTables."""
    associations = rows(row, "Associations")
    routes = (_route_of(route) for route in rows(row, "Routes"))
    return RouteTable(
        id=text(row, "RouteTableId"),
        name=name_tag(row),
        vpc_id=text(row, "VpcId"),
        is_main=any(flag(association, "Main") for association in associations),
        subnet_ids=texts(row, "Associations", "SubnetId"),
        routes=tuple(route for route in routes if route.destination),
    )


def gateways_of(
    internet: Iterable[Row], egress_only: Iterable[Row], nat: Iterable[Row]
) -> tuple[Gateway, ...]:
    """The gateways by the VPC that they are attached to.

    NAT gateways that have interfaces are owners of these and are not repeated here; a regional one has none.
    """
    gateways = [
        Gateway(text(row, id_name), name_tag(row), vpc_id, kind)
        for found, id_name, kind in (
            (internet, "InternetGatewayId", "internet gateway"),
            (egress_only, "EgressOnlyInternetGatewayId", "egress-only internet gateway"),
        )
        for row in found
        for vpc_id in texts(row, "Attachments", "VpcId")
    ]
    gateways += [
        Gateway(text(row, "NatGatewayId"), name_tag(row), text(row, "VpcId"), "NAT gateway")
        for row in nat
        if text(row, "State") not in _GONE and not texts(row, "NatGatewayAddresses", "NetworkInterfaceId")
    ]
    return tuple(gateways)


def _associated(row: Row, name: str, field: str) -> list[str]:
    """The CIDR blocks of a list that are, or are about to be, in force."""
    states = {"CidrBlock": "CidrBlockState", "Ipv6CidrBlock": "Ipv6CidrBlockState"}
    return [
        text(item, field)
        for item in rows(row, name)
        if text(part(item, states[field]), "State") in ("", "associated", "associating")
    ]


def _route_of(row: Row) -> Route:
    return Route(first_text(row, _DESTINATIONS), first_text(row, _TARGETS), text(row, "State") or "active")


def _table_of(subnet_id: str, vpc_id: str, tables: Sequence[RouteTable]) -> RouteTable | None:
    own = (table for table in tables if subnet_id in table.subnet_ids)
    main = (table for table in tables if table.is_main and table.vpc_id == vpc_id)
    return next(own, None) or next(main, None)


def _is_public(table: RouteTable) -> bool:
    return any(route.target.startswith("igw-") and route.state != "blackhole" for route in table.routes)
