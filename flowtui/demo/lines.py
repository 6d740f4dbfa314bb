"""How a flow record is written: the default format of version 2, and the shop's of version 8.

Source: VPC User Guide, "Flow log records".
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from flowtui.demo.flows import ACK, BPA, FIN, NO_REASON, SYN, Flow
from flowtui.demo.lab import ACCOUNT, Nic


class Cut(NamedTuple):
    """The part of a flow that falls into one window; times in seconds."""

    begin: float
    end: float
    packets: int
    bytes: int
    is_first: bool
    is_last: bool


class Writing(Protocol):
    """Writes the lines of one flow log; times of cuts and windows are in epoch seconds."""

    def flow(self, flow: Flow, cut: Cut) -> str:
        """The record of a part of a flow."""

    def nothing(self, nic: Nic, status: str, begin: float, end: float) -> str:
        """The line of a window without records, or whose records were lost: NODATA, SKIPDATA."""


class Version2:
    """The default format."""

    def flow(self, flow: Flow, cut: Cut) -> str:
        """See Writing."""
        return _line(2, flow, cut, cut.bytes)

    def nothing(self, nic: Nic, status: str, begin: float, end: float) -> str:
        """See Writing."""
        return f"2 {ACCOUNT} {nic.id} - - - - - - - {int(begin)} {int(end)} - {status}"


class Version8:
    """`shop.LOG_FORMAT`: TCP flags, the packet's own addresses, direction and path, and the reject-reason."""

    def flow(self, flow: Flow, cut: Cut) -> str:
        """See Writing."""
        is_in = flow.target == flow.nic.address
        # Records of VPC Block Public Access carry no bytes (user guide, "Flow log limitations").
        size = "-" if flow.reason == BPA else cut.bytes
        return (
            f"{_line(8, flow, cut, size)} {_flags(flow, cut)} {flow.source} {flow.target} "
            f"{'ingress -' if is_in else 'egress 1'} {flow.reason}"
        )

    def nothing(self, nic: Nic, status: str, begin: float, end: float) -> str:
        """See Writing."""
        return f"8 {ACCOUNT} {nic.id} - - - - - - - {int(begin)} {int(end)} - {status} - - - - - {NO_REASON}"


def _line(version: int, flow: Flow, cut: Cut, size: int | str) -> str:
    """The fields of the default format."""
    ends = f"{flow.source} {flow.target} {flow.source_port} {flow.target_port}"
    sums = f"{flow.protocol} {cut.packets} {size} {int(cut.begin)} {int(cut.end)}"
    return f"{version} {ACCOUNT} {flow.nic.id} {ends} {sums} {flow.action} OK"


def _flags(flow: Flow, cut: Cut) -> int:
    """The flags sent in this window: a connection is opened in its first one and closed in its last one."""
    opening = SYN | ACK if not cut.is_first else 0
    closing = FIN if not cut.is_last else 0
    return flow.flags & ~opening & ~closing
