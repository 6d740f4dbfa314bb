"""The application: wires a session to the screen. Wiring only; the screens draw, the core thinks.

The first paint comes before anything heavy is imported: the session is made on a thread after it.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Protocol

from rich.console import Console
from textual import on, work
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.binding import BindingType
from textual.filter import LineFilter, Monochrome, NoColor
from textual.screen import Screen

from flowtui.monitor.scope import Scope, ScopeKind
from flowtui.monitor.settings import Moment, Settings
from flowtui.monitor.state import StatusKind
from flowtui.records.decode import clean
from flowtui.tui import keymap, presenter
from flowtui.tui.commands import FlowtuiCommands
from flowtui.tui.glyphs import PlainGlyphs
from flowtui.tui.messages import PictureTaken, StateChanged
from flowtui.tui.picture import Picture, take
from flowtui.tui.render import pages
from flowtui.tui.screens.detail import DetailScreen
from flowtui.tui.screens.diagnostics import DiagnosticsScreen
from flowtui.tui.screens.monitor import MonitorScreen
from flowtui.tui.screens.page import PageScreen
from flowtui.tui.theme import PALETTES, THEMES, Palette, suited

if TYPE_CHECKING:
    from flowtui.monitor.state import SessionState

REPAINT_S = 0.25
"""At most four repaints a second: following repaints the whole table, 16 kB at 200x50."""
AGES_S = 10.0
"""How often ages are written anew when nothing happens."""
NOTICE_INSET = 2
"""Cells before a sentence in the table."""
COLLECTOR = (700, 10, 100)
"""The garbage collector's thresholds: a full collection answers no key for 0.1 to 0.4 s; ten times rarer."""
TERMINATED = 128 + signal.SIGTERM
INTERRUPTED = 130


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


class Choices(Protocol):
    """What the palette offers of the account's surroundings."""

    def profiles(self) -> Sequence[str]:
        """The profiles of the AWS configuration."""

    def regions(self) -> Sequence[str]:
        """The regions there are."""


class FlowtuiApp(App[None]):
    """The monitor."""

    TITLE = "flowtui"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    COMMANDS: ClassVar = {FlowtuiCommands}
    ESCAPE_TO_MINIMIZE = False
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings(keymap.APP)]
    CSS = """
    Screen { background: $background; color: $foreground; }
    SearchIcon { display: none; }
    Toast { background: $panel; color: $foreground; }
    """

    def __init__(
        self,
        settings: Settings,
        open_session: OpenSession,
        choices: Choices | None = None,
        now: Callable[[], float] = time.time,
        theme: str | None = None,
        *,
        has_utf8: bool = True,
    ) -> None:
        wanted = theme or suited(os.environ, colours=_colours())
        super().__init__()
        for each in THEMES.values():
            self.register_theme(each)
        self.settings = settings
        self.monitor = MonitorScreen()
        self._open_session = open_session
        self._choices = choices
        self._now = now
        self._session: RunningSession | None = None
        self._state: SessionState | None = None
        self._picture: Picture | None = None
        self._is_taking = False
        self._is_stale = False
        self._is_paused = False
        self._has_names = False
        self._is_settled = False
        self._painted_at = 0.0
        self._generation = 0
        self._theme_wanted = wanted
        self._own_filters: list[LineFilter] = [] if has_utf8 else [PlainGlyphs()]
        if self.no_color:
            self._own_filters.append(NoColor())

    def get_default_screen(self) -> Screen[None]:
        """The monitor."""
        return self.monitor

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What is laid over all that is drawn: no colours, plain glyphs."""
        # Textual's own way of NO_COLOR writes greys, and fails on segments without a style.
        theirs = [each for each in super().get_line_filters() if not isinstance(each, Monochrome)]
        return [*theirs, *self._own_filters]

    @property
    def palette(self) -> Palette:
        """The styles of the theme in force."""
        return PALETTES.get(self.theme, PALETTES[self._theme_wanted])

    def on_mount(self) -> None:
        """Paints first; what is heavy comes after."""
        self.theme = self._theme_wanted
        self.theme_changed_signal.subscribe(self, lambda _: self._restyle())
        self._restyle()
        self._show_state()
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGTERM, lambda: self.exit(return_code=TERMINATED))
        self.set_interval(1.0, self._tick)
        self.call_after_refresh(self._start)

    async def on_unmount(self) -> None:
        """Ends the session's threads."""
        if self._session is not None:
            await asyncio.to_thread(self._session.stop)

    # The session

    @work(thread=True, group="session")
    def _start(self) -> None:
        """Opens a session, off the event loop since it imports much."""
        before, self._session = self._session, None
        if before is not None:
            before.stop()
        session = self._open_session(self.settings, lambda: self._notify_state())
        self._session = session
        session.start()
        self._notify_state()

    def _notify_state(self) -> None:
        self.post_message(StateChanged())

    def reopen(self, settings: Settings) -> None:
        """Begins again with other settings."""
        self.settings = settings
        self._state = self._picture = None
        self._is_paused = False
        self.monitor.ask(scopes=())
        self._show_state()
        self._start()

    @on(StateChanged)
    def _state_changed(self) -> None:
        if not self._is_paused:
            self._take_soon()

    @on(MonitorScreen.Asked)
    def _asked(self) -> None:
        self._take_now()

    def _take_soon(self) -> None:
        """Takes a picture, not more often than the screen is painted."""
        if self._is_stale:
            return
        self._is_stale = True
        wait = self._painted_at + REPAINT_S - time.monotonic()
        if wait > 0:
            self.set_timer(wait, self._take_now)
        else:
            self._take_now()

    def _take_now(self) -> None:
        if self._is_taking or self._session is None:
            self._is_stale = True
            return
        self._is_stale = False
        self._is_taking = True
        state = self._state if self._is_paused and self._state is not None else None
        self._take_picture(self._session, state, self._picture)

    @work(thread=True, group="picture")
    def _take_picture(
        self, session: RunningSession, held: SessionState | None, before: Picture | None
    ) -> None:
        """Filters, sorts and sums up off the event loop."""
        state = session.state() if held is None else held
        picture = take(self.monitor.request, state, before, self._now())
        self.post_message(PictureTaken(picture, session))

    @on(PictureTaken)
    def _picture_taken(self, message: PictureTaken) -> None:
        self._is_taking = False
        picture = message.picture
        is_wanted = picture.request == self.monitor.request and message.session is self._session
        if is_wanted:
            self._picture, self._state = picture, picture.state
            self._painted_at = time.monotonic()
            self._show_state()
            self.monitor.show(picture, self._now())
            self._settle(picture.state)
        if self._is_stale or not is_wanted:
            self._is_stale = False
            self._take_soon()

    def _settle(self, state: SessionState) -> None:
        """Hides from full collections, once, what stays: all that was loaded, the ids of the back-fill."""
        is_caught_up = state.status.kind in (StatusKind.LIVE, StatusKind.QUIET)
        # Not under test, where many apps come and go in one process.
        if is_caught_up and not self._is_settled and not self.is_headless:
            self._is_settled = True
            gc.set_threshold(*COLLECTOR)
            gc.freeze()

    def _show_state(self) -> None:
        """Header, and what stands in empty panes."""
        state, request = self._state, self.monitor.request
        words = presenter.header_state(state, self.settings, request, self._now(), is_paused=self._is_paused)
        self.monitor.show_header(words)
        self._show_notice()

    def _show_notice(self) -> None:
        """What stands where there are no records, as wide as the table."""
        table = self.monitor.records
        notice = presenter.wrapped(
            presenter.notice(self._state, self.monitor.request), table.inner_width - NOTICE_INSET
        )
        if notice != table.notice:
            table.notice = notice
            table.refresh()

    def on_resize(self) -> None:
        """Wraps anew, once the table has its new width."""
        self.call_after_refresh(self._show_notice)

    def _tick(self) -> None:
        """Countdowns every second, ages every ten."""
        is_counting = self._state is not None and self._state.status.retry_at is not None
        if is_counting or time.monotonic() - self._painted_at >= AGES_S:
            self._painted_at = time.monotonic()
            self._show_state()
            if self._picture is not None and not self._is_paused:
                self.monitor.interfaces.show(self._picture.interfaces, self._now())

    # What the reader asks for

    def _restyle(self) -> None:
        self._generation += 1
        self.monitor.repaint(
            self.palette, utc=self.settings.utc, has_names=self._has_names, generation=self._generation
        )

    @on(MonitorScreen.NamesToggled)
    def _names_toggled(self) -> None:
        self._has_names = not self._has_names
        self._restyle()

    @on(MonitorScreen.PauseToggled)
    def _pause_toggled(self) -> None:
        self._is_paused = not self._is_paused
        self._show_state()
        if not self._is_paused:
            self._take_now()

    @on(MonitorScreen.RecordOpened)
    def _record_opened(self, message: MonitorScreen.RecordOpened) -> None:
        view = self.monitor.records.view
        detail = None if view is None else view.record(message.record_id)
        if detail is not None:
            self.push_screen(DetailScreen(detail, self.palette, utc=self.settings.utc))

    def action_help(self) -> None:
        """Keys, marks, fields."""
        names = () if self._state is None else self._state.snapshot.columns
        self._open_page("Help", pages.help_page(names))

    def action_diagnostics(self) -> None:
        """How the tail does, and what is wrong."""
        session = self._session
        if session is None or not isinstance(self.screen, MonitorScreen):
            return

        def lines() -> pages.PageLines:
            return pages.diagnostics(session.state(), self._now(), utc=self.settings.utc)

        self.push_screen(DiagnosticsScreen(lines, self.palette))

    def _open_page(self, title: str, lines: pages.PageLines) -> None:
        if isinstance(self.screen, MonitorScreen):
            self.push_screen(PageScreen(title, lines, self.palette))

    def pop_screen(self) -> AwaitComplete:
        """Closes what is over the monitor; nothing more where keys typed ahead close it twice."""
        return super().pop_screen() if len(self.screen_stack) > 1 else AwaitComplete()

    async def action_quit(self) -> None:
        """Leaves, status 0."""
        self.exit(return_code=0)

    def action_interrupt(self) -> None:
        """Leaves, status 130."""
        self.exit(return_code=INTERRUPTED)

    # The palette's commands

    def vpc_scopes(self) -> list[Scope]:
        """The VPCs there are, as scopes."""
        if self._state is None or self._state.index is None:
            return []
        vpcs = self._state.index.topology.vpcs
        return [Scope(ScopeKind.VPC, vpc.id, clean(vpc.name) or vpc.id) for vpc in vpcs]

    def drill_into(self, scope: Scope | None) -> None:
        """Into a VPC, or out of everything."""
        self.monitor.ask(scopes=() if scope is None else (scope,))

    def set_since(self, seconds: float) -> None:
        """Records from so many seconds ago on."""
        self.reopen(replace(self.settings, since=Moment.back(seconds), until=None))

    def set_theme(self, name: str) -> None:
        """Another theme."""
        self.theme = name

    def toggle_utc(self) -> None:
        """UTC or local time."""
        self.settings = replace(self.settings, utc=not self.settings.utc)
        self._restyle()
        self._show_state()

    def refresh_topology(self) -> None:
        """Reads the topology now."""
        if self._session is not None:
            self._session.refresh_topology()

    def profiles(self) -> Sequence[str]:
        """Profiles to change to; none in the demo."""
        return () if self._choices is None else self._choices.profiles()

    def regions(self) -> Sequence[str]:
        """Regions to change to; none in the demo."""
        return () if self._choices is None else self._choices.regions()

    def set_profile(self, profile: str) -> None:
        """Another profile, in its own region."""
        self.reopen(replace(self.settings, profile=profile, region=None, vpc_ids=(), log_groups=()))

    def set_region(self, region: str) -> None:
        """Another region."""
        self.reopen(replace(self.settings, region=region, vpc_ids=(), log_groups=()))


def _colours() -> int:
    """How many colours the terminal has."""
    system = Console().color_system
    return {None: 16, "standard": 16, "windows": 16, "256": 256, "truecolor": 1 << 24}.get(system, 16)
