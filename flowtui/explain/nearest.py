"""The rule that came closest to letting a packet through: all of it fitted but one dimension."""

from __future__ import annotations

from typing import Literal

from flowtui.explain.answer import Layer, Nearest
from flowtui.explain.layers import Ruling
from flowtui.explain.match import Fit, Test
from flowtui.explain.packet import PORTED, Packet
from flowtui.explain.policy import Policy
from flowtui.explain.table import Table
from flowtui.explain.words import rule_name, rule_text
from flowtui.topology.rules import ANY, AclRule

_Off = Literal["port", "source", "destination", "protocol"]
_Rank = tuple[int, int]
_FIRST: _Rank = (0, 0)


def nearest_of_groups(policy: Policy, packet: Packet) -> Nearest | None:
    """The nearest rule of the interface's security groups; None where all are off in more than one way."""
    return _nearest(Layer.SECURITY_GROUP, policy.group_tests[packet.is_egress], packet)


def nearest_of_acl(policy: Policy, packet: Packet, ruling: Ruling) -> Nearest | None:
    """The nearest entry that allows: one behind the entry that denied, else one that is off in one way."""
    table = policy.acl_tests[packet.is_egress]
    for test in table.concerning(packet):
        if _allows(test) and test.fit(packet) is Fit.YES:
            denied = rule_name(ruling.test) if ruling.test is not None else ""
            text = f"{rule_text(test)}, but comes after rule {denied}"
            return Nearest(Layer.NETWORK_ACL, rule_name(test), "order", text)
    return _nearest(Layer.NETWORK_ACL, table, packet)


def _allows(test: Test) -> bool:
    return not isinstance(test.rule, AclRule) or test.rule.is_allow


def _nearest(layer: Layer, table: Table, packet: Packet) -> Nearest | None:
    # What is off in one way only is right in service, or else in its peers.
    for tests in (table.of_service(packet), table.of_peer(packet)):
        best: tuple[_Rank, Test, _Off] | None = None
        for test in tests:
            off = _only_off(test, packet) if _allows(test) else None
            if off is None:
                continue
            rank = _rank(test, packet, off)
            if best is None or rank < best[0]:
                best = (rank, test, off)
            if rank == _FIRST:
                break
        if best is not None:
            return Nearest(layer, rule_name(best[1]), best[2], rule_text(best[1]))
    return None


def _only_off(test: Test, packet: Packet) -> _Off | None:
    """The one dimension that keeps a rule from matching; None where there are more."""
    is_other = test.protocol_fit(packet) is Fit.NO
    if is_other and (test.protocol in PORTED) is not (packet.protocol in PORTED):
        # What has ports and what has none have more than the protocol between them.
        return None
    is_port = test.port_fit(packet) is Fit.NO
    is_peer = test.peers.fit(packet) is Fit.NO
    if is_other + is_port + is_peer != 1:
        return None
    if is_peer:
        return "destination" if packet.is_egress else "source"
    return "port" if is_port else "protocol"


def _rank(test: Test, packet: Packet, off: _Off) -> _Rank:
    """The smaller the nearer: the right service for others first, then the closest port."""
    if off in ("source", "destination"):
        # A rule for one service says more about what was meant than one for all.
        return (0, 1 if test.protocol == ANY else 0)
    if off == "port":
        port = packet.port or 0
        return (1, min(abs(port - test.low), abs(port - test.high)))
    return (2, 0 if test.low != ANY else 1)
