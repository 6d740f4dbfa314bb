"""The first reading of everything since the beginning: once, slice by slice, from the newest back.

Slices and not one long reading, so that a failure costs a slice, ids are kept for a slice, and the newest
records come first also where AWS does not give them first.
"""

from __future__ import annotations

from flowtui.monitor.outside import Page
from flowtui.monitor.sources.chain import Chain, Order

_FIRST_MS = 600_000
"""The first slice where only ascending reading is to be had: one window of a default flow log."""

_FEW_PAGES = 1
_MANY_PAGES = 8


class Backfill:
    """The slices of [begin, now], newest first, each read to its end."""

    def __init__(
        self,
        group: str,
        begin_ms: int,
        window_ms: int,
        now_ms: int,
        *,
        end_ms: int | None = None,
        newest_first: bool = True,
        pattern: str | None = None,
    ) -> None:
        """`window_ms` is where the window that is read again and again begins; `end_ms` where records end."""
        self._group = group
        self._begin_ms = begin_ms
        self._now_ms = now_ms
        self._newest_first = newest_first
        self._pattern = pattern
        self._width_ms = max(60_000, now_ms - window_ms)
        self._end_ms = end_ms
        self._covered_ms: int | None = None
        self._descended_ms: int | None = None
        self.is_done = False
        self.chain: Chain
        self._begin_slice(window_ms if newest_first else now_ms - _FIRST_MS, end_ms)

    @property
    def covered_ms(self) -> int | None:
        """The event time from which on everything was read once; None as long as nothing is certain."""
        return self._covered_ms if self._descended_ms is None else self._descended_ms

    @property
    def complete_ms(self) -> int | None:
        """The event time from which on every slice was read to its end."""
        return self._covered_ms

    @property
    def slice_ms(self) -> tuple[int, int]:
        """The slice being read with a margin, for the ids to be kept."""
        return self._low_ms - 60_000, self._high_ms + 60_000

    def refuse_newest_first(self) -> None:
        """AWS refused to begin with the newest: begins the slice anew, ascending."""
        self._newest_first = False
        if self._covered_ms is None:
            self._begin_slice(self._now_ms - _FIRST_MS, self._end_ms)
        else:
            self._begin_slice(self._low_ms, self._covered_ms)

    def use_pattern(self, pattern: str | None) -> None:
        """Asks by this pattern from here on; what was read already is not read again."""
        self._pattern = pattern
        before = self.chain
        before.failed()
        self.chain = Chain(
            self._group, before.start_ms, before.end_ms, newest_first=before.newest_first, pattern=pattern
        )

    def received(self, page: Page) -> None:
        """Takes note of a page of the current slice, and goes on to the next when it was the last one."""
        self.chain.received(page)
        if self.chain.order is Order.DESCENDING:
            self._descended_ms = self.chain.frontier_ms
        if not self.chain.is_done:
            return
        self._covered_ms, self._descended_ms = self._low_ms, None
        self._adapt(self.chain.pages)
        if self._low_ms <= self._begin_ms:
            self.is_done = True
        else:
            self._begin_slice(self._low_ms - self._width_ms, self._low_ms)

    def end(self) -> None:
        """Ends early: there is no room for more."""
        if self.covered_ms is None:
            # Ascending within the first slice: what is newer than its last page has yet to be read.
            self._covered_ms = self.chain.frontier_ms or self._low_ms
        self.is_done = True

    def _begin_slice(self, low_ms: int, high_ms: int | None) -> None:
        self._low_ms = max(self._begin_ms, low_ms)
        self._high_ms = self._now_ms if high_ms is None else high_ms
        self._descended_ms = None
        self.chain = Chain(
            self._group, self._low_ms, high_ms, newest_first=self._newest_first, pattern=self._pattern
        )

    def _adapt(self, pages: int) -> None:
        if pages <= _FEW_PAGES:
            self._width_ms *= 4
        elif pages > _MANY_PAGES:
            self._width_ms = max(60_000, self._width_ms // 2)
