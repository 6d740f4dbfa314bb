"""An account whose past can be asked for: lines of the lab, behind scripted Logs Insights."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from flowtui.filters.insights_fields import DISCOVERED
from flowtui.monitor.outside import HistoryConnection, Insights, LogGroup
from flowtui.monitor.settings import Settings
from tests.tui import lab
from tests.unit.monitor.queries import Row, ScriptedInsights, row


def rows(lines: list[str]) -> list[Row]:
    """The lines as a query gives them."""
    return [
        row(number, int(line.split()[10]) * 1000, line, group=lab.GROUP, stream=f"{line.split()[2]}-all")
        for number, line in enumerate(lines)
    ]


def estimated(text: str) -> list[Row]:
    return [{"@estimatedBytesScanned": "12400000"}] if "estimate" in text else []


@dataclass
class PastAccount:
    """What `i` asks."""

    asked: ScriptedInsights = field(
        default_factory=lambda: ScriptedInsights(
            rows(lab.lab_lines(900, until=lab.NOW - 600)), names=DISCOVERED, counted=estimated
        )
    )
    connections: int = 0

    def connect(self, settings: Settings) -> HistoryConnection:
        self.connections += 1
        return cast(HistoryConnection, self)

    def insights(self) -> Insights:
        return self.asked

    def log_groups(self, groups: tuple[str, ...] = ()) -> tuple[LogGroup, ...]:
        return tuple(LogGroup(group, "STANDARD", None, 1_000_000) for group in groups)

    def queries(self) -> list[str]:
        """The texts of the queries that were begun, estimates apart."""
        return [request.text for request in self.asked.started if "estimate" not in request.text]
