from __future__ import annotations

from dataclasses import replace

from flowtui.filters.parse import parse
from flowtui.monitor.capture import Selection, pushdowns
from flowtui.monitor.settings import Settings
from flowtui.records.batch import RecordBatch
from flowtui.records.format import LogFormat
from flowtui.records.resolve import FormatBook, read
from flowtui.topology.history import History
from flowtui.topology.lookup import TopologyIndex
from tests.unit.monitor.scripted import GROUP
from tests.unit.monitor.world import APP, FLOW_LOG, TOPOLOGY, line, log_events

CAPTURE = parse("reject and port 80", 0.0)
OTHER = "${version} ${interface-id} ${srcaddr} ${dstaddr} ${action}"


def batch(*lines: str) -> RecordBatch:
    return read(GROUP, log_events(lines), FormatBook({}, ()))


def test_without_a_capture_everything_is_asked_for_and_kept() -> None:
    assert pushdowns(Settings(), [GROUP], TopologyIndex(TOPOLOGY)) == {}
    whole = batch(line(1_760_000_000))
    assert Selection().of_batch(whole) is whole


def test_a_group_of_one_format_is_asked_by_place_and_the_rest_is_decided_here() -> None:
    asked = pushdowns(Settings(capture=CAPTURE), [GROUP], TopologyIndex(TOPOLOGY))[GROUP]
    assert asked.pattern is not None
    assert "action=REJECT" in asked.pattern
    assert str(asked.residual) == "port 80"


def test_a_group_of_two_formats_is_asked_for_nothing_by_place() -> None:
    second = replace(FLOW_LOG, id="fl-2", format=OTHER)
    mixed = replace(TOPOLOGY, flow_logs=(FLOW_LOG, second))
    asked = pushdowns(Settings(capture=CAPTURE), [GROUP], TopologyIndex(mixed))[GROUP]
    assert asked.pattern is None or "[" not in asked.pattern


def test_further_formats_count_as_well() -> None:
    settings = Settings(capture=CAPTURE, formats=(LogFormat.parse(OTHER),))
    asked = pushdowns(settings, [GROUP], TopologyIndex(TOPOLOGY))[GROUP]
    assert asked.pattern is None or "[" not in asked.pattern


def test_a_selection_keeps_what_matches_with_its_place_among_the_events() -> None:
    lines = [line(1_760_000_000 + n, port=80 if n % 2 else 22) for n in range(6)]
    kept = Selection.of(CAPTURE, TopologyIndex(TOPOLOGY), History()).of_batch(batch(*lines))
    assert list(kept.rows) == [1, 3, 5]
    assert len(kept) == 3


def test_names_are_those_of_the_topology() -> None:
    tree = parse("eni:app", 0.0)
    lines = [line(1_760_000_000), line(1_760_000_001, eni=APP, dst="172.16.0.20")]
    selection = Selection.of(tree, TopologyIndex(TOPOLOGY), History().seen(TOPOLOGY))
    assert list(selection.of_batch(batch(*lines)).rows) == [1]


def test_lines_that_are_no_records_stay() -> None:
    whole = batch(line(1_760_000_000, port=22))
    garbage = read(GROUP, replace(whole.events, messages=["garbage"]), FormatBook({}, ()))
    assert Selection(CAPTURE).of_batch(garbage).unparsed == garbage.unparsed
