"""Tells how the session stands: the header, what stands in empty panes, ages while nothing happens."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from textual.app import App

from flowtui.monitor.state import StatusKind
from flowtui.tui import presenter
from flowtui.tui.account import AccountDesk
from flowtui.tui.overview import OverviewDesk
from flowtui.tui.recalling import RecallDesk
from flowtui.tui.screens.monitor import MonitorScreen
from flowtui.tui.watch import Watch

AGES_S = 10.0
"""How often ages are written anew when nothing happens."""


class Teller:
    """Writes into header and panes; on the event loop."""

    def __init__(
        self,
        app: App[Any],
        account: AccountDesk,
        monitor: MonitorScreen,
        overview: OverviewDesk,
        watch: Watch,
        recalling: RecallDesk,
        now: Callable[[], float],
    ) -> None:
        self._app = app
        self._account = account
        self._monitor = monitor
        self._overview = overview
        self._watch = watch
        self._recalling = recalling
        self._now = now
        self._kind: StatusKind | None = None
        self._told_at = 0.0

    def show(self) -> None:
        """Header, and what stands in empty panes; under a dialog only now and then."""
        kind = None if self._watch.state is None else self._watch.state.status.kind
        is_lately = time.monotonic() - self._told_at < AGES_S
        if self._app.screen.is_modal and kind is self._kind and is_lately:
            # Textual draws the whole screen again for a line that changes under a dialog.
            return
        self._kind, self._told_at = kind, time.monotonic()
        watch, settings, request = self._watch, self._account.settings, self._monitor.request
        words = presenter.header_state(watch.state, settings, request, self._now(), is_paused=watch.is_paused)
        words = self._recalling.header(words, utc=settings.utc)
        self._monitor.show_header(words)
        self._overview.show_header(words)
        self._show_notice()

    def _show_notice(self) -> None:
        """What stands where there are no records."""
        table = self._monitor.records
        notice = self._recalling.notice(presenter.notice(self._watch.state, self._monitor.request))
        if notice != table.notice:
            table.notice = notice
            table.refresh()

    def tick(self) -> None:
        """Countdowns every second, ages every ten."""
        watch, picture = self._watch, self._watch.picture
        is_counting = picture is not None and picture.state.status.retry_at is not None
        if is_counting or time.monotonic() - watch.painted_at >= AGES_S:
            watch.painted_at = time.monotonic()
            self.show()
            if picture is not None and not watch.is_paused and not self._app.screen.is_modal:
                self._monitor.interfaces.show(picture.interfaces, watch.now)
