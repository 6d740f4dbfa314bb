"""Names hold for the time in which they were seen."""

from __future__ import annotations

import pytest

from flowtui.topology.history import KEPT_S, History
from flowtui.topology.model import Interface, Missing, Owner, OwnerKind, Topology

OWNER = Owner(OwnerKind.INSTANCE, "i-1", "")
DENIED = Missing("interfaces", "ec2:DescribeNetworkInterfaces", "denied.")


def interface(
    interface_id: str, name: str, address: str, vpc_id: str = "vpc-1", public: str | None = None
) -> Interface:
    return Interface(
        interface_id,
        name or interface_id,
        vpc_id,
        "subnet-1",
        OWNER,
        (address,),
        (public,) if public else (),
    )


def reading(at: float, *interfaces: Interface, missing: tuple[Missing, ...] = ()) -> Topology:
    return Topology("1", "r", at, interfaces=interfaces, missing=missing)


def history(*readings: Topology) -> History:
    known = History()
    for topology in readings:
        known = known.seen(topology)
    return known


MOVED = history(
    reading(100, interface("eni-1", "old", "10.0.0.1"), interface("eni-2", "new", "10.0.0.2")),
    reading(160, interface("eni-1", "old", "10.0.0.9"), interface("eni-2", "new", "10.0.0.1")),
)


@pytest.mark.parametrize(
    ("address", "at", "expected"),
    [
        pytest.param("10.0.0.1", 130, "old", id="the old name for records of the old time"),
        pytest.param("10.0.0.1", 160, "new", id="the new name from the move on"),
        pytest.param("10.0.0.1", 5, "old", id="the earliest name before the first reading"),
        pytest.param("10.0.0.9", 5, "old", id="likewise for an address that came later"),
        pytest.param("10.0.0.2", 159, "new", id="an address given up, while it was borne"),
        pytest.param("10.0.0.2", 160, None, id="an address given up, afterwards"),
        pytest.param("10.0.0.3", 130, None, id="an address never seen"),
    ],
)
def test_a_moved_address_keeps_the_old_name_for_the_old_time(
    address: str, at: float, expected: str | None
) -> None:
    assert MOVED.name_of(address, at, "vpc-1") == expected


def test_a_history_is_a_value() -> None:
    first = history(reading(100, interface("eni-1", "old", "10.0.0.1")))
    first.seen(reading(160, interface("eni-1", "new", "10.0.0.1")))
    assert first.name_of("10.0.0.1", 200, "vpc-1") == "old"


def test_a_renamed_interface_has_each_name_in_its_time() -> None:
    known = history(
        reading(100, interface("eni-1", "blue", "10.0.0.1")),
        reading(160, interface("eni-1", "green", "10.0.0.1")),
    )
    assert [known.interface_name("eni-1", at) for at in (0, 159, 160)] == ["blue", "blue", "green"]
    assert [known.name_of("10.0.0.1", at, "vpc-1") for at in (0, 159, 160)] == ["blue", "blue", "green"]


def test_a_vanished_interface_keeps_its_name() -> None:
    known = history(reading(100, interface("eni-1", "gone", "10.0.0.1")), reading(160), reading(220))
    assert known.interface_name("eni-1", 300) == "gone"
    assert known.name_of("10.0.0.1", 120, "vpc-1") == "gone"
    assert known.name_of("10.0.0.1", 200, "vpc-1") is None


def test_one_without_a_name_has_none() -> None:
    known = history(reading(100, interface("eni-1", "", "10.0.0.1")))
    assert known.interface_name("eni-1", 100) is None
    assert known.name_of("10.0.0.1", 100, "vpc-1") is None


def test_names_are_forgotten_a_week_after_they_were_last_seen() -> None:
    known = history(reading(100, interface("eni-1", "gone", "10.0.0.1")), reading(160))
    kept = known.seen(reading(159 + KEPT_S))
    assert kept.interface_name("eni-1", 100) == "gone"
    forgotten = known.seen(reading(160 + KEPT_S))
    assert forgotten.interface_name("eni-1", 100) is None
    assert forgotten.addresses == {}


def test_a_name_that_is_still_there_is_never_forgotten() -> None:
    there = interface("eni-1", "here", "10.0.0.1")
    known = history(reading(100, there), reading(100 + 2 * KEPT_S, there))
    assert known.name_of("10.0.0.1", 100, "vpc-1") == "here"


@pytest.mark.parametrize(
    ("address", "vpc_id", "expected"),
    [
        pytest.param("10.0.0.1", "vpc-1", "one", id="its own VPC"),
        pytest.param("10.0.0.1", "vpc-2", "two", id="the same address in the other VPC"),
        pytest.param("10.0.0.1", None, None, id="no VPC given and two answers: no guess"),
        pytest.param("10.0.0.3", "vpc-1", "three", id="a peer's address, unique"),
        pytest.param("52.0.1.9", "vpc-2", "one", id="a public address means the same everywhere"),
        pytest.param("52.0.1.9", None, "one", id="public, without a VPC"),
    ],
)
def test_an_address_is_meant_as_seen_from_its_vpc(
    address: str, vpc_id: str | None, expected: str | None
) -> None:
    known = history(
        reading(
            100,
            interface("eni-1", "one", "10.0.0.1", public="52.0.1.9"),
            interface("eni-2", "two", "10.0.0.1", "vpc-2"),
            interface("eni-3", "three", "10.0.0.3", "vpc-2"),
        )
    )
    assert known.name_of(address, 100, vpc_id) == expected


def test_a_reading_without_interfaces_ends_no_name() -> None:
    known = history(
        reading(100, interface("eni-1", "web", "10.0.0.1")),
        reading(160, missing=(DENIED,)),
    )
    assert known.name_of("10.0.0.1", 200, "vpc-1") == "web"


def test_a_reading_without_instances_takes_no_name_away() -> None:
    missing = (Missing("instances", "ec2:DescribeInstances", "throttled."),)
    known = history(
        reading(100, interface("eni-1", "web", "10.0.0.1")),
        reading(160, interface("eni-1", "", "10.0.0.1"), missing=missing),
    )
    assert known.interface_name("eni-1", 200) == "web"
    assert known.name_of("10.0.0.1", 200, "vpc-1") == "web"
