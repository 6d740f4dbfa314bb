"""Which conversations the lab has: the same ones for the same seed and start.

They obey the lab's rules: what the security groups and the network ACL do not let through is rejected,
nothing else is. Knows no windows, delays or log lines.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator

from flowtui.demo.flows import ICMP, REJECT, SLICE_S, TCP, UDP, Exchange, Flow, behind_nat
from flowtui.demo.lab import Lab, Nic

ENGINEER = "198.51.100.7"
STRANGERS = ("203.0.113.9", "203.0.113.33", "203.0.113.44")
PINGERS = ("203.0.113.12", "203.0.113.13")
SCANNERS = tuple(f"203.0.113.{host}" for host in range(100, 140))
SCANNED = ((TCP, 23), (TCP, 3389), (TCP, 8080), (TCP, 445), (TCP, 5900), (TCP, 6379), (UDP, 5060))
RESOLVERS = ("198.51.100.53", "198.51.100.54")
SERVERS = (*(f"203.0.113.{host}" for host in range(80, 88)), "198.51.100.20", "198.51.100.21")
TIME_SERVERS = ("198.51.100.123", "198.51.100.124")

BURST_BEFORE_START_S = 600
BURST_SPREAD_S = 60
BURST_RECORDS = 260
"""A burst of tries at port 80, about ten real minutes before the demo starts; so many at the default rate."""
DEFAULT_RATE = 6.0

QUIET_EVERY_S = 900
QUIET_FOR_S = 150
"""app-2 falls silent now and then, for longer than two windows, so that one of them has no data."""

_PORTS = 28_231
_FIRST_PORT = 32_768
_NAT_PORTS = 64_499
_FIRST_NAT_PORT = 1_024
"""Ephemeral ports (Linux; NAT gateway): the step is coprime to both, so it comes by each before any twice."""
_PORT_STEP = 7_919
_PING_EVERY_S = 70


class Traffic:
    """The lab's conversations, slice by slice.

    `rate` is in records per demo second, `speed` in demo seconds per real one; `start` is in both.
    """

    def __init__(self, network: Lab, seed: int, rate: float, start: float, speed: float) -> None:
        self._network = network
        self._seed = seed
        self._rate = rate
        self._burst = start - BURST_BEFORE_START_S * speed
        self._burst_spread = BURST_SPREAD_S * speed
        self._burst_records = BURST_RECORDS * speed * rate / DEFAULT_RATE
        self._owed = 0.0
        self._conversations = 0
        self._free_from: dict[tuple[str, str], float] = {}
        self._rng = random.Random(seed)
        kinds: tuple[tuple[float, Callable[[float], list[Flow]]], ...] = (
            (28, self._https),
            (17, self._names_for_apps),
            (36, self._updates),
            (26, self._names_for_bastion),
            (6, self._time),
            (12, self._stranger),
            (9, self._scanner),
            (3, self._engineer),
            (5, self._hop),
            (3, self._ping_inside),
            (3, self._ping_outside),
            (4, self._application),
            (4, self._database),
        )
        self._kinds = [kind for _, kind in kinds]
        self._weights = [weight for weight, _ in kinds]

    def slice(self, index: int, records: Callable[[Flow], int]) -> list[Flow]:
        """The flows of all conversations that begin in a slice; `records` counts those of a flow.

        Slices must be asked for in order. A rate is kept on average, the burst comes on top.
        """
        self._rng = random.Random(f"{self._seed}/{index}")
        flows = list(self._attempts(index))
        self._owed += self._rate * SLICE_S
        while self._owed > 0:
            begin = (index + self._rng.random()) * SLICE_S
            (kind,) = self._rng.choices(self._kinds, self._weights)
            made = kind(begin)
            self._owed -= sum(map(records, made))
            flows += made
        return flows

    def _attempts(self, index: int) -> Iterator[Flow]:
        distance = ((index + 0.5) * SLICE_S - self._burst) / self._burst_spread
        density = math.exp(-(distance**2) / 2) / (self._burst_spread * math.sqrt(2 * math.pi))
        for _ in range(int(self._burst_records * density * SLICE_S + self._rng.random())):
            begin = (index + self._rng.random()) * SLICE_S
            yield self._refused(self._pick(STRANGERS), TCP, 80, begin, 3, 60)

    def _pick(self, choices: tuple[str, ...]) -> str:
        return choices[int(self._rng.random() * len(choices))]

    def _port(self) -> int:
        self._conversations += 1
        return _FIRST_PORT + self._conversations * _PORT_STEP % _PORTS

    def _nat_port(self) -> int:
        return _FIRST_NAT_PORT + self._conversations * _PORT_STEP % _NAT_PORTS

    def _exchange(
        self, source: str, target: str, protocol: int, port: int, begin: float, length_s: float,
        packets: tuple[int, int], sizes: tuple[float, float],
    ) -> Exchange:  # fmt: skip
        source_port = 0 if protocol == ICMP else self._port()
        end = begin + length_s
        return Exchange(
            source,
            target,
            source_port,
            port,
            protocol,
            begin,
            end,
            packets[0],
            sizes[0],
            packets[1],
            sizes[1],
        )

    def _refused(self, source: str, protocol: int, port: int, begin: float, packets: int, size: int) -> Flow:
        bastion = self._network.bastion
        exchange = self._exchange(
            source, bastion.address, protocol, port, begin, packets - 1.0, (packets, 0), (size, 0)
        )
        return exchange.request(bastion, REJECT)

    def _app(self, begin: float, length_s: float) -> Nic:
        """An application instance that may talk for so long: app-1, or app-2 outside its quiet times."""
        into = begin % QUIET_EVERY_S
        is_awake = into >= QUIET_FOR_S and into + length_s < QUIET_EVERY_S
        return self._network.app_2 if is_awake and self._rng.random() < 0.4 else self._network.app_1

    def _https(self, begin: float) -> list[Flow]:
        length_s = self._rng.uniform(0.5, 12)
        app, packets = self._app(begin, length_s), self._rng.randint(9, 40)
        exchange = self._exchange(
            app.address, self._pick(SERVERS), TCP, 443, begin, length_s,
            (packets, packets + self._rng.randint(2, 80)),
            (self._rng.uniform(90, 160), self._rng.uniform(500, 1_400)),
        )  # fmt: skip
        return behind_nat(exchange, app, self._network, self._nat_port())

    def _names_for_apps(self, begin: float) -> list[Flow]:
        app = self._app(begin, 0)
        return behind_nat(self._name_query(app, begin), app, self._network, self._nat_port())

    def _names_for_bastion(self, begin: float) -> list[Flow]:
        bastion = self._network.bastion
        return self._name_query(bastion, begin).both(bastion)

    def _name_query(self, nic: Nic, begin: float) -> Exchange:
        sizes = self._rng.randint(62, 88), self._rng.randint(110, 240)
        return self._exchange(nic.address, self._pick(RESOLVERS), UDP, 53, begin, 0, (1, 1), sizes)

    def _time(self, begin: float) -> list[Flow]:
        bastion = self._network.bastion
        target = self._pick(TIME_SERVERS)
        return self._exchange(bastion.address, target, UDP, 123, begin, 0, (1, 1), (76, 76)).both(bastion)

    def _updates(self, begin: float) -> list[Flow]:
        bastion, packets = self._network.bastion, self._rng.randint(8, 30)
        return self._exchange(
            bastion.address, self._pick(SERVERS), TCP, 443, begin, self._rng.uniform(0.3, 9),
            (packets, packets + self._rng.randint(0, 40)),
            (self._rng.uniform(80, 140), self._rng.uniform(300, 1_300)),
        ).both(bastion)  # fmt: skip

    def _stranger(self, begin: float) -> list[Flow]:
        """Someone outside who tries SSH, which is let in, and then the web, which is not."""
        bastion, source = self._network.bastion, self._pick(STRANGERS)
        ssh = self._exchange(
            source, bastion.address, TCP, 22, begin, self._rng.uniform(1, 6), (12, 10), (96, 164)
        )
        return [*ssh.both(bastion), self._refused(source, TCP, 80, ssh.end, 3, 60)]

    def _scanner(self, begin: float) -> list[Flow]:
        protocol, port = SCANNED[int(self._rng.random() * len(SCANNED))]
        size = 40 if protocol == TCP else 440
        return [self._refused(self._pick(SCANNERS), protocol, port, begin, self._rng.randint(1, 2), size)]

    def _engineer(self, begin: float) -> list[Flow]:
        bastion, length_s = self._network.bastion, self._rng.uniform(40, 240)
        return self._exchange(
            ENGINEER, bastion.address, TCP, 22, begin, length_s,
            (int(length_s * 1.1), int(length_s * 0.9)), (148, 236),
        ).both(bastion)  # fmt: skip

    def _hop(self, begin: float) -> list[Flow]:
        """SSH from the bastion to a private instance."""
        length_s = self._rng.uniform(10, 90)
        bastion, app = self._network.bastion, self._app(begin, length_s)
        return self._exchange(
            bastion.address, app.address, TCP, 22, begin, length_s,
            (int(length_s * 0.9) + 12, int(length_s * 0.8) + 10), (156, 252),
        ).both(bastion, app)  # fmt: skip

    def _ping_inside(self, begin: float) -> list[Flow]:
        bastion, app = self._network.bastion, self._app(begin, 3)
        if not self._may_ping(bastion.address, app.address, begin):
            return []
        return self._exchange(
            bastion.address, app.address, ICMP, 0, begin, 3, (4, 4), (84, 84)
        ).both(bastion, app)  # fmt: skip

    def _ping_outside(self, begin: float) -> list[Flow]:
        """A ping that is let in, and whose reply the public subnet's network ACL rejects."""
        bastion, source = self._network.bastion, self._pick(PINGERS)
        if not self._may_ping(source, bastion.address, begin):
            return []
        exchange = self._exchange(source, bastion.address, ICMP, 0, begin, 3, (4, 4), (84, 84))
        return [exchange.request(bastion), exchange.reply(bastion, REJECT)]

    def _may_ping(self, source: str, target: str, begin: float) -> bool:
        # Pings have no ports: two of one pair in one window would be one record.
        is_free = begin >= self._free_from.get((source, target), -math.inf)
        if is_free:
            self._free_from[source, target] = begin + _PING_EVERY_S
        return is_free

    def _application(self, begin: float) -> list[Flow]:
        """The application's own port, which its security group allows itself."""
        return self._between_apps(begin, 8_080, (14, 18), (210, 890), is_refused=False)

    def _database(self, begin: float) -> list[Flow]:
        """app-2 looks for a database on app-1, whose security group has no rule for it."""
        return self._between_apps(begin, 5_432, (5, 0), (60, 0), is_refused=True)

    def _between_apps(
        self, begin: float, port: int, packets: tuple[int, int], sizes: tuple[int, int], *, is_refused: bool
    ) -> list[Flow]:
        source, target = self._network.app_2, self._network.app_1
        if begin % QUIET_EVERY_S < QUIET_FOR_S or (begin + 4) % QUIET_EVERY_S < QUIET_FOR_S:
            return []
        exchange = self._exchange(source.address, target.address, TCP, port, begin, 4, packets, sizes)
        if is_refused:
            return [exchange.request(source), exchange.request(target, REJECT)]
        return exchange.both(source, target)
