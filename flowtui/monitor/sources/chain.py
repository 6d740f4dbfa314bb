"""One reading of a range of one log group, page after page to the end, that can go on after a failure.

A token is never trusted beyond one failure: what goes on is the range, from where the order of the events
shows it to have been read. Knows neither ids nor time.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from itertools import pairwise

from flowtui.monitor.outside import Page, PageRequest

_MAX_REPEATS = 3
"""Pages in a row with the token that was sent; AWS has been seen to repeat one (boto3#1584)."""


class Order(Enum):
    """In what order events were seen to come, whatever was asked for."""

    UNKNOWN = "unknown"
    """All of one time, or none."""
    ASCENDING = "ascending"
    DESCENDING = "descending"
    MIXED = "mixed"


def order_of(times: Sequence[int]) -> Order:
    """The order of these times."""
    ups = any(left < right for left, right in pairwise(times))
    downs = any(left > right for left, right in pairwise(times))
    if ups and downs:
        return Order.MIXED
    if ups:
        return Order.ASCENDING
    return Order.DESCENDING if downs else Order.UNKNOWN


class Chain:
    """A reading of [start, end], in milliseconds of event time; an end of None is no bound."""

    def __init__(
        self,
        group: str,
        start_ms: int,
        end_ms: int | None = None,
        *,
        newest_first: bool = False,
        pattern: str | None = None,
    ) -> None:
        self.group = group
        self.pattern = pattern
        self.start_ms = start_ms
        self.end_ms = end_ms
        self.newest_first = newest_first
        self.is_done = False
        self.pages = 0
        """Pages received so far."""
        self.order = Order.UNKNOWN
        self._last_ms: int | None = None
        self._token: str | None = None
        self._repeats = 0

    def request(self) -> PageRequest:
        """The next page to ask for."""
        return PageRequest(
            self.group, self.start_ms, self.end_ms, self._token, self.pattern, newest_first=self.newest_first
        )

    def received(self, page: Page) -> None:
        """Takes note of a page; the reading is done with the first that has no token."""
        self.pages += 1
        is_repeated = page.next_token is not None and page.next_token == self._token
        self._repeats = self._repeats + 1 if is_repeated else 0
        self._token = page.next_token
        self._note_order(page.events.timestamps)
        self.is_done = page.next_token is None

    @property
    def is_stalled(self) -> bool:
        """Whether AWS hands out the same token over and over."""
        return self._repeats >= _MAX_REPEATS

    @property
    def has_token(self) -> bool:
        """Whether the next request goes on from a token."""
        return self._token is not None

    @property
    def frontier_ms(self) -> int | None:
        """The event time up to which the order shows the range to have been read; None where it does not."""
        return self._last_ms if self.order in (Order.ASCENDING, Order.DESCENDING) else None

    def failed(self) -> None:
        """Drops the token: the next request begins anew, with what is left of the range."""
        self.start_ms, self.end_ms = self._rest()
        self.order, self._last_ms = Order.UNKNOWN, None
        self._token, self._repeats = None, 0

    def _rest(self) -> tuple[int, int | None]:
        frontier = self.frontier_ms
        if frontier is None:
            return self.start_ms, self.end_ms
        if self.order is Order.ASCENDING:
            return frontier, self.end_ms
        # The documented end is inclusive, the reported one is not (aws-cli#4262): one more does for both.
        return self.start_ms, frontier + 1

    def _note_order(self, times: Sequence[int]) -> None:
        if not times:
            return
        joined = list(times) if self._last_ms is None else [self._last_ms, *times]
        seen = order_of(joined)
        if self.order is Order.UNKNOWN:
            self.order = seen
        elif seen not in (Order.UNKNOWN, self.order):
            self.order = Order.MIXED
        self._last_ms = times[-1]
