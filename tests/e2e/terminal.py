"""The installed command in a pseudo-terminal, and what a terminal makes of its bytes."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pexpect
import pyte
import pytest

FLOWTUI = str(Path(sys.executable).with_name("flowtui"))
WIDE, NARROW = (140, 40), (80, 24)
"""Columns and lines."""

SECRETS = {
    "AWS_ACCESS_KEY_ID": "AKIAMINEALONEMINEALO",
    "AWS_SECRET_ACCESS_KEY": "keepThisToYourself/keepThisToYourself+42",
    "AWS_SESSION_TOKEN": "keepThisTokenToYourselfToo",
}
"""Credentials of a user, which must appear nowhere."""

_DEADLINE_S = 20.0
"""Seconds for what takes two: machines that run tests are busy."""

_ASKED_FOR_WHOLE_FRAMES, _YES = b"\x1b[?2026$p", "\x1b[?2026;2$y"
_FRAME_BEGINS, _FRAME_ENDS = b"\x1b[?2026h", b"\x1b[?2026l"
"""Synchronized output: what stands between is one frame, and is seen whole or not at all."""

_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=?][0-9;]*(?:u|\$p)")
_UNFINISHED = re.compile(rb"\x1b(?:\[[<>=?]?[0-9;]*\$?)?\Z")
_COLOURS = re.compile(r"\x1b\[(?:[0-9;]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]")


def environment(home: Path, **more: str | None) -> dict[str, str]:
    """A clean environment, with these changes; None takes a variable away."""
    chosen = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "AWS_EC2_METADATA_DISABLED": "true",
        **more,
    }
    return {name: value for name, value in chosen.items() if value is not None}


class Terminal:
    """A terminal of so many columns and lines in which flowtui runs."""

    def __init__(
        self, arguments: Sequence[str], environ: Mapping[str, str], size: tuple[int, int] = NARROW
    ) -> None:
        columns, lines = size
        self.raw = b""
        """All that was written to the terminal."""
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self._pending = b""
        self._child = pexpect.spawn(FLOWTUI, list(arguments), env=dict(environ), dimensions=(lines, columns))
        self.attributes_before = self.attributes()

    @property
    def pid(self) -> int:
        """The process."""
        pid: int = self._child.pid
        return pid

    def attributes(self) -> list[Any]:
        """How the line is set: echo, signals, line ends."""
        return termios.tcgetattr(self._child.child_fd)

    # What is seen

    def lines(self) -> list[str]:
        """The screen, a text a line."""
        return list(self._screen.display)

    def text(self) -> str:
        return "\n".join(self.lines())

    def lit_line(self, ground: str) -> str:
        """The line with cells on this ground, empty where there is none."""
        for y in range(self._screen.lines):
            if any(cell.bg == ground for cell in self._screen.buffer[y].values()):
                return self.lines()[y]
        return ""

    def ground(self) -> str:
        """The ground in the last corner of the screen."""
        return str(self._screen.buffer[self._screen.lines - 1][self._screen.columns - 1].bg)

    def colours(self) -> list[str]:
        """Sequences that set a colour."""
        return [match[0] for match in _COLOURS.finditer(self.raw.decode(errors="replace"))]

    def until(self, condition: Callable[[], object], what: str) -> None:
        """Reads until a condition is true, with a deadline."""
        deadline = time.monotonic() + _DEADLINE_S
        while not condition():
            if time.monotonic() > deadline or not self._read(0.05):
                if condition():
                    return
                pytest.fail(f"never came true: {what}\n{self.text()}")

    def sees(self, *words: str) -> None:
        """Waits until the screen has all of these words."""
        self.until(lambda: all(word in self.text() for word in words), f"seeing {words}")

    def misses(self, *words: str) -> None:
        """Waits until the screen has none of these words."""
        self.until(lambda: not any(word in self.text() for word in words), f"not seeing {words}")

    # What is done

    def press(self, keys: str) -> None:
        """Types."""
        self._child.send(keys)

    def resize(self, size: tuple[int, int]) -> None:
        """Gives the terminal another size."""
        columns, lines = size
        self._screen.resize(lines, columns)
        self._child.setwinsize(lines, columns)

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal."""
        os.kill(self.pid, number)

    def end(self) -> int:
        """Reads to the end; the exit status, or minus the signal."""
        deadline = time.monotonic() + _DEADLINE_S
        while self._read(0.05):
            if time.monotonic() > deadline:
                pytest.fail(f"does not end\n{self.text()}")
        self._child.wait()
        status, number = self._child.exitstatus, self._child.signalstatus
        return int(status) if status is not None else -int(number or 0)

    def hang_up(self) -> None:
        """The terminal goes away."""
        with contextlib.suppress(pexpect.ExceptionPexpect):
            self._child.close(force=False)

    def close(self) -> None:
        """Ends what still runs."""
        with contextlib.suppress(pexpect.ExceptionPexpect):
            self._child.close(force=True)

    def _read(self, wait_s: float) -> bool:
        """Takes what is there, waiting a little; False at the end."""
        try:
            data: bytes = self._child.read_nonblocking(65536, timeout=wait_s)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        if _ASKED_FOR_WHOLE_FRAMES in data:
            self._child.send(_YES)
        self.raw += data
        data = self._pending + data
        cut = _whole(data)
        self._pending = data[cut:]
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data[:cut]))
        return True


def _whole(data: bytes) -> int:
    """How many bytes end with a frame, or outside of one with a sequence."""
    begin = data.rfind(_FRAME_BEGINS)
    if begin > data.rfind(_FRAME_ENDS):
        return begin
    unfinished = _UNFINISHED.search(data)
    return len(data) if unfinished is None else unfinished.start()


def children(pid: int) -> set[int]:
    """The processes that this one has started and that still run."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True
    ).stdout
    rows = (line.split() for line in listed.splitlines())
    return {int(own) for own, parent, state in rows if int(parent) == pid and not state.startswith("Z")}


def runs(pid: int) -> bool:
    """Whether a process still runs; one that has ended and was not waited for does not."""
    listed = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return bool(listed.stdout.strip()) and not listed.stdout.strip().startswith("Z")


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Waits for a condition outside the terminal, with a deadline."""
    deadline = time.monotonic() + _DEADLINE_S
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"never came true: {what}")
        time.sleep(0.02)


@contextlib.contextmanager
def serving(
    environ: Mapping[str, str], *options: str
) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """`flowtui demo --serve`, and the variables that it says to export."""
    process = subprocess.Popen(
        [FLOWTUI, "demo", "--serve", *options],
        env=dict(environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process, _exports(process)
    finally:
        process.terminate()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _exports(process: subprocess.Popen[str]) -> dict[str, str]:
    assert process.stdout is not None
    found: dict[str, str] = {}
    line = ""
    for line in process.stdout:
        word, _, rest = line.strip().partition(" ")
        if word == "unset":
            return found
        name, _, value = rest.partition("=")
        found[name] = value.strip("'")
    return pytest.fail(f"the endpoint did not start: {line}")
