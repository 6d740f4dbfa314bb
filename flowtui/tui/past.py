"""The filters of former runs, newest last, in a file that only its owner can read.

A history that cannot be read or written is no reason to bother anybody during an incident.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from platformdirs import user_state_path

KEPT = 200
"""Filters kept between runs."""
_MODE = 0o600


class Past:
    """Filters once applied, oldest first, each once."""

    def __init__(self, path: Path | None) -> None:
        """With None nothing is kept between runs."""
        self._path = path
        self.filters: list[str] = [] if path is None else _read(path)

    @classmethod
    def of_user(cls) -> Past:
        """The history in the platform's place for state."""
        return cls(user_state_path("flowtui") / "filters")

    def add(self, text: str) -> None:
        """Notes a filter that was applied."""
        others = [each for each in self.filters if each != text]
        self.filters = [*others[1 - KEPT :], text]
        if self._path is not None:
            with contextlib.suppress(OSError):
                _write(self._path, self.filters)


def _read(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    return [line for line in lines if line.strip() and line.isprintable()][-KEPT:]


def _write(path: Path, filters: list[str]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE), "w", encoding="utf-8") as file:
        file.writelines(f"{text}\n" for text in filters)
    new.replace(path)
