"""The calls that write logs, so that any AWS client works against the demo."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from flowtui.demo.errors import exists, invalid, missing, unfit
from flowtui.demo.logs import Entry, Group, LogStore
from flowtui.demo.pages import PAGE_BYTES, PAGE_EVENTS, size_bytes
from flowtui.demo.params import Params, group_name

OLDEST_MS = 14 * 24 * 3_600_000
NEWEST_MS = 2 * 3_600_000
"""PutLogEvents takes events up to 14 days old and 2 hours ahead (API reference)."""
MAX_SPAN_MS = 24 * 3_600_000
RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""What PutRetentionPolicy takes (API reference)."""
CLASSES = ("STANDARD", "INFREQUENT_ACCESS", "DELIVERY")


class Writes:
    """The writing calls over a store; each gives the answer's body and raises AwsError."""

    def __init__(self, store: LogStore) -> None:
        self._store = store

    def create_log_group(self, params: Params) -> str:
        """Makes a group."""
        group_class = params.text("logGroupClass") or CLASSES[0]
        if group_class not in CLASSES:
            raise unfit("logGroupClass", group_class, f"Member must satisfy enum value set: {list(CLASSES)}")
        group = self._store.create(params.required("logGroupName"), _now_ms(), group_class)
        if group is None:
            raise exists("log group")
        group.tags = params.tags("tags")
        return ""

    def put_retention_policy(self, params: Params) -> str:
        """Has a group keep its events for so many days."""
        days = params.number("retentionInDays", 1, RETENTION_DAYS[-1])
        if days not in RETENTION_DAYS:
            allowed = f"Member must satisfy enum value set: {list(RETENTION_DAYS)}"
            raise unfit("retentionInDays", days, allowed)
        params.group(self._store).retention_days = days
        return ""

    def delete_retention_policy(self, params: Params) -> str:
        """Has a group keep its events for ever."""
        params.group(self._store).retention_days = None
        return ""

    def tag_resource(self, params: Params) -> str:
        """Adds tags to a group."""
        self._tagged(params).tags |= params.tags("tags")
        return ""

    def list_tags_for_resource(self, params: Params) -> str:
        """The tags of a group."""
        return json.dumps({"tags": self._tagged(params).tags})

    def _tagged(self, params: Params) -> Group:
        group = self._store.group(group_name(params.required("resourceArn").removesuffix(":*")))
        if group is None:
            raise missing("log group")
        return group

    def delete_log_group(self, params: Params) -> str:
        """Deletes a group with all its events."""
        if not self._store.delete(params.required("logGroupName")):
            raise missing("log group")
        return ""

    def create_log_stream(self, params: Params) -> str:
        """Makes an empty stream."""
        group = params.group(self._store)
        if not group.create_stream(params.required("logStreamName"), _now_ms()):
            raise exists("log stream")
        return ""

    def put_log_events(self, params: Params) -> str:
        """Takes a batch in order of time; says which of its events were too old or too new."""
        group, stream = params.group(self._store), params.required("logStreamName")
        if group.stream(stream) is None:
            raise missing("log stream")
        batch = [_entry(item) for item in params.items("logEvents")]
        _check_batch(batch)
        now = _now_ms()
        first = sum(timestamp < now - OLDEST_MS for timestamp, _ in batch)
        last = sum(timestamp <= now + NEWEST_MS for timestamp, _ in batch)
        group.put(Entry(stream, timestamp, now, message) for timestamp, message in batch[first:last])
        answer: dict[str, Any] = {"nextSequenceToken": "0"}
        if first or last < len(batch):
            answer["rejectedLogEventsInfo"] = _rejected(first, last, len(batch))
        return json.dumps(answer)


def _now_ms() -> int:
    return int(time.time() * 1000)


def _entry(item: Mapping[str, Any]) -> tuple[int, str]:
    timestamp, message = item.get("timestamp"), item.get("message")
    if not isinstance(timestamp, int) or not isinstance(message, str) or not message or timestamp < 0:
        raise unfit("logEvents", item, "A log event needs a timestamp and a message")
    return timestamp, message


def _check_batch(batch: list[tuple[int, str]]) -> None:
    timestamps = [timestamp for timestamp, _ in batch]
    if not 1 <= len(batch) <= PAGE_EVENTS:
        raise unfit("logEvents", len(batch), f"Member must have length between 1 and {PAGE_EVENTS}")
    if timestamps != sorted(timestamps):
        raise invalid("Log events in a single PutLogEvents request must be in chronological order.")
    if timestamps[-1] - timestamps[0] > MAX_SPAN_MS:
        raise invalid(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."
        )
    if sum(size_bytes(message) for _, message in batch) > PAGE_BYTES:
        raise invalid(f"Upload too large: more than {PAGE_BYTES} bytes")


def _rejected(first: int, last: int, count: int) -> dict[str, int]:
    rejected = {}
    if first:
        rejected["tooOldLogEventEndIndex"] = first
    if last < count:
        rejected["tooNewLogEventStartIndex"] = last
    return rejected
