"""A look at what is past: a session like the live one, whose records are the answer to one question.

Says first what the question costs, and asks when told to. Its state is a `SessionState`, so that table,
chart, talkers and explanations serve it unchanged. Knows no screen and no boto3.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from flowtui.filters.tree import Tree
from flowtui.monitor import groups
from flowtui.monitor.boundary import Boundary
from flowtui.monitor.capture import Selection
from flowtui.monitor.counted import talkers_of
from flowtui.monitor.figures import Figures
from flowtui.monitor.intake import Intake
from flowtui.monitor.notifier import Notice, Notifier
from flowtui.monitor.outside import Clock, Fault, FaultError, HistoryConnection
from flowtui.monitor.portions import described, portions, stored_share
from flowtui.monitor.settings import Settings
from flowtui.monitor.sources.history import (
    MAX_RECORDS,
    Extent,
    HistoryProgress,
    HistoryReading,
    Portion,
)
from flowtui.monitor.sources.querying import QueryStopped
from flowtui.monitor.sources.tail import unforeseen
from flowtui.monitor.state import GroupState, SessionState, StandingFault, Status, StatusKind
from flowtui.monitor.status import of_fault
from flowtui.records.format import LogFormat
from flowtui.store.talkers import Measure, Talkers

_JOIN_S = 1.5
"""How long stopping waits for the query to be stopped at AWS; a call that hangs is left alone."""
_LOOK_S = 60.0


class Stage(Enum):
    """How far an answer is; the value is shown."""

    PREPARING = "asking what it costs"
    WEIGHED = "not asked yet"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the past."""

    filter: Tree | None
    extent: Extent
    limit: int = MAX_RECORDS
    """The newest so many records."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How far the answer is, apart from the records. A value."""

    stage: Stage = Stage.PREPARING
    portions: tuple[Portion, ...] = ()
    """What is asked: a query each."""
    size: int | None = None
    """About how many bytes will be scanned; None: AWS does not tell, or not yet."""
    stored: int | None = None
    """How many bytes are stored of that time, compressed; None where that is not known either."""
    progress: HistoryProgress = field(default_factory=HistoryProgress)
    fault: Fault | None = None
    retry_at: float | None = None
    """Epoch seconds at which what passes by itself is tried again."""
    is_cut: bool = False
    """Whether more log events matched than were fetched: only the newest were."""


class HistorySession:
    """Answers one question. `start` it, `go` when its cost is accepted, `stop` it at the end.

    `known` is a state of the live session: whose account, topology and names are taken over.
    """

    def __init__(
        self,
        settings: Settings,
        question: Question,
        known: SessionState,
        connect: Callable[[Settings], HistoryConnection],
        clock: Clock,
        notify: Callable[[Notice], None],
    ) -> None:
        self._settings = settings
        self._question = question
        self._known = known
        self._connect = connect
        self._clock = clock
        self._notifier = Notifier(notify, clock)
        self._groups = groups.log_groups(settings, known.index)
        self._selection = Selection.of(question.filter, known.index, known.history)
        self._intake = Intake(question.limit, self._changed)
        self._reading: HistoryReading | None = None
        self._texts: tuple[str, ...] = ()
        self._told = threading.Event()
        self._is_stopped = False
        self._answer = Answer()
        self._version = 0
        self._thread = threading.Thread(target=self._work, name="flowtui-history", daemon=True)

    def start(self) -> None:
        """Begins to find out what the question costs; returns at once."""
        threading.Thread(target=self._notifier.run, name="flowtui-notices", daemon=True).start()
        self._thread.start()

    def go(self, texts: Sequence[str] = ()) -> None:
        """Has the queries run: these in the portions' stead, where they were edited, and then as they are.

        An edited query selects for itself: nothing is decided here.
        """
        self._texts = tuple(texts)
        self._told.set()

    def stop(self) -> None:
        """Ends it; a query under way is stopped at AWS. Waits a bounded time (under two seconds)."""
        self._is_stopped = True
        self._told.set()
        if self._reading is not None:
            self._reading.stop()
        if self._thread.is_alive():
            self._thread.join(_JOIN_S)
        self._notifier.stop()

    def refresh_topology(self) -> None:
        """Nothing: names are those of the time at which it was asked."""

    @property
    def answer(self) -> Answer:
        """How far it is."""
        progress = HistoryProgress() if self._reading is None else self._reading.progress
        return replace(self._answer, progress=progress)

    def state(self) -> SessionState:
        """The state now; cheap, for any thread."""
        held, extent = self._intake.holdings, self._question.extent
        fault = self._answer.fault
        standing = (
            StandingFault("history", fault, self._clock.now(), self._answer.retry_at) if fault else None
        )
        return replace(
            self._known,
            version=self._version,
            status=self._status(),
            faults=() if standing is None else (standing,),
            snapshot=held.snapshot,
            series=held.series,
            figures=Figures(
                watermark=float(extent.end_s + 1),
                skipped=held.series.totals.skipped,
                unparsed=held.unparsed_count,
                evicted=held.snapshot.evicted,
                outside=held.outside,
            ),
            groups=tuple(
                GroupState(group, groups.formats_of(group, self._known.index)) for group in self._groups
            ),
            unparsed=held.unparsed,
            begin=float(extent.begin_s),
            pushdowns={},
        )

    def count(self, by: Sequence[str], measure: Measure, limit: int) -> Talkers | None:
        """What Insights itself counts, of all that matches; None where it cannot count just that.

        A query of its own, on the caller's thread. Raises FaultError, QueryStopped.
        """
        if self._reading is None or self._settings.vpc_ids or self._texts:
            return None
        counts = self._reading.count(by)
        return None if counts is None else talkers_of(counts, by, measure, limit)

    # The working thread

    def _work(self) -> None:
        try:
            self._prepare()
            self._tell(stage=Stage.WEIGHED)
            while not self._clock.wait(self._told, _LOOK_S):
                pass
            if self._is_stopped:
                raise QueryStopped
            self._run()
        except QueryStopped:
            self._tell(stage=Stage.STOPPED, fault=None)
        except FaultError as error:
            self._tell(stage=Stage.FAILED, fault=error.fault)
        except Exception as error:
            self._tell(stage=Stage.FAILED, fault=unforeseen(error))

    def _prepare(self) -> None:
        connection = self._connect(self._settings)
        asked = connection.insights()
        facts = described(connection, self._groups)
        found = portions(self._groups, self._formats, self._selection.tree, asked, facts)
        reading = HistoryReading(
            asked,
            self._clock,
            self._question.extent,
            found,
            random.random,
            changed=self._progressed,
            waiting=self._waiting,
        )
        self._reading = reading
        if self._is_stopped:
            raise QueryStopped
        size = reading.estimate()
        self._tell(portions=found, size=size, stored=stored_share(facts, self._question.extent), fault=None)

    def _run(self) -> None:
        reading = self._reading
        assert reading is not None
        if self._texts:
            reading.edit(self._texts)
        self._tell(stage=Stage.RUNNING, portions=reading.portions)
        is_exact = not self._settings.vpc_ids and all(each.asked.is_exact for each in reading.portions)
        fetched = reading.fetch(self._question.limit if is_exact else MAX_RECORDS)
        index = self._known.index
        books = {group: groups.format_book(group, self._settings, index) for group in self._groups}
        boundary = Boundary(frozenset(self._settings.vpc_ids))
        if index is not None:
            boundary = boundary.seen(index.topology)
        self._intake.read_by(books, boundary, Selection() if self._texts else self._selection)
        self._intake.filled(fetched.by_group)
        self._tell(stage=Stage.DONE, is_cut=fetched.is_cut, fault=None)

    def _formats(self, group: str) -> tuple[LogFormat, ...]:
        return (*groups.formats_of(group, self._known.index), *self._settings.formats)

    def _progressed(self) -> None:
        if self._answer.fault is not None:
            self._tell(fault=None, retry_at=None)
        self._changed()

    def _waiting(self, fault: Fault, wait_s: float) -> None:
        self._tell(fault=fault, retry_at=self._clock.now() + wait_s)

    def _status(self) -> Status:
        answer = self.answer
        if answer.fault is not None:
            return of_fault(answer.fault, answer.retry_at)
        return Status(StatusKind.HISTORY, "" if answer.stage is Stage.DONE else answer.stage.value)

    def _tell(self, **news: object) -> None:
        self._answer = replace(self._answer, **news)  # type: ignore[arg-type]
        self._changed()

    def _changed(self) -> None:
        self._version += 1
        self._notifier.change(self._version)
