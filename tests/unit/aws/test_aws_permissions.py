"""The policies: valid, no wider than they need to be, and every action that the readers use is in them."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, cast

import botocore.session
import pytest

from flowtui.aws import parts, permissions, rules
from flowtui.aws.permissions import OWN_GROUPS, OWN_ROLES, Purpose, Target, Where, policy
from flowtui.monitor.creation import answers as creation

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
    assert Where(groups=(arn, f"{arn}:*")).resources(Target.GROUP) == [arn, f"{arn}:*"]


def test_a_pattern_covers_what_is_in_the_groups_too() -> None:
    assert Where(groups=("/vpc/*",)).resources(Target.GROUP) == ["arn:aws:logs:*:*:log-group:/vpc/*"]


def test_what_is_made_is_narrowed_to_our_own_names_or_to_those_given() -> None:
    assert Where().resources(Target.OWN_GROUP) == ["arn:aws:logs:*:*:log-group:/flowtui/*"]
    assert Where().resources(Target.OWN_ROLE) == ["arn:aws:iam::*:role/flowtui-*"]
    assert Where(groups=("/a",)).resources(Target.OWN_GROUP)[0] == "arn:aws:logs:*:*:log-group:/a"
    assert Where(role="r").resources(Target.OWN_ROLE) == ["arn:aws:iam::*:role/r"]


@pytest.mark.parametrize(
    ("kind", "value"), [("group", OWN_GROUPS), ("role", OWN_ROLES)], ids=["log group", "role"]
)
def test_our_own_names_are_those_that_creation_proposes(kind: str, value: str) -> None:
    target = creation.Target(creation.Kind.VPC, "vpc-1", "Pröd web")
    proposed = {"group": creation.proposed_group, "role": creation.proposed_role}[kind](target)
    assert fnmatchcase(proposed, value)


@pytest.mark.parametrize("some", [permissions.READING, permissions.ALL], ids=["reading", "everything"])
def test_a_policy_is_one_that_iam_takes(some: tuple[permissions.Permission, ...]) -> None:
    document = policy(some, WHERE)
    statements = cast("list[dict[str, Any]]", document["Statement"])
    sids = [each["Sid"] for each in statements]
    assert document["Version"] == "2012-10-17"
    assert len(sids) == len(set(sids))
    assert all(re.fullmatch(r"[A-Za-z0-9]+", sid) for sid in sids)
    assert all(each["Action"] and each["Resource"] for each in statements)
    assert permissions.size(document) < permissions.MOST_CHARACTERS / 2


def test_what_writes_is_allowed_on_nothing_but_what_it_is_meant_for() -> None:
    for each in _statements(policy(permissions.ALL, WHERE)).values():
        if each["Resource"] == ["*"]:
            verbs = ("Describe", "Get", "Filter", "List", "Start", "Stop", "Simulate")
            assert all(action.partition(":")[2].startswith(verbs) for action in each["Action"])


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
