"""What Insights counted, put together: the law is that the store counts the same of the same records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from flowtui.monitor.counted import talkers_of
from flowtui.monitor.sources.query_rows import Count
from flowtui.records.events import LogEvents
from flowtui.records.resolve import FormatBook, read
from flowtui.store.block import Block
from flowtui.store.talkers import Measure, talkers
from tests.unit.monitor.world import line, log_events

lines = st.lists(
    st.builds(
        line,
        st.integers(1_700_000_000, 1_700_000_020),
        src=st.sampled_from(["10.0.0.1", "10.0.0.2", "2001:db8::1"]),
        port=st.sampled_from([22, 80, 443]),
        action=st.sampled_from(["ACCEPT", "REJECT"]),
    ),
    min_size=1,
    max_size=30,
)


def counted(messages: Sequence[str], pieces: int) -> list[Count]:
    """By source, port and action, as some queries would count."""
    counts: list[Count] = []
    for piece in range(pieces):
        rows = [message.split() for message in messages[piece::pieces]]
        for key, flows in Counter((row[3], row[6], row[12]) for row in rows).items():
            starts = [int(row[10]) for row in rows if (row[3], row[6], row[12]) == key]
            counts.append(Count(key, flows, 3 * flows, 180 * flows, min(starts), max(starts) + 10))
    return counts


@given(lines, st.integers(1, 3), st.sampled_from(Measure), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_counts_come_to_what_the_store_counts(
    messages: list[str], pieces: int, measure: Measure, limit: int
) -> None:
    events: LogEvents = log_events(messages)
    frame = read("flows", events, FormatBook()).frame
    by = ("srcaddr", "dstport")
    assert talkers_of(counted(messages, pieces), by, measure, limit) == talkers(
        [Block(0, frame)], by, measure, limit
    )


def test_values_are_those_of_records_however_insights_prints_them() -> None:
    count = Count(("2001:DB8:0::1", "80.0", None, "ACCEPT"), 1, 2, 3, None, None)
    (row,) = talkers_of([count], ("srcaddr", "dstport", "vpc-id"), Measure.RECORDS, 10).rows
    assert row.key == ("2001:db8::1", 80, None)
    assert row.sums.rejected == 0
