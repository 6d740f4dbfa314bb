"""The topology as lines: VPCs › subnets › owners › interfaces, with what stands beside them.

Knows widths and words, no widget.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flowtui.monitor.flow_logs import TRAFFIC, delivery_of, traffic_of
from flowtui.monitor.health import Health
from flowtui.monitor.overlaps import Overlap
from flowtui.monitor.scope import Scope, ScopeKind
from flowtui.records.decode import clean
from flowtui.topology.lookup import TopologyIndex
from flowtui.topology.model import FlowLog, Interface, Owner, OwnerKind, RouteTable, Subnet, Vpc
from flowtui.tui import keymap

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TreeLine:
    """One line of the tree: a node, or a second line of the node above."""

    key: str
    """Identifies the node between two readings; the same for a node's further lines."""
    depth: int
    name: str
    detail: str
    tone: str = "soft"
    """A role of the palette for the name; the detail is drawn in mute or in `detail_tone`."""
    detail_tone: str = "mute"
    is_open: bool | None = None
    """None where there is nothing to fold."""
    rejected: int | None = None
    scope: Scope | None = None
    """What `enter` drills into."""
    flow_log_id: str | None = None
    """The flow log that it is."""
    is_identifier: bool = False
    """Whether the name is an id, elided as one."""
    is_first: bool = True
    """False for a node's further lines, over which the cursor goes."""


_BLANK = TreeLine("", 0, "", "", is_first=False)


class TreeMaker:
    """Makes the lines of a topology, for what is unfolded."""

    def __init__(
        self,
        index: TopologyIndex,
        rejected: Mapping[str, int],
        is_open: Callable[[str, bool], bool],
        overlaps: Sequence[Overlap] = (),
    ) -> None:
        self._index = index
        self._rejected = rejected
        self._is_open = is_open
        self._overlaps = overlaps
        interfaces = index.topology.interfaces
        self._names = {each.owner.id: each.owner.name for each in interfaces if each.owner.name}

    def lines(self) -> list[TreeLine]:
        """All lines, from the top."""
        lines: list[TreeLine] = []
        index = self._index
        for vpc in sorted(index.vpcs(), key=lambda each: (not index.interfaces_of(each.id), each.is_default)):
            if lines:
                lines.append(_BLANK)
            lines += self._vpc(vpc)
        return lines

    def _count(self, interfaces: Collection[Interface]) -> int:
        rejected = self._rejected
        return sum(rejected.get(interface.id, 0) for interface in interfaces)

    def _vpc(self, vpc: Vpc) -> Iterator[TreeLine]:
        index = self._index
        interfaces = index.interfaces_of(vpc.id)
        is_open = self._is_open(vpc.id, bool(interfaces))
        name = clean(vpc.label)
        yield TreeLine(
            vpc.id,
            0,
            name,
            ", ".join(vpc.cidrs[:1]),
            tone="strong" if interfaces else "mute",
            is_open=is_open,
            rejected=self._count(interfaces) if interfaces else None,
            scope=Scope(ScopeKind.VPC, vpc.id, name),
            is_identifier=not vpc.name and not vpc.is_default,
        )
        for cidr in vpc.cidrs[1:] if is_open else ():
            yield TreeLine(vpc.id, 0, "", cidr, is_first=False)
        if not index.flow_logs_in(vpc.id) and self._are_flow_logs_known():
            offer = f"no flow log · {keymap.key('create').cap}"
            yield TreeLine(vpc.id, 0, "", offer, detail_tone="attention", is_first=False)
        if is_open:
            yield from self._inside(vpc)

    def _are_flow_logs_known(self) -> bool:
        return not any(missing.part == "flow logs" for missing in self._index.topology.missing)

    def _inside(self, vpc: Vpc) -> Iterator[TreeLine]:
        index = self._index
        for gateway in index.gateways_of(vpc.id):
            yield TreeLine(gateway.id, 1, gateway.id, gateway.kind, tone="mute", is_identifier=True)
        for subnet in sorted(index.subnets_of(vpc.id), key=lambda each: each.is_public is not True):
            yield from self._subnet(vpc, subnet)
        yield from self._section(vpc, "route tables", index.route_tables_of(vpc.id), self._route_table)
        yield from self._section(vpc, "flow logs", index.flow_logs_in(vpc.id), self._flow_log)

    def _section(
        self, vpc: Vpc, title: str, things: Collection[T], lines: Callable[[T], Iterator[TreeLine]]
    ) -> Iterator[TreeLine]:
        if not things:
            return
        key = f"{vpc.id}/{title}"
        is_open = self._is_open(key, len(things) <= 8)
        yield _BLANK
        yield TreeLine(key, 1, title, "" if is_open else str(len(things)), is_open=is_open)
        for thing in things if is_open else ():
            yield from lines(thing)

    def _subnet(self, vpc: Vpc, subnet: Subnet) -> Iterator[TreeLine]:
        owners, name = self._index.owners_of(subnet.id), clean(subnet.label)
        is_open = self._is_open(subnet.id, len(self._index.interfaces_of(vpc.id)) <= 60)
        interfaces = self._index.interfaces_of(subnet.id)
        yield TreeLine(
            subnet.id,
            1,
            name,
            subnet.cidrs[0] if subnet.cidrs else "",
            tone="text" if interfaces else "mute",
            is_open=is_open if owners else None,
            rejected=self._count(interfaces) if interfaces else None,
            scope=Scope(ScopeKind.SUBNET, subnet.id, name),
        )
        for owner, of_owner in owners if is_open else ():
            yield from self._owner(owner, of_owner)

    def _owner(self, owner: Owner, interfaces: tuple[Interface, ...]) -> Iterator[TreeLine]:
        is_open = self._is_open(owner.id, True)
        name = clean(owner.name) or owner.id
        detail = owner.id if owner.kind is OwnerKind.INSTANCE and owner.name else owner.kind.value
        if owner.state and owner.state not in ("running", "available"):
            detail = owner.state
        yield TreeLine(
            owner.id,
            2,
            name,
            detail,
            tone="text",
            is_open=is_open,
            rejected=self._count(interfaces),
            scope=Scope(ScopeKind.OWNER, owner.id, name),
            is_identifier=not owner.name,
        )
        for interface in interfaces if is_open else ():
            yield from self._interface(interface)

    def _interface(self, interface: Interface) -> Iterator[TreeLine]:
        scope = Scope(ScopeKind.INTERFACE, interface.id, clean(interface.name))
        primary, *others = interface.addresses or ("no address",)
        yield TreeLine(
            interface.id,
            3,
            interface.id,
            primary,
            tone="mute",
            detail_tone="soft",
            rejected=self._rejected.get(interface.id, 0),
            scope=scope,
            is_identifier=True,
        )
        further = [
            *others,
            *interface.prefixes,
            *(f"{address} public" for address in interface.public_addresses),
        ]
        if not self._index.flow_logs_covering(interface.id) and self._are_flow_logs_known():
            yield TreeLine(interface.id, 3, "", "no flow log", detail_tone="attention", is_first=False)
        for address in further:
            yield TreeLine(interface.id, 3, "", address, is_first=False)

    def _route_table(self, table: RouteTable) -> Iterator[TreeLine]:
        name = clean(table.name) or table.id
        routes = [route for route in table.routes if route.target != "local"] or list(table.routes)
        for position, route in enumerate(routes):
            is_dead = route.state != "active"
            yield TreeLine(
                table.id,
                2,
                name if position == 0 else "",
                f"{route.destination} → {self._target(route.target)}{' blackhole' if is_dead else ''}",
                tone="mute",
                detail_tone="attention" if is_dead else "mute",
                is_identifier=not table.name,
                is_first=position == 0,
            )

    def _target(self, target: str) -> str:
        if target in self._names:
            return clean(self._names[target])
        return "igw" if target.startswith("igw-") else target

    def _flow_log(self, flow_log: FlowLog) -> Iterator[TreeLine]:
        health, words = delivery_of(flow_log)
        mark = {Health.GOOD: "✓ ", Health.BAD: "✗ "}.get(health, "")
        state, tone = f"{mark}{clean(words)}", "mute" if health is Health.GOOD else "attention"
        yield TreeLine(
            flow_log.id,
            2,
            flow_log.id,
            state,
            tone="mute",
            detail_tone=tone,
            flow_log_id=flow_log.id,
            is_identifier=True,
        )
        yield TreeLine(
            flow_log.id, 2, "", f"{traffic_of(flow_log)}, every {flow_log.interval_s} s", is_first=False
        )
        for note in self._notes(flow_log):
            yield TreeLine(flow_log.id, 2, "", note, detail_tone="attention", is_first=False)

    def _notes(self, flow_log: FlowLog) -> Iterator[str]:
        """With which others it records the same flows; their totals double."""
        for overlap in self._overlaps:
            others = [other for other in overlap.flow_logs if other != flow_log.id]
            if len(others) < len(overlap.flow_logs):
                traffic = TRAFFIC[overlap.traffic]
                yield f"doubles {', '.join(others)}" + (f" ({traffic})" if overlap.traffic != "ALL" else "")
