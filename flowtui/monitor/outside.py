"""How the core meets the world: the protocols, pages and faults by which it is served, and the clock.

`flowtui.aws` fulfils these protocols; tests fulfil them with scripts. Nothing here knows boto3 or a screen.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from flowtui.records.events import LogEvents
from flowtui.topology.model import Topology
from flowtui.topology.rules import Rules


class FaultKind(Enum):
    """What sort of thing went wrong outside; the core decides by it, the screen colours by it."""

    NO_CREDENTIALS = "no credentials"
    EXPIRED = "sign-in expired"
    NO_REGION = "no region"
    UNKNOWN_PROFILE = "unknown profile"
    DENIED = "denied"
    NOT_FOUND = "not found"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    NETWORK = "network"
    INVALID = "invalid request"
    UNREADABLE = "unreadable answer"
    UNSUPPORTED = "not supported"
    OTHER = "failed"

    @property
    def is_lasting(self) -> bool:
        """Whether waiting alone will not cure it."""
        return self not in (
            FaultKind.THROTTLED,
            FaultKind.UNAVAILABLE,
            FaultKind.NETWORK,
            FaultKind.UNREADABLE,
        )


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong outside, ready to be shown: one sentence and what to do about it."""

    kind: FaultKind
    action: str
    """The IAM action concerned, `logs:FilterLogEvents`; empty where none is."""
    sentence: str
    """What happened, in one line, with a full stop; no control characters, no credentials."""
    cure: str = ""
    """What to do, in one line, with a full stop."""
    code: str = ""
    """AWS's error code or the exception's name, for the diagnostics."""


class FaultError(Exception):
    """Raised by everything that fulfils these protocols, and nothing else is."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"{fault.sentence} {fault.cure}".strip())
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking, and where."""

    account: str
    arn: str
    region: str
    profile: str | None
    skew_s: float | None = None
    """How far this machine's clock was ahead of AWS's when it answered, seconds; None: it was not told."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """One FilterLogEvents call."""

    group: str
    """The log group's name, or its ARN without a trailing `:*`."""
    start_ms: int
    end_ms: int | None = None
    token: str | None = None
    pattern: str | None = None
    """A CloudWatch filter pattern, opaque to the core."""
    newest_first: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page of FilterLogEvents; the pass is complete only where `next_token` is None."""

    events: LogEvents
    next_token: str | None
    size_bytes: int
    date_s: float | None = None
    """AWS's clock when it answered, epoch seconds (the reply's HTTP Date); None where it was not told."""


class Logs(Protocol):
    """CloudWatch Logs, one page at a time. Thread-safe. Never retries by itself."""

    def page(self, request: PageRequest) -> Page:
        """One page. Raises FaultError."""


class Connection(Protocol):
    """An account and region, reached with one set of credentials. Thread-safe."""

    def identity(self) -> Identity:
        """Who we are. Raises FaultError."""

    def topology(self, vpc_ids: tuple[str, ...]) -> Topology:
        """Reads the topology of these VPCs, or of all; parts that cannot be read are in `missing`.

        Raises FaultError only where nothing can be read at all (credentials, network).
        """

    def rules(self, topology: Topology) -> Rules:
        """Reads what may pass in a topology; parts that cannot be read are unknown, and in its `missing`.

        Apart from `topology`, which need not wait for it.
        """

    def logs(self) -> Logs:
        """The account's log groups."""


@dataclass(frozen=True, slots=True)
class LogGroup:
    """What a log group is, apart from what is in it."""

    name: str
    log_class: str
    """`STANDARD`, `INFREQUENT_ACCESS` or `DELIVERY`; AWS names none for groups older than classes."""
    retention_days: int | None
    """None: for ever."""
    stored_bytes: int
    """Compressed; a few hours old."""


class AccountConnection(Connection, Protocol):
    """A connection that also tells of the account what reading records does not need."""

    def credentials_source(self) -> str:
        """How the credentials came: `environment variables`, `SSO`; empty where it is not known."""

    def answered(self) -> frozenset[str]:
        """The IAM actions that AWS has answered so far, so that they are allowed."""

    def log_groups(self, groups: tuple[str, ...] = ()) -> tuple[LogGroup, ...]:
        """These log groups (names or ARNs), or all; what does not exist is left out. Raises FaultError."""


class QueryState(Enum):
    """How a query of Logs Insights stands; the value is what AWS calls it."""

    SCHEDULED = "Scheduled"
    RUNNING = "Running"
    COMPLETE = "Complete"
    FAILED = "Failed"
    CANCELLED = "Cancelled"
    TIMEOUT = "Timeout"
    UNKNOWN = "Unknown"

    @property
    def is_under_way(self) -> bool:
        """Whether there is more to come."""
        return self in (QueryState.SCHEDULED, QueryState.RUNNING, QueryState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class QueryRequest:
    """One StartQuery call."""

    groups: tuple[str, ...]
    """Names, or ARNs without a trailing `:*`; 50 at most."""
    begin_s: int
    end_s: int
    """Epoch seconds of event time, both included."""
    text: str
    """In the language of Logs Insights; opaque to whoever starts it."""


@dataclass(frozen=True, slots=True)
class QueryPage:
    """One page of GetQueryResults; only where the state is COMPLETE are the rows all that there are."""

    state: QueryState
    rows: tuple[Mapping[str, str], ...] = ()
    """By field; one that a row has no value of is not in it."""
    next_token: str | None = None
    matched: int = 0
    """Log events that matched so far."""
    scanned: int = 0
    """Log events looked at so far."""
    scanned_bytes: int = 0
    """What AWS charges for."""


class Insights(Protocol):
    """CloudWatch Logs Insights. Thread-safe. Never retries by itself."""

    def start(self, request: QueryRequest) -> str:
        """Starts a query; its id. It runs, and is charged for, until its end or `stop`. Raises FaultError."""

    def results(self, query_id: str, token: str | None = None, limit: int | None = None) -> QueryPage:
        """A page of at most so many rows, of 10,000 where nothing is said. Raises FaultError."""

    def stop(self, query_id: str) -> None:
        """Stops a query; one that has ended is left alone. Raises FaultError."""

    def field_names(self, group: str) -> frozenset[str]:
        """The fields that AWS discovered in what a group got lately. Raises FaultError."""


class HistoryConnection(AccountConnection, Protocol):
    """A connection that can also ask for what is past."""

    def insights(self) -> Insights:
        """Logs Insights over the account's log groups."""


class Clock(Protocol):
    """Time, handed in."""

    def now(self) -> float:
        """Epoch seconds."""

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        """Waits until the event is set or the time is over; whether it was set."""
