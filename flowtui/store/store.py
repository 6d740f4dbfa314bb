"""The store: the newest records within a bound, written by one thread and read by any.

Knows nothing of filters, sources or screens; readers take snapshots and never wait.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from flowtui.records.batch import RecordBatch
from flowtui.store.block import BLOCK_SIZE, Block, newest_start_s, start_or_event_time
from flowtui.store.lane import Lane
from flowtui.store.snapshot import Snapshot

__all__ = ["LATE", "LATENESS", "Snapshot", "Store"]

LATE = "@late"
"""How a record came too late for its place, one of `LATENESS`, else null."""

LATENESS = ("late", "swept")
"""Arrived behind the watermark; found beyond the look-back."""

_BLOCKS_AT_LEAST = 8
"""Blocks into which even a small capacity is divided, so that an eviction takes at most an eighth."""


class Store:
    """Holds at most `capacity` records. One thread appends; `snapshot` may be called from any.

    Live records get the ids 0, 1, 2 …, back-fill −1, −2, … Whole blocks with the lowest ids are evicted
    before an append would exceed the capacity.
    """

    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError("The capacity of the store is at least one record.")
        self._capacity = capacity
        self._block_size = min(BLOCK_SIZE, max(1, capacity // _BLOCKS_AT_LEAST))
        self._live = Lane(self._block_size)
        self._past = Lane(self._block_size, is_downward=True)
        self._count = 0
        self._has_evicted = False
        self._evicted_to_s: int | None = None
        self._snapshot = Snapshot()

    def snapshot(self) -> Snapshot:
        """Give what is held now; cheap, and never changes afterwards."""
        return self._snapshot

    def append(self, arrived: RecordBatch, *, is_late: Sequence[str | None] | None = None) -> None:
        """Append live records, sorted by start among themselves.

        `is_late` says of each row of the batch's frame whether it is one of `LATENESS` or, by None, in time.
        """
        if not len(arrived):
            return
        frame = arrived.frame
        if is_late is not None and any(is_late):
            frame = frame.with_columns(pl.Series(LATE, is_late, dtype=pl.Enum(LATENESS)))
        self._append(frame)

    def append_joined(self, arrived: Sequence[RecordBatch]) -> None:
        """Append records of several log groups, sorted by start among all of them."""
        frames = [batch.frame for batch in arrived if len(batch)]
        if frames:
            self._append(frames[0] if len(frames) == 1 else pl.concat(frames, how="diagonal_relaxed"))

    def append_backfill(self, arrived: RecordBatch) -> bool:
        """Put older records below all others, as far as there is room: the newest of them, sorted by start.

        False when not all had room; those count as evicted. Once live records have pushed anything out,
        nothing older is taken any more.
        """
        if not len(arrived):
            return True
        room = 0 if self._has_evicted else self._capacity - self._count
        frame = _by_start(arrived.frame)
        left_out = max(0, frame.height - room)
        if left_out:
            self._note_evicted(Block(0, frame.head(left_out)))
        frame = frame.slice(left_out)
        self._past.add(frame)
        self._count += frame.height
        self._publish(left_out)
        return not left_out

    def _append(self, frame: pl.DataFrame) -> None:
        frame = _by_start(frame)
        evicted = 0
        for piece in frame.iter_slices(self._block_size):
            evicted += self._make_room(piece.height)
            self._live.add(piece)
            self._count += piece.height
        self._publish(evicted)

    def _make_room(self, count: int) -> int:
        evicted = 0
        while self._count + count > self._capacity:
            dropped = self._past.drop_lowest() or self._live.drop_lowest()
            if dropped is None:
                break
            self._note_evicted(dropped)
            self._count -= len(dropped)
            evicted += len(dropped)
        self._has_evicted = self._has_evicted or evicted > 0
        return evicted

    def _note_evicted(self, block: Block) -> None:
        newest = newest_start_s(block)
        if newest is not None:
            self._evicted_to_s = max(newest, self._evicted_to_s or newest)

    def _publish(self, evicted: int) -> None:
        blocks = (*self._past, *self._live)
        starts = tuple(block.first_id for block in blocks)
        last = self._snapshot
        self._snapshot = Snapshot(
            last.version + 1, blocks, last.evicted + evicted, starts, self._evicted_to_s
        )


def _by_start(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.sort(start_or_event_time(frozenset(frame.columns)), maintain_order=True)
