"""An account's surroundings as a test wants them: what may be made there, and what an examination finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from flowtui.monitor.creation.outside import FlowLogAccount
from flowtui.monitor.health import Finding
from flowtui.monitor.outside import FaultError
from flowtui.monitor.settings import Settings
from tests.unit.monitor.creation import ScriptedAccount
from tests.unit.monitor.scripted import ScriptedLogs


@dataclass
class Surroundings:
    account: ScriptedAccount
    failure: FaultError | None = None
    findings: tuple[Finding, ...] = ()
    asked: list[Settings] = field(default_factory=list)

    def profiles(self) -> Sequence[str]:
        return ()

    def regions(self) -> Sequence[str]:
        return ()

    def examine(self, settings: Settings) -> Iterator[Finding]:
        return iter(self.findings)

    def sign_in(self, settings: Settings) -> Callable[[], None] | None:
        return None

    def flow_log_account(self, settings: Settings) -> FlowLogAccount:
        self.asked.append(settings)
        if self.failure is not None:
            raise self.failure
        return self.account


def account(**changes: object) -> ScriptedAccount:
    made = ScriptedAccount(**changes)  # type: ignore[arg-type]
    made.scripted_logs = ScriptedLogs(made.clock)
    return made
