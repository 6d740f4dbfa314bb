"""No test reads the config file of whoever runs it; and how many run at a time, in which order."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.support.neighbours import JUDGE, Neighbours

WORKERS_PER_CORE = 2
"""Tests wait for processes and for the clock as much as they compute."""
MOST_WORKERS = 8
"""Each imports and collects all that there is: five seconds of a core, and half a gigabyte at the end."""
FIRST = (
    f"e2e/{JUDGE}",
    "e2e/test_monitor_pty",
    "e2e",
    "unit/monitor/test_monitor_tail",
    "unit/monitor/test_monitor_exactly_once",
    "snapshots",
    "contract",
    "tui",
    "unit",
)
"""What takes long begins first, so that nothing long is left over at the end."""

_NEIGHBOURS = pytest.StashKey[Neighbours]()


@pytest.fixture(scope="session", autouse=True)
def no_config_file() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FLOWTUI_CONFIG", "")
        yield


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """What `-n auto` means: files and tests that are named are run at once, without workers."""
    if all(Path(argument.partition("::")[0]).is_file() for argument in config.args):
        return 0
    return min(MOST_WORKERS, WORKERS_PER_CORE * (os.cpu_count() or 1))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    path = item.path.relative_to(Path(__file__).parent).as_posix()
    return next((place for place, first in enumerate(FIRST) if path.startswith(first)), len(FIRST))


def pytest_collection_finish(session: pytest.Session) -> None:
    # What was imported stays: each look at it for garbage would take a second and a half.
    gc.collect()
    gc.freeze()
    if hasattr(session.config, "workerinput"):
        folder = Path(session.config.getoption("basetemp")).parent
        session.stash[_NEIGHBOURS] = Neighbours(folder, session.items)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, object, object]:
    neighbours = item.session.stash.get(_NEIGHBOURS, None)
    if neighbours is not None:
        neighbours.before(item)
    outcome = yield
    if neighbours is not None:
        neighbours.after(item, nextitem)
    return outcome


def pytest_sessionfinish(session: pytest.Session) -> None:
    # pytest is about to look five times; after so long a worker is thought to hang.
    gc.collect()
    gc.freeze()
    neighbours = session.stash.get(_NEIGHBOURS, None)
    if neighbours is not None:
        neighbours.end()
