"""One session on one account: connection, topology refresh, tail and store, behind one immutable state.

Owns the threads: one connects and reads the topology, one is the tail's, one gives notices. Knows no screen,
no boto3 and no option syntax.
"""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from flowtui.filters.cloudwatch import Pushdown
from flowtui.monitor import figures, groups, status
from flowtui.monitor.boundary import Boundary
from flowtui.monitor.capture import Selection, pushdowns
from flowtui.monitor.figures import Figures, Rates
from flowtui.monitor.intake import Intake
from flowtui.monitor.notifier import Notice, Notifier
from flowtui.monitor.outside import Clock, Connection, Fault, FaultError, FaultKind, Identity
from flowtui.monitor.overlaps import Overlap, overlaps
from flowtui.monitor.settings import Settings
from flowtui.monitor.sources.backoff import Backoff
from flowtui.monitor.sources.tail import GroupProgress, Tail, TailOptions, TailProgress, unforeseen
from flowtui.monitor.state import GroupState, SessionState, StandingFault, Status
from flowtui.topology.history import History
from flowtui.topology.lookup import TopologyIndex
from flowtui.topology.model import Topology

REFRESH_S = 60.0
"""How often the topology is read again, seconds."""

_JOIN_S = 0.5
"""How long an ending thread is waited for; a call under way is left to end by itself."""

_REJECT_ONLY = {"REJECT"}


@dataclass(frozen=True, slots=True)
class _Known:
    """What the connecting thread has found out; exchanged whole."""

    identity: Identity | None = None
    index: TopologyIndex | None = None
    history: History = field(default_factory=History)
    topology_version: int = 0
    overlaps: tuple[Overlap, ...] = ()
    connection_fault: StandingFault | None = None
    topology_fault: StandingFault | None = None


class Session:
    """A running monitor. `start` it once, ask for `state` whenever a notice came, `stop` it at the end."""

    def __init__(
        self,
        settings: Settings,
        connect: Callable[[Settings], Connection],
        clock: Clock,
        notify: Callable[[Notice], None],
    ) -> None:
        self._settings = settings
        self._connect = connect
        self._clock = clock
        self._begin = settings.since.at(clock.now())
        self._notifier = Notifier(notify, clock)
        self._intake = Intake(settings.buffer, self._tail_changed)
        self._boundary = Boundary(frozenset(settings.vpc_ids))
        self._pushdowns: Mapping[str, Pushdown] = {}
        self._known = _Known()
        self._rates = Rates()
        self._tail: Tail | None = None
        self._threads: list[threading.Thread] = []
        self._refresh = threading.Event()
        self._is_stopped = False
        self._lock = threading.Lock()
        self._version = 0

    def start(self) -> None:
        """Starts the threads; returns at once. `connect` is called on one of them."""
        self._spawn(self._notifier.run, "notices")
        self._spawn(self._oversee, "topology")

    def stop(self) -> None:
        """Ends the threads; waits for them a bounded time (under two seconds)."""
        self._is_stopped = True
        self._refresh.set()
        self._notifier.stop()
        if self._tail is not None:
            self._tail.stop()
        for thread in self._threads:
            thread.join(_JOIN_S)

    def refresh_topology(self) -> None:
        """Asks for the topology to be read again now."""
        self._refresh.set()

    def state(self) -> SessionState:
        """The state now; cheap, for any thread."""
        now, known, held = self._clock.now(), self._known, self._intake.holdings
        version = self._version
        tail = TailProgress() if self._tail is None else self._tail.progress
        return SessionState(
            version=version,
            identity=known.identity,
            index=known.index,
            history=known.history,
            status=self._status(known, tail, now),
            faults=_standing(known, tail),
            snapshot=held.snapshot,
            series=held.series,
            figures=self._figures(known, tail, now),
            groups=tuple(_group_state(group, known.index, now) for group in tail.groups),
            unparsed=held.unparsed,
            begin=self._begin,
            topology_version=known.topology_version,
            overlaps=known.overlaps,
            pushdowns=self._pushdowns,
        )

    # The connecting thread

    def _oversee(self) -> None:
        backoff = Backoff(random.random)
        connection: Connection | None = None
        while not self._is_stopped:
            self._refresh.clear()
            try:
                connection = self._connect(self._settings) if connection is None else connection
                wait_s = self._look(connection, backoff)
            except FaultError as error:
                wait_s = self._fault_connection(error.fault, backoff)
            except Exception as error:
                wait_s = self._fault_connection(unforeseen(error), backoff)
            if not self._is_stopped:
                self._clock.wait(self._refresh, wait_s)

    def _look(self, connection: Connection, backoff: Backoff) -> float:
        """Signs in, reads the topology and tells the tail; seconds until the next time."""
        if self._known.identity is None:
            self._identify(connection)
        wait_s = REFRESH_S
        try:
            self._learn(connection.topology(self._settings.vpc_ids))
            backoff.succeeded()
        except FaultError as error:
            wait_s = min(REFRESH_S, backoff.failed(error.fault))
            fault = self._standing_since("topology", self._known.topology_fault, error.fault, wait_s)
            self._know(replace(self._known, topology_fault=fault))
        self._follow(connection)
        self._learn_rules(connection)
        return wait_s

    def _identify(self, connection: Connection) -> None:
        """Who we are; where that alone is refused, the rest goes on without."""
        try:
            identity = connection.identity()
        except FaultError as error:
            if error.fault.kind is not FaultKind.DENIED:
                raise
            identity = None
        self._know(replace(self._known, identity=identity, connection_fault=None))

    def _learn(self, topology: Topology) -> None:
        known = self._known
        before = None if known.index is None else known.index.topology
        # The rules read last hold until they are read again.
        topology = replace(topology, rules=None if before is None else before.rules)
        is_same = before is not None and replace(before, read_at=0.0) == replace(topology, read_at=0.0)
        index = TopologyIndex(topology)
        self._boundary = self._boundary.seen(topology)
        self._know(
            replace(
                known,
                index=index,
                history=known.history.seen(topology),
                topology_version=known.topology_version + (not is_same),
                overlaps=known.overlaps if is_same else self._overlaps(index),
                topology_fault=None,
                connection_fault=None,
            )
        )

    def _learn_rules(self, connection: Connection) -> None:
        """Reads what may pass, after everything that is waited for; a failure leaves the rules read last."""
        index = self._known.index
        if index is None or self._is_stopped:
            return
        with contextlib.suppress(FaultError):
            rules = connection.rules(index.topology)
            self._know(replace(self._known, index=TopologyIndex(replace(index.topology, rules=rules))))

    def _overlaps(self, index: TopologyIndex) -> tuple[Overlap, ...]:
        return overlaps(index, groups.log_groups(self._settings, index))

    def _follow(self, connection: Connection) -> None:
        """Has the tail read what the flow logs write, by their formats."""
        index = self._known.index
        found = groups.log_groups(self._settings, index)
        if not found:
            return
        books = {group: groups.format_book(group, self._settings, index) for group in found}
        known = self._known
        capture = Selection.of(self._settings.capture, known.index, known.history)
        self._intake.read_by(books, self._boundary, capture)
        if self._tail is None:
            settings = self._settings
            options = TailOptions(
                self._begin,
                settings.lookback_s,
                settings.max_calls,
                sweep_s=settings.sweep_s,
                is_begin_relative=settings.since.is_back,
            )
            tail = Tail(connection.logs(), self._clock, self._intake, options, random.random)
            self._tail = tail
            self._spawn(tail.run, "tail")
            if self._is_stopped:
                tail.stop()
        self._pushdowns = pushdowns(self._settings, found, index)
        self._tail.follow(found, {group: asked.pattern for group, asked in self._pushdowns.items()})

    def _fault_connection(self, fault: Fault, backoff: Backoff) -> float:
        wait_s = backoff.failed(fault)
        standing = self._standing_since("connection", self._known.connection_fault, fault, wait_s)
        self._know(replace(self._known, connection_fault=standing))
        return wait_s

    def _standing_since(
        self, place: str, before: StandingFault | None, fault: Fault, wait_s: float
    ) -> StandingFault:
        now = self._clock.now()
        return StandingFault(place, fault, now if before is None else before.since, now + wait_s)

    def _know(self, known: _Known) -> None:
        self._known = known
        self._changed()

    # What the state is made of

    def _tail_changed(self) -> None:
        """Works out, on the tail's thread, what is too dear for every look at the state."""
        if self._tail is not None:
            mark = figures.watermark_of(self._tail.progress.groups)
            self._rates = figures.rates_of(self._intake.holdings.series, mark, self._begin)
        self._changed()

    def _changed(self) -> None:
        with self._lock:
            self._version += 1
            version = self._version
        self._notifier.change(version)

    def _status(self, known: _Known, tail: TailProgress, now: float) -> Status:
        logs = groups.flow_logs_of((group.group for group in tail.groups), known.index)
        has_none = known.index is not None and not groups.log_groups(self._settings, known.index)
        why_none = None
        if known.index is not None and has_none:
            why_none = " ".join(groups.why_none(self._settings, known.index))
        missing = () if known.index is None else known.index.topology.missing
        return status.of_session(
            known.connection_fault,
            known.topology_fault,
            tail.groups,
            why_none=why_none,
            is_listed=not any(each.part == "flow logs" for each in missing),
            now=now,
            interval_s=groups.interval_s(logs),
        )

    def _figures(self, known: _Known, tail: TailProgress, now: float) -> Figures:
        held = self._intake.holdings
        logs = groups.flow_logs_of((group.group for group in tail.groups), known.index)
        types = {log.traffic_type for log in logs}
        has_both = len(types) != 1 or "ALL" in types
        return replace(
            figures.tail_figures(tail, now),
            rate_per_s=self._rates.per_s,
            rejected_share=self._rates.rejected_share if has_both else None,
            is_rejects_only=types == _REJECT_ONLY,
            skipped=held.series.totals.skipped,
            unparsed=held.unparsed_count,
            evicted=held.snapshot.evicted,
            late=held.late,
            swept=held.swept,
            outside=held.outside,
        )

    def _spawn(self, work: Callable[[], None], name: str) -> None:
        # Daemons: a call that hangs must not keep the program from ending.
        thread = threading.Thread(target=work, name=f"flowtui-{name}", daemon=True)
        self._threads.append(thread)
        thread.start()


def _standing(known: _Known, tail: TailProgress) -> tuple[StandingFault, ...]:
    at_groups = (
        StandingFault(f"log group {group.group}", group.fault, group.fault_since or 0.0, group.retry_at)
        for group in tail.groups
        if group.fault is not None
    )
    standing = (known.connection_fault, known.topology_fault, *at_groups)
    return tuple(fault for fault in standing if fault is not None)


def _group_state(group: GroupProgress, index: TopologyIndex | None, now: float) -> GroupState:
    return GroupState(
        name=group.group,
        formats=groups.formats_of(group.group, index),
        fault=group.fault,
        retry_at=group.retry_at,
        lag_s=group.lag_s(now),
        watermark=group.watermark,
        last_pass_at=group.last_pass_at,
        is_caught_up=group.is_caught_up,
        events=group.events,
    )
