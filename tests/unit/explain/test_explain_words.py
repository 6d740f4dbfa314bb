"""What an explanation says: the sentence, the nearest rule, the command, the warning, the likely reasons."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from itertools import pairwise

import pytest

from flowtui.explain.answer import Verdict
from flowtui.explain.flow import NAMES, Flow, Twin, flow_of
from flowtui.explain.output import as_lines, as_object
from flowtui.explain.twins import Twins
from flowtui.records import fields
from flowtui.topology.rules import PrefixList
from tests.unit.explain.rulebook import (
    OUTSIDE,
    OUTSIDE_V6,
    OWN_V6,
    entry,
    explained,
    group,
    inbound,
    outbound,
    rule,
    topology,
)

WEB = group(rule("sgr-07", 6, 22))
OPEN = group(rule("r", -1), rule("e", -1, is_egress=True))


def test_it_names_the_group_what_is_lacking_and_the_nearest_rule() -> None:
    said = explained(topology(WEB), inbound())
    assert said.text.startswith(
        "Rejected by the security group: sg-1 web has no inbound rule for tcp/80 from 203.0.113.9. "
        "Nearest: sgr-07 allows tcp/22 from 0.0.0.0/0. The network ACL allows it: rule 100"
    )
    assert said.text.endswith("Rules read 30s ago.")
    assert said.cause == "sg-1 web has no inbound rule for tcp/80"


def test_it_says_why_a_reply_cannot_be_the_security_groups_doing() -> None:
    entries = (entry(100, "allow", 1), entry(100, "deny", 1, is_egress=True))
    asked = inbound(1, 0, srcport=0, action="ACCEPT")
    said = explained(topology(group(rule("r", 1)), entries=entries), outbound(1, 0, srcport=0), Twin(asked))
    assert said.text.startswith(
        "Rejected by the network ACL: rule 100 denies icmp to 0.0.0.0/0 in acl-1 public"
    )
    assert (
        "security groups are stateful and let replies pass, so it cannot be the security group" in said.text
    )
    assert "Records do not tell ICMP's type and code." in said.text


def test_both_layers_are_named_the_first_on_the_way_first() -> None:
    said = explained(topology(entries=()), outbound())
    assert said.text.startswith("Rejected by the security group, and the network ACL would reject it too: ")


@pytest.mark.parametrize(
    ("rules", "off", "name"),
    [
        pytest.param([rule("a", 6, 22), rule("b", 6, 81)], "port", "b", id="the-closest-port"),
        pytest.param([rule("a", 6, 81), rule("b", 6, 80, cidr="10.0.0.0/8")], "source", "b", id="source"),
        pytest.param([rule("a", 17, 80)], "protocol", "a", id="protocol"),
        pytest.param([rule("a", 17, 81)], None, None, id="two-are-off"),
        pytest.param([rule("a", 1)], None, None, id="icmp-is-never-near-a-port"),
        pytest.param([], None, None, id="no-rules"),
    ],
)
def test_the_nearest_rule(rules: list[object], off: str | None, name: str | None) -> None:
    nearest = explained(topology(group(*rules)), inbound()).nearest  # type: ignore[arg-type]
    assert (nearest and nearest.off, nearest and nearest.rule) == (off, name)


def test_an_entry_behind_the_one_that_denies_is_the_nearest() -> None:
    entries = (entry(100, "deny", 6), entry(200, "allow", -1))
    nearest = explained(topology(group(rule("r", -1)), entries=entries), inbound()).nearest
    assert nearest is not None
    assert (nearest.off, nearest.rule) == ("order", "200")
    assert nearest.text == "rule 200 allows all traffic from 0.0.0.0/0, but comes after rule 100"


def option(command: str, name: str) -> str:
    words = shlex.split(command)
    return dict(pairwise(words))[name]


@pytest.mark.parametrize(
    ("flow", "verb", "permission"),
    [
        pytest.param(
            inbound(), "authorize-security-group-ingress",
            "IpProtocol=tcp,FromPort=80,ToPort=80,IpRanges=[{CidrIp=203.0.113.9/32}]", id="tcp-in",
        ),
        pytest.param(
            outbound(17, 53), "authorize-security-group-egress",
            "IpProtocol=udp,FromPort=53,ToPort=53,IpRanges=[{CidrIp=203.0.113.9/32}]", id="udp-out",
        ),
        pytest.param(
            inbound(source=OUTSIDE_V6, own=OWN_V6, protocol=58, port=0), "authorize-security-group-ingress",
            "IpProtocol=icmpv6,FromPort=-1,ToPort=-1,Ipv6Ranges=[{CidrIpv6=2001:db8:9::1/128}]", id="icmpv6",
        ),
        pytest.param(
            inbound(47, 0), "authorize-security-group-ingress",
            "IpProtocol=47,IpRanges=[{CidrIp=203.0.113.9/32}]", id="gre",
        ),
    ],
)  # fmt: skip
def test_the_command_allows_this_flow_and_no_more(flow: Flow, verb: str, permission: str) -> None:
    all_pass = (
        entry(100, "allow", -1),
        entry(101, "allow", -1, "::/0"),
        entry(100, "allow", -1, is_egress=True),
    )
    command = explained(topology(group(), entries=all_pass), flow).command
    assert command is not None
    assert shlex.split(command)[:3] == ["aws", "ec2", verb]
    assert option(command, "--ip-permissions") == permission
    assert (option(command, "--group-id"), option(command, "--region")) == ("sg-1", "eu-west-1")


@pytest.mark.parametrize(
    ("entries", "number"),
    [
        pytest.param((entry(100, "deny", 6),), "90", id="before-the-deny"),
        pytest.param((entry(90, "allow", 17), entry(100, "deny", 6)), "80", id="a-free-round-one"),
        pytest.param((entry(2, "deny", 6),), "1", id="any-free-one"),
        pytest.param((entry(1, "deny", 6),), None, id="none-free"),
        pytest.param((entry(120, "allow", 17),), "200", id="behind-all-but-the-implicit"),
        pytest.param((), "100", id="the-first"),
        pytest.param((entry(32766, "allow", 17),), "32760", id="the-last-is-taken"),
    ],
)
def test_an_entry_gets_a_free_number_before_the_one_that_denies(
    entries: tuple[object, ...], number: str | None
) -> None:
    said = explained(topology(group(rule("r", -1)), entries=entries), inbound())  # type: ignore[arg-type]
    assert said.verdict is Verdict.NETWORK_ACL
    if number is None:
        assert said.command is None
        return
    assert said.command is not None
    assert option(said.command, "--rule-number") == number
    assert option(said.command, "--cidr-block") == "203.0.113.9/32"
    assert option(said.command, "--port-range") == "From=80,To=80"
    assert "--ingress" in shlex.split(said.command)


def test_two_layers_take_two_commands_on_one_line() -> None:
    command = explained(topology(entries=()), inbound()).command
    assert command is not None
    assert command.count("aws ec2") == 2
    assert " && " in command
    assert "\n" not in command


def test_a_reply_needs_no_rule_of_its_own() -> None:
    asked = inbound(action="ACCEPT")
    back = outbound(port=51122, srcport=80)
    said = explained(topology(group(rule("r", 6, 80))), back, Twin(asked))
    assert (said.verdict, said.command) == (Verdict.SECURITY_GROUP, None)


@pytest.mark.parametrize(
    ("flow", "warning"),
    [
        pytest.param(inbound(), "would open tcp/80 to the world", id="from-the-internet"),
        pytest.param(inbound(source="10.0.1.7"), "", id="from-inside"),
        pytest.param(inbound(1, 0, source="10.0.1.7"), "all ICMP types", id="icmp"),
    ],
)
def test_a_warning_where_there_is_something_to_mind(flow: Flow, warning: str) -> None:
    said = explained(topology(group()), flow).warning
    assert warning in said
    assert bool(said) == bool(warning)


@pytest.mark.parametrize(
    ("known", "flow", "twin", "reason"),
    [
        pytest.param(
            topology(OPEN), inbound(port=40000, tcp_flags=1, packets=1), Twin(),
            "It came after its connection", id="fin",
        ),
        pytest.param(
            topology(OPEN), inbound(tcp_flags=0, packets=1), Twin(earlier=inbound(action="ACCEPT")),
            "It came after its connection", id="accepted-before",
        ),
        pytest.param(topology(OPEN), inbound(tcp_flags=2), Twin(), "A rule was changed", id="syn"),
        pytest.param(
            topology(group(rule("r", 1, 8))), inbound(1, 0), None, "It is of another ICMP type", id="icmp"
        ),
        pytest.param(topology(OPEN), inbound(17, 53), Twin(), "A rule was changed", id="udp"),
    ],
)  # fmt: skip
def test_the_likeliest_reason_comes_first(known: object, flow: Flow, twin: Twin | None, reason: str) -> None:
    said = explained(known, flow, twin)  # type: ignore[arg-type]
    assert said.verdict is Verdict.ALLOWED
    assert said.reasons[0].startswith(reason)
    assert f"Likeliest: {reason}" in said.text


def test_what_is_rejected_alike_has_one_cause() -> None:
    known = topology(WEB)
    causes = {explained(known, inbound(source=f"203.0.113.{host}")).cause for host in (1, 2, 3)}
    assert len(causes) == 1


def test_replies_have_one_cause_whatever_port_the_client_took() -> None:
    known = topology(group(rule("r", 6, 80)), entries=(entry(100, "allow", -1),))
    said = [
        explained(known, outbound(port=port, srcport=80, tcp_flags=18), None).cause for port in (50001, 50002)
    ]
    assert said == ["rule * of acl-1 public denies replies of tcp/80 outbound"] * 2


HOSTILE = "\x1b]0;x\x07\u202eevil"


def test_hostile_names_reach_no_terminal_and_no_shell() -> None:
    lists = (PrefixList("pl-1", HOSTILE, ("10.0.0.0/8",)),)
    evil = group(rule("sgr-\x1b[2J", 6, 80, prefix_list_id="pl-1"), group_id="sg-1", name=HOSTILE)
    known = topology(evil, prefix_lists=lists)
    said = explained(known, inbound())
    shown = "\n".join(as_lines(f"{HOSTILE} record", said))
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)
    bad = topology(
        group(group_id="sg-1; rm -rf ~"),
        interface=replace(known.interfaces[0], group_ids=("sg-1; rm -rf ~",)),
    )
    command = explained(bad, inbound()).command
    assert command is not None
    assert option(command, "--group-id") == "sg-1; rm -rf ~"


def test_json_has_what_the_contract_names() -> None:
    found = json.loads(json.dumps(as_object("the record", explained(topology(WEB), inbound()))))
    assert found["record"] == "the record"
    assert (found["direction"], found["verdict"]) == ("ingress", "security-group")
    assert {name: found["layers"][2][name] for name in ("layer", "id", "rule", "decision", "code")} == {
        "layer": "security-group",
        "id": "sg-1",
        "rule": None,
        "decision": "deny",
        "code": "ENI_SG_RULES_MISMATCH",
    }
    assert found["layers"][1]["rule"] == "100"


def test_a_flow_is_made_of_a_records_values() -> None:
    values = dict.fromkeys(NAMES) | {fields.SRCADDR.name: OUTSIDE, fields.DSTPORT.name: 80, "else": 1}
    flow = flow_of(values, "${version} ${reject-reason}")
    assert (flow.srcaddr, flow.dstport, flow.has_reject_reason) == (OUTSIDE, 80, True)
    assert not flow_of(values, "${version}").has_reject_reason


def test_twins_are_found_by_the_conversation() -> None:
    asked, back = inbound(action="ACCEPT", start=10), outbound(port=51122, srcport=80, start=20)
    other = inbound(action="ACCEPT", source="203.0.113.10")
    twin = Twins([asked, other, back], is_whole=False).of(back)
    assert twin == Twin(opposite=asked)
    assert Twins([other], is_whole=False).of(back) is None
    assert Twins([other], is_whole=True).of(back) == Twin()


def test_twins_forget_the_first_when_they_are_too_many() -> None:
    asked, back = inbound(action="ACCEPT"), outbound(port=51122, srcport=80)
    twins = Twins([asked], is_whole=True, kept=1)
    twins.add([inbound(action="ACCEPT", source="203.0.113.10")])
    assert twins.of(back) is None
