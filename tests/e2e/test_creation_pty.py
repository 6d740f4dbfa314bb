"""A flow log created, awaited and undone from the keyboard in a real terminal, seen by another AWS client."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.e2e.terminal import NARROW, WIDE, Terminal, environment, serving

GROUP = "/flowtui/default"
SCENARIO = "rate = 4\nspeed = 60\nhistory_minutes = 0\n[writes]\nrole_delay_s = 20\n"


class Account:
    """The account as another AWS client sees it."""

    def __init__(self, exports: dict[str, str]) -> None:
        self.exports = exports

    def client(self, service: str) -> Any:
        make: Any = boto3.client
        return make(
            service,
            endpoint_url=self.exports["AWS_ENDPOINT_URL"],
            region_name=self.exports["AWS_REGION"],
            aws_access_key_id=self.exports["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.exports["AWS_SECRET_ACCESS_KEY"],
        )

    def made(self) -> list[str]:
        """What flowtui has made, by kind."""
        groups = self.client("logs").describe_log_groups(logGroupNamePrefix="/flowtui")["logGroups"]
        roles = self.client("iam").list_roles()["Roles"]
        logs = self.client("ec2").describe_flow_logs()["FlowLogs"]
        ours = [{"Key": "created-by", "Value": "flowtui"}]
        return [
            *(f"group {group['logGroupName']}" for group in groups),
            *(f"role {role['RoleName']}" for role in roles if role["RoleName"].startswith("flowtui")),
            *(f"flow log of {log['ResourceId']}" for log in logs if log.get("Tags") == ours),
        ]

    def vpc_id(self, name: str) -> str:
        """The id of a VPC by its Name tag."""
        named = [{"Name": "tag:Name", "Values": [name]}]
        return str(self.client("ec2").describe_vpcs(Filters=named)["Vpcs"][0]["VpcId"])


@contextmanager
def account(folder: Path, habits: str) -> Iterator[Account]:
    scenario = folder / "writes.toml"
    scenario.write_text(habits)
    with serving(environment(folder), "--scenario", str(scenario)) as (_, exports):
        yield Account(exports)


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """An endpoint whose minutes are seconds."""
    with account(tmp_path_factory.mktemp("home"), SCENARIO) as found:
        yield found


@pytest.mark.parametrize("size", [pytest.param(WIDE, id="140x40"), pytest.param(NARROW, id="80x24")])
def test_a_fresh_vpc_is_recorded_after_a_review_and_all_of_it_is_undone(
    there: Account, tmp_path: Path, size: tuple[int, int]
) -> None:
    terminal = Terminal(
        ["--vpc", there.vpc_id("default"), "--max-calls", "5"],
        environment(tmp_path, **there.exports),
        size,
    )
    try:
        terminal.sees("Health", "cannot work here yet", "No flow log covers")
        terminal.press("c")
        terminal.sees("what to record", "default vpc-", GROUP)
        terminal.press("\r")
        terminal.sees("review", "CALLS", "nothing has been changed yet")
        assert there.made() == []
        terminal.press("\t\r")
        terminal.sees("Created fl-")
        vpc = there.vpc_id("default")
        assert there.made() == [f"group {GROUP}", "role flowtui-default", f"flow log of {vpc}"]
        terminal.sees("The first record is there.")
        terminal.press("\x1b")
        terminal.misses("Create a flow log")
        terminal.sees("LIVE", "site-1", "172.31.0.21", "following")
        terminal.press("C")
        terminal.sees("Flow logs", "made here", "Delivering.")
        terminal.press("u")
        terminal.sees("EXISTS NOW", "Undo")
        terminal.press("\t\r")
        terminal.sees("Removed all that was made here.")
        assert there.made() == []
    finally:
        terminal.close()
    assert there.exports["AWS_SECRET_ACCESS_KEY"].encode() not in terminal.raw
    assert b"Traceback" not in terminal.raw


def test_a_session_that_only_reads_makes_nothing(there: Account, tmp_path: Path) -> None:
    terminal = Terminal(
        ["--vpc", there.vpc_id("default"), "--read-only"], environment(tmp_path, **there.exports), NARROW
    )
    try:
        terminal.sees("cannot work here yet", "No flow log covers")
        assert "create a flow log" not in terminal.text()
        terminal.press("\x1b")
        terminal.misses("cannot work here yet")
        terminal.press("c")
        terminal.sees("only reads")
        terminal.misses("Create a flow log")
    finally:
        terminal.close()
    assert there.made() == []


def test_leaving_in_the_middle_ends_at_once_and_tells_what_exists(tmp_path: Path) -> None:
    never = "rate = 0\nhistory_minutes = 0\n[writes]\nrole_delay_s = 600\n"
    with account(tmp_path, never) as there:
        terminal = Terminal(
            ["--vpc", there.vpc_id("default")], environment(tmp_path, **there.exports), NARROW
        )
        try:
            terminal.sees("cannot work here yet", "No flow log covers")
            terminal.press("c")
            terminal.sees("what to record", GROUP)
            terminal.press("\r")
            terminal.sees("review", "CALLS")
            terminal.press("\t\r")
            terminal.sees("IAM is spreading the role")
            terminal.press("\x03")
            assert terminal.end() == 130
        finally:
            terminal.close()
        said = terminal.raw.decode()
        assert "was not finished. What exists now:" in said
        removals = re.findall(r"aws \w+ (delete-\S+)", said.partition("was not finished")[2])
        assert removals == ["delete-role-policy", "delete-role", "delete-log-group"]
        assert there.made() == [f"group {GROUP}", "role flowtui-default"]
