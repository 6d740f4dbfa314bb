"""Which flow logs record the same flows twice: by what they cover, which traffic they record and where to.

Such records are distinct events, so the tail shows each; only the totals double. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from flowtui.topology.lookup import TopologyIndex
from flowtui.topology.model import FlowLog

_ALL = "ALL"
_KINDS = ("ACCEPT", "REJECT")
_TRAFFIC = {"ALL": "", "ACCEPT": "the accepted traffic of ", "REJECT": "the rejected traffic of "}


@dataclass(frozen=True, slots=True)
class Overlap:
    """Flow logs that each record the same traffic of some interfaces, into log groups that are followed."""

    flow_logs: tuple[str, ...]
    """Their ids, two at least, sorted."""
    traffic: str
    """What all of them record: `ALL`, `ACCEPT` or `REJECT`."""
    resources: tuple[str, ...]
    """The interfaces concerned, or what else the flow logs were made for; sorted."""

    @property
    def sentence(self) -> str:
        """What it means for the reader, in one line."""
        count, more = len(self.flow_logs), len(self.resources) - 1
        who = self.resources[0] + (f" and {more} more" if more else "")
        times = "twice" if count == 2 else f"{count} times"
        totals = "totals double" if count == 2 else f"totals count it {count} times"
        return (
            f"{count} flow logs record {_TRAFFIC[self.traffic]}{who} {times}: {totals} "
            f"({', '.join(self.flow_logs)})."
        )


def overlaps(index: TopologyIndex | None, groups: Iterable[str]) -> tuple[Overlap, ...]:
    """The overlaps among the flow logs that write to these log groups, the widest first."""
    if index is None:
        return ()
    followed = frozenset(groups)
    found: dict[tuple[tuple[str, ...], str], list[str]] = defaultdict(list)
    for resource, logs in _covered(index):
        for key in _shared([log for log in logs if _arrives(log, followed)]):
            found[key].append(resource)
    made = (Overlap(ids, traffic, tuple(sorted(things))) for (ids, traffic), things in found.items())
    return tuple(sorted(made, key=lambda each: (-len(each.resources), each.flow_logs, each.traffic)))


def _covered(index: TopologyIndex) -> Iterator[tuple[str, Sequence[FlowLog]]]:
    """Each interface with the flow logs that cover it; and what is no network of interfaces with its own."""
    for interface in index.topology.interfaces:
        yield interface.id, index.flow_logs_covering(interface.id)
    others = dict.fromkeys(log.resource_id for log in index.topology.flow_logs)
    for resource in others:
        if not resource.startswith(("vpc-", "subnet-")) and index.interface(resource) is None:
            yield resource, index.flow_logs_of(resource)


def _arrives(log: FlowLog, followed: frozenset[str]) -> bool:
    if log.log_group not in followed and log.log_group_arn not in followed:
        return False
    # With "Rate limited" some of it arrives; without the right to write nothing does.
    return not (log.delivery_status == "FAILED" and "access" in log.delivery_error.lower())


def _shared(logs: Sequence[FlowLog]) -> Iterator[tuple[tuple[str, ...], str]]:
    """The sets of flow logs that record the same, each with what."""
    ids = {kind: _ids(log for log in logs if log.traffic_type in (_ALL, kind)) for kind in _KINDS}
    accepting, rejecting = (ids[kind] for kind in _KINDS)
    if accepting == rejecting:
        if len(accepting) > 1:
            yield accepting, _ALL
        return
    for kind, those in ids.items():
        if len(those) > 1:
            yield those, kind


def _ids(logs: Iterable[FlowLog]) -> tuple[str, ...]:
    return tuple(sorted({log.id for log in logs}))
