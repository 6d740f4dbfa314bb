"""Health: what works on this account, what is missing and what to do about it; told as it is found.

```
╭─ Health ─────────────────────────── works, 1 to know ─╮
│ Sign-in                                                │
│ ✓ account        123456789012 as user/me, by SSO.      │
╰────────────────────────────────────────────────────────╯
```
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from textual import on
from textual.message import Message

from flowtui.monitor.health import Finding
from flowtui.tui.render import health
from flowtui.tui.screens.page import PageScreen
from flowtui.tui.theme import Palette

Examine = Callable[[], Iterable[Finding]]
"""Looks at an account, one finding after the other; takes seconds."""


class HealthScreen(PageScreen):
    """Findings, while they come."""

    class Found(Message):
        """What has been found so far."""

        def __init__(self, findings: Sequence[Finding], *, is_whole: bool) -> None:
            super().__init__()
            self.findings = findings
            self.is_whole = is_whole

    def __init__(self, examine: Examine, palette: Palette) -> None:
        super().__init__("Health", health.lines((), is_whole=False), palette)
        self._examine = examine

    def on_mount(self) -> None:
        """Begins to look, off the event loop."""
        super().on_mount()
        self.run_worker(self._look, thread=True, group="health", exclusive=True)

    def _look(self) -> None:
        findings: list[Finding] = []
        for finding in self._examine():
            findings.append(finding)
            self.post_message(self.Found(tuple(findings), is_whole=False))
        self.post_message(self.Found(tuple(findings), is_whole=True))

    @on(Found)
    def _found(self, message: Found) -> None:
        self.pane.renew(health.lines(message.findings, is_whole=message.is_whole))
        self._fit()
