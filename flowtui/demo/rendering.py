"""Records in another log format, with what is known of their interfaces.

Source: VPC User Guide, "Flow log records". Fields that nothing is known of are `-`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flowtui.demo.lab import REGION

DEFAULT_FIELDS = (
    "version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport",
    "protocol", "packets", "bytes", "start", "end", "action", "log-status",
)  # fmt: skip

_TOKEN = re.compile(r"\$\{([a-z0-9-]+)\}")
_VERSIONS = {
    3: ("vpc-id", "subnet-id", "instance-id", "tcp-flags", "type", "pkt-srcaddr", "pkt-dstaddr"),
    4: ("region", "az-id", "sublocation-type", "sublocation-id"),
    5: ("pkt-src-aws-service", "pkt-dst-aws-service", "flow-direction", "traffic-path"),
    8: ("reject-reason",),
    9: ("resource-id",),
    10: ("encryption-status",),
    11: ("interface-type",),
}
_INTERNET, _INSIDE = "8", "1"
"""Values of traffic-path: by the internet gateway, within the VPC."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an interface."""

    address: str
    vpc_id: str
    subnet_id: str
    instance_id: str
    zone_id: str
    inside: str
    """What the addresses of its VPC begin with: `172.31.`."""


def is_format(text: str) -> bool:
    """Whether AWS would take this log format, apart from the names in it."""
    return bool(text) and all(map(_TOKEN.fullmatch, text.split(" ")))


def fields_of(text: str | None) -> tuple[str, ...]:
    """The fields of a log format; those of the default where there is none."""
    return tuple(_TOKEN.findall(text)) if text else DEFAULT_FIELDS


def rendered(written: Mapping[str, str], fields: tuple[str, ...], facts: Facts) -> str:
    """A record, which has the fields of the default format and maybe more, in these fields."""
    known = {"vpc-id": facts.vpc_id, "subnet-id": facts.subnet_id, "instance-id": facts.instance_id}
    known |= {"region": REGION, "az-id": facts.zone_id}
    if written["log-status"] == "OK":
        known |= _of_packets(written, facts)
    known |= written
    known["version"] = str(_version(fields))
    return " ".join(known.get(field, "-") for field in fields)


def _of_packets(known: Mapping[str, str], facts: Facts) -> dict[str, str]:
    is_egress = known["srcaddr"] == facts.address
    path = _INSIDE if known["dstaddr"].startswith(facts.inside) else _INTERNET
    return {
        "type": "IPv4",
        "pkt-srcaddr": known["srcaddr"],
        "pkt-dstaddr": known["dstaddr"],
        "flow-direction": "egress" if is_egress else "ingress",
        "traffic-path": path if is_egress else "-",
        "tcp-flags": _flags(known),
    }


def _flags(known: Mapping[str, str]) -> str:
    """SYN of whoever asks, SYN and ACK of whoever answers, FIN where it was let through."""
    if known["protocol"] != "6":
        return "0"
    is_request = int(known["srcport"]) > int(known["dstport"])
    return str((2 if is_request else 18) + (known["action"] == "ACCEPT"))


def _version(fields: tuple[str, ...]) -> int:
    return max((version for version, names in _VERSIONS.items() if set(names) & set(fields)), default=2)
