"""Goes through the tokens of a query, one after the other."""

from __future__ import annotations

from typing import NoReturn

from flowtui.demo.insights.lexer import Token, tokenize, unexpected

RESERVED = frozenset({"and", "or", "not", "in", "like", "as", "by", "asc", "desc"})
"""Words that name no field unless they are in backticks."""


class Reader:
    """The tokens that are still to be read."""

    def __init__(self, query: str) -> None:
        """Raises AwsError where there is something that is no token."""
        self.query = query
        self.tokens = tokenize(query)
        self.place = 0

    @property
    def token(self) -> Token:
        """The next token."""
        return self.tokens[self.place]

    def fail(self) -> NoReturn:
        """Raises AwsError for the next token, which fits nowhere."""
        unexpected(self.query, self.token)

    def take(self, *words: str) -> bool:
        """Whether the next token is one of the words; if so, it is passed."""
        if not self.token.says(*words):
            return False
        self.place += 1
        return True

    def expect(self, *words: str) -> None:
        """Passes the token, which must be one of the words."""
        if not self.take(*words):
            self.fail()

    def expect_kind(self, *kinds: str) -> Token:
        """Passes the token, which must be of one of the kinds."""
        token = self.token
        if token.kind not in kinds:
            self.fail()
        self.place += 1
        return token

    def name(self) -> str:
        """Passes a field's name."""
        token = self.token
        if token.kind != "field" and (token.kind != "name" or token.text.lower() in RESERVED):
            self.fail()
        self.place += 1
        return token.text
