"""Checks of a scenario file's values: each takes a name and a value, gives the value or one clear line."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

Check = Callable[[str, object], Any]
Span = tuple[float, float]
Counts = tuple[tuple[str, int], ...]
Entries = tuple[tuple[str, str], ...]
Ages = tuple[tuple[float, float, float], ...]
"""Shares of the records, and between how many seconds old these arrive; the shares make 1."""


class ScenarioError(ValueError):
    """A scenario that cannot be played; one clear line."""


def by(check: Check) -> Mapping[str, Check]:
    """The metadata of a dataclass's field whose value a scenario file may set."""
    return {"check": check}


def checked(kind: type, name: str, value: object) -> Any:
    """The value for a dataclass's field of that name. Raises ScenarioError."""
    checks: dict[str, Check] = {one.name: one.metadata["check"] for one in dataclasses.fields(kind)}
    if name not in checks:
        raise ScenarioError(f"{name!r} is not known; there are {', '.join(checks)}")
    return checks[name](name, value)


def table(kind: type) -> Check:
    """A table whose values are a dataclass's."""

    def check(name: str, value: object) -> Any:
        if not isinstance(value, dict):
            raise ScenarioError(f"{name} must be a table")
        return kind(**{key: checked(kind, key, one) for key, one in value.items()})

    return check


def number(low: float, high: float) -> Check:
    """A number within bounds."""

    def check(name: str, value: object) -> float:
        if not _is_number(value) or not low <= float(value) <= high:  # type: ignore[arg-type]
            raise ScenarioError(f"{name} must be a number from {low:g} to {high:g}")
        return float(value)  # type: ignore[arg-type]

    return check


def integer(low: int | None = None, high: int | None = None) -> Check:
    """An integer, within bounds where they are given."""

    def check(name: str, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ScenarioError(f"{name} must be an integer")
        if (low is not None and value < low) or (high is not None and value > high):
            raise ScenarioError(f"{name} must be an integer from {low} to {high}")
        return value

    return check


def flag(name: str, value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ScenarioError(f"{name} must be true or false")
    return value


def span(name: str, value: object) -> Span:
    """From when to when, in seconds."""
    if (
        isinstance(value, list)
        and len(value) == 2
        and all(map(_is_number, value))
        and 0 <= value[0] < value[1]
    ):
        return float(value[0]), float(value[1])
    raise ScenarioError(f"{name} must be [from, to] in seconds after the start")


def ages(name: str, value: object) -> Ages:
    """How old records are when they arrive."""
    rows = value if isinstance(value, list) else []
    found = tuple(tuple(map(float, row)) for row in rows if _is_age(row))
    if not found or len(found) != len(rows) or abs(sum(row[0] for row in found) - 1) > 1e-6:
        raise ScenarioError(f"{name} must be [[share, from, to], …] in seconds, with shares that make 1")
    return found  # type: ignore[return-value]


def rates(name: str, value: object) -> tuple[tuple[str, float], ...]:
    """Calls a second by operation."""
    rate = number(0.01, 1_000)
    if not isinstance(value, dict):
        raise ScenarioError(f"{name} must be a table")
    return tuple((operation, rate(f"{name}.{operation}", one)) for operation, one in value.items())


def words(name: str, value: object) -> tuple[str, ...]:
    """Texts."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ScenarioError(f"{name} must be a list of texts")
    return tuple(value)


def entries(name: str, value: object) -> Entries:
    """Texts by name."""
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise ScenarioError(f"{name} must be a table of texts")
    return tuple(value.items())


def counts(name: str, value: object) -> Counts:
    """Numbers of times by operation."""
    times = integer(1, 1_000_000)
    if not isinstance(value, dict):
        raise ScenarioError(f"{name} must be a table")
    return tuple((operation, times(f"{name}.{operation}", one)) for operation, one in value.items())


def _is_age(row: object) -> bool:
    return (
        isinstance(row, list)
        and len(row) == 3
        and all(map(_is_number, row))
        and 0 < row[0] <= 1
        and 0 <= row[1] <= row[2]
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
