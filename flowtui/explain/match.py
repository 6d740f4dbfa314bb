"""Rules made ready to be asked: whether each lets a packet through, and on what that depends.

A record tells less than a packet, and not every reference can be resolved; so an answer may be MAYBE.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from flowtui.explain.packet import ICMP, PORTED, TYPED, Packet
from flowtui.explain.spans import NOTHING, Spans
from flowtui.records.decode import clean
from flowtui.topology.rules import ANY, AclRule, GroupRule, SecurityGroup


class Fit(Enum):
    """Whether something fits."""

    YES = "yes"
    NO = "no"
    MAYBE = "maybe"


@dataclass(frozen=True, slots=True)
class Peers:
    """The other ends that a rule means."""

    certain: Spans
    possible: Spans = NOTHING
    """Those that it may mean besides."""
    impossible: Spans = NOTHING
    """Those that it does not mean although they are possible by their range."""
    text: str = ""
    """`0.0.0.0/0`, `pl-1 offices`, `sg-2 app`."""
    why: str = ""
    """What is not known about the possible ones, as a clause."""
    code: str | None = None
    """Reachability Analyzer's code for that."""
    action: str = ""
    """The IAM action that would tell."""
    public: Spans = NOTHING
    """Public addresses of those that it means; it does not mean these."""

    def edges(self, is_v6: bool) -> Iterator[int]:
        """Between two of these addresses all fit alike."""
        for spans in (self.certain, self.possible, self.impossible):
            yield from spans.edges(is_v6)

    def fit(self, packet: Packet) -> Fit:
        """Whether the packet's other end is one of them."""
        if packet.peer is None:
            return Fit.MAYBE
        if packet.peer in self.certain:
            return Fit.YES
        if self.possible.is_empty or packet.peer in self.impossible:
            return Fit.NO
        return Fit.MAYBE if packet.peer in self.possible else Fit.NO


@dataclass(frozen=True, slots=True)
class Test:
    """One rule, ready to be asked."""

    rule: GroupRule | AclRule
    group: SecurityGroup | None
    """The group that a GroupRule is of."""
    peers: Peers
    protocol: int
    low: int
    """First port, where the protocol has ports; `low` and `high` are ANY where all are meant."""
    high: int
    is_typed: bool = False
    """Whether only some ICMP types or codes are meant."""

    def fit(self, packet: Packet) -> Fit:
        """Whether it matches the packet."""
        protocol = self.protocol_fit(packet)
        if protocol is Fit.NO:
            return Fit.NO
        port = self.port_fit(packet)
        if port is Fit.NO:
            return Fit.NO
        peer = self.peers.fit(packet)
        if peer is Fit.NO:
            return Fit.NO
        return Fit.YES if protocol is port is peer is Fit.YES else Fit.MAYBE

    def protocol_fit(self, packet: Packet) -> Fit:
        """Whether the protocol is the one that it means."""
        if self.protocol in (ANY, packet.protocol):
            return Fit.YES
        return Fit.MAYBE if packet.protocol is None else Fit.NO

    def port_fit(self, packet: Packet) -> Fit:
        """Whether the destination port, or what ICMP has instead, is one that it means."""
        if self.is_typed:
            return Fit.MAYBE
        if self.low == ANY:
            return Fit.YES
        if packet.port is None:
            return Fit.YES if packet.protocol not in (None, *PORTED) else Fit.MAYBE
        return Fit.YES if self.low <= packet.port <= self.high else Fit.NO

    def is_by_type(self, packet: Packet) -> bool:
        """Whether, of all that the record does not tell, only the ICMP type keeps it from being certain."""
        return self.is_typed and self.protocol_fit(packet) is Fit.YES and self.peers.fit(packet) is Fit.YES


def group_test(rule: GroupRule, group: SecurityGroup, peers: Peers) -> Test:
    """A security group's rule; ports count for TCP and UDP, types for ICMP (API_IpPermission)."""
    low, high = _ports(rule)
    is_typed = rule.protocol in TYPED and rule.from_port != ANY
    return Test(rule, group, peers, rule.protocol, low, high, is_typed)


def acl_test(rule: AclRule) -> Test:
    """A network ACL's entry; other protocols than TCP, UDP and ICMP are matched whatever the ports.

    Types of ICMPv6 count with an IPv6 CIDR only (API_CreateNetworkAclEntry).
    """
    typed = TYPED if ":" in rule.cidr else (ICMP,)
    low, high = _ports(rule)
    is_typed = rule.protocol in typed and rule.icmp_type != ANY
    peers = Peers(Spans((rule.cidr,)), text=clean(rule.cidr))
    return Test(rule, None, peers, rule.protocol, low, high, is_typed)


def _ports(rule: GroupRule | AclRule) -> tuple[int, int]:
    has_ports = rule.protocol in PORTED and rule.from_port != ANY
    return (rule.from_port, rule.to_port) if has_ports else (ANY, ANY)
