"""Clauses of an Insights filter: each takes all that is meant, perhaps more, and knows which of the two.

The algebra of `and` and `or` over them. Knows neither trees nor fields' types.
Source: CloudWatch Logs User Guide, "CloudWatch Logs Insights query syntax", filter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain


@dataclass(frozen=True, slots=True)
class Clause:
    """A boolean expression of a query; or, in place of a text, True for everything and False for nothing."""

    text: str | bool
    reasons: tuple[str, ...] = ()
    """Why it takes more than is meant, a few words each; none where it takes just that."""
    fields: frozenset[str] = field(default=frozenset())
    """AWS's names of the fields that it looks at."""
    is_enclosed: bool = False
    """Whether the text stands in parentheses as a whole."""

    @property
    def bare(self) -> str | bool:
        """The text without parentheses around the whole."""
        return self.text[1:-1] if self.is_enclosed and isinstance(self.text, str) else self.text

    @property
    def is_exact(self) -> bool:
        """Whether it takes just what is meant."""
        return not self.reasons


EVERYTHING = Clause(True)
NOTHING = Clause(False)


def anything(reason: str) -> Clause:
    """Everything, since what is meant cannot be said, for this reason."""
    return Clause(True, (reason,))


def all_of(clauses: Iterable[Clause]) -> Clause:
    """What every clause takes."""
    given = list(clauses)
    if any(clause.text is False for clause in given):
        return NOTHING
    return _joined(" and ", [clause for clause in given if clause != EVERYTHING], EVERYTHING)


def any_of(clauses: Iterable[Clause]) -> Clause:
    """What at least one clause takes."""
    given = [clause for clause in clauses if clause.text is not False]
    everything = [clause for clause in given if clause.text is True]
    if EVERYTHING in everything:
        return EVERYTHING
    if everything:
        return Clause(True, _reasons(given))
    return _joined(" or ", given, NOTHING)


def _joined(word: str, clauses: Sequence[Clause], of_none: Clause) -> Clause:
    if len(clauses) <= 1:
        return clauses[0] if clauses else of_none
    texts = [clause.text for clause in clauses if isinstance(clause.text, str)]
    if not texts:
        return Clause(True, _reasons(clauses))
    looked_at = frozenset[str]().union(*(clause.fields for clause in clauses))
    if len(texts) == 1:
        return Clause(texts[0], _reasons(clauses), looked_at)
    return Clause(f"({word.join(texts)})", _reasons(clauses), looked_at, is_enclosed=True)


def _reasons(clauses: Iterable[Clause]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(clause.reasons for clause in clauses)))
