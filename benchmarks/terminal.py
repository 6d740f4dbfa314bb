"""A program in a terminal of its own, and when what it draws arrives.

Finds the row under the cursor by its background, as a reader's eye does. Knows no program.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

CURSOR_COLOUR = (34, 48, 61)
"""The background of the row under the cursor, red, green and blue."""

_DRAWN = re.compile(rb"\x1b\[(\d+);\d+H|48;2;%d;%d;%d" % CURSOR_COLOUR)
_OVERLAP = 24
"""Bytes looked at again with the next ones: the longest of those sequences may arrive in two parts."""
_RECENT = 1 << 16
_CHUNK = 1 << 20
_ENDING_S = 3.0


class TerminalError(Exception):
    """The program did not do what was waited for."""


class Terminal:
    """A child process under a pty of this size."""

    def __init__(self, command: Sequence[str], columns: int, lines: int) -> None:
        self.pid, self._fd = pty.fork()
        if not self.pid:
            _become(command)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.cursor_row: int | None = None
        """The line of the screen, from 1, on which the row under the cursor was last drawn."""
        self.received = 0
        """Bytes that have arrived."""
        self.recent = b""
        """The last of them."""
        self._line = 0
        self._rest = b""

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def send(self, keys: str) -> float:
        """Press keys; when, in seconds of the monotonic clock."""
        at = time.monotonic()
        os.write(self._fd, keys.encode())
        return at

    def read(self, until: float) -> float | None:
        """Take what arrives next; when it did, or None where nothing came up to that time."""
        ready, _, _ = select.select([self._fd], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            return None
        at = time.monotonic()
        try:
            received = os.read(self._fd, _CHUNK)
        except OSError:
            received = b""
        if not received:
            raise TerminalError(f"The program ended: {self.recent[-500:].decode(errors='replace')}")
        self.received += len(received)
        self._look(self._rest + received)
        self.recent = (self.recent + received)[-_RECENT:]
        return at

    def read_for(self, duration_s: float) -> None:
        """Take all that arrives in this time."""
        until = time.monotonic() + duration_s
        while self.read(until) is not None:
            pass

    def wait_for_cursor(self, row: int | None = None, within_s: float = 10.0) -> float:
        """Read until the row under the cursor is drawn, on that line or (None) anywhere; when it was."""
        until = time.monotonic() + within_s
        while at := self.read(until):
            if self.cursor_row is not None and row in (None, self.cursor_row):
                return at
        raise TerminalError(f"No cursor on line {row} within {within_s:.0f} s, but on {self.cursor_row}")

    def wait_for_quiet(self, quiet_s: float, within_s: float = 10.0) -> float:
        """Read until something has arrived and then nothing for so long; when the last byte did."""
        until = time.monotonic() + within_s
        last = self.read(until)
        while last is not None and last < until:
            at = self.read(time.monotonic() + quiet_s)
            if at is None:
                return last
            last = at
        raise TerminalError(f"The screen never rested within {within_s:.0f} s")

    def cpu_s(self) -> float:
        """CPU seconds that the program has taken so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self) -> None:
        """End the program, by force where it does not go."""
        for each in (signal.SIGTERM, signal.SIGKILL):
            os.kill(self.pid, each)
            until = time.monotonic() + _ENDING_S
            while time.monotonic() < until:
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    os.close(self._fd)
                    return
                select.select([self._fd], [], [], 0.02)
                self._drain()

    def _drain(self) -> None:
        try:
            if select.select([self._fd], [], [], 0)[0]:
                os.read(self._fd, _CHUNK)
        except OSError:
            pass

    def _look(self, drawn: bytes) -> None:
        end = 0
        for found in _DRAWN.finditer(drawn):
            end = found.end()
            if found[1] is None:
                self.cursor_row = self._line
            else:
                self._line = int(found[1])
        self._rest = drawn[max(end, len(drawn) - _OVERLAP) :]


def _become(command: Sequence[str]) -> None:
    """Turn this process into the program, in a terminal of 24-bit colours."""
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("TEXTUAL")}
    surroundings |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    surroundings.pop("NO_COLOR", None)
    try:
        os.execve(command[0], list(command), surroundings)
    finally:
        sys.stderr.write(f"cannot start {command[0]}\n")
        os._exit(127)
