"""Rows of query results as what they stand for: log events, each once, or counts.

Knows what queries ask for, and makes no calls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flowtui.filters import insights
from flowtui.filters.insights import Counting
from flowtui.monitor.groups import bare_name
from flowtui.monitor.outside import QueryPage
from flowtui.records import batch
from flowtui.records.columns import ABSENT
from flowtui.records.events import LogEvents


@dataclass(frozen=True, slots=True)
class Count:
    """What Insights counted of the flows that have the same values."""

    values: tuple[str | None, ...]
    """As printed in the records, the action last where the format has one; None where there is no value."""
    flows: int
    packets: int
    bytes: int
    first_s: int | None
    last_s: int | None


class Taken:
    """The log events of query results, each once, by what AWS gives to tell them apart."""

    def __init__(self, groups: Sequence[str]) -> None:
        self._groups = {bare_name(group): group for group in groups}
        self._events: dict[str, dict[str, _Event]] = {group: {} for group in groups}
        self._only = groups[0]
        self._seen: set[str] = set()
        self.oldest_ms = 2**62
        """Event time of the oldest one."""

    def __len__(self) -> int:
        return len(self._seen)

    def take(self, page: QueryPage) -> None:
        """Takes the events of a page that were not taken before."""
        for row in page.rows:
            event = _event(row)
            if event is None or event.id in self._seen:
                continue
            self._seen.add(event.id)
            self._events[self._group_of(row)][event.id] = event
            self.oldest_ms = min(self.oldest_ms, event.timestamp_ms)

    def count_at(self, second: int) -> int:
        """How many were taken of one second, which a query up to there gives again."""
        return sum(
            event.timestamp_ms // 1000 == second for held in self._events.values() for event in held.values()
        )

    def by_group(self) -> dict[str, LogEvents]:
        """The events of each group, newest first."""
        return {group: _columns(list(held.values())) for group, held in self._events.items()}

    def _group_of(self, row: Mapping[str, str]) -> str:
        _, _, name = row.get(insights.LOG, "").partition(":")
        return self._groups.get(name, self._only)


@dataclass(frozen=True, slots=True)
class _Event:
    id: str
    timestamp_ms: int
    ingestion_ms: int
    stream: str
    message: str


def _event(row: Mapping[str, str]) -> _Event | None:
    at = _time_ms(row.get(batch.TIMESTAMP, ""))
    if at is None or insights.PTR not in row:
        return None
    ingested = _time_ms(row.get(batch.INGESTION, ""))
    message = row.get(batch.MESSAGE, "")
    return _Event(
        row[insights.PTR], at, at if ingested is None else ingested, row.get(batch.STREAM, ""), message
    )


def _columns(events: Sequence[_Event]) -> LogEvents:
    return LogEvents(
        [event.stream for event in events],
        [event.timestamp_ms for event in events],
        [event.ingestion_ms for event in events],
        [event.id for event in events],
        [event.message for event in events],
    )


def _time_ms(text: str) -> int | None:
    """A time as Insights prints it: UTC to the millisecond, or epoch ms."""
    if text.isascii() and text.isdigit():
        return int(text)
    try:
        return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        return None


def number_of(text: str | None) -> int | None:
    """A number as Insights prints it; None where it is none."""
    try:
        return int(float(text or ""))
    except (ValueError, OverflowError):
        return None


def is_fit(row: Mapping[str, str], counting: Counting) -> bool:
    """Whether a row is of lines of the format: of others no field is known."""
    return any(name in row for name in counting.names)


def count_of(row: Mapping[str, str], counting: Counting) -> Count:
    """What a row counts."""
    values = (row.get(name, ABSENT) for name in counting.names)
    return Count(
        tuple(None if value == ABSENT else value for value in values),
        number_of(row.get(insights.FLOWS)) or 0,
        number_of(row.get(insights.PACKETS)) or 0,
        number_of(row.get(insights.BYTES)) or 0,
        number_of(row.get(insights.FIRST)),
        number_of(row.get(insights.LAST)),
    )
