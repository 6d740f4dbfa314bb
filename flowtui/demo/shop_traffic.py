"""Which conversations the shop has: a cycle that has every kind of rejection once.

Its rules are in `ec2_shop`; what they do not let through is rejected here. Knows no windows and no lines.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from flowtui.demo import shop
from flowtui.demo.flows import ACK, BPA, EC, FIN, REJECT, RST, SLICE_S, SYN, TCP, Exchange, Flow
from flowtui.demo.lab import Nic
from flowtui.demo.shop import Shop

CUSTOMERS = tuple(f"198.51.100.{host}" for host in range(150, 200))

AFTER_S = 75.0
"""A packet so long after its connection's end falls into another window."""

_FIRST_PORT, _PORTS, _PORT_STEP = 32_768, 28_231, 7_919


class ShopTraffic:
    """The shop's conversations, slice by slice; `rate` is in records per demo second."""

    def __init__(self, network: Shop, seed: int, rate: float) -> None:
        self._network = network
        self._seed = seed
        self._rate = rate
        self._owed = 0.0
        self._rng = random.Random(f"{seed}/shop")
        self._ports = itertools.count()
        # Among what goes well, so that nothing comes in lumps.
        usual = (self._order, self._upload, self._customer)
        unusual = (self._metrics, self._plain, self._late, self._login, self._health)
        self._kinds: itertools.cycle[Callable[[float], list[Flow]]] = itertools.cycle(
            kind for each in unusual for kind in (*usual, each)
        )

    def slice(self, index: int, records: Callable[[Flow], int]) -> list[Flow]:
        """The flows of all conversations that begin in a slice; `records` counts those of a flow."""
        self._rng = random.Random(f"{self._seed}/shop/{index}")
        self._owed += self._rate * SLICE_S
        flows: list[Flow] = []
        while self._owed > 0:
            made = next(self._kinds)((index + self._rng.random()) * SLICE_S)
            self._owed -= sum(map(records, made))
            flows += made
        return flows

    def _exchange(
        self, source: str, target: str, port: int, begin: float, length_s: float, packets: tuple[int, int]
    ) -> Exchange:
        own = _FIRST_PORT + next(self._ports) * _PORT_STEP % _PORTS
        end = begin + length_s
        sizes = (60.0, 60.0) if 0 in packets else (self._rng.uniform(120, 400), self._rng.uniform(200, 1_200))
        return Exchange(
            source, target, own, port, TCP, begin, end, packets[0], sizes[0], packets[1], sizes[1]
        )

    def _whole(self, exchange: Exchange, *nics: Nic) -> list[Flow]:
        """A connection from its opening to its end, at each of the interfaces."""
        return [
            flow._replace(flags=FIN | SYN | (0 if flow.target_port == exchange.target_port else ACK))
            for flow in exchange.both(*nics)
        ]

    def _between(self, source: Nic, target: Nic, port: int, begin: float) -> Exchange:
        packets = self._rng.randint(6, 20)
        answers = packets + self._rng.randint(0, 10)
        length_s = self._rng.uniform(0.2, 4)
        return self._exchange(source.address, target.address, port, begin, length_s, (packets, answers))

    def _order(self, begin: float) -> list[Flow]:
        web, orders = self._network.web, self._network.orders
        return self._whole(self._between(web, orders, shop.ORDERS, begin), web, orders)

    def _upload(self, begin: float) -> list[Flow]:
        orders, endpoint = self._network.orders, self._network.endpoint
        return self._whole(self._between(orders, endpoint, shop.HTTPS, begin), orders, endpoint)

    def _opening(
        self, source: str, target: Nic, port: int, begin: float, seen_by: Sequence[Nic]
    ) -> list[Flow]:
        """An opening, sent thrice and never answered: let out where it comes from, rejected at its target."""
        exchange = self._exchange(source, target.address, port, begin, 3.0, (3, 0))
        refused = exchange.request(target, REJECT)._replace(flags=SYN)
        return [*(exchange.request(nic)._replace(flags=SYN) for nic in seen_by), refused]

    def _customer(self, begin: float) -> list[Flow]:
        """Someone on the internet, whom VPC Block Public Access keeps out before any rule is asked."""
        customer = CUSTOMERS[int(self._rng.random() * len(CUSTOMERS))]
        (flow,) = self._opening(customer, self._network.web, shop.HTTPS, begin, ())
        return [flow._replace(reason=BPA)]

    def _plain(self, begin: float) -> list[Flow]:
        """An upload without TLS, which encryption controls have the endpoint refuse."""
        orders, endpoint = self._network.orders, self._network.endpoint
        out, refused = self._opening(orders.address, endpoint, shop.HTTP, begin, (orders,))
        return [out, refused._replace(reason=EC)]

    def _metrics(self, begin: float) -> list[Flow]:
        """A look at the metrics, which a security group allows and the network ACL does not."""
        web, orders = self._network.web, self._network.orders
        return self._opening(web.address, orders, shop.METRICS, begin, (web,))

    def _login(self, begin: float) -> list[Flow]:
        """A try at SSH, which neither allows."""
        web, orders = self._network.web, self._network.orders
        return self._opening(web.address, orders, shop.SSH, begin, (web,))

    def _late(self, begin: float) -> list[Flow]:
        """A connection, and a reset that comes when it has long been closed."""
        web, orders = self._network.web, self._network.orders
        exchange = self._between(web, orders, shop.ORDERS, begin)
        at = exchange.end + AFTER_S
        last = replace(exchange, begin=at, end=at, packets=1, packet_bytes=40.0)
        out, refused = last.request(web), last.request(orders, REJECT)
        whole = self._whole(exchange, web, orders)
        return [*whole, out._replace(flags=RST), refused._replace(flags=RST)]

    def _health(self, begin: float) -> list[Flow]:
        """A look at a task, whose interface is gone before anybody can ask for its rules."""
        orders = self._network.orders
        return self._opening(orders.address, self._network.task(begin), shop.HEALTH, begin, (orders,))
