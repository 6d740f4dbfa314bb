"""Memory of a million records: the store beside a list of tuples, each in a fresh process.

Resident memory beyond the same process before the first record; event ids are apart.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.flows import as_tuple, pages
from flowtui.records.resolve import FormatBook, read
from flowtui.store.store import Store

COUNT = 1_000_000
LIMIT_MB = 90
GROUP = "/vpc/flow-logs"


def resident_mb() -> float:
    """Read the resident memory of this process in MB (10⁶ bytes)."""
    resident_pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return resident_pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def store() -> object:
    held = Store(COUNT)
    for events in pages(COUNT):
        held.append(read(GROUP, events, FormatBook()))
    assert len(held.snapshot()) == COUNT
    return held


def tuples() -> object:
    held: list[tuple[object, ...]] = []
    for events in pages(COUNT):
        times = zip(events.streams, events.timestamps, events.ingestions, events.messages, strict=True)
        for stream, timestamp, ingestion, line in times:
            held.append((*as_tuple(line), stream, timestamp, ingestion))
    assert len(held) == COUNT
    return held


SUBJECTS: dict[str, Callable[[], object]] = {"store": store, "tuples": tuples}


def grown_by(fill: Callable[[], object]) -> float:
    """Fill in this process; by how many MB it has grown."""
    read(GROUP, next(pages(10)), FormatBook())
    gc.collect()
    before = resident_mb()
    held = fill()
    gc.collect()
    after = resident_mb()
    del held
    return after - before


def measured(name: str) -> float:
    """Measure what the subject takes, in MB, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.memory", name]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main(names: list[str]) -> int:
    if names:
        print(grown_by(SUBJECTS[names[0]]))
        return 0
    ours, theirs = measured("store"), measured("tuples")
    print(
        f"{COUNT:,} records held: {ours:.0f} MB; a list of tuples: {theirs:.0f} MB; ratio {theirs / ours:.1f}"
    )
    print(f"limit: {LIMIT_MB} MB")
    return int(ours > LIMIT_MB)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
