"""What `stats` counts and adds up, one event at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from flowtui.demo.insights.values import SortKey, Value, number, sort_key


class Aggregate(Protocol):
    """A figure over the events of one group."""

    def take(self, value: Value, at: int) -> None:
        """One event more: its value, None where it has none, and its timestamp."""

    def result(self) -> Value:
        """The figure; None where no event had a value."""


class Count:
    """How many events there are, or how many have a value."""

    def __init__(self, *, of_all: bool) -> None:
        self._of_all = of_all
        self._count = 0

    def take(self, value: Value, at: int) -> None:
        """Counts it."""
        self._count += self._of_all or value is not None

    def result(self) -> Value:
        """The count, which is never absent."""
        return self._count


class Distinct:
    """How many values there are."""

    def __init__(self) -> None:
        self._seen: set[Value] = set()

    def take(self, value: Value, at: int) -> None:
        """Remembers the value."""
        if value is not None:
            self._seen.add(value)

    def result(self) -> Value:
        """The count; exact, where AWS approximates large ones."""
        return len(self._seen)


class Sum:
    """The sum, or the mean, of the values that are numbers."""

    def __init__(self, *, is_mean: bool) -> None:
        self._is_mean = is_mean
        self._sum: int | float = 0
        self._count = 0

    def take(self, value: Value, at: int) -> None:
        """Adds a number."""
        found = number(value)
        if found is not None:
            self._sum += found
            self._count += 1

    def result(self) -> Value:
        """The sum or mean."""
        if not self._count:
            return None
        return self._sum / self._count if self._is_mean else self._sum


class Extreme:
    """The value that is first or last by a key."""

    def __init__(self, key: Callable[[Value, int], SortKey | int], *, is_last: bool) -> None:
        self._key = key
        self._is_last = is_last
        self._best: Value = None
        self._best_key: SortKey | int | None = None

    def take(self, value: Value, at: int) -> None:
        """Keeps the better value."""
        if value is None:
            return
        key = self._key(value, at)
        if self._best_key is None or (key > self._best_key if self._is_last else key < self._best_key):  # type: ignore[operator]
            self._best, self._best_key = value, key

    def result(self) -> Value:
        """The best value."""
        return self._best


def _natural(value: Value, at: int) -> SortKey:
    return sort_key(value)


def _when(value: Value, at: int) -> int:
    return at


MAKERS: dict[str, Callable[[], Aggregate]] = {
    "count": lambda: Count(of_all=False),
    "count_distinct": Distinct,
    "sum": lambda: Sum(is_mean=False),
    "avg": lambda: Sum(is_mean=True),
    "min": lambda: Extreme(_natural, is_last=False),
    "max": lambda: Extreme(_natural, is_last=True),
    "sortsfirst": lambda: Extreme(_natural, is_last=False),
    "sortslast": lambda: Extreme(_natural, is_last=True),
    "earliest": lambda: Extreme(_when, is_last=False),
    "latest": lambda: Extreme(_when, is_last=True),
}
"""Makers by name; `count(*)` is told from `count(field)` by whoever reads it."""
