"""Warnings: what is right as an expression, and yet looks at a field that records do not have.

Knows trees and log formats, no records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from flowtui.filters.tree import (
    And,
    AnyPort,
    Compare,
    Directed,
    DirectedBy,
    Flags,
    Net,
    Not,
    OneOf,
    Or,
    Side,
    Tree,
    Within,
)
from flowtui.records import fields
from flowtui.records.format import LogFormat

_PORTS = {
    Side.SRC: (fields.SRCPORT,),
    Side.DST: (fields.DSTPORT,),
    Side.EITHER: (fields.SRCPORT, fields.DSTPORT),
}
_SRC = (fields.SRCADDR.name, fields.PKT_SRCADDR.name)
_DST = (fields.DSTADDR.name, fields.PKT_DSTADDR.name)
_ADDRESSES = {Side.SRC: (_SRC,), Side.DST: (_DST,), Side.EITHER: (_SRC, _DST)}

_Need = tuple[str, ...]
"""Fields of which a format has to have one; the first is the one to speak of."""


def warnings(tree: Tree, formats: Iterable[LogFormat]) -> list[str]:
    """Say which fields the expression looks at and some of the log formats lack, one sentence each.

    A condition on such a field is false for their records, and its negation true. Nothing where no
    format is known.
    """
    known = tuple(dict.fromkeys(formats))
    needs = dict.fromkeys(_needs(tree))
    return [sentence for need in needs if (sentence := _sentence(need, known))]


def _sentence(need: _Need, formats: Sequence[LogFormat]) -> str:
    lacking = sum(not set(need).intersection(each.fields) for each in formats)
    if not lacking:
        return ""
    if lacking == len(formats):
        where = "The log format here has" if lacking == 1 else "The log formats here have"
        return f"{where} no {need[0]}: a condition on it is always false."
    return f"{lacking} of {len(formats)} log formats have no {need[0]}: a condition on it is false there."


def _needs(tree: Tree) -> Iterator[_Need]:
    match tree:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _needs(part)
        case Not(part):
            yield from _needs(part)
        case Compare(name) | OneOf(name) | Within(name):
            yield (name,)
        case AnyPort(_, side):
            yield from ((entry.name,) for entry in _PORTS[side])
        case Net(_, side):
            yield from _ADDRESSES[side]
        case Flags():
            yield (fields.TCP_FLAGS.name,)
        case Directed() | DirectedBy():
            yield (fields.FLOW_DIRECTION.name, *_SRC, *_DST)
        case _:
            return
