"""The parameters of a Logs call, read with the checks and the words of AWS.

Knows the types that the API reference gives; not what the calls do with them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flowtui.demo.errors import AwsError, invalid, missing, unfit
from flowtui.demo.lab import ACCOUNT, REGION
from flowtui.demo.logs import Group, LogStore

_ARN_START = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:"


class Params:
    """The members of one request."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    @classmethod
    def read(cls, body: bytes) -> Params:
        """The members of a JSON body. Raises AwsError where it is none."""
        try:
            values = json.loads(body or b"{}")
        except ValueError:
            values = None
        if not isinstance(values, dict):
            raise AwsError("SerializationException", "The request body is not a JSON object")
        return cls(values)

    def text(self, name: str) -> str | None:
        """A string, None where it was not given."""
        value: str | None = self._typed(name, str)
        return value

    def required(self, name: str) -> str:
        """A string that must be given."""
        value = self.text(name)
        if not value:
            raise unfit(name, value, "Member must not be null")
        return value

    def number(self, name: str, low: int, high: int) -> int | None:
        """An integer within bounds."""
        value: int | None = self._typed(name, int)
        if value is not None and not low <= value <= high:
            raise unfit(name, value, f"Member must have value between {low} and {high}")
        return value

    def flag(self, name: str, default: bool) -> bool:
        """A boolean."""
        value: bool | None = self._typed(name, bool)
        return default if value is None else value

    def texts(self, name: str, most: int) -> list[str] | None:
        """A list of 1 to `most` strings."""
        value: list[Any] | None = self._typed(name, list)
        if value is None:
            return None
        if not 1 <= len(value) <= most or not all(isinstance(item, str) for item in value):
            raise unfit(name, value, f"Member must have length between 1 and {most}")
        return value

    def tags(self, name: str) -> dict[str, str]:
        """Tags by key."""
        found: dict[str, Any] = self._typed(name, dict) or {}
        if not all(isinstance(value, str) for value in found.values()):
            raise AwsError("SerializationException", f"{name} has a value that is no text")
        return found

    def items(self, name: str) -> list[Mapping[str, Any]]:
        """A list of structures."""
        value: list[Any] = self._typed(name, list) or []
        if not all(isinstance(item, dict) for item in value):
            raise AwsError("SerializationException", f"{name} is not a list of structures")
        return value

    def group(self, store: LogStore) -> Group:
        """The group that logGroupName or logGroupIdentifier means; exactly one of them must be given."""
        name, identifier = self.text("logGroupName"), self.text("logGroupIdentifier")
        if (name is None) == (identifier is None):
            raise invalid("Exactly one of logGroupName and logGroupIdentifier must be specified.")
        group = store.group(name if name is not None else group_name(identifier or ""))
        if group is None:
            raise missing("log group")
        return group

    def _typed(self, name: str, kind: type) -> Any:
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise AwsError("SerializationException", f"{name} is of the wrong type")
        return value


def group_name(identifier: str) -> str:
    """The name in a group's identifier: a name, or an ARN that does not end in `:*`."""
    if not identifier.startswith("arn:"):
        return identifier
    if identifier.endswith("*"):
        raise invalid("The logGroupIdentifier must not end in an asterisk.")
    if not identifier.startswith(_ARN_START):
        raise missing("log group")
    return identifier.removeprefix(_ARN_START)
