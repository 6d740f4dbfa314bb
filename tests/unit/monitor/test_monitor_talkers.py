"""Talkers and conversations of a view: what is offered, what is counted, what things are called."""

from __future__ import annotations

import pytest

from flowtui.filters.parse import parse
from flowtui.filters.tree import Tree
from flowtui.monitor.scope import Scope, ScopeKind
from flowtui.monitor.talkers import GROUPINGS, Grouping, Reckoner, groupings, hops_of, measures
from flowtui.monitor.view import View
from flowtui.records import fields
from flowtui.records.format import DEFAULT_FORMAT, LogFormat
from flowtui.store.conversations import State
from flowtui.store.talkers import Measure
from flowtui.tui.filtering import conversation_condition, group_condition
from tests.tui import lab

SERVICES = LogFormat.parse(
    "${interface-id} ${srcaddr} ${pkt-dstaddr} ${pkt-dst-aws-service} ${reject-reason} ${start} ${action}"
)
START = int(lab.NOW) - 600
BY = {grouping.label: grouping for grouping in GROUPINGS}


def view_of(
    lines: list[str], fmt: LogFormat = DEFAULT_FORMAT, *scopes: Scope, filter: Tree | None = None
) -> View:
    session = lab.PlayedSession(format=fmt)
    session.arrive(lines)
    return View.of(session.state(), scopes, filter)


def services(*ends: tuple[str, str, str]) -> View:
    return view_of(
        [
            f"{lab.BASTION} 172.16.0.121 {target} {service} {reason} {START} REJECT"
            for target, service, reason in ends
        ],
        SERVICES,
    )


def test_what_the_records_have_is_offered() -> None:
    plain = view_of(lab.lab_lines(4))
    offered = [grouping.label for grouping in groupings(plain)]
    assert offered == ["source", "destination", "pair", "port", "interface", "protocol"]
    assert measures(plain) == tuple(Measure)
    rich = services(("8.8.8.8", "S3", "BPA"))
    assert [grouping.label for grouping in groupings(rich)] == [
        "source",
        "pair",
        "interface",
        "AWS service",
        "reject reason",
    ]
    assert measures(rich) == (Measure.RECORDS, Measure.REJECTED)
    assert groupings(view_of([])) == ()


def test_scope_and_filter_choose_what_is_counted() -> None:
    app = Scope(ScopeKind.INTERFACE, lab.APP_1, "app-1")
    lines = lab.lab_lines(40)
    found = Reckoner().talkers(view_of(lines, DEFAULT_FORMAT, app), BY["source"], Measure.RECORDS)
    assert [row.key for row in found.found.rows] == [("172.16.1.20",)]
    rejects = view_of(lines, filter=parse("reject", lab.NOW))
    found = Reckoner().talkers(rejects, BY["source"], Measure.RECORDS)
    assert [row.key for row in found.found.rows] == [("203.0.113.9",)]


def test_only_what_was_rejected_has_a_reason() -> None:
    accepted = f"{lab.BASTION} 172.16.0.121 8.8.8.8 - - {START} ACCEPT"
    view = view_of([accepted, accepted.replace("ACCEPT", "REJECT")], SERVICES)
    found = Reckoner().talkers(view, BY["reject reason"], Measure.RECORDS).found
    assert [(row.key, row.sums.records) for row in found.rows] == [((None,), 1)]


@pytest.mark.parametrize("grouping", GROUPINGS, ids=lambda grouping: grouping.label)
@pytest.mark.parametrize(
    "view",
    [
        pytest.param(view_of(lab.lab_lines(40)), id="default format"),
        pytest.param(
            services(
                ("8.8.8.8", "S3", "BPA"), ("8.8.4.4", "-", "-"), ("-", "S3", "-"), ("2600::1", "-", "EC")
            ),
            id="services",
        ),
    ],
)
def test_a_groups_filter_selects_as_many_records_as_it_counts(view: View, grouping: Grouping) -> None:
    for row in Reckoner().talkers(view, grouping, Measure.RECORDS).found.rows:
        condition = group_condition(grouping.keys, row.key)
        if fields.INTERFACE_ID.name not in grouping.keys or row.key[0] is not None:
            assert condition is not None
            more = [parse("reject", lab.NOW)] if grouping.is_of_rejected else []
            narrowed = View.of(
                view.state, filter=parse(" and ".join(f"({each})" for each in (condition, *more)), lab.NOW)
            )
            assert len(narrowed) == row.sums.records


@pytest.mark.parametrize("are_joined", [False, True], ids=["each", "client's ports together"])
def test_a_conversations_filter_selects_its_records(are_joined: bool) -> None:
    view = view_of(
        [
            lab.line(lab.APP_1, "172.16.1.20", 40_000, "203.0.113.80", 443, START),
            lab.line(lab.APP_1, "203.0.113.80", 443, "172.16.1.20", 40_000, START),
            lab.line(lab.APP_1, "172.16.1.20", 40_001, "203.0.113.80", 443, START),
            lab.line(lab.APP_1, "172.16.1.20", 0, "203.0.113.80", 0, START, protocol=1),
            lab.line(lab.BASTION, "172.16.0.121", 0, "203.0.113.80", 0, START, protocol=1),
        ]
    )
    found = Reckoner().conversations(view, Measure.RECORDS, are_clients_ports_joined=are_joined).found
    assert found.groups == (3 if are_joined else 4)
    for row in found.rows:
        condition = conversation_condition(
            {
                name: str(value)
                for name, value in (
                    (fields.SRCADDR.name, row.client),
                    (fields.DSTADDR.name, row.server),
                    (fields.SRCPORT.name, row.client_port),
                    (fields.DSTPORT.name, row.server_port),
                    (fields.PROTOCOL.name, row.protocol),
                )
                if value is not None
            }
        )
        assert len(View.of(view.state, filter=condition)) == row.sums.records


def test_the_reply_to_the_ping_is_rejected() -> None:
    view = view_of(
        [
            lab.line(lab.BASTION, "203.0.113.12", 0, "172.16.0.121", 0, START, protocol=1),
            lab.line(lab.BASTION, "172.16.0.121", 0, "203.0.113.12", 0, START, protocol=1, action="REJECT"),
        ]
    )
    (ping,) = Reckoner().conversations(view, Measure.BYTES, are_clients_ports_joined=False).found.rows
    assert (ping.client, ping.server, ping.state) == ("203.0.113.12", "172.16.0.121", State.REPLY_REJECTED)


def test_names_and_places() -> None:
    view = services(("52.218.1.1", "S3", "-"), ("172.16.0.9", "-", "-"))
    found = Reckoner().talkers(view, BY["pair"], Measure.RECORDS)
    naming = Reckoner().conversations(view, Measure.RECORDS, are_clients_ports_joined=False).naming
    assert found.naming.name("172.16.0.121", START) == "bastion"
    assert naming.place("52.218.1.1") == "S3"
    assert naming.place("172.16.0.9") == "subnet public"
    assert naming.name("52.218.1.1", START) == ""
    assert naming.interface(lab.BASTION, START) == "bastion"
    assert naming.interface("eni-gone", START) == "eni-gone"
    assert naming.vpc_of(["eni-gone", lab.BASTION]) == "vpc-lab"


def test_nat_gateways_are_hops() -> None:
    hops = hops_of(lab.PlayedSession().index)
    assert hops.interface_ids == {lab.NAT}
    assert hops.addresses == {172 << 24 | 16 << 16 | 8}
    assert hops_of(None).interface_ids == frozenset()
