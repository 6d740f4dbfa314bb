"""Where an address is, for those that bear no name: a subnet, a VPC, an AWS service, a special network.

By what the topology has of networks: subnets, VPCs and prefix lists, the narrowest first. Knows nothing of
records or of names of interfaces.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from ipaddress import ip_address, ip_network

from flowtui.records import wellknown
from flowtui.topology.model import Topology

_AWS = "com.amazonaws."
"""What the names of AWS's own prefix lists begin with (VPC User Guide, "AWS-managed prefix lists")."""
_WORDS = {"s3": "S3", "s3express": "S3 Express", "dynamodb": "DynamoDB", "cloudfront": "CloudFront"}

_Key = tuple[int, int]
"""IP version and the network's leading bits."""


class Places:
    """The networks of one topology; a look-up costs one dictionary a prefix length."""

    def __init__(self, topology: Topology | None = None) -> None:
        found: defaultdict[int, defaultdict[_Key, set[str]]] = defaultdict(lambda: defaultdict(set))
        for text, label in _networks(topology):
            try:
                network = ip_network(text, strict=False)
            except ValueError:
                continue
            bits = int(network.network_address) >> (network.max_prefixlen - network.prefixlen)
            found[network.prefixlen][network.version, bits].add(label)
        self._by_length = {length: found[length] for length in sorted(found, reverse=True)}

    def of(self, address: str) -> str:
        """Say where an address is, in a word or two: `S3`, `private`, `public`; not safe for a terminal.

        Empty where it is no address. Networks that several subnets, VPCs or lists claim are passed over.
        """
        try:
            parsed = ip_address(address)
        except ValueError:
            return ""
        for length, networks in self._by_length.items():
            if 0 < length <= parsed.max_prefixlen:
                key = (parsed.version, int(parsed) >> (parsed.max_prefixlen - length))
                labels = networks.get(key, ())
                if len(labels) == 1:
                    return next(iter(labels))
        return special(address)


@lru_cache(4096)
def special(address: str) -> str:
    """Say what kind of network an address is in, by the registries of special addresses; `public` in none."""
    parsed = ip_address(address)
    words = next((words for network, words in _SPECIAL if parsed in network), "public")
    return words.partition(" (")[0]


_SPECIAL = tuple((ip_network(network), words) for network, words in wellknown.NETWORKS)


def _networks(topology: Topology | None) -> Iterator[tuple[str, str]]:
    if topology is None:
        return
    for subnet in topology.subnets:
        yield from _labelled(subnet.cidrs, f"subnet {subnet.name or subnet.id}")
    for vpc in topology.vpcs:
        yield from _labelled(vpc.cidrs, f"VPC {vpc.name or vpc.id}")
    for each in () if topology.rules is None else topology.rules.prefix_lists:
        yield from _labelled(each.cidrs or (), list_label(each.name) or each.id)


def _labelled(cidrs: Iterable[str], label: str) -> Iterator[tuple[str, str]]:
    return ((cidr, label) for cidr in cidrs)


def list_label(name: str) -> str:
    """Call a prefix list by its service where it is AWS's, `S3`, else by its name."""
    if not name.startswith(_AWS):
        return name
    # com.amazonaws.eu-west-1.s3, com.amazonaws.eu-west-1.ipv6.route53-healthchecks
    parts = name.removeprefix(_AWS).split(".")[1:]
    return " ".join(_WORDS.get(part, part) for part in parts if part != "ipv6")
