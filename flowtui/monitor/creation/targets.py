"""What there is to record, to choose several of; nothing is chosen together with what it lies in. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flowtui.monitor.creation.answers import AnswerError, Kind, Target
from flowtui.monitor.creation.prepare import named
from flowtui.monitor.scope import Scope, ScopeKind
from flowtui.topology.lookup import TopologyIndex

_KINDS = {
    ScopeKind.VPC: Kind.VPC,
    ScopeKind.SUBNET: Kind.SUBNET,
    ScopeKind.INTERFACE: Kind.INTERFACE,
}
DEPTHS = {Kind.VPC: 0, Kind.SUBNET: 1, Kind.INTERFACE: 2}
"""How deep each lies."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that could be recorded."""

    target: Target
    holders: tuple[str, ...]
    """The ids of what it lies in, the outermost first."""
    flow_log_ids: tuple[str, ...]
    """What records it already, in whole."""
    label: str = ""
    """What the tree calls it; as it came from AWS."""


def targets_of(scope: Scope, index: TopologyIndex) -> tuple[Target, ...]:
    """What a scope of the tree means for a flow log: an owner is its interfaces."""
    kind = _KINDS.get(scope.kind)
    if kind is not None:
        ids = [scope.id]
    else:
        kind, ids = Kind.INTERFACE, [each.id for each in index.topology.interfaces if scope.has(each)]
    try:
        return tuple(named(Target(kind, each), index) for each in ids)
    except AnswerError:
        return ()


def candidates(index: TopologyIndex) -> tuple[Candidate, ...]:
    """Every VPC with its subnets and their interfaces, in the order of the tree."""
    return tuple(_candidates(index))


def _candidates(index: TopologyIndex) -> Iterator[Candidate]:
    for vpc in sorted(index.vpcs(), key=lambda each: (not index.interfaces_of(each.id), each.is_default)):
        of_vpc = tuple(log.id for log in index.flow_logs_of(vpc.id))
        yield Candidate(named(Target(Kind.VPC, vpc.id), index), (), of_vpc, vpc.label)
        for subnet in sorted(index.subnets_of(vpc.id), key=lambda each: each.is_public is not True):
            of_subnet = (*of_vpc, *(log.id for log in index.flow_logs_of(subnet.id)))
            target = named(Target(Kind.SUBNET, subnet.id), index)
            yield Candidate(target, (vpc.id,), of_subnet, subnet.label)
            for interface in index.interfaces_of(subnet.id):
                logs = (*of_subnet, *(log.id for log in index.flow_logs_of(interface.id)))
                target = named(Target(Kind.INTERFACE, interface.id), index)
                yield Candidate(target, (vpc.id, subnet.id), logs, interface.name)


def toggled(chosen: Iterable[Target], candidate: Candidate, every: Iterable[Candidate]) -> tuple[Target, ...]:
    """Without the candidate, or with it and without what holds it or lies in it."""
    kept = tuple(chosen)
    target = candidate.target
    if any(each.id == target.id for each in kept):
        return tuple(each for each in kept if each.id != target.id)
    inside = {each.target.id for each in every if target.id in each.holders}
    return (*(each for each in kept if each.id not in inside and each.id not in candidate.holders), target)
