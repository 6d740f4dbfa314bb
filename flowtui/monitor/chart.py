"""The time chart: accepted and rejected per bucket, and what is still to arrive or was evicted.

Follows the scope and, where the reader wants it, the filter too. Its values are plain numbers.
Knows no widget.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flowtui.filters.tree import OnInterfaces, Tree, conjunction
from flowtui.store.units import Unit

if TYPE_CHECKING:
    from flowtui.monitor.state import SessionState
    from flowtui.store.snapshot import Snapshot
    from flowtui.store.timeline import Timeline

STEPS_S = (10, 30, 60, 300, 900, 3600)
"""Widths of a bucket that can be chosen."""

BUCKETS = 400
"""The newest so many are counted: more than any terminal is wide."""


@dataclass(frozen=True, slots=True)
class ChartWish:
    """How the reader wants the chart."""

    step_s: int = 30
    """One of `STEPS_S`."""
    unit: Unit = Unit.RECORDS
    is_filtered: bool = False
    """Whether only what the filter selects is counted, instead of all that is in scope."""

    def zoomed(self, step: int) -> ChartWish:
        """The next finer (1) or coarser (−1) buckets; the same where there are none."""
        at = max(0, min(STEPS_S.index(self.step_s) - step, len(STEPS_S) - 1))
        return ChartWish(STEPS_S[at], self.unit, self.is_filtered)

    def turned(self) -> ChartWish:
        """The next unit."""
        units = list(Unit)
        unit = units[(units.index(self.unit) + 1) % len(units)]
        return ChartWish(self.step_s, unit, self.is_filtered)


@dataclass(frozen=True, slots=True)
class Course:
    """What the chart draws: plain numbers, the oldest bucket first."""

    wish: ChartWish
    from_s: int
    """Where the first bucket begins, epoch seconds."""
    accepted: tuple[int, ...]
    rejected: tuple[int, ...]
    begins_at: float
    """What began before it is not read or, with `is_evicted`, in part evicted; epoch seconds."""
    is_evicted: bool
    complete_to: float
    """The watermark; before there is one, where records begin."""
    usual_to: float
    """Up to here most has arrived."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A course, and what the next one is made from."""

    course: Course
    asked: Tree | None
    """The filter that it follows; None where it follows the scope alone."""
    interfaces: frozenset[str] | None
    topology_version: int
    tree: Tree | None
    """All that decides what is counted, its names bound."""
    timeline: Timeline


def chart(
    state: SessionState,
    interfaces: frozenset[str] | None,
    filter: Tree | None,
    wish: ChartWish,
    before: Chart | None,
    now: float,
) -> Chart:
    """The chart of these interfaces (None: all); goes on from the one before where that counts the same."""
    asked = filter if wish.is_filtered else None
    key = (asked, interfaces, state.topology_version)
    if before is not None and (before.asked, before.interfaces, before.topology_version) == key:
        tree = before.tree
    else:
        tree = _bound(state, interfaces, asked)
    if before is not None and before.tree == tree:
        timeline = before.timeline.extend(state.snapshot)
    else:
        timeline = _timeline(tree, state.snapshot)
    return Chart(_course(timeline, state, wish, now), *key, tree, timeline)


def _bound(state: SessionState, interfaces: frozenset[str] | None, filter: Tree | None) -> Tree | None:
    from flowtui.filters.bind import bind
    from flowtui.filters.names import Names

    bound = None if filter is None else bind(filter, Names(state.index, state.history))
    return conjunction((None if interfaces is None else OnInterfaces(interfaces), bound))


def _timeline(tree: Tree | None, snapshot: Snapshot) -> Timeline:
    from flowtui.filters import local
    from flowtui.store.timeline import Timeline

    return Timeline(None if tree is None else local.compile(tree)).extend(snapshot)


def _course(timeline: Timeline, state: SessionState, wish: ChartWish, now: float) -> Course:
    step_s = wish.step_s
    # The bucket under way is the last one.
    to_s = (int(now) // step_s + 1) * step_s
    from_s = to_s - BUCKETS * step_s
    counts = timeline.buckets(from_s, to_s, step_s, wish.unit)
    begin, evicted_to = _begin(state, now), state.snapshot.evicted_to_s
    watermark, lag_s = state.figures.watermark, state.figures.lag_s
    complete_to = state.begin if watermark is None else watermark
    return Course(
        wish=wish,
        from_s=from_s,
        accepted=tuple(accepted for accepted, _ in counts),
        rejected=tuple(rejected for _, rejected in counts),
        begins_at=max(begin, evicted_to or begin),
        is_evicted=evicted_to is not None and evicted_to > begin,
        complete_to=complete_to,
        usual_to=max(complete_to, now - (lag_s or 0)),
    )


def _begin(state: SessionState, now: float) -> float:
    """Since when records were read; the back-fill comes in with the newest first."""
    if state.groups and all(group.is_caught_up for group in state.groups):
        return state.begin
    oldest = state.snapshot.oldest_start_s
    return max(state.begin, now if oldest is None else oldest)
