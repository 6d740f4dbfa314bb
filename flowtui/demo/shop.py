"""The shop: addresses, names and ids of the demo's second VPC, in which the other kinds of rejections occur.

Its flow log has a format of version 8, so that its records tell of VPC Block Public Access and of encryption
controls. Values only. Knows neither moto nor log events.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from flowtui.demo.lab import Nic

LOG_GROUP = "/vpc/shop/flow-logs"

VPC_CIDR = "10.20.0.0/16"
FRONT_CIDR = "10.20.0.0/24"
BACK_CIDR = "10.20.1.0/24"

HTTPS, HTTP, SSH, ORDERS, METRICS, HEALTH, DATABASE = 443, 80, 22, 8443, 9100, 8080, 5432
"""Ports: what the shop serves, and what its rules do not let through."""

TASK_EVERY_S = 600
"""Another task, with another interface, begins so often."""

_FIELDS = (
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
    "log-status tcp-flags pkt-srcaddr pkt-dstaddr flow-direction traffic-path reject-reason"
)
LOG_FORMAT = " ".join(f"${{{name}}}" for name in _FIELDS.split())


@dataclass(frozen=True, slots=True)
class Shop:
    """The shop's interfaces; their ids come from the seed."""

    web: Nic
    orders: Nic
    endpoint: Nic
    seed: int

    @property
    def nics(self) -> tuple[Nic, ...]:
        """The interfaces that last."""
        return (self.web, self.orders, self.endpoint)

    def task(self, at: float) -> Nic:
        """The interface of the task that runs at a demo second; EC2 knows it no more."""
        rng = random.Random(f"{self.seed}/task/{int(at // TASK_EVERY_S)}")
        return Nic("task", f"eni-0{rng.getrandbits(64):016x}", "10.20.1.40")


def build(seed: int) -> Shop:
    """The shop of a seed."""
    rng = random.Random(f"{seed}/shop")

    def nic(name: str, address: str, public: str | None = None) -> Nic:
        return Nic(name, f"eni-0{rng.getrandbits(64):016x}", address, public)

    return Shop(
        web=nic("web-1", "10.20.0.10", "192.0.2.12"),
        orders=nic("orders-1", "10.20.1.10"),
        endpoint=nic("s3", "10.20.1.5"),
        seed=seed,
    )
