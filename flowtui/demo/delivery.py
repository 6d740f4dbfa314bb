"""From flows to flow records as they arrive: windows, delays, and the lines without traffic.

One record per flow, interface and window; delivered 30 to 90 seconds after the window's end, one in
twenty up to 15 minutes after it. Knows neither groups nor requests.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from flowtui.demo.flows import Flow
from flowtui.demo.lab import ACCOUNT, INTERVAL_S, Lab, Nic
from flowtui.demo.logs import Entry
from flowtui.demo.traffic import SLICE_S, Traffic

PROMPT_S = (30.0, 90.0)
LATEST_S = 15 * 60.0
LATE_SHARE = 1 / 20
"""Seconds from a window's end to a record's arrival, and the share of those that take up to the latest."""

SKIPPED_SHARE = 1 / 60
"""Share of an interface's windows that have a SKIPDATA line beside their records."""


@dataclass(frozen=True, slots=True)
class DemoClock:
    """Turns demo seconds into real ones: equal at the start, `speed` times as fast from there and back."""

    start: float
    speed: float

    def demo(self, real: float) -> float:
        """The demo second of a real one."""
        return self.start + (real - self.start) * self.speed

    def real(self, demo: float) -> float:
        """The real second of a demo one."""
        return self.start + (demo - self.start) / self.speed


class _Cut(NamedTuple):
    """The part of a flow that falls into one window; times in demo seconds."""

    begin: float
    end: float
    packets: int
    bytes: int
    window_end: float


class Delivery:
    """Lines with the time of their arrival, in order of it."""

    def __init__(self, traffic: Traffic, network: Lab, seed: int, clock: DemoClock, begin: float) -> None:
        """`begin`: the demo second at which the records begin."""
        self._traffic = traffic
        self._nics = network.nics
        self._clock = clock
        self._begin = begin
        self._rng = random.Random(f"{seed}/delivery")
        # Windows of different interfaces end at different times, as they do on AWS.
        self._shift = {nic: place * INTERVAL_S / len(self._nics) for place, nic in enumerate(self._nics)}
        # Long conversations that began before are under way when the records begin.
        self._next_slice = int((begin - 300) // SLICE_S)
        self._next_window = {nic: int((begin - shift) // INTERVAL_S) for nic, shift in self._shift.items()}
        self._busy: set[tuple[Nic, int]] = set()
        self._count = 0
        self._pending: list[tuple[float, int, Entry]] = []

    @property
    def next_due(self) -> float:
        """The real second at which there may be something to take."""
        due = self._clock.real((self._next_slice + 1) * SLICE_S)
        return min(due, self._pending[0][0]) if self._pending else due

    def take(self, now: float) -> list[Entry]:
        """All that has arrived by a real second and was not taken yet."""
        while (self._next_slice + 1) * SLICE_S <= self._clock.demo(now):
            self._make_slice()
        taken = []
        while self._pending and self._pending[0][0] <= now:
            taken.append(heapq.heappop(self._pending)[2])
        return taken

    def _make_slice(self) -> None:
        for flow in self._traffic.slice(self._next_slice, self._records):
            for window, cut in self._cuts(flow):
                self._busy.add((flow.nic, window))
                self._report_flow(flow, cut)
        self._next_slice += 1
        for nic in self._nics:
            self._close_windows(nic, self._next_slice * SLICE_S)

    def _records(self, flow: Flow) -> int:
        return self._window(flow.nic, flow.end) - self._window(flow.nic, flow.begin) + 1

    def _window(self, nic: Nic, at: float) -> int:
        return int((at - self._shift[nic]) // INTERVAL_S)

    def _cuts(self, flow: Flow) -> Iterator[tuple[int, _Cut]]:
        """The flow by windows; packets and bytes are shared out by time and add up to the flow's."""
        first, last = self._window(flow.nic, flow.begin), self._window(flow.nic, flow.end)
        shift, length = self._shift[flow.nic], flow.end - flow.begin
        sent = 0
        for window in range(first, last + 1):
            window_end = shift + (window + 1) * INTERVAL_S
            share = 1.0 if window == last else (window_end - flow.begin) / length
            total = round(flow.packets * share)
            begin, end = max(flow.begin, window_end - INTERVAL_S), min(flow.end, window_end)
            if total > sent:
                size = round(total * flow.packet_bytes) - round(sent * flow.packet_bytes)
                yield window, _Cut(begin, end, total - sent, size, window_end)
            sent = total

    def _report_flow(self, flow: Flow, cut: _Cut) -> None:
        self._report(
            flow.nic,
            f"{flow.source} {flow.target} {flow.source_port} {flow.target_port} {flow.protocol} "
            f"{cut.packets} {cut.bytes}",
            (cut.begin, cut.end),
            f"{flow.action} OK",
            cut.window_end,
        )

    def _close_windows(self, nic: Nic, until: float) -> None:
        """Says of each window that is over whether there was no traffic, or whether records were lost."""
        shift = self._shift[nic]
        while (window_end := shift + (self._next_window[nic] + 1) * INTERVAL_S) <= until:
            key = (nic, self._next_window[nic])
            span = (window_end - INTERVAL_S, window_end)
            if key not in self._busy:
                self._report(nic, "- - - - - - -", span, "- NODATA", window_end)
            elif self._rng.random() < SKIPPED_SHARE:
                self._report(nic, "- - - - - - -", span, "- SKIPDATA", window_end)
            self._busy.discard(key)
            self._next_window[nic] += 1

    def _report(
        self, nic: Nic, middle: str, span: tuple[float, float], outcome: str, window_end: float
    ) -> None:
        if span[0] < self._begin:
            return
        begin, end = int(self._clock.real(span[0])), int(self._clock.real(span[1]))
        arrival = self._clock.real(window_end + self._delay())
        line = f"2 {ACCOUNT} {nic.id} {middle} {begin} {end} {outcome}"
        self._count += 1
        entry = Entry(nic.stream, begin * 1000, int(arrival * 1000), line)
        heapq.heappush(self._pending, (arrival, self._count, entry))

    def _delay(self) -> float:
        if self._rng.random() < LATE_SHARE:
            return self._rng.uniform(PROMPT_S[1], LATEST_S)
        return self._rng.uniform(*PROMPT_S)
