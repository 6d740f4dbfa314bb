"""A filter on a field that records do not have is right, and the user is warned."""

from __future__ import annotations

import pytest

from flowtui.filters.parse import parse
from flowtui.filters.warn import warnings
from flowtui.records.format import DEFAULT_FORMAT, LogFormat

FLAGGED = LogFormat((*DEFAULT_FORMAT.fields, "tcp-flags", "flow-direction"))
PACKET = LogFormat(("pkt-srcaddr", "dstaddr", "dstport"))


def never(name: str) -> str:
    return f"The log format here has no {name}: a condition on it is always false."


WARNED: list[tuple[str, tuple[LogFormat, ...], list[str]]] = [
    ("reject and port 80 and host 10.0.0.1", (DEFAULT_FORMAT,), []),
    ("flags syn", (), []),
    ("flags syn", (FLAGGED,), []),
    ("flags syn", (DEFAULT_FORMAT,), [never("tcp-flags")]),
    (
        "not (tcp-flags = 2 or vpc-id in (a))",
        (DEFAULT_FORMAT, DEFAULT_FORMAT),
        [never(name) for name in ("tcp-flags", "vpc-id")],
    ),
    (
        "flags syn flags ack",
        (DEFAULT_FORMAT, FLAGGED),
        ["1 of 2 log formats have no tcp-flags: a condition on it is false there."],
    ),
    (
        "az-id = x",
        (DEFAULT_FORMAT, FLAGGED),
        ["The log formats here have no az-id: a condition on it is always false."],
    ),
    ("host 10.0.0.1", (PACKET,), []),
    ("src 10.0.0.1", (LogFormat(("dstaddr",)),), [never("srcaddr")]),
    ("srcaddr = 10.0.0.0/8", (PACKET,), [never("srcaddr")]),
    ("port 80", (PACKET,), [never("srcport")]),
    ("ingress", (DEFAULT_FORMAT,), []),
    ("ingress", (LogFormat(("bytes",)),), [never("flow-direction")]),
    ("web or name:web or eni:eni-1", (PACKET,), []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "formats", "said"), WARNED, ids=[f"{e[0]} {len(e[1])}" for e in WARNED])
def test_a_field_that_formats_lack_is_warned_of(
    text: str, formats: tuple[LogFormat, ...], said: list[str]
) -> None:
    assert warnings(parse(text, 0.0), formats) == said
