from __future__ import annotations

import pytest

from flowtui.records.batch import RecordBatch
from flowtui.records.events import LogEvents
from flowtui.records.format import LogFormat
from flowtui.records.resolve import FormatBook, read
from flowtui.records.text import lines
from flowtui.records.within import within

PLAIN = LogFormat.parse("${interface-id} ${action} ${start}")
WITH_VPC = LogFormat.parse("${vpc-id} ${interface-id} ${action} ${start}")
WITHOUT_INTERFACE = LogFormat.parse("${action} ${start}")
OURS, THEIRS = "vpc-1", "vpc-2"
HERE, THERE, NEW = "eni-0a", "eni-0b", "eni-0c"


def batch(*messages: str, stream: str = HERE) -> RecordBatch:
    count = len(messages)
    events = LogEvents(
        [f"{stream}-all"] * count, [0] * count, [0] * count, [str(n) for n in range(count)], list(messages)
    )
    return read("g", events, FormatBook({}, (PLAIN, WITH_VPC, WITHOUT_INTERFACE)))


@pytest.mark.parametrize(
    ("message", "stream", "is_kept"),
    [
        (f"{HERE} ACCEPT 1700000001", HERE, True),
        (f"{THERE} ACCEPT 1700000001", THERE, False),
        (f"{NEW} ACCEPT 1700000001", NEW, True),
        ("- ACCEPT 1700000001", "other", True),
        (f"{OURS} {HERE} ACCEPT 1700000001", HERE, True),
        (f"{THEIRS} {NEW} ACCEPT 1700000001", NEW, False),
        (f"{OURS} {THERE} ACCEPT 1700000001", THERE, True),
        (f"- {THERE} ACCEPT 1700000001", THERE, False),
        (f"- {NEW} ACCEPT 1700000001", NEW, True),
        ("ACCEPT 1700000001", THERE, False),
        ("ACCEPT 1700000001", HERE, True),
        ("fits no format at all", THERE, False),
        ("fits no format at all", HERE, True),
    ],
    ids=[
        "interface here",
        "interface elsewhere",
        "interface unknown",
        "no interface",
        "vpc-id ours",
        "vpc-id theirs, interface unknown",
        "vpc-id before the interface",
        "no vpc-id, interface elsewhere",
        "no vpc-id, interface unknown",
        "stream elsewhere",
        "stream here",
        "unparsed elsewhere",
        "unparsed here",
    ],
)
def test_what_is_known_to_lie_elsewhere_is_left_out(message: str, stream: str, is_kept: bool) -> None:
    found = within(batch(message, stream=stream), {OURS}, {THERE})
    assert len(found) + len(found.unparsed) == is_kept
    assert bool(found.unparsed) == (is_kept and "fits" in message)


def test_what_stays_stays_in_order_and_knows_its_event() -> None:
    whole = batch(
        f"{HERE} ACCEPT 1700000001",
        f"{THERE} ACCEPT 1700000002",
        f"{THEIRS} {NEW} REJECT 1700000003",
        f"{NEW} REJECT 1700000004",
    )
    found = within(whole, {OURS}, {THERE})
    assert lines(found.frame) == [f"{HERE} ACCEPT 1700000001", f"{NEW} REJECT 1700000004"]
    assert list(found.rows) == [0, 3]


def test_a_batch_with_nothing_to_leave_out_is_the_same() -> None:
    whole = batch(f"{HERE} ACCEPT 1700000001")
    assert within(whole, {OURS}, {THERE}) is whole
    empty = batch()
    assert len(within(empty, {OURS}, {THERE})) == 0
