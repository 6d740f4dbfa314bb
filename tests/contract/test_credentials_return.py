"""Credentials that expire while the monitor runs and come back: found without a restart, by every thread.

Through real boto3, real configuration files and an endpoint that tells by the signature whose key it was.
"""

from __future__ import annotations

import hashlib
import json
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from flowtui.aws.client import Options, connect
from flowtui.monitor.outside import FaultKind
from flowtui.monitor.session import Session
from flowtui.monitor.settings import Settings
from flowtui.monitor.state import SessionState, StatusKind
from tests.unit.aws.aws_stub import Answer, Asked, clean_environment, ec2, ec2_error, serving
from tests.unit.aws.test_aws_client import IDENTITY
from tests.unit.monitor.world import FastClock, line, log_events
from tests.unit.monitor.world import until as until_within

OLD, NEW = "made-up-old", "made-up-new"
START_URL = "https://example.awsapps.com/start"
FLOW_LOG = (
    "<flowLogSet><item><flowLogId>fl-1</flowLogId><resourceId>vpc-1</resourceId><logGroupName>flows</logGroupName>"
    "<logDestinationType>cloud-watch-logs</logDestinationType><trafficType>ALL</trafficType></item></flowLogSet>"
)
ASSUMED = (
    "<AssumeRoleResult><Credentials><AccessKeyId>{}</AccessKeyId><SecretAccessKey>x</SecretAccessKey>"
    "<SessionToken>t</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>"
)
VPC = "<vpcSet><item><vpcId>{}</vpcId><cidrBlock>10.0.0.0/16</cidrBlock></item></vpcSet>"


def until(condition: Callable[[], bool]) -> None:
    """Every client that is made anew takes its time on a busy machine."""
    until_within(condition, 60)


@dataclass
class Aws:
    """An account with one flow log, which accepts the keys that are valid at the time."""

    valid: set[str] = field(default_factory=lambda: {OLD})
    lines: list[str] = field(default_factory=list)
    vpc: str = "vpc-1"

    def answer(self, asked: Asked) -> Answer:
        if asked.operation == "/federation/credentials":
            return self._role()
        if asked.operation == "AssumeRole" and asked.key in self.valid:
            return ec2("AssumeRole", ASSUMED.format(asked.key))
        if asked.key not in self.valid:
            return self._expired(asked)
        match asked.operation:
            case "FilterLogEvents":
                return self._page(asked)
            case "GetCallerIdentity":
                return IDENTITY
            case "DescribeFlowLogs":
                return ec2(asked.operation, FLOW_LOG)
            case "DescribeVpcs":
                return ec2(asked.operation, VPC.format(self.vpc))
            case _:
                return ec2(asked.operation, "")

    def _role(self) -> Answer:
        """What the SSO portal gives for a token: the key that is valid, or a refusal."""
        if not self.valid:
            return Answer(
                b'{"__type": "UnauthorizedException", "message": "Session token not found"}',
                401,
                "application/json",
            )
        keys = {
            "accessKeyId": next(iter(self.valid)),
            "secretAccessKey": "made-up",
            "sessionToken": "made-up",
            "expiration": int((time.time() + 3600) * 1000),
        }
        return Answer(json.dumps({"roleCredentials": keys}).encode(), content_type="application/json")

    def _expired(self, asked: Asked) -> Answer:
        if asked.operation == "FilterLogEvents":
            return Answer(b'{"__type": "ExpiredTokenException", "message": "The token is expired"}', 400)
        return ec2_error("RequestExpired", "Request has expired.")

    def _page(self, asked: Asked) -> Answer:
        events = log_events(self.lines)
        columns = (events.streams, events.timestamps, events.ingestions, events.ids, events.messages)
        names = ("logStreamName", "timestamp", "ingestionTime", "eventId", "message")
        rows = [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]
        return Answer(json.dumps({"events": rows}).encode())


Renew = Callable[[str], None]
"""Puts a key where the profile finds it, as somebody in another terminal would."""


def shared_file(home: Path) -> Renew:
    def renew(key: str) -> None:
        text = f"[default]\naws_access_key_id={key}\naws_secret_access_key=x\naws_session_token=made-up\n"
        (home / "credentials").write_text(text)

    return renew


def process(home: Path) -> Renew:
    program = home / "give-credentials"
    program.write_text(f"#!/bin/sh\ncat '{home}/given.json'\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    (home / "config").write_text(f"[default]\nregion = eu-west-1\ncredential_process = {program}\n")

    def renew(key: str) -> None:
        keys = {"Version": 1, "AccessKeyId": key, "SecretAccessKey": "x", "SessionToken": "made-up"}
        (home / "given.json").write_text(json.dumps(keys))

    return renew


ROLE = "sso_account_id = 123456789012\nsso_role_name = reader\n"


def _signed_in(home: Path, name: str) -> Renew:
    """What `aws sso login` leaves behind, under the name that the token is looked for by."""
    cache = home / "sso"
    cache.mkdir()

    def renew(key: str) -> None:
        token = {"accessToken": "made-up", "expiresAt": "2999-01-01T00:00:00Z", "startUrl": START_URL}
        (cache / f"{hashlib.sha1(name.encode()).hexdigest()}.json").write_text(json.dumps(token))

    return renew


def sso(home: Path) -> Renew:
    (home / "config").write_text(
        f"[default]\nregion = eu-west-1\nsso_start_url = {START_URL}\nsso_region = eu-west-1\n{ROLE}"
    )
    return _signed_in(home, START_URL)


SESSION = (
    f"[sso-session corp]\nsso_start_url = {START_URL}\nsso_region = eu-west-1\n"
    f"[profile team]\nregion = eu-west-1\nsso_session = corp\n{ROLE}"
)


def sso_session(home: Path) -> Renew:
    (home / "config").write_text(f"[default]\nregion = eu-west-1\nsso_session = corp\n{ROLE}{SESSION}")
    return _signed_in(home, "corp")


def role_behind_sso(home: Path) -> Renew:
    role = "role_arn = arn:aws:iam::123456789012:role/x\nsource_profile = team\n"
    (home / "config").write_text(f"[default]\nregion = eu-west-1\n{role}{SESSION}")
    return _signed_in(home, "corp")


@dataclass
class Running:
    aws: Aws
    session: Session
    clock: FastClock

    def line(self, ago_s: int) -> str:
        """A record that began so long ago by the session's clock, which is ahead of ours."""
        return line(int(self.clock.now()) - ago_s)

    @property
    def state(self) -> SessionState:
        return self.session.state()


CURES: dict[Callable[[Path], Renew], str] = {
    shared_file: "AWS credentials file",
    process: "credential_process",
    sso: "aws sso login",
    sso_session: "aws sso login",
    role_behind_sso: "aws sso login --profile team",
}
"""Where the credentials come from, and what is said when they have expired."""


@pytest.fixture(params=CURES, ids=lambda kind: str(kind.__name__))
def kind(request: pytest.FixtureRequest) -> Callable[[Path], Renew]:
    made: Callable[[Path], Renew] = request.param
    return made


@pytest.fixture
def renew(kind: Callable[[Path], Renew], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Renew:
    clean_environment(monkeypatch, tmp_path, "[default]\nregion = eu-west-1\n")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    # botocore settles where the home is when it is imported.
    for place in ("credentials.SSOProvider", "tokens.SSOTokenProvider"):
        monkeypatch.setattr(f"botocore.{place}._SSO_TOKEN_CACHE_DIR", str(tmp_path / "sso"))
    return kind(tmp_path)


@pytest.fixture
def running(renew: Renew, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    aws = Aws()
    # The clock here is not the endpoint's.
    with serving(lambda asked: replace(aws.answer(asked), date="")) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint.url)
        renew(OLD)
        connection = connect(Options())
        clock = FastClock()
        session = Session(Settings(max_calls=1000), lambda settings: connection, clock, lambda notice: None)
        session.start()
        yield Running(aws, session, clock)
        session.stop()


def test_tail_and_topology_go_on_with_credentials_that_came_back(
    running: Running, renew: Renew, kind: Callable[[Path], Renew]
) -> None:
    aws = running.aws
    aws.lines = [running.line(100)]
    until(lambda: len(running.state.snapshot) == 1 and running.state.status.kind is StatusKind.LIVE)
    aws.valid.clear()
    until(lambda: running.state.status.kind is StatusKind.EXPIRED)
    until(lambda: {one.place for one in running.state.faults} == {"topology", "log group flows"})
    assert {one.fault.kind for one in running.state.faults} == {FaultKind.EXPIRED}
    assert CURES[kind] in running.state.status.text
    aws.lines.append(running.line(90))
    aws.vpc = "vpc-2"
    aws.valid.add(NEW)
    renew(NEW)
    until(lambda: len(running.state.snapshot) == 2 and not running.state.faults)
    index = running.state.index
    assert index is not None
    until(lambda: (running.state.index or index).vpc("vpc-2") is not None)
    # It is quiet again where reading the topology took ten seconds: ten minutes of the session's.
    aws.lines.append(running.line(80))
    until(lambda: running.state.status.kind is StatusKind.LIVE)


def test_a_denial_while_running_is_a_state_of_the_group_and_ends_with_it(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws = running.aws
    aws.lines = [running.line(100)]
    until(lambda: len(running.state.snapshot) == 1)
    denied = Answer(b'{"__type": "AccessDeniedException", "message": "no"}', 400)
    with monkeypatch.context() as policy:
        policy.setattr(Aws, "_page", lambda self, asked: denied)
        until(lambda: running.state.status.kind is StatusKind.FAILED)
        assert "logs:FilterLogEvents is denied." in running.state.status.text
        aws.lines.append(running.line(90))
    until(lambda: len(running.state.snapshot) == 2 and not running.state.faults)
