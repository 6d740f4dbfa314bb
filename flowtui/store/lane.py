"""A lane of blocks that grows away from id 0: upwards for live records, downwards for back-fill.

Small frames are merged with their neighbours as they come, each no more often than its size doubles, so
that an append never waits for a large copy. Knows nothing of capacity or readers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import polars as pl

from flowtui.store.block import Block, sealed


class Lane:
    """Blocks in the order in which they came; all but the last few are sealed at `block_size` records."""

    def __init__(self, block_size: int, *, is_downward: bool = False) -> None:
        self._block_size = block_size
        self._is_downward = is_downward
        self._blocks: deque[Block] = deque()
        self._next = 0

    def __iter__(self) -> Iterator[Block]:
        """Give the blocks by ascending id."""
        return reversed(self._blocks) if self._is_downward else iter(self._blocks)

    def add(self, frame: pl.DataFrame) -> None:
        """Append records, by ascending id: above all others of the lane or, downward, below them."""
        while frame.height:
            room = self._block_size - self._open_height()
            near, frame = self._split(frame, room)
            self._push(near)

    def drop_lowest(self) -> Block | None:
        """Forget the block with the lowest ids, and give it; None where there is no block."""
        if not self._blocks:
            return None
        return self._blocks.pop() if self._is_downward else self._blocks.popleft()

    def _open_height(self) -> int:
        height = 0
        for block in reversed(self._blocks):
            if block.is_sealed:
                break
            height += len(block)
        return height

    def _split(self, frame: pl.DataFrame, room: int) -> tuple[pl.DataFrame, pl.DataFrame]:
        if self._is_downward:
            cut = max(0, frame.height - room)
            return frame.slice(cut), frame.slice(0, cut)
        return frame.slice(0, room), frame.slice(room)

    def _push(self, frame: pl.DataFrame) -> None:
        first_id = self._next - frame.height if self._is_downward else self._next
        self._next = first_id if self._is_downward else first_id + frame.height
        self._blocks.append(Block(first_id, frame))
        is_full = self._open_height() == self._block_size
        while self._is_mergeable(is_full):
            self._merge()
        if is_full:
            last = self._blocks.pop()
            self._blocks.append(sealed(last.first_id, last.frame))

    def _is_mergeable(self, is_full: bool) -> bool:
        if len(self._blocks) < 2 or self._blocks[-2].is_sealed:
            return False
        return is_full or len(self._blocks[-2]) <= 2 * len(self._blocks[-1])

    def _merge(self) -> None:
        last, before = self._blocks.pop(), self._blocks.pop()
        low, high = (last, before) if self._is_downward else (before, last)
        frame = pl.concat([low.frame, high.frame], how="diagonal", rechunk=True)
        self._blocks.append(Block(low.first_id, frame))
