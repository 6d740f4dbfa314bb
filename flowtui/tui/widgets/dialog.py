"""A page of lines with buttons under it: what the stages of creating a flow log are drawn in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip

from flowtui.tui.render import creation, frame, text
from flowtui.tui.widgets.scroll import Lines, ScrollPane

FOOT = 3
"""Lines under those that scroll: a blank one, the buttons, the keys."""


class DialogPane(ScrollPane):
    """Lines that scroll, and buttons that stay."""

    class Pressed(Message):
        """A button was pressed."""

        def __init__(self, label: str) -> None:
            super().__init__()
            self.label = label

    def __init__(self, lines: Lines) -> None:
        super().__init__("Create a flow log", lines, id="dialog")
        self.stage = ""
        self.state = ""
        self.buttons: tuple[str, ...] = ()
        self.chosen = 0
        self.hints = ""

    def show(
        self, stage: str, state: str, lines: Lines, buttons: tuple[str, ...], hints: str, chosen: int = 0
    ) -> None:
        """Another stage or newer lines; the choice among the same buttons stays."""
        if buttons != self.buttons:
            self.chosen = chosen
        if stage != self.stage:
            self.top = self.cursor = 0
        self.stage, self.state, self.buttons, self.hints = stage, state, buttons, hints
        self.renew(lines)

    def wanted_height(self, width: int) -> int:
        """Rows with frame and buttons."""
        return super().wanted_height(width) + FOOT

    @property
    def page_rows(self) -> int:
        """Rows for the lines."""
        return max(1, super().page_rows - FOOT)

    def title(self) -> tuple[Sequence[Segment], Sequence[Segment]]:
        """The stage, and whether anything has been changed."""
        palette = self.palette
        left = [Segment("Create a flow log", palette.strong), Segment(f" ─ {self.stage}", palette.soft)]
        below = self.row_count() - self.top - self.page_rows
        more = f" · {below} more ↓" if below > 0 else ""
        return left, [Segment(f"{self.state}{more}", palette.mute)]

    def _content(self, y: int) -> Strip:
        foot = y - self.page_rows
        if foot < 0:
            return super()._content(y)
        width = self.inner_width
        return self._strip((), width) if foot == 0 else self._strip(self._foot(foot, width), width)

    def _foot(self, line: int, width: int) -> Iterable[Segment]:
        if line == 2:
            return [Segment(text.fitted(self.hints, width), self.palette.mute)]
        drawn: list[Segment] = []
        for number, label in enumerate(self.buttons):
            drawn += [creation.button(label, self.palette, is_chosen=number == self.chosen), Segment("  ")]
        return frame.cropped(drawn, width)

    def choose(self, step: int) -> None:
        """Another button."""
        if self.buttons:
            self.chosen = (self.chosen + step) % len(self.buttons) if self.chosen >= 0 else 0
            self.refresh()

    def press(self) -> None:
        """The chosen button, where one is."""
        if 0 <= self.chosen < len(self.buttons):
            self.post_message(self.Pressed(self.buttons[self.chosen]))

    def on_click(self, event: events.Click) -> None:
        """A click on a button presses it; on a line it does nothing, and it never presses by chance."""
        event.stop()
        left = frame.INSET
        for number, label in enumerate(self.buttons):
            width = cell_len(label) + 2
            if event.y == self._foot_row and left <= event.x < left + width:
                self.chosen = number
                self.press()
                return
            left += width + 2

    @property
    def _foot_row(self) -> int:
        """The line of the widget with the buttons."""
        return self.page_rows + self._first_row + 1

    def action_enter(self) -> None:
        """Presses the chosen button."""
        self.press()
