"""Opens the pages over the monitor: help, diagnostics, a record in full with why it was rejected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import App

from flowtui.tui.account import AccountDesk
from flowtui.tui.messages import Explained
from flowtui.tui.render import pages
from flowtui.tui.screens.detail import DetailScreen
from flowtui.tui.screens.diagnostics import DiagnosticsScreen
from flowtui.tui.screens.monitor import MonitorScreen
from flowtui.tui.screens.overview import OverviewScreen
from flowtui.tui.screens.page import PageScreen
from flowtui.tui.theme import Palette
from flowtui.tui.watch import Watch


class PageDesk:
    """On the event loop."""

    def __init__(
        self,
        app: App[Any],
        monitor: MonitorScreen,
        account: AccountDesk,
        watch: Watch,
        now: Callable[[], float],
    ) -> None:
        self._app = app
        self._monitor = monitor
        self._account = account
        self._watch = watch
        self._now = now

    def help(self, palette: Palette) -> None:
        """Keys, marks, fields."""
        if isinstance(self._app.screen, MonitorScreen | OverviewScreen):
            state = self._watch.state
            names = () if state is None else state.snapshot.columns
            self._app.push_screen(PageScreen("Help", pages.help_page(names), palette))

    def diagnostics(self, palette: Palette) -> None:
        """How the tail does, and what is wrong."""
        session = self._watch.session
        if session is None or not isinstance(self._app.screen, MonitorScreen):
            return

        def lines() -> pages.PageLines:
            return pages.diagnostics(session.state(), self._now(), utc=self._account.settings.utc)

        self._app.push_screen(DiagnosticsScreen(lines, palette))

    def record(self, record_id: int, palette: Palette) -> None:
        """A record in full; why, where it was rejected."""
        view = self._monitor.records.view
        detail = None if view is None else view.record(record_id)
        if detail is not None:
            self._app.push_screen(DetailScreen(detail, palette, utc=self._account.settings.utc))
            if detail.row.is_rejected:
                self._watch.explain(record_id)

    def explained(self, message: Explained) -> None:
        """An explanation has come: to whatever is open and asked for it."""
        for screen in self._app.screen_stack:
            if isinstance(screen, MonitorScreen | OverviewScreen | DetailScreen):
                screen.show_why(message.record_id, message.explanation, self._now())
