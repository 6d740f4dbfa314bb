"""Who may run beside what judges time, where several workers share the machine.

The scenarios of the tail judge how closely calls follow one another, and start ten processes themselves:
beside them one more worker is at work, and the others begin when the scenarios are over.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

JUDGE = "test_tail_scenarios.py"
"""The file that judges time."""

_LONGEST_S = 600.0
"""After so long nobody waits any more: the judge's worker was killed."""
_LOOK_S = 0.2


class Item(Protocol):
    """A test."""

    @property
    def path(self) -> Path:
        """The file that it is in."""


class Neighbours:
    """What one worker knows of the others, by files in a folder that all of them have."""

    def __init__(self, folder: Path, items: Sequence[Item]) -> None:
        self._neighbour, self._is_over = folder / "neighbour", folder / "is-over"
        self._is_wanted = any(map(_judges, items))
        self._may_run = self._has_judged = False

    def before(self, item: Item) -> None:
        """Waits until this test may run."""
        self._has_judged = self._has_judged or _judges(item)
        if self._may_run or not self._is_wanted or _judges(item):
            return
        self._may_run = True
        try:
            self._neighbour.touch(exist_ok=False)
        except FileExistsError:
            self._await()

    def after(self, item: Item, following: Item | None) -> None:
        """Tells the others when time is judged no longer."""
        if _judges(item) and (following is None or not _judges(following)):
            self._is_over.touch()

    def end(self) -> None:
        """This worker ends, be it before its time."""
        if self._has_judged:
            self._is_over.touch()

    def _await(self) -> None:
        deadline, pause = time.monotonic() + _LONGEST_S, threading.Event()
        while not self._is_over.exists() and time.monotonic() < deadline:
            pause.wait(_LOOK_S)


def _judges(item: Item) -> bool:
    return item.path.name == JUDGE
