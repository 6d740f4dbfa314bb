"""Whether a group's calls fail now: by what, since when, and when the next one is made."""

from __future__ import annotations

from collections.abc import Callable

from flowtui.monitor.outside import Fault
from flowtui.monitor.sources.backoff import Backoff


class Trouble:
    """The state of one group's calls. Not thread-safe."""

    def __init__(self, jitter: Callable[[], float]) -> None:
        self.fault: Fault | None = None
        self.since: float | None = None
        """When the first of the failures in a row was met, epoch seconds."""
        self.retry_at: float | None = None
        self._backoff = Backoff(jitter)
        self._failed_at = float("-inf")

    def failed(self, fault: Fault, sent_at: float, now: float) -> None:
        """A call that was made at `sent_at` has failed."""
        self.fault = fault
        self.since = now if self.since is None else self.since
        # Calls that were under way together fail together: that is one failure.
        if sent_at > self._failed_at:
            self._failed_at = now
            self.retry_at = now + self._backoff.failed(fault)

    def answered(self) -> None:
        """A call has succeeded: the next may be made at once."""
        self.retry_at = None

    def ended(self) -> None:
        """It is over."""
        self.fault = self.since = self.retry_at = None
        self._backoff.succeeded()

    def distrust(self, now: float) -> None:
        """Our clock was fast: nothing is to wait for times that it gave."""
        self._failed_at = min(self._failed_at, now)
        if self.retry_at is not None:
            self.retry_at = min(self.retry_at, now)
