"""From text to tree, by recursive descent: `or` < `and` < `not` < one condition.

Written by hand, since a parser library would name tokens where a reader needs to be told what would be right,
and the meaning of `-`, `:` and `,` hangs on what stands before them. Knows no engine and no topology.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import tzinfo

from flowtui.filters import vocabulary
from flowtui.filters.lexer import Cursor
from flowtui.filters.primaries import Primaries
from flowtui.filters.tree import And, Not, Or, Tree

MAX_DEPTH = 64
"""Brackets and negations within each other."""

MAX_LENGTH = 10_000
"""Characters: far beyond what is typed, and compiled in time."""


def parse(text: str, now: float, zone: tzinfo | None = None, extra: Collection[str] = ()) -> Tree:
    """Read an expression of the filter language. Raises FilterError, and nothing else, on any text.

    Times are fixed by `now` (epoch seconds) and, without a zone of their own, are of `zone` or else of the
    machine's. `extra` names fields that are known from log formats and not from the registry.
    """
    if len(text) > MAX_LENGTH:
        Cursor(text).fail(
            MAX_LENGTH,
            len(text) - MAX_LENGTH,
            f"The filter has {len(text):,} characters; {MAX_LENGTH:,} are the most.",
            "Use lists, src A,B, and networks.",
        )
    return _Parser(Primaries(Cursor(text), now, zone, extra)).whole()


class _Parser:
    def __init__(self, primaries: Primaries) -> None:
        self._cursor = primaries.cursor
        self._primaries = primaries
        self._depth = 0

    def whole(self) -> Tree:
        """Read all of the text."""
        if self._cursor.is_at_end():
            self._cursor.fail_here("The filter is empty.", "For example: reject and port 80.")
        tree = self._or()
        if not self._cursor.is_at_end():
            self._cursor.fail_here("No bracket is open here.", "Leave it out, or open one by (.")
        return tree

    def _or(self) -> Tree:
        parts = [self._and()]
        while self._connective(vocabulary.OR, "||"):
            parts.append(self._and())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _and(self) -> Tree:
        parts = [self._not()]
        while self._connective(vocabulary.AND, "&&") or self._goes_on():
            parts.append(self._not())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _connective(self, word: str, sign: str) -> bool:
        if self._cursor.peeked() == word:
            self._cursor.word()
        elif not self._cursor.take(sign):
            return False
        self._primaries.connect(word)
        return True

    def _goes_on(self) -> bool:
        """Whether a condition follows without a word between: it is one more that has to be true."""
        cursor = self._cursor
        is_end = cursor.is_at_end() or cursor.has(")") or cursor.has("||")
        return not is_end and cursor.peeked() != vocabulary.OR

    def _not(self) -> Tree:
        cursor = self._cursor
        cursor.skip()
        start = cursor.at
        if cursor.peeked() == vocabulary.NOT:
            cursor.word()
        elif cursor.has("!=") or not (cursor.take("!") or cursor.take("-")):
            return self._group()
        self._deepen(start)
        part = self._not()
        self._depth -= 1
        return Not(part)

    def _group(self) -> Tree:
        cursor = self._cursor
        if not cursor.has("("):
            return self._primaries.read()
        start = cursor.at
        cursor.take("(")
        self._deepen(start)
        self._primaries.forget()
        if cursor.has(")"):
            cursor.fail(start, cursor.at + 1 - start, "There is nothing in the brackets.", _EXAMPLE)
        tree = self._or()
        if not cursor.take(")"):
            cursor.fail(start, 1, "This bracket is not closed.", "Close it by ).")
        self._depth -= 1
        self._primaries.forget()
        return tree

    def _deepen(self, start: int) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._cursor.fail(
                start,
                1,
                f"More than {MAX_DEPTH} brackets and negations within each other.",
                "Write it flatter.",
            )


_EXAMPLE = "For example: (port 80 or port 443)."
