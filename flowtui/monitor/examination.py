"""Examines whether the monitor can work on an account: sign-in, permissions, flow logs, log groups, clock.

Only reads. Yields one finding after the other, since each may take a while; knows no screen and no boto3.
"""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence, Set

from flowtui.monitor import groups
from flowtui.monitor.group_examination import GroupExamination, of_fault
from flowtui.monitor.health import Finding, Health, Wanted, delivery_cure
from flowtui.monitor.outside import Clock, FaultError, HistoryConnection, Identity
from flowtui.monitor.settings import Settings
from flowtui.records import fields
from flowtui.records.format import FormatError, LogFormat
from flowtui.topology.lookup import TopologyIndex
from flowtui.topology.model import FlowLog, Missing, Topology

SKEW_TOLD_S = 5.0
SKEW_REFUSED_S = 300.0
"""AWS refuses signatures that are five minutes off, seconds."""


def examine(
    connect: Callable[[Settings], HistoryConnection],
    settings: Settings,
    wanted: Sequence[Wanted],
    clock: Clock,
    regions: Sequence[str] = (),
) -> Iterator[Finding]:
    """Looks at everything, in the order in which one thing needs the other. Raises nothing of AWS's.

    `regions`: those that are known; empty where none are.
    """
    try:
        connection = connect(settings)
        identity = connection.identity()
    except FaultError as error:
        yield of_fault("sign-in", "account", error.fault, is_essential=True)
        return
    yield from _signed_in(identity, connection.credentials_source(), regions)
    failure: Finding | None = None
    try:
        topology = connection.topology(settings.vpc_ids)
    except FaultError as error:
        failure = of_fault("permissions", error.fault.action, error.fault)
        topology = Topology(identity.account, identity.region, clock.now())
        missing: tuple[Missing, ...] = ()
    else:
        missing = (*topology.missing, *connection.rules(topology).missing)
    index = TopologyIndex(topology)
    read = GroupExamination(connection, groups.log_groups(settings, index), index, clock)
    found = list(read.findings())
    read.try_history()
    if failure is not None:
        yield failure
    failed = {each.action: each for each in missing} | read.missing
    yield from _permitted(wanted, failed, connection.answered())
    yield from _flow_logs(index, settings)
    yield from found
    if identity.skew_s is not None:
        yield _clock(identity.skew_s)


def _signed_in(identity: Identity, source: str, regions: Sequence[str]) -> Iterator[Finding]:
    by = f", by {source}" if source else ""
    profile = f", profile {identity.profile}" if identity.profile else ""
    yield Finding(
        "sign-in", "account", Health.GOOD, f"{identity.account} as {_role(identity.arn)}{profile}{by}."
    )
    region = identity.region
    if not regions or region in regions:
        yield Finding("sign-in", "region", Health.GOOD, f"{region}.")
        return
    close = difflib.get_close_matches(region, regions, 1)
    cure = f"Say --region {close[0]}, if that is meant." if close else "Name another --region."
    yield Finding("sign-in", "region", Health.NOTE, f"{region}, which is no region that is known.", cure)


def _role(arn: str) -> str:
    """Who it is, without what stands before it in every ARN."""
    return arn.rpartition(":")[2] or arn


# Permissions


def _permitted(
    wanted: Sequence[Wanted], failed: Mapping[str, Missing], answered: Set[str]
) -> Iterator[Finding]:
    """For each purpose one line for what AWS answered, for each action that failed, and for what is untried.

    An action that was asked more than once may both have been answered and have failed: it failed.
    """
    for purpose in dict.fromkeys(each.purpose for each in wanted):
        some = [each for each in wanted if each.purpose == purpose]
        for each in some:
            if each.action in failed:
                yield _not_permitted(each, failed[each.action])
        rest = [each for each in some if each.action not in failed]
        allowed = [each.action for each in rest if each.action in answered]
        if allowed:
            sentence = f"Allowed; without it {purpose}."
            yield Finding("permissions", _listed(allowed), Health.GOOD, sentence, actions=tuple(allowed))
        yield from _untried([each for each in rest if each.action not in answered])


def _untried(rest: Sequence[Wanted]) -> Iterator[Finding]:
    for reason in dict.fromkeys(each.untried for each in rest):
        some = [each for each in rest if each.untried == reason]
        actions = tuple(each.action for each in some)
        why = reason or "there was nothing to try it on"
        sentence = f"Not tried, since {why}; without it {some[0].purpose}."
        yield Finding("permissions", _listed(actions), Health.UNTRIED, sentence, actions=actions)


def _not_permitted(wanted: Wanted, missing: Missing) -> Finding:
    cure = (
        "Allow it (`flowtui iam-policy` prints the policy)" if missing.is_denied else "It is not the policy"
    )
    action = wanted.action
    sentence = missing.sentence.removeprefix(f"{action} is ").replace(f"the {action} action", "it")
    sentence = sentence[:1].upper() + sentence[1:]
    cure = f"{cure}; without it {wanted.purpose}."
    return Finding("permissions", action, Health.NOTE, sentence, cure, action, (action,))


def _listed(actions: Sequence[str]) -> str:
    return actions[0] if len(actions) == 1 else f"{actions[0]} and {len(actions) - 1} more"


# Flow logs


def _flow_logs(index: TopologyIndex, settings: Settings) -> Iterator[Finding]:
    topology = index.topology
    unread = {each.action for each in topology.missing}
    if "ec2:DescribeVpcs" not in unread:
        yield from _unknown_vpcs(topology, settings)
    for log in topology.flow_logs:
        yield _flow_log(log, settings)
    if "ec2:DescribeFlowLogs" not in unread:
        for vpc in topology.vpcs:
            if not index.flow_logs_in(vpc.id):
                sentence = f"No flow log covers {vpc.id}{f' {vpc.name}' if vpc.name else ''}."
                cure = _command(settings, "create-flow-log", "--vpc", vpc.id)
                yield Finding("flow logs", vpc.id, Health.NOTE, sentence, cure)
    if not groups.log_groups(settings, index):
        sentence, cure = groups.why_none(settings, index)
        yield Finding("flow logs", "log groups", Health.BAD, sentence, cure, is_essential=True)


def _unknown_vpcs(topology: Topology, settings: Settings) -> Iterator[Finding]:
    known = [vpc.id for vpc in topology.vpcs]
    for vpc_id in settings.vpc_ids:
        if vpc_id not in known:
            sentence = f"There is no VPC {vpc_id} in {topology.region}."
            cure = "Check --vpc, --region and the account."
            yield Finding("flow logs", vpc_id, Health.BAD, sentence, cure)


def _command(settings: Settings, *words: str) -> str:
    """One of flowtui's own commands for the same account and region, to be copied."""
    where = ["--profile", settings.profile] if settings.profile else []
    where += ["--region", settings.region] if settings.region else []
    return shlex.join(["flowtui", *words, *where])


_OPTIONS = {"vpc": "--vpc", "subnet": "--subnet", "eni": "--interface"}
"""By how an id begins, what `flowtui create-flow-log` calls such a thing."""


def _another(log: FlowLog, settings: Settings) -> str:
    """The command that creates a flow log beside this one; empty for what flowtui creates none for."""
    option = _OPTIONS.get(log.resource_id.partition("-")[0])
    return "" if option is None else _command(settings, "create-flow-log", option, log.resource_id)


def _flow_log(log: FlowLog, settings: Settings) -> Finding:
    what = f"{log.traffic_type} of {log.resource_id}, every {log.interval_s} s, to {log.destination}"
    another = _another(log, settings)
    create = f"Create one more{{}}: {another}" if another else "Create one more{}."
    if log.log_group is None:
        sentence = f"{what}: goes to {log.destination_type}, which cannot be followed."
        return Finding("flow logs", log.id, Health.NOTE, sentence, create.format(", to CloudWatch Logs"))
    if log.delivery_status == "FAILED":
        sentence = f"{what}: delivery fails: {log.delivery_error or 'AWS does not say why'}."
        return Finding("flow logs", log.id, Health.BAD, sentence, delivery_cure(log, another))
    try:
        names = LogFormat.parse(log.format).fields
    except FormatError as error:
        cure = "Give its format with --format."
        return Finding(
            "flow logs", log.id, Health.NOTE, f"{what}: its format is not understood: {error}", cure
        )
    lacking = [
        each.name for each in (fields.ACTION, fields.SRCADDR, fields.DSTADDR) if each.name not in names
    ]
    if lacking:
        sentence = f"{what}: its {len(names)} fields lack {', '.join(lacking)}."
        return Finding("flow logs", log.id, Health.NOTE, sentence, create.format(", with the triage format"))
    state = "delivering" if log.delivery_status == "SUCCESS" else "AWS does not tell yet whether it delivers"
    return Finding("flow logs", log.id, Health.GOOD, f"{what}, {len(names)} fields: {state}.")


# The clock


def _clock(skew: float) -> Finding:
    if abs(skew) < SKEW_TOLD_S:
        return Finding("clock", "this machine", Health.GOOD, "Agrees with AWS's clock.")
    way = "ahead of" if skew > 0 else "behind"
    sentence = f"{abs(skew):.0f} s {way} AWS's clock; AWS refuses from {SKEW_REFUSED_S:.0f} s on."
    return Finding(
        "clock", "this machine", Health.NOTE, sentence, "Set the clock: `timedatectl set-ntp true`."
    )
