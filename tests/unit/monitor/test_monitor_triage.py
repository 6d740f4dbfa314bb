"""Causes of rejections are those that each record has when it is explained by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from flowtui.explain.answer import SERVICE, Verdict
from flowtui.filters.parse import parse
from flowtui.filters.tree import REJECT, Tree
from flowtui.monitor.causes import Causes
from flowtui.monitor.triage import Cause, Triage, Triager, Window
from flowtui.monitor.view import View
from flowtui.records.format import LogFormat
from flowtui.topology.model import Topology
from flowtui.topology.rules import AclRule, GroupRule, PrefixList
from tests.tui.lab import PlayedSession
from tests.unit.explain import rulebook
from tests.unit.explain.rulebook import ENI, NOW, OUTSIDE, OWN, OWN_V6, entry, group, other, rule, topology
from tests.unit.explain.test_explain_law import (
    LISTED,
    PEERS_V4,
    PEERS_V6,
    PORTS,
    PROTOCOLS,
    entries,
    group_rules,
)

T = 1_700_000_000
FORMAT = LogFormat.parse(
    "${version} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} "
    "${start} ${end} ${action} ${log-status} ${tcp-flags} ${pkt-srcaddr} ${pkt-dstaddr} ${flow-direction} "
    "${reject-reason}"
)
WINDOW = Window(T - 600, 60, 15)


def line(
    source: str = OUTSIDE,
    target: str = OWN,
    sport: int = 51122,
    dport: int = 80,
    *,
    protocol: int = 6,
    at: int = T,
    action: str = "REJECT",
    flags: str = "-",
    interface: str = ENI,
    packet: tuple[str, str] = ("-", "-"),
    direction: str = "-",
    reason: str = "-",
) -> str:
    return (
        f"8 {interface} {source} {target} {sport} {dport} {protocol} 1 40 {at} {at + 58} {action} OK {flags} "
        f"{packet[0]} {packet[1]} {direction} {reason}"
    )


def played(known: Topology | None, lines: Iterable[str]) -> PlayedSession:
    session = PlayedSession(topology=known, format=FORMAT)
    session.arrive(lines, at=T + 90)
    return session


def triaged(session: PlayedSession, triager: Triager | None = None, filter: Tree | None = None) -> Triage:
    return (triager or Triager()).of(View.of(session.state(), (), filter), WINDOW, NOW)


def text(cause: Cause) -> str:
    """The cause as an explanation says it, of one with a single service."""
    (service,) = cause.services if cause.kind.has_services else ("",)
    return cause.kind.explanation.common_cause.replace(SERVICE, service)


def key(cause: Cause) -> tuple[str, str, str]:
    return cause.kind.interface_id, cause.kind.explanation.direction, text(cause)


@st.composite
def lines(draw: st.DrawFn) -> str:
    is_v6, is_out = draw(st.booleans()), draw(st.booleans())
    own, peer = (OWN_V6, draw(st.sampled_from(PEERS_V6))) if is_v6 else (OWN, draw(st.sampled_from(PEERS_V4)))
    source, target = (own, peer) if is_out else (peer, own)
    protocol = draw(st.sampled_from(PROTOCOLS))
    ports = st.sampled_from(PORTS) if protocol in (6, 17) else st.just(0)
    packet = draw(st.sampled_from([("-", "-"), ("-", "-"), ("198.51.100.3", target), (source, "10.0.1.8")]))
    return line(
        source, target, draw(ports), draw(ports),
        protocol=protocol,
        at=T + draw(st.integers(0, 3)),
        action=draw(st.sampled_from(["REJECT", "REJECT", "ACCEPT"])),
        flags=draw(st.sampled_from(["-", "0", "2", "18", "3", "16"])),
        interface=draw(st.sampled_from([ENI, ENI, ENI, "eni-9"])),
        packet=packet,
        direction=draw(st.sampled_from(["-", "-", "ingress", "egress"])),
        reason=draw(st.sampled_from(["-", "-", "BPA", "EC"])),
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(group_rules(), max_size=6), entries(), st.lists(lines(), max_size=20))
def test_records_are_grouped_as_each_is_explained(
    rules: list[GroupRule], written: tuple[AclRule, ...], given_lines: list[str]
) -> None:
    peers = (other("eni-7", "10.0.1.7", "10.0.0.99", groups=("sg-9",)),)
    known = topology(
        group(*rules),
        group(group_id="sg-9", name="peers"),
        entries=written,
        others=peers,
        prefix_lists=(PrefixList("pl-1", "listed", LISTED),),
    )
    session = played(known, given_lines)
    state, causes = session.state(), Causes()
    expected: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    view = View.of(state, (), REJECT)
    for record_id in view.ids(0, len(view)):
        said = causes.of(state, record_id, NOW)
        (row,) = state.snapshot.rows([record_id], ("interface-id",))
        assert said is not None
        assert row is not None
        expected[str(row[0]), said.direction, said.cause].append(record_id)

    found = triaged(session)

    assert found.rejected == sum(map(len, expected.values()))
    assert {key(each): each.tally.count for each in found.causes} == {
        each: len(ids) for each, ids in expected.items()
    }
    for cause in found.causes:
        ids = expected[key(cause)]
        rows = state.snapshot.rows(ids, ("start",))
        starts = {each: int(str(row[0])) for each, row in zip(ids, rows, strict=True) if row}
        assert cause.tally.first_s == starts[cause.tally.first_id] == min(starts.values())
        assert (cause.tally.last_s, cause.tally.last_id) == (max(starts.values()), max(ids))
        selected = View.of(state, (), found.condition(cause))
        assert set(ids) <= set(selected.ids(0, len(selected)))


def web(*more: AclRule) -> Topology:
    return topology(group(rule("sgr-1", 6, 443)), entries=(*more, *rulebook.ALLOW_ALL))


def test_a_scan_of_ports_is_one_cause_beside_the_port_that_matters() -> None:
    scanned = [line(dport=port, source=f"203.0.113.{port % 50}") for port in range(1000, 1200)]
    wanted = [line(source="198.51.100.7")] * 300
    causes = triaged(played(web(), [*scanned, *wanted])).causes
    port_80, rest = sorted(causes, key=lambda cause: -cause.tally.count)
    assert (text(port_80), port_80.tally.count) == ("sg-1 web has no inbound rule for tcp/80", 300)
    assert (rest.tally.is_rest, rest.tally.services.count, rest.tally.count) == (True, 200, 200)
    assert rest.tally.peers.count == 50


def test_a_cause_selects_its_own_records_and_no_others() -> None:
    deny = entry(50, "deny", 6, "203.0.113.0/25", from_port=80, to_port=80)
    session = played(
        web(deny),
        [
            *[line(source="203.0.113.9")] * 3,
            *[line(source="198.51.100.7")] * 4,
            *[line(dport=8080)] * 5,
            *[line(dport=80, protocol=17)] * 6,
            line(action="ACCEPT"),
            *(line(dport=port) for port in range(2000, 2100)),
        ],
    )
    triage = triaged(session)
    for cause in triage.causes:
        condition = triage.condition(cause)
        assert len(View.of(session.state(), (), condition)) == cause.tally.count, str(condition)
        assert parse(str(condition), NOW) == condition


def test_a_filter_narrows_what_is_grouped() -> None:
    session = played(web(), [line(), line(), line(dport=8080)])
    assert [cause.services for cause in triaged(session, filter=parse("port 8080", NOW)).causes] == [
        ("tcp/8080",)
    ]


def test_no_more_is_explained_at_once_than_allowed_and_the_rest_is_told() -> None:
    sources = (("203.0.113.9", 443), ("203.0.113.9", 80), ("10.0.1.7", 80), ("10.0.0.99", 80))
    session = played(
        web(entry(50, "deny", 6, "0.0.0.0/0")), [line(source, dport=port) for source, port in sources]
    )
    triager = Triager(at_once=1)
    first = triaged(session, triager)
    assert (first.rejected, first.unexplained, first.is_going_on) == (4, 3, True)
    while first.is_going_on:
        first = triaged(session, triager)
    assert first.unexplained == 0

    short = Triager(kept=1)
    assert triaged(session, short).unexplained == triaged(session, short).unexplained == 3
    assert (triaged(session, short).is_going_on, triaged(session, short).unexplained_sources) == (False, 2)


def test_without_a_topology_the_cause_is_unknown_until_it_is_there() -> None:
    session = played(None, [line()])
    triager = Triager()
    (cause,) = triaged(session, triager).causes
    assert cause.kind.explanation.verdict is Verdict.UNKNOWN
    assert text(cause) == "unknown: the topology has not been read yet"
    session.take_topology(web())
    (cause,) = triaged(session, triager).causes
    assert text(cause) == "sg-1 web has no inbound rule for tcp/80"


def test_changed_rules_are_taken_up() -> None:
    session = played(web(), [line()])
    triager = Triager()
    triaged(session, triager)
    session.take_topology(web(entry(50, "deny", 6, "0.0.0.0/0")))
    (cause,) = triaged(session, triager).causes
    assert cause.kind.explanation.verdict is Verdict.BOTH


def test_evicted_records_are_not_counted() -> None:
    session = PlayedSession(topology=web(), format=FORMAT, capacity=80)
    session.arrive([line(at=T + number) for number in range(200)], at=T + 90)
    triage = triaged(session)
    held = session.state().snapshot
    assert triage.rejected == len(held) < 200
    assert triage.causes[0].tally.first_id == held.first_id


def test_nothing_rejected_has_no_causes() -> None:
    assert triaged(played(web(), [line(action="ACCEPT")])).causes == ()
    assert triaged(played(web(), [])).causes == ()


def test_the_buckets_are_those_of_the_window() -> None:
    session = played(
        web(), [line(at=T - 601), line(at=T - 600), line(at=T), line(at=T + 299), line(at=T + 300)]
    )
    (cause,) = triaged(session).causes
    assert cause.tally.buckets == (1, *(0,) * 9, 1, 0, 0, 0, 1)
