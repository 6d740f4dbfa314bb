"""Who waits for whom while time is judged."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.neighbours import JUDGE, Neighbours


@dataclass(frozen=True)
class Item:
    path: Path


JUDGING, OTHER = Item(Path("e2e", JUDGE)), Item(Path("unit", "test_other.py"))
ALL = (JUDGING, OTHER)


def begun(worker: Neighbours, test: Item) -> threading.Event:
    """Set once the worker may run the test."""
    has_begun = threading.Event()

    def begin() -> None:
        worker.before(test)
        has_begun.set()

    threading.Thread(target=begin, daemon=True).start()
    return has_begun


def test_one_worker_runs_beside_the_judge_and_the_next_when_it_is_over(tmp_path: Path) -> None:
    judge, first, second = (Neighbours(tmp_path, ALL) for _ in range(3))
    assert begun(judge, JUDGING).wait(10)
    assert begun(first, OTHER).wait(10)
    waiting = begun(second, OTHER)
    judge.after(JUDGING, JUDGING)
    assert not waiting.wait(0.5)
    judge.after(JUDGING, OTHER)
    assert waiting.wait(10)


@pytest.mark.parametrize("following", [OTHER, None], ids=["another file", "nothing"])
def test_the_judge_is_over_with_its_last_test(tmp_path: Path, following: Item | None) -> None:
    judge, first, second = (Neighbours(tmp_path, ALL) for _ in range(3))
    judge.after(JUDGING, following)
    assert begun(first, OTHER).wait(10)
    assert begun(second, OTHER).wait(10)


def test_a_judge_that_ends_before_its_time_holds_up_nobody(tmp_path: Path) -> None:
    judge, first, second = (Neighbours(tmp_path, ALL) for _ in range(3))
    judge.before(JUDGING)
    first.before(OTHER)
    waiting = begun(second, OTHER)
    first.end()
    assert not waiting.wait(0.5)
    judge.end()
    assert waiting.wait(10)


def test_the_neighbour_goes_on_without_waiting(tmp_path: Path) -> None:
    first = Neighbours(tmp_path, ALL)
    assert all(begun(first, OTHER).wait(10) for _ in range(2))


def test_where_time_is_not_judged_nobody_waits(tmp_path: Path) -> None:
    workers = [Neighbours(tmp_path, (OTHER,)) for _ in range(3)]
    assert all(begun(worker, OTHER).wait(10) for worker in workers)
