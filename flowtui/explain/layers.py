"""What the two layers of rules decide on a packet: the union of the security groups, the ACL in its order.

Source: VPC User Guide, "Security group rules" and "Network ACL rules"; Transit Gateway guide, "How network
ACLs work with transit gateways".
"""

from __future__ import annotations

from dataclasses import dataclass

from flowtui.explain.answer import Decision, Layer, LayerDecision
from flowtui.explain.match import Fit, Test
from flowtui.explain.packet import Packet
from flowtui.explain.policy import Policy
from flowtui.explain.words import acl_text, group_text, listed, rule_name, rule_text
from flowtui.records.decode import clean
from flowtui.topology.model import OwnerKind
from flowtui.topology.rules import AclRule

GROUPS_ACTION = "ec2:DescribeSecurityGroupRules"
ACLS_ACTION = "ec2:DescribeNetworkAcls"
SUBNETS_ACTION = "ec2:DescribeSubnets"


@dataclass(frozen=True, slots=True)
class Ruling:
    """A layer's decision with the rules behind it."""

    decision: LayerDecision
    test: Test | None = None
    """The rule that decided."""
    is_by_type: bool = False
    """Whether all that keeps it unknown is the ICMP type, which no record tells."""

    @property
    def is_deny(self) -> bool:
        """Whether it denies."""
        return self.decision.decision is Decision.DENY

    @property
    def is_unread(self) -> bool:
        """Whether it is unknown for want of something that could be read."""
        return self.decision.decision is Decision.UNKNOWN and not self.is_by_type


def rule_on_groups(policy: Policy, packet: Packet) -> Ruling:
    """The security groups: what any rule of any of them allows passes, all else does not."""
    aside = _groups_aside(policy, packet)
    if aside:
        return _no_say(Layer.SECURITY_GROUP, aside)
    possible: list[Test] = []
    for test in policy.group_tests[packet.is_egress].concerning(packet):
        fit = test.fit(packet)
        if fit is Fit.YES:
            return _group_allows(test)
        if fit is Fit.MAYBE:
            possible.append(test)
    if policy.hidden_groups:
        names = listed(policy.hidden_groups)
        text = f"the rules of {names} could not be read or belong to another account"
        return Ruling(_unknown(Layer.SECURITY_GROUP, text, action=GROUPS_ACTION))
    if possible:
        return _undecided(Layer.SECURITY_GROUP, possible, packet)
    return _groups_deny(policy, packet)


def _groups_aside(policy: Policy, packet: Packet) -> str:
    """Why security groups have no say; empty where they have."""
    if not policy.interface.group_ids:
        kind = policy.interface.owner.kind
        what = "interface" if kind in (OwnerKind.OTHER, OwnerKind.INSTANCE) else kind.value
        return f"this {what} has no security group"
    return _unfiltered(policy, packet)


def _group_allows(test: Test) -> Ruling:
    assert test.group is not None
    text = f"{rule_text(test)} in {group_text(test.group)}"
    return Ruling(
        LayerDecision(
            Layer.SECURITY_GROUP, Decision.ALLOW, test.group.id, test.group.name, rule_name(test), None, text
        ),
        test,
    )


def _groups_deny(policy: Policy, packet: Packet) -> Ruling:
    names = tuple(group_text(group) for group in policy.groups)
    has_any = bool(policy.group_tests[packet.is_egress])
    what = f"{packet.bound} rule for {packet.text}" if has_any else f"{packet.bound} rules at all"
    subject = f"{names[0]} has no" if len(names) == 1 else f"none of {listed(names)} has an"
    subject = subject if has_any or len(names) == 1 else f"{listed(names)} have no"
    code, beside = "ENI_SG_RULES_MISMATCH" if has_any else "SG_HAS_NO_RULES", ""
    if (by_public := _by_public(policy, packet)) is not None:
        code = "SG_REFERENCES_NOT_PRESERVED"
        beside = f" ({rule_text(by_public)}, but means private addresses only)"
    first, text = policy.groups[0], f"{subject} {what}{beside}"
    return Ruling(LayerDecision(Layer.SECURITY_GROUP, Decision.DENY, first.id, first.name, None, code, text))


def _by_public(policy: Policy, packet: Packet) -> Test | None:
    """The rule that refers to a group whose interface has this address, but as its public one."""
    if packet.peer is None:
        return None
    tests = policy.group_tests[packet.is_egress].of_service(packet)
    return next((test for test in tests if packet.peer in test.peers.public), None)


def rule_on_acl(policy: Policy, packet: Packet) -> Ruling:
    """The network ACL: the first entry that matches decides; between hosts of one subnet it has no say."""
    aside = _acl_aside(policy, packet)
    if aside:
        return _no_say(Layer.NETWORK_ACL, aside)
    acl = policy.acl
    if acl is None:
        text = f"the network ACL of {clean(policy.interface.subnet_id) or 'the subnet'} could not be read"
        return Ruling(_unknown(Layer.NETWORK_ACL, text, action=ACLS_ACTION))
    possible: list[Test] = []
    for test in policy.acl_tests[packet.is_egress].concerning(packet):
        fit = test.fit(packet)
        if fit is Fit.YES:
            return _acl_decides(policy, packet, test, possible)
        if fit is Fit.MAYBE:
            possible.append(test)
    return _undecided(Layer.NETWORK_ACL, possible, packet)


def _acl_aside(policy: Policy, packet: Packet) -> str:
    """Why the network ACL has no say; empty where it has."""
    is_gateway = policy.interface.owner.kind is OwnerKind.TRANSIT_GATEWAY
    is_inside = packet.peer is not None and packet.peer in policy.own_subnet
    if is_inside and not (is_gateway and not packet.is_egress):
        return "both ends are in one subnet"
    if policy.has_transit_gateway and not is_gateway and not packet.is_egress:
        route = policy.route_to(packet.peer)
        if route is not None and route.target.startswith("tgw-"):
            return "it came from the transit gateway in the same subnet"
    return _unfiltered(policy, packet)


def _unfiltered(policy: Policy, packet: Packet) -> str:
    if packet.peer is None:
        return ""
    what = policy.unfiltered.get(packet.peer)
    return f"{what} is not filtered" if what else ""


def _acl_decides(policy: Policy, packet: Packet, test: Test, possible: list[Test]) -> Ruling:
    """An entry matches for certain; entries before it that may match count where they say otherwise."""
    assert policy.acl is not None
    is_allow = _is_allow(test)
    contrary = [each for each in possible if _is_allow(each) is not is_allow]
    if contrary:
        return _undecided(Layer.NETWORK_ACL, contrary, packet)
    if not is_allow and policy.own_subnet.is_empty and not packet.is_from_afar:
        text = "whether both ends are in one subnet is not known"
        return Ruling(_unknown(Layer.NETWORK_ACL, text, action=SUBNETS_ACTION))
    text = f"{rule_text(test)} in {acl_text(policy.acl)}"
    code = None if is_allow else "SUBNET_ACL_RESTRICTION"
    decision = Decision.ALLOW if is_allow else Decision.DENY
    return Ruling(
        LayerDecision(
            Layer.NETWORK_ACL, decision, policy.acl.id, policy.acl.name, rule_name(test), code, text
        ),
        test,
    )


def _is_allow(test: Test) -> bool:
    return isinstance(test.rule, AclRule) and test.rule.is_allow


def _undecided(layer: Layer, possible: list[Test], packet: Packet) -> Ruling:
    """Rules that may match: for what the record does not tell, or for what could not be read."""
    typed = [test for test in possible if test.is_by_type(packet)]
    unread = next((test for test in possible if test not in typed and test.peers.why), None)
    if unread is not None and packet.peer is not None:
        text = f"{rule_text(unread)}, and {unread.peers.why}"
        return Ruling(_unknown(layer, text, unread.peers.code, unread.peers.action))
    if typed and len(typed) == len(possible):
        text = f"{rule_text(typed[0])}, and the record does not tell the ICMP type"
        return Ruling(_unknown(layer, text), typed[0], is_by_type=True)
    lacks = "address" if packet.peer is None else "protocol" if packet.protocol is None else "port"
    return Ruling(_unknown(layer, f"the record has no {lacks} to judge by"))


def _no_say(layer: Layer, text: str) -> Ruling:
    return Ruling(LayerDecision(layer, Decision.NOT_APPLICABLE, text=text))


def _unknown(layer: Layer, text: str, code: str | None = None, action: str = "") -> LayerDecision:
    return LayerDecision(layer, Decision.UNKNOWN, code=code, text=text, action=action)
