"""What values mean, and text made safe for a terminal."""

import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowtui.records import decode, fields
from flowtui.records.fields import Field


@pytest.mark.parametrize(
    ("number", "name"),
    [
        *(
            (1, "icmp"),
            (2, "igmp"),
            (4, "ipip"),
            (6, "tcp"),
            (17, "udp"),
            (41, "ipv6"),
            (47, "gre"),
            (50, "esp"),
        ),
        *((51, "ah"), (58, "icmp6"), (89, "ospf"), (112, "vrrp"), (132, "sctp"), (253, "253"), (255, "255")),
    ],
)
def test_protocol_names(number: int, name: str) -> None:
    assert decode.protocol_name(number) == name


def test_protocol_numbers_are_found_by_name() -> None:
    assert [decode.protocol_number(name) for name in ("tcp", "UDP", "nonesuch")] == [6, 17, None]


@pytest.mark.parametrize(
    ("flags", "names"),
    [
        (0, "none"),
        (1, "FIN"),
        (2, "SYN"),
        (3, "SYN|FIN"),
        (4, "RST"),
        (5, "RST|FIN"),
        (6, "SYN|RST"),
        (7, "SYN|RST|FIN"),
        (16, "ACK"),
        (18, "SYN-ACK"),
        (19, "SYN-ACK|FIN"),
        (22, "SYN-ACK|RST"),
        (23, "SYN-ACK|RST|FIN"),
        (24, "PSH|ACK"),
        (224, "URG|ECE|CWR"),
    ],
)
def test_flag_names(flags: int, names: str) -> None:
    assert decode.flag_names(flags) == names


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "another resource in the same VPC"),
        (2, "internet gateway or gateway VPC endpoint"),
        (7, "gateway VPC endpoint"),
        (8, "internet gateway"),
        (99, "path 99"),
    ],
)
def test_traffic_paths(number: int, said: str) -> None:
    assert decode.traffic_path(number) == said


@pytest.mark.parametrize(
    ("port", "protocol", "name"),
    [
        pytest.param(22, 6, "ssh", id="tcp"),
        pytest.param(123, 17, "ntp", id="udp"),
        pytest.param(53, 6, "dns", id="both, tcp"),
        pytest.param(53, 17, "dns", id="both, udp"),
        pytest.param(22, 17, None, id="of the other protocol"),
        pytest.param(514, 6, "rsh", id="tcp has its own"),
        pytest.param(514, 17, "syslog", id="udp has its own"),
        pytest.param(123, None, "ntp", id="protocol unknown"),
        pytest.param(53, 1, None, id="no ports"),
        pytest.param(51122, 6, None, id="unknown"),
    ],
)
def test_service_names(port: int, protocol: int | None, name: str | None) -> None:
    assert decode.service_name(port, protocol) == name


def test_service_ports_are_found_by_name() -> None:
    assert [decode.service_ports(name) for name in ("SSH", "dns", "nonesuch")] == [(22,), (53,), ()]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        pytest.param(fields.PROTOCOL, 6, "tcp, Transmission Control", id="protocol"),
        pytest.param(fields.PROTOCOL, 254, "", id="unnamed protocol"),
        pytest.param(fields.DSTPORT, 443, "https", id="port"),
        pytest.param(fields.DSTPORT, 51122, "", id="unnamed port"),
        pytest.param(fields.TCP_FLAGS, 18, "SYN-ACK: its source is the server", id="server"),
        pytest.param(fields.TCP_FLAGS, 3, "SYN|FIN: its source is the client", id="client"),
        pytest.param(fields.TCP_FLAGS, 0, "none", id="no flags"),
        pytest.param(fields.TRAFFIC_PATH, 8, "internet gateway", id="path"),
        pytest.param(
            fields.ENCRYPTION_STATUS, 3, "encrypted by Nitro and by the application", id="encryption"
        ),
        pytest.param(fields.BYTES, 999, "", id="few bytes"),
        pytest.param(fields.BYTES, 4249, "4.2 kB", id="bytes"),
        pytest.param(fields.BYTES, 999_960, "1.0 MB", id="rounded up"),
        pytest.param(fields.BYTES, 2**64 - 1, "18.4 EB", id="most bytes"),
        pytest.param(fields.START, 1418530010, "2014-12-14 04:06:50Z", id="time"),
        pytest.param(fields.ACTION, "ACCEPT", "allowed", id="action"),
        pytest.param(fields.LOG_STATUS, "NODATA", "no traffic in the window", id="status"),
        pytest.param(fields.REJECT_REASON, "BPA", "VPC Block Public Access", id="reason"),
        pytest.param(fields.PKT_DST_AWS_SERVICE, "S3", "S3", id="service"),
        pytest.param(fields.PKT_DST_AWS_SERVICE, "BRAND_NEW", "", id="new service"),
        pytest.param(fields.FLOW_DIRECTION, "egress", "out of the interface", id="direction"),
        pytest.param(fields.INSTANCE_TAG, "web%20tier%2Fprod", "web tier/prod", id="tag"),
        pytest.param(fields.INSTANCE_TAG, "plain", "", id="plain tag"),
        pytest.param(fields.ASG_TAG_2, "a%1b%5b31m", "a\\x1b[31m", id="hostile tag"),
        pytest.param(fields.ASG_TAG, "%ff", "\ufffd", id="tag that is no UTF-8"),
        pytest.param(fields.SRCADDR, "172.16.0.121", "private", id="private"),
        pytest.param(fields.SRCADDR, "8.8.8.8", "", id="public"),
        pytest.param(fields.DSTADDR, "fe80::1", "link-local", id="IPv6"),
        pytest.param(fields.INTERFACE_ID, "eni-1", "", id="nothing to add"),
        pytest.param(fields.PACKETS, 12, "", id="a number that is just that"),
        pytest.param(fields.field("new-field"), "x", "", id="unknown field"),
        pytest.param(fields.SRCADDR, None, "", id="no value"),
    ],
)
def test_meanings(field: Field, value: str | int | None, said: str) -> None:
    assert decode.describe(field, value) == said


def test_a_ports_meaning_depends_on_the_protocol() -> None:
    assert decode.describe(fields.DSTPORT, 514, 17) == "syslog"
    assert decode.describe(fields.DSTPORT, 0, 1) == ""


@given(
    st.sampled_from(list(fields.FIELDS.values())),
    st.none() | st.integers(0, 2**32 - 1) | st.text(st.characters()),
)
def test_every_value_of_every_field_has_a_safe_meaning(field: Field, value: str | int | None) -> None:
    said = decode.describe(field, value)
    assert decode.clean(said) == said


UNSAFE: tuple[Literal["Cc", "Cs", "Zl", "Zp"], ...] = ("Cc", "Cs", "Zl", "Zp")
BIDI = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


TEXT = st.text(st.characters() | st.sampled_from(BIDI) | st.characters(categories=UNSAFE))


@given(TEXT)
def test_cleaned_text_is_safe_and_can_be_written(text: str) -> None:
    cleaned = decode.clean(text)
    assert not any(unicodedata.category(char) in UNSAFE or char in BIDI for char in cleaned)
    assert cleaned.encode().decode() == cleaned


@given(TEXT, TEXT)
def test_text_is_cleaned_character_by_character(first: str, second: str) -> None:
    assert decode.clean(first + second) == decode.clean(first) + decode.clean(second)


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_letters_numbers_punctuation_and_symbols_are_kept(text: str) -> None:
    assert decode.clean(text) == text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        pytest.param("eni-1 web [bold]", "eni-1 web [bold]", id="plain"),
        pytest.param("Größe ✗ 東京 👍", "Größe ✗ 東京 👍", id="other scripts"),
        pytest.param("\x1b[31mred", "\\x1b[31mred", id="escape"),
        pytest.param("\x9b31m", "\\x9b31m", id="C1"),
        pytest.param("a\0b\tc\nd\re\x7f", "a\\x00b\\x09c\\x0ad\\x0de\\x7f", id="controls"),
        pytest.param("\u202eabc\u2066", "\\u202eabc\\u2066", id="bidi"),
        pytest.param("a\u2028b\u2029", "a\\u2028b\\u2029", id="separators"),
        pytest.param("a\u200bb\ufeff", "a\\u200bb\\ufeff", id="zero width"),
        pytest.param("\udc00", "\\udc00", id="lone surrogate"),
        pytest.param("\U000e0041", "\\U000e0041", id="tag character"),
    ],
)
def test_cleaning(text: str, cleaned: str) -> None:
    assert decode.clean(text) == cleaned
