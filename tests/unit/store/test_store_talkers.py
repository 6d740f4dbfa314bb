"""Top talkers agree with a plain computation over the same records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowtui.filters import local
from flowtui.filters.parse import parse
from flowtui.records.format import DEFAULT_FORMAT, LogFormat
from flowtui.store.block import Block
from flowtui.store.store import Store
from flowtui.store.talkers import NOTHING, Measure, Sums, Talker, talkers
from tests.unit.store.frames import T0, Record, make, record

NO_INTERFACE = LogFormat.parse("${srcaddr} ${dstaddr} ${bytes} ${start}")
KEYS = (
    ("srcaddr",),
    ("srcaddr", "dstaddr"),
    ("dstport", "protocol"),
    ("interface-id",),
    ("pkt-src-aws-service",),
    ("action",),
)
MEASURES: dict[Measure, Callable[[Sums], int]] = {
    Measure.RECORDS: lambda sums: sums.records,
    Measure.PACKETS: lambda sums: sums.packets,
    Measure.BYTES: lambda sums: sums.bytes,
    Measure.REJECTED: lambda sums: sums.rejected,
}

addresses = st.sampled_from(["10.0.0.1", "10.0.0.2", "9.255.0.1", "2001:db8::1", "2001:db8::a", None])
records = st.builds(
    record,
    srcaddr=addresses,
    dstaddr=addresses,
    dstport=st.sampled_from([22, 80, None]),
    protocol=st.sampled_from([6, 17]),
    interface_id=st.sampled_from(["eni-b", "eni-a", "eni-c"]),
    packets=st.sampled_from([0, 1, 3, None]),
    bytes=st.sampled_from([0, 40, 2**33, 2**64 - 1]),
    action=st.sampled_from(["ACCEPT", "REJECT", None]),
    log_status=st.sampled_from(["OK", "OK", "OK", "NODATA", None]),
    at=st.integers(T0, T0 + 9),
    end=st.sampled_from([T0 + 20, T0 + 30, None]),
)


def plain(kept: Sequence[Record], keys: Sequence[str], measure: Measure) -> list[Talker]:
    """The same, a record at a time."""
    groups: defaultdict[tuple[object, ...], list[Record]] = defaultdict(list)
    for each in kept:
        if each.get("log-status") not in ("NODATA", "SKIPDATA"):
            groups[tuple(each.get(key) for key in keys)].append(each)
    made = [_talker(key, members) for key, members in groups.items()]
    found = [talker for talker in made if MEASURES[measure](talker.sums)]
    return sorted(
        found, key=lambda one: (-MEASURES[measure](one.sums), -one.sums.records, *map(_place, one.key))
    )


def _talker(key: tuple[object, ...], members: list[Record]) -> Talker:
    def summed(name: str) -> int:
        return sum(int(str(each.get(name) or 0)) for each in members)

    rejected = sum(each.get("action") == "REJECT" for each in members)
    return Talker(
        key,  # type: ignore[arg-type]
        Sums(len(members), summed("packets"), summed("bytes"), rejected),
        min(int(str(each["start"])) for each in members),
        max(int(str(each.get("end") or each["start"])) for each in members),
    )


def _place(value: object) -> tuple[object, ...]:
    """Addresses by number, IPv4 first; what is not there last."""
    if value is None:
        return (2,)
    if isinstance(value, str) and ("." in value or ":" in value):
        parsed = ip_address(value)
        return (0 if parsed.version == 4 else 1, int(parsed))
    return (0, value)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(records, max_size=60),
    st.sampled_from(KEYS),
    st.sampled_from(list(Measure)),
    st.sampled_from([1, 3, 100]),
    st.sampled_from([16, 400]),
)
def test_talkers_agree_with_a_plain_computation(
    made: list[Record], keys: Sequence[str], measure: Measure, limit: int, capacity: int
) -> None:
    store = Store(capacity)
    for place in range(0, len(made), 5):
        store.append(make(sorted(made[place : place + 5], key=lambda each: str(each["start"]))))
    kept = [
        each
        for place in range(0, len(made), 5)
        for each in sorted(made[place : place + 5], key=lambda each: str(each["start"]))
    ][len(made) - len(store.snapshot()) :]
    found = talkers(store.snapshot().blocks, keys, measure, limit)
    expected = plain(kept, keys, measure)
    assert list(found.rows) == expected[:limit]
    assert found.groups == len(expected)
    everything = plain(kept, keys, Measure.RECORDS)
    assert found.total == Sums(*(sum(pick(one.sums) for one in everything) for pick in MEASURES.values()))


def test_a_filter_chooses_what_is_counted() -> None:
    flows = [record(srcaddr="10.0.0.9", action="REJECT"), record(), record()]
    found = talkers(
        [Block(0, make(flows).frame)], ["srcaddr"], Measure.RECORDS, 9, local.compile(parse("reject", T0))
    )
    assert [one.key for one in found.rows] == [("10.0.0.9",)]
    assert found.total.records == 1


def test_the_interface_is_the_streams_where_the_format_has_none() -> None:
    theirs = make([record(**{"@interface": "eni-7"}, bytes=7)], NO_INTERFACE)
    ours = make([record(bytes=5)], DEFAULT_FORMAT)
    blocks = [Block(0, ours.frame), Block(1, theirs.frame)]
    found = talkers(blocks, ["interface-id"], Measure.BYTES, 9)
    assert [(one.key, one.sums.bytes) for one in found.rows] == [(("eni-7",), 7), (("eni-1",), 5)]


@pytest.mark.parametrize(
    "blocks",
    [pytest.param([], id="no block"), pytest.param([Block(0, make([]).frame)], id="an empty block")],
)
def test_nothing_gives_nothing(blocks: list[Block]) -> None:
    found = talkers(blocks, ["srcaddr"], Measure.BYTES, 9)
    assert (found.rows, found.groups, found.total) == ((), 0, NOTHING)
