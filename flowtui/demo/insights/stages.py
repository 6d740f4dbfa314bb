"""What the commands of a query do to rows: those that take one row at a time, and those that need all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from flowtui.demo.insights.aggregates import Aggregate
from flowtui.demo.insights.expressions import Evaluate, Expression, Figure
from flowtui.demo.insights.rows import Row
from flowtui.demo.insights.values import Value, number, sort_key

Step = Callable[[Row], bool]
"""Changes a row; whether it is kept."""
Whole = Callable[[list[Row]], list[Row]]


def filtered(condition: Evaluate) -> Step:
    """`filter`: keeps what is true, and neither what is false nor what is neither."""
    return lambda row: bool(condition(row))


def computed(columns: Sequence[tuple[str, Evaluate]]) -> Step:
    """`fields`: makes the fields that are computed."""

    def step(row: Row) -> bool:
        for name, evaluate in columns:
            row.make(name, evaluate(row))
        return True

    return step


def parsed(source: str, pattern: re.Pattern[str], names: Sequence[str | None]) -> Step:
    """`parse`: makes fields of the pattern's groups; a row that does not match stays without them."""

    def step(row: Row) -> bool:
        value = row.get(source)
        match = pattern.search(value) if isinstance(value, str) else None
        if match is not None:
            for name, found in zip(names, match.groups(), strict=True):
                if name is not None and found is not None:
                    row.make(name, found)
        return True

    return step


@dataclass(frozen=True, slots=True)
class Grouping:
    """`stats`: its figures, by what it groups, and the columns that come of it."""

    figures: Sequence[Figure]
    keys: Sequence[Expression]
    columns: Sequence[tuple[str, Evaluate]]
    """The columns made of figures; those of the keys are before them."""
    key_names: Sequence[str]


class Statistics:
    """The groups of a `stats` command, as far as rows have been taken."""

    def __init__(self, grouping: Grouping) -> None:
        self._grouping = grouping
        self._groups: dict[tuple[Value, ...], list[Aggregate]] = {}

    def take(self, row: Row) -> None:
        """Adds a row to its group."""
        key = tuple(key.evaluate(row) for key in self._grouping.keys)
        found = self._groups.get(key)
        if found is None:
            found = self._groups[key] = [figure.make() for figure in self._grouping.figures]
        at = int(number(row.get("@timestamp")) or 0)
        for figure, aggregate in zip(self._grouping.figures, found, strict=True):
            aggregate.take(figure.of(row), at)

    def rows(self) -> list[Row]:
        """A row for each group; one for no row at all where nothing is grouped by."""
        groups = self._groups
        if not groups and not self._grouping.keys:
            groups = {(): [figure.make() for figure in self._grouping.figures]}
        return [self._row(key, aggregates) for key, aggregates in list(groups.items())]

    def _row(self, key: tuple[Value, ...], aggregates: list[Aggregate]) -> Row:
        row = Row(None, None, dict(zip(self._grouping.key_names, key, strict=True)))
        for figure, aggregate in zip(self._grouping.figures, aggregates, strict=True):
            row.make(figure.name, aggregate.result())
        for name, evaluate in self._grouping.columns:
            row.make(name, evaluate(row))
        return row


def grouped(grouping: Grouping) -> Whole:
    """A `stats` command that is not the first."""

    def whole(rows: list[Row]) -> list[Row]:
        statistics = Statistics(grouping)
        for row in rows:
            statistics.take(row)
        return statistics.rows()

    return whole


def stepped(step: Step) -> Whole:
    """A command for one row at a time behind one that needs all."""
    return lambda rows: [row for row in rows if step(row)]


def ordered(keys: Sequence[tuple[str, bool]]) -> Whole:
    """`sort`: by fields, each descending where it says so; the first one counts most."""

    def whole(rows: list[Row]) -> list[Row]:
        for name, is_descending in reversed(keys):
            rows = sorted(rows, key=lambda row: sort_key(row.get(name)), reverse=is_descending)
        return rows

    return whole


def distinct(names: Sequence[str]) -> Whole:
    """`dedup`: the first row of each combination; rows that lack one of the fields all stay."""

    def whole(rows: list[Row]) -> list[Row]:
        return list(_first(rows, names))

    return whole


def _first(rows: Iterable[Row], names: Sequence[str]) -> Iterable[Row]:
    seen: set[tuple[Value, ...]] = set()
    for row in rows:
        key = tuple(row.get(name) for name in names)
        if None in key:
            yield row
        elif key not in seen:
            seen.add(key)
            yield row


def limited(count: int) -> Whole:
    """`limit`."""
    return lambda rows: rows[:count]
