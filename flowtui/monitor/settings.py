"""What the user asked for, as one value: account, scope, range, and how hard to ask AWS.

Knows neither how options are spelt nor how a connection is made.
"""

from __future__ import annotations

from dataclasses import dataclass

from flowtui.filters.tree import Tree
from flowtui.records.format import LogFormat

DEFAULT_LOOKBACK_S = 1800.0
"""A record of a default flow log is up to 16 minutes old when it arrives; twice that, nearly."""

DEFAULT_SWEEP_S = 21_600.0
"""Six hours: what comes later than the look-back is rare, and found late is better than never."""

DEFAULT_BUFFER = 1_000_000
"""Records kept in memory; about 80 MB with the default format."""

DEFAULT_MAX_CALLS = 1.0
"""Log calls a second: a fifth of the smallest quota of FilterLogEvents, which everybody shares."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time as it was asked for: absolute, or so many seconds back."""

    seconds: float
    """Epoch seconds, or seconds back from now."""
    is_back: bool = False

    @classmethod
    def back(cls, seconds: float) -> Moment:
        """So many seconds before now."""
        return cls(seconds, is_back=True)

    def at(self, now: float) -> float:
        """The epoch seconds meant, when now is `now`."""
        return now - self.seconds if self.is_back else self.seconds


DEFAULT_SINCE = Moment.back(1800.0)
"""Half an hour: enough to see when something began, and one or two pages on most networks."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings in force for one session."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    vpc_ids: tuple[str, ...] = ()
    """Empty: all VPCs of the account and region."""
    log_groups: tuple[str, ...] = ()
    """Names or ARNs; empty: those of the flow logs in scope."""
    since: Moment = DEFAULT_SINCE
    until: Moment | None = None
    formats: tuple[LogFormat, ...] = ()
    """Further candidate formats, where a flow log cannot be seen."""
    lookback_s: float = DEFAULT_LOOKBACK_S
    sweep_s: float = DEFAULT_SWEEP_S
    """How far back is swept, now and then, for what came later than the look-back; 0: nothing is."""
    buffer: int = DEFAULT_BUFFER
    max_calls: float = DEFAULT_MAX_CALLS
    filter: Tree | None = None
    """What to show."""
    capture: Tree | None = None
    """What to fetch and to keep: decided by AWS as far as AWS can."""
    utc: bool = False
    insecure: bool = False
    read_only: bool = False
    """Whether nothing may be changed in the account."""
    is_demo: bool = False
