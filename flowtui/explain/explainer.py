"""Explains records by one reading of the rules: the parts of this package put in their order.

Rules are made ready once for each interface; after that a record costs tens of microseconds. Any thread may
ask. Pure: time is handed in.
"""

from __future__ import annotations

from collections.abc import Iterable

from flowtui.explain.answer import (
    SERVICE,
    Decision,
    Direction,
    Explanation,
    Layer,
    LayerDecision,
    Nearest,
    Verdict,
)
from flowtui.explain.case import Case, regarding_state, verdict_of
from flowtui.explain.flow import Flow, Twin
from flowtui.explain.gates import BPA, EC, gates_told, rule_on_encryption, rule_on_public_access
from flowtui.explain.layers import rule_on_acl, rule_on_groups
from flowtui.explain.nearest import nearest_of_acl, nearest_of_groups
from flowtui.explain.packet import packet_of
from flowtui.explain.peers import Referees
from flowtui.explain.policy import Policy, policy_of
from flowtui.explain.reasons import reasons_of
from flowtui.explain.remedy import acl_command, group_command, warning_of
from flowtui.explain.reply import reply_of
from flowtui.explain.sentences import age, common_cause_of, sentence, service_named
from flowtui.records.decode import clean
from flowtui.records.fields import ACTION, ACTIONS
from flowtui.topology.lookup import TopologyIndex
from flowtui.topology.model import Missing, Topology
from flowtui.topology.rules import Rules

_INTERFACES_ACTION = "ec2:DescribeNetworkInterfaces"
_ACCEPT, _REJECT = ACTIONS
_NO_TOPOLOGY = Topology(account="", region="", read_at=0.0)


class Explainer:
    """Explains by the rules of one topology (`index.topology.rules`); None: it has not been read yet."""

    def __init__(self, index: TopologyIndex | None) -> None:
        self._is_read = index is not None
        self._index = index = index or TopologyIndex(_NO_TOPOLOGY)
        self._rules = index.topology.rules
        self._referees = None if self._rules is None else Referees(index, self._rules)
        self._policies: dict[str, Policy] = {}

    def explain(self, flow: Flow, twin: Twin | None, now: float) -> Explanation:
        """Why this record says REJECT, or why there is nothing to explain. Never raises on any record.

        `twin` is what was found beside it, None where nobody could look; `now` is epoch seconds.
        """
        direction = self._direction(flow)
        if not flow.is_flow:
            return Explanation(Verdict.NO_FLOW, direction, _no_flow(flow))
        if flow.action != _REJECT:
            return _not_rejected(flow, direction)
        policy = self._policy(flow.interface_id)
        if policy is None or self._rules is None or direction == "unknown":
            return self._in_the_dark(flow, direction, now)
        return self._judged(_case(flow, twin, policy, self._rules, direction == "egress"), now)

    def _policy(self, interface_id: str | None) -> Policy | None:
        """The rules of an interface, ready; None where the interface or the rules are not known."""
        known = self._policies.get(interface_id or "")
        if known is not None:
            return known
        interface = self._index.interface(interface_id or "")
        if interface is None or self._rules is None or self._referees is None:
            return None
        policy = policy_of(interface, self._index, self._rules, self._referees)
        self._policies[interface.id] = policy
        return policy

    def _direction(self, flow: Flow) -> Direction:
        if flow.flow_direction == "ingress":
            return "ingress"
        if flow.flow_direction == "egress":
            return "egress"
        source, destination = flow.srcaddr or flow.pkt_srcaddr, flow.dstaddr or flow.pkt_dstaddr
        return self._index.direction(flow.interface_id or "", source, destination) or "unknown"

    def _judged(self, case: Case, now: float) -> Explanation:
        verdict, read_at, common_cause = case.verdict, case.rules.read_at, common_cause_of(case)
        nearest, command = _nearest(case), self._command(case)
        reasons: tuple[str, ...] = ()
        if verdict is Verdict.ALLOWED:
            rulings, gates = (case.groups, case.acl), (case.public_access, case.encryption)
            reasons = reasons_of(case.flow, case.packet, case.twin, rulings, gates, read_at)
        return Explanation(
            verdict=verdict,
            direction=case.packet.direction,
            text=sentence(case, nearest, reasons, now) + self._wanting(case),
            layers=case.layers,
            cause=common_cause.replace(SERVICE, service_named(case)),
            common_cause=common_cause,
            is_reply=case.reply.is_reply is True,
            nearest=nearest,
            command=command,
            warning=warning_of(case.packet, has_command=command is not None),
            reasons=reasons,
            actions=tuple(missing.action for missing in self._missing(case.layers)),
            rules_read_at=read_at,
        )

    def _command(self, case: Case) -> str | None:
        """What would let just this flow through all the layers that deny it; None where nothing would."""
        region, commands = self._index.topology.region, []
        if case.verdict in (Verdict.NETWORK_ACL, Verdict.BOTH):
            commands.append(acl_command(case.policy, case.packet, region, case.acl))
        if case.verdict in (Verdict.SECURITY_GROUP, Verdict.BOTH):
            # A reply needs no rule of its own, only a connection that is still tracked.
            is_reply = case.reply.is_reply is True
            commands.append(None if is_reply else group_command(case.policy, case.packet, region))
        whole = [command for command in commands if command is not None]
        return " && ".join(whole) if whole and len(whole) == len(commands) else None

    def _in_the_dark(self, flow: Flow, direction: Direction, now: float) -> Explanation:
        """No rules for it: the interface is not known, or the rules or the direction are not."""
        why, missing = self._why_dark(flow)
        unread = {layer: LayerDecision(layer, Decision.UNKNOWN, text=why) for layer in _ORDER}
        unread |= {each.layer: each for each in gates_told(flow) or ()}
        verdict = _TOLD.get(flow.reject_reason or "", Verdict.UNKNOWN)
        head = f"It cannot be said why it was rejected: {why}."
        if verdict is not Verdict.UNKNOWN:
            head = f"Rejected by {_BY[verdict]}: the record says so; {why}."
        read_at = None if self._rules is None else self._rules.read_at
        tail = "" if read_at is None else f" {age(read_at, now)}"
        cause = _BY.get(verdict) or f"unknown: {why}"
        return Explanation(
            verdict=verdict,
            direction=direction,
            text=f"{head}{_permissions(missing)}{tail}",
            layers=tuple(unread.values()),
            cause=cause,
            common_cause=cause,
            actions=tuple(each.action for each in missing),
            rules_read_at=read_at,
        )

    def _why_dark(self, flow: Flow) -> tuple[str, tuple[Missing, ...]]:
        """Why nothing is known, in a clause, and the parts that would tell."""
        interface_id = clean(flow.interface_id or "")
        if not self._is_read:
            return "the topology has not been read yet", ()
        if self._index.interface(flow.interface_id or "") is None:
            if not interface_id:
                return "the record names no interface", ()
            unread = tuple(m for m in self._index.topology.missing if m.action == _INTERFACES_ACTION)
            why = "could not be read" if unread else "is not among the interfaces of this account and region"
            return f"{interface_id} {why}", unread
        if self._rules is None:
            return "the rules have not been read", ()
        return f"neither end alone is an address of {interface_id}, and no flow-direction is recorded", ()

    def _missing(self, layers: Iterable[LayerDecision]) -> tuple[Missing, ...]:
        """The parts whose absence leaves a layer unknown; only what was refused, since nothing else helps."""
        wanted = {each.action for each in layers if each.decision is Decision.UNKNOWN and each.action}
        rules = () if self._rules is None else self._rules.missing
        found = {each.action: each for each in (*rules, *self._index.topology.missing)}
        kin = {action for each in wanted for action in (each, *_KIN.get(each, ()))}
        return tuple(missing for action, missing in found.items() if action in kin)

    def _wanting(self, case: Case) -> str:
        if case.verdict is not Verdict.UNKNOWN:
            return ""
        return _permissions(self._missing((case.groups.decision, case.acl.decision)))


_ORDER = (Layer.BLOCK_PUBLIC_ACCESS, Layer.NETWORK_ACL, Layer.SECURITY_GROUP, Layer.ENCRYPTION_CONTROLS)
_TOLD = {BPA: Verdict.BLOCK_PUBLIC_ACCESS, EC: Verdict.ENCRYPTION_CONTROLS}
_BY = {
    Verdict.BLOCK_PUBLIC_ACCESS: "VPC Block Public Access",
    Verdict.ENCRYPTION_CONTROLS: "the VPC's encryption controls",
}

_KIN = {
    "ec2:DescribeSecurityGroupRules": ("ec2:DescribeSecurityGroups",),
    "ec2:GetManagedPrefixListEntries": ("ec2:DescribePrefixLists",),
}
"""Actions that may each be the one that is wanting."""


def _case(flow: Flow, twin: Twin | None, policy: Policy, rules: Rules, is_egress: bool) -> Case:
    packet, reply = packet_of(flow, is_egress), reply_of(flow, twin)
    acl = rule_on_acl(policy, packet)
    groups = regarding_state(rule_on_groups(policy, packet), acl, reply)
    public_access, encryption = gates_told(flow, rules, policy.interface.vpc_id) or (
        rule_on_public_access(policy, packet, rules),
        rule_on_encryption(policy, rules),
    )
    verdict = verdict_of(flow, groups, acl, public_access)
    return Case(flow, twin, packet, policy, rules, reply, groups, acl, public_access, encryption, verdict)


def _nearest(case: Case) -> Nearest | None:
    nearest = None
    if case.verdict in (Verdict.SECURITY_GROUP, Verdict.BOTH):
        nearest = nearest_of_groups(case.policy, case.packet)
    if nearest is None and case.verdict in (Verdict.NETWORK_ACL, Verdict.BOTH):
        nearest = nearest_of_acl(case.policy, case.packet, case.acl)
    return nearest


def _no_flow(flow: Flow) -> str:
    if flow.log_status == "SKIPDATA":
        return "No flow: SKIPDATA tells that AWS lost records in this window."
    return "No flow: NODATA tells that there was no traffic in this window."


def _not_rejected(flow: Flow, direction: Direction) -> Explanation:
    if flow.action == _ACCEPT:
        return Explanation(Verdict.NOT_REJECTED, direction, "Not rejected: the record says ACCEPT.")
    text = f"It cannot be said whether it was rejected: the record has no {ACTION.name}."
    return Explanation(Verdict.UNKNOWN, direction, text, cause="no action in the record")


def _permissions(missing: Iterable[Missing]) -> str:
    return "".join(clean(f" {each.action} would tell: {each.sentence}") for each in missing)
