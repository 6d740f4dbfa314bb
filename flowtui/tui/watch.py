"""Watches a session: opens it, takes pictures of its states off the event loop, one at a time.

Not more often than the screen is painted, and none while nothing changes. Knows no widget.
"""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from textual.app import App

from flowtui.monitor.settings import Settings
from flowtui.monitor.state import StatusKind
from flowtui.tui.messages import Explained, PictureTaken, StateChanged
from flowtui.tui.picture import Picture, Request, take
from flowtui.tui.workers import on_thread

if TYPE_CHECKING:
    from flowtui.monitor.causes import Causes
    from flowtui.monitor.recall import Recalled
    from flowtui.monitor.state import SessionState

REPAINT_S = 0.5
"""Two repaints a second: following repaints the whole table, 25 kB at 200x50, and records are minutes old.

What the reader asks for by a key is drawn at once.
"""
COLLECTOR = (700, 10, 100)
"""The garbage collector's thresholds: a full collection answers no key for 0.1 to 0.4 s; ten times rarer."""


class RunningSession(Protocol):
    """What the screen needs of a session."""

    def start(self) -> None:
        """Starts its threads."""

    def stop(self) -> None:
        """Ends them."""

    def state(self) -> SessionState:
        """The state now."""

    def refresh_topology(self) -> None:
        """Reads the topology now."""


OpenSession = Callable[[Settings, Callable[[], None]], RunningSession]
"""Makes a session that calls back, on any thread, whenever its state has changed."""


class Watch:
    """A session and the newest picture of it. All but the workers' own code runs on the event loop."""

    def __init__(
        self, app: App[Any], open_session: OpenSession, now: Callable[[], float], request: Request
    ) -> None:
        self.session: RunningSession | None = None
        self.picture: Picture | None = None
        self.is_paused = False
        self.painted_at = 0.0
        self.request = request
        self._app = app
        self._open_session = open_session
        self._now = now
        self._recalled: Recalled | None = None
        self._pictured: object = None
        """Whose records the picture shows: the session's, or recalled ones."""
        self._causes: Causes | None = None
        self._explaining = threading.Lock()
        self._is_taking = False
        self._is_stale = False
        self._is_settled = False

    @property
    def state(self) -> SessionState | None:
        """The state that is shown."""
        return None if self.picture is None else self.picture.state

    @property
    def now(self) -> float:
        """The time that the picture is about, epoch seconds."""
        return self._now() if self._recalled is None else float(self._recalled.extent.end_s)

    # The session

    def open(self, settings: Settings) -> None:
        """Opens a session in place of the one there is; off the event loop, since it imports much."""
        self.picture = None
        self.is_paused = False
        self._recalled = None
        before, self.session = self.session, None
        on_thread(self._app, partial(self._open, settings, before), "session")

    def _open(self, settings: Settings, before: RunningSession | None) -> None:
        if before is not None:
            before.stop()
        session = self._open_session(settings, self._notify)
        self.session = session
        session.start()
        self._notify()

    def _notify(self) -> None:
        self._app.post_message(StateChanged())

    async def close(self) -> None:
        """Ends the session's threads."""
        if self.session is not None:
            await asyncio.to_thread(self.session.stop)

    # Explanations

    def explain(self, record_id: int) -> None:
        """Explains a record of the picture, off the event loop; Explained is posted."""
        if self.picture is not None:
            state = self.picture.state
            on_thread(self._app, partial(self._explain, state, record_id), "why", exclusive=True)

    def _explain(self, state: SessionState, record_id: int) -> None:
        with self._explaining:
            if self._causes is None:
                from flowtui.monitor.causes import Causes

                self._causes = Causes()
            explanation = self._causes.of(state, record_id, self.now)
        self._app.post_message(Explained(record_id, explanation))

    # Pictures

    def changed(self) -> None:
        """The session has a new state."""
        if not self.is_paused and self._recalled is None:
            self._take_soon()

    def ask(self, request: Request) -> None:
        """The reader wants to see something else: at once."""
        self.request = request
        self._take_now()

    def recall(self, recalled: Recalled | None) -> None:
        """Shows these records in place of the live ones; None: the live ones again."""
        self._recalled = recalled
        self.is_paused = False
        self._take_now()

    def toggle_pause(self) -> None:
        """Holds the state that is shown, or lets it go on; what is past stands still by itself."""
        if self._recalled is not None:
            return
        self.is_paused = not self.is_paused
        if not self.is_paused:
            self._take_now()

    def _take_soon(self) -> None:
        if self._is_stale:
            return
        self._is_stale = True
        wait = self.painted_at + REPAINT_S - time.monotonic()
        if wait > 0:
            self._app.set_timer(wait, self._take_now)
        else:
            self._take_now()

    def _take_now(self) -> None:
        if self._is_taking or self.session is None:
            # Whoever takes one looks again; a session that opens tells of itself.
            self._is_stale = self._is_taking
            return
        self._is_stale = False
        self._is_taking = True
        held = self.state if self.is_paused else None
        source = self._source
        before = self.picture if self._pictured is source else None
        take_one = partial(self._take, self.session, self._recalled, self.request, held, before)
        on_thread(self._app, take_one, "picture")

    def _take(
        self,
        session: RunningSession,
        recalled: Recalled | None,
        request: Request,
        held: SessionState | None,
        before: Picture | None,
    ) -> None:
        """Filters, sorts and sums up; on a worker's thread."""
        state = session.state() if held is None else held
        if recalled is None:
            self._app.post_message(PictureTaken(take(request, state, before, self._now()), session))
        else:
            now = float(recalled.extent.end_s)
            self._app.post_message(PictureTaken(take(request, recalled.over(state), before, now), recalled))

    @property
    def _source(self) -> object:
        """Whose records are to be shown."""
        return self.session if self._recalled is None else self._recalled

    def taken(self, message: PictureTaken) -> Picture | None:
        """A picture has been taken: it, where it is still wanted."""
        self._is_taking = False
        is_wanted = message.picture.request == self.request and message.session is self._source
        if is_wanted:
            self.picture, self._pictured = message.picture, message.session
            self.painted_at = time.monotonic()
            self._settle(message.picture.state)
        if self._is_stale or not is_wanted:
            self._is_stale = False
            self._take_soon()
        return message.picture if is_wanted else None

    def _settle(self, state: SessionState) -> None:
        """Hides from full collections, once, what stays: all that was loaded, the ids of the back-fill."""
        is_caught_up = state.status.kind in (StatusKind.LIVE, StatusKind.QUIET)
        # Not under test, where many apps come and go in one process.
        if is_caught_up and not self._is_settled and not self._app.is_headless:
            self._is_settled = True
            gc.set_threshold(*COLLECTOR)
            gc.freeze()
