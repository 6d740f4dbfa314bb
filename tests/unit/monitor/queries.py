"""Logs Insights by a script: it holds lines, and gives those of a query's range, whatever the query."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flowtui.monitor.outside import Fault, FaultError, QueryPage, QueryRequest, QueryState

Row = Mapping[str, str]


def time_text(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S.") + f"{ms % 1000:03d}"


def row(number: int, ms: int, message: str, *, group: str = "flows", stream: str = "eni-0a-all") -> Row:
    return {
        "@ptr": f"ptr-{number}",
        "@timestamp": time_text(ms),
        "@ingestionTime": time_text(ms + 60_000),
        "@log": f"123456789012:{group}",
        "@logStream": stream,
        "@message": message,
    }


@dataclass
class ScriptedInsights:
    """Pages of `page_rows`; `most` rows a query, whatever its limit; so many polls until it is complete."""

    rows: Sequence[Row] = ()
    page_rows: int = 10_000
    most: int = 100_000
    polls: int = 0
    ending: QueryState = QueryState.COMPLETE
    counted: Callable[[str], Sequence[Row]] | None = None
    """Gives the rows of a query that counts, or of an estimate."""
    names: frozenset[str] = frozenset()
    faults: list[Fault] = field(default_factory=list)
    """Raised by the next calls, in turn."""
    started: list[QueryRequest] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    polled: Callable[[], None] = lambda: None

    def start(self, request: QueryRequest) -> str:
        self._fail()
        self.started.append(request)
        self._left = self.polls
        return f"query-{len(self.started)}"

    def results(self, query_id: str, token: str | None = None, limit: int | None = None) -> QueryPage:
        self._fail()
        self.polled()
        request = self.started[int(query_id.rpartition("-")[2]) - 1]
        found, matched = self._found(request)
        if self._left > 0:
            self._left -= 1
            return QueryPage(QueryState.RUNNING, (), None, matched // 2, matched // 2, 50)
        at = int(token or 0)
        page = found[at : at + min(self.page_rows, limit or self.page_rows)]
        after = str(at + len(page)) if at + len(page) < len(found) else None
        return QueryPage(self.ending, tuple(page), after, matched, len(self.rows), 100)

    def stop(self, query_id: str) -> None:
        self.stopped.append(query_id)

    def field_names(self, group: str) -> frozenset[str]:
        self._fail()
        return self.names

    def _fail(self) -> None:
        if self.faults:
            raise FaultError(self.faults.pop(0))

    def _found(self, request: QueryRequest) -> tuple[Sequence[Row], int]:
        if "stats " in request.text or "estimate" in request.text:
            rows = [] if self.counted is None else self.counted(request.text)
            return rows, len(rows)
        low, high = (time_text(second * 1000) for second in (request.begin_s, request.end_s + 1))
        inside = [each for each in self.rows if low <= each["@timestamp"] < high]
        inside.sort(key=lambda each: each["@timestamp"], reverse=True)
        limit = int(request.text.rpartition("limit ")[2])
        return inside[: min(limit, self.most)], len(inside)
