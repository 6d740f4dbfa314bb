"""The Why pane: why the record under the cursor was rejected, under the table and along with the cursor.

```
╭─ Why ─ 203.0.113.9:51144 → bastion:80 tcp ────────── rules read 42s ago ─╮
│ ✗ sg-01 web has no inbound rule for tcp/80 from 203.0.113.9.              │
╰───────────────────────────────────────────────────────────────────────────╯
```
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.widget import Widget

from flowtui.explain.answer import Explanation
from flowtui.tui.render import text
from flowtui.tui.render.why import why
from flowtui.tui.theme import Palette
from flowtui.tui.widgets.scroll import ScrollPane

_LEAST = 6
_SHARE = 65
"""Percent of the height that it may take; the rest is the table's."""
_ASKING = "looking at the rules …"


class WhyPane(ScrollPane):
    """An explanation, or that it is being looked for."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("Why", self._lines_of, id=id)
        self._explanation: Explanation | None = None
        self._about = ""
        self._now = 0.0

    @property
    def is_open(self) -> bool:
        """Whether it is shown."""
        return self.has_class("-open")

    @property
    def command(self) -> str | None:
        """The AWS CLI command that would allow the flow."""
        return None if self._explanation is None else self._explanation.command

    def explain(self, explanation: Explanation | None, about: str, now: float) -> None:
        """Shows an explanation of a record; None while it is made."""
        self._explanation, self._about, self._now = explanation, about, now
        self.top = self.cursor = 0
        self.renew(self._lines_of)
        self._fit()

    def on_resize(self) -> None:
        """Fits again."""
        self._fit()

    def _fit(self) -> None:
        """As high as it needs, and at most as leaves the table some rows."""
        around = self.parent.size.height if isinstance(self.parent, Widget) else 0
        wanted = self.wanted_height(self.size.width) if self.size.width else 0
        height = max(_LEAST, min(wanted, around * _SHARE // 100))
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height

    def title(self) -> tuple[Sequence[Segment], Sequence[Segment]]:
        """`Why ─ 203.0.113.9:51144 → bastion:80 tcp` and when the rules were read."""
        left = [Segment("Why", self.palette.strong)]
        if self._about:
            left += [Segment(" ─ ", self.palette.line), Segment(self._about, self.palette.text)]
        known = self._explanation
        if known is None or known.rules_read_at is None:
            return left, []
        age = text.duration(self._now - known.rules_read_at)
        return left, [Segment(f"rules read {age} ago", self.palette.mute)]

    def _lines_of(self, width: int, palette: Palette) -> list[list[Segment]]:
        if self._explanation is None:
            return [[Segment(_ASKING, palette.mute)]]
        return why(self._explanation, width, palette)
