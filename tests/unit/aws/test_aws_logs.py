"""A page of log events over real HTTP: what is asked, what comes back, and what a broken answer becomes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from flowtui.aws import logs as module
from flowtui.aws.client import AwsConnection, Options, connect
from flowtui.aws.logs import AwsLogs, page_of
from flowtui.monitor.outside import FaultError, FaultKind, PageRequest
from tests.unit.aws.aws_stub import Answer, Asked, Endpoint, Script, clean_environment, serving

REQUEST = PageRequest("flows", 1_700_000_000_000)


def event(number: int, message: str = "line") -> dict[str, object]:
    return {
        "logStreamName": f"eni-{number}-all",
        "timestamp": 1_700_000_000_000 + number,
        "ingestionTime": 1_700_000_300_000 + number,
        "eventId": f"{number:056}",
        "message": message,
    }


def answer(reply: object, status: int = 200) -> Answer:
    return Answer(json.dumps(reply).encode(), status)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clean_environment(monkeypatch, tmp_path)


class Scripted:
    """An endpoint whose script each test sets."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.logs = logs_at(endpoint.url)
        self.script: Script = lambda asked: answer({"events": []})


def logs_at(url: str) -> AwsLogs:
    connection = connect(Options(region="eu-west-1", endpoint_url=url))
    assert isinstance(connection, AwsConnection)
    return connection.logs()


@pytest.fixture
def aws() -> Iterator[Scripted]:
    with serving(lambda asked: scripted.script(asked)) as endpoint:
        scripted = Scripted(endpoint)
        yield scripted


def test_a_page_has_its_events_and_its_token(aws: Scripted) -> None:
    reply = {"events": [event(1, "one é"), event(2, "two")], "nextToken": "next", "searchedLogStreams": []}
    aws.script = lambda asked: answer(reply)
    page = aws.logs.page(REQUEST)
    assert page.events.streams == ["eni-1-all", "eni-2-all"]
    assert page.events.timestamps == [1_700_000_000_001, 1_700_000_000_002]
    assert page.events.ingestions == [1_700_000_300_001, 1_700_000_300_002]
    assert page.events.ids == [f"{1:056}", f"{2:056}"]
    assert page.events.messages == ["one é", "two"]
    assert page.next_token == "next"
    assert page.size_bytes == len(json.dumps(reply))


def test_the_body_is_taken_before_botocore_parses_it(aws: Scripted) -> None:
    aws.script = lambda asked: answer({"events": [event(1)]})
    aws.logs.page(REQUEST)
    assert aws.logs.hook_misses == 0


def test_a_hook_that_does_not_fire_is_counted_and_loses_nothing(
    aws: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply = {"events": [event(1), event(2)], "nextToken": "next"}
    aws.script = lambda asked: answer(reply)
    expected = aws.logs.page(REQUEST)
    monkeypatch.setattr("flowtui.aws.client.take_raw_pages", lambda client: None)
    logs = logs_at(aws.endpoint.url)
    page = logs.page(REQUEST)
    assert (page.events, page.next_token) == (expected.events, expected.next_token)
    assert logs.hook_misses == 1


DATES = [
    pytest.param("Tue, 14 Nov 2023 22:13:20 GMT", 1_700_000_000.0, id="as HTTP has it"),
    pytest.param("", None, id="none"),
    pytest.param("yesterday", None, id="not readable"),
    pytest.param("Tue, 99 Nov 2023 22:13:20 GMT", None, id="no such day"),
]


@pytest.mark.parametrize("has_hook", [True, False], ids=["raw", "parsed by botocore"])
@pytest.mark.parametrize(("date", "expected"), DATES)
def test_a_page_tells_the_time_of_awss_clock(
    aws: Scripted, monkeypatch: pytest.MonkeyPatch, date: str, expected: float | None, has_hook: bool
) -> None:
    if not has_hook:
        monkeypatch.setattr("flowtui.aws.client.take_raw_pages", lambda client: None)
    aws.script = lambda asked: replace(answer({"events": [event(1)]}), date=date)
    assert aws.logs.page(REQUEST).date_s == expected


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        pytest.param(
            PageRequest("flows", 1, 2, "token", "REJECT"),
            {
                "logGroupName": "flows",
                "startTime": 1,
                "endTime": 2,
                "nextToken": "token",
                "filterPattern": "REJECT",
            },
            id="everything",
        ),
        pytest.param(PageRequest("flows", 1), {"logGroupName": "flows", "startTime": 1}, id="nothing else"),
        pytest.param(
            PageRequest("arn:aws:logs:eu-west-1:1:log-group:flows:*", 1),
            {"logGroupIdentifier": "arn:aws:logs:eu-west-1:1:log-group:flows", "startTime": 1},
            id="a group of another account",
        ),
        pytest.param(
            PageRequest("flows", 1, newest_first=True),
            {"logGroupName": "flows", "startTime": 1, "startFromHead": False},
            id="newest first",
        ),
    ],
)
def test_what_is_asked(aws: Scripted, request_: PageRequest, expected: dict[str, object]) -> None:
    aws.logs.page(request_)
    assert aws.endpoint.asked[-1].parameters == expected
    assert "flowtui/" in aws.endpoint.asked[-1].agent


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param({"events": [], "nextToken": "more"}, id="empty with a token"),
        pytest.param({"nextToken": "more"}, id="no events at all"),
        pytest.param({"events": [], "nextToken": "more", "newField": {"a": 1}}, id="a field of the future"),
    ],
)
def test_an_empty_page_is_not_the_last(aws: Scripted, reply: dict[str, object]) -> None:
    aws.script = lambda asked: answer(reply)
    page = aws.logs.page(REQUEST)
    assert (len(page.events), page.next_token) == (0, "more")


@pytest.mark.parametrize("token", [None, ""])
def test_the_last_page_has_no_token(aws: Scripted, token: str | None) -> None:
    aws.script = lambda asked: answer({"events": [], "nextToken": token})
    assert aws.logs.page(REQUEST).next_token is None


UNREADABLE = [
    pytest.param(b"<html>proxy sign-in</html>", id="HTML"),
    pytest.param(b"", id="nothing"),
    pytest.param(b"[]", id="a list"),
    pytest.param(b"null", id="null"),
    pytest.param(b"[" * 100_000, id="deeply nested"),
    pytest.param(b'{"events": [', id="cut off"),
    pytest.param(b'{"events": {}}', id="events are no list"),
    pytest.param(b'{"events": [1]}', id="an event is no object"),
    pytest.param(b'{"events": [{}]}', id="an event is empty"),
    pytest.param(b'{"events": [], "nextToken": 5}', id="the token is a number"),
    pytest.param(json.dumps({"events": [event(1) | {"message": None}]}).encode(), id="message null"),
    pytest.param(json.dumps({"events": [event(1) | {"timestamp": "x"}]}).encode(), id="time is text"),
    pytest.param(json.dumps({"events": [event(1) | {"timestamp": True}]}).encode(), id="time is true"),
]


@pytest.mark.parametrize("body", UNREADABLE)
def test_a_broken_answer_is_a_fault_and_not_a_crash(aws: Scripted, body: bytes) -> None:
    aws.script = lambda asked: Answer(body)
    with pytest.raises(FaultError) as caught:
        aws.logs.page(REQUEST)
    assert caught.value.fault.kind is FaultKind.UNREADABLE
    assert caught.value.fault.action == "logs:FilterLogEvents"


def test_an_event_without_ingestion_time_counts_as_arrived_at_once(aws: Scripted) -> None:
    late = {key: value for key, value in event(1).items() if key != "ingestionTime"}
    aws.script = lambda asked: answer({"events": [late]})
    events = aws.logs.page(REQUEST).events
    assert events.ingestions == events.timestamps


def test_numbered_event_ids_of_an_emulator_become_text(aws: Scripted) -> None:
    aws.script = lambda asked: answer({"events": [event(1) | {"eventId": 7}]})
    assert aws.logs.page(REQUEST).events.ids == ["7"]


def test_text_that_utf8_cannot_hold_is_made_storable(aws: Scripted) -> None:
    body = json.dumps({"events": [event(1, "lone \ud83d end"), event(2, "pair \U0001f600")]}).encode()
    assert b"\\ud83d end" in body
    aws.script = lambda asked: Answer(body)
    messages = aws.logs.page(REQUEST).events.messages
    assert list(messages) == ["lone \ufffd end", "pair \U0001f600"]


def test_bytes_that_are_no_utf8_are_replaced_and_the_page_is_kept(aws: Scripted) -> None:
    body = (
        json.dumps({"events": [event(1, "broken X end"), event(2)]}).encode().replace(b"X", b"\xed\xa0\x80")
    )
    aws.script = lambda asked: Answer(body)
    messages = aws.logs.page(REQUEST).events.messages
    assert messages[0].startswith("broken \ufffd")
    assert messages[1] == "line"
    "".join(messages).encode()


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "ThrottlingException", FaultKind.THROTTLED),
        (400, "InvalidParameterException", FaultKind.INVALID),
        (400, "ResourceNotFoundException", FaultKind.NOT_FOUND),
        (400, "AccessDeniedException", FaultKind.DENIED),
        (400, "ExpiredTokenException", FaultKind.EXPIRED),
        (500, "InternalFailure", FaultKind.UNAVAILABLE),
        (503, "ServiceUnavailableException", FaultKind.UNAVAILABLE),
    ],
)
def test_an_error_is_one_fault_and_is_not_retried(
    aws: Scripted, status: int, code: str, kind: FaultKind
) -> None:
    aws.script = lambda asked: answer({"__type": code, "message": "No."}, status)
    with pytest.raises(FaultError) as caught:
        aws.logs.page(REQUEST)
    assert caught.value.fault.kind is kind
    assert len(aws.endpoint.asked) == 1


def test_an_error_page_of_a_proxy_is_unavailable_or_unreadable(aws: Scripted) -> None:
    aws.script = lambda asked: Answer(b"<html>bad gateway</html>", 502, "text/html")
    with pytest.raises(FaultError) as caught:
        aws.logs.page(REQUEST)
    assert not caught.value.fault.kind.is_lasting


def test_an_endpoint_that_is_gone_is_a_network_fault() -> None:
    with serving(lambda asked: answer({})) as endpoint:
        url = endpoint.url
    with pytest.raises(FaultError) as caught:
        logs_at(url).page(REQUEST)
    assert caught.value.fault.kind is FaultKind.NETWORK


def test_pages_at_the_same_time_do_not_get_mixed_up(aws: Scripted) -> None:
    def own(asked: Asked) -> Answer:
        number = asked.parameters["startTime"]
        assert isinstance(number, int)
        return answer({"events": [event(number)] * 50, "nextToken": str(number)})

    aws.script = own
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda number: aws.logs.page(PageRequest("flows", number)), range(60)))
    for number, page in enumerate(pages):
        assert page.next_token == str(number)
        assert set(page.events.streams) == {f"eni-{number}-all"}


def test_a_reply_parsed_by_botocore_gives_the_same_page() -> None:
    page = page_of({"events": [event(1)], "nextToken": "t", "ResponseMetadata": {}}, 0)
    assert (page.events.messages, page.next_token) == (["line"], "t")
    assert module.ACTION == "logs:FilterLogEvents"
