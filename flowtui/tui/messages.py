"""What threads tell the screen; past tense, since it has happened."""

from __future__ import annotations

from collections.abc import Sequence

from textual.message import Message

from flowtui.explain.answer import Explanation
from flowtui.tui.picture import Picture
from flowtui.tui.widgets.overview import Looked


class StateChanged(Message):
    """The session has a new state: ask for it."""


class PictureTaken(Message):
    """A picture was taken off the event loop."""

    def __init__(self, picture: Picture, session: object) -> None:
        super().__init__()
        self.picture = picture
        self.session = session
        """Whose state it shows: a picture of a session that has ended is void."""


class FilterCounted(Message):
    """The hits of a filter that is being typed have been counted."""

    def __init__(self, text: str, found: str) -> None:
        super().__init__()
        self.text = text
        self.found = found
        """`229 of 18,204`."""


class OverviewTaken(Message):
    """The panes of the overview have looked at a view."""

    def __init__(self, looked: Sequence[Looked], took_s: float) -> None:
        super().__init__()
        self.looked = looked
        self.took_s = took_s


class Explained(Message):
    """A record has been explained."""

    def __init__(self, record_id: int, explanation: Explanation | None) -> None:
        super().__init__()
        self.record_id = record_id
        self.explanation = explanation
        """None where the record was evicted meanwhile."""
