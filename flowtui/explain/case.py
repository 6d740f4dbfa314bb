"""Everything that was found out about one rejected record, before it is put into words."""

from __future__ import annotations

from dataclasses import dataclass

from flowtui.explain.answer import Decision, LayerDecision, Verdict
from flowtui.explain.flow import Flow, Twin
from flowtui.explain.gates import BPA, EC
from flowtui.explain.layers import Ruling
from flowtui.explain.packet import Packet
from flowtui.explain.policy import Policy
from flowtui.explain.reply import Reply
from flowtui.topology.rules import Rules

STATEFUL = "it is a reply, which security groups let pass whatever their rules"
ENDED = "as a reply it would have passed, had its connection still been tracked"


@dataclass(frozen=True, slots=True)
class Case:
    """One rejected record, and what each layer says of it."""

    flow: Flow
    twin: Twin | None
    packet: Packet
    policy: Policy
    rules: Rules
    reply: Reply
    groups: Ruling
    """The security groups, statefulness regarded."""
    acl: Ruling
    public_access: LayerDecision
    encryption: LayerDecision
    verdict: Verdict

    @property
    def layers(self) -> tuple[LayerDecision, ...]:
        """In the order in which the packet meets them."""
        inner = (self.acl.decision, self.groups.decision)
        if self.packet.is_egress:
            return (*reversed(inner), self.public_access, self.encryption)
        return (self.public_access, *inner, self.encryption)


def regarding_state(groups: Ruling, acl: Ruling, reply: Reply) -> Ruling:
    """The security groups' ruling, where the packet is a reply: tracking comes before their rules.

    Where nothing else can have rejected a reply, its tracking had ended, and then their rules do count.
    """
    if not reply.is_reply or groups.decision.decision not in (Decision.DENY, Decision.UNKNOWN):
        return groups
    raw = groups.decision
    if acl.is_deny or (groups.is_deny and acl.is_by_type):
        passed = LayerDecision(raw.layer, Decision.ALLOW, raw.id, raw.name, text=STATEFUL)
        return Ruling(passed)
    if groups.is_deny and acl.is_unread:
        text = f"{raw.text}; {ENDED}"
        return Ruling(LayerDecision(raw.layer, Decision.UNKNOWN, raw.id, raw.name, text=text))
    return groups


def verdict_of(flow: Flow, groups: Ruling, acl: Ruling, public_access: LayerDecision) -> Verdict:
    """The layers known to deny, else whether the two of rules were read."""
    if flow.reject_reason == BPA or public_access.decision is Decision.DENY:
        return Verdict.BLOCK_PUBLIC_ACCESS
    if flow.reject_reason == EC:
        return Verdict.ENCRYPTION_CONTROLS
    match groups.is_deny, acl.is_deny:
        case True, True:
            return Verdict.BOTH
        case True, False:
            return Verdict.SECURITY_GROUP
        case False, True:
            return Verdict.NETWORK_ACL
    return Verdict.UNKNOWN if groups.is_unread or acl.is_unread else Verdict.ALLOWED
