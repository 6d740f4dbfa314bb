"""One page of FilterLogEvents, with the body taken before botocore's parser, which costs most of a page.

Knows nothing of windows, tokens over time or retries: those are the tail's.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import msgspec

from flowtui.aws.groups import Place, explained, unreachable
from flowtui.aws.values import date_of
from flowtui.monitor.outside import Fault, FaultError, FaultKind, Page, PageRequest
from flowtui.records.events import LogEvents

ACTION = "logs:FilterLogEvents"

_PAGE = "flowtui.page"
"""The key under which the hook hands its page back in botocore's reply."""

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_STATUS_OK = 200


class _Event(msgspec.Struct, gc=False, rename="camel"):
    """A FilteredLogEvent."""

    log_stream_name: str
    timestamp: int
    message: str
    ingestion_time: int
    event_id: str


class _Reply(msgspec.Struct, rename="camel"):
    """A FilterLogEvents reply, as far as it is looked at."""

    events: list[_Event]
    next_token: str | None = None


_DECODER = msgspec.json.Decoder(_Reply)
"""Decodes and checks a page in a quarter of the time that json takes to decode it."""


class AwsLogs:
    """Fulfils `monitor.outside.Logs`."""

    def __init__(
        self,
        client: Callable[[], Any],
        asking: Callable[[str], AbstractContextManager[None]],
        here: Callable[[], Place] = Place,
    ) -> None:
        self._client = client
        self._asking = asking
        self._here = here
        self._lock = threading.Lock()
        self._hook_misses = 0

    @property
    def hook_misses(self) -> int:
        """Pages that botocore parsed itself since the hook did not fire; not zero means slow, not wrong."""
        return self._hook_misses

    def page(self, request: PageRequest) -> Page:
        """One page. Raises FaultError."""
        hindrance = unreachable(request.group, ACTION, self._here())
        if hindrance is not None:
            raise FaultError(hindrance)
        try:
            return self._page(request)
        except FaultError as error:
            raise FaultError(explained(error.fault, request.group, self._here())) from error

    def _page(self, request: PageRequest) -> Page:
        with self._asking(ACTION):
            reply: Mapping[str, Any] = self._client().filter_log_events(**_parameters(request))
            page = reply.get(_PAGE)
            if isinstance(page, Page):
                return page
            with self._lock:
                self._hook_misses += 1
            page = page_of(reply, size_bytes=0)
            return replace(page, date_s=date_of(reply.get("ResponseMetadata", {}).get("HTTPHeaders", {})))


def take_raw_pages(client: Any) -> None:
    """Makes this client's FilterLogEvents replies carry a Page, read from the raw body.

    By the `before-parse` event, which botocore emits for each request with what its parser will be given.
    """
    client.meta.events.register("before-parse.cloudwatch-logs.FilterLogEvents", _take)


def page_of(reply: Mapping[str, object], size_bytes: int) -> Page:
    """The page in a FilterLogEvents reply. Raises FaultError (UNREADABLE) where it is none."""
    events, token = reply.get("events", []), reply.get("nextToken")
    if not isinstance(events, list) or not isinstance(token, str | None):
        raise _unreadable()
    try:
        return Page(_columns(events), token or None, size_bytes)
    except (KeyError, TypeError, AttributeError):
        raise _unreadable() from None


def _take(
    response_dict: MutableMapping[str, Any], customized_response_dict: MutableMapping[str, Any], **_: object
) -> None:
    if response_dict["status_code"] != _STATUS_OK:
        return
    body = response_dict["body"]
    try:
        page = _exact(_DECODER.decode(body), len(body))
    except (ValueError, RecursionError):
        page = _lenient(body)
    customized_response_dict[_PAGE] = replace(page, date_s=date_of(response_dict["headers"]))
    response_dict["body"] = b"{}"


def _exact(reply: _Reply, size_bytes: int) -> Page:
    """The page of a reply that is just what AWS documents."""
    events = reply.events
    columns = LogEvents(
        [event.log_stream_name for event in events],
        [event.timestamp for event in events],
        [event.ingestion_time for event in events],
        [event.event_id for event in events],
        [event.message for event in events],
    )
    return Page(columns, reply.next_token or None, size_bytes)


def _lenient(body: bytes) -> Page:
    """The page of a reply with broken text, or with what emulators do otherwise. Raises FaultError."""
    try:
        # Strictly decoded one broken byte would end the tail; json.loads would let surrogates through.
        reply = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise _unreadable() from None
    if not isinstance(reply, dict):
        raise _unreadable()
    page = page_of(reply, len(body))
    return _storable(page) if _SURROGATE.search(body) else page


def _columns(events: list[Any]) -> LogEvents:
    ids = [event["eventId"] for event in events]
    columns = LogEvents(
        [event["logStreamName"] for event in events],
        [event["timestamp"] for event in events],
        [event.get("ingestionTime") or event["timestamp"] for event in events],
        ids if _are(str, ids) else list(map(_event_id, ids)),
        [event["message"] for event in events],
    )
    are_texts = _are(str, columns.streams) and _are(str, columns.messages)
    if not are_texts or not _are(int, columns.timestamps) or not _are(int, columns.ingestions):
        raise TypeError
    return columns


def _event_id(identity: object) -> str:
    """An id as text: an emulator may number its events."""
    if not isinstance(identity, str | int):
        raise TypeError
    return str(identity)


def _are(kind: type, values: Iterable[object]) -> bool:
    return set(map(type, values)) <= {kind}


def _storable(page: Page) -> Page:
    """The page without lone surrogates, which JSON can hold and UTF-8 cannot."""
    events = page.events
    texts = (list(map(_paired, column)) for column in (events.streams, events.ids, events.messages))
    streams, ids, messages = texts
    return replace(page, events=LogEvents(streams, events.timestamps, events.ingestions, ids, messages))


def _paired(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _parameters(request: PageRequest) -> dict[str, Any]:
    is_arn = request.group.startswith("arn:")
    parameters: dict[str, Any] = {
        "logGroupIdentifier" if is_arn else "logGroupName": request.group.removesuffix(":*"),
        "startTime": request.start_ms,
    }
    optional = {
        "endTime": request.end_ms,
        "nextToken": request.token,
        "filterPattern": request.pattern,
        "startFromHead": False if request.newest_first else None,
    }
    return parameters | {name: value for name, value in optional.items() if value is not None}


def _unreadable() -> FaultError:
    sentence = "The page of log events could not be read: it is not what AWS would send."
    cure = "It is asked for again; if it lasts, check the proxy and the endpoint."
    return FaultError(Fault(FaultKind.UNREADABLE, ACTION, sentence, cure, "UnreadablePage"))
