"""Which events of a log group were already taken: (stream, event id), by the minute of their event time.

An id is for equality only: AWS promises neither its form nor its order. It is kept whole, never as a digest:
what was taken for known by mistake would be lost.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from flowtui.records.events import LogEvents

MINUTE_MS = 60_000

Key = int | str
"""One (stream, event id), exactly: a number where the id is all digits, as AWS's are, else text."""

_DIGITS = b"0123456789"


def _forgotten(minute: int, keys: Collection[Key]) -> None:
    """Ids that nobody wants to hear of any more."""


class SeenIds:
    """The ids of one log group. Not thread-safe.

    An id of AWS's (56 digits) takes 87 to 115 bytes: 60 as a number and 27 to 54 in its minute's dict; a set
    would take up to 97, and the id as text 105. So the bound is 115 bytes for each event of the window,
    and the streams' names beside, each once.
    """

    def __init__(self, forgotten: Callable[[int, Collection[Key]], None] = _forgotten) -> None:
        """`forgotten` is given the minute and the ids that are let go."""
        self.forgotten = forgotten
        self._minutes: dict[int, dict[Key, None]] = {}
        self._prefixes: dict[str, str] = {}

    def __len__(self) -> int:
        return sum(map(len, self._minutes.values()))

    def take(self, events: LogEvents) -> LogEvents:
        """Those of the events that were never taken before, in their order; takes them."""
        fresh: list[int] = []
        minute, ids = -1, {}
        for row, (timestamp, key) in enumerate(zip(events.timestamps, self.keys(events), strict=True)):
            if timestamp // MINUTE_MS != minute:
                minute = timestamp // MINUTE_MS
                ids = self._minutes.setdefault(minute, {})
            if key not in ids:
                ids[key] = None
                fresh.append(row)
        return events if len(fresh) == len(events) else events.take(fresh)

    def keys(self, events: LogEvents) -> list[Key]:
        """What stands for each event's stream and id, and for no other."""
        prefixes = self._prefixes
        for stream in set(events.streams) - prefixes.keys():
            # The f ends the stream's number: ids of digits have none. The 1 keeps what begins with naughts.
            prefixes[stream] = f"1{len(prefixes)}f"
        texts = [prefixes[stream] + id_ for stream, id_ in zip(events.streams, events.ids, strict=True)]
        # Read as hexadecimal, since that is seven times as fast as decimal.
        if _are_digits("".join(events.ids)):
            return [int(text, 16) for text in texts]
        return [
            int(text, 16) if _are_digits(id_) else text for text, id_ in zip(texts, events.ids, strict=True)
        ]

    def rate_at(self, time_ms: int, since_ms: int, until_ms: int) -> float:
        """Known ids a second about a time: those of its minute, as far as that lies within these times."""
        minute = time_ms // MINUTE_MS
        begin_ms, end_ms = max(minute * MINUTE_MS, since_ms), min((minute + 1) * MINUTE_MS, until_ms)
        return len(self._minutes.get(minute, ())) / max(1.0, (end_ms - begin_ms) / 1000)

    def forget(self, before_ms: int, *, but: tuple[int, int] | None = None) -> None:
        """Forgets the ids of whole minutes before this time, except those between the two times of `but`."""
        kept = (1, 0) if but is None else (but[0] // MINUTE_MS, but[1] // MINUTE_MS)
        gone = [
            minute
            for minute in self._minutes
            if minute < before_ms // MINUTE_MS and not kept[0] <= minute <= kept[1]
        ]
        for minute in gone:
            self.forgotten(minute, self._minutes.pop(minute))


def _are_digits(text: str) -> bool:
    return text.isascii() and not text.encode().translate(None, _DIGITS)
