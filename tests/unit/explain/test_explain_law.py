"""The explanation and the fate of the packet agree, always: judged by a brute force of its own.

The judge knows AWS's words only: it takes rules apart with `ipaddress` for each packet, and shares no code
with what it judges but the model's values.
"""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from flowtui.explain.answer import Decision, Verdict
from flowtui.explain.flow import Flow, Twin
from flowtui.topology.model import Topology
from flowtui.topology.rules import AclRule, GroupRule, PrefixList
from tests.unit.explain.rulebook import (
    INTERFACE,
    OWN,
    OWN_V6,
    acl_of,
    explained,
    group,
    groups_of,
    other,
    topology,
)

CIDRS_V4 = ["0.0.0.0/0", "203.0.113.0/24", "203.0.113.9/32", "10.0.0.0/8", "10.0.1.0/24", "10.0.0.0/24"]
CIDRS_V6 = ["::/0", "2001:db8:9::/48", "2001:db8:1::/64"]
PEERS_V4 = ["203.0.113.9", "203.0.113.77", "198.51.100.3", "10.0.1.7", "10.0.1.8", "10.0.0.99", "10.9.9.9"]
PEERS_V6 = ["2001:db8:9::1", "2001:db8:7::1", "2001:db8:1::99"]
PROTOCOLS = [6, 17, 1, 58, 47]
PORTS = [1, 22, 53, 79, 80, 81, 443, 1024, 51122, 65535]
LISTED = ("203.0.113.0/28", "10.0.1.8/32", "2001:db8:9::/48")
PEER_GROUP = ("10.0.1.7", "10.0.0.99")

ranges = st.tuples(st.sampled_from(PORTS), st.sampled_from(PORTS)).map(lambda pair: (min(pair), max(pair)))
cidrs = st.sampled_from(CIDRS_V4 + CIDRS_V6)


@st.composite
def group_rules(draw: st.DrawFn) -> GroupRule:
    protocol = draw(st.sampled_from([-1, *PROTOCOLS]))
    low, high = draw(ranges) if protocol not in (1, 58) or draw(st.booleans()) else (-1, -1)
    if protocol in (1, 58) and low != -1:
        low, high = low % 20, -1
    peer: dict[str, Any] = draw(
        st.one_of(
            cidrs.map(lambda cidr: {"cidr": cidr}),
            st.just({"prefix_list_id": "pl-1"}),
            st.just({"peer_group_id": "sg-9"}),
        )
    )
    return GroupRule(f"sgr-{draw(st.integers(0, 99))}", draw(st.booleans()), protocol, low, high, **peer)


@st.composite
def entries(draw: st.DrawFn) -> tuple[AclRule, ...]:
    numbers = draw(st.lists(st.integers(1, 32766), unique=True, max_size=6))
    found = []
    for number in numbers:
        protocol = draw(st.sampled_from([-1, *PROTOCOLS]))
        low, high = draw(ranges)
        icmp_type = draw(st.sampled_from([-1, -1, 0, 8])) if protocol in (1, 58) else -1
        found.append(
            AclRule(
                number, draw(st.booleans()), draw(st.booleans()), protocol, draw(cidrs), low, high, icmp_type
            )
        )  # fmt: skip
    return tuple(found)


@st.composite
def packets(draw: st.DrawFn) -> tuple[Flow, int]:
    """A rejected record, and the ICMP type that it does not tell."""
    is_v6, is_out = draw(st.booleans()), draw(st.booleans())
    own, peer = (OWN_V6, draw(st.sampled_from(PEERS_V6))) if is_v6 else (OWN, draw(st.sampled_from(PEERS_V4)))
    protocol = draw(st.sampled_from(PROTOCOLS))
    port = draw(st.sampled_from(PORTS)) if protocol in (6, 17) else 0
    source, target = (own, peer) if is_out else (peer, own)
    flow = Flow(
        interface_id="eni-1", srcaddr=source, dstaddr=target, srcport=33333 if port else 0, dstport=port,
        protocol=protocol, action="REJECT", log_status="OK", start=100, end=110, packets=1,
    )  # fmt: skip
    return flow, draw(st.sampled_from([0, 3, 8]))


def holds(cidr: str, address: str) -> bool:
    network, one = ip_network(cidr), ip_address(address)
    return network.version == one.version and one in network


def passes_groups(rules: list[GroupRule], flow: Flow, icmp_type: int) -> bool:
    is_out = flow.srcaddr in (OWN, OWN_V6)
    peer = str(flow.dstaddr if is_out else flow.srcaddr)
    for rule in rules:
        if rule.is_egress != is_out or rule.protocol not in (-1, flow.protocol):
            continue
        if rule.protocol in (6, 17) and not rule.from_port <= (flow.dstport or 0) <= rule.to_port:
            continue
        if rule.protocol in (1, 58) and rule.from_port not in (-1, icmp_type):
            continue
        if rule.cidr and holds(rule.cidr, peer):
            return True
        if rule.prefix_list_id and any(holds(cidr, peer) for cidr in LISTED):
            return True
        if rule.peer_group_id and peer in PEER_GROUP:
            return True
    return False


def passes_acl(rules: tuple[AclRule, ...], flow: Flow, icmp_type: int) -> bool:
    is_out = flow.srcaddr in (OWN, OWN_V6)
    peer = str(flow.dstaddr if is_out else flow.srcaddr)
    if any(holds(cidr, peer) for cidr in ("10.0.0.0/24", "2001:db8:1::/64")):
        return True
    for rule in sorted(rules, key=lambda each: each.number):
        if rule.is_egress != is_out or rule.protocol not in (-1, flow.protocol) or not holds(rule.cidr, peer):
            continue
        if rule.protocol in (6, 17) and not rule.from_port <= (flow.dstport or 0) <= rule.to_port:
            continue
        # With an IPv4 block the type of ICMPv6 is ignored (API_CreateNetworkAclEntry).
        has_type = rule.protocol == 1 or (rule.protocol == 58 and ":" in rule.cidr)
        if has_type and rule.icmp_type not in (-1, icmp_type):
            continue
        return rule.is_allow
    return False


def agrees(decision: Decision, is_passing: bool, flow: Flow) -> bool:
    if decision is Decision.UNKNOWN:
        return flow.protocol in (1, 58)
    return (decision is not Decision.DENY) == is_passing


VERDICTS = {
    (True, True): Verdict.ALLOWED,
    (False, True): Verdict.SECURITY_GROUP,
    (True, False): Verdict.NETWORK_ACL,
    (False, False): Verdict.BOTH,
}


@settings(max_examples=600, deadline=None)
@given(
    first=st.lists(group_rules(), max_size=4),
    second=st.lists(group_rules(), max_size=3),
    written=entries(),
    packet=packets(),
)
def test_the_explanation_and_the_packets_fate_agree(
    first: list[GroupRule], second: list[GroupRule], written: tuple[AclRule, ...], packet: tuple[Flow, int]
) -> None:
    flow, icmp_type = packet
    known = _topology(first, second, written)
    said = explained(known, flow, Twin())
    groups, acl = passes_groups(first + second, flow, icmp_type), passes_acl(written, flow, icmp_type)
    assert said.verdict is not Verdict.UNKNOWN
    assert agrees(groups_of(said), groups, flow)
    assert agrees(acl_of(said), acl, flow)
    if flow.protocol not in (1, 58):
        assert said.verdict is VERDICTS[groups, acl]


@settings(max_examples=200, deadline=None)
@given(rules=st.lists(group_rules(), max_size=4), written=entries(), packet=packets())
def test_a_reply_is_rejected_by_the_acl_alone_or_for_want_of_tracking(
    rules: list[GroupRule], written: tuple[AclRule, ...], packet: tuple[Flow, int]
) -> None:
    flow, icmp_type = packet
    asked = Flow(
        interface_id="eni-1", srcaddr=flow.dstaddr, dstaddr=flow.srcaddr, srcport=flow.dstport,
        dstport=flow.srcport, protocol=flow.protocol, action="ACCEPT", log_status="OK", start=90,
    )  # fmt: skip
    said = explained(_topology(rules, [], written), flow, Twin(asked))
    if flow.protocol not in (1, 58):
        is_passing = passes_acl(written, flow, icmp_type)
        is_ruled = passes_groups(rules, flow, icmp_type)
        both = Verdict.ALLOWED if is_ruled else Verdict.SECURITY_GROUP
        assert said.verdict is (both if is_passing else Verdict.NETWORK_ACL)
    assert said.verdict is not Verdict.UNKNOWN


def _topology(first: list[GroupRule], second: list[GroupRule], written: tuple[AclRule, ...]) -> Topology:
    peer = other("eni-2", PEER_GROUP[0], groups=("sg-9",), subnet_id="subnet-2")
    neighbour = other("eni-3", PEER_GROUP[1], groups=("sg-9",))
    return topology(
        group(*first),
        group(*second, group_id="sg-2", name="more"),
        group(group_id="sg-9", name="peers"),
        entries=written,
        interface=replace(INTERFACE, group_ids=("sg-1", "sg-2")),
        others=(peer, neighbour),
        prefix_lists=(PrefixList("pl-1", "list", LISTED),),
    )
