from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from flowtui.monitor.settings import Settings
from flowtui.tui.account import Choices
from flowtui.tui.app import FlowtuiApp
from flowtui.tui.past import Past
from flowtui.tui.preferences import SHIPPED, Preferences
from flowtui.tui.recalling import Connect
from tests.tui import lab


class Reader:
    """A reader at the screen: presses keys, and sees text."""

    def __init__(self, app: FlowtuiApp, pilot: Pilot[None], session: lab.PlayedSession) -> None:
        self.app, self.pilot, self.session = app, pilot, session

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        """Waits for a condition, with a deadline."""
        deadline = time.monotonic() + 10
        while not condition():
            if time.monotonic() > deadline:
                pytest.fail(f"never came true: {what or condition}\n{self.text()}")
            await self.pilot.pause(0.02)

    async def sees(self, *words: str) -> None:
        """Waits until the screen has all of these words."""
        await self.until(lambda: _has(self.text(), words, all), f"seeing {words}")

    async def misses(self, *words: str) -> None:
        """Waits until the screen has none of these words."""
        await self.until(lambda: not _has(self.text(), words, any), f"not seeing {words}")

    async def settle(self) -> None:
        """Waits until nothing more is drawn: nobody at work, and two looks alike, some paints apart."""
        before = None
        while before != (before := self.text()) or len(self.app.workers) > 0:
            await self.pilot.pause(0.4)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def walk_to(self, name: str) -> None:
        """Goes down the tree to a node."""
        tree = self.app.monitor.topology
        for _ in range(tree.row_count()):
            node = tree.current()
            if node is not None and node.name == name:
                return
            await self.press("j")
        pytest.fail(f"no {name} in the tree\n{self.text()}")

    def lines(self) -> list[str]:
        """The screen as text, a line a row."""
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    def text(self) -> str:
        return "\n".join(self.lines())

    def row_with(self, words: str) -> str:
        """The first line with these words."""
        return next(line for line in self.lines() if words in line)

    def line_under(self, words: str) -> str:
        """The line under the first one with these words."""
        lines = self.lines()
        return lines[lines.index(self.row_with(words)) + 1]


def _has(text: str, words: Iterable[str], how: Callable[[Iterable[bool]], bool]) -> bool:
    """Drawing the text costs more than looking for all of the words in it."""
    return how(word in text for word in words)


@asynccontextmanager
async def reading(
    session: lab.PlayedSession,
    size: tuple[int, int] = (140, 40),
    settings: Settings | None = None,
    past: Past | None = None,
    preferences: Preferences = SHIPPED,
    connect: Connect | None = None,
    choices: Choices | None = None,
) -> AsyncIterator[Reader]:
    """The monitor on a played session."""
    app = FlowtuiApp(
        settings or Settings(utc=True),
        session.open,
        choices,
        now=lambda: lab.NOW,
        preferences=preferences,
        past=past,
        connect=connect,
    )
    async with app.run_test(size=size) as pilot:
        reader = Reader(app, pilot, session)
        await reader.until(lambda: session.is_started, "the session started")
        yield reader
        await asyncio.sleep(0)


SIZES = [pytest.param((140, 40), id="140x40"), pytest.param((80, 24), id="80x24")]
