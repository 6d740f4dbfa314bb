"""Makes the pictures of the README anew, from the demo: `make screenshots`; or those named as arguments."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path

from rich.cells import cell_len

from flowtui.cli.connect import Connector, Surroundings
from flowtui.cli.endpoint import EndpointProcess, scrubbed
from flowtui.monitor.settings import Settings
from flowtui.tui.app import FlowtuiApp
from flowtui.tui.preferences import Preferences
from flowtui.tui.theme import DARK, LIGHT

HERE = Path(__file__).parent
DEADLINE_S = 60.0


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: its name, the terminal's size, and the keys pressed before it."""

    name: str
    size: tuple[int, int]
    keys: Sequence[str] = ()
    theme: str = DARK
    is_of_past: bool = False
    """Whether the records of a history are waited for."""


SHOTS = (
    Shot("monitor-140x40", (140, 40)),
    Shot("monitor-140x40-light", (140, 40), theme=LIGHT),
    Shot("monitor-80x24", (80, 24), ("r",)),
    Shot("chart-140x40", (140, 40), ("tab", *["left"] * 21, *["L"] * 6, "enter")),
    Shot("triage-140x40", (140, 40), ("T", "s")),
    Shot("record-100x30", (100, 30), ("E", "enter")),
    Shot("talkers-140x40", (140, 40), ("t", "b", "b", "s")),
    Shot("conversations-140x40", (140, 40), ("o",)),
    Shot("talkers-80x24", (80, 24), ("t",)),
    Shot("history-140x40", (140, 40), ("r", "i", "enter"), is_of_past=True),
    Shot("drilled-in-140x40", (140, 40), ("1", "down", "down", "down", "enter", "3", "r")),
    Shot("create-flow-log-100x36", (100, 36), ("C", "c", "enter")),
    Shot("flow-logs-140x40", (140, 40), ("C", "j")),
    Shot("why-140x40", (140, 40), ("3", "slash", *"dport", "colon", *"80", "enter", "E", "w")),
)


_TEXT = re.compile(
    r'<text class="([^"]*)" x="([\d.]+)" y="([\d.]+)" textLength="[\d.]+" ([^>]*)>([^<]*)</text>'
)
_WORD = re.compile("[^\N{NO-BREAK SPACE}]{1,12}")
CELL = 12.2
"""The width of a cell in the picture, as Textual draws it."""


def _word_by_word(text: re.Match[str]) -> str:
    """Places each word by itself, for renderers whose font is a little wider or which know no textLength."""
    style, left, top, rest, content = text.groups()
    content = unescape(content)
    words = []
    for word in _WORD.finditer(content):
        place = f'x="{float(left) + CELL * cell_len(content[: word.start()]):.1f}" y="{top}"'
        words.append(f'<text class="{style}" {place} {rest}>{escape(word[0])}</text>')
    return "".join(words)


async def take(settings: Settings, shot: Shot) -> None:
    """Takes one picture once the lab is on the screen."""
    connector = Connector()
    app = FlowtuiApp(
        settings,
        connector.open_session,
        Surroundings(connector, input),
        preferences=Preferences(theme=shot.theme),
        connect=connector.connect,
    )
    async with app.run_test(size=shot.size) as pilot:
        deadline = time.monotonic() + DEADLINE_S
        monitor = app.monitor
        while (
            len(monitor.records.view or ()) < 1000
            or monitor.topology.row_count() < 15
            or monitor.interfaces.row_count() < 8
        ):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{shot.name}: the lab never came to the screen")
            await pilot.pause(0.2)
        for key in shot.keys:
            await pilot.press(key)
            await pilot.pause(0.5)
        while not shot.keys and sum(row.is_rejected for row in monitor.records.drawn_rows()) < 2:
            await pilot.pause(0.2)
        while shot.is_of_past and (app.recalling.recalled is None or app.recalling.is_asking):
            await pilot.pause(0.2)
        await pilot.pause(0.5)
        picture = app.export_screenshot(title="flowtui")
        picture = _TEXT.sub(_word_by_word, picture)
        (HERE / f"{shot.name}.svg").write_text(picture, encoding="utf-8")
        print(f"{shot.name}.svg", flush=True)


def main(names: Sequence[str]) -> None:
    """Takes these pictures, or all, each of a monitor of its own on one endpoint."""
    environment = scrubbed(os.environ)
    environment.pop("NO_COLOR", None)
    os.environ.clear()
    os.environ.update(environment)
    endpoint = EndpointProcess(["--seed", "7"])
    try:
        address = endpoint.address()
        settings = Settings(endpoint_url=address.endpoint, region=address.region, utc=True, is_demo=True)
        for shot in (each for each in SHOTS if not names or each.name in names):
            asyncio.run(take(settings, shot))
    finally:
        endpoint.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
