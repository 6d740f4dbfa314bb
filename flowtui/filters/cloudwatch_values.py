"""Sets of a field's values and boxes of them: what a filter pattern, a condition a field, can speak of.

Knows neither trees nor how patterns are written. A record is in a box where each of the box's fields has
one of its values there; a box of no fields is everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flowtui.records import fields
from flowtui.records.fields import Field, Type

Spans = tuple[tuple[int, int], ...]
"""Ranges, both ends included, ascending, neither overlapping nor adjacent."""

V4_MAX = 2**32 - 1
V6_MAX = 2**128 - 1


def spans(ranges: Iterable[tuple[int, int]]) -> Spans:
    """Join ranges to spans; one whose end is before its beginning is empty."""
    joined: list[tuple[int, int]] = []
    for low, high in sorted(each for each in ranges if each[0] <= each[1]):
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return tuple(joined)


def size(ranges: Spans) -> int:
    """Count the integers."""
    return sum(high - low + 1 for low, high in ranges)


def common(left: Spans, right: Spans) -> Spans:
    """Keep what is in both."""
    found: list[tuple[int, int]] = []
    first, second = 0, 0
    while first < len(left) and second < len(right):
        low = max(left[first][0], right[second][0])
        high = min(left[first][1], right[second][1])
        if low <= high:
            found.append((low, high))
        if left[first][1] < right[second][1]:
            first += 1
        else:
            second += 1
    return tuple(found)


def others(held: Spans, top: int) -> Spans:
    """Give the rest of 0 to top."""
    ends = [-1, *(end for low, high in held for end in (low, high)), top + 1]
    return spans((before + 1, after - 1) for before, after in zip(ends[::2], ends[1::2], strict=True))


@dataclass(frozen=True, slots=True)
class Values:
    """Some values of one field: of its kinds of value, those that its type has."""

    texts: frozenset[str] = frozenset()
    numbers: Spans = ()
    """Integers, times in seconds, or IPv4 addresses."""
    v6: Spans = ()
    """IPv6 addresses."""
    or_none: bool = False
    """Whether records without a value are meant too; no pattern can say that."""

    def __bool__(self) -> bool:
        return bool(self.texts or self.numbers or self.v6 or self.or_none)

    def __and__(self, other: Values) -> Values:
        return Values(
            self.texts & other.texts,
            common(self.numbers, other.numbers),
            common(self.v6, other.v6),
            self.or_none and other.or_none,
        )


def union(parts: Sequence[Values]) -> Values:
    """Join sets of values of one field."""
    return Values(
        frozenset().union(*(part.texts for part in parts)),
        spans(each for part in parts for each in part.numbers),
        spans(each for part in parts for each in part.v6),
        any(part.or_none for part in parts),
    )


def complement(entry: Field, values: Values) -> Values | None:
    """Give a field's other values, none at all among them; None where they cannot be listed."""
    or_none = not values.or_none
    match entry.type:
        case Type.ACTION:
            return Values(texts=frozenset(fields.ACTIONS) - values.texts, or_none=or_none)
        case Type.STATUS:
            return Values(texts=frozenset(fields.STATUSES) - values.texts, or_none=or_none)
        case Type.INTEGER | Type.TIME:
            return Values(numbers=others(values.numbers, entry.max_value), or_none=or_none)
        case Type.ADDRESS:
            v4, v6 = others(values.numbers, V4_MAX), others(values.v6, V6_MAX)
            return Values(numbers=v4, v6=v6, or_none=or_none)
        case Type.TEXT:
            return None


@dataclass(frozen=True, slots=True)
class Box:
    """Records by the values of some fields, all of them at once."""

    fields: Mapping[str, Values]
    """By the field's AWS name."""
    is_exact: bool
    """Whether these are the very records meant, rather than those and perhaps others."""

    @property
    def is_empty(self) -> bool:
        """Whether no record can be in it."""
        return not all(self.fields.values())


ALL = Box({}, is_exact=False)
"""Everything, where nothing narrower can be said."""


def meet(boxes: Sequence[Box]) -> Box:
    """Give the records that are in all of them."""
    given: dict[str, list[Values]] = {}
    for box in boxes:
        for name, values in box.fields.items():
            given.setdefault(name, []).append(values)
    held = {name: _intersection(parts) for name, parts in given.items()}
    return Box(held, all(box.is_exact for box in boxes))


def _intersection(parts: list[Values]) -> Values:
    # In pairs: one after the other would go through what is left of a long `not` again and again.
    while len(parts) > 1:
        pairs = [left & right for left, right in zip(parts[::2], parts[1::2], strict=False)]
        parts = pairs + parts[2 * len(pairs) :]
    return parts[0]


def hull(boxes: Sequence[Box]) -> Box:
    """Give the smallest box around all of them; exact where they differ in one field at most."""
    filled = [box for box in boxes if not box.is_empty]
    if not filled:
        return boxes[0] if boxes else ALL
    names = [name for name in filled[0].fields if all(name in box.fields for box in filled)]
    held = {name: union([box.fields[name] for box in filled]) for name in names}
    return Box(held, all(box.is_exact for box in filled) and _is_tight(held, filled))


def _is_tight(held: Mapping[str, Values], boxes: Sequence[Box]) -> bool:
    if any(len(box.fields) != len(held) for box in boxes):
        return False
    differing = [name for name, values in held.items() if any(box.fields[name] != values for box in boxes)]
    return len(differing) <= 1
