"""A box of field values as a space-delimited filter pattern, within the limits of the service.

All slots of the format are written, in its order, so that no rule on shorter patterns is relied on.
Source: CloudWatch Logs User Guide, "Filter pattern syntax"; API reference of FilterLogEvents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import ascii_lowercase

from flowtui.filters.cloudwatch_forms import Form, forms
from flowtui.filters.cloudwatch_values import Box
from flowtui.records import fields
from flowtui.records.format import LogFormat

MAX_LENGTH = 1024
"""Characters in a filter pattern."""
MAX_REGEXES = 2
"""Regular expressions in one space-delimited pattern."""

_SEPARATOR = ", "
_NAME = re.compile(r"[a-z][a-z0-9]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Slots:
    """A pattern and what it asks for."""

    pattern: str
    forms: Mapping[str, Form]
    """By field, of those that have conditions; one or more."""


def write(box: Box, fmt: LogFormat) -> Slots | None:
    """Write the narrowest pattern that fits; None where none does that has a condition.

    Where it is too long, the longest slot is widened first, and given up last.
    """
    ways = {name: forms(fields.field(name), values) for name, values in box.fields.items()}
    ways = {name: ways[name] for name in fmt.fields if ways.get(name)}
    _limit_regexes(ways)
    while ways:
        chosen = {name: way[0] for name, way in ways.items()}
        for pattern in _spellings(chosen, fmt):
            if len(pattern) <= MAX_LENGTH:
                return Slots(pattern, chosen)
        _drop_first(ways, max(chosen, key=lambda name: len(chosen[name].text(name))))
    return None


def _limit_regexes(ways: dict[str, list[Form]]) -> None:
    with_regex = [name for name, way in ways.items() if way[0].has_regex]
    for name in with_regex[MAX_REGEXES:]:
        del ways[name]


def _drop_first(ways: dict[str, list[Form]], name: str) -> None:
    ways[name] = ways[name][1:]
    if not ways[name]:
        del ways[name]


def _spellings(chosen: Mapping[str, Form], fmt: LogFormat) -> Iterator[str]:
    """Write with the fields' names, and with letters, which are shorter and serve where names would clash."""
    names = [name.replace("-", "").lower() for name in fmt.fields]
    if len(set(names)) == len(names) and all(map(_NAME.fullmatch, names)):
        yield _pattern(chosen, fmt, names)
    yield _pattern(chosen, fmt, [_letters(place) for place in range(len(fmt))])


def _pattern(chosen: Mapping[str, Form], fmt: LogFormat, names: list[str]) -> str:
    slots = (
        chosen[field].text(name) if field in chosen else name
        for field, name in zip(fmt.fields, names, strict=True)
    )
    return f"[{_SEPARATOR.join(slots)}]"


def _letters(place: int) -> str:
    text = ""
    while place >= 0:
        place, letter = divmod(place, len(ascii_lowercase))
        text = ascii_lowercase[letter] + text
        place -= 1
    return text
