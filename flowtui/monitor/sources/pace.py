"""How often the head of the window is looked at, and how often the whole of it: where it pays.

Intervals grow while nothing comes, and shrink again with the first news. Knows nothing of events.
"""

from __future__ import annotations

_HEAD_S = (2.0, 10.0)
"""Shortest and longest pause between looks at the head, seconds; records are minutes old when they arrive."""

_HEAD_BUSY_S = 10.0
"""The pause while a long reading is under way, which gets the calls in between."""

_FULL_S = (20.0, 60.0)
"""Shortest and longest pause between readings of the whole window, seconds."""

_GROWTH = 1.5


class _Interval:
    """A pause that grows while nothing comes."""

    def __init__(self, bounds: tuple[float, float], first_due_at: float) -> None:
        self._shortest, self._longest = bounds
        self._pause_s = self._shortest
        self.due_at = first_due_at
        self._began_at = first_due_at
        self.news = 0

    def begin(self, now: float) -> None:
        self._began_at = now
        self.news = 0

    def end(self, now: float, took_s: float | None = None) -> None:
        self._pause_s = self._shortest if self.news else min(self._longest, self._pause_s * _GROWTH)
        # A reading that takes long gets at most half of the time.
        self.due_at = now + max(self._pause_s, now - self._began_at if took_s is None else took_s)


class Pace:
    """When the next look and the next complete reading are due; times are epoch seconds."""

    def __init__(self, now: float) -> None:
        """The first complete reading is due soon after the back-fill's first page."""
        self._head = _Interval(_HEAD_S, now + _HEAD_S[0])
        self._full = _Interval(_FULL_S, now + _HEAD_S[0])
        self._busy_until = now

    @property
    def due_at(self) -> float:
        """When there is something to do again."""
        return min(self._head.due_at, self._full.due_at)

    def is_head_due(self, now: float, *, is_busy: bool) -> bool:
        """Whether to look at the head now; seldom while a long reading `is_busy`."""
        return now >= (max(self._head.due_at, self._busy_until) if is_busy else self._head.due_at)

    def is_full_due(self, now: float) -> bool:
        """Whether to read the whole window now."""
        return now >= self._full.due_at

    def note(self, events: int) -> None:
        """So many new events came with a page."""
        self._head.news += events
        self._full.news += events

    def begin_head(self, now: float) -> None:
        """A look at the head begins."""
        self._head.begin(now)

    def end_head(self, now: float) -> None:
        """It has ended."""
        self._head.end(now)
        self._busy_until = now + _HEAD_BUSY_S

    def begin_full(self, now: float) -> None:
        """A complete reading begins."""
        self._full.begin(now)

    def end_full(self, now: float) -> None:
        """It has ended; it looked at the head too."""
        self._full.end(now)
        self._head.news = self._full.news
        self._head.end(now, took_s=0.0)
