"""The smallest box that can be shown to hold all that a tree selects from records of one format.

Over-approximation; `not` is carried down to the conditions, so that over(not e) is what under(e) leaves,
and a condition that nothing can be said of is everything on either way. Knows no pattern syntax.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from flowtui.filters.cloudwatch_values import (
    ALL,
    Box,
    Spans,
    Values,
    common,
    complement,
    hull,
    meet,
    spans,
    union,
)
from flowtui.filters.tree import (
    Addresses,
    And,
    AnyPort,
    Compare,
    Flags,
    Net,
    Network,
    Not,
    OneOf,
    OnInterfaces,
    Op,
    Or,
    Side,
    Tenures,
    Tree,
    Within,
)
from flowtui.records import address, fields
from flowtui.records.fields import Type
from flowtui.records.format import LogFormat

_PORTS = {
    Side.SRC: (fields.SRCPORT.name,),
    Side.DST: (fields.DSTPORT.name,),
    Side.EITHER: (fields.SRCPORT.name, fields.DSTPORT.name),
}
_SRC = (fields.SRCADDR.name, fields.PKT_SRCADDR.name)
_DST = (fields.DSTADDR.name, fields.PKT_DSTADDR.name)
ADDRESSES = {Side.SRC: _SRC, Side.DST: _DST, Side.EITHER: _SRC + _DST}
"""Where an address is looked for."""


@dataclass(frozen=True, slots=True)
class _Condition:
    """What a condition looks at: a value of one field at least, of those that the format has."""

    values: Mapping[str, Values]
    """By field; of fields that say nothing of the condition, none at all."""
    is_exact: bool = True
    """Whether having such a value is enough."""


_UNKNOWN = _Condition({})


def over(tree: Tree, fmt: LogFormat, *, is_negated: bool = False) -> Box:
    """Give a box that holds every record of the format that the tree, or else its negation, selects."""
    match tree:
        case And(parts):
            boxes = [over(part, fmt, is_negated=is_negated) for part in parts]
            return hull(boxes) if is_negated else meet(boxes)
        case Or(parts):
            boxes = [over(part, fmt, is_negated=is_negated) for part in parts]
            return meet(boxes) if is_negated else hull(boxes)
        case Not(part):
            return over(part, fmt, is_negated=not is_negated)
    condition = _condition(tree)
    held = {name: values for name, values in condition.values.items() if name in fmt.fields}
    if not held or (is_negated and not condition.is_exact):
        return ALL
    if is_negated:
        return meet([_box(name, complement(fields.field(name), values)) for name, values in held.items()])
    return hull([Box({name: values}, condition.is_exact) for name, values in held.items()])


def _box(name: str, values: Values | None) -> Box:
    return ALL if values is None else Box({name: values}, is_exact=True)


def _condition(tree: Tree) -> _Condition:
    """Tell what a condition looks at; one that is not named here says nothing to a pattern."""
    match tree:
        case Compare(name, op, value):
            return _compared(name, op, _single(name, op, value))
        case OneOf(name, values):
            return _compared(name, Op.EQ, _union_of(_single(name, Op.EQ, value) for value in values))
        case Within(name, op, network):
            return _compared(name, op, _network(network))
        case AnyPort(ranges, side):
            ports = Values(numbers=common(spans(ranges), ((0, fields.SRCPORT.max_value),)))
            return _Condition(dict.fromkeys(_PORTS[side], ports))
        case Net(network, side):
            return _Condition(dict.fromkeys(ADDRESSES[side], _network(network)))
        case Addresses(v4, v6, side):
            return _Condition(dict.fromkeys(ADDRESSES[side], Values(numbers=_each(v4), v6=_each(v6))))
        case Tenures(tenures, side):
            return _Condition(dict.fromkeys(ADDRESSES[side], _borne(tenures)), is_exact=False)
        case Flags(masks):
            return _Condition({fields.TCP_FLAGS.name: _flags(masks)})
        case OnInterfaces(ids):
            return _Condition({fields.INTERFACE_ID.name: Values(texts=ids)})
        case _:
            return _UNKNOWN


def _compared(name: str, op: Op, values: Values | None) -> _Condition:
    if values is not None and op is Op.NE:
        values = complement(fields.field(name), values)
    return _UNKNOWN if values is None else _Condition({name: replace(values, or_none=False)})


def _union_of(parts: Iterable[Values | None]) -> Values | None:
    known: list[Values] = []
    for part in parts:
        if part is None:
            return None
        known.append(part)
    return union(known)


def _single(name: str, op: Op, value: str | int) -> Values | None:
    """Give the values that an operator other than NE takes; for NE those of EQ."""
    entry = fields.field(name)
    if isinstance(value, int):
        return Values(numbers=common(_ordered(op, value, entry.max_value), ((0, entry.max_value),)))
    if entry.type is not Type.ADDRESS:
        return Values(texts=frozenset({value}))
    parsed = address.parse_text(value)
    if parsed is None:
        return None
    number, is_v6 = parsed
    return Values(v6=((number, number),)) if is_v6 else Values(numbers=((number, number),))


def _ordered(op: Op, value: int, top: int) -> Spans:
    match op:
        case Op.LT:
            return spans([(0, value - 1)])
        case Op.LE:
            return spans([(0, value)])
        case Op.GT:
            return spans([(value + 1, top)])
        case Op.GE:
            return spans([(value, top)])
        case Op.EQ | Op.NE:
            return ((value, value),)


def _network(network: Network) -> Values:
    ends = spans([(int(network.network_address), int(network.broadcast_address))])
    return Values(numbers=ends) if network.version == 4 else Values(v6=ends)


def _each(values: Iterable[int]) -> Spans:
    return spans((value, value) for value in values)


def _borne(tenures: Sequence[tuple[int, bool, int | None, int | None]]) -> Values:
    held = {is_v6: [one[0] for one in tenures if one[1] is is_v6] for is_v6 in (False, True)}
    return Values(numbers=_each(held[False]), v6=_each(held[True]))


def _flags(masks: tuple[int, ...]) -> Values:
    held = range(fields.TCP_FLAGS.max_value + 1)
    return Values(numbers=_each(value for value in held if any(value & mask == mask for mask in masks)))
