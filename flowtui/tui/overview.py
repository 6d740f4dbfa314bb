"""Opens the overview and keeps it up to date: a look at each new picture, off the event loop, one at a time.

Its screen stays when it is closed, so that the reader comes back to the same place. Knows no pane's business.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import App

from flowtui.tui.messages import OverviewTaken
from flowtui.tui.render.header import HeaderState
from flowtui.tui.screens.overview import WIDE, OverviewScreen
from flowtui.tui.theme import Palette
from flowtui.tui.widgets.causes import CausePane
from flowtui.tui.widgets.conversations import ConversationPane
from flowtui.tui.widgets.overview import OverviewPane
from flowtui.tui.widgets.talkers import TalkerPane
from flowtui.tui.workers import on_thread

if TYPE_CHECKING:
    from flowtui.monitor.view import View

RENEWED_S = 1.0
"""The least time between two looks; after a long one the pause is `_SPARING` times as long."""
_SPARING = 4


class OverviewDesk:
    """The overview of what the monitor shows. All but the looks themselves runs on the event loop."""

    def __init__(self, app: App[Any], now: Callable[[], float]) -> None:
        self._app = app
        self._now = now
        self._screen: OverviewScreen | None = None
        self._view: View | None = None
        self._is_looking = False
        self._is_stale = False
        self._is_urgent = False
        self._next_at = 0.0

    @property
    def screen(self) -> OverviewScreen | None:
        """The overview, where it is on the screen, be it under a dialog."""
        is_open = self._screen is not None and self._screen in self._app.screen_stack
        return self._screen if is_open else None

    def open(self, key: str, view: View | None, palette: Palette, *, utc: bool) -> None:
        """Opens it in the pane of this key."""
        if self._screen is None:
            panes: Sequence[OverviewPane] = (CausePane(), TalkerPane(), ConversationPane())
            here = next(pane for pane in panes if pane.opened_by == key)
            self._screen = OverviewScreen(panes, here, palette)
            self._app.install_screen(self._screen, "overview")
        self.restyle(palette, utc=utc)
        if self._screen.is_mounted:
            self._screen.go_to(key)
        self._app.push_screen(self._screen)
        self._next_at = 0.0
        self.look(view)

    def restyle(self, palette: Palette, *, utc: bool) -> None:
        """Takes another palette or another zone."""
        if self._screen is not None:
            self._screen.repaint(palette, utc=utc)

    def show_header(self, state: HeaderState) -> None:
        """Draws the header, where the overview is open."""
        if self.screen is not None:
            # Where it is narrow a tab says it.
            is_wide = self._app.size.width >= WIDE
            crumbs = (*state.crumbs, self.screen.here.NAME.lower()) if is_wide else state.crumbs
            self.screen.show_header(replace(state, crumbs=crumbs, cidr=""))

    # Looks

    def look(self, view: View | None) -> None:
        """There is a new picture: looks at it soon, where the overview is open."""
        self._view = view
        if self.screen is None or view is None or self._is_stale:
            return
        self._is_stale = True
        wait = self._next_at - time.monotonic()
        if wait > 0:
            self._app.set_timer(wait, self._look_now)
        else:
            self._look_now()

    def look_again(self) -> None:
        """The reader wants something else counted: at once."""
        self._is_stale = self._is_urgent = True
        self._look_now()

    def _look_now(self) -> None:
        screen, view = self.screen, self._view
        if screen is None or view is None:
            self._is_stale = False
        elif not self._is_looking:
            self._is_stale = self._is_urgent = False
            self._is_looking = True
            shown = [pane for pane in screen.panes if pane.is_shown]
            on_thread(self._app, partial(self._take, shown, view), "overview")

    def _take(self, panes: Sequence[OverviewPane], view: View) -> None:
        """Has these panes look; on a worker's thread."""
        began = time.monotonic()
        looked = tuple(pane.look(view, self._now()) for pane in panes)
        self._app.post_message(OverviewTaken(looked, time.monotonic() - began))

    def taken(self, message: OverviewTaken) -> None:
        """A look is done: shows what it found."""
        self._is_looking = False
        for looked in message.looked:
            looked.show()
        if self.screen is not None:
            self.screen.show_titles()
        is_going_on = any(looked.is_going_on for looked in message.looked)
        is_at_once = is_going_on or self._is_urgent
        self._next_at = time.monotonic() + (0 if is_at_once else max(RENEWED_S, _SPARING * message.took_s))
        if self._is_stale or is_going_on:
            self._is_stale = False
            self.look(self._view)
