"""The registry of flow-record fields: each field that AWS publishes is named here, once, and nowhere else.

Knows names, types and words; not how lines are parsed, nor how values are drawn.
Source: VPC User Guide, "Flow log records"; Transit Gateway guide, "Transit Gateway Flow Log records".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class Type(Enum):
    """What a field's tokens are; `-` (no value) may stand for any of them."""

    TEXT = "text"
    INTEGER = "integer"
    """Not negative; `Field.max_value` is the greatest."""
    ADDRESS = "address"
    """IPv4 or IPv6."""
    TIME = "time"
    """Epoch seconds."""
    ACTION = "action"
    """`ACCEPT` or `REJECT`."""
    STATUS = "status"
    """`OK`, `NODATA` or `SKIPDATA`."""


ACTIONS = ("ACCEPT", "REJECT")
STATUSES = ("OK", "NODATA", "SKIPDATA")
TRANSIT_GATEWAY_VERSION = 6
"""The version of transit-gateway records; no field of VPC records has it."""

_U8, _U16, _U32, _U64 = (2**bits - 1 for bits in (8, 16, 32, 64))


@dataclass(frozen=True, slots=True)
class Field:
    """One field of flow records."""

    name: str
    """AWS's spelling: `pkt-srcaddr`."""
    version: int
    """The record version that brought it; 0 for a field that is not in the registry."""
    type: Type
    heading: str
    """The head of its column."""
    width: int
    """The width of its column in cells."""
    insights: str
    """Its name in CloudWatch Logs Insights: `pktSrcAddr`."""
    meaning: str
    """One line of help."""
    max_value: int = 0
    """The greatest value of an INTEGER or TIME."""
    is_code: bool = False
    """Whether its integers stand for names (protocol, flags, path)."""

    @property
    def is_right_aligned(self) -> bool:
        """Whether its column is: integers that are amounts or ports."""
        return self.type is Type.INTEGER and not self.is_code

    @property
    def is_transit_gateway(self) -> bool:
        """Whether it occurs in transit-gateway records only."""
        return self.version == TRANSIT_GATEWAY_VERSION


_registry: dict[str, Field] = {}


def _field(
    name: str,
    version: int,
    kind: Type,
    heading: str,
    width: int,
    meaning: str,
    *,
    insights: str = "",
    max_value: int = 0,
    is_code: bool = False,
) -> Field:
    entry = Field(name, version, kind, heading, width, insights or _camel(name), meaning, max_value, is_code)
    _registry[name] = entry
    return entry


def _camel(name: str) -> str:
    first, *rest = name.split("-")
    return first + "".join(part.capitalize() for part in rest)


def _text(name: str, version: int, heading: str, width: int, meaning: str) -> Field:
    return _field(name, version, Type.TEXT, heading, width, meaning)


def _address(name: str, version: int, heading: str, insights: str, meaning: str) -> Field:
    return _field(name, version, Type.ADDRESS, heading, 15, meaning, insights=insights)


def _port(name: str, insights: str, meaning: str) -> Field:
    return _field(name, 2, Type.INTEGER, "PORT", 5, meaning, insights=insights, max_value=_U16)


def _amount(name: str, version: int, heading: str, width: int, meaning: str) -> Field:
    return _field(name, version, Type.INTEGER, heading, width, meaning, max_value=_U64)


def _code(name: str, version: int, heading: str, width: int, meaning: str) -> Field:
    return _field(name, version, Type.INTEGER, heading, width, meaning, max_value=_U8, is_code=True)


def _time(name: str, heading: str, insights: str, meaning: str) -> Field:
    return _field(name, 2, Type.TIME, heading, 8, meaning, insights=insights, max_value=_U32)


VERSION = _field(
    "version", 2, Type.INTEGER, "VER", 3, "Highest version among the fields of the log format", max_value=_U8
)
ACCOUNT_ID = _text("account-id", 2, "ACCOUNT", 12, "Account that owns the interface, or 'unknown'")
INTERFACE_ID = _text("interface-id", 2, "INTERFACE", 9, "Network interface on which the flow was seen")
SRCADDR = _address(
    "srcaddr", 2, "SOURCE", "srcAddr", "Where it came from; for outgoing traffic the interface's own address"
)
DSTADDR = _address(
    "dstaddr",
    2,
    "DESTINATION",
    "dstAddr",
    "Where it went; for incoming traffic the interface's primary address",
)
SRCPORT = _port("srcport", "srcPort", "Source port; 0 for ICMP")
DSTPORT = _port("dstport", "dstPort", "Destination port; 0 for ICMP")
PROTOCOL = _code("protocol", 2, "PROTO", 5, "IANA protocol number: 1 ICMP, 6 TCP, 17 UDP, 58 ICMPv6")
PACKETS = _amount("packets", 2, "PKTS", 5, "Packets of the flow in the window, in this direction")
BYTES = _amount("bytes", 2, "BYTES", 7, "Bytes of the flow in the window, in this direction")
START = _time(
    "start", "TIME", "startTime", "First packet of the window; may be up to 60 s before it was seen"
)
END = _time("end", "END", "endTime", "Last packet of the window; may be up to 60 s after it was seen")
ACTION = _field(
    "action", 2, Type.ACTION, "ACTION", 6, "ACCEPT, or REJECT by a rule or after the connection's end"
)
LOG_STATUS = _field(
    "log-status", 2, Type.STATUS, "STATUS", 8, "OK; NODATA: no traffic; SKIPDATA: records lost inside AWS"
)

VPC_ID = _text("vpc-id", 3, "VPC", 12, "VPC of the interface")
SUBNET_ID = _text("subnet-id", 3, "SUBNET", 15, "Subnet of the interface")
INSTANCE_ID = _text("instance-id", 3, "INSTANCE", 19, "Instance of the interface, if it is yours")
TCP_FLAGS = _code(
    "tcp-flags", 3, "FLAGS", 9, "TCP flags seen in the window, or-ed; a mere ACK counts as none"
)
TYPE = _text("type", 3, "TYPE", 4, "IPv4, IPv6 or EFA")
PKT_SRCADDR = _address(
    "pkt-srcaddr", 3, "PKT SOURCE", "pktSrcAddr", "Source in the packet itself, beyond NAT and pods"
)
PKT_DSTADDR = _address(
    "pkt-dstaddr", 3, "PKT DEST", "pktDstAddr", "Destination in the packet itself, beyond NAT and pods"
)

REGION = _text("region", 4, "REGION", 14, "Region of the interface")
AZ_ID = _text("az-id", 4, "ZONE", 9, "Id of the availability zone")
SUBLOCATION_TYPE = _text("sublocation-type", 4, "SUBLOC", 10, "wavelength, outpost or localzone")
SUBLOCATION_ID = _text("sublocation-id", 4, "SUBLOC ID", 12, "Id of the sublocation")

PKT_SRC_AWS_SERVICE = _text(
    "pkt-src-aws-service", 5, "SRC SERVICE", 11, "AWS service whose range the source is in"
)
PKT_DST_AWS_SERVICE = _text(
    "pkt-dst-aws-service", 5, "DST SERVICE", 11, "AWS service whose range the destination is in"
)
FLOW_DIRECTION = _text("flow-direction", 5, "DIR", 3, "ingress or egress, as the interface sees it")
TRAFFIC_PATH = _code("traffic-path", 5, "PATH", 4, "By which way outgoing traffic leaves")

ECS_CLUSTER_ARN = _text("ecs-cluster-arn", 7, "ECS CLUSTER ARN", 15, "ARN of the ECS cluster")
ECS_CLUSTER_NAME = _text("ecs-cluster-name", 7, "CLUSTER", 12, "Name of the ECS cluster")
ECS_CONTAINER_INSTANCE_ARN = _text(
    "ecs-container-instance-arn", 7, "ECS INST ARN", 15, "ARN of the ECS container instance; none on Fargate"
)
ECS_CONTAINER_INSTANCE_ID = _text(
    "ecs-container-instance-id", 7, "ECS INSTANCE", 12, "Id of the ECS container instance; none on Fargate"
)
ECS_CONTAINER_ID = _text("ecs-container-id", 7, "CONTAINER", 12, "Id of the task's first container")
ECS_SECOND_CONTAINER_ID = _text(
    "ecs-second-container-id", 7, "CONTAINER 2", 12, "Id of the task's second container"
)
ECS_SERVICE_NAME = _text("ecs-service-name", 7, "ECS SERVICE", 12, "Name of the ECS service")
ECS_TASK_DEFINITION_ARN = _text(
    "ecs-task-definition-arn", 7, "TASK DEF ARN", 15, "ARN of the ECS task definition"
)
ECS_TASK_ARN = _text("ecs-task-arn", 7, "TASK ARN", 15, "ARN of the ECS task")
ECS_TASK_ID = _text("ecs-task-id", 7, "TASK", 12, "Id of the ECS task")

REJECT_REASON = _text("reject-reason", 8, "REASON", 6, "BPA or EC; none for security groups and network ACLs")
RESOURCE_ID = _text("resource-id", 9, "RESOURCE", 21, "Id of the regional NAT gateway")
ENCRYPTION_STATUS = _code(
    "encryption-status", 10, "ENC", 4, "Encryption in transit: 0 none, 1 Nitro, 2 application, 3 both"
)

INSTANCE_TAG = _text(
    "instance-tag", 11, "INST TAG", 12, "The instance's value of the first tag key, percent-encoded"
)
INSTANCE_TAG_2 = _text("instance-tag-2", 11, "INST TAG 2", 12, "The instance's value of the second tag key")
INTERFACE_TAG = _text(
    "interface-tag", 11, "ENI TAG", 12, "The interface's value of the first tag key, percent-encoded"
)
INTERFACE_TAG_2 = _text("interface-tag-2", 11, "ENI TAG 2", 12, "The interface's value of the second tag key")
ASG_TAG = _text(
    "asg-tag", 11, "ASG TAG", 12, "The Auto Scaling group's value of the first tag key, percent-encoded"
)
ASG_TAG_2 = _text("asg-tag-2", 11, "ASG TAG 2", 12, "The Auto Scaling group's value of the second tag key")
INTERFACE_TYPE = _text(
    "interface-type", 11, "ENI TYPE", 12, "What the interface serves: nat_gateway, vpc_endpoint …"
)
NEXT_HOP_INTERFACE_ID = _text(
    "next-hop-interface-id", 11, "HOP ENI", 12, "Interface that receives or sent it"
)
NEXT_HOP_SUBNET_ID = _text("next-hop-subnet-id", 11, "HOP SUBNET", 15, "Subnet of the next hop")
NEXT_HOP_AZ_ID = _text("next-hop-az-id", 11, "HOP ZONE", 9, "Zone id of the next hop")
NEXT_HOP_VPC_ID = _text("next-hop-vpc-id", 11, "HOP VPC", 12, "VPC of the next hop")
NEXT_HOP_INTERFACE_TYPE = _text(
    "next-hop-interface-type", 11, "HOP TYPE", 12, "What the next hop's interface serves"
)

_TGW = TRANSIT_GATEWAY_VERSION
RESOURCE_TYPE = _text(
    "resource-type", _TGW, "RESOURCE TYPE", 14, "Kind of resource: TransitGateway or its attachment"
)
TGW_ID = _text("tgw-id", _TGW, "TGW", 21, "Transit gateway")
TGW_ATTACHMENT_ID = _text("tgw-attachment-id", _TGW, "ATTACHMENT", 28, "Transit-gateway attachment")
TGW_SRC_VPC_ACCOUNT_ID = _text("tgw-src-vpc-account-id", _TGW, "SRC ACCOUNT", 12, "Account of the source VPC")
TGW_DST_VPC_ACCOUNT_ID = _text(
    "tgw-dst-vpc-account-id", _TGW, "DST ACCOUNT", 12, "Account of the destination VPC"
)
TGW_SRC_VPC_ID = _text("tgw-src-vpc-id", _TGW, "SRC VPC", 12, "Source VPC")
TGW_DST_VPC_ID = _text("tgw-dst-vpc-id", _TGW, "DST VPC", 12, "Destination VPC")
TGW_SRC_SUBNET_ID = _text("tgw-src-subnet-id", _TGW, "SRC SUBNET", 15, "Source subnet")
TGW_DST_SUBNET_ID = _text("tgw-dst-subnet-id", _TGW, "DST SUBNET", 15, "Destination subnet")
TGW_SRC_ENI = _text("tgw-src-eni", _TGW, "SRC ENI", 12, "Interface of the source attachment")
TGW_DST_ENI = _text("tgw-dst-eni", _TGW, "DST ENI", 12, "Interface of the destination attachment")
TGW_SRC_AZ_ID = _text("tgw-src-az-id", _TGW, "SRC ZONE", 9, "Zone id of the source")
TGW_DST_AZ_ID = _text("tgw-dst-az-id", _TGW, "DST ZONE", 9, "Zone id of the destination")
TGW_PAIR_ATTACHMENT_ID = _text(
    "tgw-pair-attachment-id", _TGW, "PAIR", 28, "The attachment at the other end of the flow"
)
PACKETS_LOST_NO_ROUTE = _amount(
    "packets-lost-no-route", _TGW, "NO ROUTE", 8, "Packets lost for want of a route"
)
PACKETS_LOST_BLACKHOLE = _amount(
    "packets-lost-blackhole", _TGW, "BLACKHOLE", 9, "Packets lost to a blackhole route"
)
PACKETS_LOST_MTU_EXCEEDED = _amount(
    "packets-lost-mtu-exceeded", _TGW, "MTU", 8, "Packets lost because of their size"
)
PACKETS_LOST_TTL_EXPIRED = _amount(
    "packets-lost-ttl-expired", _TGW, "TTL", 8, "Packets lost because their TTL expired"
)

FIELDS: Mapping[str, Field] = MappingProxyType(_registry)
"""Every published field by its AWS name, in the order of AWS's tables."""


def field(name: str) -> Field:
    """Look up the field of this AWS name; one that AWS published later is TEXT of version 0."""
    known = FIELDS.get(name)
    if known is not None:
        return known
    heading = name.upper().replace("-", " ")
    return Field(
        name, 0, Type.TEXT, heading, max(4, min(len(name), 15)), _camel(name), "A field unknown to flowtui"
    )


def v6(name: str) -> str:
    """Name the frame column with the IPv6 values of an ADDRESS field."""
    return f"{name}/6"
