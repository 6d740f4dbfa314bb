"""Reads the topology: all parts at once, each of which may fail alone, put together into one value."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from flowtui.aws import parts
from flowtui.aws.flow_logs import flow_log_of
from flowtui.aws.interfaces import interface_of, owners_from
from flowtui.aws.networks import gateways_of, route_table_of, subnet_of, vpc_of
from flowtui.aws.parts import Asking, Part, Reading
from flowtui.aws.values import Row, text
from flowtui.aws.wording import outside_text
from flowtui.monitor.outside import Fault, FaultError, FaultKind, Identity
from flowtui.topology.model import FlowLog, Gateway, Interface, Missing, RouteTable, Subnet, Topology, Vpc

_HOPELESS = (
    FaultKind.NO_CREDENTIALS,
    FaultKind.EXPIRED,
    FaultKind.NO_REGION,
    FaultKind.UNKNOWN_PROFILE,
    FaultKind.NETWORK,
)
"""Kinds that are no matter of one part: read through them a topology would look empty."""

_ACCOUNT = "account"


class TopologyReader:
    """Reads the topology again and again; a part that fails for a while is taken from the reading before."""

    def __init__(self, client: Callable[[], Any], identity: Callable[[], Identity], asking: Asking) -> None:
        self._client = client
        self._identity = identity
        self._asking = asking
        self._last: dict[tuple[str, tuple[str, ...]], Reading] = {}

    def read(self, vpc_ids: tuple[str, ...], region: str) -> Topology:
        """The topology of these VPCs, or of all.

        Raises FaultError for credentials and network, where no part could be read although it is not
        forbidden, and (NOT_FOUND) where one of the VPCs does not exist.
        """
        jobs: dict[str, Callable[[], Reading]] = {
            part.name: lambda part=part: parts.read(part, self._client, vpc_ids, self._asking)  # type: ignore[misc]
            for part in parts.PARTS
        }
        readings = parts.at_once({**jobs, _ACCOUNT: self._account})
        _raise_hopeless([readings[part.name] for part in parts.PARTS])
        read = {part.name: self._kept(part, vpc_ids, readings[part.name]) for part in parts.PARTS}
        topology = _assembled(read, readings[_ACCOUNT], vpc_ids, region)
        if vpc_ids and read[parts.VPCS.name].fault is None:
            _check_vpcs(read[parts.VPCS.name].rows, vpc_ids, region)
        return topology

    def _account(self) -> Reading:
        try:
            return Reading([{"Account": self._identity().account}])
        except FaultError as error:
            return Reading([], error.fault)

    def _kept(self, part: Part, vpc_ids: tuple[str, ...], reading: Reading) -> Reading:
        """The reading; after a passing fault with the rows of the last one that was whole."""
        if reading.fault is None:
            self._last[part.name, vpc_ids] = reading
            return reading
        last = self._last.get((part.name, vpc_ids))
        if last is None or reading.fault.kind.is_lasting:
            return reading
        return replace(reading, rows=last.rows)


def _raise_hopeless(readings: Sequence[Reading]) -> None:
    faults = [reading.fault for reading in readings if reading.fault is not None]
    for fault in faults:
        if fault.kind in _HOPELESS:
            raise FaultError(fault)
    if len(faults) == len(readings) and any(fault.kind is not FaultKind.DENIED for fault in faults):
        raise FaultError(next(fault for fault in faults if fault.kind is not FaultKind.DENIED))


def _check_vpcs(found: Iterable[Row], vpc_ids: Sequence[str], region: str) -> None:
    vpcs = {vpc.id: vpc for vpc in map(vpc_of, found)}
    unknown = [vpc_id for vpc_id in vpc_ids if vpc_id not in vpcs]
    if not unknown:
        return
    named = sorted(vpcs.values(), key=lambda vpc: (vpc.name or vpc.id, vpc.id))
    there = ", ".join(outside_text(f"{vpc.id} {vpc.name}".strip()) for vpc in named[:_LISTED])
    more = f" and {len(named) - _LISTED} more" if len(named) > _LISTED else ""
    cure = f"There are: {there}{more}." if there else "There is none: check the profile and the region."
    sentence = f"There is no VPC {outside_text(', '.join(unknown))} in {region}."
    raise FaultError(Fault(FaultKind.NOT_FOUND, parts.VPCS.action, sentence, cure, "InvalidVpcID.NotFound"))


_LISTED = 10
"""VPCs that the sentence about an unknown one names."""


def _assembled(read: dict[str, Reading], account: Reading, vpc_ids: tuple[str, ...], region: str) -> Topology:
    def rows(part: Part) -> list[Row]:
        return read[part.name].rows

    chosen = frozenset(vpc_ids)
    vpcs = _once(vpc for vpc in map(vpc_of, rows(parts.VPCS)) if not chosen or vpc.id in chosen)
    tables = _in_vpcs(map(route_table_of, rows(parts.ROUTE_TABLES)), chosen)
    are_tables_known = read[parts.ROUTE_TABLES.name].fault is None or bool(tables)
    in_force = _by_vpc(tables)
    subnets = _in_vpcs(
        (
            subnet_of(row, in_force.get(text(row, "VpcId"), ()), are_tables_known)
            for row in rows(parts.SUBNETS)
        ),
        chosen,
    )
    owners = owners_from(rows(parts.INSTANCES), rows(parts.NAT_GATEWAYS))
    everywhere = [interface_of(row, owners) for row in rows(parts.INTERFACES)]
    interfaces = _in_vpcs(everywhere, chosen)
    gateways = gateways_of(
        rows(parts.INTERNET_GATEWAYS), rows(parts.EGRESS_GATEWAYS), rows(parts.NAT_GATEWAYS)
    )
    subnets = subnets + _inferred_subnets(subnets, interfaces)
    vpcs = vpcs + _inferred_vpcs(vpcs, subnets)
    return Topology(
        account=next((text(row, "Account") for row in account.rows), "") or _owner(vpcs),
        region=region,
        read_at=time.time(),
        vpcs=vpcs,
        subnets=subnets,
        route_tables=tables,
        gateways=_in_vpcs(gateways, chosen),
        interfaces=interfaces,
        flow_logs=_flow_logs(rows(parts.FLOW_LOGS), chosen, subnets, interfaces, _unread(read)),
        missing=_missing(read),
        elsewhere=tuple(
            each.id for each in everywhere if chosen and each.vpc_id and each.vpc_id not in chosen
        ),
    )


def _unread(read: dict[str, Reading]) -> tuple[str, ...]:
    """The id prefixes of which it cannot be said whether they belong to the chosen VPCs."""
    prefixes = ((parts.SUBNETS, "subnet-"), (parts.INTERFACES, "eni-"))
    return tuple(prefix for part, prefix in prefixes if read[part.name].fault is not None)


def _flow_logs(
    found: Iterable[Row],
    chosen: frozenset[str],
    subnets: Iterable[Subnet],
    interfaces: Iterable[Interface],
    unread: tuple[str, ...],
) -> tuple[FlowLog, ...]:
    """The flow logs of the chosen VPCs and all in them; of what could not be read, all: none is lost."""
    flow_logs = _once(map(flow_log_of, found))
    if not chosen:
        return flow_logs
    resources = {*chosen, *(subnet.id for subnet in subnets), *(interface.id for interface in interfaces)}
    return tuple(
        log for log in flow_logs if log.resource_id in resources or log.resource_id.startswith(unread)
    )


def _missing(read: dict[str, Reading]) -> tuple[Missing, ...]:
    return tuple(
        parts.missing(part, fault) for part in parts.PARTS if (fault := read[part.name].fault) is not None
    )


def _inferred_subnets(subnets: Iterable[Subnet], interfaces: Iterable[Interface]) -> tuple[Subnet, ...]:
    """Subnets known only by their interfaces, so that the tree holds these although subnets are denied."""
    known = {subnet.id for subnet in subnets}
    seen = {i.subnet_id: i.vpc_id for i in interfaces if i.subnet_id and i.subnet_id not in known}
    return tuple(Subnet(subnet_id, "", vpc_id, ()) for subnet_id, vpc_id in seen.items())


def _inferred_vpcs(vpcs: Iterable[Vpc], subnets: Iterable[Subnet]) -> tuple[Vpc, ...]:
    known = {vpc.id for vpc in vpcs}
    seen = dict.fromkeys(s.vpc_id for s in subnets if s.vpc_id and s.vpc_id not in known)
    return tuple(Vpc(vpc_id, "", ()) for vpc_id in seen)


def _owner(vpcs: Iterable[Vpc]) -> str:
    return next((vpc.owner_id for vpc in vpcs if vpc.owner_id), "")


_InVpc = TypeVar("_InVpc", RouteTable, Subnet, Interface, Gateway)
_WithId = TypeVar("_WithId", RouteTable, Subnet, Interface, Gateway, Vpc, FlowLog)


def _by_vpc(tables: Iterable[RouteTable]) -> dict[str, list[RouteTable]]:
    grouped: dict[str, list[RouteTable]] = {}
    for table in tables:
        grouped.setdefault(table.vpc_id, []).append(table)
    return grouped


def _in_vpcs(things: Iterable[_InVpc], chosen: frozenset[str]) -> tuple[_InVpc, ...]:
    return _once(thing for thing in things if not chosen or thing.vpc_id in chosen)


def _once(things: Iterable[_WithId]) -> tuple[_WithId, ...]:
    """Each id once, the last wins: pages can overlap while the account changes; and nothing without an id."""
    return tuple({thing.id: thing for thing in things if thing.id}.values())
