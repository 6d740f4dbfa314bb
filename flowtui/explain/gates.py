"""What stands above the rules: VPC Block Public Access and encryption controls.

The record's reject-reason tells of both for certain, where the log format has it; else the options that were
read decide, and only where they leave no doubt. Source: VPC User Guide, "Block public access to VPCs and
subnets", "Enforce VPC encryption in transit".
"""

from __future__ import annotations

from collections.abc import Iterable

from flowtui.explain.answer import Decision, Layer, LayerDecision
from flowtui.explain.flow import Flow
from flowtui.explain.packet import Packet
from flowtui.explain.policy import Policy
from flowtui.records.decode import clean
from flowtui.topology.model import OwnerKind
from flowtui.topology.rules import BlockPublicAccess, EncryptionControl, Exclusion, Rules

BPA, EC = "BPA", "EC"
"""The values of reject-reason."""

OPTIONS_ACTION = "ec2:DescribeVpcBlockPublicAccessOptions"
EXCLUSIONS_ACTION = "ec2:DescribeVpcBlockPublicAccessExclusions"
CONTROLS_ACTION = "ec2:DescribeVpcEncryptionControls"

_BPA_CODE = "VPC_BLOCK_PUBLIC_ACCESS_ENABLED"
_GONE = ("deleting", "deleted")


def gates_told(
    flow: Flow, rules: Rules | None = None, vpc_id: str = ""
) -> tuple[LayerDecision, LayerDecision] | None:
    """Both layers, where the record tells; None where the log format lacks reject-reason.

    `rules` and the interface's VPC, where they are known, add what is in force now.
    """
    if not (flow.has_reject_reason or flow.reject_reason):
        return None
    access = None if rules is None else rules.block_public_access
    mode = "" if access is None else f"its mode is {access.mode}"
    control = None if rules is None else _control(rules.encryption_controls or (), vpc_id)
    held = "" if control is None else f"the mode of {control.id} is {control.mode}"
    return (
        _told(Layer.BLOCK_PUBLIC_ACCESS, flow.reject_reason == BPA, mode, code=_BPA_CODE),
        _told(
            Layer.ENCRYPTION_CONTROLS, flow.reject_reason == EC, held, None if control is None else control.id
        ),
    )


def _told(
    layer: Layer, is_deny: bool, now: str, thing_id: str | None = None, code: str | None = None
) -> LayerDecision:
    if is_deny:
        text = f"the record's reject-reason says so{f'; {clean(now)}' if now else ''}"
        return LayerDecision(layer, Decision.DENY, thing_id, code=code, text=text)
    return LayerDecision(layer, Decision.ALLOW, text="the record's reject-reason excludes it")


def _control(controls: Iterable[EncryptionControl], vpc_id: str) -> EncryptionControl | None:
    """The encryption control of a VPC, of which there is one at most."""
    return next((each for each in controls if each.vpc_id == vpc_id and each.state not in _GONE), None)


def rule_on_public_access(policy: Policy, packet: Packet, rules: Rules) -> LayerDecision:
    """VPC Block Public Access by the options in force."""
    known = rules.block_public_access
    aside = _public_aside(policy, packet)
    if aside:
        return _public(Decision.NOT_APPLICABLE, aside)
    if known is None:
        return _public(Decision.UNKNOWN, "its options could not be read", action=OPTIONS_ACTION)
    if known.mode == "off":
        return _public(Decision.ALLOW, "it is off")
    if known.exclusions is None:
        return _public(Decision.UNKNOWN, "its exclusions could not be read", action=EXCLUSIONS_ACTION)
    return _public_by(policy, packet, known, known.exclusions)


def _public_aside(policy: Policy, packet: Packet) -> str:
    """Why it has no say; empty where it has, or may have."""
    if packet.peer is not None and not packet.is_public:
        return "the other end is no address of the internet"
    route = policy.route_to(packet.peer)
    if route is None or route.target.startswith(("igw-", "eigw-", "nat-")):
        return ""
    return "the route does not lead to the internet"


def _public_by(
    policy: Policy, packet: Packet, known: BlockPublicAccess, exclusions: tuple[Exclusion, ...]
) -> LayerDecision:
    own = (policy.interface.subnet_id, policy.interface.vpc_id)
    exclusion = next((each for each in exclusions if each.resource_id in own), None)
    if exclusion is not None and (exclusion.mode == "allow-bidirectional" or packet.is_egress):
        text = clean(f"{exclusion.id} excludes {exclusion.resource_id}")
        return _public(Decision.ALLOW, text, exclusion.id)
    route = policy.route_to(packet.peer)
    target = route.target if route is not None else ""
    is_outlet = target.startswith(("igw-", "eigw-"))
    # A NAT or egress-only gateway lets in only replies, which this mode does not block.
    is_inlet = target.startswith("igw-") and policy.interface.owner.kind is not OwnerKind.NAT_GATEWAY
    if known.mode == "block-bidirectional" and is_outlet and exclusion is None:
        return _public(Decision.DENY, f"its mode is {known.mode}", code=_BPA_CODE)
    if known.mode == "block-ingress" and is_inlet and not packet.is_egress:
        return _public(Decision.DENY, f"its mode is {known.mode}", code=_BPA_CODE)
    text = clean(f"its mode is {known.mode}, and the log format lacks reject-reason")
    return _public(Decision.UNKNOWN, text)


def _public(
    decision: Decision, text: str, thing_id: str | None = None, code: str | None = None, action: str = ""
) -> LayerDecision:
    return LayerDecision(Layer.BLOCK_PUBLIC_ACCESS, decision, thing_id, code=code, text=text, action=action)


def rule_on_encryption(policy: Policy, rules: Rules) -> LayerDecision:
    """Encryption controls of the VPC: an enforcing one may deny, but only the record could tell."""
    layer, controls = Layer.ENCRYPTION_CONTROLS, rules.encryption_controls
    if controls is None:
        text = "they could not be read"
        return LayerDecision(layer, Decision.UNKNOWN, text=text, action=CONTROLS_ACTION)
    control = _control(controls, policy.interface.vpc_id)
    if control is None:
        return LayerDecision(layer, Decision.NOT_APPLICABLE, text="the VPC has none")
    if control.mode != "enforce":
        return LayerDecision(layer, Decision.ALLOW, control.id, text=clean(f"their mode is {control.mode}"))
    text = "their mode is enforce, and the log format lacks reject-reason"
    return LayerDecision(layer, Decision.UNKNOWN, control.id, text=text)
