"""The chart of a state: what it counts, where it begins, and how far it is complete."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from flowtui.filters.parse import parse
from flowtui.filters.tree import REJECT, Tree
from flowtui.monitor.chart import BUCKETS, STEPS_S, Chart, ChartWish, Course, chart
from flowtui.monitor.state import SessionState
from flowtui.store.units import Unit
from tests.tui import lab

NOW = lab.NOW
WISH = ChartWish(30)


def of(
    state: SessionState,
    before: Chart | None = None,
    interfaces: frozenset[str] | None = None,
    filter: Tree | None = None,
    wish: ChartWish = WISH,
) -> Chart:
    return chart(state, interfaces, filter, wish, before, NOW)


def filled(count: int = 400, capacity: int = 1000) -> lab.PlayedSession:
    session = lab.PlayedSession(capacity=capacity)
    session.back_fill(lab.lab_lines(count))
    return session


def sums(course: Course) -> tuple[int, int]:
    return sum(course.accepted), sum(course.rejected)


def test_it_counts_all_that_is_in_scope_whatever_the_filter() -> None:
    state = filled().state()
    assert sums(of(state, filter=REJECT).course) == (300, 100)
    assert sums(of(state, interfaces=frozenset({lab.APP_1})).course) == (100, 0)


def test_told_to_it_counts_what_the_filter_selects() -> None:
    wish = replace(WISH, is_filtered=True)
    assert sums(of(filled().state(), filter=REJECT, wish=wish).course) == (0, 100)


@pytest.mark.parametrize("step_s", STEPS_S)
def test_the_bucket_under_way_is_the_last(step_s: int) -> None:
    course = of(filled().state(), wish=ChartWish(step_s)).course
    assert len(course.accepted) == len(course.rejected) == BUCKETS
    last_s = course.from_s + (BUCKETS - 1) * step_s
    assert last_s <= NOW < last_s + step_s
    assert course.from_s % step_s == 0


def test_a_late_record_lands_in_its_own_bucket() -> None:
    session = filled()
    before = of(session.state())
    start = int(NOW) - 1000
    session.arrive([lab.line(lab.BASTION, "203.0.113.9", 1, "172.16.0.121", 80, start, action="REJECT")])
    after = of(session.state(), before)
    place = (start - after.course.from_s) // 30
    grown = [
        at
        for at in range(BUCKETS)
        if after.course.rejected[at] != before.course.rejected[at]
    ]  # fmt: skip
    assert grown == [place]
    assert after.course.accepted == before.course.accepted


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"wish": ChartWish(300)}, id="other buckets"),
        pytest.param({"wish": ChartWish(30, Unit.BYTES)}, id="another unit"),
        pytest.param({"interfaces": frozenset({lab.BASTION})}, id="another scope"),
        pytest.param({"filter": REJECT, "wish": ChartWish(30, is_filtered=True)}, id="the filter too"),
    ],
)
def test_going_on_gives_what_beginning_anew_gives(changes: dict[str, Any]) -> None:
    session = filled(100)
    before = of(session.state())
    session.arrive(lab.lab_lines(60, until=NOW - 40))
    state = session.state()
    assert of(state, before, **changes).course == of(state, **changes).course


def test_records_begin_where_reading_began() -> None:
    course = of(filled().state()).course
    assert (course.begins_at, course.is_evicted) == (NOW - 1800, False)


def test_while_catching_up_they_begin_with_the_oldest_that_was_read() -> None:
    state = filled(100).state()
    groups = tuple(replace(group, is_caught_up=False) for group in state.groups)
    course = of(replace(state, groups=groups)).course
    assert (course.begins_at, course.is_evicted) == (NOW - 90 - 300, False)


def test_what_was_evicted_is_not_counted_and_said() -> None:
    session = filled(100, capacity=100)
    session.arrive(lab.lab_lines(10, until=NOW - 30))
    course = of(session.state()).course
    assert course.is_evicted
    assert sum(sums(course)) == len(session.state().snapshot) < 110
    assert course.begins_at == session.state().snapshot.evicted_to_s


def test_before_the_watermark_is_known_nothing_is_complete() -> None:
    state = filled().state()
    course = of(replace(state, figures=replace(state.figures, watermark=None))).course
    assert course.complete_to == state.begin


def test_a_name_means_other_addresses_once_the_topology_changed() -> None:
    session = filled(100)
    wish = replace(WISH, is_filtered=True)
    tree = parse("host db-1", NOW, None)
    before = of(session.state(), filter=tree, wish=wish)
    interfaces = lab.lab_topology().interfaces
    renamed = tuple(replace(each, name="db-1") if each.id == lab.APP_1 else each for each in interfaces)
    session.take_topology(lab.lab_topology(interfaces=renamed))
    after = of(session.state(), before, filter=tree, wish=wish)
    assert (sums(before.course), sums(after.course)) == ((0, 0), (25, 0))


@pytest.mark.parametrize(
    ("from_s", "step", "to_s"),
    [(30, 1, 10), (10, 1, 10), (30, -1, 60), (3600, -1, 3600)],
    ids=["finer", "no finer", "coarser", "no coarser"],
)
def test_buckets_can_be_finer_and_coarser(from_s: int, step: int, to_s: int) -> None:
    wish = ChartWish(from_s, Unit.BYTES, is_filtered=True)
    assert wish.zoomed(step) == replace(wish, step_s=to_s)


def test_units_take_turns() -> None:
    wish, seen = ChartWish(), []
    for _ in range(4):
        wish = wish.turned()
        seen.append(wish.unit.value)
    assert seen == ["packets", "bytes", "records", "packets"]
