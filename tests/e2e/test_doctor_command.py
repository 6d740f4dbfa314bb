"""`flowtui doctor`: the real command, against the embedded endpoint over HTTP."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.e2e.test_tail_command import DEADLINE_S, FLOWTUI, Served, end, serve


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


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Served]]:
    """Endpoints by scenario, a shipped one's name or a text, each started when it is first wanted."""
    started: dict[str, Served] = {}

    def account(scenario: str) -> Served:
        if scenario not in started:
            name = scenario
            if "\n" in scenario:
                path = tmp_path_factory.mktemp("scenario") / "account.toml"
                path.write_text(scenario)
                name = str(path)
            started[scenario] = serve("--scenario", name)
        return started[scenario]

    yield account
    for served in started.values():
        end(served)


EXPIRED = "[faults]\nexpired = [0, 80_000]\n"
APART = "[account]\nskew_s = 720\n[faults]\nskewed = [0, 80_000]\n"


@dataclass(frozen=True)
class Told:
    """A finding that must be there."""

    subject: str
    """The beginning of its subject."""
    health: str
    words: tuple[str, ...]
    """In its sentence or cure."""


FAULTS = [
    pytest.param(
        "broken",
        (),
        {},
        [
            Told("ec2:DescribeInstances", "note", ("Denied", "flowtui iam-policy", "names and places")),
            Told("ec2:DescribeNetworkAcls", "note", ("Denied", "why something was rejected")),
            Told("logs:GetLogGroupFields", "note", ("Denied",)),
            Told("logs:StartQuery", "untried", ("AWS bills queries",)),
            Told(
                "fl-",
                "bad",
                ("Access error", "trust vpc-flow-logs.amazonaws.com", "create-flow-log --vpc vpc-"),
            ),
            Told("vpc-", "note", ("No flow log covers", "default", "flowtui create-flow-log --vpc vpc-")),
            Told("/vpc/lab/flow-logs", "bad", ("no delivery to it works", "Standard class")),
            Told("/vpc/shop/flow-logs", "bad", ("Infrequent Access", "flowtui history")),
            Told("together", "bad", ("0 of 2",)),
            Told("this machine", "note", ("behind AWS's clock", "timedatectl")),
        ],
        id="much is wrong",
    ),
    pytest.param(
        "closed",
        (),
        {},
        [
            Told("account", "good", ("123456789012",)),
            Told("ec2:DescribeFlowLogs", "note", ("Denied", "--log-group")),
            Told("logs:FilterLogEvents", "untried", ("nothing to try it on",)),
            Told("log groups", "bad", ("ec2:DescribeFlowLogs is denied", "--log-group")),
        ],
        id="nothing is allowed",
    ),
    pytest.param(
        "closed",
        ("--log-group", "/vpc/lab/flow-logs"),
        {},
        [
            Told(
                "/vpc/lab/flow-logs", "bad", ("logs:FilterLogEvents is denied", "Allow logs:FilterLogEvents")
            ),
            Told("logs:FilterLogEvents", "note", ("Denied", "there are no records")),
            Told("logs:DescribeLogGroups", "note", ("Denied",)),
        ],
        id="nothing is allowed, of a named group",
    ),
    pytest.param(
        "bare",
        (),
        {},
        [
            Told("vpc-", "note", ("No flow log covers", "flowtui create-flow-log --vpc")),
            Told("log groups", "bad", ("No flow log covers any VPC in eu-west-1", "another --region")),
        ],
        id="no flow log",
    ),
    pytest.param(
        "bare",
        (),
        {"AWS_REGION": "eu-north-1"},
        [Told("log groups", "bad", ("No flow log covers any VPC in eu-north-1", "another --region"))],
        id="another region",
    ),
    pytest.param(
        "bare",
        ("--region", "eu-wset-1"),
        {},
        [Told("region", "note", ("no region that is known", "--region eu-west-1"))],
        id="no such region",
    ),
    pytest.param(
        "bare",
        ("--vpc", "vpc-0nowhere"),
        {},
        [Told("vpc-0nowhere", "bad", ("There is no VPC vpc-0nowhere in eu-west-1", "--vpc"))],
        id="no such VPC",
    ),
    pytest.param(
        EXPIRED,
        (),
        {},
        [Told("account", "bad", ("The AWS sign-in has expired",))],
        id="expired",
    ),
    pytest.param(
        APART,
        (),
        {},
        [Told("account", "bad", ("clock is 12 minutes behind AWS's", "NTP"))],
        id="clock far apart",
    ),
    pytest.param(
        "bare",
        ("--endpoint-url", "http://127.0.0.1:9"),
        {},
        [Told("account", "bad", ("127.0.0.1:9 cannot be reached", "endpoint"))],
        id="down",
    ),
    pytest.param(
        "bare",
        ("--profile", "nobody"),
        {},
        [Told("account", "bad", ("There is no AWS profile 'nobody'",))],
        id="no such profile",
    ),
    pytest.param(
        "bare",
        (),
        {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
        [Told("account", "bad", ("no AWS credentials", "aws configure"))],
        id="no credentials",
    ),
]


@pytest.mark.parametrize(("scenario", "options", "variables", "expected"), FAULTS)
def test_each_fault_of_an_account_is_named_with_its_cure(
    accounts: Callable[[str], Served],
    scenario: str,
    options: tuple[str, ...],
    variables: dict[str, str],
    expected: list[Told],
) -> None:
    environment = {**accounts(scenario).environment, **variables}
    ended = run(environment, "doctor", "--output", "json", *options)
    assert (ended.returncode, ended.stderr) == (1, "")
    said = json.loads(ended.stdout)
    assert said["works"] is False
    text = run(environment, "doctor", *options)
    assert (text.returncode, text.stderr) == (1, "")
    for told in expected:
        found = [each for each in said["findings"] if each["subject"].startswith(told.subject)]
        whole = [f"{each['sentence']} {each['cure']}" for each in found if each["health"] == told.health]
        assert any(all(word in one for word in told.words) for one in whole), (told, found)
        assert all(word in text.stdout for word in told.words)
    for finding in said["findings"]:
        assert finding["health"] in ("good", "untried") or finding["cure"], finding


def test_actions_are_told_one_by_one_to_machines(accounts: Callable[[str], Served]) -> None:
    from flowtui.cli.connect import wanted

    ended = run(accounts("broken").environment, "doctor", "--output", "json")
    permissions = [each for each in json.loads(ended.stdout)["findings"] if each["section"] == "permissions"]
    told = [action for each in permissions for action in each["actions"]]
    assert sorted(told) == sorted(each.action for each in wanted())
