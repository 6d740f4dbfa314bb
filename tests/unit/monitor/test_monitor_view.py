from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from flowtui.filters.tree import REJECT
from flowtui.monitor.figures import Figures
from flowtui.monitor.intake import Intake
from flowtui.monitor.scope import Scope, ScopeKind
from flowtui.monitor.sources.group import Arrival
from flowtui.monitor.state import SessionState, Status, StatusKind
from flowtui.monitor.view import Row, View, columns_available
from flowtui.records import fields
from flowtui.records.format import LogFormat
from flowtui.records.resolve import FormatBook
from flowtui.store.hits import Order
from flowtui.topology.history import History
from flowtui.topology.lookup import TopologyIndex
from flowtui.topology.model import Topology
from tests.unit.monitor.scripted import GROUP
from tests.unit.monitor.world import APP, TOPOLOGY, WEB, interface, line, log_events

T = 1_700_000_000
PORT = fields.DSTPORT.name
VPC = Scope(ScopeKind.VPC, "vpc-1", "lab")


class World:
    """A store that is fed by hand, and the states that come of it."""

    def __init__(self, *formats: str) -> None:
        self.intake = Intake(10_000, lambda: None)
        self.intake.read_by({GROUP: FormatBook({}, tuple(LogFormat.parse(text) for text in formats))})
        self.topology = TOPOLOGY
        self.topology_version = 1
        self._fed = 0

    def feed(
        self, lines: Sequence[str], *, is_backfill: bool = False, late: Sequence[bool] | None = None
    ) -> SessionState:
        events = log_events(lines, begin_id=self._fed)
        self._fed += len(lines)
        self.intake.arrived(Arrival(GROUP, events, is_backfill, None if late is None else tuple(late)))
        return self.state()

    def change(self, topology: Topology) -> SessionState:
        self.topology, self.topology_version = topology, self.topology_version + 1
        return self.state()

    def state(self) -> SessionState:
        held = self.intake.holdings
        return SessionState(
            version=1,
            identity=None,
            index=TopologyIndex(self.topology),
            history=History().seen(replace(self.topology, read_at=T - 100.0)),
            status=Status(StatusKind.LIVE),
            faults=(),
            snapshot=held.snapshot,
            series=held.series,
            figures=Figures(),
            groups=(),
            unparsed=held.unparsed,
            begin=0.0,
            topology_version=self.topology_version,
        )


def ports(view: View) -> list[object]:
    return [row.values[0] for row in view.rows(0, len(view), (PORT,))]


def only(view: View, *columns: str) -> Row:
    (row,) = view.rows(0, 2, columns)
    return row


def test_a_row_has_values_names_and_marks() -> None:
    state = World().feed([line(T)], late=[True])
    row = only(View.of(state), PORT, fields.SRCADDR.name, fields.TCP_FLAGS.name)
    assert row.values == (80, "203.0.113.9", None)
    assert (row.interface, row.interface_name, row.src_name, row.dst_name) == (WEB, "web", None, "web")
    assert (row.direction, row.is_rejected, row.late, row.status) == ("in", True, "late", "OK")


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (VPC, [1, 2]),
        (Scope(ScopeKind.SUBNET, "subnet-1", ""), [1, 2]),
        (Scope(ScopeKind.OWNER, "i-app", ""), [2]),
        (Scope(ScopeKind.INTERFACE, WEB, ""), [1]),
        (Scope(ScopeKind.INTERFACE, "eni-gone", ""), [3]),
        (Scope(ScopeKind.SUBNET, "subnet-9", ""), []),
    ],
    ids=["VPC", "subnet", "owner", "interface", "an interface that has vanished", "nothing in it"],
)
def test_a_scope_shows_the_records_of_its_interfaces(scope: Scope, expected: list[int]) -> None:
    lines = [line(T, port=1), line(T, eni=APP, port=2), line(T, eni="eni-gone", port=3)]
    assert ports(View.of(World().feed(lines), (scope,))) == expected


def test_scopes_and_a_filter_hold_together() -> None:
    lines = [line(T, port=1), line(T, port=2, action="ACCEPT"), line(T, eni=APP, port=3)]
    scopes = (VPC, Scope(ScopeKind.INTERFACE, WEB, "web"))
    assert ports(View.of(World().feed(lines), scopes, REJECT)) == [1]


def test_an_extended_view_is_the_view_of_the_later_state() -> None:
    world = World()
    view = View.of(world.feed([line(T, port=1)]), (VPC,), REJECT)
    later = world.feed([line(T + 5, port=3, action="ACCEPT"), line(T + 6, port=4)])
    earlier = world.feed([line(T - 50, port=0)], is_backfill=True)
    assert ports(view.extended(later)) == [1, 4]
    assert ports(view.extended(later).extended(earlier)) == [0, 1, 4]
    assert ports(view.extended(earlier)) == ports(View.of(earlier, (VPC,), REJECT))


def test_an_interface_that_joins_the_scope_brings_its_records() -> None:
    world = World()
    view = View.of(world.feed([line(T, port=1), line(T, eni="eni-0c", port=2)]), (VPC,))
    assert ports(view) == [1]
    grown = replace(TOPOLOGY, interfaces=(*TOPOLOGY.interfaces, interface("eni-0c", "new", "172.16.0.9")))
    assert ports(view.extended(world.change(grown))) == [1, 2]


def test_names_come_with_the_topology_though_nothing_new_arrives() -> None:
    world = World()
    world.topology = replace(TOPOLOGY, interfaces=())
    view = View.of(world.feed([line(T)]))
    assert (only(view).direction, only(view).interface_name) == (None, None)
    view = view.extended(world.change(TOPOLOGY))
    assert (only(view).direction, only(view).interface_name) == ("in", "web")


def test_an_order_sorts_all_records() -> None:
    world = World()
    view = View.of(world.feed([line(T, port=3), line(T, port=1)]), order=Order(PORT, is_descending=True))
    assert ports(view.extended(world.feed([line(T, port=2)]))) == [3, 2, 1]


@pytest.mark.parametrize(
    ("fmt", "text", "direction"),
    [
        ("${interface-id} ${flow-direction} ${start}", f"{WEB} egress {T}", "out"),
        ("${interface-id} ${srcaddr} ${dstaddr} ${start}", f"{WEB} 172.16.0.10 1.2.3.4 {T}", "out"),
        ("${interface-id} ${srcaddr} ${dstaddr} ${start}", f"{WEB} 5.6.7.8 1.2.3.4 {T}", None),
        ("${interface-id} ${srcaddr} ${dstaddr} ${start}", f"eni-gone 172.16.0.10 1.2.3.4 {T}", None),
        ("${interface-id} ${start}", f"{WEB} {T}", None),
    ],
    ids=["by its field", "by its addresses", "neither is its own", "unknown interface", "no addresses"],
)
def test_direction(fmt: str, text: str, direction: str | None) -> None:
    from flowtui.records.events import LogEvents

    world = World(fmt)
    world.intake.arrived(
        Arrival(GROUP, LogEvents([f"{WEB}-all"], [T * 1000], [T * 1000], ["1"], [text]), False)
    )
    assert only(View.of(world.state())).direction == direction


def test_next_rejected_goes_both_ways() -> None:
    state = World().feed([line(T), line(T + 1, action="ACCEPT"), line(T + 2), line(T + 3, action="ACCEPT")])
    view = View.of(state)
    assert (view.next_rejected(0, 1), view.next_rejected(2, 1)) == (2, None)
    assert (view.next_rejected(3, -1), view.next_rejected(2, -1)) == (2, 0)
    assert (view.position(2), view.position(99)) == (2, None)


def test_a_record_tells_every_field_of_its_own_format() -> None:
    text = line(T)
    detail = View.of(World().feed([text])).record(0)
    assert detail is not None
    assert detail.line == text
    assert [each.value for each in detail.fields] == text.split()
    meanings = {each.name: each.meaning for each in detail.fields}
    assert "http" in meanings[PORT]
    assert "tcp" in meanings[fields.PROTOCOL.name].lower()
    assert (detail.group, detail.stream, detail.timestamp_ms) == (GROUP, f"{WEB}-all", T * 1000)
    assert detail.ingestion_ms == T * 1000 + 60_000
    assert detail.row.is_rejected


def test_a_record_that_is_not_held_has_no_detail() -> None:
    assert View.of(World().feed([line(T)])).record(7) is None


def test_a_record_without_data_says_so() -> None:
    text = f"2 123456789012 {WEB} - - - - - - - {T} {T + 60} - NODATA"
    row = only(View.of(World().feed([text])), PORT)
    assert (row.status, row.values, row.is_rejected, row.direction) == ("NODATA", (None,), False, None)


def test_columns_available_are_those_with_a_value_in_the_order_of_aws() -> None:
    found = columns_available(World().feed([line(T)]).snapshot)
    assert found[:3] == (fields.VERSION.name, fields.ACCOUNT_ID.name, fields.INTERFACE_ID.name)
    assert fields.TCP_FLAGS.name not in found
    assert not [name for name in found if name.startswith("@") or "/" in name]
