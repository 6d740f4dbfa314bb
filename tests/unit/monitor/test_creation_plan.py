from __future__ import annotations

import json
import shlex
from typing import Any

import pytest

from flowtui.monitor.creation import formats, policies, report
from flowtui.monitor.creation.answers import (
    AnswerError,
    Kind,
    NewGroup,
    NewRole,
    Place,
    Role,
    Target,
    Traffic,
    proposed_group,
    proposed_role,
)
from flowtui.monitor.creation.plan import Surroundings, plan_of
from flowtui.monitor.outside import LogGroup
from flowtui.records.format import DEFAULT_FORMAT, LogFormat
from tests.unit.monitor.creation import PLACE, answers, plan

GROUP_ARN = "arn:aws:logs:eu-west-1:123456789012:log-group:/flowtui/default"
EXISTING = Role("old", "arn:aws:iam::123456789012:role/service/old")


def operations(**changes: object) -> list[str]:
    return [call.operation for call in plan(**changes).calls]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            {},
            ["CreateLogGroup", "PutRetentionPolicy", "CreateRole", "PutRolePolicy", "CreateFlowLogs"],
            id="all new",
        ),
        pytest.param(
            {"group": NewGroup("/g", None), "role": EXISTING},
            ["CreateLogGroup", "CreateFlowLogs"],
            id="kept for ever",
        ),
        pytest.param(
            {"group": LogGroup("/g", "STANDARD", 7, 0), "role": EXISTING}, ["CreateFlowLogs"], id="all there"
        ),
        pytest.param(
            {"group": LogGroup("/g", "STANDARD", None, 0), "role": EXISTING, "set_retention_days": 7},
            ["PutRetentionPolicy", "CreateFlowLogs"],
            id="retention for a group that has none",
        ),
        pytest.param(
            {
                "role": EXISTING,
                "group": LogGroup("/g", "STANDARD", 7, 0),
                "targets": (
                    Target(Kind.VPC, "vpc-1"),
                    Target(Kind.INTERFACE, "eni-1"),
                    Target(Kind.SUBNET, "subnet-1"),
                    *(Target(Kind.INTERFACE, f"eni-2{number}") for number in range(300)),
                ),
            },
            ["CreateFlowLogs"] * 4,
            id="one call a kind and 300 resources",
        ),
    ],
)
def test_the_calls_and_their_order(changes: dict[str, object], expected: list[str]) -> None:
    assert operations(**changes) == expected


def test_the_flow_log_is_as_it_was_asked_for() -> None:
    made = plan(traffic=Traffic.REJECT, interval_s=600, role=EXISTING).calls[-1].parameters
    assert made["ResourceIds"] == ["vpc-04de55"]
    assert (made["ResourceType"], made["TrafficType"]) == ("VPC", "REJECT")
    assert made["MaxAggregationInterval"] == 600
    assert made["DeliverLogsPermissionArn"] == EXISTING.arn
    assert made["LogFormat"] == str(formats.TRIAGE)
    assert made["TagSpecifications"] == [
        {"ResourceType": "vpc-flow-log", "Tags": [{"Key": "created-by", "Value": "flowtui"}]}
    ]
    assert "LogFormat" not in plan(format=DEFAULT_FORMAT).calls[-1].parameters


def test_all_that_is_made_is_tagged() -> None:
    by_operation = {call.operation: call.parameters for call in plan().calls}
    assert by_operation["CreateLogGroup"]["tags"] == {"created-by": "flowtui"}
    assert by_operation["CreateRole"]["Tags"] == [{"Key": "created-by", "Value": "flowtui"}]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"targets": ()}, "Say what to record"),
        ({"targets": (Target(Kind.VPC, "subnet-1"),)}, "no id of a VPC"),
        ({"targets": (Target(Kind.VPC, "vpc-1; rm -rf"),)}, "no id of a VPC"),
        ({"interval_s": 30}, "60 or 600"),
        ({"group": NewGroup("a b")}, "512 letters"),
        ({"group": NewGroup("aws/x")}, "AWS's own"),
        ({"group": NewGroup("/g", 2)}, "A retention is one of 1, 3, 5"),
        ({"group": LogGroup("/g", "INFREQUENT_ACCESS", None, 0)}, "cannot be changed"),
        ({"group": LogGroup("/g", "DELIVERY", None, 0)}, "cannot be followed"),
        ({"group": LogGroup("/g", "STANDARD", 30, 0), "set_retention_days": 7}, "for 30 days"),
        ({"role": NewRole("a/b")}, "1 to 64"),
        ({"format": LogFormat(("version", "instance-tag"))}, "tag keys"),
        ({"format": LogFormat(("version", "tgw-id"))}, "transit-gateway"),
        ({"format": LogFormat(("version", "no-such"))}, "no field"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_had_is_refused_before_anything_is_done(
    changes: dict[str, object], words: str
) -> None:
    with pytest.raises(AnswerError, match=words):
        plan(**changes)


def test_the_trust_policy_bears_the_conditions_against_the_confused_deputy() -> None:
    (statement,) = trust(policies.trust_policy(Place("1", "us-gov-west-1", "aws-us-gov")))
    assert statement["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "1"},
        "ArnLike": {"aws:SourceArn": "arn:aws-us-gov:ec2:us-gov-west-1:1:vpc-flow-log/*"},
    }


def trust(document: Any) -> Any:
    return document["Statement"]


def test_the_permission_policy_is_the_smallest() -> None:
    on_group, anywhere = trust(policies.delivery_policy(PLACE, "/flowtui/default"))
    assert on_group["Resource"] == [GROUP_ARN, f"{GROUP_ARN}:*"]
    assert (anywhere["Action"], anywhere["Resource"]) == ("logs:DescribeLogGroups", "*")
    assert (
        policies.lacks([policies.delivery_policy(PLACE, "/flowtui/default")], PLACE, "/flowtui/default") == ()
    )


def statement(**changes: object) -> dict[str, object]:
    usual = {
        "Effect": "Allow",
        "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    return {"Statement": usual | changes}


ANOTHERS = {"StringEquals": {"aws:SourceAccount": "999999999999"}}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (policies.trust_policy(PLACE), True),
        (statement(), True),
        (statement(Principal={"Service": ["ec2.amazonaws.com", "vpc-flow-logs.amazonaws.com"]}), True),
        (statement(Principal={"Service": "ec2.amazonaws.com"}), False),
        (statement(Principal="*"), False),
        (statement(Effect="Deny"), False),
        (statement(Action="sts:*"), True),
        (statement(Condition=ANOTHERS), False),
        (statement(Condition={"ArnLike": {"AWS:SourceArn": "arn:aws:ec2:*:123456789012:*"}}), True),
        (statement(Condition={"ArnLike": {"aws:SourceArn": "arn:aws:ec2:us-east-1:*"}}), False),
        (statement(Condition={"Bool": {"aws:SecureTransport": "true"}}), False),
        ({}, False),
        ({"Statement": "nonsense"}, False),
    ],
    ids=range(13),
)  # fmt: skip
def test_who_may_assume_a_role(document: dict[str, object], expected: bool) -> None:
    assert policies.is_assumable(document, PLACE) is expected


AWS_MINIMUM = {
    "Effect": "Allow",
    "Action": [
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "logs:DescribeLogGroups",
        "logs:DescribeLogStreams",
    ],
    "Resource": "*",
}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([AWS_MINIMUM], ()),
        ([AWS_MINIMUM | {"Resource": "arn:aws:logs:*:*:*"}], ()),
        ([{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}], ()),
        ([{"Effect": "Allow", "Action": "LOGS:put*", "Resource": "*"}], "not PutLogEvents"),
        ([AWS_MINIMUM | {"Resource": [GROUP_ARN, f"{GROUP_ARN}:*"]}], ("logs:DescribeLogGroups",)),
        ([AWS_MINIMUM | {"Resource": "arn:aws:logs:*:*:log-group:/other:*"}], "all"),
        ([AWS_MINIMUM, {"Effect": "Deny", "Action": "logs:PutLogEvents", "Resource": "*"}],
         ("logs:PutLogEvents",)),
        ([AWS_MINIMUM | {"Condition": {"Bool": {"x": "y"}}}], "all"),
        ([], "all"),
    ],
    ids=range(9),
)  # fmt: skip
def test_what_a_role_lacks(statements: list[dict[str, object]], expected: object) -> None:
    lacking = policies.lacks([{"Statement": each} for each in statements], PLACE, "/flowtui/default")
    if expected == "all":
        assert len(lacking) == 5
    elif expected == "not PutLogEvents":
        assert len(lacking) == 4
        assert "logs:PutLogEvents" not in lacking
    else:
        assert lacking == expected


def test_the_commands_survive_a_shell() -> None:
    place = Place("123456789012", "eu-west-1", profile="it's me", endpoint_url="http://127.0.0.1:4566")
    made = plan_of(answers(), place, "token")
    for call, command in zip(made.calls, made.commands, strict=True):
        words = shlex.split(command)
        assert "\n" not in command
        assert words[:2] == ["aws", call.service]
        assert words[-4:] == ["--profile", "it's me", "--endpoint-url", "http://127.0.0.1:4566"]
        assert ("--region" in words) == (call.service != "iam")
    policy = shlex.split(made.commands[3])
    document = json.loads(policy[policy.index("--policy-document") + 1])
    assert document == made.delivery_policy
    flow_logs = shlex.split(made.commands[-1])
    assert flow_logs[flow_logs.index("--log-format") + 1] == str(formats.TRIAGE)


@pytest.mark.parametrize(
    ("name", "group", "role"),
    [
        ("default", "/flowtui/default", "flowtui-default"),
        ("", "/flowtui/vpc-1", "flowtui-vpc-1"),
        ("my vpc (old) [red]", "/flowtui/my-vpc-old-red", "flowtui-my-vpc-old-red"),
        ("\u202eevil", "/flowtui/evil", "flowtui-evil"),
        ("x" * 300, f"/flowtui/{'x' * 300}", f"flowtui-{'x' * 56}"),
    ],
)
def test_proposed_names_are_ones_that_aws_takes(name: str, group: str, role: str) -> None:
    target = Target(Kind.VPC, "vpc-1", name)
    assert (proposed_group(target), proposed_role(target)) == (group, role)
    plan(targets=(target,), group=NewGroup(group), role=NewRole(role))


def test_the_formats() -> None:
    assert formats.Choice.DEFAULT.format == DEFAULT_FORMAT
    assert set(DEFAULT_FORMAT.fields) < set(formats.TRIAGE.fields) < set(formats.EVERYTHING.fields)
    assert len(formats.EVERYTHING) + len(formats.ECS) == len(formats.CHOOSABLE)
    for choice in formats.Choice:
        if choice is not formats.Choice.OWN:
            assert formats.choice_of(choice.format) is choice
    assert formats.choice_of(LogFormat(("version",))) is formats.Choice.OWN
    assert formats.described(formats.TRIAGE) == "25 fields (versions 2 to 8)"
    assert formats.own(["bytes", "version"]) == LogFormat(("version", "bytes"))
    assert formats.own([]) is None
    assert formats.example(DEFAULT_FORMAT).split()[-2:] == ["ACCEPT", "OK"]


def test_the_estimate_is_what_is_certain() -> None:
    assert plan().estimate.records_a_day == 3 * 1440
    assert plan(interval_s=600).estimate.records_a_day == 3 * 144
    assert plan(traffic=Traffic.REJECT).estimate.records_a_day is None
    assert "4,320 records" in report.cost(plan())
    assert (plan().estimate.first_s, plan().estimate.last_s) == (360, 960)


def test_what_the_caller_may_lack() -> None:
    said = report.may_lack(plan(Surroundings(lacking=("iam:CreateRole",))))
    assert said.startswith("You may lack iam:CreateRole:")
    unknown = report.may_lack(plan())
    assert "could not be checked" in unknown
    assert "iam:PassRole" in unknown
    assert "You may" in report.may_lack(plan(Surroundings(lacking=())))


def test_ecs_fields_are_warned_of_and_need_more() -> None:
    made = plan(format=LogFormat(("version", "ecs-task-id")))
    assert "ecs:ListClusters" in made.actions
    assert any("ECS cluster" in note for note in made.notes)


def test_the_summary_is_clean_of_what_a_name_may_hold() -> None:
    hostile = Target(Kind.VPC, "vpc-1", "\x1b[31mred\u202e [bold]", "10.0.0.0/8")
    said = dict(report.summary(plan(targets=(hostile,))))
    assert "\x1b" not in said["For"]
    assert "\u202e" not in said["For"]


def test_the_plan_as_json_has_policies_as_structures() -> None:
    shown = json.loads(json.dumps(report.plan_json(plan())))
    made = next(call for call in shown["calls"] if call["operation"] == "CreateRole")
    assert made["parameters"]["AssumeRolePolicyDocument"] == shown["trust-policy"]
