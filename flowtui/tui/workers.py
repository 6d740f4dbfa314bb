"""Finite jobs on threads of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import App


def on_thread(app: App[Any], job: Callable[[], object], group: str, *, exclusive: bool = False) -> None:
    """Starts a job; where it is exclusive, the answers of the group's jobs before it are no longer wanted."""
    # Without a description Textual prints the job with all that it was given: seconds of the event loop for
    # the state of thousands of interfaces.
    app.run_worker(job, thread=True, group=group, description=group, exclusive=exclusive)
