"""A million lines to typed columns, with broken lines found exactly, in CPU time of all threads.

Peers: flowlogs-reader's FlowRecord, and a loop that splits and takes ints, each kept in a list. They get
only good lines, since broken ones end them.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

from flowlogs_reader import FlowRecord

from benchmarks.flows import pages
from flowtui.records import text
from flowtui.records.format import DEFAULT_FORMAT
from flowtui.records.parse import parse

LINES = 1_000_000
ROUNDS = 3
READER_TARGET, LOOP_TARGET = 12.0, 2.0
BROKEN_EVERY = 1_000
SMALL = (10, 10_000)


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds."""

    cpu: float
    wall: float


def main() -> int:
    good = [line for page in pages(LINES) for line in page.messages]
    mixed, broken = with_broken(good)
    assert [one.row for one in parse(mixed, DEFAULT_FORMAT).malformed] == broken
    assert text.lines(parse(good[: SMALL[1]], DEFAULT_FORMAT).frame) == good[: SMALL[1]]
    ours = fastest(lambda: parse(mixed, DEFAULT_FORMAT))
    loop = fastest(lambda: [split_and_int(line) for line in good], rounds=1)
    events = [{"message": line} for line in good]
    reader = fastest(lambda: [FlowRecord.from_cwl_event(event) for event in events], rounds=1)
    print(f"parse of {LINES:,} lines, {len(broken):,} of them broken and found; {cost(ours)}")
    is_met = [
        verdict("split and int", loop, ours, LOOP_TARGET),
        verdict("flowlogs-reader", reader, ours, READER_TARGET),
    ]
    for count in SMALL:
        taken = fastest(lambda few=good[:count]: parse(few, DEFAULT_FORMAT), rounds=20)  # type: ignore[misc]
        print(f"  {count:,} lines alone: {taken.cpu * 1e3:.1f} ms CPU, {taken.wall * 1e3:.1f} ms")
    return 0 if all(is_met) else 1


def with_broken(lines: list[str]) -> tuple[list[str], list[int]]:
    """Lines of which every BROKEN_EVERYth is broken, in turn by its count and by a value; and which ones."""
    mixed, rows = list(lines), list(range(0, len(lines), BROKEN_EVERY))
    for number, row in enumerate(rows):
        mixed[row] = (
            lines[row].rsplit(" ", 1)[0]
            if number % 2
            else lines[row].replace(" 6 ", " six ").replace(" 17 ", " x ")
        )
    return mixed, rows


def split_and_int(line: str) -> tuple[object, ...]:
    """What one writes who is in a hurry: `-` is None, integers are taken, nothing else is looked at."""
    part: list[str | None] = [None if token == "-" else token for token in line.split()]
    numbers = [None if token is None else int(token) for token in (part[0], *part[5:12])]
    return (numbers[0], *part[1:5], *numbers[1:], *part[12:])


def fastest(action: Callable[[], object], rounds: int = ROUNDS) -> Taken:
    """Take the least of some rounds."""
    taken = []
    for _ in range(rounds):
        cpu, wall = time.process_time(), time.perf_counter()
        made = action()
        taken.append(Taken(time.process_time() - cpu, time.perf_counter() - wall))
        del made
    return min(taken, key=lambda one: one.cpu)


def verdict(name: str, peer: Taken, ours: Taken, target: float) -> bool:
    """Print how many times we are as fast, and give back whether that is enough."""
    ratio = peer.cpu / ours.cpu
    said = "met" if ratio >= target else "MISSED"
    print(f"  {name}: {cost(peer)}; ratio {ratio:.1f} x CPU, {peer.wall / ours.wall:.1f} x time")
    print(f"    target {target:.0f} x CPU: {said}")
    return ratio >= target


def cost(taken: Taken) -> str:
    return f"{taken.cpu:.2f} s CPU, {taken.wall:.2f} s"


if __name__ == "__main__":
    warnings.filterwarnings("ignore", category=DeprecationWarning, module="flowlogs_reader")
    sys.exit(main())
