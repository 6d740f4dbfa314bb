"""Queries of Logs Insights over real HTTP: what is asked, what comes back, and what refusals become."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from flowtui.aws.client import AwsConnection, Options, connect
from flowtui.aws.insights import AwsInsights
from flowtui.monitor.outside import FaultError, FaultKind, QueryRequest, QueryState
from tests.unit.aws.aws_stub import Answer, Endpoint, Script, clean_environment, serving

ARN = "arn:aws:logs:eu-west-1:123456789012:log-group:flows"
REQUEST = QueryRequest((f"{ARN}:*",), 1_700_000_000, 1_700_003_600, "fields @message")
NOTHING = Answer(b"{}")


def answer(reply: object, status: int = 200) -> Answer:
    return Answer(json.dumps(reply).encode(), status)


def refusal(code: str, message: str) -> Answer:
    return answer({"__type": f"com.amazonaws.logs#{code}", "message": message}, 400)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clean_environment(monkeypatch, tmp_path)


class Scripted:
    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        connection = connect(Options(region="eu-west-1", endpoint_url=endpoint.url))
        assert isinstance(connection, AwsConnection)
        self.insights: AwsInsights = connection.insights()
        self.script: Script = lambda asked: NOTHING


@pytest.fixture
def aws() -> Iterator[Scripted]:
    with serving(lambda asked: scripted.script(asked)) as endpoint:
        scripted = Scripted(endpoint)
        yield scripted


def test_a_query_is_started_over_its_groups_and_range(aws: Scripted) -> None:
    aws.script = lambda asked: answer({"queryId": "one"})
    assert aws.insights.start(REQUEST) == "one"
    (asked,) = aws.endpoint.asked
    assert asked.operation == "StartQuery"
    assert asked.parameters == {
        "logGroupIdentifiers": [ARN],
        "startTime": 1_700_000_000,
        "endTime": 1_700_003_600,
        "queryString": "fields @message",
    }


def test_a_page_of_results_has_its_rows_and_figures(aws: Scripted) -> None:
    reply = {
        "status": "Complete",
        "results": [[{"field": "@message", "value": "one é"}, {"field": "@ptr", "value": "p"}], []],
        "statistics": {"recordsMatched": 2.0, "recordsScanned": 5.0, "bytesScanned": 1e3, "resultCount": 2.0},
        "nextToken": "more",
        "queryLanguage": "CWLI",
    }
    aws.script = lambda asked: answer(reply)
    page = aws.insights.results("one", "token", 1)
    assert aws.endpoint.asked[0].parameters == {"queryId": "one", "nextToken": "token", "maxItems": 1}
    assert page.state is QueryState.COMPLETE
    assert page.rows == ({"@message": "one é", "@ptr": "p"}, {})
    assert (page.next_token, page.matched, page.scanned, page.scanned_bytes) == ("more", 2, 5, 1000)


@pytest.mark.parametrize(
    ("body", "state", "messages"),
    [
        (b"{}", QueryState.UNKNOWN, []),
        (b'{"status": "Invented"}', QueryState.UNKNOWN, []),
        (
            b'{"status": "Complete", "results": [[{"field": "@message", "value": "a\\ud800"}]]}',
            QueryState.COMPLETE,
            ["a\ufffd"],
        ),
        (
            b'{"status": "Complete", "results": [[{"field": "@message", "value": "a\xff"}]]}',
            QueryState.COMPLETE,
            ["a\ufffd"],
        ),
    ],
    ids=["empty", "new-state", "surrogate", "broken-utf-8"],
)
def test_odd_results_are_read(aws: Scripted, body: bytes, state: QueryState, messages: list[str]) -> None:
    aws.script = lambda asked: Answer(body)
    page = aws.insights.results("one")
    assert page.state is state
    assert [row["@message"] for row in page.rows] == messages


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"results": 1}', b'{"results": [[{"value": "x"}]]}'])
def test_what_are_no_results_is_a_fault_that_is_tried_again(aws: Scripted, body: bytes) -> None:
    aws.script = lambda asked: Answer(body)
    with pytest.raises(FaultError) as caught:
        aws.insights.results("one")
    assert caught.value.fault.kind is FaultKind.UNREADABLE


@pytest.mark.parametrize(
    ("code", "message", "kind", "said"),
    [
        ("LimitExceededException", "too many", FaultKind.THROTTLED, "as many Logs Insights queries"),
        (
            "MalformedQueryException",
            "unexpected symbol",
            FaultKind.INVALID,
            "does not take the query: unexpected",
        ),
        ("AccessDeniedException", "User: x is not authorized", FaultKind.DENIED, "logs:StartQuery is denied"),
        ("ThrottlingException", "Rate exceeded", FaultKind.THROTTLED, "throttles logs:StartQuery"),
        ("ResourceNotFoundException", "no such group", FaultKind.NOT_FOUND, "no such group"),
    ],
)
def test_refusals_are_sentences(aws: Scripted, code: str, message: str, kind: FaultKind, said: str) -> None:
    aws.script = lambda asked: refusal(code, message)
    with pytest.raises(FaultError) as caught:
        aws.insights.start(REQUEST)
    assert caught.value.fault.kind is kind
    assert said in caught.value.fault.sentence
    assert caught.value.fault.sentence.endswith(".")


def test_a_group_of_another_region_is_not_asked_for(aws: Scripted) -> None:
    with pytest.raises(FaultError, match="us-east-1"):
        aws.insights.start(QueryRequest((ARN.replace("eu-west-1", "us-east-1"),), 0, 1, ""))
    assert not aws.endpoint.asked


def test_stopping_a_query_that_has_ended_is_no_fault(aws: Scripted) -> None:
    aws.script = lambda asked: refusal("InvalidParameterException", "The query is not running")
    aws.insights.stop("one")
    aws.script = lambda asked: refusal("AccessDeniedException", "no")
    with pytest.raises(FaultError, match="logs:StopQuery is denied"):
        aws.insights.stop("one")


def test_the_fields_that_aws_discovered(aws: Scripted) -> None:
    fields = [{"name": "@message", "percent": 100}, {"name": "srcAddr", "percent": 98}]
    aws.script = lambda asked: answer({"logGroupFields": fields})
    assert aws.insights.field_names(f"{ARN}:*") == {"@message", "srcAddr"}
    assert aws.endpoint.asked[0].parameters == {"logGroupIdentifier": ARN}
