"""When the demo ends: with its parent, with the pipe that its parent holds, or by a signal."""

from __future__ import annotations

import os
import signal
import stat
import threading
from types import FrameType

_LOOK_S = 0.5


def end_with(stop: threading.Event, parent: int | None) -> None:
    """Sets `stop` at SIGTERM or SIGINT, when a pipe at standard input ends, and when the parent is gone."""

    def on_signal(number: int, frame: FrameType | None) -> None:
        stop.set()

    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, on_signal)
    # A terminal or /dev/null at standard input is nobody's leash.
    if _is_leash(0):
        threading.Thread(target=_watch_input, args=(stop,), name="leash", daemon=True).start()
    if parent is not None:
        threading.Thread(target=_watch_parent, args=(stop, parent), name="parent", daemon=True).start()


def _is_leash(descriptor: int) -> bool:
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _watch_input(stop: threading.Event) -> None:
    try:
        while os.read(0, 4096):
            pass
    finally:
        stop.set()


def _watch_parent(stop: threading.Event, parent: int) -> None:
    is_ours = os.getppid() == parent
    while not stop.wait(_LOOK_S):
        # A parent that has died and is not yet reaped still has its id, but we are no longer its child.
        if (is_ours and os.getppid() != parent) or not _is_alive(parent):
            stop.set()


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
