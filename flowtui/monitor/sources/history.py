"""What is past, by Logs Insights: the newest records of any time range, or what they come to.

A reading has an end. What AWS gives is read by the same parser as the tail's, and each record is taken once.
Works on its caller's thread; `stop` may be called from any. Knows neither store nor screen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from flowtui.filters.insights import InsightsPushdown
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
from flowtui.monitor.sources.query_rows import Count, Taken, count_of, is_fit, number_of
from flowtui.monitor.sources.querying import Querying
from flowtui.records.events import LogEvents

MAX_RECORDS = 100_000
"""Records that one query of Logs Insights gives at most (StartQuery)."""
MAX_GROUPS = 50
"""Log groups that one query may be over (StartQuery)."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Log groups that can be asked by one query."""

    groups: tuple[str, ...]
    """Names or ARNs; 50 at most."""
    asked: InsightsPushdown


@dataclass(frozen=True, slots=True)
class Extent:
    """From when to when, epoch seconds of event time, both included."""

    begin_s: int
    end_s: int


@dataclass(frozen=True, slots=True)
class HistoryProgress:
    """How far a reading is."""

    queries: int = 0
    """Queries begun, estimates apart."""
    matched: int = 0
    """Log events that the queries matched so far; what is decided here is not yet taken off."""
    scanned: int = 0
    scanned_bytes: int = 0
    """What AWS charges for, of all queries."""
    fetched: int = 0
    """Log events that were taken, each once."""


@dataclass(slots=True)
class Fetched:
    """Log events by log group, newest first, and whether there are older ones that matched."""

    by_group: dict[str, LogEvents] = field(default_factory=dict)
    is_cut: bool = False
    since_ms: int = 0
    """Where it was cut: nothing older was taken."""


class HistoryReading:
    """Asks for one time range of some log groups."""

    def __init__(
        self,
        asked: Insights,
        clock: Clock,
        extent: Extent,
        portions: Sequence[Portion],
        jitter: Callable[[], float],
        *,
        changed: Callable[[], None] = lambda: None,
        waiting: Callable[[Fault, float], None] = lambda fault, wait_s: None,
    ) -> None:
        """`changed` is called whenever the progress has; `waiting` as `Querying` says."""
        self._extent = extent
        self._portions = tuple(portions)
        self._querying = Querying(asked, clock, jitter, waiting)
        self._changed = changed
        self._progress = HistoryProgress()

    @property
    def progress(self) -> HistoryProgress:
        """How far it is."""
        return self._progress

    @property
    def portions(self) -> tuple[Portion, ...]:
        """What is asked, a query each."""
        return self._portions

    def stop(self) -> None:
        """Ends it: the query under way is stopped at AWS."""
        self._querying.stop()

    def estimate(self) -> int | None:
        """About how many bytes one reading would scan, by the `estimate` command, which costs nothing.

        None where AWS does not tell. Raises FaultError, QueryStopped.
        """
        total = 0
        for portion in self._portions:
            found: list[QueryPage] = []
            text = "\n| ".join((portion.asked.records(1), "estimate"))
            try:
                self._querying.run(self._request(portion, text), found.append, lambda page: None)
            except FaultError as error:
                if error.fault.kind is FaultKind.INVALID:
                    return None
                raise
            numbers = [
                number for page in found for row in page.rows for number in map(number_of, row.values())
            ]
            if not any(number is not None for number in numbers):
                return None
            total += max(number for number in numbers if number is not None)
        return total

    def fetch(self, limit: int) -> Fetched:
        """At least the newest `limit` records that the queries match. Raises FaultError, QueryStopped."""
        fetched = Fetched()
        for portion in self._portions:
            self._fetch_portion(portion, limit, fetched)
        since_ms = fetched.since_ms
        if fetched.is_cut:
            # Of what is older some groups were read and others not.
            fetched.by_group = {group: _since(since_ms, events) for group, events in fetched.by_group.items()}
        return fetched

    def fetch_by(self, text: str) -> Fetched:
        """What a query of the reader's own gives, as far as its rows are log events.

        It is run once on every portion's groups. Raises FaultError, QueryStopped.
        """
        fetched = Fetched()
        for portion in self.portions:
            taken = Taken(portion.groups)
            before = self._progress
            page = self._run(portion, text, self._extent.end_s, taken.take, before.matched)
            self._tell(replace(self._progress, fetched=before.fetched + len(taken)))
            fetched.by_group |= taken.by_group()
            if page.matched > len(taken):
                fetched.is_cut = True
        return fetched

    def count(self, by: Sequence[str]) -> list[Count] | None:
        """What Insights counts by these fields; None where its count could not be exact.

        Then nothing is left but to fetch the records. Raises FaultError, QueryStopped.
        """
        counts: list[Count] = []
        countings = [portion.asked.counting(by, MAX_RECORDS) for portion in self._portions]
        for portion, counting in zip(self._portions, countings, strict=True):
            if counting is None or None in countings:
                return None
            rows: list[Mapping[str, str]] = []
            self._run(
                portion,
                counting.text,
                self._extent.end_s,
                lambda page, into=rows: into.extend(page.rows),  # type: ignore[misc]
                self._progress.matched,
            )
            is_discovered = portion.asked.namings[0].is_discovered
            if len(rows) >= MAX_RECORDS or not (is_discovered or all(is_fit(row, counting) for row in rows)):
                return None
            counts += (count_of(row, counting) for row in rows)
        return counts

    def _fetch_portion(self, portion: Portion, limit: int, fetched: Fetched) -> None:
        taken = Taken(portion.groups)
        end_s = self._extent.end_s
        matched_before = self._progress.matched
        while True:
            before = len(taken)
            wanted = min(limit - before + taken.count_at(end_s), MAX_RECORDS)
            rows = 0

            def received(page: QueryPage) -> None:
                nonlocal rows
                rows += len(page.rows)
                taken.take(page)

            page = self._run(portion, portion.asked.records(wanted), end_s, received, matched_before)
            self._tell(replace(self._progress, fetched=self._progress.fetched + len(taken) - before))
            is_all = page.matched <= rows if page.matched else rows < wanted
            if is_all or len(taken) >= limit or len(taken) == before:
                break
            # Fewer came than there are, as from an endpoint that gives one page only: go on with older ones.
            end_s = taken.oldest_ms // 1000
        fetched.by_group |= taken.by_group()
        if not is_all:
            fetched.is_cut = True
            fetched.since_ms = max(taken.oldest_ms, fetched.since_ms)

    def _run(
        self,
        portion: Portion,
        text: str,
        end_s: int,
        received: Callable[[QueryPage], None],
        matched_before: int,
    ) -> QueryPage:
        """Runs a query to its end; the last page that was polled."""
        over = replace(self._progress, queries=self._progress.queries + 1)
        last = QueryPage(QueryState.COMPLETE)

        def progressed(page: QueryPage) -> None:
            nonlocal last
            last = page
            scanned, scanned_bytes = over.scanned + page.scanned, over.scanned_bytes + page.scanned_bytes
            matched = max(over.matched, matched_before + page.matched)
            self._tell(replace(over, matched=matched, scanned=scanned, scanned_bytes=scanned_bytes))

        self._querying.run(replace(self._request(portion, text), end_s=end_s), received, progressed)
        return last

    def _request(self, portion: Portion, text: str) -> QueryRequest:
        return QueryRequest(portion.groups, self._extent.begin_s, self._extent.end_s, text)

    def _tell(self, progress: HistoryProgress) -> None:
        self._progress = progress
        self._changed()


def _since(since_ms: int, events: LogEvents) -> LogEvents:
    return events.take([row for row, at in enumerate(events.timestamps) if at >= since_ms])
