"""Addresses as integers and back."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowtui.records import address


@given(st.integers(0, 2**32 - 1))
def test_ipv4_text_is_the_address(value: int) -> None:
    text = address.to_text(value, False)
    assert int(ipaddress.IPv4Address(text)) == value
    assert address.parse_text(text) == (value, False)


@given(st.integers(0, 2**128 - 1))
def test_ipv6_text_is_the_address(value: int) -> None:
    text = address.to_text(value, True)
    assert int(ipaddress.IPv6Address(text)) == value
    assert address.parse_text(text) == (value, True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("0.0.0.0", (0, False), id="zero"),
        pytest.param("255.255.255.255", (2**32 - 1, False), id="broadcast"),
        pytest.param("::", (0, True), id="unspecified"),
        pytest.param("2001:DB8:0::1", (0x20010DB8 << 96 | 1, True), id="other spelling"),
        pytest.param("::ffff:10.0.0.1", (0xFFFF0A000001, True), id="mapped"),
    ],
)
def test_spellings(text: str, expected: tuple[int, bool]) -> None:
    assert address.parse_text(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", "10.0.0", "10.0.0.0.1", "010.0.0.1", "10.0.0.256", "10.0.0.1 ", "10.0.0.1\n", "+1.0.0.1"),
        *(
            "1.2.3.4/8",
            ":",
            ":::",
            "fe80::1%eth0",
            "2001:db8::\0",
            "2001:db8::g",
            "١.1.1.1",
            "eni-1",
            "\ud800:",
        ),
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert address.parse_text(text) is None
