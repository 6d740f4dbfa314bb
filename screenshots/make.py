"""Makes the pictures of the README anew, from the demo: `make screenshots`."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flowtui.cli.demo import running_endpoint
from flowtui.cli.monitor import make_app
from flowtui.tui.app import FlowtuiApp
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


SHOTS = (
    Shot("monitor-140x40", (140, 40)),
    Shot("monitor-140x40-light", (140, 40), theme=LIGHT),
    Shot("monitor-80x24", (80, 24), ("r",)),
    Shot("record-100x30", (100, 30), ("E", "enter")),
    Shot("drilled-in-140x40", (140, 40), ("1", "down", "down", "down", "enter", "3", "r")),
)


async def take(app: FlowtuiApp, shot: Shot) -> None:
    """Takes one picture once the lab is on the screen."""
    async with app.run_test(size=shot.size) as pilot:
        deadline = time.monotonic() + DEADLINE_S
        while len(app.monitor.records.view or ()) < 1000 or app.monitor.topology.row_count() < 15:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{shot.name}: the lab never came to the screen")
            await pilot.pause(0.2)
        app.set_theme(shot.theme)
        for key in shot.keys:
            await pilot.press(key)
            await pilot.pause(0.5)
        await pilot.pause(2.0)
        (HERE / f"{shot.name}.svg").write_text(app.export_screenshot(title="flowtui"), encoding="utf-8")
        print(f"{shot.name}.svg", flush=True)


def main() -> None:
    """Takes all pictures, each of a monitor of its own on one endpoint."""
    os.environ.pop("NO_COLOR", None)
    os.environ["COLORTERM"] = "truecolor"
    with running_endpoint(seed=7) as settings:
        for shot in SHOTS:
            asyncio.run(take(make_app(settings), shot))


if __name__ == "__main__":
    main()
