"""The tests of one layer and direction, found by service and by address instead of one after the other.

An interface may have a thousand rules, of which a packet concerns a few. Between two edges of their ranges
all ports, and all addresses, meet the same tests: each stretch is looked at once and remembered.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from flowtui.explain.match import Fit, Test
from flowtui.explain.packet import Packet

Tests = tuple[Test, ...]


class Table:
    """Tests in their order, and those of them that may concern a packet."""

    def __init__(self, tests: Iterable[Test]) -> None:
        self.tests = tuple(tests)
        self._ports = sorted({edge for test in self.tests for edge in (test.low, test.high + 1)})
        self._addresses = {
            is_v6: sorted({edge for test in self.tests for edge in test.peers.edges(is_v6)})
            for is_v6 in (False, True)
        }
        self._of_service: dict[tuple[int | None, int | None], Tests] = {}
        self._of_peer: dict[tuple[int, bool], Tests] = {}

    def __bool__(self) -> bool:
        return bool(self.tests)

    def of_service(self, packet: Packet) -> Tests:
        """Those that mean the packet's protocol and port, or may."""
        stretch = None if packet.port is None else bisect_right(self._ports, packet.port)
        key = (packet.protocol, stretch)
        found = self._of_service.get(key)
        if found is None:
            found = tuple(
                test
                for test in self.tests
                if test.protocol_fit(packet) is not Fit.NO and test.port_fit(packet) is not Fit.NO
            )
            self._of_service[key] = found
        return found

    def of_peer(self, packet: Packet) -> Tests:
        """Those that mean the packet's other end, or may."""
        if packet.peer is None:
            return self.tests
        value, is_v6 = packet.peer
        key = (bisect_right(self._addresses[is_v6], value), is_v6)
        found = self._of_peer.get(key)
        if found is None:
            found = tuple(test for test in self.tests if test.peers.fit(packet) is not Fit.NO)
            self._of_peer[key] = found
        return found

    def concerning(self, packet: Packet) -> Tests:
        """Those among which all are that match the packet, or may; in their order."""
        return min(self.of_service(packet), self.of_peer(packet), key=len)
