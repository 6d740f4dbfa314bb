"""Look-ups in a topology: by id, down the tree, by address, and which flow log covers what.

Built once for a topology and never changed, so that any thread may ask. Knows nothing of records or a screen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Literal, TypeVar

from flowtui.topology.model import FlowLog, Gateway, Interface, Owner, RouteTable, Subnet, Topology, Vpc

Direction = Literal["ingress", "egress"]

_Named = TypeVar("_Named", Vpc, Subnet, Interface, RouteTable, Gateway)
_Network = IPv4Network | IPv6Network


class TopologyIndex:
    """The look-ups of one topology. Answers are ordered by name, then id; what is unknown gives nothing."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        self._vpcs = {vpc.id: vpc for vpc in _ordered(topology.vpcs)}
        self._subnets = {subnet.id: subnet for subnet in _ordered(topology.subnets)}
        self._interfaces = {interface.id: interface for interface in _ordered(topology.interfaces)}
        self._tables = {table.id: table for table in _ordered(topology.route_tables)}
        self._subnets_of = _grouped(self._subnets.values(), lambda subnet: subnet.vpc_id)
        self._tables_of = _grouped(self._tables.values(), lambda table: table.vpc_id)
        self._gateways_of = _grouped(_ordered(topology.gateways), lambda gateway: gateway.vpc_id)
        self._in_vpc = _grouped(self._interfaces.values(), lambda interface: interface.vpc_id)
        self._in_subnet = _grouped(self._interfaces.values(), lambda interface: interface.subnet_id)
        self._of_owner = _grouped(self._interfaces.values(), lambda interface: interface.owner.id)
        self._logs_of = _grouped(
            sorted(topology.flow_logs, key=lambda log: (log.name, log.id)), lambda log: log.resource_id
        )
        self._own = {
            interface.id: frozenset(map(_canonical, interface.addresses)) for interface in topology.interfaces
        }
        self._prefixes = {
            interface.id: networks
            for interface in topology.interfaces
            if (networks := _networks(interface.prefixes))
        }

    def vpcs(self) -> tuple[Vpc, ...]:
        """All VPCs."""
        return tuple(self._vpcs.values())

    def vpc(self, vpc_id: str) -> Vpc | None:
        """The VPC of this id."""
        return self._vpcs.get(vpc_id)

    def subnet(self, subnet_id: str) -> Subnet | None:
        """The subnet of this id."""
        return self._subnets.get(subnet_id)

    def interface(self, interface_id: str) -> Interface | None:
        """The interface of this id."""
        return self._interfaces.get(interface_id)

    def route_table(self, route_table_id: str) -> RouteTable | None:
        """The route table of this id."""
        return self._tables.get(route_table_id)

    def subnets_of(self, vpc_id: str) -> tuple[Subnet, ...]:
        """The subnets of a VPC."""
        return self._subnets_of.get(vpc_id, ())

    def route_tables_of(self, vpc_id: str) -> tuple[RouteTable, ...]:
        """The route tables of a VPC."""
        return self._tables_of.get(vpc_id, ())

    def gateways_of(self, vpc_id: str) -> tuple[Gateway, ...]:
        """The gateways attached to a VPC."""
        return self._gateways_of.get(vpc_id, ())

    def interfaces_of(self, parent_id: str) -> tuple[Interface, ...]:
        """The interfaces of a VPC, a subnet or an owner, whichever has this id."""
        for children in (self._in_subnet, self._in_vpc, self._of_owner):
            if parent_id in children:
                return children[parent_id]
        return ()

    def owners_of(self, subnet_id: str) -> tuple[tuple[Owner, tuple[Interface, ...]], ...]:
        """What has interfaces in a subnet, each with those of its interfaces that are in this subnet."""
        owners: dict[Owner, list[Interface]] = defaultdict(list)
        for interface in self._in_subnet.get(subnet_id, ()):
            owners[interface.owner].append(interface)
        ordered = sorted(owners.items(), key=lambda pair: (pair[0].name or pair[0].id, pair[0].id))
        return tuple((owner, tuple(interfaces)) for owner, interfaces in ordered)

    def flow_logs_of(self, resource_id: str) -> tuple[FlowLog, ...]:
        """The flow logs made for exactly this VPC, subnet or interface."""
        return self._logs_of.get(resource_id, ())

    def flow_logs_in(self, vpc_id: str) -> tuple[FlowLog, ...]:
        """The flow logs of a VPC, of its subnets and of its interfaces."""
        subnets = (subnet.id for subnet in self.subnets_of(vpc_id))
        interfaces = (interface.id for interface in self._in_vpc.get(vpc_id, ()))
        parts = (vpc_id, *subnets, *interfaces)
        return tuple(log for part in parts for log in self.flow_logs_of(part))

    def recorded_by(self, log: FlowLog) -> tuple[str, ...]:
        """The ids of the interfaces that a flow log records."""
        if log.resource_id.startswith("eni-"):
            return (log.resource_id,)
        return tuple(interface.id for interface in self.interfaces_of(log.resource_id))

    def flow_logs_covering(self, interface_id: str) -> tuple[FlowLog, ...]:
        """The flow logs that record an interface: its own, its subnet's and its VPC's, in this order."""
        interface = self._interfaces.get(interface_id)
        if interface is None:
            return self.flow_logs_of(interface_id)
        scopes = (interface.id, interface.subnet_id, interface.vpc_id)
        return tuple(log for scope in scopes for log in self.flow_logs_of(scope))

    def is_covered(self, resource_id: str) -> bool:
        """Whether a flow log records all of this VPC, subnet or interface."""
        if resource_id in self._interfaces:
            return bool(self.flow_logs_covering(resource_id))
        subnet = self._subnets.get(resource_id)
        is_above = subnet is not None and bool(self.flow_logs_of(subnet.vpc_id))
        return is_above or bool(self.flow_logs_of(resource_id))

    def log_groups(self) -> tuple[str, ...]:
        """The names of the log groups that flow logs write to."""
        return tuple(sorted({log.log_group for log in self.topology.flow_logs if log.log_group}))

    def flow_logs_to(self, group: str) -> tuple[FlowLog, ...]:
        """The flow logs that write to a log group, given by its name or its ARN."""
        named = (log for logs in self._logs_of.values() for log in logs)
        return tuple(log for log in named if group in (log.log_group, log.log_group_arn))

    def formats_of(self, group: str) -> tuple[str, ...]:
        """The log formats of a log group's flow logs, each once."""
        return tuple(dict.fromkeys(log.format for log in self.flow_logs_to(group)))

    def formats_by_interface(self, group: str) -> Mapping[str, tuple[str, ...]]:
        """For each interface recorded in a log group the formats of the flow logs that write it there."""
        formats: dict[str, dict[str, None]] = defaultdict(dict)
        for log in self.flow_logs_to(group):
            for interface_id in self.recorded_by(log):
                formats[interface_id][log.format] = None
        return {interface_id: tuple(found) for interface_id, found in formats.items()}

    def direction(self, interface_id: str, src: str | None, dst: str | None) -> Direction | None:
        """Which way a record with these addresses passed an interface.

        By all the interface's addresses, secondary ones, IPv6 and delegated prefixes included. None where
        neither or both are its own (routers, NAT) and where the interface is not known.
        """
        if interface_id not in self._own:
            return None
        is_from, is_to = self._has(interface_id, src), self._has(interface_id, dst)
        if is_from == is_to:
            return None
        return "egress" if is_from else "ingress"

    def _has(self, interface_id: str, address: str | None) -> bool:
        if address is None:
            return False
        if address in self._own[interface_id]:
            return True
        networks = self._prefixes.get(interface_id)
        return networks is not None and _is_in(address, networks)


def _ordered(things: Iterable[_Named]) -> list[_Named]:
    return sorted(things, key=lambda thing: (thing.name or thing.id, thing.id))


_Thing = TypeVar("_Thing")


def _grouped(things: Iterable[_Thing], parent: Callable[[_Thing], str]) -> dict[str, tuple[_Thing, ...]]:
    groups: dict[str, list[_Thing]] = defaultdict(list)
    for thing in things:
        groups[parent(thing)].append(thing)
    return {key: tuple(members) for key, members in groups.items()}


def _canonical(address: str) -> str:
    try:
        return str(ip_address(address))
    except ValueError:
        return address


def _networks(prefixes: Iterable[str]) -> tuple[_Network, ...]:
    networks: list[_Network] = []
    for prefix in prefixes:
        try:
            networks.append(ip_network(prefix, strict=False))
        except ValueError:
            continue
    return tuple(networks)


def _is_in(address: str, networks: tuple[_Network, ...]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)
