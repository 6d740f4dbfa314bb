"""From what is wished for to a plan: looks what there is already, and takes what fits. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from flowtui.monitor.creation import formats
from flowtui.monitor.creation.answers import (
    DEFAULT_RETENTION_DAYS,
    AnswerError,
    Answers,
    Kind,
    NewGroup,
    NewRole,
    Role,
    Target,
    Traffic,
    proposed_group,
    proposed_role,
)
from flowtui.monitor.creation.outside import FlowLogAccount
from flowtui.monitor.creation.plan import FlowLogPlan, Surroundings, plan_of
from flowtui.monitor.outside import FaultError, LogGroup
from flowtui.records.format import LogFormat
from flowtui.topology.lookup import TopologyIndex

NEW_ROLE = "new"
"""Asks for a new role, whatever roles there are."""
FOR_EVER = 0
"""Asks for a new log group without a retention."""
_NAMES = 9
"""How many names are tried for a new role."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a reader wishes for; None leaves it to what fits."""

    targets: tuple[Target, ...]
    traffic: Traffic = Traffic.ALL
    interval_s: int = 60
    format: LogFormat = formats.TRIAGE
    group: str | None = None
    retention_days: int | None = None
    """Days, or FOR_EVER."""
    role: str | None = None
    """A name, an ARN, or NEW_ROLE."""


def prepared(wishes: Wishes, account: FlowLogAccount, token: str, index: TopologyIndex | None) -> FlowLogPlan:
    """The plan, with what exists taken into account. Raises AnswerError, FaultError."""
    if not wishes.targets:
        raise AnswerError("Say what to record: a VPC, a subnet or an interface.")
    targets = tuple(named(target, index) for target in dict.fromkeys(wishes.targets))
    group = _group(wishes, targets, account)
    _check_new(wishes, targets, group.name, index)
    role, others = _role(wishes, targets, group.name, account)
    answers = Answers(
        targets,
        group,
        role,
        wishes.traffic,
        wishes.interval_s,
        wishes.format,
        (wishes.retention_days or None) if isinstance(group, LogGroup) else None,
    )
    notes = (*_roles_noted(others), *_nested(targets, index), *_overlaps(targets, index))
    known = Surroundings(count(targets, index), notes)
    place = account.place()
    plan = plan_of(answers, place, token, known)
    return replace(plan, lacking=account.lacking(plan.needs))


def named(target: Target, index: TopologyIndex | None) -> Target:
    """The target with its name and its block or address. Raises AnswerError where it is not there."""
    if index is None:
        return target
    if target.kind is Kind.VPC and (vpc := index.vpc(target.id)) is not None:
        return replace(target, name=vpc.name or "default" * vpc.is_default, detail=", ".join(vpc.cidrs[:1]))
    if target.kind is Kind.SUBNET and (subnet := index.subnet(target.id)) is not None:
        return replace(target, name=subnet.name, detail=", ".join(subnet.cidrs[:1]))
    if target.kind is Kind.INTERFACE and (interface := index.interface(target.id)) is not None:
        return replace(target, name=interface.name, detail=", ".join(interface.addresses[:1]))
    if any(missing.part == _PARTS[target.kind] for missing in index.topology.missing):
        return target
    raise AnswerError(f"There is no {target.id} in {index.topology.region}.")


_PARTS = {Kind.VPC: "VPCs", Kind.SUBNET: "subnets", Kind.INTERFACE: "interfaces"}


def covered(targets: Iterable[Target], index: TopologyIndex) -> frozenset[str]:
    """The interfaces that lie in these."""
    inside = {interface.id for target in targets for interface in index.interfaces_of(target.id)}
    return frozenset(inside | {target.id for target in targets if target.kind is Kind.INTERFACE})


def count(targets: Sequence[Target], index: TopologyIndex | None) -> int | None:
    """How many interfaces lie in these; None where that is not known."""
    return None if index is None else len(covered(targets, index))


def _group(wishes: Wishes, targets: Sequence[Target], account: FlowLogAccount) -> LogGroup | NewGroup:
    name = wishes.group or proposed_group(targets[0])
    found = next((each for each in account.log_groups((name,)) if each.name == name), None)
    if found is not None:
        return found
    days = DEFAULT_RETENTION_DAYS if wishes.retention_days is None else wishes.retention_days
    return NewGroup(name, None if days == FOR_EVER else days)


def _check_new(wishes: Wishes, targets: Sequence[Target], group: str, index: TopologyIndex | None) -> None:
    """Raises AnswerError for a flow log that is there: AWS would refuse it, after all else was made."""
    for target in targets if index is not None else ():
        assert index is not None
        for log in index.flow_logs_of(target.id):
            if log.log_group == group and log.traffic_type == wishes.traffic.value:
                raise AnswerError(
                    f"There is such a flow log already: {log.id} of {target.id} records "
                    f"{wishes.traffic.words} into {group}."
                )


def _role(
    wishes: Wishes, targets: Sequence[Target], group: str, account: FlowLogAccount
) -> tuple[Role | NewRole, tuple[Role, ...]]:
    """The role, and others that would do."""
    if wishes.role not in (None, NEW_ROLE):
        wanted = wishes.role or ""
        found = account.role(wanted, group)
        if found is None and wanted.startswith("arn:"):
            raise AnswerError(f"There is no role {wanted}.")
        return found or NewRole(wanted), ()
    proposed = proposed_role(targets[0])
    try:
        fitting = tuple(role for role in account.roles(group) if role.is_read and not role.unfit)
    except FaultError:
        fitting = ()
    own = next((role for role in fitting if role.name == proposed), None)
    if own is not None and wishes.role is None:
        return own, ()
    return NewRole(_free(proposed, group, account)), fitting


def _free(name: str, group: str, account: FlowLogAccount) -> str:
    """The name, or it with a number, that no role has; the name where that cannot be asked."""
    try:
        names = (name, *(f"{name[:60]}-{number}" for number in range(2, _NAMES + 1)))
        return next((each for each in names if account.role(each, group) is None), name)
    except FaultError:
        return name


def _roles_noted(fitting: Sequence[Role]) -> Iterator[str]:
    if fitting:
        names = ", ".join(role.name for role in fitting)
        yield f"A role that fits exists: {names}; it can be taken instead of a new one."


def _nested(targets: Sequence[Target], index: TopologyIndex | None) -> Iterator[str]:
    """What lies in something else that is asked for, so that its flows would be there twice."""
    for outer in targets if index is not None else ():
        assert index is not None
        inside = {interface.id for interface in index.interfaces_of(outer.id)}
        inside |= {subnet.id for subnet in index.subnets_of(outer.id)}
        for inner in targets:
            if inner.id in inside:
                yield f"{inner.id} lies in {outer.id}, which is asked for too: its flows are recorded twice."


def _overlaps(targets: Sequence[Target], index: TopologyIndex | None) -> Iterator[str]:
    """What records the same flows already, so that each would be there twice; alike ones in one sentence."""
    found: dict[tuple[str, ...], list[str]] = {}
    for target in targets if index is not None else ():
        assert index is not None
        around = {
            log.id for interface in covered((target,), index) for log in index.flow_logs_covering(interface)
        }
        logs = tuple(sorted(around | {log.id for log in index.flow_logs_of(target.id)}))
        if logs:
            found.setdefault(logs, []).append(target.id)
    for logs, ids in found.items():
        verb, whose = ("is", "its") if len(ids) == 1 else ("are", "their")
        yield f"{_some(ids)} {verb} recorded already, by {_some(logs)}: {whose} flows are recorded twice."


def _some(ids: Sequence[str]) -> str:
    shown = ", ".join(ids[:_LISTED])
    return shown if len(ids) <= _LISTED else f"{shown} and {len(ids) - _LISTED} more"


_LISTED = 3
"""Ids that are named."""
