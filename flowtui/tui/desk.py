"""Judges what is typed into the filter bar: right or wrong at once, how much it finds soon after.

Counting is done off the event loop and only for the newest text. Knows filters and the bar, no other widget.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, tzinfo
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.timer import Timer

from flowtui.filters.errors import FilterError
from flowtui.filters.tree import Tree
from flowtui.tui.messages import FilterCounted
from flowtui.tui.past import Past
from flowtui.tui.picture import Picture, Request, counted
from flowtui.tui.screens.monitor import MonitorScreen
from flowtui.tui.widgets.filterbar import FilterBar, Verdict
from flowtui.tui.workers import on_thread

if TYPE_CHECKING:
    from flowtui.filters.complete import Completion

FilterWords = FilterBar.Typed | FilterBar.Applied | FilterBar.Closed | FilterCounted
"""What the bar, and the counting behind it, say."""

PAUSE_S = 0.15
"""How long the typing must rest before hits are counted."""


class FilterDesk:
    """Opens the bar, judges, and says what is applied."""

    def __init__(self, app: App[Any], monitor: MonitorScreen, past: Past, now: Callable[[], float]) -> None:
        self._app = app
        self._monitor = monitor
        self._bar = monitor.filter
        self._past = past
        self._now = now
        self._timer: Timer | None = None
        self._picture: Picture | None = None
        self._zone: tzinfo | None = None

    def open(self, request: Request, picture: Picture | None, *, utc: bool) -> None:
        """Opens the bar with the filter that is in force."""
        self._picture = picture
        self._zone = UTC if utc else None
        shown = "" if request.filter is None else str(request.filter)
        self._bar.open(shown, self._past.filters)

    def take(self, message: FilterWords) -> None:
        """What the bar says."""
        match message:
            case FilterBar.Typed():
                self._typed(message.value, message.cursor)
            case FilterBar.Applied():
                self._applied(message.value)
            case FilterCounted():
                self._counted(message)
            case FilterBar.Closed():
                self._monitor.end_filter()

    def _typed(self, text: str, cursor: int) -> None:
        """The text has changed: says at once whether it is right."""
        self._stop()
        completions = self._completions(text, cursor)
        if not text.strip():
            self._bar.show(Verdict(note="", found="an empty filter shows all"), completions)
            return
        try:
            tree = self._parsed(text)
        except FilterError as error:
            words = f"{error.message} {error.hint}".strip()
            self._bar.show(Verdict(words, error.offset, error.length), completions)
            return
        self._bar.show(Verdict(note=self._note(tree)), completions)
        if self._picture is not None:
            self._timer = self._app.set_timer(PAUSE_S, partial(self._count, text, tree, self._picture))

    def _applied(self, text: str) -> None:
        """The text is to be the filter, where it is right; an empty one shows all."""
        self._stop()
        tree: Tree | None = None
        if text:
            try:
                tree = self._parsed(text)
            except FilterError:
                self._app.bell()
                return
            self._past.add(str(tree))
        self._monitor.end_filter()
        self._monitor.ask(filter=tree)

    def _counted(self, message: FilterCounted) -> None:
        """The hits of a text have been counted."""
        if message.text == self._bar.value:
            self._bar.show(replace(self._bar.line.verdict, found=message.found), self._bar.line.completions)

    def _parsed(self, text: str) -> Tree:
        from flowtui.filters.parse import parse

        return parse(text, self._now(), self._zone)

    def _note(self, tree: Tree) -> str:
        """A warning, where the filter looks at what no record here has."""
        from flowtui.filters.warn import warnings

        if self._picture is None:
            return ""
        formats = [each for group in self._picture.state.groups for each in group.formats]
        return next(iter(warnings(tree, formats)), "")

    def _completions(self, text: str, cursor: int) -> list[Completion]:
        from flowtui.filters.complete import completions
        from flowtui.filters.names import Names

        state = None if self._picture is None else self._picture.state
        names = Names() if state is None else Names(state.index, state.history)
        # A name with control characters in it can be filtered by, but not typed here.
        return [each for each in completions(text, cursor, names) if each.text.isprintable()]

    def _count(self, text: str, tree: Tree, picture: Picture) -> None:
        on_thread(self._app, partial(self._count_off, text, tree, picture), "count", exclusive=True)

    def _count_off(self, text: str, tree: Tree, picture: Picture) -> None:
        found = counted(replace(picture.request, filter=tree, order=None), picture.state)
        self._app.post_message(FilterCounted(text, f"{found:,} of {len(picture.state.snapshot):,}"))

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
