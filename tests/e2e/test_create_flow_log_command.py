"""`flowtui create-flow-log` as a user runs it, against the embedded endpoint."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.test_demo_endpoint import Process, demo, name

GROUP = "/flowtui/default"


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    scenario = tmp_path_factory.mktemp("demo") / "quick.toml"
    habits = "role_delay_s = 30\nrefused = {DeleteRole = 1}"
    scenario.write_text(f"rate = 2\nspeed = 60\nhistory_minutes = 0\n[writes]\n{habits}\n")
    with demo("--scenario", str(scenario)) as process:
        yield process


def run(process: Process, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {each: value for each, value in os.environ.items() if not each.startswith("AWS_")}
    environment |= {
        "AWS_ENDPOINT_URL": json.loads(process.line)["endpoint"],
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "AKIADEMO",
        "AWS_SECRET_ACCESS_KEY": "not-to-be-shown",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "127.0.0.1",
    }
    ended = subprocess.run(
        [sys.executable, "-m", "flowtui", "create-flow-log", *options],
        capture_output=True, text=True, timeout=60, check=False, env=environment, stdin=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert "Traceback" not in ended.stderr
    assert "not-to-be-shown" not in ended.stdout + ended.stderr
    return ended


@pytest.fixture(scope="module")
def vpc(quick: Process) -> str:
    vpcs = quick.client("ec2").describe_vpcs()["Vpcs"]
    return str(next(each["VpcId"] for each in vpcs if name(each) == "default"))


def made(process: Process) -> list[Any]:
    groups = process.client("logs").describe_log_groups(logGroupNamePrefix="/flowtui")["logGroups"]
    roles = process.client("iam").list_roles()["Roles"]
    return [*groups, *(role for role in roles if role["RoleName"].startswith("flowtui"))]


def test_a_dry_run_prints_every_call_and_makes_none(quick: Process, vpc: str) -> None:
    ended = run(quick, "--vpc", vpc, "--dry-run", "--read-only")
    assert ended.returncode == 0, ended.stderr
    for words in (
        f"default {vpc}, 172.31.0.0/16, 3 interfaces",
        "CALLS  5, in this order",
        "aws logs create-log-group",
        "aws ec2 create-flow-logs",
        '"aws:SourceAccount": "123456789012"',
        "flow-logs-delivery",
        "4,320",
    ):
        assert words in ended.stdout
    assert made(quick) == []


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (("--read-only", "--yes"), 1, "only reads"),
        ((), 2, "say --yes"),
        (("--fields", "some", "--yes"), 2, "none of triage"),
        (("--fields", "${version} ${tgw-id}", "--yes"), 2, "transit-gateway"),
        (("--retention", "2", "--yes"), 2, "A retention is one of"),
        (("--interface", "eni-0", "--yes"), 2, "There is no eni-0"),
    ],
    ids=["read-only", "nobody to ask", "fields", "format", "retention", "interface"],
)
def test_what_cannot_be_is_refused_in_one_line(
    quick: Process, vpc: str, options: tuple[str, ...], status: int, words: str
) -> None:
    ended = run(quick, "--vpc", vpc, *options)
    assert ended.returncode == status
    assert words in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert made(quick) == []


def test_nothing_to_record_is_wrong_usage(quick: Process) -> None:
    ended = run(quick, "--yes")
    assert (ended.returncode, "--vpc, --subnet or --interface" in ended.stderr) == (2, True)


def test_it_is_made_delivers_and_the_commands_to_undo_it_are_told(quick: Process, vpc: str) -> None:
    ended = run(quick, "--vpc", vpc, "--yes", "--wait", "--output", "json", "--fields", "default")
    assert ended.returncode == 0, ended.stderr
    assert "The first record is there" in ended.stderr
    result = json.loads(ended.stdout)["result"]
    assert result["state"] == "created"
    (flow_log_id,) = result["flow-log-ids"]
    commands = [each["undo"] for each in result["exists"]]
    assert [command.split()[2] for command in commands] == [
        "delete-flow-logs", "delete-role-policy", "delete-role", "delete-log-group",
    ]  # fmt: skip
    assert flow_log_id in commands[0]

    again = run(quick, "--vpc", vpc, "--yes")
    assert again.returncode == 2
    assert f"There is such a flow log already: {flow_log_id} of {vpc}" in again.stderr
    assert len(again.stderr.splitlines()) == 1
    assert again.stdout == ""
