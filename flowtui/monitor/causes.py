"""Why a record was rejected: the explainer of the topology, and the accepted twin from the store.

Knows no rules and no screen. One thread at a time.
"""

from __future__ import annotations

from ipaddress import ip_network

from flowtui.explain.answer import Explanation
from flowtui.explain.explainer import Explainer
from flowtui.explain.flow import Flow, Twin
from flowtui.explain.twins import Twins
from flowtui.filters import local
from flowtui.filters.tree import And, AnyPort, Compare, Net, OnInterfaces, Op, Side, Tree
from flowtui.monitor.flows import flows
from flowtui.monitor.state import SessionState
from flowtui.records import fields
from flowtui.store.hits import Hits
from flowtui.store.store import Snapshot
from flowtui.topology.lookup import TopologyIndex

_TWINS = 500
"""The newest accepted records of a conversation that are looked at; more say nothing more."""


class Causes:
    """Explains records of a session's state; the rules of an interface are compiled once a topology."""

    def __init__(self) -> None:
        self._index: TopologyIndex | None = None
        self._explainer = Explainer(None)

    def of(self, state: SessionState, record_id: int, now: float) -> Explanation | None:
        """Why this record was rejected; None where it was evicted."""
        (flow,) = flows(state.snapshot, (record_id,))
        if flow is None:
            return None
        if state.index is not self._index:
            self._index, self._explainer = state.index, Explainer(state.index)
        return self._explainer.explain(flow, _twin(state.snapshot, flow), now)


def _twin(snapshot: Snapshot, flow: Flow) -> Twin | None:
    """The accepted records of the same conversation and interface that the store has."""
    asked = _conversation(flow)
    if asked is None:
        return None
    hits = Hits(local.compile(asked)).extend(snapshot)
    ids = hits.ids(max(0, len(hits) - _TWINS), _TWINS)
    found = (each for each in flows(snapshot, ids) if each is not None)
    return Twins(found, is_whole=True).of(flow)


def _conversation(flow: Flow) -> Tree | None:
    if flow.interface_id is None or flow.srcaddr is None or flow.dstaddr is None:
        return None
    parts: list[Tree] = [
        Compare(fields.ACTION.name, Op.EQ, fields.ACTIONS[0]),
        OnInterfaces(frozenset((flow.interface_id,))),
        Net(ip_network(flow.srcaddr)),
        Net(ip_network(flow.dstaddr)),
    ]
    parts += [AnyPort(((port, port),), Side.EITHER) for port in (flow.srcport, flow.dstport) if port]
    return And(tuple(parts))
