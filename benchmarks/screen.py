"""How soon the screen answers a key, beside textual-fastdatatable, each in a real terminal (a pty).

From key to first changed byte with a million records held and 10,000 a second coming in; from page-down to
the end of the repaint. Prints also what following costs in bytes and resting in CPU, without a limit.
"""

from __future__ import annotations

import random
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from benchmarks.terminal import Terminal

HELD, RATE = 1_000_000, 10_000
PAGE, PIECE = 10_000, 1_000
"""10,000 a second come in as one page of FilterLogEvents, or as the pages of ten log groups."""
KEYS, PEER_KEYS, PAGES = 200, 40, 20
KEY_MEDIAN_MS, KEY_P99_MS, PAGE_RATIO = 20.0, 100.0, 4.0
SIZE, WIDE = (140, 40), (200, 50)
FOLLOWED = (10, 100, 1000)
FOLLOWING_S, RESTING_S = 3.0, 20.0
SETTLED_S = 1.0
FED_SHARE = 0.8
"""The share of the records due that must have come in for a measurement to count."""
QUIET_S = 0.15
"""A repaint is over when nothing has followed for so long."""
START_S = 60.0

UP, DOWN, PAGE_DOWN = "\x1b[A", "\x1b[B", "\x1b[6~"
OURS, PEER = "flowtui", "peer"
TO_TOP = {OURS: "g", PEER: "\x1b[1;5A"}
NAMES = {OURS: "flowtui", PEER: "textual-fastdatatable"}


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds."""

    sorted_ms: list[float]

    @property
    def median_ms(self) -> float:
        """Half of them are shorter."""
        return median(self.sorted_ms)

    @property
    def p99_ms(self) -> float:
        """99 of a hundred are not longer."""
        return self.sorted_ms[-(-len(self.sorted_ms) * 99 // 100) - 1]

    def __str__(self) -> str:
        return f"median {self.median_ms:5.1f} ms, p99 {self.p99_ms:5.1f}, longest {self.sorted_ms[-1]:5.1f}"


def main() -> int:
    is_good = [*keys(), pages()]
    following()
    resting()
    return int(not all(is_good))


@contextmanager
def running(name: str, held: int, rate: int, size: int, shape: tuple[int, int] = SIZE) -> Iterator[Terminal]:
    """The program in a terminal, its first screen drawn."""
    command = [sys.executable, "-m", "benchmarks.screens", name, str(held), str(rate), str(size)]
    with Terminal(command, *shape) as terminal:
        terminal.wait_for_cursor(within_s=START_S)
        terminal.read_for(SETTLED_S)
        yield terminal


def keys() -> list[bool]:
    """Print how soon the cursor moves while records come in; whether ours is within the limits."""
    print(f"key to first changed byte, {HELD:,} held, {RATE:,}/s coming in")
    is_good = []
    for size, how in ((PAGE, "a page a second"), (PIECE, "ten pages a second")):
        for name in (OURS, PEER):
            with running(name, HELD, RATE, size) as terminal:
                began_at = time.monotonic()
                times = moved(terminal, KEYS if name == OURS else PEER_KEYS)
                came_in = new_below(terminal) / (time.monotonic() - began_at)
            print(f"  {NAMES[name]:22} {how:19} {times}", flush=True)
            if name == OURS:
                is_good.append(times.median_ms <= KEY_MEDIAN_MS and times.p99_ms <= KEY_P99_MS)
                assert came_in >= FED_SHARE * RATE, f"only {came_in:,.0f} records/s came in"
    said = "met" if all(is_good) else "MISSED"
    print(f"  limits: median {KEY_MEDIAN_MS:.0f} ms, p99 {KEY_P99_MS:.0f} ms: {said}", flush=True)
    return is_good


def moved(terminal: Terminal, count: int) -> Times:
    """Move the cursor down and up within its page at random moments, nothing else being drawn there."""
    chance = random.Random(1)
    for key in (DOWN, DOWN, DOWN, UP, UP):
        terminal.send(key)
        terminal.read_for(0.2)
    settle(terminal)
    taken = []
    for number in range(count):
        terminal.read_for(chance.uniform(0.01, 0.08))
        key, step = (UP, -1) if number % 2 else (DOWN, 1)
        before = terminal.cursor_row or 0
        sent_at = terminal.send(key)
        taken.append((terminal.wait_for_cursor(before + step) - sent_at) * 1000)
    return Times(sorted(taken))


def settle(terminal: Terminal) -> None:
    """Wait until keys sent before have been answered: the peer falls behind when the machine is busy."""
    row = None
    while row != terminal.cursor_row:
        row = terminal.cursor_row
        terminal.read_for(SETTLED_S)


def new_below(terminal: Terminal) -> int:
    """How many records have come in since the cursor was first moved, as flowtui says."""
    found = re.findall(rb"([\d,]+) new below", terminal.recent)
    return int(found[-1].replace(b",", b"")) if found else 0


def pages() -> bool:
    """Print how long a page-down takes, the table alone on the screen; whether ours is short enough."""
    print(f"page-down to the end of the repaint, {HELD:,} held, {PAGES} pages")
    taken = {}
    for name in (OURS, PEER):
        with running(name, HELD, 0, PAGE) as terminal:
            taken[name] = paged(terminal, TO_TOP[name] + ("z" if name == OURS else ""))
        print(f"  {NAMES[name]:22} {taken[name]}", flush=True)
    ratio = taken[PEER].median_ms / taken[OURS].median_ms
    said = "met" if ratio >= PAGE_RATIO else "MISSED"
    print(f"  ratio {ratio:.1f} x, target {PAGE_RATIO:.0f} x: {said}", flush=True)
    return ratio >= PAGE_RATIO


def paged(terminal: Terminal, first: str) -> Times:
    """Go down page by page from the top."""
    for key in (first, UP, PAGE_DOWN):
        terminal.send(key)
        terminal.read_for(0.5)
    taken = []
    for _ in range(PAGES):
        sent_at = terminal.send(PAGE_DOWN)
        taken.append((terminal.wait_for_quiet(QUIET_S) - sent_at) * 1000)
    return Times(sorted(taken))


def following() -> None:
    """Print what following writes to the terminal."""
    for rate in FOLLOWED:
        with running(OURS, PAGE, rate, max(1, rate // 10), WIDE) as terminal:
            before = terminal.received
            terminal.read_for(FOLLOWING_S)
            written = (terminal.received - before) / FOLLOWING_S
        print(f"following {rate:,} records/s at {WIDE[0]}x{WIDE[1]}: {written / 1000:.1f} kB/s", flush=True)


def resting() -> None:
    """Print what is written and computed while nothing happens."""
    with running(OURS, PAGE, 0, PAGE, WIDE) as terminal:
        terminal.read_for(SETTLED_S)
        before, cpu_s = terminal.received, terminal.cpu_s()
        terminal.read_for(RESTING_S)
        share = (terminal.cpu_s() - cpu_s) / RESTING_S
        written = (terminal.received - before) / RESTING_S
    print(f"resting for {RESTING_S:.0f} s: {written:.0f} bytes/s, {share:.1%} of a CPU")


if __name__ == "__main__":
    sys.exit(main())
