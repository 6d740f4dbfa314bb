"""Logs Insights by boto3: one call each, the results taken before botocore's parser, which is slow.

Knows nothing of what is asked, of waiting or of retries.
Source: CloudWatch Logs API reference, StartQuery, GetQueryResults, StopQuery, GetLogGroupFields.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import msgspec

from flowtui.aws.groups import Place, explained, unreachable
from flowtui.aws.values import rows
from flowtui.aws.wording import outside_text
from flowtui.monitor.outside import Fault, FaultError, FaultKind, QueryPage, QueryRequest, QueryState

START = "logs:StartQuery"
RESULTS = "logs:GetQueryResults"
STOP = "logs:StopQuery"
FIELDS = "logs:GetLogGroupFields"

_PAGE = "flowtui.results"
"""The key under which the hook hands its page back in botocore's reply."""
_STATUS_OK = 200
_ENDED = ("InvalidParameterException", "ResourceNotFoundException")
"""What AWS says to stopping a query that has ended."""


class _Cell(msgspec.Struct, gc=False):
    field: str
    value: str = ""


class _Statistics(msgspec.Struct, rename="camel"):
    records_matched: float = 0
    records_scanned: float = 0
    bytes_scanned: float = 0


class _Reply(msgspec.Struct, rename="camel"):
    """A GetQueryResults reply, as far as it is looked at."""

    status: str = ""
    results: list[list[_Cell]] = []
    statistics: _Statistics = msgspec.field(default_factory=_Statistics)
    next_token: str | None = None


_DECODER = msgspec.json.Decoder(_Reply)


class AwsInsights:
    """Fulfils `monitor.outside.Insights`."""

    def __init__(
        self,
        client: Callable[[], Any],
        asking: Callable[[str], AbstractContextManager[None]],
        here: Callable[[], Place] = Place,
    ) -> None:
        self._client = client
        self._asking = asking
        self._here = here

    def start(self, request: QueryRequest) -> str:
        """Starts a query; see the protocol. Raises FaultError."""
        for group in request.groups:
            if (hindrance := unreachable(group, START, self._here())) is not None:
                raise FaultError(hindrance)
        try:
            with self._asking(START):
                reply = self._client().start_query(
                    logGroupIdentifiers=[group.removesuffix(":*") for group in request.groups],
                    startTime=request.begin_s,
                    endTime=request.end_s,
                    queryString=request.text,
                )
        except FaultError as error:
            raise FaultError(_of_start(error.fault, request.groups, self._here())) from error
        return str(reply.get("queryId", ""))

    def results(self, query_id: str, token: str | None = None, limit: int | None = None) -> QueryPage:
        """A page of results; see the protocol. Raises FaultError."""
        optional = {"nextToken": token, "maxItems": limit}
        given = {name: value for name, value in optional.items() if value is not None}
        with self._asking(RESULTS):
            reply: Mapping[str, Any] = self._client().get_query_results(queryId=query_id, **given)
        page = reply.get(_PAGE)
        if not isinstance(page, QueryPage):
            raise _unreadable()
        return page

    def stop(self, query_id: str) -> None:
        """Stops a query; see the protocol. Raises FaultError."""
        try:
            with self._asking(STOP):
                self._client().stop_query(queryId=query_id)
        except FaultError as error:
            if error.fault.code not in _ENDED:
                raise

    def field_names(self, group: str) -> frozenset[str]:
        """The fields that were discovered; see the protocol. Raises FaultError."""
        with self._asking(FIELDS):
            reply = self._client().get_log_group_fields(logGroupIdentifier=group.removesuffix(":*"))
        return frozenset(str(row.get("name", "")) for row in rows(reply, "logGroupFields"))


def take_raw_results(client: Any) -> None:
    """Makes this client's GetQueryResults replies carry a QueryPage, read from the raw body."""
    client.meta.events.register("before-parse.cloudwatch-logs.GetQueryResults", _take)


def _take(
    response_dict: MutableMapping[str, Any], customized_response_dict: MutableMapping[str, Any], **_: object
) -> None:
    if response_dict["status_code"] != _STATUS_OK:
        return
    customized_response_dict[_PAGE] = page_of(response_dict["body"])
    response_dict["body"] = b"{}"


def page_of(body: bytes) -> QueryPage:
    """The page in a GetQueryResults reply. Raises FaultError (UNREADABLE) where it is none."""
    try:
        reply = _decoded(body)
    except (ValueError, RecursionError):
        raise _unreadable() from None
    known = {state.value: state for state in QueryState}
    return QueryPage(
        known.get(reply.status, QueryState.UNKNOWN),
        tuple({cell.field: cell.value for cell in row} for row in reply.results),
        reply.next_token or None,
        int(reply.statistics.records_matched),
        int(reply.statistics.records_scanned),
        int(reply.statistics.bytes_scanned),
    )


def _decoded(body: bytes) -> _Reply:
    try:
        return _DECODER.decode(body)
    except ValueError:
        # Broken text is a line of somebody's, and no reason to lose the page: JSON can hold lone surrogates.
        whole = json.dumps(json.loads(body.decode("utf-8", "replace")), ensure_ascii=False)
        return _DECODER.decode(whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _of_start(fault: Fault, groups: tuple[str, ...], here: Place) -> Fault:
    """The fault of starting a query, in words that fit queries."""
    match fault.code:
        case "LimitExceededException":
            sentence = "The account runs as many Logs Insights queries as AWS allows at once (100)."
            return replace(fault, sentence=sentence, cure="It is tried again when others have ended.")
        case "MalformedQueryException":
            sentence = f"Logs Insights does not take the query: {_said(fault)}"
            return replace(fault, kind=FaultKind.INVALID, sentence=sentence, cure="Change the query.")
    return explained(fault, groups[0], here) if len(groups) == 1 else fault


def _said(fault: Fault) -> str:
    said = outside_text(fault.sentence.partition(": ")[2]) or "it names no reason"
    return said if said.endswith(".") else f"{said}."


def _unreadable() -> FaultError:
    sentence = "The results of the query could not be read: they are not what AWS would send."
    cure = "They are asked for again; if it lasts, check the proxy and the endpoint."
    return FaultError(Fault(FaultKind.UNREADABLE, RESULTS, sentence, cure, "UnreadableResults"))
