"""Rules in words: what one allows or denies, and how it is called."""

from __future__ import annotations

from flowtui.explain.match import Test
from flowtui.explain.packet import TYPED
from flowtui.explain.peers import labelled
from flowtui.records.decode import clean, protocol_name
from flowtui.topology.rules import ANY, AclRule, NetworkAcl, SecurityGroup


def rule_name(test: Test) -> str:
    """`sgr-07`, or the number of an entry, `*` for the implicit ones."""
    rule = test.rule
    if isinstance(rule, AclRule):
        return "*" if rule.is_implicit else str(rule.number)
    return clean(rule.id)


def rule_text(test: Test) -> str:
    """`sgr-07 allows tcp/22 from 0.0.0.0/0`, `rule 100 denies icmp to 0.0.0.0/0`."""
    rule = test.rule
    is_allow = not isinstance(rule, AclRule) or rule.is_allow
    name = f"rule {rule_name(test)}" if isinstance(rule, AclRule) else rule_name(test)
    way = "to" if rule.is_egress else "from"
    return f"{name} {'allows' if is_allow else 'denies'} {service_text(test)} {way} {test.peers.text}"


def service_text(test: Test) -> str:
    """`tcp/22`, `tcp/1024-65535`, `icmp type 8`, `all traffic`."""
    if test.protocol == ANY:
        return "all traffic"
    name = protocol_name(test.protocol)
    name = f"protocol {name}" if name.isdigit() else name
    if test.is_typed:
        return f"{name} {type_text(test)}"
    if test.low == ANY:
        return name
    return f"{name}/{test.low}" if test.low == test.high else f"{name}/{test.low}-{test.high}"


def type_text(test: Test) -> str:
    """`type 8`, `type 3 code 4`."""
    rule = test.rule
    if isinstance(rule, AclRule):
        icmp_type, code = rule.icmp_type, rule.icmp_code
    else:
        icmp_type, code = rule.from_port, rule.to_port
    return f"type {icmp_type}" if code == ANY else f"type {icmp_type} code {code}"


def group_text(group: SecurityGroup) -> str:
    """`sg-01 web`."""
    return labelled(group.id, group.name)


def acl_text(acl: NetworkAcl) -> str:
    """`acl-01 public`."""
    return labelled(acl.id, acl.name)


def is_icmp(protocol: int | None) -> bool:
    """Whether it has types and codes, which records do not tell."""
    return protocol in TYPED


def listed(texts: tuple[str, ...], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {last} {texts[-1]}"
