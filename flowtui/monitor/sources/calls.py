"""How the tail's calls are made: on its own thread or on a few beside it. Knows nothing of readings."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, Protocol, TypeVar

from flowtui.monitor.outside import Fault, FaultError, FaultKind, Logs, Page, PageRequest

T = TypeVar("T")


class Calls(Protocol[T]):
    """Makes calls; what is handed in with one comes back with its outcome."""

    @property
    def is_full(self) -> bool:
        """Whether no more calls can be begun now."""

    def begin(self, token: T, request: PageRequest) -> None:
        """Begins a call."""

    def done(self) -> tuple[T, Page | Fault] | None:
        """A call that has ended, the first to end first; None where there is none."""


class InlineCalls(Generic[T]):
    """One call at a time, on the caller's thread."""

    def __init__(self, logs: Logs) -> None:
        self._logs = logs
        self._done: deque[tuple[T, Page | Fault]] = deque()

    @property
    def is_full(self) -> bool:
        """Never: a call is over when it has begun."""
        return False

    def begin(self, token: T, request: PageRequest) -> None:
        """Makes the call."""
        self._done.append((token, outcome(self._logs, request)))

    def done(self) -> tuple[T, Page | Fault] | None:
        """The call that was made."""
        return self._done.popleft() if self._done else None


class PooledCalls(Generic[T]):
    """Several calls at a time, each on a thread of its own, made only when all others are busy.

    Daemons: a call that hangs must keep nobody from ending.
    """

    def __init__(self, logs: Logs, most: int, ended: Callable[[], None]) -> None:
        """`ended` is called, on any thread, when a call has ended."""
        self._logs = logs
        self._most = most
        self._ended = ended
        self._waiting: SimpleQueue[tuple[T, PageRequest]] = SimpleQueue()
        self._done: deque[tuple[T, Page | Fault]] = deque()
        self._threads = 0
        self._under_way = 0

    @property
    def is_full(self) -> bool:
        """Whether all threads are busy and no more may be made."""
        return self._under_way >= self._most

    def begin(self, token: T, request: PageRequest) -> None:
        """Has the call made."""
        if self._under_way >= self._threads:
            self._threads += 1
            threading.Thread(target=self._work, name=f"flowtui-call-{self._threads}", daemon=True).start()
        self._under_way += 1
        self._waiting.put((token, request))

    def done(self) -> tuple[T, Page | Fault] | None:
        """A call that has ended."""
        if not self._done:
            return None
        self._under_way -= 1
        return self._done.popleft()

    def _work(self) -> None:
        while True:
            token, request = self._waiting.get()
            self._done.append((token, outcome(self._logs, request)))
            self._ended()


def outcome(logs: Logs, request: PageRequest) -> Page | Fault:
    """The page, or why there is none."""
    try:
        return logs.page(request)
    except FaultError as error:
        return error.fault
    except Exception as error:
        # Fulfilling the protocol means to raise nothing else; a slip there must not end the tail.
        return unforeseen(error)


def unforeseen(error: Exception) -> Fault:
    """The fault of an exception that nobody should have raised; its text is not for the screen."""
    sentence = f"Something unforeseen went wrong ({type(error).__name__})."
    return Fault(FaultKind.OTHER, "", sentence, "It is tried again.", type(error).__name__)
