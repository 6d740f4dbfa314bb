"""What a query does: to each event, then to all that are left; and which columns it shows."""

from __future__ import annotations

from dataclasses import dataclass, field

from flowtui.demo.insights.rows import Row
from flowtui.demo.insights.stages import Grouping, Statistics, Step, Whole
from flowtui.demo.insights.values import Value, text

ESTIMATE = "@estimatedBytesScanned"
"""The only column of `estimate`, as the service calls it; bytes."""


@dataclass(slots=True)
class Plan:
    """What a query does."""

    steps: list[Step] = field(default_factory=list)
    """For each event by itself."""
    grouping: Grouping | None = None
    """Then `stats`, where it comes before all else that needs every event."""
    wholes: list[Whole] = field(default_factory=list)
    """Then these."""
    columns: list[str] = field(default_factory=list)
    enough: int | None = None
    """So many events are enough: `limit any`."""
    is_estimate: bool = False

    def collector(self) -> Collector:
        """What takes the events of one run."""
        return Collector(self)

    def shown(self, row: Row) -> list[tuple[str, str]]:
        """A row's columns that it has, as text; an event also has its pointer."""
        if self.is_estimate:
            return [(ESTIMATE, text(row.get(ESTIMATE)))]
        names = self.columns or ["@timestamp", "@message"]
        if row.event is not None:
            names = [*names, "@ptr"]
        values: list[tuple[str, Value]] = [(name, row.get(name)) for name in names]
        return [(name, text(value)) for name, value in values if value is not None]


class Collector:
    """What a run has found so far."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._rows: list[Row] = []
        self._statistics = None if plan.grouping is None else Statistics(plan.grouping)
        self.matched = 0

    @property
    def is_enough(self) -> bool:
        """Whether the query wants no more events."""
        return self._plan.enough is not None and self.matched >= self._plan.enough

    def take(self, row: Row) -> None:
        """Looks at one event."""
        for step in self._plan.steps:
            if not step(row):
                return
        self.matched += 1
        if self._statistics is not None:
            self._statistics.take(row)
        else:
            row.forget()
            self._rows.append(row)

    def estimate(self, size: int) -> None:
        """Has nothing to show but the bytes that a run would look at."""
        self._rows = [Row(None, None, {ESTIMATE: size})]

    def rows(self) -> list[Row]:
        """The result as far as it is known."""
        if self._plan.is_estimate:
            return self._rows
        rows = list(self._rows) if self._statistics is None else self._statistics.rows()
        for whole in self._plan.wholes:
            rows = whole(rows)
        return rows
