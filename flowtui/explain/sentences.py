"""Explanations in words: what happened, by which rule, what was near, and how old the rules are."""

from __future__ import annotations

from flowtui.explain.answer import REPLIES, SERVICE, Decision, Layer, LayerDecision, Nearest, Verdict
from flowtui.explain.case import ENDED, Case
from flowtui.explain.packet import service_of
from flowtui.explain.reasons import moment
from flowtui.explain.words import acl_text, group_text, is_icmp, listed, rule_name

_NAMES = {
    Layer.SECURITY_GROUP: "the security group",
    Layer.NETWORK_ACL: "the network ACL",
    Layer.BLOCK_PUBLIC_ACCESS: "VPC Block Public Access",
    Layer.ENCRYPTION_CONTROLS: "encryption controls",
}

_EPHEMERAL = 1024


def sentence(case: Case, nearest: Nearest | None, reasons: tuple[str, ...], now: float) -> str:
    """The whole text."""
    parts = [_headline(case)]
    if nearest is not None:
        parts.append(f"Nearest: {nearest.text}.")
    parts += _beside(case)
    if reasons:
        parts.append(f"Likeliest: {reasons[0]}")
    parts += _remarks(case)
    parts.append(age(case.rules.read_at, now))
    return " ".join(parts)


def _headline(case: Case) -> str:
    verdict, groups, acl = case.verdict, case.groups.decision, case.acl.decision
    match verdict:
        case Verdict.SECURITY_GROUP:
            return f"Rejected by the security group: {groups.text}."
        case Verdict.NETWORK_ACL:
            return f"Rejected by the network ACL: {_entry(case)}."
        case Verdict.BOTH:
            both = (("network ACL", _entry(case)), ("security group", groups.text))
            (one, first), (other, then) = both[::-1] if case.packet.is_egress else both
            return f"Rejected by the {one}, and the {other} would reject it too: {first}; {then}."
        case Verdict.BLOCK_PUBLIC_ACCESS:
            return f"Rejected by VPC Block Public Access: {case.public_access.text}."
        case Verdict.ENCRYPTION_CONTROLS:
            return f"Rejected by the VPC's encryption controls: {case.encryption.text}."
        case Verdict.ALLOWED:
            return f"The current rules would allow {case.packet.text}, so none of them explains it."
    unread = tuple(d.text for d in (groups, acl) if d.decision is Decision.UNKNOWN)
    return f"It cannot be said why {case.packet.text} was rejected: {listed(unread)}."


def _entry(case: Case) -> str:
    """The entry of the network ACL that denies, and that nobody wrote it where it is the implicit one."""
    text = f"{case.acl.decision.text} ({case.packet.text})"
    test = case.acl.test
    if test is not None and rule_name(test) == "*":
        return f"{text}, since no entry before it matches"
    return text


def _beside(case: Case) -> list[str]:
    """What the layers that do not deny say, shortly; and the reply."""
    said = []
    is_named = case.verdict in (Verdict.SECURITY_GROUP, Verdict.NETWORK_ACL, Verdict.ALLOWED)
    if case.reply.is_reply:
        said.append(_of_reply(case))
    for ruling in (case.groups, case.acl) if is_named else ():
        if not ruling.is_deny and not (ruling is case.groups and case.reply.is_reply and case.acl.is_deny):
            said.append(_other(ruling.decision))
    return [text for text in said if text]


def _of_reply(case: Case) -> str:
    evidence = case.reply.evidence
    if case.acl.is_deny:
        return (
            f"It is a reply ({evidence}): security groups are stateful and let replies pass, so it cannot be "
            "the security group; a network ACL is not."
        )
    if case.verdict is Verdict.SECURITY_GROUP:
        return f"It is a reply ({evidence}): {ENDED}, so the tracking had ended."
    return f"It is a reply ({evidence})."


def _other(decision: LayerDecision) -> str:
    name = _NAMES[decision.layer]
    match decision.decision:
        case Decision.ALLOW:
            return f"{_capital(name)} allows it: {decision.text}."
        case Decision.NOT_APPLICABLE:
            return f"{_capital(name)} has no say: {decision.text}."
    return f"{_capital(name)} is unknown: {decision.text}."


def _remarks(case: Case) -> list[str]:
    said = []
    if is_icmp(case.packet.protocol):
        said.append("Records do not tell ICMP's type and code.")
    # Few services listen there, and replies go there: the client's own port.
    is_doubtful = case.packet.port is None or case.packet.port >= _EPHEMERAL
    if case.reply.is_reply is None and case.groups.is_deny and is_doubtful:
        said.append("Whether it answers an accepted flow could not be looked for.")
    return said


def common_cause_of(case: Case) -> str:
    """The same for all that is rejected alike, whoever the other end; SERVICE stands for the service."""
    groups, acl = _lack(case), _denial(case)
    match case.verdict:
        case Verdict.SECURITY_GROUP:
            return groups
        case Verdict.NETWORK_ACL:
            return acl
        case Verdict.BOTH:
            return f"{groups}; {acl}"
        case Verdict.BLOCK_PUBLIC_ACCESS:
            return "VPC Block Public Access"
        case Verdict.ENCRYPTION_CONTROLS:
            return "encryption controls"
        case Verdict.ALLOWED:
            return f"the current rules allow {_services(case)} {case.packet.bound}"
    return f"unknown: {case.packet.bound} {_services(case)}"


def _lack(case: Case) -> str:
    """`sg-01 web has no inbound rule for tcp/80`."""
    names = tuple(group_text(group) for group in case.policy.groups)
    verb = "has" if len(names) == 1 else "have"
    return f"{listed(names)} {verb} no {case.packet.bound} rule for {_services(case)}"


def _denial(case: Case) -> str:
    """`rule 100 of acl-01 public denies icmp outbound`."""
    if case.policy.acl is None or case.acl.test is None:
        return ""
    entry = f"rule {rule_name(case.acl.test)} of {acl_text(case.policy.acl)}"
    return f"{entry} denies {_services(case)} {case.packet.bound}"


def service_named(case: Case) -> str:
    """The service; of a reply, whose port is whatever the client took, the one that it comes from."""
    packet = case.packet
    if not _is_of_server(case):
        return packet.service
    return service_of(packet.protocol, case.flow.srcport)


def _services(case: Case) -> str:
    return REPLIES if _is_of_server(case) else SERVICE


def _is_of_server(case: Case) -> bool:
    """Whether it is a reply whose service the source port names."""
    return bool(case.reply.is_reply) and case.packet.port is not None and case.flow.srcport is not None


def age(read_at: float, now: float) -> str:
    """`Rules read 40s ago.`; beyond a day when it was."""
    seconds = now - read_at
    for below, unit_s, unit in ((90, 1, "s"), (5400, 60, "m"), (86400, 3600, "h")):
        if 0 <= seconds < below:
            return f"Rules read {seconds / unit_s:.0f}{unit} ago."
    return f"Rules read at {moment(read_at)}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
