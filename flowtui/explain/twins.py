"""Finds, among some flows, those that speak of the same conversation; for records that no store holds."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from flowtui.explain.flow import Flow, Twin
from flowtui.records.fields import ACTIONS

KEPT = 1_000_000
"""Accepted flows that are remembered, at most."""

_Conversation = tuple[str | None, str | None, str | None, int | None, int | None, int | None]


class Twins:
    """Accepted flows by their interface, addresses, ports and protocol."""

    def __init__(self, flows: Iterable[Flow], *, is_whole: bool, kept: int = KEPT) -> None:
        """`is_whole`: whether these are all there are, so that what is not found is not there.

        `kept`: how many are remembered, at most; the first are forgotten first.
        """
        self._is_whole = is_whole
        self._kept = kept
        self._accepted: dict[_Conversation, list[Flow]] = {}
        self._order: deque[_Conversation] = deque()
        self.add(flows)

    def add(self, flows: Iterable[Flow]) -> None:
        """Takes the accepted ones of these flows."""
        for flow in flows:
            if flow.action == ACTIONS[0]:
                key = _key(flow)
                self._accepted.setdefault(key, []).append(flow)
                self._order.append(key)
        while len(self._order) > self._kept:
            self._forget(self._order.popleft())

    def of(self, flow: Flow) -> Twin | None:
        """What is found beside a flow; None where nothing is, and there may be more than was given."""
        opposite = _nearest(self._accepted.get(_opposite(flow), ()), flow)
        earlier = _nearest(self._accepted.get(_key(flow), ()), flow)
        if opposite is None and earlier is None and not self._is_whole:
            return None
        return Twin(opposite, earlier)

    def _forget(self, key: _Conversation) -> None:
        self._is_whole = False
        flows = self._accepted[key]
        del flows[0]
        if not flows:
            del self._accepted[key]


def _key(flow: Flow) -> _Conversation:
    return (flow.interface_id, flow.srcaddr, flow.dstaddr, flow.srcport, flow.dstport, flow.protocol)


def _opposite(flow: Flow) -> _Conversation:
    return (flow.interface_id, flow.dstaddr, flow.srcaddr, flow.dstport, flow.srcport, flow.protocol)


def _nearest(flows: Iterable[Flow], flow: Flow) -> Flow | None:
    """The last that began no later, else the first of all."""
    at = flow.start or 0
    ordered = sorted(flows, key=lambda each: each.start or 0)
    before = [each for each in ordered if (each.start or 0) <= at]
    return before[-1] if before else next(iter(ordered), None)
