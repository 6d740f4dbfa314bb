"""Filter expressions as values of options and arguments: refused with the place of the mistake."""

from __future__ import annotations

import time
from datetime import UTC

import click

from flowtui.filters.tree import Tree


class ExpressionError(click.UsageError):
    """A wrong expression; the message has several lines, the place marked by `^`."""


class Expression(click.ParamType[Tree]):
    """An expression of the filter language; its times are fixed when it is read."""

    name = "expression"

    def __init__(self, *, utc: bool = False) -> None:
        self._zone = UTC if utc else None

    def convert(self, value: str | Tree, param: click.Parameter | None, ctx: click.Context | None) -> Tree:
        """Reads it. Raises ExpressionError."""
        if not isinstance(value, str):
            return value
        from flowtui.filters.errors import FilterError
        from flowtui.filters.parse import parse

        try:
            return parse(value, time.time(), self._zone)
        except FilterError as error:
            raise ExpressionError(str(error), ctx) from None
