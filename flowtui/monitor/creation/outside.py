"""The protocol by which creating a flow log meets the account; `flowtui.aws` fulfils it, tests by scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from flowtui.monitor.creation.answers import Place, Role
from flowtui.monitor.creation.calls import Call
from flowtui.monitor.outside import LogGroup, Logs
from flowtui.topology.model import FlowLog


class FlowLogAccount(Protocol):
    """What creating flow logs needs of an account. Thread-safe, never retries, raises FaultError."""

    def place(self) -> Place:
        """Where the calls go."""

    def log_groups(self, groups: tuple[str, ...] = ()) -> tuple[LogGroup, ...]:
        """These log groups, or all; what does not exist is left out."""

    def role(self, name: str, group: str) -> Role | None:
        """The role of this name or ARN, judged for delivery into this log group."""

    def roles(self, group: str) -> tuple[Role, ...]:
        """The roles that the flow-log service may assume, judged for delivery into this log group."""

    def lacking(self, needs: Mapping[str, Sequence[str]]) -> tuple[str, ...] | None:
        """Which of these actions the caller may do on none of their ARNs; None where that is not known."""

    def call(self, call: Call) -> Mapping[str, object]:
        """Makes a call, once, and gives AWS's answer. FaultError also where this session only reads."""

    def made(self, call: Call) -> tuple[str, ...]:
        """What a call whose answer was lost has made: the ids of flow logs, else a name; none: nothing."""

    def flow_logs(self, ids: Sequence[str]) -> tuple[FlowLog, ...]:
        """These flow logs as they are now."""

    def logs(self) -> Logs:
        """The account's log groups, to look for the first record."""
