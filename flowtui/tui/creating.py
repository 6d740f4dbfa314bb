"""Plans a flow log, has it reviewed, carries it out and undoes it: the work behind the creation dialog.

Every call to AWS is made on a worker's thread; what comes of it is shown on the event loop.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import App

from flowtui.monitor.creation import report
from flowtui.monitor.creation.answers import (
    DEFAULT_RETENTION_DAYS,
    STANDARD,
    AnswerError,
    Kind,
    Target,
    proposed_group,
)
from flowtui.monitor.creation.prepare import NEW_ROLE, Wishes, covered, named, prepared
from flowtui.monitor.creation.progress import Phase, Progress
from flowtui.monitor.outside import Clock, FaultError
from flowtui.monitor.scope import Scope, ScopeKind
from flowtui.tui.render import text
from flowtui.tui.screens.creation import CREATE, RETRY, REVIEW, STOP, UNDO, CreationScreen, Offers
from flowtui.tui.theme import Palette
from flowtui.tui.workers import on_thread

if TYPE_CHECKING:
    from flowtui.monitor.creation.outside import FlowLogAccount
    from flowtui.monitor.creation.run import Run
    from flowtui.topology.lookup import TopologyIndex

_KINDS = {
    ScopeKind.VPC: Kind.VPC,
    ScopeKind.SUBNET: Kind.SUBNET,
    ScopeKind.INTERFACE: Kind.INTERFACE,
}


class CreationDesk:
    """One creation at a time."""

    def __init__(self, app: App[Any], clock: Clock, created: Callable[[], None]) -> None:
        """`created` is called, on the event loop, when something was made or removed."""
        self._app = app
        self._clock = clock
        self._created = created
        self._screen: CreationScreen | None = None
        self._open: Callable[[], FlowLogAccount] | None = None
        self._account: FlowLogAccount | None = None
        self._index: TopologyIndex | None = None
        self._run: Run | None = None
        self._utc = False

    def open(
        self,
        scope: Scope,
        index: TopologyIndex,
        account: Callable[[], FlowLogAccount],
        palette: Palette,
        *,
        utc: bool,
    ) -> None:
        """Asks what to record of a scope."""
        targets = targets_of(scope, index)
        if not targets:
            self._app.bell()
            return
        group = proposed_group(targets[0])
        wishes = Wishes(targets, group=group, retention_days=DEFAULT_RETENTION_DAYS, role=NEW_ROLE)
        words = "; ".join(map(report.target_words, targets))
        self._open, self._account, self._index, self._utc, self._run = account, None, index, utc, None
        self._screen = CreationScreen(words, wishes, Offers((group,)), palette)
        self._app.push_screen(self._screen)
        self._work(partial(self._survey, self._screen, group))

    def wanted(self, what: str) -> None:
        """A button of the dialog was pressed."""
        screen, run = self._screen, self._run
        if screen is None:
            return
        if what == REVIEW:
            screen.refuse("looking at the account …")
            self._work(partial(self._prepare, screen))
        elif what == CREATE and screen.plan is not None and run is None:
            from flowtui.monitor.creation.run import Run

            assert self._account is not None
            self._run = Run(screen.plan, self._account, self._clock, partial(self._progressed, screen))
            self._work(partial(self._carry_out, screen, self._run))
        elif what == RETRY and run is not None:
            self._work(partial(self._carry_out, screen, run))
        elif what == UNDO and run is not None:
            self._work(partial(self._undo, screen, run))
        elif what == STOP and run is not None:
            run.stop()

    def _work(self, work: Callable[[], None]) -> None:
        on_thread(self._app, work, "creation")

    # On a worker's thread

    def _survey(self, screen: CreationScreen, group: str) -> None:
        """Looks which groups and roles there are to choose from."""
        try:
            account = self._reach()
            groups = [each.name for each in account.log_groups() if each.log_class == STANDARD]
            roles = [role.name for role in account.roles(group) if role.is_read and not role.unfit]
        except FaultError as error:
            self._tell(screen.refuse, f"{error.fault.sentence} {error.fault.cure}".strip())
            return
        names = tuple(dict.fromkeys((group, *groups)))
        self._tell(screen.offer, Offers(names, tuple(roles)), "")

    def _reach(self) -> FlowLogAccount:
        assert self._open is not None
        account = self._account = self._account or self._open()
        return account

    def _prepare(self, screen: CreationScreen) -> None:
        try:
            plan = prepared(screen.wishes, self._reach(), secrets.token_hex(12), self._index)
        except AnswerError as error:
            self._tell(screen.refuse, str(error))
        except FaultError as error:
            self._tell(screen.refuse, f"{error.fault.sentence} {error.fault.cure}".strip())
        else:
            self._tell(screen.refuse, "")
            self._tell(screen.show_plan, plan)

    def _carry_out(self, screen: CreationScreen, run: Run) -> None:
        done = run.go()
        self._tell(self._created)
        if done.phase in (Phase.CREATED, Phase.PARTLY):
            self._await_first(screen, run)

    def _undo(self, screen: CreationScreen, run: Run) -> None:
        run.undo()
        self._tell(self._created)

    def _await_first(self, screen: CreationScreen, run: Run) -> None:
        """Looks for the first record as long as the dialog shows that the flow log is there."""
        from flowtui.monitor.creation.first import LOOK_S, FirstRecord

        account, index, done = self._account, self._index, run.progress
        if account is None or index is None or done.created_at is None:
            return
        inside = covered(run.plan.answers.targets, index)
        first = FirstRecord(run.plan, done.flow_log_ids, done.created_at, inside.__contains__, account)
        estimate = run.plan.estimate
        moments = (done.created_at + estimate.first_s, done.created_at + estimate.last_s)
        from_, to = (text.clock_time(each, utc=self._utc)[:5] for each in moments)
        waiting = (
            f"Waiting for the first record, expected between {from_} and {to}; esc closes, it comes anyway."
        )
        while not screen.closed.is_set() and run.progress is done:
            arrival = first.look()
            if arrival.is_there:
                self._tell(screen.show_progress, done, "The first record is there.")
                self._tell(self._created)
                return
            fault = "" if arrival.fault is None else f" {arrival.fault.sentence} {arrival.fault.cure}"
            self._tell(screen.show_progress, done, waiting + fault)
            self._clock.wait(screen.closed, LOOK_S)

    def _progressed(self, screen: CreationScreen, progress: Progress) -> None:
        self._tell(screen.show_progress, progress)

    def _tell(self, show: Callable[..., None], *values: object) -> None:
        self._app.call_later(show, *values)


def targets_of(scope: Scope, index: TopologyIndex) -> tuple[Target, ...]:
    """What a scope of the tree means for a flow log: an owner is its interfaces."""
    kind = _KINDS.get(scope.kind)
    if kind is not None:
        ids = [scope.id]
    else:
        kind, ids = Kind.INTERFACE, [each.id for each in index.topology.interfaces if scope.has(each)]
    try:
        return tuple(named(Target(kind, each), index) for each in ids)
    except AnswerError:
        return ()
