"""What the demo is asked to do: a TOML file and the options, checked.

```toml
seed = 7
rate = 6.0            # records per demo second
speed = 1.0
history_minutes = 30
[faults]
throttle = 0.1        # share of the Logs calls; error_500 and reset likewise
down = [20, 40]       # seconds after the start; expired likewise
latency_ms = 80
```
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Span = tuple[float, float]

MAX_RATE = 10_000
MAX_SPEED = 60
MAX_HISTORY_MINUTES = 24 * 60


class ScenarioError(ValueError):
    """A scenario that cannot be played; one clear line."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong on purpose: shares of the Logs calls, and spans in seconds after the start."""

    throttle: float = 0.0
    error_500: float = 0.0
    reset: float = 0.0
    down: Span | None = None
    expired: Span | None = None
    latency_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """A demo's settings."""

    seed: int = 7
    rate: float = 6.0
    """Records per demo second; 0: the history and nothing new."""
    speed: float = 1.0
    """Demo seconds per second: windows and delays are so much shorter, and records come so much faster."""
    history_minutes: float = 30.0
    """Real minutes of records that are there at the start."""
    faults: Faults = field(default_factory=Faults)


_NUMBERS = {
    "rate": (0, MAX_RATE),
    "speed": (0.1, MAX_SPEED),
    "history_minutes": (0, MAX_HISTORY_MINUTES),
    "throttle": (0, 1),
    "error_500": (0, 1),
    "reset": (0, 1),
    "latency_ms": (0, 60_000),
}


def load(path: Path) -> Scenario:
    """The scenario of a file. Raises ScenarioError."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ScenarioError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path}: not TOML: {error}") from None
    try:
        return parse(values)
    except ScenarioError as error:
        raise ScenarioError(f"{path}: {error}") from None


def parse(values: Mapping[str, Any]) -> Scenario:
    """The scenario of a table of values. Raises ScenarioError."""
    faults = values.get("faults", {})
    if not isinstance(faults, dict):
        raise ScenarioError("faults must be a table")
    checked = {name: _checked(Scenario, name, value) for name, value in values.items() if name != "faults"}
    return Scenario(
        **checked, faults=Faults(**{name: _checked(Faults, name, faults[name]) for name in faults})
    )


def changed(scenario: Scenario, **options: float | None) -> Scenario:
    """The scenario with the options that were given. Raises ScenarioError."""
    given = {name: _checked(Scenario, name, value) for name, value in options.items() if value is not None}
    return dataclasses.replace(scenario, **given)


def _checked(kind: type[Scenario] | type[Faults], name: str, value: object) -> Any:
    names = [one.name for one in dataclasses.fields(kind)]
    if name not in names:
        raise ScenarioError(f"{name!r} is not known; there are {', '.join(names)}")
    if name == "seed":
        return _seed(value)
    if name in ("down", "expired"):
        return _span(name, value)
    return _number(name, value)


def _seed(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ScenarioError("seed must be an integer")
    return value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(name: str, value: object) -> float:
    low, high = _NUMBERS[name]
    if not isinstance(value, int | float) or not _is_number(value) or not low <= value <= high:
        raise ScenarioError(f"{name} must be a number from {low:g} to {high:g}")
    return float(value)


def _span(name: str, value: object) -> Span:
    if (
        isinstance(value, list)
        and len(value) == 2
        and all(map(_is_number, value))
        and 0 <= value[0] < value[1]
    ):
        return float(value[0]), float(value[1])
    raise ScenarioError(f"{name} must be [from, to] in seconds after the start")
