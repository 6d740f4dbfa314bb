"""Creating a flow log: questions, review, progress; nothing is changed before `Create` of the review.

```
╭─ Create a flow log ─ review ───────── nothing has been changed yet ─╮
│ For       default vpc-04d, 172.31.0.0/16, 3 interfaces               │
│  Cancel   Create   Copy as commands                                  │
╰──────────────────────────────────────────────────────────────────────╯
```
Draws and posts what is wanted; who plans and carries out is `tui.creating`.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import ModalScreen

from flowtui.monitor.creation import formats
from flowtui.monitor.creation.answers import INTERVALS_S, Traffic
from flowtui.monitor.creation.plan import FlowLogPlan
from flowtui.monitor.creation.prepare import NEW_ROLE, Wishes
from flowtui.monitor.creation.progress import Phase, Progress
from flowtui.tui import keymap
from flowtui.tui.render import creation
from flowtui.tui.screens.page import WIDEST
from flowtui.tui.theme import Palette
from flowtui.tui.widgets.dialog import DialogPane

T = TypeVar("T")

CANCEL, REVIEW, CREATE, COPY = "Cancel", "Review", "Create", "Copy as commands"
STOP, CLOSE, UNDO, RETRY = "Stop", "Close", "Undo", "Go on"
_RETENTIONS = (1, 3, 7, 14, 30, 90, 365)
_FORMATS = (formats.Choice.TRIAGE, formats.Choice.DEFAULT, formats.Choice.ALL)
_UNCHANGED = Phase.READY.value


@dataclass(frozen=True, slots=True)
class Offers:
    """What there is to choose from besides what is always the same."""

    groups: tuple[str, ...]
    """Names of log groups, that of a new one first."""
    roles: tuple[str, ...] = ()
    """Names of roles that fit."""


class CreationScreen(ModalScreen[None]):
    """The dialog."""

    BINDINGS: ClassVar[list[BindingType]] = [
        keymap.key("back").binding,
        Binding("tab", "choose(1)", show=False, id="creation.next"),
        Binding("shift+tab", "choose(-1)", show=False, id="creation.previous"),
        Binding("y", "copy", show=False, id="creation.copy"),
        # Leaving in the middle would leave things half made; this stops, and tells what there is.
        Binding("q", "back", show=False, id="creation.close"),
    ]
    DEFAULT_CSS = """
    CreationScreen { align: center middle; background: $background 60%; }
    CreationScreen:ansi { background: transparent; }
    """

    class Wanted(Message):
        """Something is to be done: a button's label."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def __init__(self, target: str, wishes: Wishes, offers: Offers, palette: Palette) -> None:
        super().__init__()
        self.wishes = wishes
        self.plan: FlowLogPlan | None = None
        self.progress: Progress | None = None
        self.closed = threading.Event()
        """For whoever waits beside the event loop on behalf of the dialog."""
        self._target = target
        self._offers = offers
        self._at = 0
        self._notice = ""
        self._arrival = ""
        self.pane = _Pane(lambda width, palette: [])
        self.pane.palette = palette

    def compose(self) -> ComposeResult:
        """The dialog alone."""
        yield self.pane

    def on_mount(self) -> None:
        """The questions."""
        self._draw()
        self.pane.focus()

    def on_unmount(self) -> None:
        """Closed, or the app ends."""
        self.closed.set()

    def on_resize(self) -> None:
        """Fits again."""
        self._fit()

    # What is shown

    def offer(self, offers: Offers, notice: str) -> None:
        """The account has been looked at."""
        self._offers, self._notice = offers, notice
        self._draw()

    def refuse(self, notice: str) -> None:
        """What is asked for cannot be had."""
        self._notice = notice
        self._draw()

    def show_plan(self, plan: FlowLogPlan) -> None:
        """The review."""
        self.plan = plan
        self._draw()

    def show_progress(self, progress: Progress, arrival: str = "") -> None:
        """How far it has come."""
        self.progress, self._arrival = progress, arrival
        self._draw()

    def _draw(self) -> None:
        pane = self.pane
        if self.plan is not None and self.progress is not None:
            lines = creation.progress(self.plan, self.progress, self._arrival)
            pane.show("progress", self.progress.phase.value, lines, _buttons(self.progress), _MOVES)
        elif self.plan is not None:
            hints = "tab choose  enter press  y copy as commands  ↑↓ scroll  esc back to the questions"
            pane.show("review", _UNCHANGED, creation.review(self.plan), (CANCEL, CREATE, COPY), hints)
        else:
            lines = creation.form(self._target, self._questions(), self._at, self.wishes.format, self._notice)
            hints = "↑↓ question  ←→ answer  tab choose  enter press  esc cancel"
            pane.show("what to record", _UNCHANGED, lines, (CANCEL, REVIEW), hints, chosen=1)
        self._fit()

    def _fit(self) -> None:
        width = min(self.app.size.width, WIDEST)
        self.pane.styles.width = width
        self.pane.styles.height = min(self.app.size.height, self.pane.wanted_height(width))

    # The questions

    def _questions(self) -> list[creation.Question]:
        wishes = self.wishes
        choice = formats.choice_of(wishes.format)
        days = wishes.retention_days
        role = wishes.role or NEW_ROLE
        is_new_group = wishes.group == self._offers.groups[0]
        return [
            ("Traffic", wishes.traffic.words, ""),
            ("Interval", f"{wishes.interval_s} s", "the longest window of a record"),
            ("Fields", choice.value, choice.meaning),
            ("Log group", wishes.group or "", "" if is_new_group else "exists"),
            ("Kept for", "as it is" if days is None else f"{days} days", ""),
            ("Role", "a new one" if role == NEW_ROLE else role, "" if role == NEW_ROLE else "exists"),
        ]

    def action_move(self, step: int) -> None:
        """Another question, or scrolls."""
        if self.plan is None:
            self._at = max(0, min(self._at + step, len(self._questions()) - 1))
            self._draw()

    def action_answer(self, step: int) -> None:
        """Another answer to the question; on later stages another button."""
        if self.plan is not None:
            self.pane.choose(step)
            return
        self._notice = ""
        wishes, offers = self.wishes, self._offers
        match self._at:
            case 0:
                wishes = replace(wishes, traffic=_next(tuple(Traffic), wishes.traffic, step))
            case 1:
                wishes = replace(wishes, interval_s=_next(INTERVALS_S, wishes.interval_s, step))
            case 2:
                known = formats.choice_of(wishes.format)
                wishes = replace(wishes, format=_next(_FORMATS, known, step).format)
            case 3:
                group = _next(offers.groups, wishes.group or offers.groups[0], step)
                days = 14 if group == offers.groups[0] else None
                wishes = replace(wishes, group=group, retention_days=days)
            case 4 if wishes.group == offers.groups[0]:
                wishes = replace(wishes, retention_days=_next(_RETENTIONS, wishes.retention_days or 14, step))
            case 5:
                wishes = replace(wishes, role=_next((NEW_ROLE, *offers.roles), wishes.role or NEW_ROLE, step))
        self.wishes = wishes
        self._draw()

    # Keys

    def action_choose(self, step: int) -> None:
        """Another button."""
        self.pane.choose(step)

    def action_copy(self) -> None:
        """Copies the calls as commands; once something was made, those that remove it."""
        if self.plan is not None and self.progress is not None and self.progress.made:
            undone = [made.undo.command(self.plan.place) for made in self.progress.made if made.undo]
            self.app.copy_to_clipboard("\n".join(undone))
            self.notify("Copied the commands that remove what was made, newest first.", timeout=3)
        elif self.plan is not None:
            self.app.copy_to_clipboard("\n".join(self.plan.commands))
            self.notify("Copied the calls as commands. Read them before you run them.", timeout=3)

    def action_back(self) -> None:
        """Back to the questions, or closed; while calls are made, no further call."""
        if self.progress is not None and self.progress.phase.is_at_work:
            self.post_message(self.Wanted(STOP))
        elif self.progress is not None or self.plan is None:
            self.dismiss()
        else:
            self.plan = None
            self._draw()

    @on(DialogPane.Pressed)
    def _pressed(self, message: DialogPane.Pressed) -> None:
        if message.label in (CANCEL, CLOSE):
            self.dismiss()
        elif message.label == COPY:
            self.action_copy()
        else:
            self.post_message(self.Wanted(message.label))


_MOVES = "tab choose  enter press  y copy the commands that undo it  ↑↓ scroll  esc close"


class _Pane(DialogPane):
    """The dialog's pane, whose keys are the screen's where there are questions."""

    def action_move(self, step: int) -> None:
        """Another question, or scrolls."""
        assert isinstance(self.screen, CreationScreen)
        if self.screen.plan is None:
            self.screen.action_move(step)
        else:
            super().action_move(step)

    def action_sideways(self, step: int) -> None:
        """Another answer or button."""
        assert isinstance(self.screen, CreationScreen)
        self.screen.action_answer(step)


def _buttons(progress: Progress) -> tuple[str, ...]:
    if progress.phase.is_at_work:
        return (STOP,)
    more = (RETRY,) if progress.is_resumable else ()
    return (CLOSE, *more, *((UNDO,) if progress.made else ()))


def _next(values: tuple[T, ...], value: T, step: int) -> T:
    """The value after or before this one, round and round."""
    at = values.index(value) if value in values else 0
    return values[(at + step) % len(values)]
