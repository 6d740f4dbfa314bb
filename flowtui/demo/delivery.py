"""From flows to flow records as they arrive: windows, delays, and the lines without traffic.

One record per flow, interface and window; delivered 30 to 90 seconds after the window's end, one in
twenty up to 15 minutes after it. Knows neither groups nor requests.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from flowtui.demo.flows import SLICE_S, Flow
from flowtui.demo.lab import INTERVAL_S, Nic
from flowtui.demo.lines import Cut, Writing
from flowtui.demo.logs import Entry

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


class Conversing(Protocol):
    """Whatever makes up conversations."""

    def slice(self, index: int, records: Callable[[Flow], int]) -> list[Flow]:
        """The flows that begin in a slice of SLICE_S; `records` counts those of a flow."""


class _Piece(NamedTuple):
    """A cut of a flow, in demo seconds, with the window that it falls into."""

    window: int
    window_end: float
    cut: Cut


class Delivery:
    """Lines with the time of their arrival, in order of it."""

    def __init__(
        self,
        traffic: Conversing,
        nics: Sequence[Nic],
        writing: Writing,
        seed: int,
        clock: DemoClock,
        begin: float,
    ) -> None:
        """`nics`: those that report that there was no traffic; `begin`: the first record's demo second."""
        self._traffic = traffic
        self._nics = nics
        self._writing = writing
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
            for piece in self._pieces(flow):
                if flow.nic in self._shift:
                    self._busy.add((flow.nic, piece.window))
                self._report_flow(flow, piece)
        self._next_slice += 1
        for nic in self._nics:
            self._close_windows(nic, self._next_slice * SLICE_S)

    def _records(self, flow: Flow) -> int:
        return self._window(flow.nic, flow.end) - self._window(flow.nic, flow.begin) + 1

    def _window(self, nic: Nic, at: float) -> int:
        return int((at - self._shift.get(nic, 0.0)) // INTERVAL_S)

    def _pieces(self, flow: Flow) -> Iterator[_Piece]:
        """The flow by windows; packets and bytes are shared out by time and add up to the flow's."""
        first, last = self._window(flow.nic, flow.begin), self._window(flow.nic, flow.end)
        shift, length = self._shift.get(flow.nic, 0.0), flow.end - flow.begin
        sent = 0
        for window in range(first, last + 1):
            window_end = shift + (window + 1) * INTERVAL_S
            share = 1.0 if window == last else (window_end - flow.begin) / length
            total = round(flow.packets * share)
            begin, end = max(flow.begin, window_end - INTERVAL_S), min(flow.end, window_end)
            if total > sent:
                size = round(total * flow.packet_bytes) - round(sent * flow.packet_bytes)
                is_first, is_last = sent == 0, total == flow.packets
                yield _Piece(window, window_end, Cut(begin, end, total - sent, size, is_first, is_last))
            sent = total

    def _report_flow(self, flow: Flow, piece: _Piece) -> None:
        begin, end = self._clock.real(piece.cut.begin), self._clock.real(piece.cut.end)
        line = self._writing.flow(flow, piece.cut._replace(begin=begin, end=end))
        self._report(flow.nic, line, piece.cut.begin, piece.window_end)

    def _close_windows(self, nic: Nic, until: float) -> None:
        """Says of each window that is over whether there was no traffic, or whether records were lost."""
        shift = self._shift[nic]
        while (window_end := shift + (self._next_window[nic] + 1) * INTERVAL_S) <= until:
            key = (nic, self._next_window[nic])
            if key not in self._busy:
                self._report_nothing(nic, "NODATA", window_end)
            elif self._rng.random() < SKIPPED_SHARE:
                self._report_nothing(nic, "SKIPDATA", window_end)
            self._busy.discard(key)
            self._next_window[nic] += 1

    def _report_nothing(self, nic: Nic, status: str, window_end: float) -> None:
        begin = window_end - INTERVAL_S
        line = self._writing.nothing(nic, status, self._clock.real(begin), self._clock.real(window_end))
        self._report(nic, line, begin, window_end)

    def _report(self, nic: Nic, line: str, begin: float, window_end: float) -> None:
        """Delivers a line of a window, in which it begins at this demo second."""
        if begin < self._begin:
            return
        arrival = self._clock.real(window_end + self._delay())
        self._count += 1
        entry = Entry(nic.stream, int(self._clock.real(begin)) * 1000, int(arrival * 1000), line)
        heapq.heappush(self._pending, (arrival, self._count, entry))

    def _delay(self) -> float:
        if self._rng.random() < LATE_SHARE:
            return self._rng.uniform(PROMPT_S[1], LATEST_S)
        return self._rng.uniform(*PROMPT_S)
