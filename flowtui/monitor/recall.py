"""The past of a session's log groups, asked of Logs Insights and kept apart from what is live.

What comes of it is laid over the session's state, so that whatever shows a session shows the past unchanged.
Calls are made on its caller's threads; `stop` may be called from any. Knows no screen.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from flowtui.filters.bind import bind
from flowtui.filters.names import Names
from flowtui.filters.tree import OnInterfaces, Tree, conjunction
from flowtui.monitor import groups
from flowtui.monitor.boundary import Boundary
from flowtui.monitor.capture import Selection
from flowtui.monitor.figures import Figures
from flowtui.monitor.outside import Clock, Fault, HistoryConnection
from flowtui.monitor.portions import described, portions, stored_share
from flowtui.monitor.scope import Scope, interface_ids
from flowtui.monitor.settings import Settings
from flowtui.monitor.sources.history import (
    MAX_RECORDS,
    Extent,
    Fetched,
    HistoryProgress,
    HistoryReading,
)
from flowtui.monitor.state import SessionState
from flowtui.records.batch import RecordBatch, Unparsed
from flowtui.records.format import LogFormat
from flowtui.records.resolve import read
from flowtui.store.series import Series
from flowtui.store.snapshot import Snapshot
from flowtui.store.store import Store

_KEPT_UNPARSED = 1000
"""Unparsed lines that are kept to be looked at; all are counted."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the past."""

    scopes: tuple[Scope, ...] = ()
    tree: Tree | None = None
    """What is shown, its names not yet bound."""


@dataclass(frozen=True, slots=True)
class Weight:
    """What a query would cost, in bytes; None where AWS does not tell."""

    scanned: int | None = None
    stored: int | None = None
    """What the groups store of that time, compressed."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """The records of a time range."""

    extent: Extent
    snapshot: Snapshot
    series: Series
    unparsed: tuple[Unparsed, ...]
    unparsed_count: int
    progress: HistoryProgress
    is_cut: bool
    """Whether there are older records that matched."""

    def over(self, live: SessionState) -> SessionState:
        """The session's state with these records in place of the live ones."""
        # Neither rate nor share of rejections: what was left out by the filter was not fetched.
        figures = Figures(
            skipped=self.series.totals.skipped,
            unparsed=self.unparsed_count,
            watermark=float(self.extent.end_s),
        )
        return replace(
            live,
            snapshot=self.snapshot,
            series=self.series,
            unparsed=self.unparsed,
            figures=figures,
            begin=float(self.extent.begin_s),
            faults=(),
            pushdowns={},
        )


class Recall:
    """Asks for the past of the log groups that a session follows, by its topology."""

    def __init__(
        self,
        connection: HistoryConnection,
        clock: Clock,
        settings: Settings,
        state: SessionState,
        question: Question,
    ) -> None:
        """Finds out which fields AWS discovers, by a call for each group. Raises FaultError."""
        self._clock = clock
        self._settings = settings
        self._index, self._history = state.index, state.history
        self._insights = connection.insights()
        self.groups = groups.log_groups(settings, state.index)
        self._described = described(connection, self.groups)
        tree = self._wanted(question)
        bound = None if tree is None else bind(tree, Names(state.index, state.history))
        self._portions = portions(self.groups, self._formats, bound, self._insights, self._described)
        self._reading: HistoryReading | None = None
        self._is_stopped = False

    @property
    def texts(self) -> tuple[str, ...]:
        """The queries that will be asked: several where groups differ in their formats."""
        return tuple(dict.fromkeys(portion.asked.records(MAX_RECORDS) for portion in self._portions))

    def stop(self) -> None:
        """Ends what is under way, at AWS too."""
        self._is_stopped = True
        if self._reading is not None:
            self._reading.stop()

    def weigh(self, extent: Extent) -> Weight:
        """What asking for a time range would cost. Raises FaultError, QueryStopped."""
        return Weight(self._read(extent).estimate(), stored_share(self._described, extent))

    def fetch(
        self,
        extent: Extent,
        *,
        text: str | None = None,
        changed: Callable[[HistoryProgress], None] = lambda progress: None,
        waiting: Callable[[Fault, float], None] = lambda fault, wait_s: None,
    ) -> Recalled:
        """The newest records of a time range, or what a query of the reader's own gives.

        Raises FaultError, QueryStopped.
        """
        reading = self._read(extent, lambda: changed(reading.progress), waiting)
        fetched = reading.fetch(MAX_RECORDS) if text is None else reading.fetch_by(text)
        return self._recalled(extent, fetched, reading.progress)

    def _read(
        self,
        extent: Extent,
        changed: Callable[[], None] = lambda: None,
        waiting: Callable[[Fault, float], None] = lambda fault, wait_s: None,
    ) -> HistoryReading:
        if self._reading is not None:
            # An estimate of another time range is not waited for.
            self._reading.stop()
        reading = HistoryReading(
            self._insights,
            self._clock,
            extent,
            self._portions,
            random.random,
            changed=changed,
            waiting=waiting,
        )
        self._reading = reading
        if self._is_stopped:
            reading.stop()
        return reading

    def _wanted(self, question: Question) -> Tree | None:
        """All that decides whether a record is shown, as far as AWS can be asked for it."""
        inside = interface_ids(question.scopes, None if self._index is None else self._index.topology)
        scope = None if inside is None else OnInterfaces(inside)
        return conjunction((scope, question.tree, self._settings.capture))

    def _formats(self, group: str) -> tuple[LogFormat, ...]:
        return (*groups.formats_of(group, self._index), *self._settings.formats)

    def _recalled(self, extent: Extent, fetched: Fetched, progress: HistoryProgress) -> Recalled:
        capture = Selection.of(self._settings.capture, self._index, self._history)
        boundary = Boundary(frozenset(self._settings.vpc_ids))
        if self._index is not None:
            boundary = boundary.seen(self._index.topology)
        batches = [
            capture.of_batch(boundary.inside(self._parsed(group, fetched))) for group in fetched.by_group
        ]
        store = Store(max(1, sum(map(len, batches))))
        store.append_joined(batches)
        unparsed = sorted((one for batch in batches for one in batch.unparsed), key=lambda one: one.timestamp)
        snapshot = store.snapshot()
        return Recalled(
            extent,
            snapshot,
            Series().extend(snapshot),
            tuple(unparsed[-_KEPT_UNPARSED:]),
            len(unparsed),
            progress,
            fetched.is_cut,
        )

    def _parsed(self, group: str, fetched: Fetched) -> RecordBatch:
        events = fetched.by_group[group]
        oldest_first = events.take(range(len(events))[::-1])
        return read(group, oldest_first, groups.format_book(group, self._settings, self._index))
