"""Brings a load into its log groups: the history at once, then each event when it arrives.

Tells the ledger of each. Knows nothing of requests.
"""

from __future__ import annotations

import threading
import time

from flowtui.demo.ledger import Ledger
from flowtui.demo.load import Arrival, Workload
from flowtui.demo.logs import Entry, LogStore, Position
from flowtui.demo.scenario import Load
from flowtui.demo.timeline import Timeline

_TICK_S = 0.1
_LOOK_S = 0.5
_DAY_MS = 24 * 3_600_000
_EARLIEST, _LATEST = Position(0, -1, -1), Position(2**60, -1, -1)


class Pouring:
    """The arrival of one load."""

    def __init__(self, store: LogStore, load: Load, seed: int, ledger: Ledger) -> None:
        self._store = store
        self._load = load
        self._work = Workload(load, seed)
        self._ledger = ledger
        self._held: list[Arrival] = []
        self._has_deleted = self._has_recreated = load.recreate is None

    def fill(self) -> None:
        """Makes the groups, with what is there at the start."""
        now = self._aws_time()
        for name in self._work.groups:
            self._store.create(name, int(now * 1000) - _DAY_MS)
        for name, entries in _by_group(self._work.history(now)).items():
            group = self._store.group(name)
            if group is not None:
                self._ledger.ingested(name, group.put(entries), None)

    def run(self, timeline: Timeline, stop: threading.Event) -> None:
        """Puts in each event when it arrives, until all have or `stop` is set."""
        while not timeline.has_begun(_LOOK_S):
            if stop.is_set():
                return
        self._ledger.begun = timeline.start
        while not self._ledger.is_over and not stop.wait(_TICK_S):
            self.step(timeline.after_s())

    def step(self, after_s: float) -> None:
        """Puts in what arrives up to so many seconds after the beginning."""
        self._recreate(after_s)
        arrivals, self._held = self._held + self._work.due(after_s, self._aws_time()), []
        now_ms = int(self._aws_time() * 1000)
        for name, entries in _by_group(arrivals).items():
            group = self._store.group(name)
            if group is None:
                self._held += [Arrival(name, entry) for entry in entries]
                continue
            events = group.put([entry._replace(ingestion=now_ms) for entry in entries])
            self._ledger.ingested(name, events, time.time())
        self._ledger.is_over = self._work.is_over(after_s) and self._has_recreated

    def _recreate(self, after_s: float) -> None:
        """Deletes the first group, and makes it again."""
        plan, name = self._load.recreate, self._work.groups[0]
        if plan is None:
            return
        group = self._store.group(name)
        if not self._has_deleted and after_s >= plan.at_s and group is not None:
            last, _ = group.between_backwards(_EARLIEST, _LATEST, plan.again)
            self._held += [
                Arrival(name, Entry(one.stream, one.timestamp, one.ingestion, one.message)) for one in last
            ]
            self._store.delete(name)
            self._ledger.deleted(name, time.time())
            self._has_deleted = True
        if self._has_deleted and not self._has_recreated and after_s >= plan.at_s + plan.gone_s:
            self._store.create(name, int(self._aws_time() * 1000))
            self._has_recreated = True

    def _aws_time(self) -> float:
        return time.time() + self._load.skew_s


def _by_group(arrivals: list[Arrival]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for group, entry in arrivals:
        found.setdefault(group, []).append(entry)
    return found
