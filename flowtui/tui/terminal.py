"""What the terminal can show, and how it is told to leave."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable

from rich.console import Console

TERMINATED = 128 + signal.SIGTERM
INTERRUPTED = 128 + signal.SIGINT


def colours() -> int:
    """How many colours the terminal has."""
    system = Console().color_system
    return {None: 16, "standard": 16, "windows": 16, "256": 256, "truecolor": 1 << 24}.get(system, 16)


def on_terminate(leave: Callable[[], None]) -> None:
    """Calls back on the event loop when the process is asked to end, where signals can be had."""
    with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, leave)
