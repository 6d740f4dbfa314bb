"""The CloudWatch engine: a tree as a filter pattern, and what the pattern leaves to the local engine.

A pattern takes every record that the tree selects, and perhaps others; the residual decides those. Knows
nothing of calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flowtui.filters import cloudwatch_slots, cloudwatch_terms
from flowtui.filters.cloudwatch_over import over
from flowtui.filters.cloudwatch_pushed import tree_of
from flowtui.filters.cloudwatch_values import ALL, meet
from flowtui.filters.tree import And, Tree, Word, conjunction
from flowtui.records.format import LogFormat

_SEVERAL = "Several log formats share the group, so no field has a certain place in its lines."
_NO_FORMAT = "The group's log format is not known, so no field has a certain place in its lines."
_INEXPRESSIBLE = (
    "A pattern sets conditions on single fields, and it is not documented to decide ranges or missing values."
)


@dataclass(frozen=True, slots=True)
class Pushdown:
    """How a tree is divided between CloudWatch and here."""

    pattern: str | None
    """For `filterPattern` of FilterLogEvents; None: everything is asked for."""
    pushed: str
    """What the pattern asks for, in the filter language; '' where that is everything."""
    residual: Tree | None
    """What is still to be decided of the records that the pattern takes; None: nothing."""
    reason: str
    """Why there is a residual, in one sentence; '' where there is none."""

    @property
    def is_exact(self) -> bool:
        """Whether CloudWatch decides alone, so that its count is the tree's."""
        return self.residual is None


def compile_pattern(tree: Tree, formats: Sequence[LogFormat]) -> Pushdown:
    """Divide a tree, for a log group whose records have these formats; none of them known is as several.

    The pattern is at most 1,024 characters long and has two regular expressions at most. Never raises.
    """
    parts = list(_conjuncts(tree))
    distinct = tuple(dict.fromkeys(formats))
    by_words = _ask_by_words(parts, distinct)
    if len(distinct) != 1:
        return _divide(parts, by_words, _SEVERAL if distinct else _NO_FORMAT)
    by_place = _ask_by_place(parts, distinct[0])
    # Words ask for less: they are for what no field's place can say.
    return _divide(parts, by_words if by_place.parts < by_words.parts else by_place, _INEXPRESSIBLE)


@dataclass(frozen=True, slots=True)
class _Asked:
    pattern: str = ""
    text: str = ""
    parts: frozenset[int] = frozenset()
    """The places of the conjuncts that make the pattern narrower."""
    decided: frozenset[int] = frozenset()
    """Those that it decides."""


def _conjuncts(tree: Tree) -> Iterator[Tree]:
    if isinstance(tree, And):
        for part in tree.parts:
            yield from _conjuncts(part)
    else:
        yield tree


def _divide(parts: Sequence[Tree], asked: _Asked, reason: str) -> Pushdown:
    rest = conjunction(part for place, part in enumerate(parts) if place not in asked.decided)
    return Pushdown(asked.pattern or None, asked.text, rest, reason if rest else "")


def _ask_by_words(parts: Sequence[Tree], formats: tuple[LogFormat, ...]) -> _Asked:
    found = [cloudwatch_terms.words(part, formats) for part in parts]
    pattern, held = cloudwatch_terms.write(frozenset().union(*found))
    text = " and ".join(str(Word(word)) for word in sorted(held))
    return _Asked(pattern, text, frozenset(place for place, each in enumerate(found) if each & held))


def _ask_by_place(parts: Sequence[Tree], fmt: LogFormat) -> _Asked:
    boxes = {place: over(part, fmt) for place, part in enumerate(parts)}
    held = ALL
    for place, box in list(boxes.items()):
        both = meet([held, box])
        if both.is_empty:
            # A pattern of contradictions would be one that nothing documents: the residual finds it.
            del boxes[place]
        else:
            held = both
    slots = cloudwatch_slots.write(held, fmt)
    if slots is None:
        return _Asked()
    asked = [name for name in held.fields if name in slots.forms]
    text = str(conjunction(tree_of(name, slots.forms[name].values) for name in asked))
    exact = {name for name, form in slots.forms.items() if form.decides(held.fields[name])}
    return _Asked(
        slots.pattern,
        text,
        frozenset(place for place, box in boxes.items() if box.fields.keys() & slots.forms.keys()),
        frozenset(place for place, box in boxes.items() if box.is_exact and box.fields.keys() <= exact),
    )
