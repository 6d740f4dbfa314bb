from __future__ import annotations

import threading
from functools import partial

from flowtui.tui.workers import on_thread
from tests.tui import lab
from tests.tui.conftest import reading


class Large:
    """Something that takes long to print."""

    def __repr__(self) -> str:
        raise AssertionError("a job's arguments are printed on the event loop")


async def test_what_a_job_is_given_is_not_printed() -> None:
    done = threading.Event()

    def job(_: Large) -> None:
        done.set()

    async with reading(lab.PlayedSession()) as reader:
        on_thread(reader.app, partial(job, Large()), "test")
        await reader.until(done.is_set)
