"""The real clock."""

from __future__ import annotations

import threading
import time


class SystemClock:
    """Time as the machine has it."""

    def now(self) -> float:
        """Epoch seconds."""
        return time.time()

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        """Waits until the event is set or the time is over; whether it was set."""
        return event.wait(timeout_s)
