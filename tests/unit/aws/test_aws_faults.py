"""What goes wrong on the wire, over real sockets: each becomes a fault with its own sentence, and passes."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from flowtui.aws import client
from flowtui.aws.client import AwsConnection, Options, connect
from flowtui.monitor.outside import Fault, FaultError, FaultKind, PageRequest
from tests.unit.aws.aws_stub import Answer, Asked, Endpoint, clean_environment, serving
from tests.unit.aws.test_aws_client import IDENTITY

REQUEST = PageRequest("flows", 1)
HTML = b"<!DOCTYPE html><html><body><h1>Sign in to the network</h1></body></html>"
EVENT = {
    "logStreamName": "eni-1-all",
    "timestamp": 1_700_000_000_000,
    "ingestionTime": 1_700_000_300_000,
    "eventId": "1",
    "message": "x" * 200_000,
}
PAGE = json.dumps({"events": [EVENT]}).encode()


def error(code: str, message: str = "no", status: int = 400) -> Answer:
    return Answer(json.dumps({"__type": code, "message": message}).encode(), status)


class Wire:
    """A connection to an endpoint that gives one answer, until it is made well again."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.answer = Answer(PAGE)
        connection = connect(Options(region="eu-west-1", endpoint_url=endpoint.url))
        assert isinstance(connection, AwsConnection)
        self.connection = connection

    def script(self, asked: Asked) -> Answer:
        return IDENTITY if asked.operation == "GetCallerIdentity" else self.answer

    def fault(self, request: PageRequest = REQUEST) -> Fault:
        with pytest.raises(FaultError) as caught:
            self.connection.logs().page(request)
        return caught.value.fault

    def calls(self) -> int:
        return sum(asked.operation == "FilterLogEvents" for asked in self.endpoint.asked)


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Wire]:
    clean_environment(monkeypatch, tmp_path)
    monkeypatch.setattr(client, "READ_TIMEOUT_S", 0.3)
    with serving(lambda asked: here.script(asked)) as endpoint:
        here = Wire(endpoint)
        yield here


FAULTS = [
    pytest.param(
        error("ThrottlingException", "Rate exceeded"), FaultKind.THROTTLED, "throttles", id="throttled"
    ),
    pytest.param(error("InternalFailure", status=500), FaultKind.UNAVAILABLE, "cannot answer", id="500"),
    pytest.param(
        error("ServiceUnavailableException", status=503), FaultKind.UNAVAILABLE, "cannot answer", id="503"
    ),
    pytest.param(
        Answer(HTML, 503, "text/html"), FaultKind.UNAVAILABLE, "HTTP status 503", id="503 with HTML"
    ),
    pytest.param(
        Answer(HTML, 502, "text/html"), FaultKind.UNAVAILABLE, "HTTP status 502", id="502 with HTML"
    ),
    pytest.param(Answer(b"", 504), FaultKind.UNAVAILABLE, "HTTP status 504", id="504 with nothing"),
    pytest.param(
        Answer(HTML, 200, "text/html"), FaultKind.UNREADABLE, "could not be read", id="200 with HTML"
    ),
    pytest.param(
        Answer(HTML, 403, "text/html"), FaultKind.UNREADABLE, "between here and AWS", id="403 with HTML"
    ),
    pytest.param(Answer(PAGE, cut=100_000), FaultKind.NETWORK, "broke off", id="reset in the body"),
    pytest.param(Answer(PAGE, cut=0), FaultKind.NETWORK, "broke off", id="reset before the body"),
    pytest.param(Answer(b"", is_hanging=True), FaultKind.NETWORK, "did not answer in time", id="no answer"),
    pytest.param(error("ExpiredTokenException"), FaultKind.EXPIRED, "expired", id="expired"),
    pytest.param(
        error("UnrecognizedClientException"), FaultKind.NO_CREDENTIALS, "does not accept", id="unknown key"
    ),
    pytest.param(error("AccessDeniedException"), FaultKind.DENIED, "is denied", id="denied"),
    pytest.param(
        error("ResourceNotFoundException", "The specified log group does not exist."),
        FaultKind.NOT_FOUND,
        "does not exist",
        id="group deleted",
    ),
    pytest.param(
        error("InvalidParameterException", "The specified nextToken is invalid."),
        FaultKind.INVALID,
        "nextToken",
        id="token",
    ),
]


@pytest.mark.parametrize(("answer", "kind", "words"), FAULTS)
def test_a_failure_is_a_fault_of_one_call_and_the_next_one_succeeds(
    wire: Wire, answer: Answer, kind: FaultKind, words: str
) -> None:
    wire.answer = answer
    fault = wire.fault()
    assert (fault.kind, words in fault.sentence) == (kind, True), fault
    assert "<" not in fault.sentence + fault.cure
    assert wire.calls() == 1, "a retry of the library's own would break the budget"
    wire.answer = Answer(PAGE)
    assert len(wire.connection.logs().page(REQUEST).events) == 1


def test_a_name_that_does_not_resolve_is_told_and_comes_back(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with monkeypatch.context() as down:
        down.setattr(socket, "getaddrinfo", unknown)
        fault = wire.fault()
    assert (fault.kind, "cannot be reached" in fault.sentence) == (FaultKind.NETWORK, True), fault
    assert len(wire.connection.logs().page(REQUEST).events) == 1


def test_nobody_listening_is_told(wire: Wire) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    logs = connect(Options(region="eu-west-1", endpoint_url=url)).logs()
    with pytest.raises(FaultError) as caught:
        logs.page(REQUEST)
    assert (caught.value.fault.kind, "cannot be reached" in caught.value.fault.sentence) == (
        FaultKind.NETWORK,
        True,
    )


@pytest.mark.parametrize("code", ["InvalidSignatureException", "RequestTimeTooSkewed"])
def test_a_wrong_clock_is_told_by_the_date_of_the_answer(wire: Wire, code: str) -> None:
    body = json.dumps({"__type": code, "message": "Signature not yet current"}).encode()
    wire.answer = Answer(body, 403, date="Sat, 01 Jan 2000 00:00:00 GMT")
    assert wire.fault().sentence.endswith("days ahead of AWS's, which refuses the request.")


THEIRS = "arn:aws:logs:eu-west-1:999988887777:log-group:flows"


def test_a_group_of_another_region_is_told_without_a_call(wire: Wire) -> None:
    fault = wire.fault(PageRequest("arn:aws:logs:us-east-1:123456789012:log-group:flows", 1))
    assert (fault.kind, "us-east-1" in fault.sentence, "--region us-east-1" in fault.cure) == (
        FaultKind.UNSUPPORTED,
        True,
        True,
    )
    assert wire.calls() == 0


@pytest.mark.parametrize(
    ("group", "is_explained"),
    [(THEIRS, True), (THEIRS.replace("999988887777", "123456789012"), False), ("flows", False)],
    ids=["another account's", "our own by ARN", "our own by name"],
)
@pytest.mark.parametrize("code", ["ResourceNotFoundException", "AccessDeniedException"])
def test_a_group_that_another_account_does_not_share_says_how(
    wire: Wire, group: str, code: str, is_explained: bool
) -> None:
    wire.connection.identity()
    wire.answer = error(code)
    cure = wire.fault(PageRequest(group, 1)).cure
    assert ("Account 999988887777 must share it with 123456789012" in cure) is is_explained


def test_a_group_that_another_account_shares_is_read(wire: Wire) -> None:
    wire.connection.identity()
    assert len(wire.connection.logs().page(PageRequest(THEIRS + ":*", 1)).events) == 1
    assert wire.endpoint.asked[-1].parameters["logGroupIdentifier"] == THEIRS
