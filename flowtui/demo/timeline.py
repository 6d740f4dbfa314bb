"""When a scenario began: with the demo, or with the first reading of a client that is to be judged."""

from __future__ import annotations

import threading
import time


class Timeline:
    """The seconds since a scenario began; none as long as it has not. Thread-safe."""

    def __init__(self, start: float | None) -> None:
        """`start`: epoch seconds; None: when `begin` is called."""
        self._lock = threading.Lock()
        self._start = start
        self._begun = threading.Event()
        if start is not None:
            self._begun.set()

    @property
    def start(self) -> float | None:
        """Epoch seconds at which it began."""
        return self._start

    def begin(self) -> None:
        """It begins now, if it has not begun."""
        with self._lock:
            if self._start is None:
                self._start = time.time()
        self._begun.set()

    def after_s(self) -> float:
        """Seconds since it began."""
        return 0.0 if self._start is None else time.time() - self._start

    def has_begun(self, timeout_s: float) -> bool:
        """Waits so long for the beginning; whether it has begun."""
        return self._begun.wait(timeout_s)
