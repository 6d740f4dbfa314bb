"""What a reader sees of the store: a value that never changes, whatever the writer does meanwhile.

Knows record ids and columns; nothing of positions, filters or order.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flowtui.records import text
from flowtui.store.block import Block, oldest_start_s


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The records held at one time. Ids are consecutive; back-fill has negative ones."""

    version: int = 0
    """Grows with every change of the store."""
    blocks: tuple[Block, ...] = ()
    """By ascending id."""
    evicted: int = 0
    """Records that were dropped for want of room since the store was made."""
    starts: tuple[int, ...] = ()
    """The first id of each block."""
    evicted_to_s: int | None = None
    """The newest start among the evicted, epoch seconds: what began before it may be missing."""

    def __len__(self) -> int:
        return self.end_id - self.first_id

    @property
    def first_id(self) -> int:
        """The lowest id held; equal to `end_id` when nothing is."""
        return self.starts[0] if self.starts else 0

    @property
    def end_id(self) -> int:
        """One more than the highest id held."""
        return self.blocks[-1].end_id if self.blocks else 0

    @property
    def columns(self) -> frozenset[str]:
        """The columns that at least one block has."""
        return frozenset[str]().union(*(block.columns for block in self.blocks))

    @property
    def oldest_start_s(self) -> int | None:
        """When the oldest record of the lowest block began, epoch seconds; None where nothing is held."""
        return oldest_start_s(self.blocks[0]) if self.blocks else None

    def between(self, first_id: int, end_id: int) -> Iterator[Block]:
        """Give the blocks, or parts of blocks, from one id to before another."""
        for block in self.blocks:
            if block.first_id < end_id and first_id < block.end_id:
                yield block.part(first_id, end_id)

    def rows(self, ids: Sequence[int], names: Sequence[str]) -> list[tuple[object, ...] | None]:
        """Give these records' values of these columns; None in place of a record that is not held.

        Addresses are text, times epoch seconds (`@` times ms), `@interface` the interface whatever the
        format; a value that is not there is None.
        """
        found: list[tuple[object, ...] | None] = [None] * len(ids)
        for block, places in self._places(ids).items():
            rows = [ids[place] - self.blocks[block].first_id for place in places]
            for place, row in zip(places, self.blocks[block].values(rows, names), strict=True):
                found[place] = row
        return found

    def line(self, record_id: int) -> str | None:
        """Give the record as AWS delivered it, byte for byte; None when it is not held."""
        return self.lines((record_id,))[0]

    def lines(self, ids: Sequence[int]) -> list[str | None]:
        """Give the records as AWS delivered them, byte for byte; None in place of one that is not held."""
        found: list[str | None] = [None] * len(ids)
        for block, places in self._places(ids).items():
            frame = self.blocks[block].whole([ids[place] - self.blocks[block].first_id for place in places])
            for place, line in zip(places, text.lines(frame), strict=True):
                found[place] = line
        return found

    def _places(self, ids: Iterable[int]) -> Mapping[int, list[int]]:
        """For each block concerned, the places of its records among the ids."""
        low, high = self.first_id, self.end_id
        places: defaultdict[int, list[int]] = defaultdict(list)
        for place, record_id in enumerate(ids):
            if low <= record_id < high:
                places[bisect_right(self.starts, record_id) - 1].append(place)
        return places
