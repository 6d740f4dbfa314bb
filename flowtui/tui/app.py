"""The application: wires a session to the screen. Wiring only; the screens draw, the core thinks.

The first paint comes before anything heavy is imported: the session is made on a thread after it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.binding import BindingType
from textual.filter import LineFilter, Monochrome, NoColor
from textual.screen import Screen

from flowtui.monitor.clock import SystemClock
from flowtui.monitor.settings import Settings
from flowtui.tui import keymap, terminal
from flowtui.tui.account import AccountDesk, Choices
from flowtui.tui.commands import FlowtuiCommands
from flowtui.tui.creating import CreationDesk
from flowtui.tui.desk import FilterDesk, FilterWords
from flowtui.tui.glyphs import PlainGlyphs
from flowtui.tui.messages import Explained, FilterCounted, OverviewTaken, PictureTaken, StateChanged
from flowtui.tui.overview import OverviewDesk
from flowtui.tui.paging import PageDesk
from flowtui.tui.past import Past
from flowtui.tui.preferences import SHIPPED, Preferences
from flowtui.tui.recalling import Connect, RecallDesk
from flowtui.tui.screens.creation import CreationScreen
from flowtui.tui.screens.health import HealthScreen
from flowtui.tui.screens.monitor import MonitorScreen
from flowtui.tui.screens.overview import OverviewScreen
from flowtui.tui.telling import Teller
from flowtui.tui.theme import PALETTES, THEMES, Palette, suited
from flowtui.tui.watch import OpenSession, Watch
from flowtui.tui.widgets.filterbar import FilterBar
from flowtui.tui.widgets.overview import OverviewPane
from flowtui.tui.widgets.topology import TopologyPane


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
    MonitorScreen, OverviewScreen { background: $background; color: $foreground; }
    ModalScreen { background: $background 60%; color: $foreground; }
    ModalScreen:nocolor { background: $background; }
    ModalScreen:ansi { background: ansi_default; }
    SearchIcon { display: none; }
    Toast { background: $panel; color: $foreground; }
    """

    def __init__(
        self,
        settings: Settings,
        open_session: OpenSession,
        choices: Choices | None = None,
        now: Callable[[], float] = time.time,
        preferences: Preferences = SHIPPED,
        *,
        past: Past | None = None,
        connect: Connect | None = None,
        has_utf8: bool = True,
    ) -> None:
        """`connect` is for what is past; a session makes its own connection."""
        self._theme_wanted = preferences.theme or suited(os.environ, colours=terminal.colours())
        super().__init__()
        for each in THEMES.values():
            self.register_theme(each)
        self.account = AccountDesk(self, settings, choices, self._reopened)
        self.monitor = MonitorScreen(settings.filter, preferences.mutes, preferences.columns)
        self.set_keymap(keymap.remap(preferences.keys))
        self.session_watch = Watch(self, open_session, now, self.monitor.request)
        self.desk = FilterDesk(self, self.monitor, past or Past(None), now)
        self.overview = OverviewDesk(self, now)
        self.creation = CreationDesk(self, self.monitor, self.account, self.session_watch, SystemClock(), now)
        self.pages = PageDesk(self, self.monitor, self.account, self.session_watch, now)
        self.recalling = RecallDesk(
            self, self.monitor, self.session_watch, connect, now, lambda: self.teller.show()
        )
        self.teller = Teller(
            self, self.account, self.monitor, self.overview, self.session_watch, self.recalling, now
        )
        self._has_names = False
        self._generation = 0
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
        self.teller.show()
        terminal.on_terminate(lambda: self.exit(return_code=terminal.TERMINATED))
        self.set_interval(1.0, self.teller.tick)
        self.call_after_refresh(self.session_watch.open, self.account.settings)

    async def on_unmount(self) -> None:
        """Ends the session's threads, and what is being created."""
        self.creation.close()
        await self.recalling.close()
        await self.session_watch.close()

    # What is shown

    def _reopened(self) -> None:
        """Begins again, with other settings."""
        self.recalling.drop()
        self.session_watch.open(self.account.settings)
        self.monitor.ask(scopes=())
        self.teller.show()

    @on(StateChanged)
    def _state_changed(self) -> None:
        self.session_watch.changed()

    @on(MonitorScreen.Asked)
    def _asked(self, message: MonitorScreen.Asked) -> None:
        self.session_watch.ask(message.request)

    @on(PictureTaken)
    def _picture_taken(self, message: PictureTaken) -> None:
        picture = self.session_watch.taken(message)
        if picture is not None:
            self.teller.show()
            self._show_picture()
            self.overview.look(picture.view)
            if self.screen is self.monitor:
                self.account.greet(picture.state, self.palette)

    def _resumed(self) -> None:
        self.teller.show()
        self._show_picture()

    def _show_picture(self) -> None:
        """Draws the newest picture; under a dialog the monitor stands still."""
        picture = self.session_watch.picture
        if picture is not None and not self.screen.is_modal:
            self.monitor.show(picture, self.session_watch.now)

    # What the reader asks for

    def _restyle(self) -> None:
        self._generation += 1
        self.monitor.repaint(
            self.palette,
            utc=self.account.settings.utc,
            has_names=self._has_names,
            generation=self._generation,
        )
        self.overview.restyle(self.palette, utc=self.account.settings.utc)

    @on(MonitorScreen.FilterWanted)
    def _filter_wanted(self) -> None:
        self.desk.open(self.monitor.request, self.session_watch.picture, utc=self.account.settings.utc)

    @on(FilterBar.Typed)
    @on(FilterBar.Applied)
    @on(FilterBar.Closed)
    @on(FilterCounted)
    def _filter_said(self, message: FilterWords) -> None:
        self.desk.take(message)

    @on(MonitorScreen.NamesToggled)
    def _names_toggled(self) -> None:
        self._has_names = not self._has_names
        self._restyle()

    @on(MonitorScreen.OverviewWanted)
    def _overview_wanted(self, message: MonitorScreen.OverviewWanted) -> None:
        picture = self.session_watch.picture
        view = None if picture is None else picture.view
        self.overview.open(message.key, view, self.palette, utc=self.account.settings.utc)
        self.teller.show()

    @on(OverviewTaken)
    def _overview_taken(self, message: OverviewTaken) -> None:
        self.overview.taken(message)

    @on(OverviewScreen.Narrowed)
    def _sum_entered(self, message: OverviewScreen.Narrowed) -> None:
        self.pop_screen()
        self.monitor.narrow_to(*message.target)

    @on(OverviewPane.LookWanted)
    def _look_wanted(self) -> None:
        self.overview.look_again()
        self.teller.show()

    @on(OverviewScreen.PauseToggled)
    @on(MonitorScreen.PauseToggled)
    def _pause_toggled(self) -> None:
        self.session_watch.toggle_pause()
        self.teller.show()

    @on(MonitorScreen.HistoryToggled)
    def _history_toggled(self) -> None:
        self.recalling.toggle(self.account.settings)

    @on(MonitorScreen.HistoryLeft)
    def _history_left(self) -> None:
        self.recalling.leave()

    @on(MonitorScreen.RecordOpened)
    def _record_opened(self, message: MonitorScreen.RecordOpened) -> None:
        self.pages.record(message.record_id, self.palette)

    @on(OverviewScreen.WhyWanted)
    @on(MonitorScreen.WhyWanted)
    def _why_wanted(self, message: MonitorScreen.WhyWanted | OverviewScreen.WhyWanted) -> None:
        self.session_watch.explain(message.record_id)

    @on(Explained)
    def _explained(self, message: Explained) -> None:
        self.pages.explained(message)

    def action_create(self) -> None:
        """A flow log of what the reader is at."""
        if isinstance(self.screen, MonitorScreen):
            self.creation.open(self.monitor.here_scope(), self.palette)

    def action_flow_logs(self) -> None:
        """The flow logs that there are."""
        if isinstance(self.screen, MonitorScreen):
            self.creation.open_list(self.palette)

    @on(TopologyPane.FlowLogEntered)
    def _flow_log_entered(self, message: TopologyPane.FlowLogEntered) -> None:
        self.creation.open_list(self.palette, message.flow_log_id)

    @on(HealthScreen.CreationWanted)
    def _create_from_health(self) -> None:
        self.pop_screen()
        self.creation.open(self.monitor.here_scope(), self.palette)

    @on(CreationScreen.Wanted)
    def _creation_wanted(self, message: CreationScreen.Wanted) -> None:
        self.creation.wanted(message.what)

    def action_help(self) -> None:
        """Keys, marks, fields."""
        self.pages.help(self.palette)

    def action_diagnostics(self) -> None:
        """How the tail does, and what is wrong."""
        self.pages.diagnostics(self.palette)

    def pop_screen(self) -> AwaitComplete:
        """Closes what is over the monitor; nothing more where keys typed ahead close it twice."""
        if len(self.screen_stack) < 2:
            return AwaitComplete()
        self.call_later(self._resumed)
        return super().pop_screen()

    async def action_quit(self) -> None:
        """Leaves, status 0."""
        self.exit(return_code=0)

    def action_interrupt(self) -> None:
        """Leaves, status 130."""
        self.exit(return_code=terminal.INTERRUPTED)

    # The palette's commands

    def toggle_utc(self) -> None:
        """UTC or local time."""
        self.account.settings = replace(self.account.settings, utc=not self.account.settings.utc)
        self._restyle()
        self.teller.show()

    def refresh_topology(self) -> None:
        """Reads the topology now."""
        if self.session_watch.session is not None:
            self.session_watch.session.refresh_topology()
