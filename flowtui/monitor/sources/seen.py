"""Which events of a log group were already taken: (stream, event id), by the minute of their event time.

An id is for equality only: AWS promises neither its form nor its order.
"""

from __future__ import annotations

from flowtui.records.events import LogEvents

_MINUTE_MS = 60_000


class SeenIds:
    """The ids of one log group. About 150 bytes an id. Not thread-safe."""

    def __init__(self) -> None:
        self._minutes: dict[int, dict[str, set[str]]] = {}

    def __len__(self) -> int:
        return sum(len(ids) for streams in self._minutes.values() for ids in streams.values())

    def take(self, events: LogEvents) -> LogEvents:
        """Those of the events that were never taken before, in their order; takes them."""
        fresh: list[int] = []
        minutes = self._minutes
        for row, (timestamp, stream, event_id) in enumerate(
            zip(events.timestamps, events.streams, events.ids, strict=True)
        ):
            ids = minutes.setdefault(timestamp // _MINUTE_MS, {}).setdefault(stream, set())
            before = len(ids)
            ids.add(event_id)
            if len(ids) != before:
                fresh.append(row)
        return events if len(fresh) == len(events) else events.take(fresh)

    def forget(self, before_ms: int, *, but: tuple[int, int] | None = None) -> None:
        """Forgets the ids of whole minutes before this time, except those between the two times of `but`."""
        kept = (1, 0) if but is None else (but[0] // _MINUTE_MS, but[1] // _MINUTE_MS)
        gone = [
            minute
            for minute in self._minutes
            if minute < before_ms // _MINUTE_MS and not kept[0] <= minute <= kept[1]
        ]
        for minute in gone:
            del self._minutes[minute]
