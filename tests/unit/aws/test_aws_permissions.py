"""The policies: valid, no wider than they need to be, and every action that the readers use is in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

import botocore.session
import pytest

from flowtui.aws import parts, permissions, rules
from flowtui.aws.permissions import Purpose, Where, policy

WHERE = Where("eu-west-1", "123456789012", "aws", ("/vpc/lab",))


def _statements(document: dict[str, object]) -> dict[str, dict[str, Any]]:
    return {each["Sid"]: each for each in cast("list[dict[str, Any]]", document["Statement"])}


def test_reading_narrows_records_to_the_log_groups() -> None:
    statements = _statements(policy(permissions.READING, WHERE))
    assert statements["FlowtuiLogGroups"]["Action"] == ["logs:FilterLogEvents"]
    assert statements["FlowtuiLogGroups"]["Resource"] == [
        "arn:aws:logs:eu-west-1:123456789012:log-group:/vpc/lab",
        "arn:aws:logs:eu-west-1:123456789012:log-group:/vpc/lab:*",
    ]
    assert set(statements) == {"FlowtuiRead", "FlowtuiLogGroups"}


def test_a_group_may_be_an_arn_with_or_without_its_ending() -> None:
    arn = "arn:aws:logs:us-east-1:210987654321:log-group:shared"
    assert Where(groups=(arn, f"{arn}:*")).group_arns() == [arn, f"{arn}:*"] * 2


def test_a_role_is_passed_to_flow_logs_only() -> None:
    statement = _statements(policy(permissions.ALL, WHERE))["FlowtuiPassRole"]
    assert statement["Action"] == ["iam:PassRole"]
    assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "vpc-flow-logs.amazonaws.com"}}
    assert statement["Resource"] == ["arn:aws:iam::123456789012:role/*"]


def test_reading_allows_nothing_that_writes() -> None:
    verbs = ("Describe", "Get", "Filter", "List", "StartQuery", "StopQuery")
    for each in (*permissions.READING, *permissions.HISTORY):
        assert each.action.partition(":")[2].startswith(verbs), each.action


def test_no_action_stands_twice() -> None:
    actions = [each.action for each in permissions.ALL]
    assert len(actions) == len(set(actions))


@pytest.mark.parametrize("part", [*parts.PARTS, *rules.FIRST], ids=lambda part: str(part.operation))
def test_every_describe_is_allowed(part: parts.Part) -> None:
    assert part.action in {each.action for each in permissions.READING}


@pytest.mark.parametrize("each", permissions.ALL, ids=lambda each: str(each.action))
def test_every_action_is_an_operation_of_its_service(each: permissions.Permission) -> None:
    service, _, operation = each.action.partition(":")
    model = botocore.session.get_session().get_service_model(service)
    assert operation == "PassRole" or operation in model.operation_names


def test_every_purpose_has_an_action() -> None:
    assert {each.purpose for each in permissions.ALL} == set(Purpose)


def test_the_readme_names_what_reading_needs() -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    table = readme.partition("| what for | actions |")[2].partition("\n\n")[0]
    reading = {permission.action for permission in permissions.READING}
    assert reading <= set(re.findall(r"`((?:ec2|logs):\w+)`", table))
