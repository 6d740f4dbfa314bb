"""A condition on one field as an expression of an Insights query.

What is uncertain about values is decided towards taking more: times in milliseconds, numbers beyond those
that a double holds, texts that cannot be quoted. Knows no trees' structure.
Source: CloudWatch Logs User Guide, "Supported operations and functions": comparisons, IP address functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from flowtui.filters.tree import Network, Op
from flowtui.records.fields import Field, Type

TIMES = "a record's times are compared here; --since and --until are asked of AWS"
NUMBERS = "numbers from 2^53 on are compared here"
TEXTS = "text with quotes, backslashes or other than plain characters is compared here"

_DOUBLES = 2**53
"""From here on different numbers may be equal, if numbers are compared as doubles: that is not documented."""
_SAYABLE = re.compile(r"[ !#-\[\]-~]+")
"""What may stand between double quotes for itself: ASCII but quotes, backslashes and control characters."""

Spans = Iterable[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Term:
    """What an expression asks of a field that has a value; True: nothing can be asked, False: never true."""

    text: str | bool
    reason: str = ""
    """Why it takes more than is meant; empty where it does not."""
    is_certain_of_none: bool = True
    """Whether it is documented to be false of `-`."""


def compared(entry: Field, named: str, op: Op, value: str | int) -> Term:
    """A field's value compared."""
    if isinstance(value, int):
        return _number(entry, named, op, value)
    if op is not Op.NE:
        return one_of(entry, named, (value,))
    term = one_of(entry, named, (value,))
    if term.reason:
        return Term(True, term.reason)
    return Term(f'{named} != "-"' if term.text is False else f"not ({term.text})", is_certain_of_none=False)


def one_of(entry: Field, named: str, values: Sequence[str | int]) -> Term:
    """A field's value is one of these."""
    numbers = [value for value in values if isinstance(value, int)]
    texts = [value for value in values if isinstance(value, str)]
    if entry.type is Type.ADDRESS:
        return networks(named, [ip_network(ip_address(text)) for text in texts])
    if entry.type is Type.TIME and numbers:
        return Term(f"({_among(named, map(str, numbers))} or {named} > {entry.max_value})", TIMES)
    if any(value >= _DOUBLES for value in numbers):
        return Term(_among(named, map(str, numbers)), NUMBERS)
    texts = [text for text in texts if text != "-"]
    if not all(map(_SAYABLE.fullmatch, texts)):
        return Term(True, TEXTS)
    return _of(_among(named, [*map(str, numbers), *(f'"{text}"' for text in texts)]))


def networks(named: str, wanted: Iterable[Network]) -> Term:
    """An address is in one of these networks."""
    hosts: list[str] = []
    parts: list[str] = []
    for network in wanted:
        if network.version == 4 and network.prefixlen == network.max_prefixlen:
            hosts.append(f'"{network.network_address}"')
        elif not network.prefixlen:
            parts.append(f"isValidIpV{network.version}({named})")
        else:
            parts.append(f'isIpv{network.version}InSubnet({named}, "{network}")')
    return _of(_or([_among(named, hosts), *parts]))


def outside(named: str, network: Network) -> Term:
    """An address that is there, and not in the network."""
    return Term(f"not ({networks(named, [network]).text})", is_certain_of_none=False)


def within_ranges(entry: Field, named: str, ranges: Spans) -> Term:
    """A number is in one of these ranges, both ends included."""
    given = list(ranges)
    single = [str(low) for low, high in given if low == high]
    wide = [_between(entry, named, low, high) for low, high in given if low < high]
    text = _or([_among(named, single), *wide])
    return Term(text or False, is_certain_of_none=not wide)


def containing(named: str, text: str) -> Term:
    """Text, in any case, is found in a field's value."""
    if not _SAYABLE.fullmatch(text):
        return Term(True, TEXTS)
    return Term(f"{named} like {like(text)}", is_certain_of_none=text != "-")


def like(text: str, *, begins: bool = False) -> str:
    """The regular expression for a text of plain characters, in any case or, of a beginning, in just this."""
    escaped = re.sub(r"([^A-Za-z0-9 _-])", r"\\\1", text)
    return f"/^{escaped}([^0-9A-Za-z]|$)/" if begins else f"/(?i){escaped}/"


def _number(entry: Field, named: str, op: Op, value: int) -> Term:
    is_ordering = op.is_ordering or op is Op.NE
    if entry.type is Type.TIME:
        # A time in milliseconds, which the records' parser takes too, is a number beyond all seconds.
        is_upper = op in (Op.LT, Op.LE, Op.EQ)
        text = f"{named} {op.value} {value}"
        return Term(f"({text} or {named} > {entry.max_value})" if is_upper else text, TIMES, not is_ordering)
    if value >= _DOUBLES:
        wider = {Op.LT: "<=", Op.GT: ">=", Op.NE: ""}.get(op, op.value)
        return Term(f"{named} {wider} {value}" if wider else True, NUMBERS, not is_ordering)
    return Term(f"{named} {op.value} {value}", is_certain_of_none=not is_ordering)


def _between(entry: Field, named: str, low: int, high: int) -> str:
    if low <= 0:
        return f"{named} <= {high}"
    return f"{named} >= {low}" if high >= entry.max_value else f"({named} >= {low} and {named} <= {high})"


def _among(named: str, values: Iterable[str]) -> str:
    given = list(dict.fromkeys(values))
    if len(given) == 1:
        return f"{named} = {given[0]}"
    return f"{named} in [{', '.join(given)}]" if given else ""


def _or(parts: Iterable[str]) -> str:
    given = [part for part in parts if part]
    return given[0] if len(given) == 1 else f"({' or '.join(given)})" if given else ""


def _of(text: str) -> Term:
    return Term(text or False)


def integers(entry: Field, masks: Iterable[int]) -> tuple[int, ...]:
    """The values of a field of bits that have all bits of one of these masks."""
    wanted = tuple(masks)
    return tuple(
        value for value in range(entry.max_value + 1) if any(value & mask == mask for mask in wanted)
    )
