"""A lane grows by small frames and stays a few blocks, whichever way it grows."""

from __future__ import annotations

import pytest

from flowtui.store.lane import Lane
from tests.unit.store.frames import T0, make, record


@pytest.mark.parametrize("is_downward", [False, True], ids=["live", "back-fill"])
def test_small_frames_are_merged_into_few_blocks(is_downward: bool) -> None:
    lane = Lane(4096, is_downward=is_downward)
    one = make([record(at=T0), record(at=T0 + 1)]).frame
    for _ in range(1000):
        lane.add(one)
    blocks = list(lane)
    assert len(blocks) <= 11
    assert sum(len(block) for block in blocks) == 2000
    assert not any(block.is_sealed for block in blocks)


@pytest.mark.parametrize("is_downward", [False, True], ids=["live", "back-fill"])
def test_blocks_are_sealed_at_exactly_their_size(is_downward: bool) -> None:
    lane = Lane(100, is_downward=is_downward)
    frame = make([record(at=T0 + at) for at in range(70)]).frame
    for _ in range(5):
        lane.add(frame)
    sizes = [(len(block), block.is_sealed) for block in lane]
    open_first = [(50, False), (100, True), (100, True), (100, True)]
    assert sizes == (open_first if is_downward else open_first[::-1])


@pytest.mark.parametrize("is_downward", [False, True], ids=["live", "back-fill"])
def test_ids_are_consecutive_and_grow_away_from_zero(is_downward: bool) -> None:
    lane = Lane(10, is_downward=is_downward)
    for count in (3, 9, 25, 1):
        lane.add(make([record(at=T0 + at) for at in range(count)]).frame)
    ids = [id for block in lane for id in range(block.first_id, block.end_id)]
    assert ids == (list(range(-38, 0)) if is_downward else list(range(38)))


def test_the_lowest_block_goes_first() -> None:
    live, past = Lane(10), Lane(10, is_downward=True)
    for lane in (live, past):
        lane.add(make([record(at=T0 + at) for at in range(25)]).frame)
    dropped = (live.drop_lowest(), past.drop_lowest())
    assert [None if block is None else len(block) for block in dropped] == [10, 5]
    assert (next(iter(live)).first_id, next(iter(past)).first_id) == (10, -20)
    assert Lane(10).drop_lowest() is None
