"""What is typed is completed by what may stand there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowtui.filters.complete import MAX_COMPLETIONS, completions
from flowtui.filters.names import Names
from flowtui.filters.parse import parse
from flowtui.topology.model import Interface, Owner, OwnerKind, Subnet, Topology, Vpc
from tests.unit.filters.filter_trees import expressions


def interface(id: str, name: str, kind: OwnerKind) -> Interface:
    owner = Owner(kind, f"i-{id[4:]}", name)
    return Interface(id, name, "vpc-1", "subnet-1", owner, (), group_ids=("sg-web",))


NAMES = Names.of(
    Topology(
        "1",
        "r",
        0.0,
        vpcs=(Vpc("vpc-1", "lab", ("172.16.0.0/16",)),),
        subnets=(Subnet("subnet-1", "public", "vpc-1", ("172.16.0.0/24",), zone="eu-west-1a"),),
        interfaces=(
            interface("eni-1", "web-1", OwnerKind.INSTANCE),
            interface("eni-2", "the web", OwnerKind.INSTANCE),
            interface("eni-3", "nat", OwnerKind.NAT_GATEWAY),
        ),
    )
)

COMPLETED = [
    ("rej", "reject, reject-reason", "word, then field"),
    ("REJ", "reject, reject-reason", "any case"),
    ("-rej", "-reject, -reject-reason", "negated"),
    ("tcp and rej", "tcp and reject, tcp and reject-reason", "behind and"),
    ("(sk", "(skipdata", "in a bracket"),
    ("pkt_s", "pkt-srcaddr, pkt-src-aws-service", "underscore"),
    ("flowd", "flow-direction", "name in Insights"),
    ("tcp an", "tcp and", "and"),
    ("subl", "sublocation-type, sublocation-id", "fields"),
    ("encr", "encryption-status", "field"),
    ("serv", "service:, pkt-src-aws-service, pkt-dst-aws-service, ecs-service-name", "key, then fields"),
    ("web", 'web-1, "the web"', "names, also by a part"),
    ("src n", "src net, src nat", "behind src"),
    ("host pub", "host public", "name of a subnet"),
    ("net 172.16.0.0/2", "net 172.16.0.0/24", "CIDR"),
    ("port ht", "port https, port http, port http-alt, port https-alt", "service"),
    ("dport:80,ss", "dport:80,ssh, dport:80,ssh-alt, dport:80,ssdp", "list of ports"),
    ("port >= gi", "port >= git", "compared port"),
    ("proto gr", "proto gre", "protocol"),
    ("flags syn+ac", "flags syn+ack", "flags"),
    ("flow-direction = e", "flow-direction = egress", "value"),
    ("flow_direction=e", "flow_direction=egress", "value without blanks"),
    ("log-status != no", "log-status != NODATA", "value in any case"),
    ("traffic-path in (1, 8", "", "whole value"),
    ("log-status in (OK, s", "log-status in (OK, SKIPDATA", "value in a list"),
    ("protocol = sct", "protocol = sctp", "protocol by name"),
    ("tcp-flags = sy", "tcp-flags = syn", "flags by name"),
    ("service:dyn", "service:DYNAMODB", "AWS service"),
    ("vpc:", "vpc:lab, vpc:vpc-1", "VPC"),
    ("subnet:pu", "subnet:public", "subnet"),
    ("az:eu", "az:eu-west-1a", "zone"),
    ("sg:", "sg:sg-web", "group"),
    ("eni:na", "eni:nat", "interface"),
    ("instance:n", "", "no instance"),
    ('name:the', 'name:"the web"', "name with a blank"),
    ('name:"the w', 'name:"the web"', "within quotes"),
    ("name:web-1,na", "name:web-1,nat", "list of names"),
    ("bytes > ", "", "amount"),
    ("dstprt = 8", "", "no such field"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "found"), [each[:2] for each in COMPLETED], ids=[each[2] for each in COMPLETED]
)
def test_what_may_stand_there_is_offered(typed: str, found: str) -> None:
    offered = [typed[: each.start] + each.text for each in completions(typed, len(typed), NAMES)]
    assert ", ".join(offered) == found


def test_what_stands_behind_the_cursor_does_not_count() -> None:
    assert completions("rej and tcp", 3, NAMES)[0].text == "reject"


def test_an_empty_expression_begins_with_words_and_says_what_they_mean() -> None:
    first = completions("", 0, Names())[0]
    assert first.text == "accept"
    assert "accepted" in first.meaning


@pytest.mark.parametrize(
    "text", ["port ", "proto ", "name:", "flow-direction = ", "tcp-flags = ", "service:"]
)
def test_what_is_offered_can_be_typed(text: str) -> None:
    for each in completions(text, len(text), NAMES):
        parse(text[: each.start] + each.text, 0.0)


@given(expressions, st.integers(0, 40))
def test_any_text_can_be_completed(text: str, cursor: int) -> None:
    found = completions(text, min(cursor, len(text)), NAMES)
    assert len(found) <= MAX_COMPLETIONS
    assert all(0 <= each.start <= min(cursor, len(text)) for each in found)
