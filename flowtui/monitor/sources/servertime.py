"""What time AWS has: our clock, corrected by what AWS's answers say.

Event times are AWS's, so a window reckoned by a clock that is minutes off would begin too late and lose
records. Everything that is compared with event times is in this time, and so is all else in the tail.
"""

from __future__ import annotations

from collections import deque

from flowtui.monitor.outside import Clock, Page
from flowtui.records.events import LogEvents

_TOLERANCE_S = 2.0
"""The Date header has whole seconds, and the way takes its time."""

_EVIDENCE = 5
"""Pages in a row, all of whose news AWS had before it was last asked, that prove our clock to be fast."""

_VISIBLE_S = 60.0
"""So much later than its ingestion an event may become readable without the clock being blamed."""


class ServerTime:
    """AWS's time. Not thread-safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._latest = float("-inf")
        self._gaps: deque[float] = deque(maxlen=_EVIDENCE)
        self._has_date = False
        self.offset_s = 0.0
        """What has to be added to our clock; negative where that is fast."""

    def now(self) -> float:
        """Epoch seconds. Goes on where our clock is set back; a correction by AWS alone turns it back."""
        now = self._clock.now() + self.offset_s
        if now < self._latest:
            self.offset_s += self._latest - now
            now = self._latest
        self._latest = now
        return now

    def ours(self, at: float | None) -> float | None:
        """A time of AWS's as our clock would show it."""
        return None if at is None else at - self.offset_s

    def answered(self, page: Page, sent_at: float, received_at: float) -> float:
        """Takes note of an answer; the seconds by which that has corrected the time, mostly 0."""
        if page.date_s is not None:
            self._has_date = True
            error_s = page.date_s + 0.5 - (sent_at + received_at) / 2
            is_far = abs(error_s) > _TOLERANCE_S + (received_at - sent_at) / 2
            return self._correct(error_s) if is_far else 0.0
        ahead_s = max(page.events.ingestions, default=0) / 1000 - received_at
        # Nothing can have been ingested after it was read.
        return self._correct(ahead_s) if ahead_s > _TOLERANCE_S and not self._has_date else 0.0

    def found(self, fresh: LogEvents, last_read_at: float) -> float:
        """Takes note of what came since its slice was last read; the seconds of correction, mostly 0.

        Where no answer has a date this shows a fast clock: all news seem to be older than that reading.
        """
        if self._has_date or not len(fresh):
            return 0.0
        self._gaps.append(last_read_at - max(fresh.ingestions) / 1000)
        if len(self._gaps) < _EVIDENCE or min(self._gaps) <= _VISIBLE_S:
            return 0.0
        return self._correct(-min(self._gaps))

    def _correct(self, seconds: float) -> float:
        self.offset_s += seconds
        self._latest += seconds
        self._gaps.clear()
        return seconds
