"""Ways to write a field's values as the conditions of one slot, the exact one first, then wider and shorter.

A slot takes comparisons joined by `&&` or by `||`, never by both. Knows neither trees nor other slots.
Source: CloudWatch Logs User Guide, "Filter pattern syntax", space-delimited log events.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise, product, takewhile

from flowtui.filters.cloudwatch_values import Spans, Values, common, size, spans
from flowtui.records import address, fields
from flowtui.records.fields import Field, Type

MAX_CHOICES = 128
"""More than these comparisons fit in no pattern."""

_PLAIN = re.compile(r"[A-Za-z0-9_]+", re.ASCII)
_QUOTABLE = re.compile(r"[A-Za-z0-9_.:/@#=+-]+", re.ASCII)
"""What may stand between quotes for itself: no quote, bracket, blank or wildcard, nothing undocumented."""

_FEW = 2
"""So many numbers in a row are written one by one."""
_DOUBLES = 2**53
"""From here on different numbers may be equal, if numbers are compared as doubles: that is not documented."""
_RARE_FLAGS = 32
"""TCP flags from here on occur, if ever, in transit-gateway records: they are asked for all together."""
_OCTET_BITS = (0, 8, 16, 24)
_GROUP_BITS = (32, 48, 64, 80, 96, 112)
"""What whole groups leave of an IPv6 address; the last 32 bits may be written as IPv4."""

Block = tuple[int, int]
"""Addresses from the first one on, as many as so many bits tell."""
Lead = tuple[int, ...]
"""The groups that IPv6 addresses begin with, none of them zero."""


@dataclass(frozen=True, slots=True)
class Form:
    """The conditions of one slot, less the field's name."""

    conditions: tuple[str, ...]
    """Operator and value: `>=1024`."""
    values: Values
    """What it stands for: the values meant or more."""
    join: str = " || "
    is_decided: bool = True
    """Whether it is documented to take its values and nothing else, `-` included."""

    def text(self, name: str) -> str:
        """Write the slot for a field of this name."""
        return self.join.join(name + condition for condition in self.conditions)

    def decides(self, values: Values) -> bool:
        """Whether it takes just these values."""
        return self.is_decided and self.values == values

    @property
    def has_regex(self) -> bool:
        """Whether it spends one of the pattern's regular expressions."""
        return any("%" in condition for condition in self.conditions)


def is_sayable(text: str) -> bool:
    """Whether a pattern can ask for this very text."""
    return text != "-" and _QUOTABLE.fullmatch(text) is not None


def quoted(text: str) -> str:
    """Write a text that is sayable, in quotes unless it is a plain word."""
    return text if _PLAIN.fullmatch(text) else f'"{text}"'


def forms(entry: Field, values: Values) -> list[Form]:
    """List the ways to ask for a field's values: each wider than the one before it, and shorter."""
    if values.or_none:
        return []
    match entry.type:
        case Type.ADDRESS:
            found = _addresses(values)
        case Type.INTEGER if entry is fields.TCP_FLAGS:
            found = _flags(values.numbers, entry.max_value)
        case Type.INTEGER:
            found = _numbers(values.numbers, entry.max_value)
        case Type.TIME:
            found = _times(values.numbers, entry.max_value)
        case Type.TEXT:
            found = _texts(values, (f'="{text}"' for text in sorted(values.texts)))
        case Type.ACTION | Type.STATUS:
            found = _texts(values, (f"={text}" for text in sorted(values.texts)))
    return _shrinking(found)


def _shrinking(found: Iterable[Form]) -> list[Form]:
    kept: list[Form] = []
    for form in found:
        if not kept or len(form.text("")) < len(kept[-1].text("")):
            kept.append(form)
    return kept


def _texts(values: Values, conditions: Iterable[str]) -> Iterator[Form]:
    if all(is_sayable(text) for text in values.texts):
        yield Form(tuple(conditions), values)


def _times(wanted: Spans, top: int) -> Iterator[Form]:
    # A time in milliseconds, which the records' parser takes too, is a number beyond all seconds.
    end = (top + 1) * 1000
    for form in _numbers(spans((*wanted, (top + 1, end))), end):
        seconds = Values(numbers=common(form.values.numbers, ((0, top),)))
        yield replace(form, values=seconds, is_decided=False)


def _flags(wanted: Spans, top: int) -> Iterator[Form]:
    rare = [(_RARE_FLAGS, top)] if wanted[-1][1] >= _RARE_FLAGS else []
    return _numbers(spans([*wanted, *rare]), top)


def _numbers(wanted: Spans, top: int) -> Iterator[Form]:
    ways = [each for each in _wider(wanted, top) if each != ((0, top),)]
    for each in sorted(dict.fromkeys(ways), key=size):
        form = _number_form(each, top)
        if form is not None:
            yield form


def _wider(wanted: Spans, top: int) -> Iterator[Spans]:
    """Widen to what can be written: by opening the ends, by filling all gaps but the widest, or all."""
    low, high = wanted[0][0], wanted[-1][1]
    gaps = [(after[0] - before[1], before[1], after[0]) for before, after in pairwise(wanted)]
    _, end, begin = max(gaps, default=(0, high, high))
    for each in (wanted, spans([(low, end), (begin, high)])):
        yield each
        yield spans([(0, each[0][1]), *each])
        yield spans([*each, (each[-1][0], top)])
        yield spans([(0, each[0][1]), *each, (each[-1][0], top)])
    yield ((low, high),)
    yield ((0, high),)
    yield ((low, top),)


def _number_form(wanted: Spans, top: int) -> Form | None:
    values = Values(numbers=wanted)
    if len(wanted) == 1 and size(wanted) > _FEW and wanted[0][0] > 0 and wanted[0][1] < top:
        low, high = wanted[0]
        return Form((f">={low}", f"<={high}"), values, " && ", is_decided=False)
    conditions = list(islice(_choices(wanted, top), MAX_CHOICES + 1))
    if len(conditions) > MAX_CHOICES:
        return None
    is_decided = wanted[-1][1] < _DOUBLES and all(each.startswith("=") for each in conditions)
    return Form(tuple(conditions), values, is_decided=is_decided)


def _choices(wanted: Spans, top: int) -> Iterator[str]:
    for low, high in wanted:
        if high - low >= _FEW and low == 0:
            yield f"<={high}"
        elif high - low >= _FEW and high == top:
            yield f">={low}"
        else:
            yield from (f"={value}" for value in range(low, high + 1))


def _addresses(values: Values) -> Iterator[Form]:
    for bits, v6_bits in product(_OCTET_BITS, _GROUP_BITS if values.v6 else _GROUP_BITS[:1]):
        v4 = _blocks(values.numbers, _OCTET_BITS[_OCTET_BITS.index(bits) :])
        v6 = _blocks(values.v6, _GROUP_BITS[_GROUP_BITS.index(v6_bits) :])
        if v4 is not None and v6 is not None:
            leads = sorted({_lead(block) for block in v6})
            if all(leads):
                yield _address_form(v4, leads)


def _address_form(v4: Sequence[Block], leads: Sequence[Lead]) -> Form:
    conditions = [f"={_wildcard(block)}" for block in v4]
    if leads:
        conditions.append(f"=%{'|'.join(map(_beginning, leads))}%")
    held = Values(numbers=spans(map(_ends, v4)), v6=spans(map(_v6_ends, leads)))
    return Form(tuple(conditions), held, is_decided=not leads)


def _blocks(wanted: Spans, allowed: Sequence[int]) -> list[Block] | None:
    """Cut ranges, widened to the first of the allowed sizes, into blocks of these sizes; None: too many."""
    bits = allowed[0]
    widened = spans((low >> bits << bits, high | (1 << bits) - 1) for low, high in wanted)
    blocks = list(islice(_cut(widened, allowed), MAX_CHOICES + 1))
    return None if len(blocks) > MAX_CHOICES else blocks


def _cut(wanted: Spans, allowed: Sequence[int]) -> Iterator[Block]:
    for low, high in wanted:
        while low <= high:
            bits = next(bits for bits in reversed(allowed) if _fits(low, high, bits))
            yield low, bits
            low += 1 << bits


def _fits(low: int, high: int, bits: int) -> bool:
    return low % (1 << bits) == 0 and low + (1 << bits) - 1 <= high


def _ends(block: Block) -> tuple[int, int]:
    low, bits = block
    return low, low + (1 << bits) - 1


def _wildcard(block: Block) -> str:
    """Write `10.0.*` or `10.0.0.1`."""
    low, bits = block
    octets = address.to_text(low, False).split(".")
    return ".".join(octets[: 4 - bits // 8] + ["*"] * (bits > 0))


def _lead(block: Block) -> Lead:
    """Give the whole groups that every spelling begins with: `::` may stand for any group of zero."""
    low, bits = block
    groups = [low >> shift & 0xFFFF for shift in range(128 - 16, bits - 1, -16)]
    return tuple(takewhile(bool, groups))


def _v6_ends(lead: Lead) -> tuple[int, int]:
    low = 0
    for group in lead:
        low = low << 16 | group
    bits = 128 - 16 * len(lead)
    return low << bits, (low + 1 << bits) - 1


def _beginning(lead: Lead) -> str:
    return "^" + "".join(f"0*{_any_case(f'{group:x}')}:" for group in lead)


def _any_case(text: str) -> str:
    return "".join(f"[{each}{each.upper()}]" if each.isalpha() else each for each in text)
