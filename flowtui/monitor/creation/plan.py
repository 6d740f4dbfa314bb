"""The plan of a flow log: every call in its order, both policies, what it costs, what may be in the way.

Nothing is asked of AWS and nothing is changed here.
Source: EC2 API, CreateFlowLogs; VPC User Guide, "Flow logs"; CloudWatch Logs and IAM API references.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flowtui.monitor.creation import formats, policies
from flowtui.monitor.creation.answers import (
    STANDARD,
    Answers,
    Kind,
    NewGroup,
    NewRole,
    Place,
    Target,
    Traffic,
    check,
    days_in_words,
)
from flowtui.monitor.creation.calls import Call, undo_of
from flowtui.monitor.creation.estimate import Estimate, estimated
from flowtui.monitor.outside import LogGroup
from flowtui.records.format import DEFAULT_FORMAT

MOST_RESOURCES = 300
"""Resources of one CreateFlowLogs."""

TAG = {"created-by": "flowtui"}
"""On everything that is made."""

ECS_ACTIONS = (
    "ecs:ListClusters",
    "ecs:ListContainerInstances",
    "ecs:ListServices",
    "ecs:ListTaskDefinitions",
    "ecs:ListTasks",
)
"""What the caller needs where the format has fields of ECS."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of the account beside the answers."""

    interfaces: int | None = None
    """How many interfaces there are in the scope; None where that is not known."""
    notes: tuple[str, ...] = ()
    """What is to be thought of, each a sentence: what records the same already."""
    lacking: tuple[str, ...] | None = None
    """The actions that the caller lacks; None where that could not be found out."""


@dataclass(frozen=True, slots=True)
class FlowLogPlan:
    """What will be done, and nothing else."""

    answers: Answers
    place: Place
    calls: tuple[Call, ...]
    trust_policy: Mapping[str, object] | None
    """Of the new role; None where there is a role already."""
    delivery_policy: Mapping[str, object] | None
    estimate: Estimate
    notes: tuple[str, ...] = ()
    lacking: tuple[str, ...] | None = None

    @property
    def actions(self) -> tuple[str, ...]:
        """The IAM actions that the calls need, each once."""
        return tuple(dict.fromkeys(action for call in self.calls for action in call.actions))

    @property
    def needs(self) -> dict[str, tuple[str, ...]]:
        """The IAM actions that the calls need, each with the ARNs that it may be allowed on."""
        return {action: self._about(action.partition(":")[0]) for action in self.actions}

    def _about(self, service: str) -> tuple[str, ...]:
        """What a service's calls are about; `*` where AWS knows nothing narrower."""
        known = {
            "logs": tuple(policies.group_arns(self.place, self.answers.group.name)),
            "iam": (role_arn(self.answers, self.place),),
            "ec2": (policies.source_arn(self.place),),
        }
        return known.get(service, ("*",))

    @property
    def undo_actions(self) -> tuple[str, ...]:
        """The IAM actions that taking it all back needs."""
        undone = [undo_of(call, ("",)) for call in reversed(self.calls)]
        return tuple(dict.fromkeys(action for call in undone if call is not None for action in call.actions))

    @property
    def commands(self) -> tuple[str, ...]:
        """The calls as AWS CLI commands, one line each."""
        return tuple(call.command(self.place) for call in self.calls)

    @property
    def role_name(self) -> str:
        """The role that delivers."""
        return self.answers.role.name


def plan_of(
    answers: Answers, place: Place, token: str, surroundings: Surroundings | None = None
) -> FlowLogPlan:
    """The plan for these answers. Raises AnswerError.

    `token` makes the creation the same creation however often it is asked for; another plan needs another.
    """
    check(answers)
    known = surroundings or Surroundings()
    is_new = isinstance(answers.role, NewRole)
    trust = policies.trust_policy(place) if is_new else None
    delivery = policies.delivery_policy(place, answers.group.name) if is_new else None
    calls = (
        *_group_calls(answers),
        *_role_calls(answers.role.name, trust, delivery),
        *_flow_log_calls(answers, place, token),
    )
    return FlowLogPlan(
        answers,
        place,
        calls,
        trust,
        delivery,
        estimated(answers, known.interfaces),
        (*_own_notes(answers), *known.notes),
        known.lacking,
    )


def _group_calls(answers: Answers) -> Iterator[Call]:
    group, days = answers.group, answers.set_retention_days
    if isinstance(group, NewGroup):
        days = group.retention_days
        parameters = {"logGroupName": group.name, "logGroupClass": STANDARD, "tags": dict(TAG)}
        actions = ("logs:CreateLogGroup", "logs:TagResource")
        yield Call("logs", "CreateLogGroup", parameters, f"{group.name}, Standard class", actions)
    elif group.retention_days is not None:
        return
    if days is not None:
        kept = {"logGroupName": group.name, "retentionInDays": days}
        subject = f"{group.name}, {days_in_words(days)}"
        yield Call("logs", "PutRetentionPolicy", kept, subject, ("logs:PutRetentionPolicy",))


def _role_calls(
    name: str, trust: Mapping[str, object] | None, delivery: Mapping[str, object] | None
) -> Iterator[Call]:
    if trust is None or delivery is None:
        return
    made = {
        "RoleName": name,
        "AssumeRolePolicyDocument": _json(trust),
        "Description": "Delivers VPC flow logs to CloudWatch Logs",
        "Tags": _tags(),
    }
    yield Call("iam", "CreateRole", made, name, ("iam:CreateRole", "iam:TagRole"))
    given = {"RoleName": name, "PolicyName": policies.POLICY_NAME, "PolicyDocument": _json(delivery)}
    yield Call(
        "iam", "PutRolePolicy", given, f"{name}, policy {policies.POLICY_NAME}", ("iam:PutRolePolicy",)
    )


def _flow_log_calls(answers: Answers, place: Place, token: str) -> Iterator[Call]:
    for kind in Kind:
        targets = [target for target in answers.targets if target.kind is kind]
        for first in range(0, len(targets), MOST_RESOURCES):
            batch = targets[first : first + MOST_RESOURCES]
            yield flow_log_call(answers, place, batch, f"{token}-{kind.value}-{first}")


def flow_log_call(answers: Answers, place: Place, targets: Sequence[Target], token: str) -> Call:
    """The call that makes a flow log of each of these resources, all of one kind."""
    parameters: dict[str, object] = {
        "ResourceType": targets[0].kind.value,
        "ResourceIds": [target.id for target in targets],
        "TrafficType": answers.traffic.value,
        "LogDestinationType": "cloud-watch-logs",
        "LogGroupName": answers.group.name,
        "DeliverLogsPermissionArn": role_arn(answers, place),
        "MaxAggregationInterval": answers.interval_s,
        "TagSpecifications": [{"ResourceType": "vpc-flow-log", "Tags": _tags()}],
        "ClientToken": token[:64],
    }
    if answers.format != DEFAULT_FORMAT:
        parameters["LogFormat"] = str(answers.format)
    what = targets[0].id if len(targets) == 1 else f"{len(targets)} {targets[0].kind.word}s"
    subject = f"{what}, {answers.traffic.value}, {answers.interval_s} s, role {answers.role.name}"
    actions = ("ec2:CreateFlowLogs", "ec2:CreateTags", "iam:PassRole")
    has_ecs = not formats.ECS.isdisjoint(answers.format.fields)
    return Call("ec2", "CreateFlowLogs", parameters, subject, (*actions, *(ECS_ACTIONS if has_ecs else ())))


def role_arn(answers: Answers, place: Place) -> str:
    """The ARN of the role, also of one that is still to be made."""
    role = answers.role
    if isinstance(role, NewRole):
        return f"arn:{place.partition}:iam::{place.account}:role/{role.name}"
    return role.arn


def _own_notes(answers: Answers) -> Iterator[str]:
    if not formats.ECS.isdisjoint(answers.format.fields):
        yield "Its ECS fields need an ECS cluster in this account and region, else AWS refuses the flow log."
    if answers.traffic is not Traffic.ALL:
        yield (
            f"Only {answers.traffic.value} is recorded: shares of rejected traffic cannot be told, and why "
            "something is rejected is told with less certainty."
        )
    if isinstance(answers.group, LogGroup) and answers.set_retention_days is not None:
        days = days_in_words(answers.set_retention_days)
        yield f"{answers.group.name} exists: whatever in it is older than {days} is deleted by AWS."
    elif isinstance(answers.group, LogGroup) and answers.group.retention_days is None:
        yield f"{answers.group.name} exists and keeps its events for ever; that is left so."
    if not isinstance(answers.role, NewRole) and answers.role.unfit:
        yield f"The role {answers.role.name} may not do: {answers.role.unfit}"


def _tags() -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in TAG.items()]


def _json(document: Mapping[str, object]) -> str:
    return json.dumps(document, separators=(",", ":"))
