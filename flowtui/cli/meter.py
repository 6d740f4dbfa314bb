"""Counts the log calls of a command and what they bring, whoever makes them."""

from __future__ import annotations

import threading

from flowtui.monitor.outside import FaultError, FaultKind, Logs, Page, PageRequest


class Meter:
    """Fulfils `monitor.outside.Logs` by another's. Thread-safe."""

    def __init__(self, logs: Logs) -> None:
        self._logs = logs
        self._lock = threading.Lock()
        self.calls = 0
        """Attempts, failed ones included."""
        self.throttled = 0
        self.failed = 0
        """Attempts that brought no page, throttled ones included."""
        self.bytes_read = 0
        self.events = 0
        """Log events on all pages, each as often as it was read."""

    def page(self, request: PageRequest) -> Page:
        """One page. Raises FaultError."""
        with self._lock:
            self.calls += 1
        try:
            page = self._logs.page(request)
        except FaultError as error:
            with self._lock:
                self.failed += 1
                self.throttled += error.fault.kind is FaultKind.THROTTLED
            raise
        with self._lock:
            self.bytes_read += page.size_bytes
            self.events += len(page.events)
        return page
