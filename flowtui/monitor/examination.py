"""Examines whether the monitor can work on an account: sign-in, permissions, flow logs, log groups, clock.

Only reads. Yields one finding after the other, since each may take a while; knows no screen and no boto3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from flowtui.monitor import groups
from flowtui.monitor.health import Finding, Health, Wanted, delivery_cure
from flowtui.monitor.outside import (
    AccountConnection,
    Fault,
    FaultError,
    FaultKind,
    Identity,
    LogGroup,
    Page,
    PageRequest,
)
from flowtui.monitor.settings import Settings
from flowtui.records import fields
from flowtui.records.format import FormatError, LogFormat
from flowtui.topology.lookup import TopologyIndex
from flowtui.topology.model import FlowLog, Missing, Topology

STANDARD_CLASS = "STANDARD"
"""The log class that FilterLogEvents reads. Source: CloudWatch Logs user guide, log classes."""

SKEW_TOLD_S = 5.0
SKEW_REFUSED_S = 300.0
"""AWS refuses signatures that are five minutes off, seconds."""

_FRESH_S = 3600.0
"""How far back the newest record is looked for, seconds."""


def examine(
    connect: Callable[[Settings], AccountConnection],
    settings: Settings,
    wanted: Sequence[Wanted],
    now: Callable[[], float],
) -> Iterator[Finding]:
    """Looks at everything, in the order in which one thing needs the other. Raises nothing of AWS's."""
    try:
        connection = connect(settings)
        identity = connection.identity()
    except FaultError as error:
        yield _of_fault("sign-in", "account", error.fault, is_essential=True)
        return
    yield from _signed_in(identity, connection.credentials_source())
    try:
        topology = connection.topology(settings.vpc_ids)
    except FaultError as error:
        yield _of_fault("permissions", error.fault.action, error.fault)
        topology = Topology(identity.account, identity.region, now())
        missing: tuple[Missing, ...] = ()
    else:
        missing = (*topology.missing, *connection.rules(topology).missing)
    index = TopologyIndex(topology)
    read = _Groups(connection, settings, index, now)
    found = list(read.findings())
    yield from _permitted(wanted, {each.action: each for each in missing} | read.missing)
    yield from _flow_logs(index, settings)
    yield from found


def _signed_in(identity: Identity, source: str) -> Iterator[Finding]:
    by = f", by {source}" if source else ""
    profile = f", profile {identity.profile}" if identity.profile else ""
    yield Finding(
        "sign-in", "account", Health.GOOD, f"{identity.account} as {_role(identity.arn)}{profile}{by}."
    )
    yield Finding("sign-in", "region", Health.GOOD, f"{identity.region}.")


def _role(arn: str) -> str:
    """Who it is, without what stands before it in every ARN."""
    return arn.rpartition(":")[2] or arn


# Permissions


def _permitted(wanted: Sequence[Wanted], failed: Mapping[str, Missing]) -> Iterator[Finding]:
    """One line for each purpose that is whole, one for each action that failed."""
    for purpose in dict.fromkeys(each.purpose for each in wanted):
        some = [each for each in wanted if each.purpose == purpose]
        for each in some:
            if each.action in failed:
                yield _not_permitted(each, failed[each.action])
        tried = [each for each in some if each.is_tried]
        if not tried:
            sentence = f"Not tried, since AWS bills it; without it {purpose}."
            yield Finding("permissions", _listed(some), Health.UNTRIED, sentence)
        elif not any(each.action in failed for each in some):
            yield Finding("permissions", _listed(tried), Health.GOOD, f"Allowed; without it {purpose}.")


def _not_permitted(wanted: Wanted, missing: Missing) -> Finding:
    cure = (
        "Allow it (`flowtui iam-policy` prints the policy)" if missing.is_denied else "It is not the policy"
    )
    cure = f"{cure}; without it {wanted.purpose}."
    return Finding("permissions", wanted.action, Health.NOTE, missing.sentence, cure, wanted.action)


def _listed(some: Sequence[Wanted]) -> str:
    return some[0].action if len(some) == 1 else f"{some[0].action} and {len(some) - 1} more"


# Flow logs


def _flow_logs(index: TopologyIndex, settings: Settings) -> Iterator[Finding]:
    topology = index.topology
    for log in topology.flow_logs:
        yield _flow_log(log)
    for vpc in topology.vpcs:
        if not _is_watched(index, vpc.id):
            sentence = f"No flow log covers {vpc.id}{f' {vpc.name}' if vpc.name else ''}."
            cure = f"flowtui create-flow-log --vpc {vpc.id}"
            yield Finding("flow logs", vpc.id, Health.NOTE, sentence, cure)
    if not groups.log_groups(settings, index):
        sentence, cure = groups.why_none(settings, index)
        yield Finding("flow logs", "log groups", Health.BAD, sentence, cure, is_essential=True)


def _is_watched(index: TopologyIndex, vpc_id: str) -> bool:
    """Whether a flow log covers a VPC or something in it."""
    inside = [each.id for each in index.subnets_of(vpc_id)]
    inside += [each.id for each in index.interfaces_of(vpc_id)]
    return index.is_covered(vpc_id) or any(index.flow_logs_of(each) for each in inside)


def _flow_log(log: FlowLog) -> Finding:
    what = f"{log.traffic_type} of {log.resource_id}, every {log.interval_s} s, to {log.destination}"
    if log.log_group is None:
        sentence = f"{what}: goes to {log.destination_type}, which cannot be followed."
        return Finding("flow logs", log.id, Health.NOTE, sentence, "Create one more, to CloudWatch Logs.")
    if log.delivery_status == "FAILED":
        sentence = f"{what}: delivery fails: {log.delivery_error or 'AWS does not say why'}."
        return Finding("flow logs", log.id, Health.BAD, sentence, delivery_cure(log))
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
        return Finding("flow logs", log.id, Health.NOTE, sentence, "Create one more, with the triage format.")
    state = "delivering" if log.delivery_status == "SUCCESS" else "AWS does not tell yet whether it delivers"
    return Finding("flow logs", log.id, Health.GOOD, f"{what}, {len(names)} fields: {state}.")


# Log groups


class _Groups:
    """The log groups that the monitor would follow: what they are, and how fresh."""

    def __init__(
        self,
        connection: AccountConnection,
        settings: Settings,
        index: TopologyIndex,
        now: Callable[[], float],
    ) -> None:
        self._logs = connection.logs()
        self._now = now
        self._names = groups.log_groups(settings, index)
        self.missing: dict[str, Missing] = {}
        """What failed, by action."""
        self._facts: dict[str, LogGroup] | None = None
        try:
            self._facts = {each.name: each for each in connection.log_groups(self._names)}
        except FaultError as error:
            self._miss(error.fault)

    def findings(self) -> Iterator[Finding]:
        """Each group; then the clock, by the date of an answer."""
        skew: float | None = None
        readable = 0
        for name in self._names:
            fact = self._fact(name)
            if fact is not None and fact.log_class != STANDARD_CLASS:
                yield _other_class(name, fact)
                continue
            if self._facts is not None and fact is None:
                yield _absent(name)
                continue
            try:
                page = self._newest(name)
            except FaultError as error:
                self._miss(error.fault)
                yield _of_fault("log groups", name, error.fault)
                continue
            readable += 1
            now = self._now()
            skew = None if page.date_s is None else now - page.date_s
            yield _fresh(name, fact, page, now)
        if self._names:
            yield _readable(readable, len(self._names))
        if skew is not None:
            yield _clock(skew)

    def _miss(self, fault: Fault) -> None:
        is_denied = fault.kind is FaultKind.DENIED
        self.missing[fault.action] = Missing("log groups", fault.action, fault.sentence, is_denied=is_denied)

    def _fact(self, name: str) -> LogGroup | None:
        bare = name.rpartition(":log-group:")[2].removesuffix(":*") if name.startswith("arn:") else name
        return None if self._facts is None else self._facts.get(bare)

    def _newest(self, name: str) -> Page:
        start_ms = int((self._now() - _FRESH_S) * 1000)
        try:
            return self._logs.page(PageRequest(name, start_ms, newest_first=True))
        except FaultError as error:
            if error.fault.kind is not FaultKind.INVALID:
                raise
        return self._logs.page(PageRequest(name, start_ms))


def _other_class(name: str, fact: LogGroup) -> Finding:
    sentence = f"Of the class {fact.log_class}, which AWS does not let anybody read record by record."
    cure = "Ask it with `flowtui history`, or let a flow log deliver to a group of the Standard class."
    return Finding("log groups", name, Health.BAD, sentence, cure, "logs:FilterLogEvents")


def _absent(name: str) -> Finding:
    sentence = "Does not exist (yet): AWS makes it when the first record comes."
    return Finding(
        "log groups", name, Health.NOTE, sentence, "Wait for traffic, or look at the delivery above."
    )


def _fresh(name: str, fact: LogGroup | None, page: Page, now: float) -> Finding:
    kept = "" if fact is None else f"; {_kept(fact)}"
    if not len(page.events):
        sentence = f"Readable, but nothing within the last hour{kept}."
        cure = "Look at the delivery of its flow logs; the first records take up to 16 minutes."
        return Finding("log groups", name, Health.NOTE, sentence, cure, "logs:FilterLogEvents")
    newest = now - max(page.events.timestamps) / 1000
    arrived = now - max(page.events.ingestions) / 1000
    sentence = f"Newest record began {_ago(newest)} ago, arrived {_ago(arrived)} ago{kept}."
    return Finding("log groups", name, Health.GOOD, sentence, action="logs:FilterLogEvents")


def _kept(fact: LogGroup) -> str:
    kept = "kept for ever" if fact.retention_days is None else f"kept {fact.retention_days} days"
    return f"{kept}, {fact.stored_bytes:,} bytes stored" if fact.stored_bytes else kept


def _ago(seconds: float) -> str:
    whole = max(0, round(seconds))
    return f"{whole} s" if whole < 120 else f"{whole // 60} min"


def _readable(readable: int, count: int) -> Finding:
    sentence = f"{readable} of {count} can be followed."
    health = Health.GOOD if readable else Health.BAD
    cure = "" if readable else "Mend one of the log groups above, or name another with --log-group."
    return Finding("log groups", "together", health, sentence, cure, is_essential=True)


def _clock(skew: float) -> Finding:
    if abs(skew) < SKEW_TOLD_S:
        return Finding("clock", "this machine", Health.GOOD, "Agrees with AWS's clock.")
    way = "ahead of" if skew > 0 else "behind"
    sentence = f"{abs(skew):.0f} s {way} AWS's clock; AWS refuses from {SKEW_REFUSED_S:.0f} s on."
    return Finding(
        "clock", "this machine", Health.NOTE, sentence, "Set the clock: `timedatectl set-ntp true`."
    )


def _of_fault(section: str, subject: str, fault: Fault, *, is_essential: bool = False) -> Finding:
    return Finding(
        section, subject, Health.BAD, fault.sentence, fault.cure, fault.action, is_essential=is_essential
    )
