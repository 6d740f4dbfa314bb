"""The monitor in a real terminal behind a bad connection: faults are states on the screen, and pass."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import WIDE, Terminal, environment

DEADLINE_S = 90.0

# The spans come again, so that a slow start misses none for good.
SCENARIO = """
speed = 10
history_minutes = 5
[faults]
down = [8, 12]
expired = [18, 22]
every_s = 40
"""


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    file = tmp_path / "short.toml"
    file.write_text(SCENARIO)
    opened = Terminal(["demo", "--scenario", str(file)], environment(tmp_path), WIDE)
    yield opened
    opened.close()


def header(terminal: Terminal, words: str) -> str:
    """The header, once it has these words: faults last longer than anything else that is waited for."""
    deadline = time.monotonic() + DEADLINE_S
    while words not in terminal.lines()[0]:
        assert time.monotonic() < deadline, f"never seen: {words}\n{terminal.text()}"
        pause = time.monotonic() + 1
        terminal.until(lambda: words in terminal.lines()[0] or time.monotonic() > pause, words)  # noqa: B023
    return terminal.lines()[0]


def test_faults_are_states_that_pass(terminal: Terminal) -> None:
    header(terminal, "LIVE")
    assert "network" in header(terminal, "RETRYING in")
    header(terminal, "LIVE")
    assert "set new ones" in header(terminal, "SIGN-IN EXPIRED")
    header(terminal, "LIVE")
    terminal.press("q")
    assert terminal.end() == 0
