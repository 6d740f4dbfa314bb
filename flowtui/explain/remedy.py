"""The AWS CLI command that would let just this flow through, to be copied and never run.

Source: AWS CLI reference, `ec2 authorize-security-group-ingress`, `ec2 create-network-acl-entry`.
"""

from __future__ import annotations

import shlex
from functools import lru_cache

from flowtui.explain.layers import Ruling
from flowtui.explain.packet import PORTED, TYPED, Packet
from flowtui.explain.policy import Policy
from flowtui.records.decode import clean
from flowtui.topology.rules import AclRule

_GROUP_NAMES = {1: "icmp", 6: "tcp", 17: "udp", 58: "icmpv6"}
"""Protocols that EC2 wants by name in security groups."""

_quoted = lru_cache(maxsize=1024)(shlex.quote)

_HIGHEST, _STEP = 32766, 10
"""The highest number of an entry that a user may write; entries are numbered in steps, by convention."""


def group_command(policy: Policy, packet: Packet, region: str) -> str | None:
    """What gives the first security group a rule for this flow; None where the record tells too little."""
    if not _is_complete(packet) or not policy.groups:
        return None
    verb = f"authorize-security-group-{packet.direction}"
    return _line(
        verb, "--group-id", policy.groups[0].id, "--ip-permissions", _permission(packet), region=region
    )


def acl_command(policy: Policy, packet: Packet, region: str, ruling: Ruling) -> str | None:
    """What puts an entry for this flow alone before the one that denied; None where no number is free."""
    if not _is_complete(packet) or policy.acl is None or ruling.test is None:
        return None
    number = _free_number(policy, packet, ruling)
    if number is None:
        return None
    is_v6 = packet.peer is not None and packet.peer[1]
    return _line(
        "create-network-acl-entry",
        *("--network-acl-id", policy.acl.id),
        *("--rule-number", str(number)),
        f"--{packet.direction}",
        *("--rule-action", "allow"),
        *("--protocol", str(packet.protocol)),
        *_acl_ports(packet),
        *("--ipv6-cidr-block" if is_v6 else "--cidr-block", packet.host_cidr),
        region=region,
    )


def warning_of(packet: Packet, *, has_command: bool) -> str:
    """What to think of before running the command."""
    if not has_command:
        return ""
    said = []
    if packet.is_public and not packet.is_egress:
        said.append(
            f"{packet.peer_text} is an address of the internet; 0.0.0.0/0 or ::/0 in its place would open "
            f"{packet.service} to the world."
        )
    if packet.protocol in TYPED:
        said.append("It allows all ICMP types for that address, since the record does not tell the type.")
    return " ".join(said)


def _is_complete(packet: Packet) -> bool:
    has_port = packet.protocol not in PORTED or packet.port is not None
    return packet.peer is not None and packet.protocol is not None and has_port


def _permission(packet: Packet) -> str:
    """One IpPermission in the CLI's shorthand."""
    protocol = packet.protocol or 0
    parts = [f"IpProtocol={_GROUP_NAMES.get(protocol, protocol)}"]
    if protocol in PORTED:
        parts.append(f"FromPort={packet.port},ToPort={packet.port}")
    elif protocol in TYPED:
        parts.append("FromPort=-1,ToPort=-1")
    is_v6 = packet.peer is not None and packet.peer[1]
    ranges, cidr = ("Ipv6Ranges", "CidrIpv6") if is_v6 else ("IpRanges", "CidrIp")
    return ",".join((*parts, f"{ranges}=[{{{cidr}={packet.host_cidr}}}]"))


def _acl_ports(packet: Packet) -> tuple[str, ...]:
    if packet.protocol in PORTED:
        return ("--port-range", f"From={packet.port},To={packet.port}")
    if packet.protocol in TYPED:
        return ("--icmp-type-code", "Code=-1,Type=-1")
    return ()


def _free_number(policy: Policy, packet: Packet, ruling: Ruling) -> int | None:
    """The highest number before the entry that denied that nobody uses, a round one if there is one."""
    rules = [test.rule for test in policy.acl_tests[packet.is_egress].tests]
    taken = {rule.number for rule in rules if isinstance(rule, AclRule)}
    denied = ruling.test.rule if ruling.test is not None else None
    assert isinstance(denied, AclRule)
    if denied.is_implicit:
        last = max((number for number in taken if number <= _HIGHEST), default=0)
        after = (last // 100 + 1) * 100
        if after <= _HIGHEST:
            return after
    below = range(min(denied.number, _HIGHEST + 1) - 1, 0, -1)
    round_ones = (number for number in below if number % _STEP == 0 and number not in taken)
    return next(round_ones, None) or next((number for number in below if number not in taken), None)


def _line(verb: str, *arguments: str, region: str) -> str:
    """One line that a shell takes apart into just these words."""
    where = ("--region", region) if region else ()
    return clean(" ".join(map(_quoted, ("aws", "ec2", verb, *arguments, *where))))
