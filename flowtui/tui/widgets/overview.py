"""What a pane of the overview has beside its rows: a look at a view off the event loop, and what shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.message import Message

from flowtui.tui.widgets.rows import RowList

if TYPE_CHECKING:
    from flowtui.filters.tree import Tree
    from flowtui.monitor.view import View


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look has found."""

    show: Callable[[], None]
    """Takes it over into the pane; called on the event loop."""
    is_going_on: bool = False
    """Whether there is more to be found in the same view: look again at once."""


class Target(NamedTuple):
    """What a row stands for in the table of records."""

    condition: Tree
    """The filter that selects its records."""
    record_id: int | None = None
    """The first of them, where it is known."""


class Copied(NamedTuple):
    """What goes to the clipboard."""

    text: str
    notice: str
    """What the reader is told."""


class OverviewPane(RowList):
    """A pane of the overview."""

    opened_by: ClassVar[str] = ""
    """The id of the key that opens the overview in this pane."""
    NAME: ClassVar[str] = ""
    TAB: ClassVar[str] = ""
    """What its tab is called."""
    HINTS: ClassVar[tuple[str | tuple[str, str], ...]] = ()
    """What the footer says while the reader is in it."""

    class LookWanted(Message):
        """The reader wants something else counted, at once."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.utc = True
        self._is_at_top = True

    def look(self, view: View, now: float) -> Looked:
        """Counts what the pane shows of a view; on a worker's thread, never twice at once."""
        raise NotImplementedError

    @property
    def is_shown(self) -> bool:
        """Whether it has its place on the screen."""
        return self.has_class("-shown")

    def target(self) -> Target | None:
        """What `enter` shows: the records of the row under the cursor."""
        raise NotImplementedError

    def copied(self) -> Copied | None:
        """What `y` copies of the row under the cursor; None where there is nothing."""
        raise NotImplementedError

    # The reader's place

    def keep_place(self, place: int | None) -> None:
        """The rows have changed: the cursor's row is at this place now, and stays where it is on the screen.

        A reader who has not left the top stays there.
        """
        offset = self.cursor - self.top
        if self._is_at_top:
            self.cursor = self.top = 0
        elif place is not None:
            self.cursor, self.top = place, place - offset
        self._settle()

    def _settle(self) -> None:
        last = max(0, self.row_count() - 1)
        self.cursor = max(0, min(self.cursor, last))
        self.top = max(0, min(self.top, last + 1 - self.page_rows))
        if not self.top <= self.cursor < self.top + self.page_rows:
            self.top = max(0, self.cursor - self.page_rows + 1)

    def to_top(self) -> None:
        """The rows come in another order: from the first one on."""
        self._is_at_top = True

    def on_resize(self) -> None:
        """The cursor stays on the screen."""
        self._settle()

    def _go(self, cursor: int, step: int) -> None:
        super()._go(cursor, step)
        self._is_at_top = False

    def action_first(self) -> None:
        """To the top, and stays there."""
        super().action_first()
        self._is_at_top = True
