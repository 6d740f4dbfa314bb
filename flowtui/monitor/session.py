"""One session on one account: connection, topology refresh, tail and store, behind one immutable state.

Owns the threads. Knows no screen, no boto3 and no option syntax.
"""

from __future__ import annotations

from collections.abc import Callable

from flowtui.monitor.notifier import Notice
from flowtui.monitor.outside import Clock, Connection
from flowtui.monitor.settings import Settings
from flowtui.monitor.state import SessionState


class Session:
    """A running monitor. `start` it once, ask for `state` whenever a notice came, `stop` it at the end."""

    def __init__(
        self,
        settings: Settings,
        connect: Callable[[Settings], Connection],
        clock: Clock,
        notify: Callable[[Notice], None],
    ) -> None: ...

    def start(self) -> None:
        """Starts the threads; returns at once. `connect` is called on one of them."""

    def stop(self) -> None:
        """Ends the threads; waits for them a bounded time (under two seconds)."""

    def state(self) -> SessionState:
        """The state now; cheap, for any thread."""

    def refresh_topology(self) -> None:
        """Asks for the topology to be read again now."""
