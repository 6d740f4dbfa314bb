"""The other calls that read logs: DescribeLogGroups, DescribeLogStreams and GetLogEvents."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TypeVar

from flowtui.demo import tokens
from flowtui.demo.errors import invalid, missing, unfit
from flowtui.demo.logs import Event, Group, LogStore, Position, Stream
from flowtui.demo.pages import LATEST, PAGE_EVENTS, refuse_unread_class, take
from flowtui.demo.params import Params, group_name

PAGE_ITEMS = 50
"""Groups or streams on a page, at most and by default."""


T = TypeVar("T")


class Describe:
    """The reading calls over a store; each gives the answer's body and raises AwsError."""

    def __init__(self, store: LogStore) -> None:
        self._store = store

    def describe_log_groups(self, params: Params) -> str:
        """Groups by name, all or by prefix, by a part of the name or by identifiers."""
        prefix, part = params.text("logGroupNamePrefix"), params.text("logGroupNamePattern")
        identifiers = params.texts("logGroupIdentifiers", PAGE_ITEMS)
        if prefix is not None and part is not None:
            raise invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
        if identifiers is not None and (prefix is not None or part is not None):
            raise invalid("logGroupIdentifiers cannot be combined with another filter.")
        names = None if identifiers is None else {group_name(one) for one in identifiers}
        group_class = params.text("logGroupClass")
        groups = [
            group
            for group in self._store.groups()
            if group.name.startswith(prefix or "")
            and (part or "") in group.name
            and (names is None or group.name in names)
            and group_class in (None, group.group_class)
        ]
        shown, token = _paged(params, "groups", groups)
        describe = _brief_group if part else _group
        return _json({"logGroups": [describe(group) for group in shown], "nextToken": token})

    def describe_log_streams(self, params: Params) -> str:
        """Streams of a group, by name or by the time of the last event."""
        group = params.group(self._store)
        prefix = params.text("logStreamNamePrefix")
        order = params.text("orderBy") or "LogStreamName"
        if order not in ("LogStreamName", "LastEventTime"):
            raise unfit(
                "orderBy", order, "Member must satisfy enum value set: [LogStreamName, LastEventTime]"
            )
        if order == "LastEventTime" and prefix is not None:
            raise invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
        streams = [stream for stream in group.streams() if stream.name.startswith(prefix or "")]
        if order == "LastEventTime":
            streams.sort(key=_last_timestamp)
        if params.flag("descending", False):
            streams.reverse()
        shown, token = _paged(params, f"streams\0{group.name}", streams)
        return _json({"logStreams": [_stream(group, stream) for stream in shown], "nextToken": token})

    def get_log_events(self, params: Params) -> str:
        """One stream's events: start inclusive, end exclusive, the newest page unless startFromHead."""
        group = params.group(self._store)
        refuse_unread_class(group)
        stream = group.stream(params.required("logStreamName"))
        if stream is None:
            raise missing("log stream")
        limit = params.number("limit", 1, PAGE_EVENTS) or PAGE_EVENTS
        low = Position(params.number("startTime", 0, LATEST) or 0, -1, -1)
        end = params.number("endTime", 0, LATEST)
        high = Position(LATEST if end is None else end, -1, -1)
        is_forward = params.flag("startFromHead", False)
        purpose = f"events\0{group.name}\0{stream.name}"
        token = params.text("nextToken")
        if token is not None:
            forward, *place = tokens.unseal(purpose, token)
            is_forward = bool(forward)
            low, high = _beyond(low, high, Position(*place), is_forward)
        events = group.stream_between(stream, low, high)
        taken, _ = take(events if is_forward else reversed(events), limit)
        if not is_forward:
            taken.reverse()
        return _events(purpose, taken, (low, high), token, is_forward)


def _beyond(low: Position, high: Position, place: Position, is_forward: bool) -> tuple[Position, Position]:
    return (max(low, place), high) if is_forward else (low, min(high, place))


def _events(
    purpose: str, taken: list[Event], bounds: tuple[Position, Position], token: str | None, is_forward: bool
) -> str:
    # From an empty page each direction goes on over the whole range, so that what arrives is found.
    first, last = (taken[0].position, taken[-1].position) if taken else (bounds[1], bounds[0])
    forward, backward = tokens.seal(purpose, [1, *last]), tokens.seal(purpose, [0, *first])
    if not taken and token is not None:
        # At the end of the stream the token that was passed in comes back.
        forward, backward = (token, backward) if is_forward else (forward, token)
    rows = [
        {"timestamp": event.timestamp, "message": event.message, "ingestionTime": event.ingestion}
        for event in taken
    ]
    return _json({"events": rows, "nextForwardToken": forward, "nextBackwardToken": backward})


def _paged(params: Params, purpose: str, items: Sequence[T]) -> tuple[Sequence[T], str | None]:
    limit = params.number("limit", 1, PAGE_ITEMS) or PAGE_ITEMS
    token = params.text("nextToken")
    start = tokens.unseal(purpose, token)[0] if token is not None else 0
    end = start + limit
    return items[start:end], tokens.seal(purpose, [end]) if end < len(items) else None


def _brief_group(group: Group) -> dict[str, Any]:
    # Asked for by a pattern, AWS gives only these three.
    return {"logGroupName": group.name, "creationTime": group.created, "arn": f"{group.arn}:*"}


def _group(group: Group) -> dict[str, Any]:
    kept = {} if group.retention_days is None else {"retentionInDays": group.retention_days}
    return (
        _brief_group(group)
        | kept
        | {
            "logGroupArn": group.arn,
            "logGroupClass": group.group_class,
            "metricFilterCount": 0,
            "storedBytes": group.stored_bytes,
        }
    )


def _stream(group: Group, stream: Stream) -> dict[str, Any]:
    described: dict[str, Any] = {
        "logStreamName": stream.name,
        "creationTime": stream.created,
        "arn": f"{group.arn}:log-stream:{stream.name}",
        "storedBytes": 0,
        "uploadSequenceToken": "0",
    }
    if stream.events:
        described |= {
            "firstEventTimestamp": stream.events[0].timestamp,
            "lastEventTimestamp": stream.events[-1].timestamp,
            "lastIngestionTime": stream.last_ingestion,
        }
    return described


def _last_timestamp(stream: Stream) -> int:
    return stream.events[-1].timestamp if stream.events else 0


def _json(answer: dict[str, Any]) -> str:
    return json.dumps({name: value for name, value in answer.items() if value is not None})
