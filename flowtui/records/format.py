"""Log formats: which fields a flow log writes, in which order.

Knows nothing of lines; a format from AWS may hold fields that the registry does not.
Source: EC2 API, CreateFlowLogs, LogFormat.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from flowtui.records import fields

_TOKEN = re.compile(r"\$\{([A-Za-z0-9][A-Za-z0-9._-]*)\}")


class FormatError(ValueError):
    """A text that is no log format; one line says why."""


@dataclass(frozen=True, slots=True)
class LogFormat:
    """The fields of a record line, by their AWS names; one or more, none twice. Raises FormatError."""

    fields: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.fields:
            raise FormatError("A log format needs at least one field, such as ${version}.")
        seen: set[str] = set()
        for name in self.fields:
            if not _TOKEN.fullmatch(f"${{{name}}}"):
                raise FormatError(f"{name!r} is no field name.")
            if name in seen:
                raise FormatError(f"The log format names ${{{name}}} twice.")
            seen.add(name)

    @classmethod
    def parse(cls, text: str) -> LogFormat:
        """Read a format from `${version} ${account-id} …`. Raises FormatError."""
        names: list[str] = []
        for token in text.split():
            match = _TOKEN.fullmatch(token)
            if match is None:
                raise FormatError(f"{token!r} is not of the form ${{field}}; fields are separated by blanks.")
            names.append(match[1])
        return cls(tuple(names))

    def __str__(self) -> str:
        return " ".join(f"${{{name}}}" for name in self.fields)

    def __len__(self) -> int:
        return len(self.fields)

    @property
    def version(self) -> int:
        """The highest version among the known fields, which AWS writes as the record's version."""
        return max(fields.field(name).version for name in self.fields)


DEFAULT_FORMAT = LogFormat(tuple(name for name, entry in fields.FIELDS.items() if entry.version == 2))
"""The format of a flow log created without one: the fields of version 2 in the order of AWS's table."""
