"""Every way in which a call can fail gives a fault that can be shown and acted upon."""

from __future__ import annotations

import json
import re
import socket
import ssl
from dataclasses import replace
from xml.etree.ElementTree import ParseError

import pytest
import urllib3.exceptions
from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from flowtui.aws.errors import fault_of
from flowtui.aws.wording import Caller, MfaPromptError, outside_text, span
from flowtui.monitor.outside import Fault, FaultError, FaultKind

ACTION = "logs:FilterLogEvents"
CALLER = Caller("my team", ("default", "my team"), "eu-west-1")
URL = "https://user:hunter2@logs.example.com/path"


def client_error(
    code: str, message: str = "It failed.", status: int = 400, operation: str = "FilterLogEvents"
) -> boto.ClientError:
    response = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return boto.ClientError(response, operation)  # type: ignore[arg-type]


CODES = [
    ("ThrottlingException", FaultKind.THROTTLED, "throttles logs:FilterLogEvents"),
    ("Throttling", FaultKind.THROTTLED, "throttles"),
    ("RequestLimitExceeded", FaultKind.THROTTLED, "throttles"),
    ("TooManyRequestsException", FaultKind.THROTTLED, "throttles"),
    ("LimitExceededException", FaultKind.THROTTLED, "throttles"),
    ("OperationAborted", FaultKind.THROTTLED, "throttles"),
    ("ServiceUnavailableException", FaultKind.UNAVAILABLE, "cannot answer"),
    ("InternalFailure", FaultKind.UNAVAILABLE, "cannot answer"),
    ("InternalError", FaultKind.UNAVAILABLE, "cannot answer"),
    ("ExpiredToken", FaultKind.EXPIRED, "expired"),
    ("ExpiredTokenException", FaultKind.EXPIRED, "expired"),
    ("RequestExpired", FaultKind.EXPIRED, "expired"),
    ("UnrecognizedClientException", FaultKind.NO_CREDENTIALS, "eu-west-1"),
    ("InvalidClientTokenId", FaultKind.NO_CREDENTIALS, "does not accept"),
    ("AuthFailure", FaultKind.NO_CREDENTIALS, "does not accept"),
    ("SignatureDoesNotMatch", FaultKind.NO_CREDENTIALS, "does not accept"),
    ("MissingAuthenticationTokenException", FaultKind.NO_CREDENTIALS, "does not accept"),
    ("OptInRequired", FaultKind.NO_CREDENTIALS, "not enabled for eu-west-1"),
    ("RequestTimeTooSkewed", FaultKind.OTHER, "clock"),
    ("AccessDeniedException", FaultKind.DENIED, "logs:FilterLogEvents is denied"),
    ("UnauthorizedOperation", FaultKind.DENIED, "logs:FilterLogEvents is denied"),
    ("Client.UnauthorizedOperation", FaultKind.DENIED, "logs:FilterLogEvents is denied"),
    ("ResourceNotFoundException", FaultKind.NOT_FOUND, "It failed."),
    ("InvalidVpcID.NotFound", FaultKind.NOT_FOUND, "It failed."),
    ("InvalidParameterException", FaultKind.INVALID, "It failed."),
    ("InvalidParameterValue", FaultKind.INVALID, "It failed."),
    ("ValidationException", FaultKind.INVALID, "It failed."),
    ("UnknownOperationException", FaultKind.UNSUPPORTED, "not supported"),
    ("InvalidAction", FaultKind.UNSUPPORTED, "not supported"),
]


@pytest.mark.parametrize(("code", "kind", "words"), CODES, ids=[code for code, _, _ in CODES])
def test_an_error_code_of_aws(code: str, kind: FaultKind, words: str) -> None:
    fault = fault_of(client_error(code), ACTION, CALLER)
    assert fault.kind is kind
    assert words in fault.sentence
    assert fault.code == code.removeprefix("Client.")
    assert fault.action == ACTION
    assert_can_be_shown(fault)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, FaultKind.INVALID),
        (401, FaultKind.DENIED),
        (403, FaultKind.DENIED),
        (404, FaultKind.NOT_FOUND),
        (413, FaultKind.INVALID),
        (429, FaultKind.THROTTLED),
        (500, FaultKind.UNAVAILABLE),
        (501, FaultKind.UNSUPPORTED),
        (503, FaultKind.UNAVAILABLE),
        (0, FaultKind.OTHER),
    ],
)
def test_an_unknown_code_is_judged_by_its_status(status: int, kind: FaultKind) -> None:
    fault = fault_of(client_error("NeverHeardOf", status=status), ACTION, CALLER)
    assert fault.kind is kind
    assert_can_be_shown(fault)


MESSAGES = [
    pytest.param(
        client_error(
            "AccessDeniedException",
            "User: arn:aws:sts::1:assumed-role/x/y is not authorized to perform: kms:Decrypt on resource: "
            "arn:aws:kms:1 because no identity-based policy allows the kms:Decrypt action",
        ),
        FaultKind.DENIED,
        "kms:Decrypt is denied because no identity-based policy allows",
        id="another action was denied, and why",
    ),
    pytest.param(
        client_error("InvalidSignatureException", "Signature expired: 20240101T000000Z is now earlier than"),
        FaultKind.OTHER,
        "clock",
        id="clock told by the signature",
    ),
    pytest.param(
        client_error("InvalidParameterException", "The log group class INFREQUENT_ACCESS is not supported"),
        FaultKind.UNSUPPORTED,
        "class",
        id="log group of the Infrequent Access class",
    ),
    pytest.param(
        client_error(
            "InvalidOperationException",
            "The log group /flows is of log-group-class INFREQUENT_ACCESS. FilterLogEvents is not supported "
            "for this log class.",
        ),
        FaultKind.UNSUPPORTED,
        "The log group is of the Infrequent Access class: logs:FilterLogEvents cannot read it.",
        id="the class as AWS names it",
    ),
    pytest.param(
        client_error("ValidationException", "This operation is only supported on the Standard log class."),
        FaultKind.UNSUPPORTED,
        "The log group is not of the Standard class",
        id="a class that is not named",
    ),
    pytest.param(
        client_error("InvalidOperationException", "The log group x is of log-group-class DELIVERY."),
        FaultKind.UNSUPPORTED,
        "of the Delivery class: nothing in CloudWatch can read it.",
        id="the class that nothing reads",
    ),
    pytest.param(
        client_error("AccessDenied", "The role may not be assumed", 403, "AssumeRole"),
        FaultKind.NO_CREDENTIALS,
        "sts:AssumeRole",
        id="role that cannot be assumed",
    ),
    pytest.param(
        client_error("ThrottlingException", "Rate exceeded", 400, "AssumeRole"),
        FaultKind.THROTTLED,
        "sts:AssumeRole",
        id="throttled on the way to the credentials",
    ),
    pytest.param(
        client_error("AccessDeniedException", "The security token included has expired"),
        FaultKind.EXPIRED,
        "expired",
        id="expiry told as a denial",
    ),
]


@pytest.mark.parametrize(("error", "kind", "words"), MESSAGES)
def test_one_code_for_several_things_is_told_apart(
    error: boto.ClientError, kind: FaultKind, words: str
) -> None:
    fault = fault_of(error, ACTION, CALLER)
    assert (fault.kind, words in fault.sentence) == (kind, True), fault
    assert_can_be_shown(fault)


EXCEPTIONS = [
    (boto.NoCredentialsError(), FaultKind.NO_CREDENTIALS, "flowtui demo"),
    (
        boto.PartialCredentialsError(provider="env", cred_var="aws_secret_access_key"),
        FaultKind.NO_CREDENTIALS,
        "--profile",
    ),
    (
        boto.CredentialRetrievalError(provider="custom-process", error_msg="boom"),
        FaultKind.NO_CREDENTIALS,
        "profile",
    ),
    (boto.MetadataRetrievalError(error_msg="no"), FaultKind.NO_CREDENTIALS, "flowtui demo"),
    (boto.UnauthorizedSSOTokenError(), FaultKind.EXPIRED, "aws sso login --profile 'my team'"),
    (boto.SSOTokenLoadError(error_msg="gone"), FaultKind.EXPIRED, "aws sso login --profile 'my team'"),
    (
        boto.TokenRetrievalError(provider="sso", error_msg="x"),
        FaultKind.EXPIRED,
        "aws sso login --profile 'my team'",
    ),
    (boto.LoginRefreshRequired(), FaultKind.EXPIRED, "aws login --profile 'my team'"),
    (boto.RefreshWithMFAUnsupportedError(), FaultKind.EXPIRED, "`Sign in again`"),
    (MfaPromptError("Enter MFA code"), FaultKind.EXPIRED, "start flowtui again"),
    (FileNotFoundError(2, "No such file", "/x/token"), FaultKind.NO_CREDENTIALS, "web identity token file"),
    (PermissionError(13, "Permission denied", "/x/run"), FaultKind.NO_CREDENTIALS, "credential_process"),
    (boto.ProfileNotFound(profile="prod"), FaultKind.UNKNOWN_PROFILE, "default, my team"),
    (boto.NoRegionError(), FaultKind.NO_REGION, "--region"),
    (boto.InvalidRegionError(region_name="a b"), FaultKind.NO_REGION, "--region"),
    (boto.ConfigParseError(path="/x/config"), FaultKind.INVALID, "~/.aws/config"),
    (boto.ConfigNotFound(path="/x/config"), FaultKind.INVALID, "~/.aws/config"),
    (boto.InvalidConfigError(error_msg="x"), FaultKind.INVALID, "~/.aws/config"),
    (boto.MissingDependencyException(msg="awscrt"), FaultKind.UNSUPPORTED, "crt"),
    (boto.EndpointConnectionError(endpoint_url=URL), FaultKind.NETWORK, "network"),
    (boto.ConnectTimeoutError(endpoint_url=URL), FaultKind.NETWORK, "network"),
    (boto.ReadTimeoutError(endpoint_url=URL), FaultKind.NETWORK, "again"),
    (boto.ConnectionClosedError(endpoint_url=URL), FaultKind.NETWORK, "again"),
    (boto.ResponseStreamingError(error="x"), FaultKind.NETWORK, "again"),
    (boto.IncompleteReadError(actual_bytes=1, expected_bytes=2), FaultKind.NETWORK, "again"),
    (boto.HTTPClientError(error="x"), FaultKind.NETWORK, "network"),
    (boto.SSLError(endpoint_url=URL, error=ValueError("self-signed")), FaultKind.NETWORK, "AWS_CA_BUNDLE"),
    (ssl.SSLError("bad"), FaultKind.NETWORK, "AWS_CA_BUNDLE"),
    (boto.ProxyConnectionError(proxy_url="http://user:hunter2@proxy:1"), FaultKind.NETWORK, "HTTPS_PROXY"),
    (urllib3.exceptions.ProtocolError("x"), FaultKind.NETWORK, "network"),
    (urllib3.exceptions.LocationParseError("x"), FaultKind.NETWORK, "network"),
    (ConnectionResetError("x"), FaultKind.NETWORK, "network"),
    (socket.gaierror("x"), FaultKind.NETWORK, "network"),
    (TimeoutError("x"), FaultKind.NETWORK, "again"),
    (ResponseParserError("html"), FaultKind.UNREADABLE, "again"),
    (boto.PaginationError(message="x"), FaultKind.UNREADABLE, "again"),
    (json.JSONDecodeError("x", "y", 0), FaultKind.UNREADABLE, "again"),
    (UnicodeDecodeError("utf-8", b"x", 0, 1, "y"), FaultKind.UNREADABLE, "again"),
    (ParseError("x"), FaultKind.UNREADABLE, "again"),
    (boto.ParamValidationError(report="startFromHead"), FaultKind.INVALID, "boto3"),
    (boto.UnknownEndpointError(service_name="logs", region_name="x"), FaultKind.UNSUPPORTED, "--region"),
    (boto.EndpointProviderError(msg="x"), FaultKind.INVALID, "--endpoint-url"),
    (boto.CapacityNotAvailableError(), FaultKind.THROTTLED, ""),
    (ValueError("Invalid endpoint: nonsense"), FaultKind.INVALID, "--endpoint-url"),
    (boto.BotoCoreError(), FaultKind.OTHER, ""),
    (ZeroDivisionError("x"), FaultKind.OTHER, ""),
]


@pytest.mark.parametrize(
    ("error", "kind", "cure"), EXCEPTIONS, ids=[type(error).__name__ for error, _, _ in EXCEPTIONS]
)
def test_an_exception_of_botocore_or_below(error: Exception, kind: FaultKind, cure: str) -> None:
    fault = fault_of(error, ACTION, CALLER)
    assert (fault.kind, cure in fault.cure) == (kind, True), fault
    assert fault.code == type(error).__name__
    assert "hunter2" not in fault.sentence + fault.cure
    assert_can_be_shown(fault)


def test_every_exception_of_botocore_gives_a_fault() -> None:
    classes = [kind for kind in vars(boto).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    for kind in set(classes) - {boto.ClientError, boto.EventStreamError}:
        error = kind.__new__(kind)
        vars(error)["kwargs"] = {}
        assert_can_be_shown(fault_of(error, ACTION, CALLER))
    assert len(classes) > 50


def test_a_fault_that_is_one_already_stays_itself() -> None:
    fault = Fault(FaultKind.NOT_FOUND, "", "Gone.")
    assert fault_of(FaultError(fault), ACTION, CALLER) is fault


def test_an_unreachable_host_is_named() -> None:
    fault = fault_of(boto.EndpointConnectionError(endpoint_url="https://logs.x.com/"), ACTION, CALLER)
    assert fault.sentence == "logs.x.com cannot be reached."


@pytest.mark.parametrize(
    ("region", "cure"),
    [
        ("eu-west-1", "Check the network"),
        ("eu-wset-1", "eu-wset-1 is no region that is known: did you mean --region eu-west-1?"),
        ("zz", "zz is no region that is known: name another --region."),
    ],
)
def test_where_a_region_is_not_known_an_unreachable_host_is_no_wonder(region: str, cure: str) -> None:
    error = boto.EndpointConnectionError(endpoint_url="https://sts.x.com/")
    assert cure in fault_of(error, ACTION, Caller(region=region)).cure


@pytest.mark.parametrize(
    ("method", "cure"),
    [
        ("sso", "In another terminal: aws sso login --profile p"),
        ("assume-role", "In another terminal: aws sso login --profile p"),
        ("", "In another terminal: aws sso login --profile p"),
        ("env", "environment variables: set new ones"),
        ("shared-credentials-file", "credentials file"),
        ("custom-process", "credential_process"),
        ("iam-role", "by itself"),
    ],
)
def test_an_expired_sign_in_is_renewed_where_it_came_from(method: str, cure: str) -> None:
    answer = {"Error": {"Code": "ExpiredTokenException", "Message": "expired"}}
    error = boto.ClientError(answer, "FilterLogEvents")  # type: ignore[arg-type]
    assert cure in fault_of(error, ACTION, Caller("p", method=method)).cure


def test_of_many_profiles_some_are_named_and_the_one_that_was_meant() -> None:
    many = Caller("x", [f"team-{number}" for number in range(300)])
    assert fault_of(boto.ProfileNotFound(profile="nobody"), "", many).cure.startswith(
        "There are: team-0, team-1, team-2, team-3, team-4, team-5, team-6, team-7 and 292 more"
    )
    assert fault_of(boto.ProfileNotFound(profile="tema-7"), "", many).cure == "Did you mean team-7?"
    assert "--profile (team-0" in fault_of(boto.NoCredentialsError(), "", many).cure


def test_without_a_profile_the_login_command_names_none() -> None:
    assert fault_of(boto.UnauthorizedSSOTokenError()).cure.endswith(": aws sso login")


def test_without_any_profile_the_cure_says_how_to_make_one() -> None:
    assert "aws configure" in fault_of(boto.ProfileNotFound(profile="x"), "", Caller("x")).cure


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("key AKIAIOSFODNN7EXAMPLE is wrong", "IOSFODNN7EXAMPLE"),
        ("https://user:hunter2@host/ failed", "hunter2"),
        ("x-amz-security-token:FwoGZXIvYXdzEJr and more", "FwoGZXIvYXdzEJr"),
        ("aws_secret_access_key = wJalrXUtnFEMI", "wJalrXUtnFEMI"),
        ("got wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY here", "bPxRfiCYEXAMPLEKEY"),
        ("Encoded authorization failure message: " + "a1-B" * 60, "a1-B"),
    ],
)
def test_secrets_in_messages_are_not_passed_on(text: str, secret: str) -> None:
    assert secret not in outside_text(text)
    fault = fault_of(client_error("InvalidParameterException", text), ACTION, CALLER)
    assert secret not in fault.sentence + fault.cure + fault.code


SENT_AT = 1_700_000_000.0


def skewed(code: str, message: str, seconds: float) -> Fault:
    """The fault where this machine's clock is so far ahead."""
    error = client_error(code, message)
    error.response["ResponseMetadata"]["HTTPHeaders"] = {"date": "Tue, 14 Nov 2023 22:13:20 GMT"}
    return fault_of(error, ACTION, replace(CALLER, now=SENT_AT + seconds))


CLOCKS = [
    ("SignatureDoesNotMatch", 720, "12 minutes ahead of AWS's"),
    ("InvalidSignatureException", -720, "12 minutes behind AWS's"),
    ("RequestTimeTooSkewed", 7200, "2 hours ahead of AWS's"),
    ("RequestExpired", -6 * 60, "6 minutes behind AWS's"),
    ("AuthFailure", 3 * 86_400, "3 days ahead of AWS's"),
]


@pytest.mark.parametrize(("code", "seconds", "words"), CLOCKS, ids=[code for code, _, _ in CLOCKS])
def test_a_wrong_clock_is_told_with_how_wrong_it_is(code: str, seconds: float, words: str) -> None:
    fault = skewed(code, "no", seconds)
    assert f"This machine's clock is {words}" in fault.sentence
    assert "NTP" in fault.cure
    assert fault.kind is FaultKind.OTHER
    assert_can_be_shown(fault)


@pytest.mark.parametrize(
    ("code", "seconds", "kind"),
    [
        ("SignatureDoesNotMatch", 30, FaultKind.NO_CREDENTIALS),
        ("RequestExpired", -30, FaultKind.EXPIRED),
        ("ExpiredToken", 7200, FaultKind.EXPIRED),
        ("AccessDeniedException", 7200, FaultKind.DENIED),
    ],
)
def test_the_clock_is_not_blamed_for_what_it_has_no_part_in(
    code: str, seconds: float, kind: FaultKind
) -> None:
    fault = skewed(code, "no", seconds)
    assert (fault.kind, "clock" in fault.sentence) == (kind, False)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 second"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (7199, "120 minutes"),
        (7200, "2 hours"),
        (172_800, "2 days"),
    ],
)
def test_a_length_of_time_in_words(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_hostile_messages_become_one_clean_line() -> None:
    hostile = "line\nbreak\x1b[31m red \u202e backwards\x00 [bold]markup[/bold] " + "long " * 200
    fault = fault_of(client_error("InvalidParameterException", hostile), ACTION, CALLER)
    assert len(fault.sentence) < 400
    assert_can_be_shown(fault)


def test_an_answer_without_its_usual_parts() -> None:
    fault = fault_of(boto.ClientError({}, "FilterLogEvents"), ACTION, CALLER)
    assert fault.kind is FaultKind.OTHER
    assert_can_be_shown(fault)


def assert_can_be_shown(fault: Fault) -> None:
    assert re.fullmatch(r"[^\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+", fault.sentence)
    assert fault.sentence.endswith(".")
    assert ".." not in fault.sentence
    assert "{" not in fault.sentence + fault.cure
    assert "\n" not in fault.cure
    assert len(fault.sentence) < 400
