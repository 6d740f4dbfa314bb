"""Reading an expression piece by piece: blanks, words, operators, quoted text, lists.

What a character means depends on where it stands (`-`, `:` and `,` above all), so the grammar asks for the
kind of piece that it expects. Knows no grammar.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from flowtui.filters.errors import FilterError

_BLANKS = re.compile(r"\s*")
_WORD = re.compile(r"""(?:(?!&&|\|\||!=)[^\s()",=<>])+""")
_VALUE = re.compile(r"""(?:(?!&&|\|\|)[^\s()",])+""")
_KEY_VALUE = re.compile(r"""[^\s),]+""")
_OPERATOR = re.compile(r"==|!=|<=|>=|=|<|>")
_QUOTED = re.compile(r""""((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'""", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Item:
    """A word or value with its place."""

    text: str
    """Without the quotes."""
    offset: int
    length: int
    is_quoted: bool = False

    @property
    def lower(self) -> str:
        """The text in lower case, empty where it is quoted: quoted text is no word of the language."""
        return "" if self.is_quoted else self.text.lower()

    def after(self, count: int) -> Item:
        """The item without its first characters."""
        return Item(self.text[count:], self.offset + count, self.length - count)


class Cursor:
    """A place in an expression."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def skip(self) -> None:
        """Go past blanks."""
        found = _BLANKS.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def has(self, piece: str) -> bool:
        """Whether this comes next, past blanks."""
        self.skip()
        return self.text.startswith(piece, self.at)

    def take(self, piece: str) -> bool:
        """Go past this if it comes next."""
        if not self.has(piece):
            return False
        self.at += len(piece)
        return True

    def is_at_end(self) -> bool:
        """Whether nothing but blanks is left."""
        self.skip()
        return self.at == len(self.text)

    def word(self) -> Item | None:
        """Take a word, which ends before blanks, brackets, quotes, commas and operators."""
        self.skip()
        return self._match(_WORD)

    def peeked(self) -> str:
        """The next word in lower case, without taking it; empty where there is none."""
        place = self.at
        item = self.word()
        self.at = place
        return item.lower if item else ""

    def operator(self) -> Item | None:
        """Take a comparison."""
        self.skip()
        return self._match(_OPERATOR)

    def has_operator(self) -> bool:
        """Whether a comparison comes next."""
        place = self.at
        found = self.operator()
        self.at = place
        return found is not None

    def value(self) -> Item | None:
        """Take what stands behind an operator or in a list: quoted text, or all to a blank or comma."""
        self.skip()
        return self._quoted() or self._match(_VALUE)

    def values(self, *, is_after_colon: bool = False) -> list[Item]:
        """Take a list without blanks; after a colon its parts run on to a blank or `)`."""
        if not is_after_colon:
            self.skip()
        items: list[Item] = []
        while True:
            item = self._quoted() or self._match(_KEY_VALUE if is_after_colon else _VALUE)
            if item is None and (items or self.text.startswith(",", self.at)):
                self.fail_here("A value is missing in the list.", "Lists have no blanks: 80,443.")
            if item is None:
                return items
            items.append(item)
            if not self.text.startswith(",", self.at):
                return items
            self.at += 1

    def _match(self, pattern: re.Pattern[str]) -> Item | None:
        found = pattern.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        return Item(found[0], found.start(), len(found[0]))

    def _quoted(self) -> Item | None:
        if self.text[self.at : self.at + 1] not in ('"', "'"):
            return None
        found = _QUOTED.match(self.text, self.at)
        if found is None:
            self.fail(self.at, 1, "These quotes are not closed.", f"Close them by {self.text[self.at]}.")
        self.at = found.end()
        text = found[1] if found[1] is not None else found[2]
        return Item(_ESCAPED.sub(r"\1", text), found.start(), len(found[0]), is_quoted=True)

    def fail(self, offset: int, length: int, message: str, hint: str = "") -> NoReturn:
        """Raise the error of this place."""
        raise FilterError(self.text, offset, length, message, hint)

    def fail_at(self, item: Item, message: str, hint: str = "") -> NoReturn:
        """Raise the error of an item."""
        self.fail(item.offset, item.length, message, hint)

    def fail_here(self, message: str, hint: str = "") -> NoReturn:
        """Raise the error of what comes next."""
        self.skip()
        found = _VALUE.match(self.text, self.at)
        self.fail(self.at, len(found[0]) if found else 1, message, hint)
