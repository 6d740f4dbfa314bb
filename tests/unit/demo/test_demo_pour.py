"""A load comes into its groups, and the ledger has every event that can be read, by the id it is read by."""

from __future__ import annotations

import json
import threading
from typing import Any

from flowtui.demo.ledger import Ledger
from flowtui.demo.load import GROUP
from flowtui.demo.logs import LogStore, Position, event_id
from flowtui.demo.pour import Pouring
from flowtui.demo.scenario import Load, Recreation
from flowtui.demo.timeline import Timeline

ALL = (Position(0, -1, -1), Position(2**60, -1, -1))


class Poured:
    """A load that comes step by step."""

    def __init__(self, load: Load) -> None:
        self.store, self.ledger = LogStore(), Ledger()
        self.pouring = Pouring(self.store, load, 1, self.ledger)
        self.pouring.fill()

    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.ledger.answer("/_flowtui/ingested") or "").splitlines()]

    def readable(self) -> list[str]:
        group = self.store.group(GROUP)
        assert group is not None
        events, _ = group.between(*ALL, 1_000_000)
        return [event_id(event.timestamp, event.ingestion, event.sequence) for event in events]


def test_the_ledger_has_what_can_be_read() -> None:
    poured = Poured(Load(history_events=100, records_per_s=100, seconds=2))
    for after in (0.5, 1.0, 2.5):
        poured.pouring.step(after)
    rows = poured.rows()
    assert sorted(row["id"] for row in rows) == sorted(poured.readable())
    assert len(rows) == 300
    assert [row["arrived"] is None for row in rows] == [True] * 100 + [False] * 200
    assert poured.ledger.is_over


def test_a_group_that_is_made_again_has_other_events_with_the_same_lines() -> None:
    recreate = Recreation(at_s=1, gone_s=1, again=10)
    poured = Poured(Load(history_events=100, records_per_s=100, seconds=3, recreate=recreate))
    poured.pouring.step(0.5)
    poured.pouring.step(1.0)
    assert poured.store.group(GROUP) is None
    old = poured.rows()
    assert len(old) == 150
    assert all(row["deleted"] for row in old)
    poured.pouring.step(2.0)
    poured.pouring.step(3.0)
    new = [row for row in poured.rows() if row["deleted"] is None]
    # Ten again, the fifty that came while there was no group, and those since.
    assert len(new) == 10 + 250
    assert sorted(row["id"] for row in new) == sorted(poured.readable())
    assert not {row["id"] for row in new} & {row["id"] for row in old}
    assert len({row["message"] for row in new} & {row["message"] for row in old}) == 10
    assert poured.ledger.is_over


def test_a_load_waits_for_its_first_reader() -> None:
    poured = Poured(Load(records_per_s=1_000, seconds=0.1))
    timeline, stop = Timeline(None), threading.Event()
    thread = threading.Thread(target=poured.pouring.run, args=(timeline, stop))
    thread.start()
    assert not poured.rows()
    assert timeline.after_s() == 0
    timeline.begin()
    thread.join(10)
    assert not thread.is_alive()
    assert len(poured.rows()) == 100
    assert poured.ledger.begun == timeline.start


def test_aws_clock_may_be_ahead() -> None:
    poured = Poured(Load(history_events=10, skew_s=3_000, records_per_s=10, seconds=1))
    poured.pouring.step(1.0)
    (row, *_) = [row for row in poured.rows() if row["arrived"]]
    assert 2_900_000 < row["ingestion"] - row["arrived"] * 1000 < 3_100_000
    assert row["timestamp"] > row["arrived"] * 1000 + 2_900_000
