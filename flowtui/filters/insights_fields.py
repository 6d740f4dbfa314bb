"""What a record's fields are called in a query: as AWS discovers them, or as parsed from the line.

A line that has not just the format's fields gets none of the parsed ones, so a query can tell those apart.
Knows no trees.
Source: CloudWatch Logs User Guide, "Supported logs and discovered fields", and the `parse` command.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from flowtui.records import fields
from flowtui.records.fields import Type
from flowtui.records.format import DEFAULT_FORMAT, LogFormat

DISCOVERED = frozenset(fields.field(name).insights for name in DEFAULT_FORMAT.fields)
"""The fields that AWS documents to discover in flow logs of the default format."""

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*", re.ASCII)

_TOKENS: Mapping[Type, str] = {
    Type.TEXT: r"\S+",
    Type.INTEGER: r"-|\d+",
    Type.TIME: r"-|\d+",
    Type.ADDRESS: r"-|[0-9A-Fa-f:.]+",
    Type.ACTION: "|".join((*fields.ACTIONS, "-")),
    Type.STATUS: "|".join((*fields.STATUSES, "-")),
}
"""What a token of each type may be, as a regular expression."""


@dataclass(frozen=True, slots=True)
class Naming:
    """The names of one log format's fields in one query."""

    fmt: LogFormat
    names: Mapping[str, str]
    """By AWS's name."""
    is_discovered: bool = False
    """Whether AWS finds the fields by itself: then a record without a value may lack the field too."""

    @property
    def mark(self) -> str:
        """The field by which a line of the format is told."""
        return self.fmt.fields[0]

    def has_value(self, name: str) -> str:
        """The expression for a field's having a value."""
        named = self.names[name]
        return f'ispresent({named}) and {named} != "-"' if self.is_discovered else f'{named} != "-"'

    def has_none(self, name: str) -> str:
        """The expression for a field's having no value."""
        named = self.names[name]
        return f'not ispresent({named}) or {named} = "-"' if self.is_discovered else f'{named} = "-"'

    def parse(self, wanted: Collection[str]) -> str:
        """The command that gives the wanted fields of lines that have just the format's fields."""
        tokens = r"\s+".join(self._token(name, name in wanted) for name in self.fmt.fields)
        return rf"parse @message /^\s*{tokens}\s*$/"

    def _token(self, name: str, is_wanted: bool) -> str:
        token = _TOKENS[fields.field(name).type]
        if is_wanted:
            return f"(?<{self.names[name]}>{token})"
        return f"(?:{token})" if "|" in token else token


def discovered() -> Naming:
    """The default format's fields as AWS discovers them."""
    names = {name: fields.field(name).insights for name in DEFAULT_FORMAT.fields}
    return Naming(DEFAULT_FORMAT, names, is_discovered=True)


def parsed(fmt: LogFormat, number: int = 1) -> Naming:
    """A format's fields as taken from the line; of several formats each has a number.

    The names are letters and digits, and no names that AWS gives.
    """
    prefix = "flow" if number == 1 else f"flow{number}"
    stems = [fields.field(name).insights for name in fmt.fields]
    often = Counter(stems)
    names = {
        name: f"{prefix}{stem[:1].upper()}{stem[1:]}"
        if _WORD.fullmatch(stem) and often[stem] == 1
        else f"{prefix}Field{place}"
        for place, (name, stem) in enumerate(zip(fmt.fields, stems, strict=True), 1)
    }
    return Naming(fmt, names)
