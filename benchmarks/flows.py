"""Pages of flow-record lines for the benchmarks: the default format, IPv4, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator

from flowtui.records.events import LogEvents

T0 = 1_700_000_000
"""Start of the first record, epoch seconds."""

_PORTS = (22, 53, 80, 123, 443, 443, 443, 3306, 5432, 8080)


def pages(count: int, size: int = 10_000, *, interfaces: int = 50, seed: int = 1) -> Iterator[LogEvents]:
    """Give pages of log events, about `size` records to the ten seconds, one rejected in eight."""
    random_ = random.Random(seed)
    names = [f"eni-{number:017x}" for number in range(1, interfaces + 1)]
    own = [f"172.16.{number // 250}.{number % 250 + 1}" for number in range(interfaces)]
    for first in range(0, count, size):
        rows = range(min(size, count - first))
        chosen = [random_.randrange(interfaces) for _ in rows]
        starts = [T0 + first // 1000 + random_.randrange(60) for _ in rows]
        yield LogEvents(
            [f"{names[each]}-all" for each in chosen],
            [start * 1000 for start in starts],
            [start * 1000 + random_.randrange(90_000, 400_000) for start in starts],
            [f"{first + row:056d}" for row in rows],
            [
                _line(random_, names[each], own[each], start)
                for each, start in zip(chosen, starts, strict=True)
            ],
        )


def _line(random_: random.Random, interface: str, address: str, start: int) -> str:
    peer = ".".join(str(random_.randrange(1, 255)) for _ in range(4))
    ends = (address, peer) if random_.random() < 0.5 else (peer, address)
    port, packets = random_.choice(_PORTS), random_.randrange(1, 5000)
    action = "REJECT" if random_.random() < 0.125 else "ACCEPT"
    return (
        f"2 123456789012 {interface} {ends[0]} {ends[1]} {random_.randrange(1024, 65536)} {port} "
        f"{17 if port in (53, 123) else 6} {packets} {packets * random_.randrange(40, 1500)} "
        f"{start} {start + random_.randrange(60)} {action} OK"
    )


def as_tuple(line: str) -> tuple[str | int, ...]:
    """Give a line as the peers hold it: one tuple, numbers as int."""
    return tuple(int(token) if token.isdigit() else token for token in line.split(" "))
