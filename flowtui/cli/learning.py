"""What `flowtui tail` knows of the account: its log groups, their formats, and what lies in the chosen VPCs.

Read again once a minute on a thread of its own; everything that is found is exchanged whole.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping, Sequence

import click

from flowtui.cli.output import Books
from flowtui.filters.cloudwatch import Pushdown
from flowtui.filters.tree import Tree, conjunction
from flowtui.monitor import groups
from flowtui.monitor.boundary import Boundary
from flowtui.monitor.capture import Selection, pushdowns
from flowtui.monitor.outside import Clock, Connection, Fault, FaultError, FaultKind
from flowtui.monitor.overlaps import Overlap, overlaps
from flowtui.monitor.session import REFRESH_S
from flowtui.monitor.settings import Settings
from flowtui.monitor.sources.backoff import Backoff
from flowtui.records.batch import RecordBatch
from flowtui.records.events import LogEvents
from flowtui.records.format import LogFormat
from flowtui.topology.history import History
from flowtui.topology.lookup import TopologyIndex

_PATIENCE = 3
"""Failures in a row after which groups that were named are read without a topology."""

_HOPELESS = (FaultKind.NO_CREDENTIALS, FaultKind.EXPIRED, FaultKind.NO_REGION, FaultKind.UNKNOWN_PROFILE)
"""Faults that reading the groups would meet as well."""


class Learner:
    """Reads the topology, and says what follows from it."""

    def __init__(self, settings: Settings, connection: Connection, clock: Clock) -> None:
        self._settings = settings
        self._connection = connection
        self._clock = clock
        self._boundary = Boundary(frozenset(settings.vpc_ids))
        self._index: TopologyIndex | None = None
        self._never = threading.Event()
        self.books = Books()
        self.overlaps: tuple[Overlap, ...] = ()
        self.pushdowns: Mapping[str, Pushdown] = {}
        self._history = History()
        self._selection = Selection()
        self._select()

    def find(self, patience: int | None, waiting: Callable[[Fault, float | None], None]) -> tuple[str, ...]:
        """The groups to read; FaultError, or a sentence, where there is none.

        A passing fault is waited out, `patience` times in a row (None: for ever); groups that were named are
        read without a topology where that cannot be had. `waiting` is told of a fault and of the seconds
        until it is tried again; None where it is gone on without.
        """
        named = groups.log_groups(self._settings, None)
        backoff = Backoff(random.random)
        while True:
            try:
                found = self.learn()
                break
            except FaultError as error:
                fault = error.fault
            limit = _PATIENCE if named else patience
            is_tired = limit is not None and backoff.failures >= limit
            if not fault.kind.is_lasting and not is_tired:
                wait_s = backoff.failed(fault)
                waiting(fault, wait_s)
                self._clock.wait(self._never, wait_s)
            elif named and fault.kind not in _HOPELESS:
                waiting(fault, None)
                self.books.by_group = {
                    group: groups.format_book(group, self._settings, None) for group in named
                }
                self.pushdowns = pushdowns(self._settings, named, None)
                return named
            else:
                raise FaultError(fault)
        if not found and self._index is not None:
            raise click.ClickException(" ".join(groups.why_none(self._settings, self._index)))
        return found

    def learn(self) -> tuple[str, ...]:
        """Reads the topology; the groups to read. Raises FaultError."""
        topology = self._connection.topology(self._settings.vpc_ids)
        index = TopologyIndex(topology)
        found = groups.log_groups(self._settings, index)
        self._index = index
        self._boundary = self._boundary.seen(topology)
        self.books.by_group = {group: groups.format_book(group, self._settings, index) for group in found}
        self.overlaps = overlaps(index, found)
        self._history = self._history.seen(topology)
        self._select()
        self.pushdowns = pushdowns(self._settings, found, index)
        return found

    def _select(self) -> None:
        wanted = conjunction((self._settings.capture, self._settings.filter))
        self._selection = Selection.of(wanted, self._index, self._history)

    def pattern_of(self, group: str) -> str | None:
        """The filter pattern that CloudWatch is asked by."""
        asked = self.pushdowns.get(group)
        return None if asked is None else asked.pattern

    def keep_learning(
        self, found: Callable[[tuple[str, ...]], None], noted: Callable[[Fault | None], None]
    ) -> None:
        """Once a minute for ever; tells of the groups, and of a fault or that there is none."""
        while not self._clock.wait(self._never, REFRESH_S):
            try:
                groups_now = self.learn()
            except FaultError as error:
                noted(error.fault)
                continue
            noted(None)
            if groups_now:
                found(groups_now)

    @property
    def has_filter(self) -> bool:
        """Whether there is a filter, of either kind."""
        return self._selection.tree is not None

    def rows_inside(self, group: str, events: LogEvents) -> Sequence[int]:
        """Which of the events the filters select, and are not known to be of other VPCs than the chosen."""
        if not len(events) or not (self._settings.vpc_ids or self.has_filter):
            return range(len(events))
        batch = self.records_inside(group, events)
        # A line that is no record matches no filter.
        unparsed = () if self.has_filter else (one.row for one in batch.unparsed)
        return sorted((*batch.rows, *unparsed))

    def records_inside(self, group: str, events: LogEvents) -> RecordBatch:
        """The records among the events that the filters select, and are not known to be of other VPCs."""
        return self._selection.of_batch(self._boundary.inside(self.books.read(group, events)))

    @property
    def bound(self) -> Tree | None:
        """The filters, with their names bound to what bears them."""
        return self._selection.tree

    def formats_of(self, group: str) -> tuple[LogFormat, ...]:
        """The formats that a group's lines may be in, as far as they are known."""
        book = self.books.by_group.get(group)
        return () if book is None else book.candidates

    def interface_name(self, interface_id: str) -> str | None:
        """What an interface is called."""
        known = None if self._index is None else self._index.interface(interface_id)
        return None if known is None else known.name
