"""Looks for the first record of flow logs that were just made, and for what keeps it from coming.

Source: VPC User Guide, "Flow log basics" and "Troubleshoot VPC Flow Logs".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flowtui.monitor.creation.outside import FlowLogAccount
from flowtui.monitor.creation.plan import FlowLogPlan
from flowtui.monitor.health import delivery_cure
from flowtui.monitor.outside import Fault, FaultError, FaultKind, LogGroup, Page, PageRequest
from flowtui.topology.model import FlowLog

LOOK_S = 10.0
"""How often it is looked for."""

_PAGES = 5
"""Pages a look: an empty page may be followed by one that is not."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a look has found."""

    is_there: bool = False
    fault: Fault | None = None
    """Why nothing comes, or why that could not be found out."""


class FirstRecord:
    """Looks, again and again, for a record that began after the flow logs were made."""

    def __init__(
        self,
        plan: FlowLogPlan,
        flow_log_ids: tuple[str, ...],
        created_at: float,
        is_covered: Callable[[str], bool],
        account: FlowLogAccount,
    ) -> None:
        """`is_covered` says of an interface's id whether it lies in the scope."""
        self._plan = plan
        self._ids = flow_log_ids
        self._since_ms = int((created_at - plan.answers.interval_s) * 1000)
        self._is_covered = is_covered
        self._account = account

    def look(self) -> Arrival:
        """One look: one or two calls to AWS as a rule. Raises nothing of AWS's."""
        try:
            if self._has_records():
                return Arrival(is_there=True)
            failed = (_fault(log) for log in self._account.flow_logs(self._ids))
            return Arrival(fault=next((fault for fault in failed if fault is not None), None))
        except FaultError as error:
            return Arrival(fault=error.fault)

    def _has_records(self) -> bool:
        """Whether a stream of the scope has one; the group may be there only with the first."""
        token: str | None = None
        for _ in range(_PAGES):
            request = PageRequest(self._plan.answers.group.name, self._since_ms, token=token)
            try:
                page = self._account.logs().page(request)
            except FaultError as error:
                if error.fault.kind is FaultKind.NOT_FOUND:
                    return False
                raise
            if self._has_ours(page):
                return True
            if page.next_token is None:
                break
            token = page.next_token
        return False

    def _has_ours(self, page: Page) -> bool:
        streams = set(page.events.streams)
        if not isinstance(self._plan.answers.group, LogGroup):
            return bool(streams)
        # A stream is called after its interface: `eni-…-all`.
        return any(self._is_covered("-".join(stream.split("-")[:2])) for stream in streams)


def _fault(flow_log: FlowLog) -> Fault | None:
    if flow_log.delivery_status != "FAILED":
        return None
    reason = flow_log.delivery_error or "no reason given"
    sentence = f"The flow log {flow_log.id} does not deliver: {reason}."
    return Fault(FaultKind.OTHER, "ec2:DescribeFlowLogs", sentence, delivery_cure(flow_log), reason)
