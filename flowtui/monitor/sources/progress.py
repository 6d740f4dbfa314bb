"""How the tail stands, as immutable values for any thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flowtui.monitor.outside import Fault
from flowtui.monitor.sources.group import GroupReader


@dataclass(frozen=True, slots=True)
class GroupProgress:
    """How the tail stands with one group; times are epoch seconds by our clock, event times by AWS's."""

    group: str
    fault: Fault | None
    fault_since: float | None
    retry_at: float | None
    watermark: float | None
    """The event time up to which its records are complete."""
    last_pass_at: float | None
    """Every part of the window was read to its end since then."""
    last_look_at: float | None
    """The same for the parts that get records, averaged over the records."""
    usual_delay_s: float | None
    """Half of the records arrive within this many seconds of their start."""
    longest_delay_s: float | None
    """All but one in a hundred do."""
    newest_at: float | None
    """The start of the newest record."""
    is_caught_up: bool
    has_window: bool
    events: int
    backfilled: int
    slow_delay_s: float | None = None
    """All but one in twenty records arrive within this many seconds of their start."""
    late: int = 0
    """Events that arrived behind the watermark."""
    swept: int = 0
    """Events that the sweep found."""
    sweep_from: float | None = None
    """From which event time on it is swept; None where it is not."""
    is_sweep_shortened: bool = False
    """Whether there was no room for the digests of all that should be swept."""

    def lag_s(self, now: float) -> float | None:
        """Seconds behind real time: the usual delay of a record, and the time since the last look."""
        if self.last_look_at is None or self.usual_delay_s is None:
            return None
        return max(0.0, now - self.last_look_at) + self.usual_delay_s


@dataclass(frozen=True, slots=True)
class Traffic:
    """What the calls were and what they brought, over all groups."""

    calls: int = 0
    """Attempts, failed ones included."""
    throttled: int = 0
    failed: int = 0
    """Attempts that brought no page, throttled ones included."""
    answered: int = 0
    """Attempts that brought a page."""
    sweep_calls: int = 0
    """Attempts of the sweep."""
    bytes_read: int = 0
    fetched: int = 0
    """Events on all pages."""
    fresh: int = 0
    """Those of them that were not seen before."""


@dataclass(frozen=True, slots=True)
class TailProgress:
    """How the tail stands."""

    groups: tuple[GroupProgress, ...] = ()
    traffic: Traffic = Traffic()
    clock_offset_s: float = 0.0
    """What has to be added to our clock to have AWS's time."""

    @property
    def calls(self) -> int:
        """Attempts, failed ones included."""
        return self.traffic.calls

    @property
    def throttled(self) -> int:
        """Attempts that AWS refused for their number."""
        return self.traffic.throttled

    @property
    def late(self) -> int:
        """Events that arrived behind the watermark."""
        return sum(group.late for group in self.groups)

    @property
    def swept(self) -> int:
        """Events that arrived later than the look-back and were found by the sweep."""
        return sum(group.swept for group in self.groups)

    @property
    def reread_share(self) -> float | None:
        """The share of the events read that had been seen before, 0 to 1; None where none was read."""
        return 1 - self.traffic.fresh / self.traffic.fetched if self.traffic.fetched else None

    def sweep_reach_s(self, now: float) -> float | None:
        """How far back all groups are swept, seconds; None where they are not."""
        reaches = [now - group.sweep_from for group in self.groups if group.sweep_from is not None]
        return min(reaches, default=None)


def progress_of(reader: GroupReader, ours: Callable[[float | None], float | None]) -> GroupProgress:
    """How a group's reader stands; `ours` turns AWS's time into that of our clock."""
    trouble, sweep = reader.trouble, reader.sweep
    usual, slow, longest = reader.delays.quantiles_s((0.5, 0.95, 0.99))
    return GroupProgress(
        group=reader.group,
        fault=trouble.fault,
        fault_since=ours(trouble.since),
        retry_at=ours(trouble.retry_at),
        watermark=reader.watermark,
        last_pass_at=ours(reader.last_pass_at),
        last_look_at=ours(reader.last_look_at),
        usual_delay_s=usual,
        slow_delay_s=slow,
        longest_delay_s=longest,
        newest_at=None if reader.newest_ms is None else reader.newest_ms / 1000,
        is_caught_up=reader.is_caught_up,
        has_window=reader.has_window,
        events=reader.events,
        backfilled=reader.backfilled,
        late=reader.late,
        swept=reader.swept,
        sweep_from=None if sweep is None else sweep.low_ms / 1000,
        is_sweep_shortened=sweep is not None and sweep.is_shortened,
    )
