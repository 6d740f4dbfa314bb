"""What a VPC consists of: frozen values with the fields that flowtui shows and reasons with.

Knows nothing of how they are read or drawn. Every collection is a tuple, so that a topology can be
shared between threads.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowtui.topology.rules import Rules


@dataclass(frozen=True, slots=True)
class Vpc:
    """A VPC."""

    id: str
    name: str
    cidrs: tuple[str, ...]
    """IPv4 and IPv6 CIDR blocks, the primary one first."""
    is_default: bool = False
    owner_id: str = ""

    @property
    def label(self) -> str:
        """Its name, `default`, or its id; not safe for a terminal."""
        return self.name or ("default" if self.is_default else self.id)


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet; public when the route table in force for it leads to an internet gateway."""

    id: str
    name: str
    vpc_id: str
    cidrs: tuple[str, ...]
    zone: str = ""
    is_public: bool | None = None
    """None: the route tables could not be read."""
    route_table_id: str | None = None

    @property
    def label(self) -> str:
        """Its name, or public or private by its routes, and its zone's letters; not safe for a terminal."""
        kind = {True: "public", False: "private", None: self.id}[self.is_public]
        return f"{self.name or kind} {self.zone.rpartition('-')[2]}".strip()


@dataclass(frozen=True, slots=True)
class Route:
    """One route: destination (CIDR or prefix list id), target id and state (`active`, `blackhole`)."""

    destination: str
    target: str
    state: str = "active"


@dataclass(frozen=True, slots=True)
class RouteTable:
    """A route table with the subnets explicitly associated with it."""

    id: str
    name: str
    vpc_id: str
    is_main: bool
    subnet_ids: tuple[str, ...]
    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True)
class Gateway:
    """An internet, egress-only internet or virtual private gateway attached to a VPC."""

    id: str
    name: str
    vpc_id: str
    kind: str
    """`internet gateway`, `egress-only internet gateway`."""


class OwnerKind(Enum):
    """What an interface belongs to; the value is what the screen calls it."""

    INSTANCE = "instance"
    NAT_GATEWAY = "NAT gateway"
    LOAD_BALANCER = "load balancer"
    ENDPOINT = "endpoint"
    LAMBDA = "Lambda"
    TRANSIT_GATEWAY = "transit gateway"
    OTHER = "interface"


@dataclass(frozen=True, slots=True)
class Owner:
    """An instance, NAT gateway, load balancer … that has interfaces."""

    kind: OwnerKind
    id: str
    name: str
    """The Name tag, or what the description gives; empty when there is none."""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Interface:
    """A network interface (ENI)."""

    id: str
    name: str
    """What the screen calls it: its owner's name, else its own, else its id."""
    vpc_id: str
    subnet_id: str
    owner: Owner
    addresses: tuple[str, ...]
    """Private IPv4 addresses, the primary one first, then IPv6 addresses."""
    public_addresses: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    """Delegated IPv4 and IPv6 prefixes."""
    group_ids: tuple[str, ...] = ()
    description: str = ""
    status: str = ""
    kind: str = "interface"
    """AWS's InterfaceType."""


@dataclass(frozen=True, slots=True)
class FlowLog:
    """A flow log of a VPC, a subnet or an interface."""

    id: str
    resource_id: str
    traffic_type: str
    """`ACCEPT`, `REJECT` or `ALL`."""
    format: str
    """The log format, `${version} ${account-id} …`."""
    interval_s: int
    destination_type: str
    """`cloud-watch-logs`, `s3` or `kinesis-data-firehose`."""
    destination: str
    """The log group's name, or the ARN of another destination."""
    log_group: str | None
    """The name of the log group, None when the records go elsewhere."""
    log_group_arn: str | None = None
    """Where AWS gave the destination as an ARN: without a trailing `:*`; needed across accounts."""
    delivery_status: str = ""
    """`SUCCESS`, `FAILED`, or empty while AWS does not know."""
    delivery_error: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """A part of the topology that could not be read."""

    part: str
    """What the screen lacks: `route tables`, `instances` …"""
    action: str
    """The IAM action that would give it: `ec2:DescribeRouteTables`."""
    sentence: str
    """What happened, in one line."""
    is_denied: bool = False
    """Whether it may not be read; else it could not be."""


@dataclass(frozen=True, slots=True)
class Topology:
    """The topology of one account and region at one time."""

    account: str
    region: str
    read_at: float
    """Epoch seconds."""
    vpcs: tuple[Vpc, ...] = ()
    subnets: tuple[Subnet, ...] = ()
    route_tables: tuple[RouteTable, ...] = ()
    gateways: tuple[Gateway, ...] = ()
    interfaces: tuple[Interface, ...] = ()
    flow_logs: tuple[FlowLog, ...] = ()
    missing: tuple[Missing, ...] = ()
    elsewhere: tuple[str, ...] = field(default=(), compare=False)
    """The ids of interfaces in other VPCs than those that were chosen; nothing shown depends on it."""
    rules: Rules | None = None
    """What may pass; None until it was read, which takes longer than the rest."""
