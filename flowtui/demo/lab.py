"""The lab: the addresses, names and ids of the network that the demo pretends to be.

Values only. Knows neither moto nor log events.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

ACCOUNT = "123456789012"
"""The account id that AWS's own documentation uses; also moto's default."""
REGION = "eu-west-1"
ZONE = "eu-west-1a"
LOG_GROUP = "/vpc/lab/flow-logs"
LOG_ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/flow-logs-delivery"
INTERVAL_S = 60
"""The flow log's maximum aggregation interval."""

VPC_CIDR = "172.16.0.0/16"
PUBLIC_CIDR = "172.16.0.0/24"
PRIVATE_CIDR = "172.16.1.0/24"
ANYWHERE = "0.0.0.0/0"

BASTION = "bastion"
APP_1 = "app-1"
APP_2 = "app-2"
NAT = "nat-1"


@dataclass(frozen=True, slots=True)
class Nic:
    """A network interface of the lab."""

    name: str
    id: str
    address: str
    public_address: str | None = None

    @property
    def stream(self) -> str:
        """The log stream of its flow records."""
        return f"{self.id}-all"


@dataclass(frozen=True, slots=True)
class Lab:
    """The lab's four interfaces; their ids come from the seed, so that they are the same in every run."""

    bastion: Nic
    app_1: Nic
    app_2: Nic
    nat: Nic

    @property
    def nics(self) -> tuple[Nic, ...]:
        """All interfaces."""
        return (self.bastion, self.app_1, self.app_2, self.nat)


def build(seed: int) -> Lab:
    """The lab of a seed."""
    rng = random.Random(f"{seed}/interfaces")
    return Lab(
        bastion=nic_of(rng, BASTION, "172.16.0.121", "192.0.2.10"),
        app_1=nic_of(rng, APP_1, "172.16.1.20"),
        app_2=nic_of(rng, APP_2, "172.16.1.31"),
        nat=nic_of(rng, NAT, "172.16.0.8", "192.0.2.11"),
    )


def nic_of(rng: random.Random, name: str, address: str, public: str | None = None) -> Nic:
    """An interface with the next id."""
    return Nic(name, f"eni-0{rng.getrandbits(64):016x}", address, public)
