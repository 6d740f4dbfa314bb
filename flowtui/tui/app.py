"""The application: wires a session to the screen. Wiring only; the screens draw, the core thinks.

The first paint comes before anything heavy is imported: the session is made on a thread after it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar, Protocol

from textual import on
from textual.app import App, SuspendNotSupported
from textual.await_complete import AwaitComplete
from textual.binding import BindingType
from textual.filter import LineFilter, Monochrome, NoColor
from textual.screen import Screen

from flowtui.monitor.clock import SystemClock
from flowtui.monitor.creation.outside import FlowLogAccount
from flowtui.monitor.health import Finding
from flowtui.monitor.outside import FaultError
from flowtui.monitor.scope import Scope, ScopeKind
from flowtui.monitor.settings import Moment, Settings
from flowtui.records.decode import clean
from flowtui.tui import keymap, presenter, terminal
from flowtui.tui.commands import FlowtuiCommands
from flowtui.tui.creating import CreationDesk
from flowtui.tui.desk import FilterDesk
from flowtui.tui.glyphs import PlainGlyphs
from flowtui.tui.messages import Explained, FilterCounted, OverviewTaken, PictureTaken, StateChanged
from flowtui.tui.overview import OverviewDesk
from flowtui.tui.past import Past
from flowtui.tui.preferences import SHIPPED, Preferences
from flowtui.tui.recalling import Connect, RecallDesk
from flowtui.tui.render import pages
from flowtui.tui.screens.creation import CreationScreen
from flowtui.tui.screens.detail import DetailScreen
from flowtui.tui.screens.diagnostics import DiagnosticsScreen
from flowtui.tui.screens.health import HealthScreen
from flowtui.tui.screens.monitor import MonitorScreen
from flowtui.tui.screens.overview import OverviewScreen
from flowtui.tui.screens.page import PageScreen
from flowtui.tui.theme import PALETTES, THEMES, Palette, suited
from flowtui.tui.watch import OpenSession, Watch
from flowtui.tui.widgets.filterbar import FilterBar
from flowtui.tui.widgets.overview import OverviewPane

AGES_S = 10.0
"""How often ages are written anew when nothing happens."""
NOTICE_INSET = 2
"""Cells before a sentence in the table."""


class Choices(Protocol):
    """What the palette offers of the account's surroundings."""

    def profiles(self) -> Sequence[str]:
        """The profiles of the AWS configuration."""

    def regions(self) -> Sequence[str]:
        """The regions there are."""

    def examine(self, settings: Settings) -> Iterator[Finding]:
        """What works with these settings and what does not; takes seconds."""

    def flow_log_account(self, settings: Settings) -> FlowLogAccount:
        """What makes flow logs there; connects, so not for the event loop. Raises FaultError."""

    def sign_in(self, settings: Settings) -> Callable[[], None] | None:
        """What asks, on a free terminal, for the code that the profile needs; None where nothing is asked.

        What is given raises FaultError.
        """


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
        self.settings = settings
        self.monitor = MonitorScreen(settings.filter, preferences.mutes, preferences.columns)
        self.set_keymap(keymap.remap(preferences.keys))
        self.session_watch = Watch(self, open_session, now, self.monitor.request)
        self.desk = FilterDesk(self, self.monitor.filter, past or Past(None), now)
        self.overview = OverviewDesk(self, now)
        self.creation = CreationDesk(self, SystemClock(), self.refresh_topology)
        self.recalling = RecallDesk(self, self.monitor, self.session_watch, connect, now, self._show_state)
        self._choices = choices
        self._now = now
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
        self._show_state()
        terminal.on_terminate(lambda: self.exit(return_code=terminal.TERMINATED))
        self.set_interval(1.0, self._tick)
        self.call_after_refresh(self.session_watch.open, self.settings)

    async def on_unmount(self) -> None:
        """Ends the session's threads."""
        await self.recalling.close()
        await self.session_watch.close()

    # What is shown

    def reopen(self, settings: Settings) -> None:
        """Begins again with other settings, after a sign-in where their profile asks for a code."""
        prompt = None if self._choices is None else self._choices.sign_in(settings)
        if prompt is not None and not self._has_signed_in(prompt):
            return
        self.settings = settings
        self.recalling.drop()
        self.session_watch.open(settings)
        self.monitor.ask(scopes=())
        self._show_state()

    def _has_signed_in(self, prompt: Callable[[], None]) -> bool:
        """Leaves the terminal to the prompt, which never appears inside the screen."""
        try:
            with self.suspend():
                prompt()
        except (FaultError, SuspendNotSupported) as error:
            self.notify(clean(str(error)), severity="error", markup=False)
            return False
        return True

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
            self._show_state()
            self.monitor.show(picture, self.session_watch.now)
            self.overview.look(picture.view)

    def _show_state(self) -> None:
        """Header, and what stands in empty panes."""
        request, is_paused = self.monitor.request, self.session_watch.is_paused
        state = self.session_watch.state
        words = presenter.header_state(state, self.settings, request, self._now(), is_paused=is_paused)
        words = self.recalling.header(words, utc=self.settings.utc)
        self.monitor.show_header(words)
        self.overview.show_header(words)
        self._show_notice()

    def _show_notice(self) -> None:
        """What stands where there are no records, as wide as the table."""
        table = self.monitor.records
        notice = self.recalling.notice(presenter.notice(self.session_watch.state, self.monitor.request))
        notice = presenter.wrapped(notice, table.inner_width - NOTICE_INSET)
        if notice != table.notice:
            table.notice = notice
            table.refresh()

    def on_resize(self) -> None:
        """Wraps anew, once the table has its new width."""
        self.call_after_refresh(self._show_notice)

    def _tick(self) -> None:
        """Countdowns every second, ages every ten."""
        watch, picture = self.session_watch, self.session_watch.picture
        is_counting = picture is not None and picture.state.status.retry_at is not None
        if is_counting or time.monotonic() - watch.painted_at >= AGES_S:
            watch.painted_at = time.monotonic()
            self._show_state()
            if picture is not None and not watch.is_paused:
                self.monitor.interfaces.show(picture.interfaces, watch.now)

    # What the reader asks for

    def _restyle(self) -> None:
        self._generation += 1
        self.monitor.repaint(
            self.palette, utc=self.settings.utc, has_names=self._has_names, generation=self._generation
        )
        self.overview.restyle(self.palette, utc=self.settings.utc)

    @on(MonitorScreen.FilterWanted)
    def _filter_wanted(self) -> None:
        self.desk.open(self.monitor.request, self.session_watch.picture, utc=self.settings.utc)

    @on(FilterBar.Typed)
    def _filter_typed(self, message: FilterBar.Typed) -> None:
        self.desk.typed(message.value, message.cursor)

    @on(FilterBar.Applied)
    def _filter_applied(self, message: FilterBar.Applied) -> None:
        is_right, tree = self.desk.applied(message.value)
        if is_right:
            self.monitor.end_filter()
            self.monitor.ask(filter=tree)
        else:
            self.bell()

    @on(FilterBar.Closed)
    def _filter_closed(self) -> None:
        self.monitor.end_filter()

    @on(FilterCounted)
    def _filter_counted(self, message: FilterCounted) -> None:
        self.desk.counted(message)

    @on(MonitorScreen.NamesToggled)
    def _names_toggled(self) -> None:
        self._has_names = not self._has_names
        self._restyle()

    @on(MonitorScreen.OverviewWanted)
    def _overview_wanted(self, message: MonitorScreen.OverviewWanted) -> None:
        picture = self.session_watch.picture
        view = None if picture is None else picture.view
        self.overview.open(message.key, view, self.palette, utc=self.settings.utc)
        self._show_state()

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
        self._show_state()

    @on(OverviewScreen.PauseToggled)
    @on(MonitorScreen.PauseToggled)
    def _pause_toggled(self) -> None:
        self.session_watch.toggle_pause()
        self._show_state()

    @on(MonitorScreen.HistoryToggled)
    def _history_toggled(self) -> None:
        self.recalling.toggle(self.settings)

    @on(MonitorScreen.HistoryLeft)
    def _history_left(self) -> None:
        self.recalling.leave()

    @on(MonitorScreen.RecordOpened)
    def _record_opened(self, message: MonitorScreen.RecordOpened) -> None:
        view = self.monitor.records.view
        detail = None if view is None else view.record(message.record_id)
        if detail is not None:
            self.push_screen(DetailScreen(detail, self.palette, utc=self.settings.utc))
            if detail.row.is_rejected:
                self.session_watch.explain(message.record_id)

    @on(OverviewScreen.WhyWanted)
    @on(MonitorScreen.WhyWanted)
    def _why_wanted(self, message: MonitorScreen.WhyWanted | OverviewScreen.WhyWanted) -> None:
        self.session_watch.explain(message.record_id)

    @on(Explained)
    def _explained(self, message: Explained) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, MonitorScreen | OverviewScreen | DetailScreen):
                screen.show_why(message.record_id, message.explanation, self._now())

    def action_create(self) -> None:
        """A flow log of what the reader is at."""
        if not isinstance(self.screen, MonitorScreen) or self._choices is None:
            return
        scope, index = self.monitor.here_scope(), self.monitor.topology.index
        if self.settings.read_only:
            self.notify("This session only reads (--read-only): nothing is changed.", timeout=4)
        elif scope is None or index is None:
            self.notify("Go to a VPC, a subnet or an interface first.", timeout=3)
        else:
            account = partial(self._choices.flow_log_account, self.settings)
            self.creation.open(scope, index, account, self.palette, utc=self.settings.utc)

    @on(CreationScreen.Wanted)
    def _creation_wanted(self, message: CreationScreen.Wanted) -> None:
        self.creation.wanted(message.what)

    def action_help(self) -> None:
        """Keys, marks, fields."""
        state = self.session_watch.state
        names = () if state is None else state.snapshot.columns
        self._open_page("Help", pages.help_page(names))

    def action_diagnostics(self) -> None:
        """How the tail does, and what is wrong."""
        session = self.session_watch.session
        if session is None or not isinstance(self.screen, MonitorScreen):
            return

        def lines() -> pages.PageLines:
            return pages.diagnostics(session.state(), self._now(), utc=self.settings.utc)

        self.push_screen(DiagnosticsScreen(lines, self.palette))

    def open_health(self) -> None:
        """What works on this account, and what to do about the rest."""
        if self._choices is not None:
            self.push_screen(HealthScreen(partial(self._choices.examine, self.settings), self.palette))

    def _open_page(self, title: str, lines: pages.PageLines) -> None:
        if isinstance(self.screen, MonitorScreen | OverviewScreen):
            self.push_screen(PageScreen(title, lines, self.palette))

    def pop_screen(self) -> AwaitComplete:
        """Closes what is over the monitor; nothing more where keys typed ahead close it twice."""
        return super().pop_screen() if len(self.screen_stack) > 1 else AwaitComplete()

    async def action_quit(self) -> None:
        """Leaves, status 0."""
        self.exit(return_code=0)

    def action_interrupt(self) -> None:
        """Leaves, status 130."""
        self.exit(return_code=terminal.INTERRUPTED)

    # The palette's commands

    def vpc_scopes(self) -> list[Scope]:
        """The VPCs there are, as scopes."""
        state = self.session_watch.state
        if state is None or state.index is None:
            return []
        vpcs = state.index.topology.vpcs
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
        if self.session_watch.session is not None:
            self.session_watch.session.refresh_topology()

    def profiles(self) -> Sequence[str]:
        """Profiles to change to; none in the demo."""
        return () if self._choices is None else self._choices.profiles()

    def regions(self) -> Sequence[str]:
        """Regions to change to; none in the demo."""
        return () if self._choices is None else self._choices.regions()

    def set_profile(self, profile: str) -> None:
        """Another profile, in its own region."""
        self.reopen(replace(self.settings, profile=profile, region=None, vpc_ids=(), log_groups=()))

    def sign_in_again(self) -> None:
        """Asks anew for what the profile needs, and connects."""
        self.reopen(self.settings)

    def set_region(self, region: str) -> None:
        """Another region."""
        self.reopen(replace(self.settings, region=region, vpc_ids=(), log_groups=()))
