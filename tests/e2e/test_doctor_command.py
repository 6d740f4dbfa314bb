"""`flowtui doctor` and `flowtui iam-policy`: the real commands, against the embedded endpoint over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from flowtui.aws.client import AwsConnection, Options
from flowtui.cli.connect import Connector
from flowtui.monitor.clock import SystemClock
from flowtui.monitor.session import Session
from flowtui.monitor.settings import Settings
from tests.e2e.test_tail_command import DEADLINE_S, FLOWTUI, Served, end, serve
from tests.unit.monitor.world import until


@pytest.fixture(scope="module")
def still() -> Iterator[Served]:
    served = serve("--rate", "6", "--seed", "11")
    yield served
    end(served)


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*FLOWTUI, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )


def test_the_demo_works_and_the_report_can_be_read_by_machines(still: Served) -> None:
    ended = run(still.environment, "doctor", "--output", "json")
    assert ended.returncode == 0, ended.stderr
    said = json.loads(ended.stdout)
    assert said["works"] is True
    sections = [each["section"] for each in said["findings"]]
    assert list(dict.fromkeys(sections)) == ["sign-in", "permissions", "flow logs", "log groups", "clock"]


def test_text_says_in_its_last_line_whether_it_works(still: Served) -> None:
    ended = run(still.environment, "doctor")
    assert ended.returncode == 0
    assert ended.stdout.splitlines()[-1].startswith("The monitor works here")
    assert "environment variables" in ended.stdout
    assert still.environment["AWS_SECRET_ACCESS_KEY"] not in ended.stdout


def test_without_credentials_the_status_is_1_and_the_cure_is_told(still: Served) -> None:
    environment = {name: value for name, value in still.environment.items() if "KEY" not in name}
    ended = run(environment, "doctor")
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert "no AWS credentials" in ended.stdout
    assert ended.stdout.splitlines()[-1].startswith("The monitor cannot work here yet")


def test_a_group_that_does_not_exist_cannot_be_followed(still: Served) -> None:
    ended = run(still.environment, "doctor", "--log-group", "/not/there")
    assert ended.returncode == 1
    assert "/not/there: Does not exist" in ended.stdout


class Allowing:
    """An account that allows the actions of a policy and denies every other, and remembers both."""

    def __init__(self, policy: dict[str, Any]) -> None:
        self._actions = [action for each in policy["Statement"] for action in each["Action"]]
        self._call = BaseClient._make_api_call  # type: ignore[attr-defined]
        self.allowed: set[str] = set()
        self.denied: set[str] = set()
        self._lock = threading.Lock()

    def call(self, client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        action = f"{client.meta.service_model.service_name}:{operation}"
        is_free = action == "sts:GetCallerIdentity"
        is_allowed = is_free or any(fnmatch(action, pattern) for pattern in self._actions)
        with self._lock:
            (self.allowed if is_allowed else self.denied).add(action)
        if not is_allowed:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": action}}, operation)
        return self._call(client, operation, parameters)


@pytest.fixture
def allowing(still: Served, monkeypatch: pytest.MonkeyPatch) -> Allowing:
    printed = run(still.environment, "iam-policy")
    assert printed.returncode == 0, printed.stderr
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    for name, value in still.environment.items():
        monkeypatch.setenv(name, value)
    account = Allowing(json.loads(printed.stdout))
    monkeypatch.setattr(
        BaseClient,
        "_make_api_call",
        lambda client, operation, parameters: account.call(client, operation, parameters),
    )
    return account


def test_with_exactly_the_policy_the_monitor_has_records_names_and_rules(allowing: Allowing) -> None:
    session = Session(Settings(), Connector().connect, SystemClock(), lambda _: None)
    session.start()
    try:
        until(lambda: len(session.state().snapshot) > 100, 30)
        until(lambda: (index := session.state().index) is not None and index.topology.rules is not None, 30)
        topology = session.state().index.topology  # type: ignore[union-attr]
    finally:
        session.stop()
    assert allowing.denied == set()
    assert not [each for each in topology.missing if each.is_denied]
    assert {"ec2:DescribeFlowLogs", "logs:FilterLogEvents", "ec2:DescribeNetworkAcls"} <= allowing.allowed


def test_the_examination_too_keeps_to_the_policy(allowing: Allowing) -> None:
    from flowtui.cli.connect import wanted
    from flowtui.monitor.examination import examine
    from flowtui.monitor.health import works

    findings = list(examine(lambda _: AwsConnection(Options()), Settings(), wanted(), time.time))
    assert works(findings)
    assert allowing.denied == set()
