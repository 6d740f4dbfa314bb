"""A workload for a judge: flow records of many streams that arrive late and out of order.

Says what arrives when; puts nothing anywhere. Each line is unlike all others by its count of bytes.
"""

from __future__ import annotations

import random
from typing import NamedTuple

from flowtui.demo.checks import Ages
from flowtui.demo.lab import ACCOUNT
from flowtui.demo.logs import Entry
from flowtui.demo.scenario import Load

GROUP = "/load/flow-logs"
"""The group's name; where there are several, `-2` and so on follow."""


class Arrival(NamedTuple):
    """An event that arrives now in a group."""

    group: str
    entry: Entry


class Workload:
    """The records of a load, in the order of their arrival; the seed makes the same ones in every run."""

    def __init__(self, load: Load, seed: int) -> None:
        self._load = load
        self._rng = random.Random(f"{seed}/load")
        self.groups = [GROUP if not number else f"{GROUP}-{number + 1}" for number in range(load.groups)]
        self._interfaces = [f"eni-0{self._rng.getrandbits(64):016x}" for _ in range(load.streams)]
        self._given = 0
        self._numbered = 0
        self._is_burst_given = load.burst is None

    def history(self, now: float) -> list[Arrival]:
        """What is there at the start: event times spread evenly; epoch seconds of AWS's clock."""
        load = self._load
        step_s = load.history_s / max(1, load.history_events)
        starts = [now - load.history_s + step_s * number for number in range(load.history_events)]
        return [self._record(start, min(now, start + self._age(load.ages))) for start in starts]

    def due(self, after_s: float, now: float) -> list[Arrival]:
        """What arrives up to so long after the start, and was not given yet."""
        load = self._load
        count = int(load.records_per_s * min(after_s, load.seconds)) - self._given
        self._given += count
        found = [self._record(now - self._age(load.ages), now) for _ in range(count)]
        if load.burst is not None and not self._is_burst_given and after_s >= load.burst.at_s:
            self._is_burst_given = True
            spread = load.burst.ages or load.ages
            found += [self._record(now - self._age(spread), now) for _ in range(load.burst.events)]
        return found

    def is_over(self, after_s: float) -> bool:
        """Whether everything was given."""
        return self._is_burst_given and after_s >= self._load.seconds

    def _age(self, ages: Ages) -> float:
        drawn = self._rng.random()
        for share, low, high in ages:
            if drawn < share:
                return self._rng.uniform(low, high)
            drawn -= share
        return ages[-1][2]

    def _record(self, start: float, arrival: float) -> Arrival:
        number = self._numbered
        self._numbered += 1
        # Every interface has records all the time, whatever the rate.
        at = number % len(self._interfaces)
        eni, group = self._interfaces[at], self.groups[at % len(self.groups)]
        # Rounded up, so that the time in whole seconds makes no record older than it was to be.
        begin = min(int(start) + 1, int(arrival))
        line = self._line(number, eni, begin)
        return Arrival(group, Entry(f"{eni}-all", begin * 1000, int(arrival * 1000), line))

    def _line(self, number: int, eni: str, begin: int) -> str:
        rng = self._rng
        if self._load.odd and rng.random() < self._load.odd:
            return _odd(number, eni, begin)
        host, port, packets = rng.getrandbits(16), 1024 + rng.getrandbits(15), 1 + rng.getrandbits(7)
        action = "REJECT" if rng.random() < 0.1 else "ACCEPT"
        return (
            f"2 {ACCOUNT} {eni} 198.51.{host >> 8}.{host & 255} 172.16.0.{4 + number % 250} {port} 443 6 "
            f"{packets} {number} {begin} {begin + 59} {action} OK"
        )


def _odd(number: int, eni: str, begin: int) -> str:
    """A line that is easily changed on its way: white space, quotes, foreign and control characters."""
    record = f"2 {ACCOUNT} {eni} 198.51.100.7 172.16.0.4 1024 443 6 1 {number} {begin} {begin + 59} ACCEPT OK"
    kinds = (
        record.replace(" ", "  ", 1),
        record + " ",
        record + "\r",
        f" {record}",
        record.replace("\x20", "\t", 2),
        record.replace(f" {number} ", f" +{number} "),
        f'{{"number": {number}, "text": "a \\"quoted\\" \\\\ line"}}',
        f"{number} no flow record: \x1b[31mred\x1b[0m \u202eback\u2069 \x00 \u2028 Zürich 流 😀",
        f"{number} {'long ' * 2_000}",
    )
    return kinds[number % len(kinds)]
