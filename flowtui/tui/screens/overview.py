"""The overview: causes of rejections, and other sums over what is in scope, as panes of one screen.

```
 flowtui  123456789012 · eu-west-1 · lab › causes       ● LIVE  lag 1m34s
╭─ Causes ───────────────────── 229 rejected, 5 causes · newest first ─╮
│                                                                       │
├─ Why ─────────────────────────────────────────────────────────────────┤
╰───────────────────────────────────────────────────────────────────────╯
 enter go to them   w why   s sort   esc back
```
A pane joins by being an `OverviewPane` in the list of `OverviewDesk`: it looks at pictures while it is
shown, has its place, its tab, and the key that opens the screen in it. Two share the height, the first and
that one of the others that the reader was in last; under 100 columns or 30 lines, or beside Why, it is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import Screen

from flowtui.explain.answer import Explanation
from flowtui.tui import keymap
from flowtui.tui.render.causes import sentence
from flowtui.tui.render.header import HeaderState
from flowtui.tui.theme import Palette
from flowtui.tui.widgets.bars import FooterBar, HeaderBar, TabLine
from flowtui.tui.widgets.causes import COPIED_COMMAND, CausePane
from flowtui.tui.widgets.overview import Copied, OverviewPane, Target
from flowtui.tui.widgets.rows import RowList
from flowtui.tui.widgets.why import WhyPane

WIDE, HIGH = 100, 30
"""Columns and lines from which panes stand under one another."""


class OverviewScreen(Screen[None]):
    """The panes."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            keymap.key(each).binding
            for each in (
                "back",
                "pane.next",
                "pane.previous",
                "triage",
                "talkers",
                "conversations",
                "why",
                "copy",
                "pause",
            )
        )
    ]
    DEFAULT_CSS = """
    OverviewScreen { layout: vertical; }
    OverviewScreen #sums { height: 1fr; }
    OverviewScreen OverviewPane { height: 1fr; display: none; }
    OverviewScreen OverviewPane.-shown { display: block; }
    OverviewScreen #overview-why { height: 50%; display: none; }
    OverviewScreen #overview-why.-open { display: block; }
    OverviewScreen TabLine { display: none; }
    OverviewScreen.-single TabLine { display: block; }
    """

    class WhyWanted(Message):
        """Why a cause's newest record was rejected is to be told."""

        def __init__(self, record_id: int) -> None:
            super().__init__()
            self.record_id = record_id

    class Narrowed(Message):
        """The reader wants to see the records of a row."""

        def __init__(self, target: Target) -> None:
            super().__init__()
            self.target = target

    class PauseToggled(Message):
        """The screen is to be held, or to go on."""

    def __init__(self, panes: Sequence[OverviewPane], here: OverviewPane, palette: Palette) -> None:
        super().__init__()
        self.panes = panes
        self.header = HeaderBar()
        self.tabs = TabLine(
            [(pane.id or "", keymap.key(pane.opened_by).footer_cap, pane.TAB) for pane in panes]
        )
        self.why = WhyPane(id="overview-why")
        self.footer = FooterBar()
        self.here = here
        self._other = here if here is not panes[0] else panes[1]
        """The pane under the first one."""
        self._asked_why: int | None = None
        self._show_panes()
        self.repaint(palette, utc=True)

    def compose(self) -> ComposeResult:
        """Header, tabs, panes, footer."""
        yield self.header
        yield self.tabs
        with Vertical(id="sums"):
            yield from self.panes
            yield self.why
        yield self.footer

    def on_mount(self) -> None:
        """Starts in the pane that was asked for."""
        self._arrange(self.size.width, self.size.height)
        self._go_to(self.here)

    def on_resize(self, event: events.Resize) -> None:
        """Panes under one another, or tabs."""
        self._arrange(event.size.width, event.size.height)

    def _arrange(self, width: int, height: int) -> None:
        is_single = width < WIDE or height < HIGH
        self.set_class(is_single, "-single")
        for pane in self.panes:
            pane.set_class(is_single, "-bare")
        self._show_panes()
        self.show_titles()

    # Drawing

    def repaint(self, palette: Palette, *, utc: bool) -> None:
        """Takes another palette or another zone."""
        widgets: tuple[HeaderBar | TabLine | FooterBar | RowList, ...]
        widgets = (self.header, self.tabs, self.footer, self.why, *self.panes)
        for widget in widgets:
            widget.palette = palette
            widget.refresh()
        for pane in self.panes:
            pane.utc = utc

    def show_header(self, state: HeaderState) -> None:
        """Draws the header."""
        self.header.show(state)

    def show_titles(self) -> None:
        """Draws what tabs and footer say of the pane."""
        _, right = self.here.title()
        self.tabs.show(self.here.id or "", right)
        self.footer.show(*self.here.HINTS)

    # Panes

    def _go_to(self, here: OverviewPane) -> None:
        self.here = here
        self._other = self._other if here is self.panes[0] else here
        self._show_panes()
        self.show_titles()
        here.focus()

    def _show_panes(self) -> None:
        """The pane that the reader is in and, where there is room, the other one."""
        is_single = self.has_class("-single") or self.why.is_open
        shown = (self.here,) if is_single else (self.panes[0], self._other)
        is_more = any(pane in shown and not pane.is_shown for pane in self.panes)
        for pane in self.panes:
            pane.set_class(pane in shown, "-shown")
        if is_more and self.is_mounted:
            self.post_message(OverviewPane.LookWanted())

    def go_to(self, key: str) -> None:
        """Goes to the pane that this key opens."""
        self._go_to(next(pane for pane in self.panes if pane.opened_by == key))

    def on_descendant_focus(self) -> None:
        """The focused pane is where the reader is."""
        if isinstance(self.focused, OverviewPane):
            self.here = self.focused
            self.show_titles()

    def action_overview(self, key: str) -> None:
        """Goes to the pane of this key."""
        self.go_to(key)

    @on(TabLine.Chosen)
    def _tab_chosen(self, message: TabLine.Chosen) -> None:
        self._go_to(self.query_one(f"#{message.pane}", OverviewPane))

    def action_next_pane(self, step: int) -> None:
        """Goes to the next pane, the explanation included."""
        places: list[RowList] = [*self.panes, self.why] if self.why.is_open else [*self.panes]
        at = places.index(self.why if self.why.has_focus else self.here)
        there = places[(at + step) % len(places)]
        if isinstance(there, OverviewPane):
            self._go_to(there)
        else:
            there.focus()

    # Why

    @property
    def cause_pane(self) -> CausePane | None:
        """The causes, where the reader is in them."""
        return self.here if isinstance(self.here, CausePane) else None

    def action_why(self) -> None:
        """Opens or closes the explanation of the cause under the cursor."""
        if self.why.is_open:
            self.why.remove_class("-open")
            self._show_panes()
            self.here.focus()
        elif self.cause_pane is not None and self.cause_pane.current() is not None:
            self.why.add_class("-open")
            self._show_panes()
            self._asked_why = None
            self._ask_why()
        else:
            self.app.bell()

    @on(RowList.Moved)
    def _moved(self) -> None:
        self.show_titles()
        self._ask_why()

    def _ask_why(self) -> None:
        """Asks about the newest record of the cause, where that is another one than before."""
        cause = None if self.cause_pane is None or not self.why.is_open else self.cause_pane.current()
        if cause is not None and cause.tally.last_id != self._asked_why:
            self._asked_why = cause.tally.last_id
            self.post_message(self.WhyWanted(cause.tally.last_id))

    def show_why(self, record_id: int, explanation: Explanation | None, now: float) -> None:
        """Shows an explanation, where it is still the one that was asked for."""
        pane = self.cause_pane
        cause = None if pane is None else pane.current()
        if pane is None or cause is None or pane.triage is None or explanation is None:
            return
        if record_id == self._asked_why:
            self.why.explain(explanation, sentence(cause, pane.triage.interface_name(cause)), now)

    # Keys

    @on(RowList.Entered)
    def _entered(self) -> None:
        target = self.here.target()
        if target is None:
            self.app.bell()
        else:
            self.post_message(self.Narrowed(target))

    def action_copy(self) -> None:
        """Copies the command of the explanation, else what the pane has for it."""
        copied = self.here.copied()
        if self.why.is_open:
            copied = None if self.why.command is None else Copied(self.why.command, COPIED_COMMAND)
        if copied is None:
            self.notify("There is nothing to copy here.", timeout=2)
            return
        self.app.copy_to_clipboard(copied.text)
        self.notify(copied.notice, timeout=3)

    def action_pause(self) -> None:
        """Holds the screen; reading goes on."""
        self.post_message(self.PauseToggled())

    def action_back(self) -> None:
        """Closes the explanation, then the overview."""
        if self.why.is_open:
            self.action_why()
        else:
            self.dismiss()
