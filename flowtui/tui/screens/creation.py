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
from collections.abc import Callable
from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import ModalScreen, Screen

from flowtui.monitor.creation.plan import FlowLogPlan
from flowtui.monitor.creation.progress import Phase, Progress
from flowtui.monitor.creation.targets import candidates
from flowtui.topology.lookup import TopologyIndex
from flowtui.tui import keymap
from flowtui.tui.questions import Ask, Offers, Questions
from flowtui.tui.render import creation
from flowtui.tui.screens.fields import FieldsScreen
from flowtui.tui.screens.naming import NameScreen
from flowtui.tui.screens.page import WIDEST
from flowtui.tui.screens.targets import TargetsScreen
from flowtui.tui.theme import Palette
from flowtui.tui.widgets.dialog import DialogPane

T = TypeVar("T")

CANCEL, REVIEW, CREATE, COPY = "Cancel", "Review", "Create", "Copy as commands"
STOP, CLOSE, UNDO, RETRY = "Stop", "Close", "Undo", "Go on"
_UNCHANGED = Phase.READY.value


class CreationScreen(ModalScreen[None]):
    """The dialog."""

    BINDINGS: ClassVar[list[BindingType]] = [
        keymap.key("back").binding,
        Binding("tab", "choose(1)", show=False, id="creation.next"),
        Binding("shift+tab", "choose(-1)", show=False, id="creation.previous"),
        Binding("y", "copy", show=False, id="creation.copy"),
        Binding("e", "edit", show=False, id="creation.edit"),
        # Leaving in the middle would leave things half made; this stops, and tells what there is.
        Binding("q", "back", show=False, id="creation.close"),
    ]
    DEFAULT_CSS = """
    CreationScreen { align: center middle; }
    """

    class Wanted(Message):
        """Something is to be done: a button's label."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def __init__(self, questions: Questions, index: TopologyIndex, palette: Palette) -> None:
        super().__init__()
        self.questions = questions
        self.plan: FlowLogPlan | None = None
        self.progress: Progress | None = None
        self.left = threading.Event()
        """Set when it has been closed: nobody looks any more."""
        self._index = index
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
        """Tells those who wait."""
        self.left.set()

    def on_resize(self) -> None:
        """Fits again."""
        self._fit()

    # What is shown

    def offer(self, offers: Offers, notice: str) -> None:
        """The account has been looked at."""
        self.questions, self._notice = self.questions.offered(offers), notice or self._notice
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
            hints = _moves(self.progress)
            # Enter typed ahead presses nothing while it is at work.
            chosen = -1 if self.progress.phase.is_at_work else 0
            pane.show("progress", self.progress.phase.value, lines, _buttons(self.progress), hints, chosen)
        elif self.plan is not None:
            hints = "tab choose  enter press  y copy as commands  ↑↓ scroll  esc back"
            pane.show("review", _UNCHANGED, creation.review(self.plan), (CANCEL, CREATE, COPY), hints)
        else:
            editing = self.questions.ask.editing
            edit = f"  e {editing}" if editing else ""
            hints = f"↑↓ ←→ answer{edit}  tab choose  enter press  esc cancel"
            lines = creation.form(self.questions, self._notice)
            pane.show("what to record", _UNCHANGED, lines, (CANCEL, REVIEW), hints, chosen=1)
        self._fit()

    def _fit(self) -> None:
        width = min(self.app.size.width, WIDEST)
        self.pane.styles.width = width
        self.pane.styles.height = min(self.app.size.height, self.pane.wanted_height(width))

    # The questions

    def action_move(self, step: int) -> None:
        """Another question, or scrolls."""
        if self.plan is None:
            self.questions = self.questions.moved(step)
            self._draw()

    def action_answer(self, step: int) -> None:
        """Another answer to the question; on later stages another button."""
        if self.plan is not None:
            self.pane.choose(step)
        elif self.questions.ask is Ask.TARGETS:
            self.action_edit()
        else:
            self._take(self.questions.answered(step))

    def _take(self, questions: Questions) -> None:
        self.questions, self._notice = questions, ""
        self._draw()

    def action_edit(self) -> None:
        """Types or chooses what the arrows do not give."""
        if self.plan is not None:
            return
        asked, palette = self.questions, self.pane.palette
        match asked.ask:
            case Ask.TARGETS:
                shown = TargetsScreen(candidates(self._index), asked.wishes.targets, palette)
                self._edit(shown, Questions.of)
            case Ask.FIELDS:
                self._edit(FieldsScreen(asked.wishes.format, palette), Questions.with_fields)
            case Ask.GROUP:
                names = [each.name for each in asked.offers.groups]
                naming = NameScreen("Log group", asked.group, names, asked.judge_group, palette)
                self._edit(naming, Questions.typing_group)
            case Ask.ROLE:
                role, _ = asked.row(Ask.ROLE)
                naming = NameScreen("Role", role, asked.offers.roles, asked.judge_role, palette)
                self._edit(naming, Questions.typing_role)
            case _:
                self.app.bell()

    def _edit(self, screen: Screen[T | None], taken: Callable[[Questions, T], Questions]) -> None:
        def done(value: T | None) -> None:
            if value is not None:
                # What the account offers may have come meanwhile.
                self._take(taken(self.questions, value))

        self.app.push_screen(screen, done)

    # Keys

    def action_choose(self, step: int) -> None:
        """Another button."""
        self.pane.choose(step)

    def action_copy(self) -> None:
        """Copies the calls as commands; once something was made, those that remove it."""
        if self.plan is not None and self.progress is not None:
            undone = [made.undo.command(self.plan.place) for made in self.progress.made if made.undo]
            if not undone:
                self.app.bell()
                return
            self.app.copy_to_clipboard("\n".join(undone))
            self.notify("Copied the commands that remove what was made, newest first.", timeout=3)
        elif self.plan is not None:
            self.app.copy_to_clipboard("\n".join(self.plan.commands))
            self.notify("Copied the calls as commands. Read them before you run them.", timeout=3)

    def action_back(self) -> None:
        """Back to the questions, or closed; while calls are made, no further call."""
        if self.progress is not None and self.progress.phase is Phase.UNDOING:
            self.app.bell()
        elif self.progress is not None and self.progress.phase.is_at_work:
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


def _moves(progress: Progress) -> str:
    """What the keys do there."""
    if progress.phase is Phase.UNDOING:
        return ""
    if progress.phase.is_at_work:
        return "esc stop"
    copy = "y copy what undoes it  " if progress.made else ""
    return f"tab choose  enter press  {copy}↑↓ scroll  esc close"


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
    if progress.phase is Phase.UNDOING:
        return ()
    if progress.phase.is_at_work:
        return (STOP,)
    more = (RETRY,) if progress.is_resumable else ()
    return (CLOSE, *more, *((UNDO,) if progress.made else ()))
