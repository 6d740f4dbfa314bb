"""Flows: one direction of a conversation as one interface of the lab sees it.

What they are made of; which ones there are is `traffic`'s business, and when they are reported `delivery`'s.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from flowtui.demo.lab import Lab, Nic

SLICE_S = 10
"""Conversations are made up for so many demo seconds at a time."""

ICMP, TCP, UDP = 1, 6, 17
ACCEPT, REJECT = "ACCEPT", "REJECT"
BPA, EC, NO_REASON = "BPA", "EC", "-"
"""VPC Block Public Access, encryption controls, any other reason: the values of reject-reason."""
FIN, SYN, RST, ACK = 1, 2, 4, 16


class Flow(NamedTuple):
    """A flow at an interface; times in demo seconds."""

    nic: Nic
    source: str
    target: str
    source_port: int
    target_port: int
    protocol: int
    packets: int
    packet_bytes: float
    begin: float
    end: float
    action: str = ACCEPT
    flags: int = 0
    """The TCP flags of all its packets, as records tell them."""
    reason: str = NO_REASON


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its reply: what both ends of a conversation say about it."""

    source: str
    target: str
    source_port: int
    target_port: int
    protocol: int
    begin: float
    end: float
    packets: int
    packet_bytes: float
    reply_packets: int
    reply_bytes: float

    def request(self, nic: Nic, action: str = ACCEPT) -> Flow:
        """The request, seen at an interface."""
        return Flow(
            nic, self.source, self.target, self.source_port, self.target_port, self.protocol,
            self.packets, self.packet_bytes, self.begin, self.end, action,
        )  # fmt: skip

    def reply(self, nic: Nic, action: str = ACCEPT) -> Flow:
        """The reply, seen at an interface."""
        return Flow(
            nic, self.target, self.source, self.target_port, self.source_port, self.protocol,
            self.reply_packets, self.reply_bytes, self.begin, self.end, action,
        )  # fmt: skip

    def both(self, *nics: Nic) -> list[Flow]:
        """Request and reply, accepted at each of the interfaces."""
        return [flow for nic in nics for flow in (self.request(nic), self.reply(nic))]

    def through(self, nat: Nic, port: int) -> list[Flow]:
        """What the NAT gateway's interface sees of an exchange with the outside, from its own port.

        Four flows: in from the instance and out to the internet, and both back. Towards the instance the
        gateway's own private address stands for the outside (user guide, NAT gateway example).
        """
        inner = replace(self, target=nat.address)
        outer = replace(self, source=nat.address, source_port=port)
        return [inner.request(nat), outer.request(nat), outer.reply(nat), inner.reply(nat)]


def behind_nat(exchange: Exchange, nic: Nic, network: Lab, port: int) -> list[Flow]:
    """An exchange of a private instance with the outside, at its interface and at the NAT gateway's."""
    return exchange.both(nic) + exchange.through(network.nat, port)
