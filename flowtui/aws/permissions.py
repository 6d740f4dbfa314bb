"""The IAM actions that flowtui asks for, what each is good for, and the smallest policies that allow them.

Calls nothing, and is light: the describes say for themselves which action they need.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from flowtui.aws import parts, rules

FLOW_LOG_SERVICE = "vpc-flow-logs.amazonaws.com"
"""Who assumes the role of a flow log that delivers to CloudWatch Logs."""


class Purpose(Enum):
    """What an action is needed for; the value completes "without it …"."""

    FINDING = "flow logs are not found; name the log group with --log-group"
    RECORDS = "there are no records"
    TOPOLOGY = "names and places are missing"
    RULES = "why something was rejected is not known in full"
    GROUPS = "class, retention and size of the log groups are not known"
    HISTORY = "there is no history by Logs Insights"
    FIELDS = "queries of Logs Insights parse each record anew, though AWS may know its fields"
    CREATING = "no flow log can be created"


class Target(Enum):
    """What a policy can narrow an action down to."""

    ANYTHING = "*"
    """AWS knows no narrower resource for it."""
    GROUP = "log group"
    ROLE = "role"


@dataclass(frozen=True, slots=True)
class Permission:
    """One IAM action."""

    action: str
    """`ec2:DescribeVpcs`."""
    purpose: Purpose
    target: Target = Target.ANYTHING


def _describes(purpose: Purpose, described: Iterable[parts.Part]) -> tuple[Permission, ...]:
    return tuple(Permission(action, purpose) for action in sorted({part.action for part in described}))


_TOPOLOGY = tuple(part for part in parts.PARTS if part is not parts.FLOW_LOGS)
_NAMED = (rules.MANAGED_LISTS, rules.SERVICE_LISTS, rules.entries_of(""), rules.stale_in(""))
"""Parts of the rules that are asked for one by one."""

READING = (
    Permission(parts.FLOW_LOGS.action, Purpose.FINDING),
    Permission("logs:FilterLogEvents", Purpose.RECORDS, Target.GROUP),
    *_describes(Purpose.TOPOLOGY, _TOPOLOGY),
    *_describes(Purpose.RULES, (*rules.FIRST, *_NAMED)),
    Permission("logs:DescribeLogGroups", Purpose.GROUPS),
)
"""What the monitor reads with. GetCallerIdentity needs no permission.

Source: Service Authorization Reference, Amazon EC2 and Amazon CloudWatch Logs.
"""

HISTORY = (
    Permission("logs:StartQuery", Purpose.HISTORY, Target.GROUP),
    Permission("logs:GetLogGroupFields", Purpose.FIELDS, Target.GROUP),
    Permission("logs:GetQueryResults", Purpose.HISTORY, Target.GROUP),
    Permission("logs:StopQuery", Purpose.HISTORY),
)

FREE = ("logs:GetLogGroupFields",)
"""Those of history that no query is needed for, so that they can be tried for nothing."""

CREATING = (
    Permission("ec2:CreateFlowLogs", Purpose.CREATING),
    Permission("ec2:CreateTags", Purpose.CREATING),
    Permission("ec2:DeleteFlowLogs", Purpose.CREATING),
    *(
        Permission(f"iam:{operation}", Purpose.CREATING)
        for operation in ("GetPolicy", "GetPolicyVersion", "ListRoles", "SimulatePrincipalPolicy")
    ),
    *(
        Permission(f"iam:{operation}", Purpose.CREATING, Target.ROLE)
        for operation in (
            "CreateRole",
            "DeleteRole",
            "DeleteRolePolicy",
            "GetRole",
            "GetRolePolicy",
            "ListAttachedRolePolicies",
            "ListRolePolicies",
            "PassRole",
            "PutRolePolicy",
            "TagRole",
        )
    ),
    *(
        Permission(f"logs:{operation}", Purpose.CREATING, Target.GROUP)
        for operation in (
            "CreateLogGroup",
            "DeleteLogGroup",
            "DeleteRetentionPolicy",
            "ListTagsForResource",
            "PutRetentionPolicy",
            "TagResource",
        )
    ),
)
"""What creating a flow log and undoing it need besides."""

ALL = (*READING, *HISTORY, *CREATING)


@dataclass(frozen=True, slots=True)
class Where:
    """What a policy is narrowed down to; `*` where it is not known."""

    region: str = "*"
    account: str = "*"
    partition: str = "aws"
    groups: tuple[str, ...] = ()
    """Names or ARNs; empty: every log group there."""

    def group_arns(self) -> list[str]:
        """Each group as AWS's authorization looks at it: itself, and what is in it.

        Source: Service Authorization Reference; a group is meant with and without a trailing `:*`.
        """
        names = self.groups or ("*",)
        bare = [self._arn(name) for name in names]
        return [f"{arn}{ending}" for arn in bare for ending in ("", ":*")]

    def _arn(self, group: str) -> str:
        if group.startswith("arn:"):
            return group.removesuffix(":*")
        return f"arn:{self.partition}:logs:{self.region}:{self.account}:log-group:{group}"

    def role_arn(self) -> str:
        """The roles that flowtui makes or finds."""
        return f"arn:{self.partition}:iam::{self.account}:role/*"


def policy(permissions: Sequence[Permission], where: Where) -> dict[str, object]:
    """The identity policy that allows exactly these actions, ready to be printed as JSON."""
    statements = [
        _statement("Read", _actions(permissions, Target.ANYTHING), ["*"]),
        _statement("LogGroups", _actions(permissions, Target.GROUP), where.group_arns()),
        _statement(
            "Roles", [a for a in _actions(permissions, Target.ROLE) if a != _PASS], [where.role_arn()]
        ),
    ]
    if any(each.action == _PASS for each in permissions):
        condition = {"StringEquals": {"iam:PassedToService": FLOW_LOG_SERVICE}}
        statements.append(_statement("PassRole", [_PASS], [where.role_arn()]) | {"Condition": condition})
    return {"Version": "2012-10-17", "Statement": [each for each in statements if each["Action"]]}


_PASS = "iam:PassRole"


def _actions(permissions: Iterable[Permission], target: Target) -> list[str]:
    return sorted({each.action for each in permissions if each.target is target})


def _statement(sid: str, actions: list[str], resources: list[str]) -> dict[str, object]:
    return {"Sid": f"Flowtui{sid}", "Effect": "Allow", "Action": actions, "Resource": resources}
