"""Log formats to choose from when a flow log is created, and what a line of each looks like.

Source: VPC User Guide, "Flow log records".
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from flowtui.records import fields
from flowtui.records.format import DEFAULT_FORMAT, LogFormat

_ECS_VERSION = 7

TAGS = frozenset(
    field.name
    for field in (
        fields.INSTANCE_TAG,
        fields.INSTANCE_TAG_2,
        fields.INTERFACE_TAG,
        fields.INTERFACE_TAG_2,
        fields.ASG_TAG,
        fields.ASG_TAG_2,
    )
)
"""Fields that need tag keys besides, in CreateFlowLogs' TagFieldSpecifications."""

ECS = frozenset(name for name, field in fields.FIELDS.items() if field.version == _ECS_VERSION)
"""Fields that AWS refuses to an account without an ECS cluster, or to a caller who may not list them."""

CHOOSABLE = tuple(
    name for name, field in fields.FIELDS.items() if not field.is_transit_gateway and name not in TAGS
)
"""What a format of one's own may have, in the order of AWS's tables."""

TRIAGE = LogFormat(
    (
        *DEFAULT_FORMAT.fields,
        fields.VPC_ID.name,
        fields.SUBNET_ID.name,
        fields.INSTANCE_ID.name,
        fields.TCP_FLAGS.name,
        fields.PKT_SRCADDR.name,
        fields.PKT_DSTADDR.name,
        fields.PKT_SRC_AWS_SERVICE.name,
        fields.PKT_DST_AWS_SERVICE.name,
        fields.FLOW_DIRECTION.name,
        fields.TRAFFIC_PATH.name,
        fields.REJECT_REASON.name,
    )
)
"""What an incident asks for: who it is, which way it went, past NAT and pods, and what refused it."""

EVERYTHING = LogFormat(tuple(name for name in CHOOSABLE if name not in ECS))
"""Every field of VPC records that needs nothing further: no ECS cluster, no tag keys."""


class Choice(Enum):
    """A named format; the value is what options and screen call it."""

    TRIAGE = "triage"
    DEFAULT = "default"
    ALL = "all"
    OWN = "own"

    @property
    def format(self) -> LogFormat:
        """Its fields; those of the default where it is one's own, which have still to be chosen."""
        return _FORMATS.get(self, DEFAULT_FORMAT)

    @property
    def meaning(self) -> str:
        """One line about it."""
        return _MEANINGS[self]


_FORMATS = {Choice.TRIAGE: TRIAGE, Choice.DEFAULT: DEFAULT_FORMAT, Choice.ALL: EVERYTHING}
_MEANINGS = {
    Choice.TRIAGE: "also direction, path, flags, addresses past NAT, reasons",
    Choice.DEFAULT: "what AWS writes unless told otherwise",
    Choice.ALL: "all that need neither an ECS cluster nor tag keys",
    Choice.OWN: "chosen one by one",
}


def choice_of(log_format: LogFormat) -> Choice:
    """The name of a format."""
    return next((choice for choice, known in _FORMATS.items() if known == log_format), Choice.OWN)


_ESSENTIAL = (
    fields.INTERFACE_ID,
    fields.SRCADDR,
    fields.DSTADDR,
    fields.DSTPORT,
    fields.START,
    fields.ACTION,
)


def lacking(log_format: LogFormat) -> tuple[str, ...]:
    """What a format lacks that most questions need: between whom, to which port, when, with which end."""
    return tuple(field.name for field in _ESSENTIAL if field.name not in log_format.fields)


def described(log_format: LogFormat) -> str:
    """`25 fields (versions 2 to 8)`."""
    versions = sorted({fields.field(name).version for name in log_format.fields} - {0})
    count = f"{len(log_format)} field{'' if len(log_format) == 1 else 's'}"
    if not versions:
        return count
    first, last = versions[0], versions[-1]
    return f"{count} (version {first})" if first == last else f"{count} (versions {first} to {last})"


def own(chosen: Iterable[str]) -> LogFormat | None:
    """The format of these fields in the order of AWS's tables; None where there are none."""
    wanted = set(chosen)
    names = tuple(name for name in CHOOSABLE if name in wanted)
    return LogFormat(names) if names else None


def example(log_format: LogFormat) -> str:
    """The line that this format has for an accepted SSH session."""
    version = max((fields.field(name).version for name in log_format.fields), default=0)
    known = _EXAMPLE | {fields.VERSION.name: str(version)}
    return " ".join(known.get(name, "-") for name in log_format.fields)


_EXAMPLE = {
    fields.ACCOUNT_ID.name: "123456789012",
    fields.INTERFACE_ID.name: "eni-0c1d2e3f4a5b6c7d8",
    fields.SRCADDR.name: "203.0.113.9",
    fields.DSTADDR.name: "172.31.0.21",
    fields.SRCPORT.name: "51122",
    fields.DSTPORT.name: "22",
    fields.PROTOCOL.name: "6",
    fields.PACKETS.name: "20",
    fields.BYTES.name: "4249",
    fields.START.name: "1767225600",
    fields.END.name: "1767225658",
    fields.ACTION.name: fields.ACTIONS[0],
    fields.LOG_STATUS.name: fields.STATUSES[0],
    fields.VPC_ID.name: "vpc-04d1e2f3a4b5c6e55",
    fields.SUBNET_ID.name: "subnet-0a1b2c3d4e5f6a7b8",
    fields.INSTANCE_ID.name: "i-0f3e2d1c0b9a8f7e6",
    fields.TCP_FLAGS.name: "3",
    fields.TYPE.name: "IPv4",
    fields.PKT_SRCADDR.name: "203.0.113.9",
    fields.PKT_DSTADDR.name: "172.31.0.21",
    fields.REGION.name: "eu-west-1",
    fields.AZ_ID.name: "euw1-az1",
    fields.FLOW_DIRECTION.name: "ingress",
}
