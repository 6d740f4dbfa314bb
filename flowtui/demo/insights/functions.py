"""The functions of a query, by the user guide's page on operations and functions.

Each takes the values of its arguments and gives a value; an absent argument makes the answer absent unless
the function is about that. What the page lists and is not here is refused as unknown.
"""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from flowtui.demo.insights.values import Moment, Value, number, text

_PRIVATE = tuple(ipaddress.ip_network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))


@dataclass(frozen=True, slots=True)
class Function:
    """A function, with how many arguments it takes."""

    call: Callable[..., Value]
    least: int
    most: int
    is_test: bool = False
    """Whether it may stand where a condition is wanted."""


def named(name: str) -> Function | None:
    """The function of that name, in any case."""
    return _FUNCTIONS.get(name.lower())


Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@lru_cache(maxsize=65_536)
def _address(value: str) -> Address | None:
    try:
        return ipaddress.ip_address(value)
    except ValueError:
        return None


@lru_cache(maxsize=1_024)
def _network(value: str) -> Network | None:
    # The address must be the start of the block (user guide): what is not is in no subnet.
    try:
        return ipaddress.ip_network(value) if "/" in value else None
    except ValueError:
        return None


def _valid(versions: tuple[int, ...]) -> Callable[[Value], Value]:
    def is_valid(value: Value) -> Value:
        found = _address(value) if isinstance(value, str) else None
        return found is not None and found.version in versions

    return is_valid


def _within(versions: tuple[int, ...]) -> Callable[[Value, Value], Value]:
    def is_within(value: Value, subnet: Value) -> Value:
        if not isinstance(value, str) or not isinstance(subnet, str):
            return False
        found, network = _address(value), _network(subnet)
        return found is not None and network is not None and found.version in versions and found in network

    return is_within


def _is_private(value: Value) -> Value:
    found = _address(value) if isinstance(value, str) else None
    return found is not None and any(found in network for network in _PRIVATE)


def _of_number(function: Callable[[float], int | float]) -> Callable[[Value], Value]:
    def call(value: Value) -> Value:
        found = number(value)
        try:
            return None if found is None else function(found)
        except (ValueError, OverflowError):
            return None

    return call


def _of_text(function: Callable[..., Value]) -> Callable[..., Value]:
    def call(*values: Value) -> Value:
        return None if None in values else function(*map(text, values))

    return call


def _least(*values: Value) -> Value:
    return min((found for found in map(number, values) if found is not None), default=None)


def _greatest(*values: Value) -> Value:
    return max((found for found in map(number, values) if found is not None), default=None)


def _substr(value: Value, start: Value, length: Value = None) -> Value:
    first, count = number(start), number(length)
    if value is None or first is None:
        return None
    return text(value)[int(first) :][: None if count is None else int(count)]


def _moment(value: Value) -> Value:
    found = number(value)
    return None if found is None else Moment(int(found))


def _millis(value: Value) -> Value:
    return int(value) if isinstance(value, Moment) else number(value)


def _coalesce(*values: Value) -> Value:
    return next((value for value in values if value is not None), None)


def _trimmed(value: str, characters: str | None = None) -> str:
    return value.strip(characters)


_FUNCTIONS = {
    "ispresent": Function(lambda value: value is not None, 1, 1, is_test=True),
    "isempty": Function(lambda value: value is None or value == "", 1, 1, is_test=True),
    "isblank": Function(lambda value: value is None or not text(value).strip(), 1, 1, is_test=True),
    "isnumeric": Function(lambda value: value is not None and number(value) is not None, 1, 1, is_test=True),
    "isvalidip": Function(_valid((4, 6)), 1, 1, is_test=True),
    "isvalidipv4": Function(_valid((4,)), 1, 1, is_test=True),
    "isvalidipv6": Function(_valid((6,)), 1, 1, is_test=True),
    "isipinsubnet": Function(_within((4, 6)), 2, 2, is_test=True),
    "isipv4insubnet": Function(_within((4,)), 2, 2, is_test=True),
    "isipv6insubnet": Function(_within((6,)), 2, 2, is_test=True),
    "isprivateip": Function(_is_private, 1, 1, is_test=True),
    "strcontains": Function(_of_text(lambda value, part: part in value), 2, 2, is_test=True),
    "startswith": Function(_of_text(str.startswith), 2, 2, is_test=True),
    "endswith": Function(_of_text(str.endswith), 2, 2, is_test=True),
    "strlen": Function(_of_text(len), 1, 1),
    "toupper": Function(_of_text(str.upper), 1, 1),
    "tolower": Function(_of_text(str.lower), 1, 1),
    "trim": Function(_of_text(_trimmed), 1, 2),
    "concat": Function(lambda *values: "".join(text(each) for each in values if each is not None), 1, 50),
    "replace": Function(_of_text(str.replace), 3, 3),
    "substr": Function(_substr, 2, 3),
    "coalesce": Function(_coalesce, 1, 50),
    "abs": Function(_of_number(abs), 1, 1),
    "ceil": Function(_of_number(math.ceil), 1, 1),
    "floor": Function(_of_number(math.floor), 1, 1),
    "sqrt": Function(_of_number(math.sqrt), 1, 1),
    "log": Function(_of_number(math.log), 1, 1),
    "least": Function(_least, 1, 50),
    "greatest": Function(_greatest, 1, 50),
    "tonumber": Function(number, 1, 1),
    "frommillis": Function(_moment, 1, 1),
    "tomillis": Function(_millis, 1, 1),
}
