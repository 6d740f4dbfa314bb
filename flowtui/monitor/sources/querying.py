"""One query of Logs Insights from its start to its last page: polled, retried, and stopped on the way out.

Works on its caller's thread; `stop` may be called from any. Knows neither queries' language nor records.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

from flowtui.monitor.outside import (
    Clock,
    Fault,
    FaultError,
    FaultKind,
    Insights,
    QueryPage,
    QueryRequest,
    QueryState,
)
from flowtui.monitor.sources.backoff import Backoff

T = TypeVar("T")

PATIENCE = 8
"""Failures in a row, about four minutes, after which a passing fault is raised too."""

_FIRST_POLL_S = 0.2
_LONGEST_POLL_S = 2.0
"""Seconds between polls; GetQueryResults has a quota of 10 a second, which the account shares."""

_ENDINGS = {
    QueryState.TIMEOUT: (
        "The query ran for 60 minutes, and AWS ended it.",
        "Ask for a shorter time range, or for fewer log groups.",
    ),
    QueryState.FAILED: ("The query failed at AWS, which does not say why.", "Run it again."),
    QueryState.CANCELLED: ("Somebody else stopped the query at AWS.", "Run it again."),
}


class QueryStopped(Exception):  # noqa: N818
    """Raised where a query was waited for and `stop` was called: nothing went wrong."""


class Querying:
    """Runs queries one after the other."""

    def __init__(
        self,
        insights: Insights,
        clock: Clock,
        jitter: Callable[[], float],
        waiting: Callable[[Fault, float], None],
    ) -> None:
        """`waiting` is told of a passing fault and of the seconds until it is tried again."""
        self._insights = insights
        self._clock = clock
        self._jitter = jitter
        self._waiting = waiting
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Has the query under way stopped at AWS, and no other begun."""
        self._stopped.set()

    def run(
        self,
        request: QueryRequest,
        received: Callable[[QueryPage], None],
        progressed: Callable[[QueryPage], None],
    ) -> None:
        """Runs a query; its pages go to `received` once it is complete, `progressed` hears of every poll.

        However it is left, the query does not run on at AWS. Raises FaultError, QueryStopped.
        """
        query_id = self._tried(lambda: self._insights.start(request))
        is_over = False
        try:
            page = self._ended(query_id, progressed)
            is_over = True
            if page.state is not QueryState.COMPLETE:
                sentence, cure = _ENDINGS[page.state]
                raise FaultError(Fault(FaultKind.OTHER, "logs:StartQuery", sentence, cure, page.state.value))
            self._read(query_id, received)
        finally:
            if not is_over:
                with contextlib.suppress(FaultError):
                    self._insights.stop(query_id)

    def _ended(self, query_id: str, progressed: Callable[[QueryPage], None]) -> QueryPage:
        """Polls until the query has ended. What it found so far is not asked for, only how far it is."""
        pause_s = _FIRST_POLL_S
        while True:
            page = self._tried(lambda: self._insights.results(query_id, limit=1))
            progressed(page)
            if not page.state.is_under_way:
                return page
            self._pause(pause_s)
            pause_s = min(_LONGEST_POLL_S, pause_s * 1.5)

    def _read(self, query_id: str, received: Callable[[QueryPage], None]) -> None:
        token: str | None = None
        while True:
            page = self._tried(lambda: self._insights.results(query_id, token))  # noqa: B023
            received(page)
            if page.next_token is None or page.next_token == token or not page.rows:
                return
            token = page.next_token

    def _tried(self, call: Callable[[], T]) -> T:
        backoff = Backoff(self._jitter)
        while True:
            if self._stopped.is_set():
                raise QueryStopped
            try:
                return call()
            except FaultError as error:
                if error.fault.kind.is_lasting or backoff.failures >= PATIENCE:
                    raise
                wait_s = backoff.failed(error.fault)
                self._waiting(error.fault, wait_s)
            self._pause(wait_s)

    def _pause(self, seconds: float) -> None:
        if self._clock.wait(self._stopped, seconds):
            raise QueryStopped
