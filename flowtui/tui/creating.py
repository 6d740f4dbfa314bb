"""Plans flow logs, has them reviewed, carries them out and undoes them; lists those that there are.

Every call to AWS is made on a worker's thread; what comes of it is shown on the event loop.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import App

from flowtui.monitor.creation import report
from flowtui.monitor.creation.answers import (
    STANDARD,
    AnswerError,
    Place,
    proposed_group,
)
from flowtui.monitor.creation.calls import deletion_of
from flowtui.monitor.creation.prepare import Wishes, covered, prepared
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
    from flowtui.monitor.creation.plan import FlowLogPlan
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
    is_busy: bool = False
    """Whether calls that change something are being made."""
    planned: int = 0
    """How many plans were asked for; only the last one counts."""

    def reach(self) -> FlowLogAccount:
        """The account; connects where that was not done yet, so not for the event loop. Raises FaultError."""
        self.account = self.account or self.connect()
        return self.account


class CreationDesk:
    """One creation at a time; those that were carried out stay, to be undone."""

    def __init__(
        self,
        app: App[Any],
        monitor: MonitorScreen,
        account: AccountDesk,
        watch: Watch,
        clock: Clock,
        now: Callable[[], float],
    ) -> None:
        self._app = app
        self._monitor = monitor
        self._account = account
        self._watch = watch
        self._clock = clock
        self._now = now
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
        session, now = self._watch.session, self._now()
        # Whatever is held or past on the screen: this is about what is there now.
        state = None if session is None else session.state()
        index = None if state is None else state.index
        if state is None or index is None:
            return Listing((), now, {}, lambda _: "", is_read=False)
        ends = {each: totals.last_end_s for each, totals in state.series.interfaces().items()}
        newest = {each: end for each, end in ends.items() if end is not None}
        lasting = (group for group in state.groups if group.fault is not None and group.fault.kind.is_lasting)
        unreadable = {group.name: group.fault.sentence for group in lasting if group.fault is not None}
        rows = flow_log_rows(index, newest, {group.name for group in state.groups}, unreadable)
        endpoint = self._account.settings.endpoint_url
        identity = state.identity
        place = (
            Place(index.topology.account, index.topology.region, endpoint_url=endpoint)
            if identity is None
            else Place.of(identity, endpoint)
        )
        return Listing(rows, now, self._made(now), lambda each: deletion_of(each).command(place))

    def _made(self, now: float) -> dict[str, str]:
        """By id, the flow logs made in this session, and when their first record is expected."""
        made: dict[str, str] = {}
        for _, run in self._runs():
            progress = run.progress
            if progress.created_at is not None:
                expected = report.expected(run.plan, progress.created_at, self._zone)
                is_due = now <= progress.created_at + run.plan.estimate.last_s
                awaited = f"due {expected.replace(' and ', '–')}" if is_due else "overdue"
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
        # What is not answered is left to what fits: a log group that exists stays as it is.
        wishes = Wishes(targets)
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
        if what == STOP and run is not None:
            run.stop()
        elif job.is_busy:
            # Enter was pressed twice.
            return
        elif what == REVIEW:
            screen.refuse("looking at the account …")
            job.planned += 1
            self._work(partial(self._prepare, job, screen.questions.wishes, job.planned))
        elif what == CREATE and screen.plan is not None and run is None:
            from flowtui.monitor.creation.run import Run

            run = job.run = Run(screen.plan, job.reach(), self._clock, partial(self._progressed, job))
            self._done.append(job)
            self._begin(job, run, Phase.WORKING, self._carry_out)
        elif what == RETRY and run is not None:
            self._begin(job, run, Phase.WORKING, self._carry_out)
        elif what == UNDO and run is not None:
            self._begin(job, run, Phase.UNDOING, self._undo)

    def _begin(self, job: _Job, run: Run, phase: Phase, work: Callable[[_Job, Run], None]) -> None:
        """Shows at once that it is at work, so that nothing else is begun."""
        job.is_busy = True
        job.screen.show_progress(replace(run.progress, phase=phase, fault=None))
        self._work(partial(work, job, run))

    def close(self) -> None:
        """Makes no further call; the one under way ends by itself."""
        for _, run in self._runs():
            run.stop()

    def leftovers(self) -> list[tuple[str, str]]:
        """What was made and not finished, each with the command that removes it."""
        return [
            row
            for _, run in self._runs()
            if run.progress.phase is not Phase.CREATED
            for row in report.leftovers(run.plan, run.progress)
        ]

    def _work(self, work: Callable[[], None]) -> None:
        on_thread(self._app, work, "creation")

    # On a worker's thread

    def _survey(self, job: _Job, group: str) -> None:
        """Looks which groups and roles there are to choose from; does without what may not be listed."""
        groups: tuple[LogGroup, ...] = ()
        said = ""
        try:
            account = job.reach()
            groups = tuple(each for each in account.log_groups() if each.log_class == STANDARD)
            self._tell(job.screen.offer, Offers(groups), "")
        except FaultError as error:
            said = _words(error)
        roles: tuple[str, ...] = ()
        if job.account is not None:
            try:
                # Two calls or more for each role.
                found = job.account.roles(group)
                roles = tuple(role.name for role in found if role.is_read and not role.unfit)
            except FaultError as error:
                said = said or _words(error)
        self._tell(job.screen.offer, Offers(groups, roles, group), said)

    def _prepare(self, job: _Job, wishes: Wishes, number: int) -> None:
        try:
            plan = prepared(wishes, job.reach(), secrets.token_hex(12), job.index)
        except AnswerError as error:
            self._tell(self._planned, job, wishes, number, str(error))
        except FaultError as error:
            self._tell(self._planned, job, wishes, number, _words(error))
        else:
            self._tell(self._planned, job, wishes, number, plan)

    def _planned(self, job: _Job, wishes: Wishes, number: int, outcome: FlowLogPlan | str) -> None:
        """A plan was made, or cannot be; shown where it still is what is asked for."""
        screen = job.screen
        if number != job.planned:
            return
        if not screen.is_current or screen.questions.wishes != wishes:
            screen.refuse("")
        elif isinstance(outcome, str):
            screen.refuse(outcome)
        else:
            screen.refuse("")
            screen.show_plan(outcome)

    def _carry_out(self, job: _Job, run: Run) -> None:
        done = run.go()
        self._tell(self._changed, job)
        if done.phase in (Phase.CREATED, Phase.PARTLY):
            self._await_first(job, run)

    def _undo(self, job: _Job, run: Run) -> None:
        run.undo()
        self._tell(self._changed, job)

    def _await_first(self, job: _Job, run: Run) -> None:
        """Looks for the first record as long as the dialog shows that the flow log is there."""
        from flowtui.monitor.creation.first import LOOK_S, FirstRecord

        done, screen = run.progress, job.screen
        if done.created_at is None:
            return
        inside = covered(run.plan.answers.targets, job.index)
        first = FirstRecord(run.plan, done.flow_log_ids, done.created_at, inside.__contains__, job.reach())
        expected = report.expected(run.plan, done.created_at, self._zone)
        self._tell(self._awaited, job, run, done, _waiting(expected))
        while not screen.left.is_set() and run.progress is done:
            arrival = first.look()
            if arrival.is_there:
                self._tell(self._awaited, job, run, done, "The first record is there.")
                self._tell(self._changed)
                return
            is_due = self._clock.now() <= done.created_at + run.plan.estimate.last_s
            words = _waiting(expected) if is_due else _OVERDUE
            fault = "" if arrival.fault is None else f" {arrival.fault.sentence} {arrival.fault.cure}"
            self._tell(self._awaited, job, run, done, words + fault)
            if run.progress is not done:
                return
            self._clock.wait(screen.left, LOOK_S)

    def _awaited(self, job: _Job, run: Run, done: Progress, words: str) -> None:
        """What a look has found, where nothing was undone meanwhile."""
        if run.progress is done and not job.is_busy:
            job.screen.show_progress(done, words)

    def _progressed(self, job: _Job, progress: Progress) -> None:
        self._tell(job.screen.show_progress, progress)

    def _changed(self, job: _Job | None = None) -> None:
        """Something was made or removed: the topology is read anew, and the next button counts."""
        if job is not None:
            job.is_busy = False
        if self._watch.session is not None:
            self._watch.session.refresh_topology()

    def _tell(self, show: Callable[..., None], *values: object) -> None:
        self._app.call_later(show, *values)


_OVERDUE = "No record has come although it was expected; Health, in the palette (:), tells what is wrong."


def _waiting(expected: str) -> str:
    return f"Waiting for the first record, expected between {expected}; esc closes, it comes anyway."


def _words(error: FaultError) -> str:
    return f"{error.fault.sentence} {error.fault.cure}".strip()
