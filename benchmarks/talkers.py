"""Top talkers and conversations of a million records beside a Python loop over tuples.

Half of the other ends in these records are met once only, which is harder than any real traffic. Times are
medians.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Sequence

from benchmarks.filter import COUNT, Flow, filled, timed_ms
from flowtui.records.fields import (
    ACTION,
    ACTIONS,
    BYTES,
    DSTADDR,
    DSTPORT,
    INTERFACE_ID,
    PACKETS,
    PROTOCOL,
    SRCADDR,
    SRCPORT,
)
from flowtui.records.format import DEFAULT_FORMAT
from flowtui.store.conversations import conversations
from flowtui.store.store import Store
from flowtui.store.talkers import Measure, talkers

LIMIT = 500
LIMIT_MS = 50.0
"""Pairs have twice the time: here every one of the million is another."""
RATIO_LIMIT = 10.0
GROUPINGS = (
    (SRCADDR.name,),
    (DSTADDR.name,),
    (SRCADDR.name, DSTADDR.name),
    (DSTPORT.name, PROTOCOL.name),
    (INTERFACE_ID.name,),
)


def looped(flows: Sequence[Flow], keys: Sequence[str]) -> int:
    """Sum up in a loop, sort, take the greatest; the bytes of the first."""
    places = [DEFAULT_FORMAT.fields.index(key) for key in keys]
    packets, size, action = (DEFAULT_FORMAT.fields.index(field.name) for field in (PACKETS, BYTES, ACTION))
    sums: defaultdict[tuple[object, ...], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for flow in flows:
        one = sums[tuple(flow[place] for place in places)]
        one[0] += 1
        one[1] += flow[packets]  # type: ignore[operator]
        one[2] += flow[size]  # type: ignore[operator]
        one[3] += flow[action] == ACTIONS[1]
    return sorted(sums.values(), key=lambda one: -one[2])[:LIMIT][0][2]


def compare(keys: Sequence[str], store: Store, flows: list[Flow]) -> bool:
    """Print one grouping; whether it is within its limits."""
    blocks = store.snapshot().blocks
    found = talkers(blocks, keys, Measure.BYTES, LIMIT)
    assert found.rows[0].sums.bytes == looped(flows, keys)
    ours = timed_ms(lambda: talkers(blocks, keys, Measure.BYTES, LIMIT), 9)
    loop = timed_ms(lambda: looped(flows, keys), 1)
    print(
        f"by {', '.join(keys)}: {found.groups:,} groups; ours {ours:.1f} ms, a loop {loop:.0f} ms, "
        f"ratio {loop / ours:.0f}"
    )
    limit_ms = LIMIT_MS if found.groups < COUNT // 2 + COUNT // 100 else 2 * LIMIT_MS
    return ours <= limit_ms and loop / ours >= RATIO_LIMIT


def looped_both_ways(flows: Sequence[Flow]) -> int:
    """Join both directions in a loop, sort, take the greatest; the bytes of the first."""
    ends = ((SRCADDR, SRCPORT), (DSTADDR, DSTPORT))
    source, target = ([DEFAULT_FORMAT.fields.index(field.name) for field in end] for end in ends)
    protocol, size = (DEFAULT_FORMAT.fields.index(field.name) for field in (PROTOCOL, BYTES))
    sums: defaultdict[tuple[object, ...], list[int]] = defaultdict(lambda: [0, 0])
    for flow in flows:
        one, other = (flow[source[0]], flow[source[1]]), (flow[target[0]], flow[target[1]])
        is_turned = one > other
        key = (other, one, flow[protocol]) if is_turned else (one, other, flow[protocol])
        sums[key][is_turned] += flow[size]  # type: ignore[operator]
    return sum(sorted(sums.values(), key=lambda one: -sum(one))[:LIMIT][0])


def compare_both_ways(store: Store, flows: list[Flow]) -> bool:
    """Print what joining both directions costs, and who is the client; whether it beats the loop."""
    blocks = store.snapshot().blocks
    found = conversations(blocks, Measure.BYTES, LIMIT)
    assert found.rows[0].sums.bytes == looped_both_ways(flows)
    ours = timed_ms(lambda: conversations(blocks, Measure.BYTES, LIMIT), 5)
    loop = timed_ms(lambda: looped_both_ways(flows), 1)
    print(
        f"conversations: {found.groups:,}; ours {ours:.1f} ms, a loop without states and clients "
        f"{loop:.0f} ms, ratio {loop / ours:.0f}"
    )
    return loop / ours >= 2.0


def main() -> int:
    store, flows = filled(COUNT, 50)
    is_good = [compare(keys, store, flows) for keys in GROUPINGS]
    is_good.append(compare_both_ways(store, flows))
    print(f"limits: {LIMIT_MS} ms, {RATIO_LIMIT} x")
    return int(not all(is_good))


if __name__ == "__main__":
    sys.exit(main())
