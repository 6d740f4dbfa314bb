from __future__ import annotations

import pytest

from flowtui.topology.model import Subnet, Topology, Vpc
from flowtui.topology.places import Places, list_label
from flowtui.topology.rules import PrefixList, Rules

TOPOLOGY = Topology(
    "1",
    "eu-west-1",
    0.0,
    vpcs=(
        Vpc("vpc-1", "lab", ("172.16.0.0/16", "2600:1f18::/56")),
        Vpc("vpc-2", "", ("10.0.0.0/16",)),
        Vpc("vpc-3", "twin", ("10.0.0.0/16", "nonsense")),
    ),
    subnets=(Subnet("subnet-1", "", "vpc-1", ("172.16.1.0/24",)),),
    rules=Rules(
        0.0,
        prefix_lists=(
            PrefixList("pl-1", "com.amazonaws.eu-west-1.s3", ("52.218.0.0/17",)),
            PrefixList("pl-2", "offices", ("198.51.100.0/24", "0.0.0.0/0")),
            PrefixList("pl-3", "", ("192.0.2.0/24",)),
            PrefixList("pl-4", "unread", None),
        ),
    ),
)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        pytest.param("172.16.1.20", "subnet subnet-1", id="the narrowest network"),
        pytest.param("172.16.9.9", "VPC lab", id="a VPC"),
        pytest.param("2600:1f18::1", "VPC lab", id="IPv6"),
        pytest.param("10.0.0.1", "private", id="two VPCs claim it"),
        pytest.param("52.218.1.1", "S3", id="a prefix list of AWS"),
        pytest.param("198.51.100.7", "offices", id="a prefix list of one's own, before the special network"),
        pytest.param("192.0.2.1", "pl-3", id="a prefix list without a name"),
        pytest.param("203.0.113.9", "documentation", id="a special network"),
        pytest.param("100.64.0.1", "shared", id="carrier-grade NAT"),
        pytest.param("8.8.8.8", "public", id="anywhere"),
        pytest.param("fd12::1", "private", id="unique local"),
        pytest.param("2a00::1", "public", id="anywhere, IPv6"),
        pytest.param("nonsense", "", id="no address"),
    ],
)
def test_where_an_address_is(address: str, place: str) -> None:
    assert Places(TOPOLOGY).of(address) == place


def test_without_a_topology_the_special_networks_are_known() -> None:
    assert Places(None).of("10.0.0.1") == "private"


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("com.amazonaws.global.cloudfront.origin-facing", "CloudFront origin-facing"),
        ("com.amazonaws.eu-west-1.ipv6.route53-healthchecks", "route53-healthchecks"),
        ("mine", "mine"),
        ("", ""),
    ],
)
def test_prefix_lists_are_called_by_their_service(name: str, label: str) -> None:
    assert list_label(name) == label
