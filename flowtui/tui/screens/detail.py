"""One record in full: why it was rejected, then every field of its format named, decoded and explained.

```
╭─ Record on bastion ─ y copies the command ──────────────╮
│ ✗ sg-01 web has no inbound rule for tcp/80 from …        │
│                                                          │
│ srcaddr       203.0.113.9                                │
│ protocol      6            tcp                           │
╰──────────────────────────────────────────────────────────╯
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.binding import BindingType

from flowtui.explain.answer import Explanation
from flowtui.records.decode import clean
from flowtui.tui import keymap
from flowtui.tui.render import pages
from flowtui.tui.render.why import why
from flowtui.tui.screens.page import PageScreen
from flowtui.tui.theme import Palette

if TYPE_CHECKING:
    from flowtui.monitor.view import Detail


class DetailScreen(PageScreen):
    """A record; `y` copies the command that would allow it, else its line."""

    BINDINGS: ClassVar[list[BindingType]] = [keymap.key("copy").binding]

    def __init__(self, record: Detail, palette: Palette, *, utc: bool) -> None:
        self._record, self._utc = record, utc
        self._explanation: Explanation | None = None
        lines = pages.detail(record, self._why if record.row.is_rejected else None, utc=utc)
        super().__init__(f"Record on {_name(record)}", lines, palette)

    def _why(self, width: int, palette: Palette) -> list[list[Segment]]:
        if self._explanation is None:
            return [[Segment("looking at the rules …", palette.mute)]]
        return why(self._explanation, width, palette)

    def show_why(self, record_id: int, explanation: Explanation | None, now: float) -> None:
        """Puts in why it was rejected; what the reader looks at stays where it is."""
        if record_id != self._record.id or explanation is None:
            return
        before, top = self.pane.row_count(), self.pane.top
        self._explanation = explanation
        if explanation.command is not None:
            self.pane.rename(f"Record on {_name(self._record)} ─ y copies the command")
        self.pane.renew(pages.detail(self._record, self._why, utc=self._utc))
        self._fit()
        if top:
            self.pane.show_line(top + self.pane.row_count() - before)

    def action_copy(self) -> None:
        """Copies the command, else the record's line."""
        command = None if self._explanation is None else self._explanation.command
        self.app.copy_to_clipboard(command or self._record.line)
        said = "the command. Read it before you run it." if command else "the record's line."
        self.notify(f"Copied {said}", timeout=2)


def _name(record: Detail) -> str:
    return clean(record.row.interface_name or record.row.interface or record.stream)
