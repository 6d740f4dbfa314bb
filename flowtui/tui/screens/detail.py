"""One record in full: every field of its format named, decoded and explained.

```
╭─ Record ─ 203.0.113.9 → bastion ────────────────────────╮
│ srcaddr       203.0.113.9                                │
│ protocol      6            tcp                           │
╰──────────────────────────────────────────────────────────╯
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from flowtui.records.decode import clean
from flowtui.tui import keymap
from flowtui.tui.render import pages
from flowtui.tui.screens.page import PageScreen
from flowtui.tui.theme import Palette

if TYPE_CHECKING:
    from flowtui.monitor.view import Detail


class DetailScreen(PageScreen):
    """A record; `y` copies its line."""

    BINDINGS: ClassVar[list[BindingType]] = [keymap.key("copy").binding]

    def __init__(self, record: Detail, palette: Palette, *, utc: bool) -> None:
        super().__init__(f"Record on {_name(record)}", pages.detail(record, utc=utc), palette)
        self._line = record.line

    def action_copy(self) -> None:
        """Copies the record's line."""
        self.app.copy_to_clipboard(self._line)
        self.notify("Copied the record's line.", timeout=2)


def _name(record: Detail) -> str:
    return clean(record.row.interface_name or record.row.interface or record.stream)
