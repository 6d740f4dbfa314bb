"""What a rule looks at in a flow: the direction, the other end, the protocol and the destination port.

Port ranges of rules mean the destination port in both directions (VPC User Guide, "Control subnet traffic
with network access control lists").
"""

from __future__ import annotations

from dataclasses import dataclass

from flowtui.explain.answer import Direction
from flowtui.explain.flow import Flow
from flowtui.explain.spans import Address, Spans
from flowtui.records.address import parse_text
from flowtui.records.decode import TCP, UDP, protocol_name

ICMP, ICMP_V6 = 1, 58
PORTED = (TCP, UDP)
"""The protocols of which rules regard the ports."""
TYPED = (ICMP, ICMP_V6)
"""The protocols of which rules regard type and code, which no record tells."""

PRIVATE = Spans(
    (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "fc00::/7",
        "fe80::/10",
    )
)
"""RFC 1918, 6598, 3927, 4193 and 4291: what no internet gateway passes."""


@dataclass(frozen=True, slots=True)
class Packet:
    """What is judged; None is what the record does not tell."""

    is_egress: bool
    peer: Address | None
    """The source of what comes in, the destination of what goes out."""
    peer_text: str
    """Empty where there is none."""
    protocol: int | None
    port: int | None
    """The destination port; None too where the protocol has none."""
    service: str
    """`tcp/80`, `icmp`."""

    @property
    def direction(self) -> Direction:
        """In AWS's word."""
        return "egress" if self.is_egress else "ingress"

    @property
    def bound(self) -> str:
        """In the word of whoever writes rules."""
        return "outbound" if self.is_egress else "inbound"

    @property
    def way(self) -> str:
        """`from 203.0.113.9`, `to 10.0.0.1`; empty where the record has no address."""
        if not self.peer_text:
            return ""
        return f"{'to' if self.is_egress else 'from'} {self.peer_text}"

    @property
    def text(self) -> str:
        """`tcp/80 from 203.0.113.9`."""
        return f"{self.service} {self.way}".rstrip()

    @property
    def is_from_afar(self) -> bool:
        """Whether the other end has a public IPv4 address; an IPv6 one may be in any subnet."""
        return self.peer is not None and not self.peer[1] and self.peer not in PRIVATE

    @property
    def is_public(self) -> bool:
        """Whether the other end has an address of the internet, which a VPC may have too for IPv6."""
        return self.peer is not None and self.peer not in PRIVATE

    @property
    def host_cidr(self) -> str:
        """The other end alone, as a CIDR block."""
        is_v6 = self.peer is not None and self.peer[1]
        return f"{self.peer_text}/{128 if is_v6 else 32}"


def packet_of(flow: Flow, is_egress: bool) -> Packet:
    """What the rules see of a flow; the packet's own addresses come before those of the interface."""
    text = (flow.destination if is_egress else flow.source) or ""
    peer = parse_text(text)
    port = flow.dstport if flow.protocol is None or flow.protocol in PORTED else None
    service = service_of(flow.protocol, port)
    return Packet(is_egress, peer, text if peer is not None else "", flow.protocol, port, service)


def service_of(protocol: int | None, port: int | None) -> str:
    """`tcp/80`, `icmp`, `protocol 200`."""
    if protocol is None:
        return "traffic"
    name = protocol_name(protocol)
    name = f"protocol {name}" if name.isdigit() else name
    return name if port is None else f"{name}/{port}"
