"""An account that allows just what a policy allows, judged as AWS does: by action, resource and condition.

Stands between boto3 and the wire; remembers which actions were allowed and which were not. Source: IAM user
guide, "Policy evaluation logic"; Service Authorization Reference for what each call is judged by.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

ACCOUNT, REGION = "123456789012", "eu-west-1"
FREE = "sts:GetCallerIdentity"
"""Needs no permission."""
_KINDS = {"vpc": "vpc", "subnet": "subnet", "eni": "network-interface"}
_BARE = ("ListTagsForResource", "TagResource")
"""Calls of CloudWatch Logs that are judged by the group's ARN without `:*`."""


@dataclass(frozen=True)
class Asked:
    """One action on one resource."""

    action: str
    resource: str = "*"
    context: Mapping[str, str] = field(default_factory=dict, hash=False)
    """By condition key."""


class PolicedAccount:
    """Allows the actions of a policy and denies every other."""

    def __init__(self, policy: Mapping[str, Any]) -> None:
        self._statements: list[Mapping[str, Any]] = policy["Statement"]
        self._call = BaseClient._make_api_call  # type: ignore[attr-defined]
        self._lock = threading.Lock()
        self._made: set[str] = set()
        self._queried: list[str] = []
        self.allowed: set[str] = set()
        self.denied: set[Asked] = set()

    def guard(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Has every call of boto3 in this process judged."""
        monkeypatch.setattr(
            BaseClient,
            "_make_api_call",
            lambda client, operation, parameters: self.call(client, operation, parameters),
        )

    def call(self, client: BaseClient, operation: str, parameters: Mapping[str, Any]) -> Any:
        """The answer, or the refusal."""
        service = client.meta.service_model.service_name
        for asked in self._asked(service, operation, parameters):
            is_allowed = asked.action == FREE or any(_allows(each, asked) for each in self._statements)
            with self._lock:
                self.allowed |= {asked.action} if is_allowed else set()
                self.denied |= set() if is_allowed else {asked}
            if not is_allowed:
                raise ClientError({"Error": {"Code": "AccessDenied", "Message": str(asked)}}, operation)
        if operation == "CreateLogGroup":
            self._made.add(_group_arn(parameters["logGroupName"]))
        if operation == "StartQuery":
            self._queried = list(_group_arns(parameters))
        reply = self._call(client, operation, parameters)
        if operation == "CreateFlowLogs":
            self._made |= {_ec2_arn("vpc-flow-log", each) for each in reply["FlowLogIds"]}
        return reply

    def _asked(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Iterator[Asked]:
        action = f"{service}:{operation}"
        for resource in self._resources(service, operation, parameters):
            yield Asked(action, resource, self._tags(resource.removesuffix(":*")))
        if operation == "CreateLogGroup" and parameters.get("tags"):
            yield Asked("logs:TagResource", _group_arn(parameters["logGroupName"]))
        if operation == "CreateRole" and parameters.get("Tags"):
            yield Asked("iam:TagRole", _role_arn(parameters["RoleName"]))
        if operation == "CreateFlowLogs":
            if parameters.get("TagSpecifications"):
                new = _ec2_arn("vpc-flow-log", "*")
                yield Asked("ec2:CreateTags", new, {"ec2:CreateAction": operation})
            passed = {"iam:PassedToService": "vpc-flow-logs.amazonaws.com"}
            yield Asked("iam:PassRole", parameters["DeliverLogsPermissionArn"], passed)

    def _resources(self, service: str, operation: str, parameters: Mapping[str, Any]) -> list[str]:
        groups = list(_group_arns(parameters))
        if service == "logs" and operation in _BARE:
            return [parameters["resourceArn"]]
        if service == "logs" and operation == "GetQueryResults":
            groups = self._queried
        if service == "logs" and groups and operation != "DescribeLogGroups":
            return [f"{each}:*" for each in groups]
        if service == "iam" and "RoleName" in parameters:
            return [_role_arn(parameters["RoleName"])]
        if operation == "CreateFlowLogs":
            recorded = [_ec2_arn(_KINDS[each.partition("-")[0]], each) for each in parameters["ResourceIds"]]
            return [_ec2_arn("vpc-flow-log", "*"), *recorded]
        if operation == "DeleteFlowLogs":
            return [_ec2_arn("vpc-flow-log", each) for each in parameters["FlowLogIds"]]
        return ["*"]

    def _tags(self, resource: str) -> Mapping[str, str]:
        # An answer that is lost on the way has made its thing all the same.
        is_ours = resource in self._made or ":vpc-flow-log/fl-" in resource
        return {"aws:ResourceTag/created-by": "flowtui"} if is_ours else {}


def _allows(statement: Mapping[str, Any], asked: Asked) -> bool:
    assert statement["Effect"] == "Allow"
    conditions: Mapping[str, Mapping[str, str]] = statement.get("Condition", {})
    assert set(conditions) <= {"StringEquals"}
    return (
        any(fnmatchcase(asked.action, each) for each in statement["Action"])
        and any(fnmatchcase(asked.resource, each) for each in statement["Resource"])
        and all(asked.context.get(key) == value for key, value in conditions.get("StringEquals", {}).items())
    )


def _group_arns(parameters: Mapping[str, Any]) -> Iterator[str]:
    for name in ("logGroupName", "logGroupIdentifier"):
        if name in parameters:
            yield _group_arn(parameters[name])
    for each in parameters.get("logGroupIdentifiers", ()):
        yield _group_arn(each)


def _group_arn(group: str) -> str:
    return group if group.startswith("arn:") else f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}"


def _role_arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def _ec2_arn(kind: str, id: str) -> str:
    return f"arn:aws:ec2:{REGION}:{ACCOUNT}:{kind}/{id}"
