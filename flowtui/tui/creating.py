"""Plans flow logs, has them reviewed, carries them out and undoes them; lists those that there are.

Every call to AWS is made on a worker's thread; what comes of it is shown on the event loop.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import App

from flowtui.monitor.creation import report
from flowtui.monitor.creation.answers import (
    DEFAULT_RETENTION_DAYS,
    STANDARD,
    AnswerError,
    Place,
    proposed_group,
)
from flowtui.monitor.creation.calls import deletion_of
from flowtui.monitor.creation.prepare import NEW_ROLE, Wishes, covered, prepared
from flowtui.monitor.creation.progress import Phase, Progress
from flowtui.monitor.creation.targets import targets_of
from flowtui.monitor.flow_logs import flow_log_rows
from flowtui.monitor.outside import Clock, FaultError, LogGroup
from flowtui.monitor.scope import Scope
from flowtui.tui.account import AccountDesk
from flowtui.tui.questions import Offers, Questions
from flowtui.tui.screens.creation import CREATE, RETRY, REVIEW, STOP, UNDO, CreationScreen
from flowtui.tui.screens.flow_logs import Chosen, Deed, FlowLogsScreen, Listing
from flowtui.tui.screens.monitor import MonitorScreen
from flowtui.tui.theme import Palette
from flowtui.tui.watch import Watch
from flowtui.tui.workers import on_thread

if TYPE_CHECKING:
    from flowtui.monitor.creation.outside import FlowLogAccount
    from flowtui.monitor.creation.run import Run
    from flowtui.topology.lookup import TopologyIndex


@dataclass(slots=True)
class _Job:
    """One creation, from its questions to its undoing."""

    screen: CreationScreen
    index: TopologyIndex
    connect: Callable[[], FlowLogAccount]
    account: FlowLogAccount | None = None
    run: Run | None = None

    def reach(self) -> FlowLogAccount:
        """The account; connects where that was not done yet, so not for the event loop. Raises FaultError."""
        self.account = self.account or self.connect()
        return self.account


class CreationDesk:
    """One creation at a time; those that were carried out stay, to be undone."""

    def __init__(
        self, app: App[Any], monitor: MonitorScreen, account: AccountDesk, watch: Watch, clock: Clock
    ) -> None:
        self._app = app
        self._monitor = monitor
        self._account = account
        self._watch = watch
        self._clock = clock
        self._job: _Job | None = None
        self._done: list[_Job] = []

    @property
    def _zone(self) -> tzinfo | None:
        return UTC if self._account.settings.utc else None

    # The flow logs that there are

    def open_list(self, palette: Palette, at: str | None = None) -> None:
        """All flow logs, and what has none; the cursor on this one."""
        self._app.push_screen(FlowLogsScreen(self._listing, palette, at), partial(self._chosen, palette))

    def _listing(self) -> Listing:
        state, now = self._watch.state, self._watch.now
        index = None if state is None else state.index
        if state is None or index is None:
            return Listing((), now, {}, lambda _: "")
        ends = {each: totals.last_end_s for each, totals in state.series.interfaces().items()}
        newest = {each: end for each, end in ends.items() if end is not None}
        rows = flow_log_rows(index, newest, {group.name for group in state.groups})
        endpoint = self._account.settings.endpoint_url
        identity = state.identity
        place = (
            Place(index.topology.account, index.topology.region, endpoint_url=endpoint)
            if identity is None
            else Place.of(identity, endpoint)
        )
        return Listing(rows, now, self._made(), lambda each: deletion_of(each).command(place))

    def _made(self) -> dict[str, str]:
        """By id, the flow logs made in this session, and when their first record is expected."""
        made: dict[str, str] = {}
        for _, run in self._runs():
            progress = run.progress
            if progress.created_at is not None:
                expected = report.expected(run.plan, progress.created_at, self._zone)
                awaited = f"due {expected.replace(' and ', '–')}"
                made |= dict.fromkeys(progress.flow_log_ids, awaited)
        return made

    def _chosen(self, palette: Palette, chosen: Chosen | None) -> None:
        if chosen is None:
            return
        match chosen.deed:
            case Deed.SHOW:
                self._monitor.drill(chosen.row.scope)
                self._monitor.action_pane("records")
            case Deed.CREATE:
                self.open(chosen.row.scope, palette)
            case Deed.UNDO:
                wanted = "" if chosen.row.log is None else chosen.row.log.id
                for job, run in self._runs():
                    if wanted in run.progress.flow_log_ids:
                        self._reopen(job, run, palette)

    def undoable(self, palette: Palette) -> list[tuple[str, Callable[[], None]]]:
        """What was made in this session and is still there, in words, and what opens it to be undone."""
        return [
            ("; ".join(made.words for made in run.progress.made), partial(self._reopen, job, run, palette))
            for job, run in self._runs()
            if run.progress.made and not run.progress.phase.is_at_work
        ]

    def _runs(self) -> list[tuple[_Job, Run]]:
        return [(job, job.run) for job in self._done if job.run is not None]

    # The dialog

    def open(self, scope: Scope | None, palette: Palette) -> None:
        """Asks what to record of a scope; says why where that cannot be."""
        connect, index = self._account.flow_log_account(), self._monitor.topology.index
        if self._account.settings.read_only:
            self._app.notify("This session only reads (--read-only): nothing is changed.", timeout=4)
            return
        targets = () if scope is None or index is None else targets_of(scope, index)
        if connect is None or index is None or not targets:
            self._app.notify("Go to a VPC, a subnet or an interface first.", timeout=3)
            return
        wishes = Wishes(targets, retention_days=DEFAULT_RETENTION_DAYS, role=NEW_ROLE)
        job = self._job = _Job(CreationScreen(Questions(wishes), index, palette), index, connect)
        self._app.push_screen(job.screen)
        self._work(partial(self._survey, job, proposed_group(targets[0])))

    def _reopen(self, job: _Job, run: Run, palette: Palette) -> None:
        """What was made, with the buttons that undo it."""
        screen = CreationScreen(job.screen.questions, job.index, palette)
        screen.plan, screen.progress = run.plan, run.progress
        self._job, job.screen = job, screen
        self._app.push_screen(screen)
        if run.progress.phase in (Phase.CREATED, Phase.PARTLY):
            self._work(partial(self._await_first, job, run))

    def wanted(self, what: str) -> None:
        """A button of the dialog was pressed."""
        job = self._job
        if job is None:
            return
        screen, run = job.screen, job.run
        if what == REVIEW:
            screen.refuse("looking at the account …")
            self._work(partial(self._prepare, job))
        elif what == CREATE and screen.plan is not None and run is None:
            from flowtui.monitor.creation.run import Run

            run = job.run = Run(screen.plan, job.reach(), self._clock, partial(self._progressed, job))
            self._done.append(job)
            self._work(partial(self._carry_out, job, run))
        elif what == RETRY and run is not None:
            self._work(partial(self._carry_out, job, run))
        elif what == UNDO and run is not None:
            self._work(partial(self._undo, run))
        elif what == STOP and run is not None:
            run.stop()

    def _work(self, work: Callable[[], None]) -> None:
        on_thread(self._app, work, "creation")

    # On a worker's thread

    def _survey(self, job: _Job, group: str) -> None:
        """Looks which groups and roles there are to choose from; does without what may not be listed."""
        groups: tuple[LogGroup, ...] = ()
        roles: tuple[str, ...] = ()
        said = ""
        try:
            account = job.reach()
            groups = tuple(each for each in account.log_groups() if each.log_class == STANDARD)
        except FaultError as error:
            said = _words(error)
        if job.account is not None:
            try:
                found = job.account.roles(group)
                roles = tuple(role.name for role in found if role.is_read and not role.unfit)
            except FaultError as error:
                said = said or _words(error)
        self._tell(job.screen.offer, Offers(groups, roles), said)

    def _prepare(self, job: _Job) -> None:
        try:
            wishes = job.screen.questions.wishes
            plan = prepared(wishes, job.reach(), secrets.token_hex(12), job.index)
        except AnswerError as error:
            self._tell(job.screen.refuse, str(error))
        except FaultError as error:
            self._tell(job.screen.refuse, _words(error))
        else:
            self._tell(job.screen.refuse, "")
            self._tell(job.screen.show_plan, plan)

    def _carry_out(self, job: _Job, run: Run) -> None:
        done = run.go()
        self._tell(self._changed)
        if done.phase in (Phase.CREATED, Phase.PARTLY):
            self._await_first(job, run)

    def _undo(self, run: Run) -> None:
        run.undo()
        self._tell(self._changed)

    def _await_first(self, job: _Job, run: Run) -> None:
        """Looks for the first record as long as the dialog shows that the flow log is there."""
        from flowtui.monitor.creation.first import LOOK_S, FirstRecord

        done, screen = run.progress, job.screen
        if done.created_at is None:
            return
        inside = covered(run.plan.answers.targets, job.index)
        first = FirstRecord(run.plan, done.flow_log_ids, done.created_at, inside.__contains__, job.reach())
        waiting = (
            f"Waiting for the first record, expected between "
            f"{report.expected(run.plan, done.created_at, self._zone)}; esc closes, it comes anyway."
        )
        self._tell(screen.show_progress, done, waiting)
        while not screen.left.is_set() and run.progress is done:
            arrival = first.look()
            if arrival.is_there:
                self._tell(screen.show_progress, done, "The first record is there.")
                self._tell(self._changed)
                return
            fault = "" if arrival.fault is None else f" {arrival.fault.sentence} {arrival.fault.cure}"
            self._tell(screen.show_progress, done, waiting + fault)
            self._clock.wait(screen.left, LOOK_S)

    def _progressed(self, job: _Job, progress: Progress) -> None:
        self._tell(job.screen.show_progress, progress)

    def _changed(self) -> None:
        """Something was made or removed: the topology is read anew."""
        if self._watch.session is not None:
            self._watch.session.refresh_topology()

    def _tell(self, show: Callable[..., None], *values: object) -> None:
        self._app.call_later(show, *values)


def _words(error: FaultError) -> str:
    return f"{error.fault.sentence} {error.fault.cure}".strip()
