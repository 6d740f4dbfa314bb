"""The errors of the Logs endpoint, in AWS's words.

Every one of them carries the code and the HTTP status that AWS gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class AwsError(Exception):
    """An answer that is an error."""

    def __init__(
        self, code: str, message: str, status: int = 400, *, details: Mapping[str, Any] | None = None
    ) -> None:
        """`details`: further members of the answer."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.details = details or {}


def invalid(message: str) -> AwsError:
    """A parameter that AWS would not take."""
    return AwsError("InvalidParameterException", message)


def unfit(name: str, value: object, demand: str) -> AwsError:
    """A value that does not keep a constraint of the API's model."""
    return invalid(
        f"1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: {demand}"
    )


def missing(what: str) -> AwsError:
    """A `log group` or `log stream` that does not exist."""
    return AwsError("ResourceNotFoundException", f"The specified {what} does not exist.")


def exists(what: str) -> AwsError:
    """A `log group` or `log stream` that exists already."""
    return AwsError("ResourceAlreadyExistsException", f"The specified {what} already exists")
