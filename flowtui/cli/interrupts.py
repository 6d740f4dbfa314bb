"""Ctrl-C that waits for what is being printed: what was read is written out before the end."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupts:
    """Takes SIGINT and SIGTERM over; a second one does not wait."""

    def __init__(self) -> None:
        self._is_held = False
        self._pending: int | None = None
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._came)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Lets the block run to its end before an interruption takes effect."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False
        if self._pending is not None:
            _end(self._pending)

    def _came(self, number: int, frame: FrameType | None) -> None:
        if self._is_held and self._pending is None:
            self._pending = number
        else:
            _end(number)


def _end(number: int) -> None:
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise SystemExit(128 + number)
