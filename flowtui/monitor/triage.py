"""Rejections by cause: the rejected records of a view, grouped by interface and by what rejected them.

Records are reduced to shapes in columns, each shape is explained once a topology, and what has one cause is
counted together. Knows no screen; names and ids are as AWS gave them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from ipaddress import ip_network

from flowtui.explain.alike import edges_of
from flowtui.explain.answer import REPLIES, SERVICE, Explanation
from flowtui.explain.explainer import Explainer
from flowtui.explain.flow import Flow, Twin
from flowtui.explain.packet import service_of
from flowtui.filters import local
from flowtui.filters.tree import (
    REJECT,
    AnyPort,
    Compare,
    Directed,
    Net,
    Not,
    OneOf,
    OnInterfaces,
    Op,
    Or,
    Side,
    Tree,
    Way,
    conjunction,
)
from flowtui.monitor.flows import flows
from flowtui.monitor.state import SessionState
from flowtui.monitor.view import View
from flowtui.records import fields
from flowtui.store.shapes import Shape, Shapes, Stretches, shapes_of
from flowtui.store.tallies import LISTED, Places, Placing, Tally, Window, tallies_of, unplaced
from flowtui.topology.lookup import TopologyIndex

__all__ = ["Cause", "Triage", "Triager", "Window"]

AT_ONCE = 2_000
"""Shapes explained in one go: some tenths of a second of Python."""
KEPT = 50_000
"""Shapes explained for one topology at most; each takes about half a kilobyte."""

NO_WINDOW = Window(0, 1, 0)
_NO_FLOW = OneOf(fields.LOG_STATUS.name, fields.STATUSES[1:])
_WAYS = {"ingress": Way.INGRESS, "egress": Way.EGRESS}


@dataclass(frozen=True, slots=True)
class Kind:
    """What is rejected alike at one interface, whatever the service."""

    interface_id: str
    protocol: int | None
    """None too where the cause does not depend on it."""
    explanation: Explanation
    """Of one of the records."""

    @property
    def has_services(self) -> bool:
        """Whether the cause names a service."""
        return SERVICE in self.explanation.common_cause

    @property
    def is_of_servers(self) -> bool:
        """Whether the services are those that replies come from, so source ports."""
        return REPLIES in self.explanation.common_cause

    @property
    def is_by_source(self) -> bool:
        """Whether the other end is the source."""
        return self.explanation.direction != "egress"


@dataclass(frozen=True, slots=True)
class Cause:
    """Records of one interface that were rejected alike, for one service or for all its seldom ones."""

    kind: Kind
    tally: Tally
    share: float
    """Of all that was rejected."""

    @property
    def key(self) -> tuple[object, ...]:
        """The same for the same cause at another time."""
        kind, said = self.kind, self.kind.explanation
        slot = "rest" if self.tally.is_rest else self.tally.services.named[0] if kind.has_services else None
        return (kind.interface_id, said.verdict, said.direction, said.common_cause, kind.protocol, slot)

    @property
    def services(self) -> tuple[str, ...]:
        """`tcp/80`: the most frequent services; those of the servers where it is replies."""
        return tuple(service_of(*each) for each in self.tally.services.named)


@dataclass(frozen=True, slots=True)
class Triage:
    """All causes of one state, the newest first."""

    causes: tuple[Cause, ...] = ()
    rejected: int = 0
    unexplained: int = 0
    """Records whose cause was not looked for yet, or will not be where there are too many kinds of them."""
    unexplained_sources: int = 0
    is_going_on: bool = False
    """Whether asking again explains more of them."""
    window: Window = NO_WINDOW
    state: SessionState | None = field(default=None, repr=False)

    def interface_name(self, cause: Cause) -> str:
        """What the interface was called at its newest record; empty where it had no name."""
        if self.state is None:
            return ""
        return self.state.history.interface_name(cause.kind.interface_id, cause.tally.last_s) or ""

    def peer_name(self, cause: Cause, address: str) -> str:
        """What bore an address then, seen from the interface; empty where nothing known did."""
        if self.state is None or self.state.index is None:
            return ""
        known = self.state.index.interface(cause.kind.interface_id)
        vpc_id = None if known is None else known.vpc_id
        return self.state.history.name_of(address, cause.tally.last_s, vpc_id) or ""

    def condition(self, cause: Cause) -> Tree:
        """A filter that selects a cause's records.

        What was rejected for the same service by another rule is told apart by the other ends; where each of
        the two has more than `LISTED` of them, it is selected too.
        """
        others = [each for each in self.causes if _may_meet(each, cause)]
        own = _peers(cause) if others and not cause.tally.is_rest else None
        apart = () if own is not None else (_apart(other) for other in others)
        tree = conjunction((*_where(cause), *_services(cause), own, *apart))
        assert tree is not None
        return tree


class Triager:
    """Finds causes; remembers what it explained until the topology changes. One thread at a time."""

    def __init__(self, *, at_once: int = AT_ONCE, kept: int = KEPT) -> None:
        self._at_once = at_once
        self._kept = kept
        self._index: TopologyIndex | None = None
        self._book = _Book(None)
        self._asked: tuple[object, ...] = ()
        self._found = Shapes()

    def of(self, view: View, window: Window, now: float) -> Triage:
        """The causes of what a view selects; explains at most `at_once` further shapes."""
        state = view.state
        if not _is_same(state.index, self._index):
            self._book, self._asked = _Book(state.index), ()
        self._index = state.index
        inside = None if view.interfaces is None else OnInterfaces(view.interfaces)
        wanted = conjunction((inside, view.bound, REJECT, Not(_NO_FLOW)))
        assert wanted is not None
        found = self._shapes(state, wanted)
        self._explain(found, state, now)
        triage = self._counted(found, state, window)
        if not triage.is_going_on:
            self._asked, self._found = (), Shapes()
        return triage

    def _shapes(self, state: SessionState, wanted: Tree) -> Shapes:
        """The shapes of what is wanted: those found before, where nothing has changed since."""
        held = state.snapshot
        # Not the snapshot itself, which would keep what has been evicted.
        asked = (held.version, held.first_id, held.end_id, wanted)
        if asked != self._asked:
            self._asked = asked
            self._found = shapes_of(state.snapshot, local.compile(wanted), self._book.stretches)
        return self._found

    def _explain(self, found: Shapes, state: SessionState, now: float) -> None:
        places = self._book.places
        new = found.without(places.shapes, max(0, min(self._at_once, self._kept - len(places))))
        samples = flows(state.snapshot, (shape.sample_id for shape in new))
        with_opposite = [shape.opposite_id for shape in new if shape.opposite_id is not None]
        opposites = dict(zip(with_opposite, flows(state.snapshot, with_opposite), strict=True))
        placings = []
        for shape, flow in zip(new, samples, strict=True):
            if flow is not None:
                opposite = None if shape.opposite_id is None else opposites[shape.opposite_id]
                placings.append(self._book.explained(shape, flow, Twin(opposite), now))
        places.add(placings)

    def _counted(self, found: Shapes, state: SessionState, window: Window) -> Triage:
        places, kinds = self._book.places, self._book.kinds
        left, total = unplaced(found, places), found.rows.height
        causes = [
            Cause(kinds[tally.kind], tally, tally.count / total)
            for tally in tallies_of(found, places, window)
        ]
        causes.sort(key=lambda cause: (-cause.tally.last_s, -cause.tally.count, cause.tally.last_id))
        return Triage(
            tuple(causes),
            total,
            left.count,
            left.sources,
            left.count > 0 and len(places) < self._kept,
            window,
            state,
        )


class _Book:
    """What was explained by one reading of the rules."""

    def __init__(self, index: TopologyIndex | None) -> None:
        self.places = Places()
        self.kinds: list[Kind] = []
        self.stretches = Stretches()
        if index is not None:
            edges = edges_of(index.topology)
            self.stretches = Stretches(edges.v4, edges.v6, edges.ports)
        self._explainer = Explainer(index)
        self._numbers: dict[tuple[object, ...], int] = {}

    def explained(self, shape: Shape, flow: Flow, twin: Twin, now: float) -> Placing:
        """Explains a shape by one of its records, and gives it its place."""
        said = self._explainer.explain(flow, twin, now)
        kind = Kind(flow.interface_id or "", flow.protocol, said)
        if not kind.has_services:
            kind = replace(kind, protocol=None)
        key = (kind.interface_id, kind.protocol, said.verdict, said.direction, said.common_cause)
        number = self._numbers.setdefault(key, len(self.kinds))
        if number == len(self.kinds):
            self.kinds.append(kind)
        return Placing(shape.key, number, kind.is_by_source, kind.has_services)


def _is_same(one: TopologyIndex | None, other: TopologyIndex | None) -> bool:
    """Whether nothing but the time of reading differs."""
    if one is None or other is None:
        return one is other
    return one is other or replace(one.topology, read_at=0.0) == replace(other.topology, read_at=0.0)


def _may_meet(one: Cause, other: Cause) -> bool:
    """Whether two causes may be of the same services at the same interface."""
    said, others = one.kind.explanation, other.kind.explanation
    is_other = (said.verdict, said.common_cause) != (others.verdict, others.common_cause)
    protocols = {one.kind.protocol, other.kind.protocol} - {None}
    is_near = one.kind.interface_id == other.kind.interface_id and said.direction == others.direction
    ports = (set(one.tally.services.ports), set(other.tally.services.ports))
    is_apart = all(ports) and not ports[0] & ports[1] and one.kind.is_of_servers is other.kind.is_of_servers
    return is_other and is_near and len(protocols) < 2 and not is_apart


def _apart(other: Cause) -> Tree | None:
    """What leaves out another cause's records, where its other ends can be listed."""
    peers = None if other.tally.is_rest else _peers(other)
    whole = conjunction((*_services(other), peers))
    return None if peers is None or whole is None else Not(whole)


def _where(cause: Cause) -> tuple[Tree | None, ...]:
    kind = cause.kind
    way = _WAYS.get(kind.explanation.direction)
    return (
        REJECT,
        OnInterfaces(frozenset((kind.interface_id,))) if kind.interface_id else None,
        None if way is None else Directed(way),
    )


def _services(cause: Cause) -> tuple[Tree | None, ...]:
    kind, tally = cause.kind, cause.tally
    if not kind.has_services or kind.protocol is None:
        return ()
    side = Side.SRC if kind.is_of_servers else Side.DST
    protocol = Compare(fields.PROTOCOL.name, Op.EQ, kind.protocol)
    if tally.services.ports:
        return protocol, AnyPort(tuple((port, port) for port in tally.services.ports), side)
    apart = AnyPort(tuple((port, port) for port in tally.apart), side)
    return protocol, Not(apart) if tally.apart else None


def _peers(cause: Cause) -> Tree | None:
    if not 0 < cause.tally.peers.count <= LISTED:
        return None
    side = Side.SRC if cause.kind.is_by_source else Side.DST
    hosts = tuple(Net(ip_network(address), side) for address, _ in cause.tally.peers.listed)
    return hosts[0] if len(hosts) == 1 else Or(hosts)
