"""Which cells of a record are what the filter asked for, so that the eye finds them: drawn underlined.

For the eye only: which records are shown is the store's to decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import ip_address

from flowtui.filters.tree import And, AnyPort, Compare, Net, OneOf, Op, Or, Side, Tree, Within, Word
from flowtui.records import fields

Mark = Callable[[str, object], bool]
"""Whether a field's value is what was asked for."""

_PORTS = {Side.SRC: {fields.SRCPORT.name}, Side.DST: {fields.DSTPORT.name}}
_ADDRESSES = {
    Side.SRC: {fields.SRCADDR.name, fields.PKT_SRCADDR.name},
    Side.DST: {fields.DSTADDR.name, fields.PKT_DSTADDR.name},
}


def marks(tree: Tree | None) -> tuple[Mark, ...]:
    """What to mark for a filter: the conditions that it asks for, not those that it rules out."""
    return () if tree is None else tuple(_marks(tree))


def is_marked(asked: tuple[Mark, ...], field: str, value: object) -> bool:
    """Whether one of the conditions is met by this value."""
    return value is not None and any(mark(field, value) for mark in asked)


def _marks(tree: Tree) -> Iterator[Mark]:
    match tree:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _marks(part)
        case AnyPort(ranges, side):
            ports = _PORTS.get(side, _PORTS[Side.SRC] | _PORTS[Side.DST])
            yield lambda field, value: field in ports and _within(value, ranges)
        case Net(network, side):
            ends = _ADDRESSES.get(side, _ADDRESSES[Side.SRC] | _ADDRESSES[Side.DST])
            yield lambda field, value: field in ends and ip_address(str(value)) in network
        case Within(name, Op.EQ, network):
            yield lambda field, value: field == name and ip_address(str(value)) in network
        case Compare(name, Op.EQ, wanted) if name != fields.ACTION.name:
            yield lambda field, value: field == name and value == wanted
        case OneOf(name, values):
            yield lambda field, value: field == name and value in values
        case Word(text):
            yield lambda field, value: isinstance(value, str) and text.casefold() in value.casefold()
        case _:
            return


def _within(value: object, ranges: tuple[tuple[int, int], ...]) -> bool:
    return isinstance(value, int) and any(low <= value <= high for low, high in ranges)
