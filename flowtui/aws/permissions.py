"""The IAM actions that flowtui asks for, what each is good for, and the smallest policies that allow them.

Calls nothing, and is light: the describes say for themselves which action they need.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from flowtui.aws import parts, rules
from flowtui.monitor.creation.plan import TAG
from flowtui.monitor.creation.policies import SERVICE


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
    """What a policy can narrow an action down to; the value names the statement.

    Source: Service Authorization Reference, Amazon EC2, Amazon CloudWatch Logs and AWS IAM.
    """

    ANYTHING = "Read"
    """AWS knows no narrower resource for it, or it reads all of its kind."""
    GROUP = "LogGroups"
    """The log groups that are read."""
    OWN_GROUP = "OwnLogGroups"
    """Those that are made, or whose retention is set."""
    TAGGED_GROUP = "DeleteLogGroups"
    """Of these only what flowtui has made."""
    ROLE = "Roles"
    """Any role, to be looked at."""
    OWN_ROLE = "OwnRoles"
    """Those that are made."""
    PASSED_ROLE = "PassRole"
    """Any role, to be given to flow logs and to nothing else."""
    FLOW_LOG = "FlowLogs"
    """A flow log and what it records."""
    NEW_FLOW_LOG = "TagFlowLogs"
    """A flow log at the moment at which it is made."""
    TAGGED_FLOW_LOG = "DeleteFlowLogs"
    """A flow log that flowtui has made."""


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


def _of(service: str, target: Target, operations: str) -> tuple[Permission, ...]:
    return tuple(Permission(f"{service}:{name}", Purpose.CREATING, target) for name in operations.split())


CREATING = (
    *_of("ec2", Target.FLOW_LOG, "CreateFlowLogs"),
    *_of("ec2", Target.NEW_FLOW_LOG, "CreateTags"),
    *_of("ec2", Target.TAGGED_FLOW_LOG, "DeleteFlowLogs"),
    *_of("iam", Target.ANYTHING, "GetPolicy GetPolicyVersion ListRoles SimulatePrincipalPolicy"),
    *_of("iam", Target.ROLE, "GetRole GetRolePolicy ListAttachedRolePolicies ListRolePolicies"),
    *_of("iam", Target.OWN_ROLE, "CreateRole DeleteRole DeleteRolePolicy PutRolePolicy TagRole"),
    *_of("iam", Target.PASSED_ROLE, "PassRole"),
    *_of(
        "logs",
        Target.OWN_GROUP,
        "CreateLogGroup DeleteRetentionPolicy ListTagsForResource PutRetentionPolicy TagResource",
    ),
    *_of("logs", Target.TAGGED_GROUP, "DeleteLogGroup"),
)
"""What creating a flow log and undoing it need besides."""

ALL = (*READING, *HISTORY, *CREATING)


OWN_GROUPS = "/flowtui/*"
OWN_ROLES = "flowtui-*"
"""What flowtui calls the log groups and roles that it makes, where it is not told otherwise."""

MOST_CHARACTERS = 6144
"""Of a managed policy, white space apart. Source: IAM user guide, IAM and STS quotas."""


@dataclass(frozen=True, slots=True)
class Where:
    """What a policy is narrowed down to; `*` where it is not known."""

    region: str = "*"
    account: str = "*"
    partition: str = "aws"
    groups: tuple[str, ...] = ()
    """Names or ARNs; empty: every log group there to read, flowtui's own to make."""
    role: str | None = None
    """The name of the delivery role; None: flowtui's own to make, any to pass."""

    def resources(self, target: Target) -> list[str]:
        """What the actions of a target are allowed on."""
        match target:
            case Target.GROUP:
                return self._group_arns(self.groups or ("*",))
            case Target.OWN_GROUP | Target.TAGGED_GROUP:
                return self._group_arns(self.groups or (OWN_GROUPS,))
            case Target.ROLE:
                return [self._role_arn("*")]
            case Target.OWN_ROLE:
                return [self._role_arn(self.role or OWN_ROLES)]
            case Target.PASSED_ROLE:
                return [self._role_arn(self.role or "*")]
            case Target.FLOW_LOG:
                return [
                    self._ec2_arn(kind) for kind in ("network-interface", "subnet", "vpc", "vpc-flow-log")
                ]
            case Target.NEW_FLOW_LOG | Target.TAGGED_FLOW_LOG:
                return [self._ec2_arn("vpc-flow-log")]
            case _:
                return ["*"]

    def _group_arns(self, names: Iterable[str]) -> list[str]:
        """Each group as AWS's authorization looks at it: itself, and what is in it.

        Source: Service Authorization Reference; a group is meant with and without a trailing `:*`, and both
        by a pattern that ends in `*`.
        """
        bare = dict.fromkeys(self._group_arn(name) for name in names)
        return [f"{arn}{ending}" for arn in bare for ending in (("",) if arn.endswith("*") else ("", ":*"))]

    def _group_arn(self, group: str) -> str:
        if group.startswith("arn:"):
            return group.removesuffix(":*")
        return f"arn:{self.partition}:logs:{self.region}:{self.account}:log-group:{group}"

    def _role_arn(self, name: str) -> str:
        return f"arn:{self.partition}:iam::{self.account}:role/{name}"

    def _ec2_arn(self, kind: str) -> str:
        return f"arn:{self.partition}:ec2:{self.region}:{self.account}:{kind}/*"


_MADE_BY_US = {"StringEquals": {f"aws:ResourceTag/{key}": value for key, value in TAG.items()}}
_CONDITIONS = {
    Target.PASSED_ROLE: {"StringEquals": {"iam:PassedToService": SERVICE}},
    Target.NEW_FLOW_LOG: {"StringEquals": {"ec2:CreateAction": "CreateFlowLogs"}},
    Target.TAGGED_FLOW_LOG: _MADE_BY_US,
    Target.TAGGED_GROUP: _MADE_BY_US,
}


def policy(permissions: Sequence[Permission], where: Where) -> dict[str, object]:
    """The identity policy that allows exactly these actions, ready to be printed as JSON."""
    statements = [
        _statement(target, actions, where)
        for target in Target
        if (actions := sorted({each.action for each in permissions if each.target is target}))
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _statement(target: Target, actions: list[str], where: Where) -> dict[str, object]:
    said: dict[str, object] = {"Sid": f"Flowtui{target.value}", "Effect": "Allow", "Action": actions}
    said["Resource"] = where.resources(target)
    if target in _CONDITIONS:
        said["Condition"] = _CONDITIONS[target]
    return said


def size(document: Mapping[str, object]) -> int:
    """The characters of a policy that IAM counts."""
    return len("".join(json.dumps(document).split()))
