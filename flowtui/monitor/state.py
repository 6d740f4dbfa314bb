"""The state of a session, as immutable values that the screen may keep and read at leisure.

Imports nothing heavy: the screen knows these types before its first paint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from flowtui.monitor.figures import Figures
from flowtui.monitor.outside import Fault, Identity

if TYPE_CHECKING:
    from flowtui.filters.cloudwatch import Pushdown
    from flowtui.monitor.overlaps import Overlap
    from flowtui.records.batch import Unparsed
    from flowtui.records.format import LogFormat
    from flowtui.store.series import Series
    from flowtui.store.snapshot import Snapshot
    from flowtui.topology.history import History
    from flowtui.topology.lookup import TopologyIndex


class StatusKind(Enum):
    """What the session is doing, in one word; the screen's state field."""

    CONNECTING = "connecting"
    CATCHING_UP = "catching up"
    LIVE = "live"
    QUIET = "quiet"
    RETRYING = "retrying"
    EXPIRED = "sign-in expired"
    FAILED = "failed"
    NO_FLOW_LOGS = "no flow logs"


@dataclass(frozen=True, slots=True)
class Status:
    """The session's state, with why and when it is tried again."""

    kind: StatusKind
    text: str = ""
    """Why, in few words: `throttled`, `aws sso login --profile dev`; empty where the kind says it all."""
    retry_at: float | None = None
    """Epoch seconds of the next try, None where none is planned."""


@dataclass(frozen=True, slots=True)
class StandingFault:
    """A fault that holds now, and where."""

    place: str
    """`connection`, `topology`, or `log group NAME`."""
    fault: Fault
    since: float
    """Epoch seconds at which it was first met in an unbroken row."""
    retry_at: float | None = None
    """Epoch seconds of the next try."""


@dataclass(frozen=True, slots=True)
class GroupState:
    """How the tail stands with one log group."""

    name: str
    formats: tuple[LogFormat, ...] = ()
    """The formats of the flow logs that write into it, as far as they can be seen."""
    fault: Fault | None = None
    retry_at: float | None = None
    lag_s: float | None = None
    """How far behind real time its newest records are; None before the first complete reading."""
    watermark: float | None = None
    """Epoch seconds up to which its records are complete."""
    last_pass_at: float | None = None
    """Epoch seconds at which the last complete pass over the window began."""
    is_caught_up: bool = False
    """Whether everything since the beginning has been read once, or given up for lack of room."""
    events: int = 0
    """Log events taken from it, each counted once."""


@dataclass(frozen=True, slots=True)
class SessionState:
    """Everything the screen shows, at one time. Cheap to make; holds no locks."""

    version: int
    """Grows with every change of anything in here but the passing of time."""
    identity: Identity | None
    index: TopologyIndex | None
    """None until the topology was read for the first time."""
    history: History
    status: Status
    faults: tuple[StandingFault, ...]
    snapshot: Snapshot
    series: Series
    """Extended to just this snapshot."""
    figures: Figures
    groups: tuple[GroupState, ...]
    unparsed: tuple[Unparsed, ...]
    """The last 1,000 lines that fit no format, oldest first."""
    begin: float
    """Epoch seconds where records begin (`--since`)."""
    topology_version: int = 0
    """Grows when a topology was read that differs from the one before."""
    overlaps: tuple[Overlap, ...] = ()
    """Flow logs that record the same flows, so that totals double."""
    pushdowns: Mapping[str, Pushdown] = field(default_factory=dict)
    """By log group what AWS is asked for and what is decided here; empty where there is no capture filter."""
