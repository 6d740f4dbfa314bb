"""The words that every record a tree selects has in its line: what can be asked for without positions.

For groups where formats differ, and for what may be in one of several fields. Words ask for lines that
have them anywhere, so never decide.
Source: CloudWatch Logs User Guide, "Filter pattern syntax", unstructured log events.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import reduce
from operator import and_

from flowtui.filters.cloudwatch_forms import is_sayable, quoted
from flowtui.filters.cloudwatch_over import ADDRESSES
from flowtui.filters.cloudwatch_slots import MAX_LENGTH
from flowtui.filters.tree import (
    Addresses,
    And,
    Compare,
    Net,
    Network,
    OneOf,
    OnInterfaces,
    Op,
    Or,
    Tree,
    Within,
)
from flowtui.records import address, fields
from flowtui.records.fields import Type
from flowtui.records.format import LogFormat

_NONE: frozenset[str] = frozenset()


def words(tree: Tree, formats: Collection[LogFormat]) -> frozenset[str]:
    """Give the words that are in the line of every record that the tree selects, whichever its format."""
    match tree:
        case And(parts):
            return _NONE.union(*(words(part, formats) for part in parts))
        case Or(parts) if parts:
            return reduce(and_, (words(part, formats) for part in parts))
        case Compare(name, Op.EQ, str() as value) | OneOf(name, (str() as value,)) if _held(formats, name):
            return _only(_spelling(name, value))
        case Within(name, Op.EQ, network) if _is_host(network) and _held(formats, name):
            return _only(str(network.network_address))
        case Net(network, side) if _is_host(network) and _held(formats, *ADDRESSES[side]):
            return _only(str(network.network_address))
        case Addresses(v4, v6, side) if len(v4) == 1 and not v6 and _held(formats, *ADDRESSES[side]):
            return _only(address.to_text(next(iter(v4)), False))
        case OnInterfaces(ids) if len(ids) == 1 and _all_have_interface(formats):
            return _only(*ids)
        case _:
            return _NONE


def _held(formats: Collection[LogFormat], *names: str) -> bool:
    return not formats or any(name in fmt.fields for fmt in formats for name in names)


def _is_host(network: Network) -> bool:
    return network.version == 4 and network.prefixlen == network.max_prefixlen


def _all_have_interface(formats: Collection[LogFormat]) -> bool:
    # Where a format lacks it, the stream's name tells the interface, and no line does.
    return bool(formats) and all(fields.INTERFACE_ID.name in fmt.fields for fmt in formats)


def _spelling(name: str, value: str) -> str:
    # An IPv6 address has several spellings, and only one of them is known to be in the line.
    is_v6 = fields.field(name).type is Type.ADDRESS and ":" in value
    return "" if is_v6 else value


def _only(text: str) -> frozenset[str]:
    return frozenset({text}) if text and is_sayable(text) else _NONE


def write(found: frozenset[str]) -> tuple[str, frozenset[str]]:
    """Write a pattern that asks for all of the words, or as many as it can hold; and give those."""
    held: list[str] = []
    length = 0
    for word in sorted(found):
        length += len(quoted(word)) + 1
        if length <= MAX_LENGTH:
            held.append(word)
    return " ".join(map(quoted, held)), frozenset(held)
