"""What the demo is asked to do: a TOML file and the options, checked.

```toml
seed = 7
rate = 6.0            # records per demo second; speed, history_minutes
[faults]
throttle = 0.1        # a share of the Logs calls; down, expired …: seconds after the start
[pages]
events = 4000         # at most so many in a page of FilterLogEvents
[queries]
seconds = 10          # how long a Logs Insights query takes
[writes]
refused = {CreateRole = 1}  # operations that are not allowed, so many times; lost: those whose answer is
[account]
denied = ["ec2:DescribeNetworkAcls"]  # for good; failed, classes: what is wrong with a log group
[load]
records_per_s = 1000  # a workload besides the lab, whose every event is known to the judge
```

A scenario with a load begins, for its spans and for what arrives, with the first FilterLogEvents call.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flowtui.demo import checks
from flowtui.demo.checks import (
    Ages,
    Counts,
    Entries,
    ScenarioError,
    Span,
    by,
    checked,
    integer,
    number,
    table,
)

SHIPPED = Path(__file__).parent / "scenarios"
"""The scenarios that may be named without a path."""

_SHARE = number(0, 1)
_SECONDS = number(0, 24 * 3600)


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong on purpose: shares of the Logs calls, and spans in seconds after the start."""

    throttle: float = field(default=0.0, metadata=by(_SHARE))
    error_500: float = field(default=0.0, metadata=by(_SHARE))
    unavailable: float = field(default=0.0, metadata=by(_SHARE))
    """ServiceUnavailableException."""
    reset: float = field(default=0.0, metadata=by(_SHARE))
    """The connection is reset before there is an answer."""
    reset_body: float = field(default=0.0, metadata=by(_SHARE))
    """It is reset after half of the body."""
    slow: float = field(default=0.0, metadata=by(_SHARE))
    slow_s: float = field(default=2.0, metadata=by(number(0, 60)))
    """The second half of a slow body comes so much later."""
    limits: tuple[tuple[str, float], ...] = field(default=(), metadata=by(checks.rates))
    """Operations with their calls a second, a second's worth at once; those above are throttled."""
    down: Span | None = field(default=None, metadata=by(checks.span))
    """Every call is reset."""
    expired: Span | None = field(default=None, metadata=by(checks.span))
    """The credentials have expired, and are good again afterwards."""
    skewed: Span | None = field(default=None, metadata=by(checks.span))
    """The signature has expired: the client's clock is wrong."""
    denied: Span | None = field(default=None, metadata=by(checks.span))
    """FilterLogEvents is not allowed."""
    stalled: Span | None = field(default=None, metadata=by(checks.span))
    """A body that begins never ends."""
    every_s: float | None = field(default=None, metadata=by(number(1, 24 * 3600)))
    """The spans come again after so long."""
    latency_ms: float = field(default=0.0, metadata=by(number(0, 60_000)))


@dataclass(frozen=True, slots=True)
class PageHabits:
    """How the pages of FilterLogEvents are; AWS's have all of these habits now and then."""

    events: int = field(default=10_000, metadata=by(integer(1, 10_000)))
    """At most so many events."""
    ragged: bool = field(default=False, metadata=by(checks.flag))
    """Any number from one to that."""
    empty: float = field(default=1 / 12, metadata=by(_SHARE))
    """Share of pages that have a token and nothing else."""
    empty_run: int = field(default=1, metadata=by(integer(1, 100)))
    """At most so many of them in a row."""
    repeat_token: float = field(default=0.0, metadata=by(_SHARE))
    """Share of tokens that are answered once with themselves."""
    invalid_token: float = field(default=0.0, metadata=by(_SHARE))
    """Share of tokens that are not taken when they come back."""
    token_life_s: float = field(default=24 * 3600.0, metadata=by(number(0, 24 * 3600)))
    """A token expires after 24 hours (API reference of FilterLogEvents)."""


@dataclass(frozen=True, slots=True)
class QueryHabits:
    """How Logs Insights queries go."""

    seconds: float = field(default=1.5, metadata=by(number(0, 3600)))
    """How long one takes at least; AWS takes from two seconds to an hour."""
    concurrent: int = field(default=100, metadata=by(integer(1, 100)))
    """So many may be under way (quota of the account)."""
    failed: float = field(default=0.0, metadata=by(_SHARE))
    timed_out: float = field(default=0.0, metadata=by(_SHARE))
    """Shares that end so half way, with what they have found."""
    denied: bool = field(default=False, metadata=by(checks.flag))
    """None of the calls is allowed."""


@dataclass(frozen=True, slots=True)
class WriteHabits:
    """How calls that write go."""

    role_delay_s: float = field(default=6.0, metadata=by(number(0, 600)))
    """So many demo seconds after its making nobody can assume a role; AWS takes up to two minutes."""
    unsuccessful: int = field(default=0, metadata=by(integer(0, 300)))
    """So many resources, the last ones, of the first CreateFlowLogs are refused."""
    refused: Counts = field(default=(), metadata=by(checks.counts))
    """Operations, and so many times that they are not allowed."""
    lost: Counts = field(default=(), metadata=by(checks.counts))
    """Operations, and so many times that they are carried out and the answer is lost."""


@dataclass(frozen=True, slots=True)
class AccountHabits:
    """What is wrong with the account, from the beginning to the end."""

    denied: tuple[str, ...] = field(default=(), metadata=by(checks.words))
    """IAM actions that nobody is allowed; `ec2:*` means all of EC2."""
    flow_logs: bool = field(default=True, metadata=by(checks.flag))
    """Whether the VPCs of lab and shop have their flow logs."""
    failed: Entries = field(default=(), metadata=by(checks.entries))
    """Log groups that are not delivered to, and AWS's word for why: `Access error`."""
    classes: Entries = field(default=(), metadata=by(checks.entries))
    """Log groups that are not of the Standard class."""
    skew_s: float = field(default=0.0, metadata=by(number(-24 * 3600, 24 * 3600)))
    """AWS's clock, by its Date header, is so much ahead of ours; the times of events are not."""


@dataclass(frozen=True, slots=True)
class Burst:
    """Records that arrive all at once."""

    at_s: float = field(default=0.0, metadata=by(_SECONDS))
    events: int = field(default=30_000, metadata=by(integer(1, 1_000_000)))
    ages: Ages | None = field(default=None, metadata=by(checks.ages))
    """None: as old as the others."""


@dataclass(frozen=True, slots=True)
class Recreation:
    """The first group is deleted, and made again with the same stream names."""

    at_s: float = field(default=0.0, metadata=by(_SECONDS))
    gone_s: float = field(default=1.0, metadata=by(_SECONDS))
    """What arrives while it is gone arrives when it is there again."""
    again: int = field(default=0, metadata=by(integer(0, 100_000)))
    """So many of the deleted group's last lines are put into the new one too, as events of their own."""


@dataclass(frozen=True, slots=True)
class Load:
    """A workload whose every event the judge knows; times in seconds after the first FilterLogEvents."""

    groups: int = field(default=1, metadata=by(integer(1, 100)))
    streams: int = field(default=40, metadata=by(integer(1, 100_000)))
    """Over all groups."""
    records_per_s: float = field(default=0.0, metadata=by(number(0, 100_000)))
    seconds: float = field(default=0.0, metadata=by(_SECONDS))
    """Records arrive for so long."""
    history_events: int = field(default=0, metadata=by(integer(0, 1_000_000)))
    history_s: float = field(default=60.0, metadata=by(number(1, 24 * 3600)))
    """So many records, of that much time, are there at the start."""
    ages: Ages = field(default=((1.0, 1.0, 10.0),), metadata=by(checks.ages))
    burst: Burst | None = field(default=None, metadata=by(table(Burst)))
    recreate: Recreation | None = field(default=None, metadata=by(table(Recreation)))
    odd: float = field(default=0.0, metadata=by(_SHARE))
    """Share of lines that are no flow records, or are written in an unusual way."""
    skew_s: float = field(default=0.0, metadata=by(number(-3600, 3600)))
    """AWS's clock, its events' times and its Date header are so much ahead of ours."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A demo's settings."""

    seed: int = field(default=7, metadata=by(integer()))
    rate: float = field(default=6.0, metadata=by(number(0, 10_000)))
    """Records per demo second; 0: the history and nothing new."""
    speed: float = field(default=1.0, metadata=by(number(0.1, 60)))
    """Demo seconds per second: windows and delays are so much shorter, and records come so much faster."""
    history_minutes: float = field(default=30.0, metadata=by(number(0, 24 * 60)))
    """Real minutes of records that are there at the start."""
    faults: Faults = field(default=Faults(), metadata=by(table(Faults)))
    pages: PageHabits = field(default=PageHabits(), metadata=by(table(PageHabits)))
    queries: QueryHabits = field(default=QueryHabits(), metadata=by(table(QueryHabits)))
    writes: WriteHabits = field(default=WriteHabits(), metadata=by(table(WriteHabits)))
    account: AccountHabits = field(default=AccountHabits(), metadata=by(table(AccountHabits)))
    load: Load | None = field(default=None, metadata=by(table(Load)))


def find(name: str) -> Path:
    """The file of a scenario: one that is shipped, by its bare name, else a path. Raises ScenarioError."""
    shipped = SHIPPED / f"{name}.toml"
    if "/" not in name and shipped.is_file():
        return shipped
    path = Path(name)
    if not path.exists() and not path.suffix and "/" not in name:
        names = ", ".join(sorted(one.stem for one in SHIPPED.glob("*.toml")))
        raise ScenarioError(f"there is no scenario {name!r}; there are {names}, or name a file")
    return path


def load(path: Path) -> Scenario:
    """The scenario of a file. Raises ScenarioError."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ScenarioError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path}: not TOML: {error}") from None
    try:
        return parse(values)
    except ScenarioError as error:
        raise ScenarioError(f"{path}: {error}") from None


def parse(values: Mapping[str, Any]) -> Scenario:
    """The scenario of a table of values. Raises ScenarioError."""
    return Scenario(**{name: checked(Scenario, name, value) for name, value in values.items()})


def changed(scenario: Scenario, **options: float | None) -> Scenario:
    """The scenario with the options that were given. Raises ScenarioError."""
    given = {name: checked(Scenario, name, value) for name, value in options.items() if value is not None}
    return dataclasses.replace(scenario, **given)
