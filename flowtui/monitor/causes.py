"""Why a record was rejected: the explainer of the topology, and the accepted twin from the store.

Knows no rules and no screen. One thread at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

from flowtui.explain.answer import Explanation
from flowtui.explain.explainer import Explainer
from flowtui.explain.flow import NAMES, Flow, Twin, flow_of
from flowtui.explain.twins import Twins
from flowtui.filters import local
from flowtui.filters.tree import And, AnyPort, Compare, Net, OnInterfaces, Op, Side, Tree
from flowtui.monitor.state import SessionState
from flowtui.records import batch, fields
from flowtui.store.hits import Hits
from flowtui.store.store import Snapshot
from flowtui.topology.lookup import TopologyIndex
from flowtui.topology.model import Topology

_TWINS = 500
"""The newest accepted records of a conversation that are looked at; more say nothing more."""

_NO_TOPOLOGY = TopologyIndex(Topology(account="", region="", read_at=0.0))


class Causes:
    """Explains records of a session's state; the rules of an interface are compiled once a topology."""

    def __init__(self) -> None:
        self._index: TopologyIndex | None = None
        self._explainer = Explainer(_NO_TOPOLOGY)

    def of(self, state: SessionState, record_id: int, now: float) -> Explanation | None:
        """Why this record was rejected; None where it was evicted."""
        flow = _flow(state.snapshot, record_id)
        if flow is None:
            return None
        index = _NO_TOPOLOGY if state.index is None else state.index
        if index is not self._index:
            self._index, self._explainer = index, Explainer(index)
        return self._explainer.explain(flow, _twin(state.snapshot, flow), now)


def _flow(snapshot: Snapshot, record_id: int) -> Flow | None:
    return next(_flows(snapshot, [record_id]), None)


def _flows(snapshot: Snapshot, ids: list[int]) -> Iterator[Flow]:
    names = (batch.INTERFACE, batch.FORMAT, *NAMES)
    for row in snapshot.rows(ids, names):
        if row is not None:
            interface, log_format, *values = row
            known = dict(zip(NAMES, values, strict=True))
            known[fields.INTERFACE_ID.name] = known[fields.INTERFACE_ID.name] or interface
            yield flow_of(known, str(log_format or ""))  # type: ignore[arg-type]


def _twin(snapshot: Snapshot, flow: Flow) -> Twin | None:
    """The accepted records of the same conversation and interface that the store has."""
    asked = _conversation(flow)
    if asked is None:
        return None
    hits = Hits(local.compile(asked)).extend(snapshot)
    ids = hits.ids(max(0, len(hits) - _TWINS), _TWINS)
    return Twins(_flows(snapshot, ids), is_whole=True).of(flow)


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
