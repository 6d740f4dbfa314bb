"""Roles of IAM, judged: whether flow logs may assume one, and whether it may write into a log group.

Source: IAM API, ListRoles, GetRolePolicy, GetPolicyVersion; boto3 gives policy documents as structures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from flowtui.aws.parts import Asking
from flowtui.aws.values import Row, part, rows, text
from flowtui.monitor.creation.answers import Place, Role
from flowtui.monitor.creation.policies import Document, is_assumable, lacks
from flowtui.monitor.outside import FaultError, FaultKind

_PAGE = 1000
"""Roles on a page, the most that IAM gives."""
_READ = 8
"""Roles whose policies are read; two or more calls each."""


class Roles:
    """The account's roles."""

    def __init__(self, client: Callable[[], Any], asking: Asking, place: Callable[[], Place]) -> None:
        self._client = client
        self._asking = asking
        self._place = place

    def fitting(self, group: str) -> tuple[Role, ...]:
        """The roles that flow logs may assume, the likeliest first. Raises FaultError."""
        place = self._place()
        found = [row for row in self._all() if is_assumable(part(row, "AssumeRolePolicyDocument"), place)]
        found.sort(key=lambda row: ("flow" not in text(row, "RoleName").lower(), text(row, "RoleName")))
        judged = [self._judged(row, group, place) for row in found[:_READ]]
        return tuple(sorted(judged, key=lambda role: (bool(role.unfit), not role.is_read)))

    def named(self, name: str, group: str) -> Role | None:
        """The role of this name or ARN; None where there is none. Raises FaultError."""
        try:
            with self._asking("iam:GetRole"):
                reply = self._client().get_role(RoleName=name.rpartition("/")[2])
        except FaultError as error:
            if error.fault.kind is FaultKind.NOT_FOUND:
                return None
            raise
        row = part(reply, "Role")
        # IAM finds by name alone: the role of another account or path is not this one.
        is_another = name.startswith("arn:") and text(row, "Arn") != name
        return None if is_another else self._judged(row, group, self._place())

    def _all(self) -> list[Row]:
        found: list[Row] = []
        parameters: dict[str, Any] = {"MaxItems": _PAGE}
        with self._asking("iam:ListRoles"):
            while True:
                reply = self._client().list_roles(**parameters)
                found += rows(reply, "Roles")
                marker = text(reply, "Marker")
                if not reply.get("IsTruncated") or marker in ("", parameters.get("Marker")):
                    return found
                parameters["Marker"] = marker

    def _judged(self, row: Row, group: str, place: Place) -> Role:
        made = row.get("CreateDate")
        created_at = made.timestamp() if isinstance(made, datetime) else None
        name, arn = text(row, "RoleName"), text(row, "Arn")
        if not is_assumable(part(row, "AssumeRolePolicyDocument"), place):
            unfit = "its trust policy does not let vpc-flow-logs.amazonaws.com assume it here."
            return Role(name, arn, created_at, unfit)
        try:
            lacking = lacks(list(self._documents(name)), place, group)
        except FaultError:
            return Role(name, arn, created_at, is_read=False)
        unfit = f"it is not allowed {', '.join(lacking)} on {group}." if lacking else ""
        return Role(name, arn, created_at, unfit)

    def _documents(self, name: str) -> Iterator[Document]:
        """The permission policies of a role, its own and those attached to it. Raises FaultError."""
        client = self._client()
        with self._asking("iam:ListRolePolicies"):
            own = client.list_role_policies(RoleName=name).get("PolicyNames") or ()
        for policy in own:
            with self._asking("iam:GetRolePolicy"):
                reply = client.get_role_policy(RoleName=name, PolicyName=policy)
            yield part(reply, "PolicyDocument")
        with self._asking("iam:ListAttachedRolePolicies"):
            attached = rows(client.list_attached_role_policies(RoleName=name), "AttachedPolicies")
        for policy in attached:
            yield self._attached(client, text(policy, "PolicyArn"))

    def _attached(self, client: Any, arn: str) -> Document:
        with self._asking("iam:GetPolicy"):
            version = text(part(client.get_policy(PolicyArn=arn), "Policy"), "DefaultVersionId")
        with self._asking("iam:GetPolicyVersion"):
            reply = client.get_policy_version(PolicyArn=arn, VersionId=version)
        return part(part(reply, "PolicyVersion"), "Document")
