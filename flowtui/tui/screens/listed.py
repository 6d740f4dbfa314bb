"""A list over the monitor that gives a value when it closes, or None: what all choices have in common."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen

from flowtui.tui import keymap
from flowtui.tui.render import frame
from flowtui.tui.screens.page import WIDEST
from flowtui.tui.widgets.rows import RowList

T = TypeVar("T")


class ListScreen(ModalScreen[T | None], Generic[T]):
    """One list in the middle, as high as its rows; `esc` closes without a value."""

    BINDINGS: ClassVar[list[BindingType]] = [keymap.key("back").binding]
    DEFAULT_CSS = """
    ListScreen { align: center middle; }
    """

    def __init__(self, rows: RowList) -> None:
        super().__init__()
        self.rows = rows

    def compose(self) -> ComposeResult:
        """The list alone."""
        yield self.rows

    def on_mount(self) -> None:
        """Fits, and waits for a key."""
        self.fit()
        self.rows.focus()
        self.call_after_refresh(self.show_cursor)

    def show_cursor(self) -> None:
        """The row that the cursor is on, in the middle where there are many."""
        rows = self.rows
        rows.place(rows.cursor, rows.cursor - rows.page_rows // 2)

    def on_resize(self) -> None:
        """Fits again."""
        self.fit()

    def fit(self) -> None:
        """As wide as reads well, as high as needed."""
        rows = self.rows
        wanted = max(1, rows.row_count()) * rows.ROW_LINES + rows.head_lines + rows.FOOT_LINES + frame.INSET
        rows.styles.width = min(self.app.size.width, WIDEST)
        rows.styles.height = min(self.app.size.height, wanted)

    def action_back(self) -> None:
        """Closes without a value."""
        self.dismiss(None)
