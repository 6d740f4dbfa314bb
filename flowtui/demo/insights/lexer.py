"""Query text to tokens, each with its place, so that an error can say where it is.

Knows characters only: what a word means is the parser's business.
"""

from __future__ import annotations

import re
from typing import NamedTuple, NoReturn

from flowtui.demo.errors import AwsError

MAX_LENGTH = 10_000
"""Characters in a query (API reference of StartQuery)."""

_TOKEN = re.compile(
    r"(?P<blank>\s+)"
    r"|(?P<period>\d+[A-Za-z]+)"
    r"|(?P<number>\d+(?:\.\d+)?|\.\d+)"
    r"|(?P<name>[A-Za-z_@][A-Za-z0-9_@.]*)"
    r"|`(?P<quoted>[^`\n]+)`"
    r"""|"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'"""
    r"|(?P<op>=~|!=|<=|>=|[=<>|,()\[\]+\-*/%^])",
    re.DOTALL,
)
_REGEX = re.compile(r"/((?:[^/\\\n]|\\.)+)/")
_COMMENT = re.compile(r"^[ \t]*#[^\n]*", re.MULTILINE)
_ESCAPED = re.compile(r"\\([\"'\\])")


class Token(NamedTuple):
    """A piece of a query: its kind, its content, and from which to which character it stands."""

    kind: str
    """name, field (in backticks), number, period, text, regex, op or end."""
    text: str
    start: int
    end: int

    def says(self, *words: str) -> bool:
        """Whether it is one of these operators or, in any case, keywords."""
        return (self.kind == "op" and self.text in words) or (
            self.kind == "name" and self.text.lower() in words
        )


def tokenize(query: str) -> list[Token]:
    """The query's tokens, an `end` behind them. Raises AwsError for what is none."""
    if len(query) > MAX_LENGTH:
        raise malformed(query, f"The query is longer than {MAX_LENGTH} characters", 0, MAX_LENGTH)
    # Lines that begin with # are ignored; blanks keep every other place where it was.
    text = _COMMENT.sub(lambda match: " " * len(match[0]), query)
    tokens: list[Token] = []
    place = 0
    while place < len(text):
        token, place = _next(query, text, place, tokens)
        if token is not None:
            tokens.append(token)
    return [*tokens, Token("end", "", len(query), len(query))]


def _next(query: str, text: str, place: int, before: list[Token]) -> tuple[Token | None, int]:
    if text[place] == "/" and _expects_regex(before):
        regex = _REGEX.match(text, place)
        if regex is None:
            unexpected(query, Token("op", "/", place, place + 1))
        return Token("regex", regex[1], place, regex.end()), regex.end()
    match = _TOKEN.match(text, place)
    if match is None:
        unexpected(query, Token("op", text[place], place, place + 1))
    kind = match.lastgroup or ""
    if kind == "blank":
        return None, match.end()
    content = match[kind]
    if kind in ("double", "single"):
        kind, content = "text", _ESCAPED.sub(r"\1", content)
    return Token("field" if kind == "quoted" else kind, content, place, match.end()), match.end()


def _expects_regex(before: list[Token]) -> bool:
    if before and before[-1].says("like", "=~"):
        return True
    command = next((place for place in reversed(range(len(before))) if before[place].says("|")), -1) + 1
    return len(before) > command and before[command].says("parse")


def unexpected(query: str, token: Token) -> NoReturn:
    """Raises AwsError as the service words it."""
    line = query.count("\n", 0, token.start) + 1
    column = token.start - (query.rfind("\n", 0, token.start) + 1) + 1
    what = query[token.start : token.end] or "end of query"
    raise malformed(
        query, f"unexpected symbol found {what} at line {line} and position {column}", token.start, token.end
    )


def malformed(query: str, message: str, start: int, end: int) -> AwsError:
    """A MalformedQueryException, with the place of the error in characters."""
    location = {"startCharOffset": start, "endCharOffset": min(end, len(query))}
    details = {"queryCompileError": {"location": location, "message": message}}
    return AwsError("MalformedQueryException", message, details=details)
