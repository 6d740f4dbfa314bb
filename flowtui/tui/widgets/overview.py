"""What a pane of the overview has beside its rows: a look at a view off the event loop, and what shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from flowtui.tui.widgets.rows import RowList

if TYPE_CHECKING:
    from flowtui.monitor.view import View


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look has found."""

    show: Callable[[], None]
    """Takes it over into the pane; called on the event loop."""
    is_going_on: bool = False
    """Whether there is more to be found in the same view: look again at once."""


class OverviewPane(RowList):
    """A pane of the overview."""

    opened_by: ClassVar[str] = ""
    """The id of the key that opens the overview in this pane."""
    NAME: ClassVar[str] = ""
    HINTS: ClassVar[tuple[str | tuple[str, str], ...]] = ()
    """What the footer says while the reader is in it."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.utc = True
        self.has_names = False

    def look(self, view: View, now: float) -> Looked:
        """Counts what the pane shows of a view; on a worker's thread, never twice at once."""
        raise NotImplementedError
