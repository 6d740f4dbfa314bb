"""What the caller may lack to create a flow log, by what AWS's policy simulator says of each resource."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from typing import Any, cast

import pytest

from flowtui.aws.creation import FlowLogCreation
from flowtui.monitor.outside import AccountConnection, FaultError, Identity
from tests.unit.monitor.creation import DENIED, plan

USER = "arn:aws:iam::123456789012:user/engineer"
ROOT = "arn:aws:iam::123456789012:root"


class Known:
    """A connection that knows who asks."""

    def __init__(self, arn: str) -> None:
        self._arn = arn

    def identity(self) -> Identity:
        return Identity("123456789012", self._arn, "eu-west-1", None)


class Simulator:
    """IAM with one policy: patterns of actions by patterns of resources."""

    def __init__(self, policy: dict[str, str], *, may_be_asked: bool = True) -> None:
        self._policy = policy
        self._may_be_asked = may_be_asked
        self.contexts: list[Sequence[dict[str, Any]]] = []

    def simulate_principal_policy(self, **asked: Any) -> dict[str, Any]:
        if not self._may_be_asked:
            raise FaultError(DENIED)
        assert asked["PolicySourceArn"] == USER
        self.contexts.append(asked["ContextEntries"])
        (arn,) = asked["ResourceArns"]
        return {"EvaluationResults": [self._judged(action, arn) for action in asked["ActionNames"]]}

    def _judged(self, action: str, arn: str) -> dict[str, str]:
        is_allowed = any(fnmatch(action, each) and fnmatch(arn, on) for each, on in self._policy.items())
        return {"EvalActionName": action, "EvalDecision": "allowed" if is_allowed else "implicitDeny"}


@contextmanager
def asking(_: str) -> Iterator[None]:
    yield


def lacking(simulator: Simulator, arn: str = USER) -> tuple[str, ...] | None:
    connection = cast(AccountConnection, Known(arn))
    account = FlowLogCreation(connection, lambda service: simulator, asking, None, read_only=False)
    return account.lacking(plan().needs)


NARROW = {
    "logs:*": "arn:aws:logs:eu-west-1:123456789012:log-group:/flowtui/*",
    "iam:*": "arn:aws:iam::123456789012:role/flowtui-*",
    "ec2:Create*": "arn:aws:ec2:eu-west-1:123456789012:vpc-flow-log/*",
}


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        pytest.param({"*": "*"}, (), id="everything"),
        pytest.param(NARROW, (), id="just what it is about"),
        pytest.param(
            NARROW | {"logs:*": "arn:aws:logs:eu-west-1:123456789012:log-group:/flowtui/default"}, (),
            id="a log group without its ending",
        ),
        pytest.param(
            NARROW | {"iam:*": "arn:aws:iam::123456789012:role/other"},
            ("iam:CreateRole", "iam:TagRole", "iam:PutRolePolicy", "iam:PassRole"),
            id="another role",
        ),
        pytest.param({}, tuple(plan().actions), id="nothing"),
    ],
)  # fmt: skip
def test_each_action_is_judged_on_what_it_is_about(policy: dict[str, str], expected: tuple[str, ...]) -> None:
    assert lacking(Simulator(policy)) == expected


def test_the_conditions_of_the_calls_are_told() -> None:
    simulator = Simulator({"*": "*"})
    lacking(simulator)
    told = {each["ContextKeyName"]: each["ContextKeyValues"] for each in simulator.contexts[0]}
    assert told == {
        "iam:PassedToService": ["vpc-flow-logs.amazonaws.com"],
        "ec2:CreateAction": ["CreateFlowLogs"],
    }


def test_what_cannot_be_asked_is_not_known() -> None:
    assert lacking(Simulator({}, may_be_asked=False)) is None
    assert lacking(Simulator({}), ROOT) is None
