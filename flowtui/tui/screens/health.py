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
from functools import partial
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message

from flowtui.monitor.health import Finding
from flowtui.tui import keymap
from flowtui.tui.render import health
from flowtui.tui.screens.page import PageScreen
from flowtui.tui.theme import Palette
from flowtui.tui.workers import on_thread

Examine = Callable[[], Iterable[Finding]]
"""Looks at an account, one finding after the other; takes seconds."""


class HealthScreen(PageScreen):
    """Findings, while they come."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "look_again", show=False, id="health.again"),
        Binding("q", "leave", show=False, id="health.leave"),
        keymap.key("create").binding,
    ]

    class CreationWanted(Message):
        """A flow log is to be created."""

    class Found(Message):
        """What has been found so far."""

        def __init__(self, number: int, findings: Sequence[Finding], *, is_whole: bool) -> None:
            super().__init__()
            self.number = number
            self.findings = findings
            self.is_whole = is_whole

    def __init__(
        self, examine: Examine, palette: Palette, *, can_create: bool = False, is_first: bool = False
    ) -> None:
        """`is_first`: it has opened by itself, so that leaving it by `q` is leaving the monitor."""
        cap = keymap.key("create").cap
        creating = ((cap, "create a flow log"),) if can_create else ()
        leaving = (("q", "quit"),) if is_first else ()
        self._keys = (("r", "look again"), *creating, ("esc", "back"), *leaving)
        super().__init__("Health", health.lines((), self._keys, is_whole=False), palette)
        self._examine = examine
        self._can_create = can_create
        self._is_first = is_first
        self._number = 0

    def on_mount(self) -> None:
        """Begins to look, off the event loop."""
        super().on_mount()
        self.action_look_again()

    def action_look_again(self) -> None:
        """Looks anew."""
        self._number += 1
        on_thread(self.app, partial(self._look, self._number), "health", exclusive=True)

    def action_create(self) -> None:
        """Leaves for the creation of a flow log."""
        if self._can_create:
            self.post_message(self.CreationWanted())
        else:
            self.app.bell()

    async def action_leave(self) -> None:
        """Closes; the monitor too, where there was nothing else to see."""
        if self._is_first:
            await self.app.action_quit()
        else:
            self.dismiss()

    def _look(self, number: int) -> None:
        findings: list[Finding] = []
        for finding in self._examine():
            findings.append(finding)
            self.post_message(self.Found(number, tuple(findings), is_whole=False))
        self.post_message(self.Found(number, tuple(findings), is_whole=True))

    @on(Found)
    def _found(self, message: Found) -> None:
        if message.number != self._number:
            # A look that was given up still answers.
            return
        self.pane.renew(health.lines(message.findings, self._keys, is_whole=message.is_whole))
        self._fit()
