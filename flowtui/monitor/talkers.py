"""Who talks most, and with whom, in what a view shows: its flows grouped, joined, and found a place for.

The store counts; here stands what it counts by, which interfaces are hops, and what names and places the
other ends have. Knows no screen. Texts are as AWS gave them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flowtui.filters import local
from flowtui.filters.tree import REJECT, OnInterfaces, Tree, conjunction
from flowtui.monitor.state import SessionState
from flowtui.monitor.view import View
from flowtui.records import address, batch, fields
from flowtui.records.fields import Type
from flowtui.store.conversations import Conversations, Hops, conversations
from flowtui.store.hits import Predicate
from flowtui.store.legs import services_of
from flowtui.store.talkers import Measure, Talkers, talkers
from flowtui.topology.lookup import TopologyIndex
from flowtui.topology.model import OwnerKind
from flowtui.topology.places import Places

SHOWN = 500
"""Rows that are named and can be walked through; all groups are counted."""

_HOPS = (OwnerKind.NAT_GATEWAY, OwnerKind.LOAD_BALANCER)


@dataclass(frozen=True, slots=True)
class Grouping:
    """What talkers are grouped by."""

    label: str
    """As the title says it."""
    keys: tuple[str, ...]
    """Fields by their AWS names."""
    is_of_rejected: bool = False
    """Whether only what was rejected has it."""


GROUPINGS = (
    Grouping("source", (fields.SRCADDR.name,)),
    Grouping("destination", (fields.DSTADDR.name,)),
    Grouping("pair", (fields.SRCADDR.name, fields.DSTADDR.name)),
    Grouping("port", (fields.DSTPORT.name, fields.PROTOCOL.name)),
    Grouping("interface", (fields.INTERFACE_ID.name,)),
    Grouping("protocol", (fields.PROTOCOL.name,)),
    Grouping("AWS service", (fields.PKT_SRC_AWS_SERVICE.name, fields.PKT_DST_AWS_SERVICE.name)),
    Grouping("reject reason", (fields.REJECT_REASON.name,), is_of_rejected=True),
)
"""In the order in which they are offered."""

_MEASURED = {
    Measure.BYTES: fields.BYTES.name,
    Measure.PACKETS: fields.PACKETS.name,
    Measure.REJECTED: fields.ACTION.name,
}


@dataclass(frozen=True, slots=True)
class Naming:
    """What addresses and interfaces are called, and where they are, as one state has it."""

    state: SessionState
    places: Places
    services: Mapping[str, str] = field(default_factory=dict)
    """By address the AWS service that records give it."""

    def name(self, address: str, at: float, vpc_id: str | None = None) -> str:
        """What bore an address at a time (epoch seconds); empty where nothing known did."""
        return self.state.history.name_of(address, at, vpc_id) or ""

    def place(self, address: str) -> str:
        """Where an address is: an AWS service, else a subnet, VPC, prefix list or kind of network."""
        return self.services.get(address) or self.places.of(address)

    def interface(self, interface_id: str, at: float) -> str:
        """What an interface was called at a time; its id where it had no name."""
        return self.state.history.interface_name(interface_id, at) or interface_id

    def vpc_of(self, interface_ids: Iterable[str]) -> str | None:
        """The VPC of the first of these interfaces that is known."""
        index = self.state.index
        known = () if index is None else map(index.interface, interface_ids)
        return next((each.vpc_id for each in known if each is not None), None)


@dataclass(frozen=True, slots=True)
class TopTalkers:
    """The greatest groups of a view, with what names them."""

    grouping: Grouping
    measure: Measure
    found: Talkers
    naming: Naming


@dataclass(frozen=True, slots=True)
class TopConversations:
    """The greatest conversations of a view, with what names them."""

    measure: Measure
    found: Conversations
    naming: Naming


def groupings(view: View) -> tuple[Grouping, ...]:
    """Those that the records held have fields for."""
    held = view.state.snapshot.columns
    return tuple(each for each in GROUPINGS if any(_has(key, held) for key in each.keys))


def measures(view: View) -> tuple[Measure, ...]:
    """Those that the records held have fields for."""
    held = view.state.snapshot.columns
    return tuple(each for each in Measure if each not in _MEASURED or _MEASURED[each] in held)


def _has(key: str, held: frozenset[str]) -> bool:
    if key == fields.INTERFACE_ID.name:
        return bool(held & {key, batch.INTERFACE})
    return bool(held & {key, fields.v6(key)})


class Reckoner:
    """Counts for views; remembers the places of the topology that it met last. One thread at a time."""

    def __init__(self) -> None:
        self._index: TopologyIndex | None = None
        self._places = Places()

    def talkers(self, view: View, grouping: Grouping, measure: Measure) -> TopTalkers:
        """Group what a view selects; some tens of ms for a million records."""
        found = talkers(
            view.state.snapshot.blocks,
            grouping.keys,
            measure,
            SHOWN,
            _predicate(view, REJECT if grouping.is_of_rejected else None),
        )
        fields_at = [place for place, key in enumerate(grouping.keys) if _is_address(key)]
        ends = {str(row.key[place]) for row in found.rows for place in fields_at}
        return TopTalkers(grouping, measure, found, self._naming(view, ends))

    def conversations(
        self, view: View, measure: Measure, *, are_clients_ports_joined: bool
    ) -> TopConversations:
        """Join what a view selects; a third of a second for a million records of as many 5-tuples."""
        found = conversations(
            view.state.snapshot.blocks,
            measure,
            SHOWN,
            _predicate(view),
            hops=hops_of(view.state.index),
            are_clients_ports_joined=are_clients_ports_joined,
        )
        ends = {end for row in found.rows for end in (row.client, row.server)}
        return TopConversations(measure, found, self._naming(view, ends))

    def _naming(self, view: View, ends: Iterable[str]) -> Naming:
        index = view.state.index
        if index is not self._index:
            self._index, self._places = index, Places(None if index is None else index.topology)
        services = services_of(view.state.snapshot.blocks, tuple(ends))
        return Naming(view.state, self._places, services)


def _is_address(key: str) -> bool:
    return fields.field(key).type is Type.ADDRESS


def _predicate(view: View, more: Tree | None = None) -> Predicate | None:
    inside = None if view.interfaces is None else OnInterfaces(view.interfaces)
    tree = conjunction((inside, view.bound, more))
    return None if tree is None else local.compile(tree)


def hops_of(index: TopologyIndex | None) -> Hops:
    """The interfaces of NAT gateways and load balancers, with their private addresses."""
    found = [] if index is None else [each for each in index.topology.interfaces if each.owner.kind in _HOPS]
    parsed = (address.parse_text(text) for each in found for text in each.addresses)
    return Hops(
        frozenset(each.id for each in found),
        frozenset(each[0] for each in parsed if each is not None and not each[1]),
    )
