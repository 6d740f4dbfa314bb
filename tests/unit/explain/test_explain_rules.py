"""Which rule lets which packet through, row by row of what AWS documents."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from flowtui.explain.answer import Decision, Layer, Verdict
from flowtui.explain.flow import Flow, Twin
from flowtui.topology.model import Missing, Owner, OwnerKind, Topology
from flowtui.topology.rules import BlockPublicAccess, EncryptionControl, Exclusion, Peering, PrefixList
from tests.unit.explain.rulebook import (
    FARTHER,
    INTERFACE,
    NEIGHBOUR,
    OUTSIDE_V6,
    OWN,
    OWN_V6,
    SECOND,
    V6,
    acl_of,
    entry,
    explained,
    group,
    groups_of,
    inbound,
    layer,
    other,
    outbound,
    rule,
    topology,
)

ALLOW, DENY, ASIDE, UNKNOWN = Decision.ALLOW, Decision.DENY, Decision.NOT_APPLICABLE, Decision.UNKNOWN
SG2 = group(group_id="sg-2", name="app")


@pytest.mark.parametrize(
    ("rules", "flow", "decision"),
    [
        pytest.param([rule("r", 6, 80)], inbound(), ALLOW, id="port"),
        pytest.param([rule("r", 6, 22)], inbound(), DENY, id="another-port"),
        pytest.param([rule("r", 6, 70, 90)], inbound(), ALLOW, id="port-in-range"),
        pytest.param([rule("r", 6, 81, 90)], inbound(), DENY, id="port-below-range"),
        pytest.param([rule("r", 17, 80)], inbound(), DENY, id="another-protocol"),
        pytest.param([rule("r", -1, 22, 22)], inbound(), ALLOW, id="all-protocols-whatever-the-ports"),
        pytest.param([rule("r", 47, 22, 22)], inbound(47, 0), ALLOW, id="gre-whatever-the-ports"),
        pytest.param([rule("r", 6, 80, cidr="203.0.113.0/24")], inbound(), ALLOW, id="source-in-cidr"),
        pytest.param([rule("r", 6, 80, cidr="198.51.100.0/24")], inbound(), DENY, id="source-elsewhere"),
        pytest.param([rule("r", 6, 80, cidr=V6)], inbound(), DENY, id="ipv6-rule-for-ipv4"),
        pytest.param(
            [rule("r", 6, 80)], inbound(source=OUTSIDE_V6, own=OWN_V6), DENY, id="ipv4-rule-for-ipv6"
        ),
        pytest.param(
            [rule("r", 6, 80, cidr=V6)],
            inbound(source=OUTSIDE_V6, own=OWN_V6),
            ALLOW,
            id="ipv6-rule-for-ipv6",
        ),
        pytest.param([rule("r", 6, 80, is_egress=True)], inbound(), DENY, id="outbound-rule-inbound"),
        pytest.param([rule("r", 6, 443, is_egress=True)], outbound(), ALLOW, id="outbound-destination-port"),
        pytest.param([rule("r", 6, 51122, is_egress=True)], outbound(), DENY, id="never-the-source-port"),
        pytest.param([rule("r", 1)], inbound(1, 0), ALLOW, id="all-icmp"),
        pytest.param([rule("r", 1, 8, -1)], inbound(1, 0), UNKNOWN, id="icmp-type-is-not-recorded"),
        pytest.param([rule("r", 58, cidr=V6)], inbound(1, 0), DENY, id="icmpv6-rule-for-icmp"),
        pytest.param([rule("r", 6, 80)], inbound(port=None), UNKNOWN, id="format-without-ports"),
        pytest.param([rule("r", 6)], inbound(port=None), ALLOW, id="no-port-needed"),
        pytest.param(
            [rule("r", 6, 80, cidr="10.9.0.0/16")],
            inbound(pkt_srcaddr="10.9.0.1"),
            ALLOW,
            id="packet-source-first",
        ),
    ],
)
def test_a_security_group_allows_what_one_of_its_rules_says(
    rules: list[object], flow: Flow, decision: Decision
) -> None:
    assert groups_of(explained(topology(group(*rules)), flow)) is decision  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("entries", "flow", "decision", "number"),
    [
        pytest.param([entry(100, "allow", -1)], inbound(), ALLOW, "100", id="allow-all"),
        pytest.param([], inbound(), DENY, "*", id="implicit"),
        pytest.param([], inbound(source=OUTSIDE_V6, own=OWN_V6), DENY, "*", id="implicit-ipv6"),
        pytest.param(
            [entry(100, "allow", -1), entry(90, "deny", 6)], inbound(), DENY, "90", id="deny-before-allow"
        ),
        pytest.param(
            [entry(200, "deny", 6), entry(100, "allow", -1)], inbound(), ALLOW, "100", id="order-is-by-number"
        ),
        pytest.param([entry(100, "allow", -1, V6)], inbound(), DENY, "*", id="ipv6-entry-for-ipv4"),
        pytest.param(
            [entry(100, "allow", 6, from_port=80, to_port=80)], inbound(), ALLOW, "100", id="destination-port"
        ),
        pytest.param(
            [entry(100, "allow", 47, from_port=1, to_port=1)],
            inbound(47, 0),
            ALLOW,
            "100",
            id="gre-has-no-ports",
        ),
        pytest.param(
            [entry(100, "allow", 6, from_port=1024, to_port=65535, is_egress=True)],
            outbound(port=51122),
            ALLOW,
            "100",
            id="ephemeral-ports-on-the-way-back",
        ),
        pytest.param(
            [entry(100, "allow", 6, from_port=80, to_port=80, is_egress=True)],
            outbound(port=51122, srcport=80),
            DENY,
            "*",
            id="no-ephemeral-ports-on-the-way-back",
        ),
        pytest.param(
            [entry(90, "deny", 1, icmp_type=8), entry(100, "allow", -1)],
            inbound(1, 0),
            UNKNOWN,
            None,
            id="icmp-type-is-not-recorded",
        ),
        pytest.param(
            [entry(90, "allow", 1, icmp_type=8), entry(100, "allow", -1)],
            inbound(1, 0),
            ALLOW,
            "100",
            id="icmp-type-makes-no-difference",
        ),
        pytest.param(
            [entry(90, "allow", 58, "10.0.0.0/8", icmp_type=8)],
            inbound(58, 0, source="10.9.0.1"),
            ALLOW,
            "90",
            id="icmpv6-types-ignored-with-ipv4",
        ),
    ],
)
def test_the_first_entry_that_matches_decides(
    entries: list[object], flow: Flow, decision: Decision, number: str | None
) -> None:
    said = explained(topology(group(rule("r", -1)), entries=entries), flow)  # type: ignore[arg-type]
    assert (acl_of(said), layer(said, Layer.NETWORK_ACL).rule) == (decision, number)


def test_groups_are_a_union() -> None:
    both = (group(rule("a", 6, 22)), group(rule("b", 6, 80), group_id="sg-2", name="more"))
    interface = replace(INTERFACE, group_ids=("sg-1", "sg-2"))
    said = explained(topology(*both, interface=interface), inbound())
    assert (groups_of(said), layer(said, Layer.SECURITY_GROUP).id) == (ALLOW, "sg-2")


@pytest.mark.parametrize(
    ("source", "decision"),
    [
        pytest.param("10.0.1.7", ALLOW, id="another-of-the-group"),
        pytest.param("10.0.1.16", ALLOW, id="delegated-prefix"),
        pytest.param("10.0.1.8", DENY, id="none-of-the-group"),
        pytest.param("198.51.100.7", DENY, id="its-public-address"),
    ],
)
def test_a_group_that_references_itself_means_private_addresses(source: str, decision: Decision) -> None:
    own = group(rule("r", 6, 80, peer_group_id="sg-1"))
    peer = other("eni-2", "10.0.1.7", groups=("sg-1",), subnet_id="subnet-2", prefixes=("10.0.1.16/28",))
    peer = replace(peer, public_addresses=("198.51.100.7",))
    assert groups_of(explained(topology(own, others=(peer,)), inbound(source=source))) is decision


def test_a_reference_by_a_public_address_has_a_code_of_its_own() -> None:
    own = group(rule("r", 6, 80, peer_group_id="sg-1"))
    peer = other("eni-2", "10.0.1.7", groups=("sg-1",), subnet_id="subnet-2")
    peer = replace(peer, public_addresses=("198.51.100.7",))
    said = explained(topology(own, others=(peer,)), inbound(source="198.51.100.7"))
    assert layer(said, Layer.SECURITY_GROUP).code == "SG_REFERENCES_NOT_PRESERVED"
    assert "means private addresses only" in said.text


def referring(**more: Any) -> Topology:
    """A group that lets in another one, whose interface is in another VPC."""
    peer = other("eni-2", "10.8.0.1", groups=("sg-2",), vpc_id="vpc-2", subnet_id="subnet-9")
    own = group(rule("r", 6, 80, peer_group_id="sg-2", **more.pop("rule", {})))
    return topology(own, SG2, others=(peer,), **more)


@pytest.mark.parametrize(
    ("known", "decision", "code"),
    [
        pytest.param(
            {"peerings": (Peering("pcx-1", True, ("vpc-1", "vpc-2")),)}, ALLOW, None, id="active-peering"
        ),
        pytest.param({"peerings": ()}, UNKNOWN, "SG_REFERENCING_SUPPORT", id="perhaps-a-transit-gateway"),
        pytest.param({"peerings": None}, UNKNOWN, None, id="peerings-not-read"),
        pytest.param({"members": None}, UNKNOWN, None, id="interfaces-not-read"),
        pytest.param({"rule": {"is_stale": True}}, DENY, "ENI_SG_RULES_MISMATCH", id="stale"),
        pytest.param(
            {
                "rule": {"peer_owner_id": "999999999999", "peering_id": "pcx-1"},
                "peerings": (Peering("pcx-1", True, ("vpc-1", "vpc-2"), ((), ("10.8.0.0/16",))),),
            },
            UNKNOWN,
            "UNKNOWN_PEERED_SGS",
            id="another-account-within-its-range",
        ),
        pytest.param(
            {
                "rule": {"peer_owner_id": "999999999999", "peering_id": "pcx-1"},
                "peerings": (Peering("pcx-1", True, ("vpc-1", "vpc-2"), ((), ("10.7.0.0/16",))),),
            },
            DENY,
            "ENI_SG_RULES_MISMATCH",
            id="another-account-outside-its-range",
        ),
    ],
)
def test_references_across_vpcs(known: dict[str, Any], decision: Decision, code: str | None) -> None:
    said = explained(referring(**known), inbound(source="10.8.0.1"))
    assert (groups_of(said), layer(said, Layer.SECURITY_GROUP).code) == (decision, code)


@pytest.mark.parametrize(
    ("cidrs", "decision"),
    [
        pytest.param(("198.51.100.0/24", "203.0.113.0/24"), ALLOW, id="listed"),
        pytest.param(("198.51.100.0/24",), DENY, id="not-listed"),
        pytest.param((), DENY, id="empty"),
        pytest.param(None, UNKNOWN, id="entries-not-read"),
    ],
)
def test_a_prefix_list_means_its_entries(cidrs: tuple[str, ...] | None, decision: Decision) -> None:
    lists = (PrefixList("pl-1", "offices", cidrs),)
    own = group(rule("r", 6, 80, prefix_list_id="pl-1"))
    said = explained(topology(own, prefix_lists=lists), inbound())
    assert groups_of(said) is decision
    assert (
        said.verdict
        is {ALLOW: Verdict.ALLOWED, DENY: Verdict.SECURITY_GROUP, UNKNOWN: Verdict.UNKNOWN}[decision]
    )


NAT = replace(INTERFACE, owner=Owner(OwnerKind.NAT_GATEWAY, "nat-1", "nat"), group_ids=(), addresses=(OWN,))
GATEWAY = replace(NAT, owner=Owner(OwnerKind.TRANSIT_GATEWAY, "tgw-1", ""))


@pytest.mark.parametrize(
    ("known", "flow", "groups", "acl"),
    [
        pytest.param(topology(), inbound(source=NEIGHBOUR), DENY, ASIDE, id="one-subnet"),
        pytest.param(topology(), inbound(source=FARTHER), DENY, ALLOW, id="two-subnets"),
        pytest.param(topology(interface=NAT), inbound(), ASIDE, ALLOW, id="nat-gateway"),
        pytest.param(topology(entries=()), outbound(17, 53, "10.0.0.2"), ASIDE, ASIDE, id="resolver"),
        pytest.param(topology(entries=()), outbound(17, 123, "169.254.169.123"), ASIDE, ASIDE, id="time"),
        pytest.param(
            topology(interface=GATEWAY, entries=()),
            outbound(target=NEIGHBOUR),
            ASIDE,
            ASIDE,
            id="transit-gateway-to-its-own-subnet",
        ),
        pytest.param(
            topology(interface=GATEWAY, entries=()),
            inbound(source=NEIGHBOUR),
            ASIDE,
            DENY,
            id="own-subnet-to-transit-gateway",
        ),
    ],
)
def test_layers_that_have_no_say(known: Topology, flow: Flow, groups: Decision, acl: Decision) -> None:
    said = explained(known, flow)
    assert (groups_of(said), acl_of(said)) == (groups, acl)


@pytest.mark.parametrize(
    ("flow", "direction"),
    [
        pytest.param(inbound(), "ingress", id="own-destination"),
        pytest.param(outbound(), "egress", id="own-source"),
        pytest.param(inbound(own=SECOND), "ingress", id="secondary-address"),
        pytest.param(inbound(own=OWN, pkt_dstaddr=SECOND), "ingress", id="secondary-shown-as-primary"),
        pytest.param(inbound(own="10.0.7.7"), "unknown", id="neither-end"),
        pytest.param(inbound(source=SECOND), "unknown", id="both-ends"),
        pytest.param(inbound(own="10.0.7.7", flow_direction="ingress"), "ingress", id="recorded"),
        pytest.param(outbound(flow_direction="ingress"), "ingress", id="recorded-comes-first"),
    ],
)
def test_direction(flow: Flow, direction: str) -> None:
    said = explained(topology(), flow)
    assert said.direction == direction
    assert (said.verdict is Verdict.UNKNOWN) == (direction == "unknown")


ON = BlockPublicAccess("block-bidirectional", ())
INGRESS = BlockPublicAccess("block-ingress", ())
EXCLUDED = BlockPublicAccess("block-bidirectional", (Exclusion("x-1", "vpc-1", "allow-bidirectional"),))
OPEN = group(rule("r", -1), rule("e", -1, is_egress=True))


@pytest.mark.parametrize(
    ("options", "flow", "decision", "verdict"),
    [
        pytest.param(ON, inbound(), DENY, Verdict.BLOCK_PUBLIC_ACCESS, id="on"),
        pytest.param(ON, inbound(source=FARTHER), ASIDE, Verdict.ALLOWED, id="inside"),
        pytest.param(EXCLUDED, inbound(), ALLOW, Verdict.ALLOWED, id="excluded"),
        pytest.param(INGRESS, inbound(), DENY, Verdict.BLOCK_PUBLIC_ACCESS, id="ingress-in"),
        pytest.param(INGRESS, outbound(), UNKNOWN, Verdict.ALLOWED, id="ingress-out"),
        pytest.param(None, inbound(), UNKNOWN, Verdict.ALLOWED, id="not-read"),
        pytest.param(
            replace(ON, exclusions=None), inbound(), UNKNOWN, Verdict.ALLOWED, id="exclusions-not-read"
        ),
        pytest.param(ON, inbound(has_reject_reason=True), ALLOW, Verdict.ALLOWED, id="record-excludes-it"),
        pytest.param(
            BlockPublicAccess("off", ()),
            inbound(reject_reason="BPA", has_reject_reason=True),
            DENY,
            Verdict.BLOCK_PUBLIC_ACCESS,
            id="record-says-so",
        ),
    ],
)
def test_block_public_access(
    options: BlockPublicAccess | None, flow: Flow, decision: Decision, verdict: Verdict
) -> None:
    said = explained(topology(OPEN, block_public_access=options), flow)
    assert (layer(said, Layer.BLOCK_PUBLIC_ACCESS).decision, said.verdict) == (decision, verdict)


@pytest.mark.parametrize(
    ("controls", "flow", "decision", "verdict"),
    [
        pytest.param((), inbound(), ASIDE, Verdict.ALLOWED, id="none"),
        pytest.param(None, inbound(), UNKNOWN, Verdict.ALLOWED, id="not-read"),
        pytest.param(
            (EncryptionControl("ec-1", "vpc-1", "enforce", "available"),),
            inbound(),
            UNKNOWN,
            Verdict.ALLOWED,
            id="enforced-and-not-recorded",
        ),
        pytest.param(
            (EncryptionControl("ec-1", "vpc-1", "monitor", "available"),),
            inbound(),
            ALLOW,
            Verdict.ALLOWED,
            id="monitored",
        ),
        pytest.param(
            (),
            inbound(reject_reason="EC", has_reject_reason=True),
            DENY,
            Verdict.ENCRYPTION_CONTROLS,
            id="record-says-so",
        ),
    ],
)
def test_encryption_controls(
    controls: tuple[EncryptionControl, ...] | None, flow: Flow, decision: Decision, verdict: Verdict
) -> None:
    said = explained(topology(OPEN, encryption_controls=controls), flow)
    assert (layer(said, Layer.ENCRYPTION_CONTROLS).decision, said.verdict) == (decision, verdict)


@pytest.mark.parametrize(
    ("known", "reason", "where", "thing_id", "text"),
    [
        pytest.param(
            {"block_public_access": INGRESS},
            "BPA",
            Layer.BLOCK_PUBLIC_ACCESS,
            None,
            "the record's reject-reason says so; its mode is block-ingress",
            id="block-public-access",
        ),
        pytest.param(
            {"encryption_controls": (EncryptionControl("ec-1", "vpc-1", "enforce", "available"),)},
            "EC",
            Layer.ENCRYPTION_CONTROLS,
            "ec-1",
            "the record's reject-reason says so; the mode of ec-1 is enforce",
            id="encryption-controls",
        ),
        pytest.param(
            {"encryption_controls": (EncryptionControl("ec-2", "vpc-2", "enforce", "available"),)},
            "EC",
            Layer.ENCRYPTION_CONTROLS,
            None,
            "the record's reject-reason says so",
            id="of-another-vpc",
        ),
        pytest.param(
            {"block_public_access": None},
            "BPA",
            Layer.BLOCK_PUBLIC_ACCESS,
            None,
            "the record's reject-reason says so",
            id="not-read",
        ),
    ],
)
def test_what_the_record_says_comes_with_what_is_in_force(
    known: dict[str, Any], reason: str, where: Layer, thing_id: str | None, text: str
) -> None:
    said = explained(topology(OPEN, **known), inbound(reject_reason=reason, has_reject_reason=True))
    found = layer(said, where)
    assert (found.decision, found.id, found.text) == (DENY, thing_id, text)
    assert text in said.text


DENIED = Missing("network ACLs", "ec2:DescribeNetworkAcls", "It is denied.")


@pytest.mark.parametrize(
    ("known", "verdict"),
    [
        pytest.param(topology(OPEN, acls=None), Verdict.UNKNOWN, id="acls-not-read"),
        pytest.param(topology(group(rules=None)), Verdict.UNKNOWN, id="rules-not-read"),
        pytest.param(topology(SG2), Verdict.UNKNOWN, id="group-of-another-account"),
        pytest.param(topology(acls=None), Verdict.SECURITY_GROUP, id="one-denies-for-certain"),
        pytest.param(topology(group(rules=None), entries=()), Verdict.NETWORK_ACL, id="the-other-does"),
    ],
)
def test_what_was_not_read_is_unknown(known: Topology, verdict: Verdict) -> None:
    assert explained(known, inbound()).verdict is verdict


def test_an_action_that_was_denied_is_named() -> None:
    known = topology(OPEN, acls=None)
    assert known.rules is not None
    said = explained(replace(known, rules=replace(known.rules, missing=(DENIED,))), inbound())
    assert said.verdict is Verdict.UNKNOWN
    assert said.actions == ("ec2:DescribeNetworkAcls",)
    assert "ec2:DescribeNetworkAcls would tell: It is denied." in said.text


def test_an_interface_that_nobody_knows() -> None:
    said = explained(topology(), replace(inbound(), interface_id="eni-9"))
    assert said.verdict is Verdict.UNKNOWN
    assert "eni-9 is not among the interfaces" in said.text


def test_interfaces_that_could_not_be_read_are_told_with_their_action() -> None:
    unread = Missing("interfaces", "ec2:DescribeNetworkInterfaces", "It is denied.")
    said = explained(topology(missing=(unread,)), replace(inbound(), interface_id="eni-9"))
    assert said.actions == ("ec2:DescribeNetworkInterfaces",)


def test_rules_that_were_not_read_yet() -> None:
    assert "not been read" in explained(replace(topology(), rules=None), inbound()).text


@pytest.mark.parametrize(
    ("flow", "verdict"),
    [
        pytest.param(replace(inbound(), action="ACCEPT"), Verdict.NOT_REJECTED, id="accepted"),
        pytest.param(replace(inbound(), action=None, log_status="NODATA"), Verdict.NO_FLOW, id="nodata"),
        pytest.param(replace(inbound(), action=None, log_status="SKIPDATA"), Verdict.NO_FLOW, id="skipdata"),
        pytest.param(replace(inbound(), action=None), Verdict.UNKNOWN, id="format-without-action"),
        pytest.param(Flow(action="REJECT"), Verdict.UNKNOWN, id="nothing-else"),
    ],
)
def test_what_is_no_rejection(flow: Flow, verdict: Verdict) -> None:
    assert explained(topology(), flow).verdict is verdict


ASKED = inbound(1, 0, srcport=0, action="ACCEPT")
REPLY = outbound(1, 0, srcport=0)
PING = group(rule("r", 1))
NO_ICMP_OUT = (entry(100, "allow", 1), entry(100, "deny", 1, is_egress=True))


@pytest.mark.parametrize(
    ("known", "twin", "verdict", "groups"),
    [
        pytest.param(
            topology(PING, entries=NO_ICMP_OUT), Twin(ASKED), Verdict.NETWORK_ACL, ALLOW, id="the-ping-pair"
        ),
        pytest.param(topology(PING, entries=NO_ICMP_OUT), None, Verdict.BOTH, DENY, id="nobody-could-look"),
        pytest.param(topology(PING), Twin(ASKED), Verdict.SECURITY_GROUP, DENY, id="tracking-had-ended"),
        pytest.param(topology(PING, acls=None), Twin(ASKED), Verdict.UNKNOWN, UNKNOWN, id="acl-not-read"),
        pytest.param(topology(OPEN), Twin(ASKED), Verdict.ALLOWED, ALLOW, id="all-would-allow"),
        pytest.param(topology(PING), Twin(), Verdict.SECURITY_GROUP, DENY, id="no-request"),
    ],
)
def test_replies_pass_security_groups(
    known: Topology, twin: Twin | None, verdict: Verdict, groups: Decision
) -> None:
    said = explained(known, REPLY, twin)
    assert (said.verdict, groups_of(said)) == (verdict, groups)


@pytest.mark.parametrize(
    ("flags", "twin_flags", "twin_start", "verdict"),
    [
        pytest.param(18, None, None, Verdict.NETWORK_ACL, id="syn-ack"),
        pytest.param(2, 0, 1_699_998_000, Verdict.BOTH, id="syn"),
        pytest.param(0, 2, 1_699_999_900, Verdict.NETWORK_ACL, id="the-other-began-it"),
        pytest.param(0, 18, 1_699_998_000, Verdict.BOTH, id="the-other-answered"),
        pytest.param(0, 0, 1_699_998_000, Verdict.NETWORK_ACL, id="the-other-came-first"),
        pytest.param(0, 0, 1_699_999_900, Verdict.BOTH, id="the-other-came-later"),
    ],
)
def test_what_shows_that_a_record_is_a_reply(
    flags: int, twin_flags: int | None, twin_start: int | None, verdict: Verdict
) -> None:
    back = outbound(port=51122, srcport=80, tcp_flags=flags)
    asked = inbound(action="ACCEPT", tcp_flags=twin_flags, start=twin_start)
    twin = None if twin_start is None else Twin(asked)
    assert explained(topology(group(rule("r", 6, 80)), entries=()), back, twin).verdict is verdict


def test_layers_come_in_the_order_of_the_way() -> None:
    order = [Layer.NETWORK_ACL, Layer.SECURITY_GROUP]
    rules = [each.layer for each in explained(topology(), inbound()).layers if each.layer in order]
    assert rules == order
    assert [each.layer for each in explained(topology(), outbound()).layers if each.layer in order] == order[
        ::-1
    ]
