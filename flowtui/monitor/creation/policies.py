"""The two policies of a flow log's role, and whether a role that exists has as much.

The trust policy bears the conditions against the confused deputy; the permission policy is the smallest.
Source: VPC User Guide, "IAM role for publishing flow logs to CloudWatch Logs".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from flowtui.monitor.creation.answers import Place

Document = Mapping[str, object]
"""A policy document."""

SERVICE = "vpc-flow-logs.amazonaws.com"
"""Who assumes the role."""
POLICY_NAME = "deliver"

_ON_GROUP = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams")
_ANYWHERE = "logs:DescribeLogGroups"
"""Listing groups cannot be narrowed to one."""


def trust_policy(place: Place) -> dict[str, object]:
    """Lets the flow-log service assume the role, for flow logs of this account and region only."""
    return _document(
        {
            "Effect": "Allow",
            "Principal": {"Service": SERVICE},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": place.account},
                "ArnLike": {"aws:SourceArn": source_arn(place)},
            },
        }
    )


def delivery_policy(place: Place, group: str) -> dict[str, object]:
    """Lets the role write into one log group and list groups, nothing else."""
    return _document(
        {"Effect": "Allow", "Action": list(_ON_GROUP), "Resource": group_arns(place, group)},
        {"Effect": "Allow", "Action": _ANYWHERE, "Resource": "*"},
    )


def source_arn(place: Place) -> str:
    """The flow logs of the account and region; which one it will be is not known before it is there."""
    return f"arn:{place.partition}:ec2:{place.region}:{place.account}:vpc-flow-log/*"


def group_arns(place: Place, group: str) -> list[str]:
    """A log group as IAM looks at it: itself, and what is in it."""
    arn = f"arn:{place.partition}:logs:{place.region}:{place.account}:log-group:{group}"
    return [arn, f"{arn}:*"]


def _document(*statements: dict[str, object]) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


# Whether a role that exists would do


def is_assumable(trust: Document, place: Place) -> bool:
    """Whether the flow-log service may assume a role of this trust policy, by the conditions we can judge."""
    return any(
        statement.get("Effect") == "Allow"
        and SERVICE in _texts(_mapping(statement.get("Principal")).get("Service"))
        and _matches("sts:AssumeRole", _texts(statement.get("Action")))
        and _holds(_mapping(statement.get("Condition")), place)
        for statement in _statements(trust)
    )


def lacks(documents: Iterable[Document], place: Place, group: str) -> tuple[str, ...]:
    """The actions for delivery that these permission policies do not allow on the group."""
    statements = [statement for document in documents for statement in _statements(document)]
    wanted = {action: group_arns(place, group)[1] for action in _ON_GROUP}
    wanted["logs:CreateLogGroup"] = group_arns(place, group)[0]
    # What IAM looks at where groups are listed: every group, by an ARN that names none.
    wanted[_ANYWHERE] = group_arns(place, "")[0] + ":log-stream:"
    return tuple(action for action, arn in wanted.items() if not _allows(statements, action, arn))


def _allows(statements: Sequence[Document], action: str, arn: str) -> bool:
    effects = {
        statement.get("Effect")
        for statement in statements
        if _matches(action, _texts(statement.get("Action")), ignores_case=True)
        and _covers(_texts(statement.get("Resource")), arn)
        and (not statement.get("Condition") or statement.get("Effect") == "Deny")
    }
    return "Allow" in effects and "Deny" not in effects


def _covers(patterns: Sequence[str], arn: str) -> bool:
    # A group is written with and without its trailing `:*`, and IAM takes both for it.
    return _matches(arn, patterns) or _matches(arn.removesuffix(":*"), patterns)


_JUDGED = ("StringEquals", "StringLike", "ArnLike", "ArnEquals")


def _holds(conditions: Document, place: Place) -> bool:
    """Whether all conditions are met by a flow log here; False for any that cannot be judged."""
    values = {"aws:sourceaccount": place.account, "aws:sourcearn": source_arn(place)[:-1] + "fl-0"}
    for operator, keys in conditions.items():
        for key, wanted in _mapping(keys).items():
            value = values.get(key.lower())
            if operator not in _JUDGED or value is None or not _matches(value, _texts(wanted)):
                return False
    return True


def _matches(value: str, patterns: Sequence[str], *, ignores_case: bool = False) -> bool:
    """Whether a value matches one of the patterns, in which `*` and `?` stand for anything."""
    flags = re.IGNORECASE if ignores_case else 0
    return any(
        re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), value, flags)
        for pattern in patterns
    )


def _statements(document: Document) -> list[Document]:
    found = document.get("Statement")
    each = found if isinstance(found, list) else [found]
    return [statement for statement in each if isinstance(statement, Mapping)]


def _mapping(value: object) -> Document:
    return value if isinstance(value, Mapping) else {}


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
