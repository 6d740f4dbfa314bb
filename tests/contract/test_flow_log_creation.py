"""Creating flow logs on the embedded endpoint: as AWS answers, and what flowtui makes of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from flowtui.aws import client
from flowtui.aws.client import AwsConnection, Options
from flowtui.aws.creation import FlowLogCreation
from flowtui.monitor.clock import SystemClock
from flowtui.monitor.creation import report
from flowtui.monitor.creation.answers import Answers, Kind, NewGroup, NewRole, Target
from flowtui.monitor.creation.first import FirstRecord
from flowtui.monitor.creation.plan import FlowLogPlan, plan_of
from flowtui.monitor.creation.progress import Phase
from flowtui.monitor.creation.run import Run
from flowtui.monitor.outside import FaultError
from tests.contract.test_demo_endpoint import Process, demo, eventually, name
from tests.unit.aws.aws_stub import clean_environment

GROUP = "/flowtui/default"
STEPS = ("CreateLogGroup", "PutRetentionPolicy", "CreateRole", "PutRolePolicy", "CreateFlowLogs")


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A demo whose minutes are seconds."""
    scenario = tmp_path_factory.mktemp("demo") / "fast.toml"
    scenario.write_text("rate = 2\nspeed = 60\nhistory_minutes = 0\n")
    with demo("--scenario", str(scenario)) as process:
        yield process


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clean_environment(monkeypatch, tmp_path)


def connected(process: Process, **options: Any) -> AwsConnection:
    endpoint = process.client("sts").meta.endpoint_url
    return client.connect(Options(region="eu-west-1", endpoint_url=endpoint, **options))


def account(process: Process, **options: Any) -> FlowLogCreation:
    return connected(process, **options).flow_log_account()


def vpc_id(process: Process) -> str:
    vpcs = process.client("ec2").describe_vpcs()["Vpcs"]
    return str(next(vpc["VpcId"] for vpc in vpcs if name(vpc) == "default"))


def plan(process: Process, token: str, *targets: Target, group: str = GROUP) -> FlowLogPlan:
    chosen = targets or (Target(Kind.VPC, vpc_id(process), "default"),)
    answers = Answers(chosen, NewGroup(group), NewRole("flowtui-default"))
    return plan_of(answers, account(process).place(), token)


def is_empty(process: Process) -> bool:
    """Whether nothing is left of what these tests make."""
    logs, iam, ec2 = (process.client(service) for service in ("logs", "iam", "ec2"))
    groups = logs.describe_log_groups(logGroupNamePrefix="/flowtui")["logGroups"]
    roles = [role for role in iam.list_roles()["Roles"] if role["RoleName"].startswith("flowtui")]
    flow_logs = ec2.describe_flow_logs()["FlowLogs"]
    return not groups and not roles and not any(log["LogGroupName"] == GROUP for log in flow_logs)


def test_a_flow_log_is_made_delivers_and_is_undone(fast: Process) -> None:
    there = account(fast)
    run = Run(plan(fast, "whole"), there, SystemClock())
    done = run.go()
    assert done.phase is Phase.CREATED, report.headline(done)

    (flow_log,) = fast.client("ec2").describe_flow_logs(FlowLogIds=list(done.flow_log_ids))["FlowLogs"]
    assert flow_log["ResourceId"] == vpc_id(fast)
    assert flow_log["Tags"] == [{"Key": "created-by", "Value": "flowtui"}]
    (group,) = fast.client("logs").describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
    assert (group["retentionInDays"], group["logGroupClass"]) == (14, "STANDARD")
    role = fast.client("iam").get_role(RoleName="flowtui-default")["Role"]
    assert role["AssumeRolePolicyDocument"] == run.plan.trust_policy
    policy = fast.client("iam").get_role_policy(RoleName="flowtui-default", PolicyName="deliver")
    assert policy["PolicyDocument"] == run.plan.delivery_policy

    assert done.created_at is not None
    first = FirstRecord(run.plan, done.flow_log_ids, done.created_at, lambda _: True, there)
    assert not first.look().fault
    eventually(lambda: first.look().is_there)
    # A page may be empty and have a token: all of them are looked at.
    pages = fast.client("logs").get_paginator("filter_log_events").paginate(logGroupName=GROUP)
    lines = [event["message"] for page in pages for event in page["events"]]
    assert {len(line.split()) for line in lines} == {25}

    assert run.undo().phase is Phase.UNDONE
    assert is_empty(fast)


@contextmanager
def demo_that(tmp_path: Path, habits: str) -> Iterator[Process]:
    """A demo without records whose writes have these habits."""
    scenario = tmp_path / "writes.toml"
    scenario.write_text(f"rate = 0\nhistory_minutes = 0\n[writes]\nrole_delay_s = 0\n{habits}\n")
    with demo("--scenario", str(scenario)) as process:
        yield process


def each_once(mishap: str, operations: Sequence[str]) -> str:
    return f"{mishap} = {{{', '.join(f'{each} = 1' for each in operations)}}}"


def test_each_step_that_is_refused_is_named_and_gone_on_with(tmp_path: Path) -> None:
    removals = ("DeleteFlowLogs", "DeleteRolePolicy", "DeleteRole", "DeleteLogGroup")
    with demo_that(tmp_path, each_once("refused", (*STEPS, *removals))) as process:
        run = Run(plan(process, "refused"), account(process), SystemClock())
        for step in STEPS:
            failed = run.go()
            assert failed.phase is Phase.FAILED
            assert report.headline(failed).startswith(f"Failed at {step}. ")
            assert "is denied" in report.headline(failed)
        assert run.go().phase is Phase.CREATED
        for left in range(len(removals), 0, -1):
            assert run.undo().phase is Phase.UNDO_FAILED
            assert len(list(report.leftovers(run.plan, run.progress))) == left
        assert run.undo().phase is Phase.UNDONE
        assert is_empty(process)


def test_each_answer_that_is_lost_is_found_out_about(tmp_path: Path) -> None:
    with demo_that(tmp_path, each_once("lost", STEPS)) as process:
        run = Run(plan(process, "lost"), account(process), SystemClock())
        # What can be made twice without harm is made twice; all else is looked for.
        for step in ("PutRetentionPolicy", "PutRolePolicy"):
            assert report.headline(run.go()).startswith(f"Failed at {step}. ")
        assert run.go().phase is Phase.CREATED
        assert run.undo().phase is Phase.UNDONE
        assert is_empty(process)


def test_success_in_part(tmp_path: Path) -> None:
    with demo_that(tmp_path, "unsuccessful = 1") as process:
        nics = process.client("ec2").describe_network_interfaces(
            Filters=[{"Name": "vpc-id", "Values": [vpc_id(process)]}]
        )["NetworkInterfaces"]
        targets = [Target(Kind.INTERFACE, nic["NetworkInterfaceId"]) for nic in nics]
        run = Run(plan(process, "partly", *targets), account(process), SystemClock())
        partly = run.go()
        assert (partly.phase, len(partly.flow_log_ids)) == (Phase.PARTLY, 2)
        assert [each.resource_id for each in partly.refused] == [targets[-1].id]
        assert len(run.go().flow_log_ids) == 3
        assert run.undo().phase is Phase.UNDONE
        assert is_empty(process)


def test_a_session_that_only_reads_makes_no_call(fast: Process) -> None:
    run = Run(plan(fast, "never"), account(fast, read_only=True), SystemClock())
    failed = run.go()
    assert failed.phase is Phase.FAILED
    assert "only reads" in report.headline(failed)
    assert is_empty(fast)


def test_roles_that_fit_are_found_and_judged(fast: Process) -> None:
    role = account(fast).roles("/any")[0]
    assert (role.name, role.unfit, role.is_read) == ("flow-logs-delivery", "", True)
    iam = fast.client("iam")
    iam.create_role(RoleName="other", AssumeRolePolicyDocument='{"Statement": []}')
    try:
        other = account(fast).role("other", "/any")
        assert other is not None
        assert "trust policy" in other.unfit
        assert account(fast).role("no-such", "/any") is None
        assert account(fast).role(role.arn, "/any") == role
        assert account(fast).role(role.arn.replace("123456789012", "999999999999"), "/any") is None
    finally:
        iam.delete_role(RoleName="other")


def flow_logs_asked(process: Process, **changes: Any) -> dict[str, Any]:
    role = "arn:aws:iam::123456789012:role/flow-logs-delivery"
    usual = {
        "ResourceType": "VPC",
        "ResourceIds": [vpc_id(process)],
        "TrafficType": "ALL",
        "LogGroupName": "/other",
        "DeliverLogsPermissionArn": role,
    }
    answer: dict[str, Any] = process.client("ec2").create_flow_logs(**(usual | changes))
    return answer


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"DeliverLogsPermissionArn": "arn:aws:iam::123456789012:role/none"}, "Unable to assume"),
        ({"LogFormat": "${version} "}, "invalid format"),
        ({"LogFormat": "${version} ${ecs-task-id}"}, "ECS"),
        ({"ResourceIds": ["vpc-00000000"]}, "does not exist"),
    ],
    ids=["role", "format", "ecs", "resource"],
)
def test_the_endpoint_refuses_as_aws_does(fast: Process, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ClientError, match=words):
        flow_logs_asked(fast, **changes)


def test_the_endpoint_answers_a_token_once_and_for_all(fast: Process) -> None:
    first = flow_logs_asked(fast, ClientToken="same")["FlowLogIds"]
    assert flow_logs_asked(fast, ClientToken="same")["FlowLogIds"] == first
    with pytest.raises(ClientError, match="differ"):
        flow_logs_asked(fast, ClientToken="same", TrafficType="REJECT")
    answer = fast.client("ec2").delete_flow_logs(FlowLogIds=[*first, "fl-00000000000000000"])
    assert [each["ResourceId"] for each in answer["Unsuccessful"]] == ["fl-00000000000000000"]


def test_a_lost_call_of_somebody_else_is_not_taken_for_ours(fast: Process) -> None:
    logs = fast.client("logs")
    logs.create_log_group(logGroupName="/flowtui/theirs")
    try:
        made = plan(fast, "theirs", group="/flowtui/theirs").calls[0]
        assert account(fast).made(made) == ()
    finally:
        logs.delete_log_group(logGroupName="/flowtui/theirs")


def test_nothing_is_hidden_of_a_connection_that_is_not_there() -> None:
    gone = client.connect(Options(region="eu-west-1", endpoint_url="http://127.0.0.1:1"))
    with pytest.raises(FaultError):
        gone.flow_log_account().place()
