"""The flow logs of an account as rows: of what, into what, how each delivers, how old its newest record is.

Also what no flow log records. Pure; what needs attention comes first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flowtui.monitor.creation import formats
from flowtui.monitor.health import Health, delivery_cure
from flowtui.monitor.scope import Scope, ScopeKind
from flowtui.records.format import FormatError, LogFormat
from flowtui.topology.lookup import TopologyIndex
from flowtui.topology.model import FlowLog

TRAFFIC = {"ALL": "all", "ACCEPT": "accepted", "REJECT": "rejected"}
"""How TrafficType is told."""

_ORDER = {Health.BAD: 0, Health.NOTE: 1, Health.UNTRIED: 2, Health.GOOD: 3}


@dataclass(frozen=True, slots=True)
class FlowLogRow:
    """A flow log, or something that has none. Words from AWS are as they came."""

    scope: Scope
    """What it records."""
    log: FlowLog | None
    health: Health
    state: str
    """`delivering`, `Access error`, `no flow log`."""
    cure: str = ""
    fields: str = ""
    """`25 triage`: how many fields, and what the format is called."""
    newest: float | None = None
    """Epoch seconds at which the newest record of its interfaces ended.

    None where none was read, and where another flow log records all of these too: whose it is cannot be told.
    """


def flow_log_rows(
    index: TopologyIndex,
    newest: Mapping[str, float],
    groups: Collection[str],
    unreadable: Mapping[str, str] = MappingProxyType({}),
) -> tuple[FlowLogRow, ...]:
    """A row a flow log, and one a VPC without any.

    `newest`: by interface, epoch seconds of its newest record; `groups`: the log groups that are read;
    `unreadable`: by log group, why it cannot be.
    """
    logs = index.topology.flow_logs
    read = {log.id for log in logs if log.log_group in groups or log.log_group_arn in groups}
    writers = Counter(each for log in logs if log.id in read for each in index.recorded_by(log))
    ends = {each: end for each, end in newest.items() if writers[each] == 1}
    found = [_row(log, index, ends if log.id in read else {}, unreadable) for log in logs]
    found += _without(index)
    return tuple(sorted(found, key=lambda row: (_ORDER[row.health], row.scope.label, row.scope.id)))


def _row(
    log: FlowLog, index: TopologyIndex, newest: Mapping[str, float], unreadable: Mapping[str, str]
) -> FlowLogRow:
    health, state = delivery_of(log)
    cures = {Health.BAD: delivery_cure(log), Health.NOTE: "Create one more, to CloudWatch Logs."}
    cure = cures.get(health, "")
    why = unreadable.get(log.log_group or "") or unreadable.get(log.log_group_arn or "")
    if why and health is not Health.BAD:
        health, state, cure = Health.NOTE, "cannot be read", why
    end = max((newest[each] for each in index.recorded_by(log) if each in newest), default=None)
    return FlowLogRow(scope_of(log.resource_id, index), log, health, state, cure, _fields(log.format), end)


def _without(index: TopologyIndex) -> Iterator[FlowLogRow]:
    if any(missing.part == "flow logs" for missing in index.topology.missing):
        return
    for vpc in index.vpcs():
        if not index.flow_logs_in(vpc.id):
            scope = Scope(ScopeKind.VPC, vpc.id, vpc.label)
            yield FlowLogRow(scope, None, Health.NOTE, "no flow log")


def delivery_of(log: FlowLog) -> tuple[Health, str]:
    """How a flow log delivers, and in which words."""
    if log.delivery_status == "FAILED":
        return Health.BAD, log.delivery_error or "delivery fails"
    if log.log_group is None:
        return Health.NOTE, f"to {log.destination_type}"
    if log.delivery_status == "SUCCESS":
        return Health.GOOD, "delivering"
    return Health.UNTRIED, "no delivery yet"


def failed_deliveries(group: str, index: TopologyIndex | None) -> tuple[FlowLog, ...]:
    """The flow logs that should deliver into a log group, and do not."""
    known = () if index is None else index.flow_logs_to(group)
    return tuple(log for log in known if log.delivery_status == "FAILED")


def is_fed(group: str, index: TopologyIndex | None) -> bool:
    """Whether something may deliver into a log group, as far as that can be seen."""
    known = () if index is None else index.flow_logs_to(group)
    return not known or len(failed_deliveries(group, index)) < len(known)


def traffic_of(log: FlowLog) -> str:
    """`all`, `accepted` or `rejected`."""
    return TRAFFIC.get(log.traffic_type, log.traffic_type.lower())


def scope_of(resource_id: str, index: TopologyIndex) -> Scope:
    """What a flow log records, as a scope with the name that the tree gives it."""
    if resource_id.startswith("vpc-"):
        vpc = index.vpc(resource_id)
        return Scope(ScopeKind.VPC, resource_id, resource_id if vpc is None else vpc.label)
    if resource_id.startswith("subnet-"):
        subnet = index.subnet(resource_id)
        return Scope(ScopeKind.SUBNET, resource_id, resource_id if subnet is None else subnet.label)
    interface = index.interface(resource_id)
    return Scope(ScopeKind.INTERFACE, resource_id, resource_id if interface is None else interface.name)


def _fields(text: str) -> str:
    try:
        log_format = LogFormat.parse(text)
    except FormatError:
        return "not understood"
    return f"{len(log_format)} {formats.choice_of(log_format).value}"
