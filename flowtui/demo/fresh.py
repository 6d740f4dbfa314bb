"""The default VPC: three interfaces that no flow log covers, and what passes there once one does.

Knows neither windows nor log lines. Its security groups let HTTPS in at the web site and nothing else.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from flowtui.demo.flows import REJECT, SLICE_S, TCP, UDP, Exchange, Flow
from flowtui.demo.lab import Nic, nic_of
from flowtui.demo.traffic import RESOLVERS, SCANNERS, SERVERS, STRANGERS

SITE, WORKER, BATCH = "site-1", "worker-1", "batch-1"

_FIRST_PORT, _LAST_PORT = 32_768, 60_999
"""Linux's ephemeral ports."""
_SCANNED = (22, 23, 3389, 8080, 445)


@dataclass(frozen=True, slots=True)
class Fresh:
    """The interfaces of the default VPC; their ids come from the seed."""

    site: Nic
    worker: Nic
    batch: Nic

    @property
    def nics(self) -> tuple[Nic, ...]:
        """All of them."""
        return (self.site, self.worker, self.batch)


def build(seed: int) -> Fresh:
    """The default VPC of a seed."""
    rng = random.Random(f"{seed}/fresh")
    return Fresh(
        nic_of(rng, SITE, "172.31.0.21", "192.0.2.13"),
        nic_of(rng, WORKER, "172.31.0.34"),
        nic_of(rng, BATCH, "172.31.0.47"),
    )


class FreshTraffic:
    """The default VPC's conversations, slice by slice; `rate` is in conversations per demo second."""

    def __init__(self, network: Fresh, seed: int, rate: float) -> None:
        self._network = network
        self._seed = seed
        self._rate = rate
        self._rng = random.Random(seed)

    def slice(self, index: int, records: Callable[[Flow], int]) -> list[Flow]:
        """The flows of all conversations that begin in a slice; slices are independent of one another."""
        self._rng = random.Random(f"{self._seed}/fresh/{index}")
        kinds = (self._visit, self._visit, self._scan, self._fetch, self._lookup)
        count = int(self._rate * SLICE_S + self._rng.random())
        made = (self._rng.choice(kinds)((index + self._rng.random()) * SLICE_S) for _ in range(count))
        return [flow for flows in made for flow in flows]

    def _exchange(self, source: str, target: str, protocol: int, port: int, begin: float) -> Exchange:
        packets = 1 if protocol == UDP else self._rng.randint(6, 40)
        length_s = 0.0 if protocol == UDP else self._rng.uniform(0.2, 8)
        source_port = self._rng.randint(_FIRST_PORT, _LAST_PORT)
        return Exchange(
            source, target, source_port, port, protocol, begin, begin + length_s,
            packets, self._rng.uniform(80, 160), packets, self._rng.uniform(120, 1_200),
        )  # fmt: skip

    def _visit(self, begin: float) -> list[Flow]:
        site = self._network.site
        return self._exchange(self._rng.choice(STRANGERS), site.address, TCP, 443, begin).both(site)

    def _scan(self, begin: float) -> list[Flow]:
        site = self._network.site
        port = self._rng.choice(_SCANNED)
        exchange = self._exchange(self._rng.choice(SCANNERS), site.address, TCP, port, begin)
        return [exchange.request(site, REJECT)]

    def _fetch(self, begin: float) -> list[Flow]:
        nic = self._rng.choice(self._network.nics)
        return self._exchange(nic.address, self._rng.choice(SERVERS), TCP, 443, begin).both(nic)

    def _lookup(self, begin: float) -> list[Flow]:
        nic = self._rng.choice(self._network.nics)
        return self._exchange(nic.address, self._rng.choice(RESOLVERS), UDP, 53, begin).both(nic)
