"""The values of a query: text, numbers and moments; how they compare, sort and print.

What the user guide leaves open is a `Leeway`, so that a client can be tried against each way it may be.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import ge, gt, le, lt


class Moment(int):
    """A timestamp, in epoch milliseconds."""

    __slots__ = ()


Value = str | int | float | None
"""None where a field is absent; booleans are 1 and 0 when printed."""


@dataclass(frozen=True, slots=True)
class Leeway:
    """What is not documented: each may be one way or the other."""

    dash_is_absent: bool = False
    """A discovered field whose token is `-` is not there, rather than that text."""
    absent_differs: bool = False
    """`!=` with an absent field is true."""
    absent_spreads: bool = False
    """A comparison with an absent field is neither true nor false, and so is its `not`."""
    unlike_orders: bool = False
    """`<` and the like between a number and other text are true."""
    doubles: bool = False
    """Numbers are doubles: beyond 2**53 neighbours are equal."""


_NUMBER = re.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_CHUNK = re.compile(r"(\d+)|(\D+)", re.ASCII)
_ORDERS: dict[str, Callable[[float, float], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


def number(value: Value) -> int | float | None:
    """The number that a value is or, as text, says."""
    if not isinstance(value, str):
        return value
    if value.isascii() and value.isdigit():
        return int(value)
    return float(value) if _NUMBER.fullmatch(value) else None


def comparer(op: str, leeway: Leeway) -> Callable[[Value, Value], bool | None]:
    """What a comparison operator gives for two values."""

    def compare(left: Value, right: Value) -> bool | None:
        if left is None or right is None:
            if op == "!=" and leeway.absent_differs:
                return True
            return None if leeway.absent_spreads else False
        if op == "=":
            return are_equal(left, right, leeway)
        if op == "!=":
            return not are_equal(left, right, leeway)
        return _is_ordered(op, left, right, leeway)

    return compare


def are_equal(left: Value, right: Value, leeway: Leeway) -> bool:
    """Whether two values are equal: texts as texts, else as numbers."""
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    a, b = number(left), number(right)
    if a is None or b is None:
        return False
    return float(a) == float(b) if leeway.doubles else a == b


def _is_ordered(op: str, left: Value, right: Value, leeway: Leeway) -> bool:
    a, b = number(left), number(right)
    if a is not None and b is not None:
        return _ORDERS[op](float(a), float(b)) if leeway.doubles else _ORDERS[op](a, b)
    if isinstance(left, str) and isinstance(right, str):
        return bool(_ORDERS[op](left, right))  # type: ignore[arg-type]
    return leeway.unlike_orders


def text(value: Value) -> str:
    """A value as results show it."""
    if isinstance(value, str):
        return value
    if isinstance(value, Moment):
        at = datetime.fromtimestamp(value // 1000, UTC)
        return f"{at:%Y-%m-%d %H:%M:%S}.{value % 1000:03d}"
    if isinstance(value, float) and not value.is_integer():
        return f"{value:.4f}".rstrip("0")
    return str(int(value or 0))


SortKey = tuple[int, float, tuple[tuple[str, int, str], ...]]


def sort_key(value: Value) -> SortKey:
    """The natural order of `sort`: absent, then text by chunks of digits and others, then numbers."""
    if value is None:
        return (0, 0, ())
    as_number = number(value)
    if as_number is not None:
        return (2, as_number, ())
    chunks = _CHUNK.findall(str(value))
    # Numeric chunks are ordered by length, then value, and against others like the digit 0.
    return (1, 0, tuple(("0", len(digits), digits) if digits else (other, 0, "") for digits, other in chunks))
