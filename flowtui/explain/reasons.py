"""Why a flow may have been rejected although the current rules would allow it, the likeliest first.

Ranked by what the record shows; none of them is proved. Source: VPC User Guide, "Flow log records" (action),
EC2 User Guide, "Security group connection tracking".
"""

from __future__ import annotations

from datetime import UTC, datetime

from flowtui.explain.answer import Decision, Layer, LayerDecision
from flowtui.explain.flow import Flow, Twin
from flowtui.explain.layers import Ruling
from flowtui.explain.packet import Packet
from flowtui.records.decode import TCP, flag_names
from flowtui.topology.rules import GroupRule

_FIN, _SYN, _RST = 1, 2, 4
_FEW = 3
"""Packets: what comes after a connection's end is an acknowledgement or two, seldom sent again."""

_EPHEMERAL = 1024


def reasons_of(
    flow: Flow,
    packet: Packet,
    twin: Twin | None,
    rulings: tuple[Ruling, ...],
    gates: tuple[LayerDecision, ...],
    read_at: float,
) -> tuple[str, ...]:
    """The possible reasons, each a sentence."""
    then, read = moment(flow.end or flow.start), moment(read_at)
    found = [
        *_by_type(rulings),
        *_late(flow, packet, twin),
        (40, f"A rule was changed since {then}; these were read at {read}."),
        *_moved(rulings),
        *_gates(gates),
        *_untracked(flow, twin),
    ]
    return tuple(text for _, text in sorted(found, key=lambda pair: -pair[0]))


_Scored = list[tuple[int, str]]


def _by_type(rulings: tuple[Ruling, ...]) -> _Scored:
    return [
        (100, f"It is of another ICMP type than the rules allow: {ruling.decision.text}.")
        for ruling in rulings
        if ruling.is_by_type
    ]


def _late(flow: Flow, packet: Packet, twin: Twin | None) -> _Scored:
    """A packet after the end of its connection: a cause of REJECT that AWS documents."""
    if packet.protocol != TCP or ((flow.dstport or 0) < _EPHEMERAL and (flow.srcport or 0) < _EPHEMERAL):
        return []
    has_twin = twin is not None and (twin.opposite or twin.earlier) is not None
    flags = flow.tcp_flags
    shown, score = [], 10
    if flags is not None and not flags & _SYN:
        score += 50 if flags & (_FIN | _RST) else 25
        shown.append(f"TCP flags {flag_names(flags)}")
    if flow.packets is not None and flow.packets <= _FEW:
        score += 10
        shown.append(f"{flow.packets} packet{'s' * (flow.packets != 1)}")
    if has_twin:
        score += 25
        shown.append("an accepted record of the same connection")
    if flags is not None and flags & _SYN:
        return []
    said = f": {', '.join(shown)}" if shown else ""
    return [(score, f"It came after its connection had been closed{said}.")]


def _moved(rulings: tuple[Ruling, ...]) -> _Scored:
    by_reference = any(
        isinstance(ruling.test.rule, GroupRule) and ruling.test.rule.peer_group_id
        for ruling in rulings
        if ruling.test is not None
    )
    text = "An address or a security group was on another interface then."
    return [(38 if by_reference else 20, text)]


def _gates(gates: tuple[LayerDecision, ...]) -> _Scored:
    names = {
        Layer.BLOCK_PUBLIC_ACCESS: (30, "VPC Block Public Access"),
        Layer.ENCRYPTION_CONTROLS: (25, "Encryption controls"),
    }
    return [
        (names[gate.layer][0], f"{names[gate.layer][1]} cannot be excluded: {gate.text}.")
        for gate in gates
        if gate.decision is Decision.UNKNOWN
    ]


def _untracked(flow: Flow, twin: Twin | None) -> _Scored:
    has_twin = twin is not None and (twin.opposite or twin.earlier) is not None
    if not has_twin and flow.tcp_flags != 0:
        return []
    return [(15, "The tracking of its connection had ended, so that it was judged as a new one.")]


def moment(seconds: float | None) -> str:
    """A time in UTC, `2026-01-31 12:01:07Z`; `an unknown time` where there is none."""
    if seconds is None:
        return "an unknown time"
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return "an unknown time"
