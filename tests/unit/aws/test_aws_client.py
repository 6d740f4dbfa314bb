"""Signing in: which credentials and endpoints are used, and what is said where they will not do."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flowtui.aws.client import AwsConnection, Options, connect, needs_prompt
from flowtui.aws.endpoints import is_loopback
from flowtui.monitor.outside import Fault, FaultError, FaultKind, PageRequest
from tests.unit.aws.aws_stub import Answer, Asked, clean_environment, serving

CONFIG = """
[default]
region = eu-west-1
[profile "lab one"]
aws_access_key_id = made-up
aws_secret_access_key = made-up
region = us-east-2
[profile admin]
role_arn = arn:aws:iam::123456789012:role/admin
source_profile = default
mfa_serial = arn:aws:iam::123456789012:mfa/me
region = eu-west-1
[profile through-admin]
role_arn = arn:aws:iam::123456789012:role/reader
source_profile = admin
[profile sso]
sso_start_url = https://example.awsapps.com/start
sso_region = eu-west-1
sso_account_id = 123456789012
sso_role_name = reader
region = eu-west-1
"""

IDENTITY = Answer(
    b"<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account>"
    b"<Arn>arn:aws:iam::123456789012:user/me</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>",
    content_type="text/xml",
)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clean_environment(monkeypatch, tmp_path, CONFIG)


def fault_in(action: Callable[[], object]) -> Fault:
    with pytest.raises(FaultError) as caught:
        action()
    return caught.value.fault


def test_the_identity_is_asked_once_and_names_profile_and_region() -> None:
    with serving(lambda asked: IDENTITY) as endpoint:
        connection = connect(Options("lab one", endpoint_url=endpoint.url))
        identity = connection.identity()
        assert connection.identity() == identity
        assert len(endpoint.asked) == 1
    assert (identity.account, identity.region, identity.profile) == ("123456789012", "us-east-2", "lab one")


@pytest.mark.parametrize(
    ("options", "region"),
    [
        (Options(), "eu-west-1"),
        (Options("lab one"), "us-east-2"),
        (Options("lab one", "ap-south-1"), "ap-south-1"),
    ],
)
def test_the_region_is_the_option_or_the_profiles(options: Options, region: str) -> None:
    with serving(lambda asked: IDENTITY) as endpoint:
        connection = connect(Options(options.profile, options.region, endpoint.url))
        assert connection.identity().region == region


def test_an_unknown_profile_is_told_at_once_with_those_there_are() -> None:
    fault = fault_in(lambda: connect(Options("prod")))
    assert fault.kind is FaultKind.UNKNOWN_PROFILE
    assert "'prod'" in fault.sentence
    assert all(name in fault.cure for name in ("default", "lab one", "admin"))


def test_without_a_region_the_cure_names_the_option(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clean_environment(monkeypatch, tmp_path)
    fault = fault_in(lambda: connect(Options()))
    assert fault.kind is FaultKind.NO_REGION
    assert "--region" in fault.cure


def test_without_credentials_the_demo_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    connection = connect(Options())
    for call in (
        connection.identity,
        lambda: connection.topology(()),
        lambda: connection.logs().page(PageRequest("flows", 0)),
    ):
        fault = fault_in(call)
        assert fault.kind is FaultKind.NO_CREDENTIALS
        assert "flowtui demo" in fault.cure


def test_credentials_that_come_later_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with serving(lambda asked: IDENTITY) as endpoint:
        connection = connect(Options(endpoint_url=endpoint.url))
        assert fault_in(connection.identity).kind is FaultKind.NO_CREDENTIALS
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
        assert connection.identity().account == "123456789012"


def test_after_an_expired_sign_in_new_credentials_are_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    credentials = tmp_path / "credentials"
    text = "[default]\naws_access_key_id=made-up\naws_secret_access_key=made-up\naws_session_token={}\n"
    credentials.write_text(text.format("old"))
    answers = [Answer(b'{"__type": "ExpiredTokenException", "message": "expired"}', 400), Answer(b"{}")]
    with serving(lambda asked: answers.pop(0)) as endpoint:
        logs = connect(Options(endpoint_url=endpoint.url)).logs()
        assert fault_in(lambda: logs.page(PageRequest("flows", 0))).kind is FaultKind.EXPIRED
        credentials.write_text(text.format("new"))
        assert len(logs.page(PageRequest("flows", 0)).events) == 0


SIGN_INS = """
[default]
region = eu-west-1
[sso-session corp]
sso_start_url = https://example.awsapps.com/start
sso_region = eu-west-1
[profile by-session]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = reader
[profile "behind it"]
role_arn = arn:aws:iam::123456789012:role/reader
source_profile = by-session
[profile two-behind]
role_arn = arn:aws:iam::123456789012:role/other
source_profile = behind it
[profile no-session]
sso_session = nowhere
sso_account_id = 123456789012
sso_role_name = reader
[profile web]
role_arn = arn:aws:iam::123456789012:role/reader
web_identity_token_file = /not/there/token
[profile false]
credential_process = false
[profile talks]
credential_process = echo AKIAEXAMPLEEXAMPLE00 wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
[profile gone]
credential_process = /not/there --token hunter2
[profile half]
credential_process = echo '{"Version": 1, "AccessKeyId": "AKIAEXAMPLEEXAMPLE00"}'
[profile round]
role_arn = arn:aws:iam::123456789012:role/reader
source_profile = about
[profile about]
role_arn = arn:aws:iam::123456789012:role/reader
source_profile = round
[profile sourceless]
role_arn = arn:aws:iam::123456789012:role/reader
[profile lost]
role_arn = arn:aws:iam::123456789012:role/reader
source_profile = nobody
[profile odd]
role_arn = arn:aws:iam::123456789012:role/reader
credential_source = Nonsense
[profile console]
login_session = arn:aws:iam::123456789012:user/me
"""


@pytest.mark.parametrize(
    ("profile", "kind", "told"),
    [
        ("by-session", FaultKind.EXPIRED, "In another terminal: aws sso login --profile by-session"),
        ("behind it", FaultKind.EXPIRED, "In another terminal: aws sso login --profile by-session"),
        ("two-behind", FaultKind.EXPIRED, "In another terminal: aws sso login --profile by-session"),
        ("no-session", FaultKind.INVALID, "sso-session does not exist"),
        ("web", FaultKind.NO_CREDENTIALS, "/not/there/token"),
        ("false", FaultKind.NO_CREDENTIALS, "Check the profile's set-up"),
        ("talks", FaultKind.NO_CREDENTIALS, "what credential_process prints is not JSON"),
        ("gone", FaultKind.NO_CREDENTIALS, "/not/there"),
        ("half", FaultKind.NO_CREDENTIALS, "credentials"),
        ("round", FaultKind.INVALID, "Infinite loop"),
        ("sourceless", FaultKind.NO_CREDENTIALS, "source_profile"),
        ("lost", FaultKind.INVALID, '"nobody"'),
        ("odd", FaultKind.INVALID, '"Nonsense"'),
    ],
)
def test_a_profile_that_cannot_be_signed_in_says_what_to_do(
    profile: str, kind: FaultKind, told: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clean_environment(monkeypatch, tmp_path, SIGN_INS)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    fault = fault_in(connect(Options(profile, "eu-west-1")).identity)
    whole = f"{fault.sentence} {fault.cure}"
    assert (fault.kind, told in whole, bool(fault.cure)) == (kind, True, True), fault
    for secret in ("hunter2", "wJalrXUtnFEMI", "AKIAEXAMPLEEXAMPLE00", "\n"):
        assert secret not in whole


def test_a_sign_in_to_the_console_names_its_own_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clean_environment(monkeypatch, tmp_path, SIGN_INS)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    fault = fault_in(connect(Options("console", "eu-west-1")).identity)
    assert fault.cure in (
        "In another terminal: aws login --profile console",
        "Run `pip install 'boto3[crt]'`.",
    )


def test_half_a_key_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    fault = fault_in(connect(Options()).identity)
    assert (fault.kind, "incomplete" in fault.sentence) == (FaultKind.NO_CREDENTIALS, True)


def test_a_broken_config_file_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clean_environment(monkeypatch, tmp_path, "this is no config file")
    fault = fault_in(lambda: connect(Options()))
    assert (fault.kind, str(tmp_path / "config") in fault.sentence) == (FaultKind.INVALID, True)


def test_an_sso_profile_that_was_never_signed_in_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    fault = fault_in(connect(Options("sso")).identity)
    assert fault.kind is FaultKind.EXPIRED
    assert fault.cure.endswith("aws sso login --profile sso")


@pytest.mark.parametrize(
    ("profile", "expected"),
    [("admin", True), ("through-admin", True), ("default", False), ("lab one", False), (None, False)],
)
def test_a_profile_with_mfa_is_known_before_the_screen_opens(profile: str | None, expected: bool) -> None:
    assert needs_prompt(Options(profile)) is expected


ROLE = Answer(
    b"<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>made-up</AccessKeyId>"
    b"<SecretAccessKey>made-up</SecretAccessKey><SessionToken>t</SessionToken>"
    b"<Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>",
    content_type="text/xml",
)


def _mfa(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str) -> None:
    keys = "[default]\naws_access_key_id=made-up\naws_secret_access_key=made-up\n"
    (tmp_path / "credentials").write_text(keys)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)


def test_the_mfa_code_is_asked_for_when_connecting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    questions = []

    def prompt(question: str) -> str:
        questions.append(question)
        return "123456"

    def script(asked: Asked) -> Answer:
        return ROLE if asked.operation == "AssumeRole" else IDENTITY

    with serving(script) as endpoint:
        _mfa(monkeypatch, tmp_path, endpoint.url)
        connection = connect(Options("admin"), prompt)
        assert [asked.operation for asked in endpoint.asked] == ["AssumeRole"]
        assert endpoint.asked[0].parameters["TokenCode"] == "123456"
        assert connection.identity().profile == "admin"
    assert len(questions) == 1
    assert "mfa/me" in questions[0]


def test_the_mfa_code_is_never_asked_for_inside_the_screen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with serving(lambda asked: ROLE) as endpoint:
        _mfa(monkeypatch, tmp_path, endpoint.url)
        fault = fault_in(connect(Options("admin")).identity)
    assert (fault.kind, "MFA" in fault.sentence) == (FaultKind.EXPIRED, True)


@pytest.mark.parametrize(
    "url",
    ["http://example.com", "http://10.0.0.1:4566", "http://localhost.example.com"],
)  # fmt: skip
def test_a_plain_http_endpoint_elsewhere_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fault_in(lambda: connect(Options(endpoint_url=url))).kind is FaultKind.INVALID
    connect(Options(endpoint_url=url, insecure=True))
    for variable in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", "AWS_ENDPOINT_URL_STS"):
        monkeypatch.setenv(variable, url)
        assert "--insecure" in fault_in(lambda: connect(Options())).cure
        monkeypatch.delenv(variable)


def test_a_plain_http_endpoint_in_the_config_file_is_refused_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clean_environment(
        monkeypatch, tmp_path, "[default]\nregion = eu-west-1\nendpoint_url = http://example.com\n"
    )
    assert fault_in(connect(Options()).identity).kind is FaultKind.INVALID


@pytest.mark.parametrize("is_insecure", [False, True], ids=["", "insecure"])
@pytest.mark.parametrize(
    "url",
    ["https://user:hunter2@example.com", "http://hunter2@127.0.0.1:4566/", "http://127.0.0.1@example.com/"],
)
def test_an_endpoint_with_credentials_in_it_is_refused_and_not_shown(
    url: str, is_insecure: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for connecting in (
        lambda: connect(Options(endpoint_url=url, insecure=is_insecure)),
        lambda: connect(Options(insecure=is_insecure)),
    ):
        fault = fault_in(connecting)
        assert (fault.kind, "user name" in fault.sentence) == (FaultKind.INVALID, True)
        assert "hunter2" not in fault.sentence + fault.cure
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1", "http://", "http://[::1"])
def test_what_is_no_endpoint_is_refused(url: str) -> None:
    assert fault_in(lambda: connect(Options(endpoint_url=url))).kind is FaultKind.INVALID


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("a.localhost", True),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("localhost.example.com", False),
    ],
)
def test_what_is_this_machine(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_a_connection_is_what_the_core_expects() -> None:
    assert isinstance(connect(Options()), AwsConnection)
