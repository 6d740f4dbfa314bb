"""Goes into the past and back: opens the question, runs its query, shows its answer in place of what is live.

The query runs off the event loop; however the past is left, it does not run on at AWS. The live session goes
on meanwhile.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import App

from flowtui.monitor.outside import Fault, FaultError, HistoryConnection
from flowtui.monitor.settings import Settings
from flowtui.records.decode import clean
from flowtui.tui.presenter import Notice, filter_title
from flowtui.tui.render import past
from flowtui.tui.render.header import HeaderState
from flowtui.tui.screens.monitor import MonitorScreen
from flowtui.tui.watch import Watch
from flowtui.tui.workers import on_thread

if TYPE_CHECKING:
    from flowtui.monitor.recall import Recall, Recalled
    from flowtui.monitor.sources.history import HistoryProgress
    from flowtui.monitor.state import SessionState
    from flowtui.tui.screens.history import Wish

Connect = Callable[[Settings], HistoryConnection]
"""Makes a connection; takes up to a second."""

_STOPPING_S = 3.0
"""How long a query is given to be stopped at AWS when the program ends."""
_FAULT_S = 15
_OUTCOME_S = 8


class RecallDesk:
    """All but the workers' own code runs on the event loop."""

    def __init__(
        self,
        app: App[Any],
        monitor: MonitorScreen,
        watch: Watch,
        connect: Connect | None,
        now: Callable[[], float],
        changed: Callable[[], None],
    ) -> None:
        """`changed` is called when the header has something else to say."""
        self.recalled: Recalled | None = None
        self._app = app
        self._monitor = monitor
        self._watch = watch
        self._connect = connect
        self._now = now
        self._changed = changed
        self._settings = Settings()
        self._wish: Wish | None = None
        self._progress = ""
        self._is_idle = threading.Event()
        self._is_idle.set()

    @property
    def is_asking(self) -> bool:
        """Whether a query is under way."""
        return self._wish is not None

    # In and out

    def toggle(self, settings: Settings) -> None:
        """Opens the question; or stops the query, or leaves the past."""
        if self.is_asking or self.recalled is not None:
            self.leave()
            return
        state = self._watch.state
        if self._connect is None or state is None or state.index is None:
            self._app.notify("History needs the topology, which is not there yet.", timeout=3)
            return
        self._settings = settings
        self._open(self._connect, state)

    def leave(self) -> None:
        """Stops the query under way, or goes back to the live records."""
        if self._wish is not None:
            self._wish.recall.stop()
            self._wish = None
            self._app.notify("Stopped; nothing more is scanned.", timeout=3)
        elif self.recalled is not None:
            self._show(None)
        self._arrange()

    def drop(self) -> None:
        """Forgets the past, since the session is another one."""
        if self._wish is not None:
            self._wish.recall.stop()
        self._wish = self.recalled = None
        self._monitor.records.begin_anew(is_past=False)
        self._arrange()

    async def close(self) -> None:
        """Has the query under way stopped, within bounds."""
        if self._wish is not None:
            self._wish.recall.stop()
            await asyncio.to_thread(self._is_idle.wait, _STOPPING_S)

    def _open(self, connect: Connect, state: SessionState) -> None:
        # Late: the store's library comes with it.
        from flowtui.monitor import groups
        from flowtui.tui.screens.history import HistoryScreen

        request = self._monitor.request
        where = " › ".join(scope.label for scope in request.scopes)
        found = groups.log_groups(self._settings, state.index)
        subject = [
            ("Filter", filter_title(request, self._now(), utc=self._settings.utc) or "none: all records"),
            ("Groups", ", ".join(found) or "none"),
            *([("Within", where)] if where else []),
        ]
        prepare = partial(self._prepare, connect, state)
        screen = HistoryScreen(
            subject, prepare, self._now, self._monitor.records.palette, utc=self._settings.utc
        )
        self._app.push_screen(screen, self._run)

    def _prepare(self, connect: Connect, state: SessionState) -> Recall:
        """On a thread: makes the queries. Raises FaultError."""
        from flowtui.monitor.clock import SystemClock
        from flowtui.monitor.recall import Question, Recall

        request = self._monitor.request
        question = Question(request.scopes, request.timeless)
        return Recall(connect(self._settings), SystemClock(), self._settings, state, question)

    # The query

    def _run(self, wish: Wish | None) -> None:
        if wish is None:
            return
        self._wish, self._progress = wish, "asking"
        self._is_idle.clear()
        on_thread(self._app, partial(self._fetch, wish), "recall")
        self._arrange()

    def _fetch(self, wish: Wish) -> None:
        """On a thread."""
        from flowtui.monitor.sources.querying import QueryStopped

        def changed(progress: HistoryProgress) -> None:
            self._tell(wish, past.how_far(progress))

        def waiting(fault: Fault, wait_s: float) -> None:
            self._tell(wish, f"{fault.kind.value}, again in {wait_s:.0f}s")

        try:
            recalled = wish.recall.fetch(wish.extent, text=wish.text, changed=changed, waiting=waiting)
        except QueryStopped:
            pass
        except FaultError as error:
            self._app.call_later(self._failed, wish, error.fault)
        else:
            self._app.call_later(self._found, wish, recalled)
        finally:
            self._is_idle.set()

    def _tell(self, wish: Wish, words: str) -> None:
        self._app.call_later(self._progressed, wish, words)

    def _progressed(self, wish: Wish, words: str) -> None:
        if wish is self._wish:
            self._progress = words
            self._changed()

    def _failed(self, wish: Wish, fault: Fault) -> None:
        if wish is self._wish:
            self._wish = None
            words = clean(f"{fault.sentence} {fault.cure}".strip())
            self._app.notify(words, title="History", severity="error", markup=False, timeout=_FAULT_S)
            self._arrange()

    def _found(self, wish: Wish, recalled: Recalled) -> None:
        if wish is not self._wish:
            return
        self._wish = None
        if wish.text is not None:
            # The reader's own query decides; the filter would take away what it was written for.
            self._monitor.ask(filter=None, mutes=())
        self._show(recalled)
        self._app.notify(
            past.outcome(recalled),
            title="History",
            severity="warning" if recalled.is_cut else "information",
            markup=False,
            timeout=_OUTCOME_S,
        )
        self._arrange()

    def _show(self, recalled: Recalled | None) -> None:
        self.recalled = recalled
        self._monitor.records.begin_anew(is_past=recalled is not None)
        self._monitor.ask(span=None)
        self._watch.recall(recalled)

    def _arrange(self) -> None:
        floor = None if self.recalled is None else self._monitor.request
        self._monitor.set_past(floor, is_asking=self.is_asking)
        self._changed()

    # What the screen says

    def header(self, words: HeaderState, *, utc: bool) -> HeaderState:
        """What the header says, with the time range where it is about the past."""
        if self._wish is not None:
            span = past.span(self._wish.extent, utc=utc)
            return replace(words, state=f"QUERYING {span}: {self._progress}", tone="attention", mark="")
        if self.recalled is None:
            return words
        span = past.span(self.recalled.extent, utc=utc)
        losses = (*words.losses, "older left out") if self.recalled.is_cut else words.losses
        return replace(
            words,
            state=f"HISTORY {span}",
            tone="focus",
            mark="",
            is_reversed=False,
            lag_s=None,
            rate_per_s=None,
            losses=losses,
        )

    def notice(self, lines: list[Notice]) -> list[Notice]:
        """What stands in an empty table."""
        if self.recalled is None:
            return lines
        return [
            ("No record of that time matches.", "text"),
            ("i goes back to the live records, and again asks for another time.", "mute"),
        ]
