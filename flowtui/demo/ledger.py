"""What the judge of a tail may know: every event of the load, and every call that was made.

Control calls on the endpoint's own port, which listens on the loopback address alone and takes these where
a scenario has a load; they are no part of AWS, and nothing but a judge should ask:

`GET /_flowtui/state`     one object: `begun` (epoch seconds of the first FilterLogEvents, null before it),
                          `now`, `is_over` (all of the load has arrived), `ingested` (number of events)
`GET /_flowtui/ingested`  JSON lines, one an event in order of arrival: `id`, `group`, `stream`, `timestamp`
                          and `ingestion` (ms, AWS's clock), `message`, `arrived` (epoch seconds of our
                          clock, null where it was there before), `deleted` (epoch seconds at which its
                          group was deleted, or null)
`GET /_flowtui/calls`     JSON lines, one a Logs call in order of arrival: `at` (epoch seconds), `operation`,
                          `outcome` (`ok`, the fault, or AWS's error code), `events`, `bytes`
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass

from flowtui.demo.logs import Event, event_id

PREFIX = "/_flowtui/"
CONTENT_TYPE = "application/x-ndjson"


@dataclass(slots=True)
class _Batch:
    """Events that came into a group at once."""

    group: str
    events: list[Event]
    arrived: float | None
    deleted: float | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A Logs call and what became of it."""

    at: float
    operation: str
    outcome: str
    events: int
    bytes: int


class Ledger:
    """The judge's book. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._batches: list[_Batch] = []
        self._calls: list[Call] = []
        self.begun: float | None = None
        self.is_over = False

    def ingested(self, group: str, events: list[Event], arrived: float | None) -> None:
        """These events can be read from now on."""
        with self._lock:
            self._batches.append(_Batch(group, events, arrived))

    def deleted(self, group: str, at: float) -> None:
        """The group was deleted with all that it had."""
        with self._lock:
            for batch in self._batches:
                if batch.group == group and batch.deleted is None:
                    batch.deleted = at

    def called(self, call: Call) -> None:
        """A call was answered, or not."""
        with self._lock:
            self._calls.append(call)

    def answer(self, path: str) -> str | None:
        """The answer to a control call; None where there is no such one."""
        with self._lock:
            batches, calls = list(self._batches), list(self._calls)
        match path.removeprefix(PREFIX):
            case "state":
                return self._state(sum(len(batch.events) for batch in batches))
            case "ingested":
                return _lines(_row(batch, event) for batch in batches for event in batch.events)
            case "calls":
                # A slow call is written down when it has ended.
                return _lines(_call(call) for call in sorted(calls, key=lambda call: call.at))
            case _:
                return None

    def _state(self, ingested: int) -> str:
        state = {"begun": self.begun, "now": time.time(), "is_over": self.is_over, "ingested": ingested}
        return json.dumps(state)


def _lines(rows: Iterable[dict[str, object]]) -> str:
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def _row(batch: _Batch, event: Event) -> dict[str, object]:
    timestamp, ingestion, sequence, stream, message = event
    return {
        "id": event_id(timestamp, ingestion, sequence),
        "group": batch.group,
        "stream": stream,
        "timestamp": timestamp,
        "ingestion": ingestion,
        "message": message,
        "arrived": batch.arrived,
        "deleted": batch.deleted,
    }


def _call(call: Call) -> dict[str, object]:
    return {
        "at": call.at,
        "operation": call.operation,
        "outcome": call.outcome,
        "events": call.events,
        "bytes": call.bytes,
    }
