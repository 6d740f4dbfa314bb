"""The one error that a filter expression can raise, and how it is shown.

Knows no grammar.
"""

from __future__ import annotations

import unicodedata

from flowtui.records.decode import clean

_CONTEXT = 60
"""Characters of a long expression that are shown before and after the place."""

_LONG = 160
"""Longer expressions are shown in part."""


class FilterError(ValueError):
    """An expression that is none: what is wrong, where, and what would be right there.

    `str` gives three or four lines: the message, the expression, `^` under the place, and the hint.
    All of it is safe for a terminal.
    """

    def __init__(self, expression: str, offset: int, length: int, message: str, hint: str = "") -> None:
        super().__init__(expression, offset, length, message, hint)
        self.expression = expression
        self.offset = offset
        """Where the wrong part begins, in characters; the length of the expression where it ends too soon."""
        self.length = max(1, length)
        self.message = clean(message)
        self.hint = clean(hint)
        """What would be right there; may be empty."""

    def __str__(self) -> str:
        before, wrong, after = self._parts()
        marks = "^" * max(1, _width(wrong))
        lines = [self.message, f"  {before}{wrong}{after}".rstrip(), f"  {' ' * _width(before)}{marks}"]
        return "\n".join([*lines, self.hint] if self.hint else lines)

    def _parts(self) -> tuple[str, str, str]:
        end = self.offset + self.length
        parts = self.expression[: self.offset], self.expression[self.offset : end], self.expression[end:]
        before, wrong, after = (clean(part) for part in parts)
        if len(self.expression) <= _LONG:
            return before, wrong, after
        if len(before) > _CONTEXT:
            before = "…" + before[-_CONTEXT:]
        return before, wrong[:_CONTEXT], after[:_CONTEXT] + ("…" if len(after) > _CONTEXT else "")


def _width(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(each) in "WF" for each in text)
    combining = sum(unicodedata.combining(each) > 0 for each in text)
    return len(text) + wide - combining
