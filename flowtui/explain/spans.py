"""Sets of addresses as sorted ranges of integers: asked ten thousand times, made once.

Knows no rules.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network

Address = tuple[int, bool]
"""An address as its integer, and whether it is IPv6, as `records.address.parse_text` gives it."""


class Spans:
    """The addresses of some CIDR blocks or single addresses; what is neither is left out."""

    __slots__ = ("_ends", "_starts", "is_empty")

    def __init__(self, cidrs: Iterable[str] = ()) -> None:
        networks = [network for cidr in cidrs if (network := _network(cidr)) is not None]
        self.is_empty = not networks
        self._starts: dict[bool, list[int]] = {}
        self._ends: dict[bool, list[int]] = {}
        for is_v6, version in ((False, 4), (True, 6)):
            self._starts[is_v6], self._ends[is_v6] = _merged(n for n in networks if n.version == version)

    def __contains__(self, address: Address) -> bool:
        value, is_v6 = address
        place = bisect_right(self._starts[is_v6], value) - 1
        return place >= 0 and value <= self._ends[is_v6][place]

    def edges(self, is_v6: bool) -> Iterator[int]:
        """Where the ranges of a family begin, and where they have just ended."""
        yield from self._starts[is_v6]
        yield from (end + 1 for end in self._ends[is_v6])


def _network(cidr: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(cidr, strict=False)
    except ValueError:
        return None


def _merged(networks: Iterable[IPv4Network | IPv6Network]) -> tuple[list[int], list[int]]:
    """The starts and ends of ranges that do not overlap, ascending."""
    starts: list[int] = []
    ends: list[int] = []
    for first, last in sorted((int(n.network_address), int(n.broadcast_address)) for n in networks):
        if ends and first <= ends[-1] + 1:
            ends[-1] = max(ends[-1], last)
        else:
            starts.append(first)
            ends.append(last)
    return starts, ends


NOTHING = Spans()
EVERYTHING = Spans(("0.0.0.0/0", "::/0"))
