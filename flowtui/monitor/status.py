"""What the session is doing, in one word: derived from how its parts stand. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from flowtui.monitor.flow_logs import is_fed
from flowtui.monitor.outside import Fault, FaultKind
from flowtui.monitor.sources.tail import GroupProgress
from flowtui.monitor.state import SessionState, StandingFault, Status, StatusKind

_SIGNED_OUT = (FaultKind.EXPIRED,)


def of_fault(fault: Fault, retry_at: float | None) -> Status:
    """The status where nothing goes on because of this fault."""
    if fault.kind in _SIGNED_OUT:
        # The header has room for the command, not for where to type it.
        command = fault.cure.partition(": ")[2] or fault.cure
        return Status(StatusKind.EXPIRED, command or fault.sentence, retry_at)
    if fault.kind.is_lasting:
        return Status(StatusKind.FAILED, f"{fault.sentence} {fault.cure}".strip(), retry_at)
    return Status(StatusKind.RETRYING, fault.kind.value, retry_at)


def of_groups(progress: Sequence[GroupProgress], now: float, interval_s: float) -> Status:
    """The status of a tail that follows one group or more; `interval_s` is the longest window, seconds."""
    failing = [group for group in progress if group.fault is not None]
    grave = _gravest(failing, is_all=len(failing) == len(progress))
    if grave is not None:
        return grave
    if not all(group.is_caught_up for group in progress if group.fault is None):
        return Status(StatusKind.CATCHING_UP)
    return Status(StatusKind.QUIET if _is_quiet(progress, now, interval_s) else StatusKind.LIVE)


def of_session(
    connection: StandingFault | None,
    topology: StandingFault | None,
    progress: Sequence[GroupProgress],
    *,
    why_none: str | None,
    is_listed: bool = True,
    now: float,
    interval_s: float,
) -> Status:
    """The status of a session; `why_none` says why there is no group to follow, once that is known.

    `is_listed`: whether the flow logs could be read, so that there being none is certain.
    """
    if connection is not None:
        return of_fault(connection.fault, connection.retry_at)
    if progress:
        return of_groups(progress, now, interval_s)
    if topology is not None:
        return of_fault(topology.fault, topology.retry_at)
    if why_none is not None:
        return Status(StatusKind.NO_FLOW_LOGS if is_listed else StatusKind.FAILED, why_none)
    return Status(StatusKind.CONNECTING)


def _gravest(failing: Sequence[GroupProgress], *, is_all: bool) -> Status | None:
    """A sign-in that has expired, a passing fault, or lasting ones everywhere; a part's only stand by."""
    statuses = [of_fault(group.fault, group.retry_at) for group in failing if group.fault is not None]
    for kind in (StatusKind.EXPIRED, StatusKind.RETRYING):
        found = [status for status in statuses if status.kind is kind]
        if found:
            return min(found, key=lambda status: status.retry_at or 0.0)
    return statuses[0] if is_all and statuses else None


def _is_quiet(progress: Sequence[GroupProgress], now: float, interval_s: float) -> bool:
    """Whether nothing came for longer than a window and its delay."""
    newest = [group.newest_at for group in progress if group.newest_at is not None]
    if not newest:
        return True
    delay_s = max(group.longest_delay_s or 0.0 for group in progress)
    return now - max(newest) > interval_s + delay_s


def is_hopeless(state: SessionState) -> bool:
    """Whether there are no records and, as things stand, none will come."""
    if len(state.snapshot):
        return False
    if state.status.kind in (StatusKind.NO_FLOW_LOGS, StatusKind.FAILED):
        return True
    names = {group.name for group in state.groups if group.fault is None or not group.fault.kind.is_lasting}
    is_silent = state.status.kind is StatusKind.QUIET
    return is_silent and not any(is_fed(name, state.index) for name in names)
