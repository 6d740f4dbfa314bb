"""What a pattern asks for, as a tree: for saying it in the filter language.

Knows no pattern syntax.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, summarize_address_range

from flowtui.filters.cloudwatch_values import Values
from flowtui.filters.tree import AnyPort, Compare, Network, OneOf, Op, Or, Side, Tree, Within, conjunction
from flowtui.records import fields
from flowtui.records.fields import Type

_SIDES = {fields.SRCPORT.name: Side.SRC, fields.DSTPORT.name: Side.DST}

_FEW = 2
"""So many numbers in a row are listed one by one."""


def tree_of(name: str, values: Values) -> Tree:
    """Make the tree of a field's having one of these values, of which there are some."""
    if name in _SIDES:
        return AnyPort(values.numbers, _SIDES[name])
    parts = list(_parts(name, values))
    return parts[0] if len(parts) == 1 else Or(tuple(parts))


def _parts(name: str, values: Values) -> Iterator[Tree]:
    if fields.field(name).type is Type.ADDRESS:
        for network in _networks(values):
            is_host = network.prefixlen == network.max_prefixlen
            at = network.network_address
            yield Compare(name, Op.EQ, str(at)) if is_host else Within(name, Op.EQ, network)
        return
    if values.texts:
        yield _one_of(name, tuple(sorted(values.texts)))
    few = [each for each in values.numbers if each[1] - each[0] < _FEW]
    if few:
        yield _one_of(name, tuple(value for low, high in few for value in range(low, high + 1)))
    for low, high in values.numbers:
        if (low, high) not in few:
            yield _between(name, low, high)


def _one_of(name: str, values: tuple[str, ...] | tuple[int, ...]) -> Tree:
    return Compare(name, Op.EQ, values[0]) if len(values) == 1 else OneOf(name, values)


def _between(name: str, low: int, high: int) -> Tree:
    above = Compare(name, Op.GE, low) if low > 0 else None
    below = Compare(name, Op.LE, high) if high < fields.field(name).max_value else None
    return conjunction((above, below)) or Compare(name, Op.GE, low)


def _networks(values: Values) -> Iterator[Network]:
    for low, high in values.numbers:
        yield from summarize_address_range(IPv4Address(low), IPv4Address(high))
    for low, high in values.v6:
        yield from summarize_address_range(IPv6Address(low), IPv6Address(high))
