"""Ports behind `port`, `sport`, `dport` and their keys: lists, ranges, services, comparisons.

Knows what stands behind the word; not the word itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from flowtui.filters import values, vocabulary
from flowtui.filters.comparisons import OPS, Comparisons
from flowtui.filters.lexer import Cursor, Item
from flowtui.filters.suggest import guess
from flowtui.filters.tree import AnyPort, Op, Side, Tree

TAKES = f"port takes 0–{values.MAX_PORT}, a range or a service name."

_EXAMPLE = "For example port 443, port 80,443, port 1024-65535 or port https."


@dataclass(frozen=True, slots=True)
class Ports:
    """Reads ports."""

    cursor: Cursor
    comparisons: Comparisons

    def read(self, what: str, side: Side) -> Tree:
        """Read what stands behind these words, past a blank."""
        operator = self.cursor.operator()
        if operator is not None:
            return self._compared(operator, side)
        if self.cursor.peeked() == vocabulary.IN:
            self.cursor.word()
            return self._any(self.comparisons.cursor_list(f"{what} in", _EXAMPLE), side)
        given = self.cursor.values()
        if not given:
            self.cursor.fail_here(f"{what} needs a port.", _EXAMPLE)
        return self._any(given, side)

    def keyed(self, key: str, side: Side) -> Tree:
        """Read what stands right behind a colon."""
        cursor = self.cursor
        is_blank = not cursor.text[cursor.at : cursor.at + 1].strip()
        operator = None if is_blank else cursor.operator()
        if operator is not None:
            return self._compared(operator, side)
        given = [] if is_blank else cursor.values(is_after_colon=True)
        if not given:
            cursor.fail_here(f"{key}: needs a port right behind the colon.", f"For example {key}:443,8443.")
        return self._any(given, side)

    def _any(self, given: list[Item], side: Side) -> Tree:
        ranges: list[tuple[int, int]] = []
        for item in given:
            found = None if item.is_quoted else values.ports(item.text)
            if found is None:
                self._fail(item)
            ranges += found
        return AnyPort(tuple(ranges), side)

    def _compared(self, operator: Item, side: Side) -> Tree:
        op = OPS[operator.text]
        item = self.cursor.value()
        if item is None:
            self.cursor.fail_here("The comparison needs a port.", _EXAMPLE)
        found = values.ports(item.text)
        if found is None or (op is not Op.EQ and (len(found) > 1 or found[0][0] != found[0][1])):
            self._fail(item)
        if op is Op.NE and side is Side.EITHER:
            self.cursor.fail_at(
                operator,
                f"Nearly every record has a port other than {item.text}.",
                f"Say not port {item.text} where neither side may have it, or srcport != {item.text}.",
            )
        ranges = found if op is Op.EQ else values.compared(op, found[0][0])
        if not ranges:
            self.cursor.fail_at(item, f"No port is {op.value} {item.text}.", _EXAMPLE)
        return AnyPort(ranges, side)

    def _fail(self, item: Item) -> NoReturn:
        hint = _EXAMPLE if item.text[:1].isdigit() else guess(item.text, vocabulary.PORT_SERVICES) or _EXAMPLE
        self.cursor.fail_at(item, TAKES, hint)
