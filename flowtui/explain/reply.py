"""Whether a rejected record is the reply to something that was accepted, and what shows it.

Security groups are stateful: the reply of a tracked connection passes whatever their rules say. Network ACLs
are not (VPC User Guide, "Compare security groups and network ACLs").
"""

from __future__ import annotations

from dataclasses import dataclass

from flowtui.explain.flow import Flow, Twin

_SYN, _ACK = 2, 16
_SYN_ACK = _SYN | _ACK


@dataclass(frozen=True, slots=True)
class Reply:
    """What is known about it."""

    is_reply: bool | None
    """None: nothing in the record tells, and nobody could look for another."""
    evidence: str = ""
    """A clause: what shows that it is one."""


def reply_of(flow: Flow, twin: Twin | None) -> Reply:
    """Decides by the TCP flags of both records, else by which of them came first."""
    flags = flow.tcp_flags or 0
    if flags & _SYN_ACK == _SYN_ACK:
        return Reply(True, "its TCP flags are a server's SYN-ACK")
    if flags & _SYN:
        return Reply(False)
    if twin is None:
        return Reply(None)
    opposite = twin.opposite
    if opposite is None or (opposite.tcp_flags or 0) & _SYN_ACK == _SYN_ACK:
        return Reply(False)
    is_opener = bool((opposite.tcp_flags or 0) & _SYN)
    if is_opener or _is_before(opposite, flow):
        return Reply(True, "the record of the other direction was accepted")
    return Reply(False)


def _is_before(opposite: Flow, flow: Flow) -> bool:
    """Whether it began first; two ends of a ping often share one window."""
    if opposite.start is None or flow.start is None:
        return True
    return opposite.start <= flow.start
