"""Filters as the reader builds them with keys: rejects on and off, narrowed to a row, muted by a row.

All of it is trees whose text the reader can see and edit. Pure; knows no widget.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network

from flowtui.filters.tree import (
    REJECT,
    And,
    AnyPort,
    Compare,
    Net,
    Not,
    OnInterfaces,
    Op,
    Or,
    Side,
    Tree,
    Within,
)
from flowtui.records import fields
from flowtui.records.fields import Type

_ADDRESSES = {fields.SRCADDR.name: Side.SRC, fields.DSTADDR.name: Side.DST}
_PORTS = {fields.SRCPORT.name: Side.SRC, fields.DSTPORT.name: Side.DST}
_PORTLESS = "0"

Values = Mapping[str, str]
"""A record's fields by their AWS names, as text; what has no value is not there."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to narrow to or to mute: what it is called, and as a filter."""

    label: str
    tree: Tree


def conjuncts(tree: Tree | None) -> tuple[Tree, ...]:
    """The conditions that all have to hold."""
    if tree is None:
        return ()
    return tree.parts if isinstance(tree, And) else (tree,)


def joined(parts: Iterable[Tree | None]) -> Tree | None:
    """All of these; None where there are none."""
    flat = tuple(dict.fromkeys(part for each in parts for part in conjuncts(each)))
    if not flat:
        return None
    return flat[0] if len(flat) == 1 else And(flat)


def within(from_s: int, to_s: int) -> Tree:
    """What began from one time to before another, epoch seconds."""
    start = fields.START.name
    return And((Compare(start, Op.GE, from_s), Compare(start, Op.LT, to_s)))


def has_rejects_only(tree: Tree | None) -> bool:
    """Whether rejected records alone are asked for."""
    return REJECT in conjuncts(tree)


def toggled_rejects(tree: Tree | None) -> Tree | None:
    """With `reject` if it was without, and the other way round."""
    parts = conjuncts(tree)
    if REJECT in parts:
        return joined(part for part in parts if part != REJECT)
    return joined((REJECT, *parts))


def narrowed(tree: Tree | None, more: Tree) -> Tree | None:
    """The filter and this too."""
    return joined((*conjuncts(tree), more))


def muting(tree: Tree | None, mutes: Iterable[Tree]) -> Tree | None:
    """The filter without what is muted."""
    return joined((*conjuncts(tree), *(Not(mute) for mute in mutes)))


def narrowings(values: Values, field: str | None) -> list[Choice]:
    """What a record can be narrowed to: the value under the column cursor, the pair, the conversation."""
    choices = []
    value = None if field is None else _value(values, field)
    if value is not None:
        choices.append(Choice("this value", value))
    pair = _pair(values)
    if pair is not None:
        choices.append(Choice("the pair", Or((pair, _turned(pair)))))
    conversation = _flow(values)
    if conversation is not None and conversation != pair:
        choices.append(Choice("the conversation", Or((conversation, _turned(conversation)))))
    return choices


def mutings(values: Values) -> list[Choice]:
    """What looks like a record: its source, its pair, its port."""
    source = _value(values, fields.SRCADDR.name)
    port = _value(values, fields.DSTPORT.name)
    protocol = _value(values, fields.PROTOCOL.name)
    pair = _pair(values)
    choices = []
    if source is not None:
        choices.append(Choice("the source", source))
    if pair is not None:
        choices.append(Choice("the pair", pair))
    if port is not None and protocol is not None and values[fields.DSTPORT.name] != _PORTLESS:
        choices.append(Choice("the port", And((protocol, port))))
    elif protocol is not None:
        choices.append(Choice("the protocol", protocol))
    return choices


def group_condition(keys: Iterable[str], values: Iterable[str | int | None]) -> Tree | None:
    """The records that have exactly these values; None where that cannot be said."""
    parts = [_exactly(field, value) for field, value in zip(keys, values, strict=True)]
    known = [part for part in parts if part is not None]
    return joined(known) if len(known) == len(parts) else None


def _exactly(field: str, value: str | int | None) -> Tree | None:
    kind = fields.field(field).type
    if field == fields.INTERFACE_ID.name:
        return None if value is None else OnInterfaces(frozenset((str(value),)))
    if value is not None:
        return Compare(field, Op.EQ, value)
    # A comparison with what is not there is false, whatever it is compared with.
    match kind:
        case Type.ADDRESS:
            return And(tuple(Not(Within(field, Op.EQ, network)) for network in _EVERYWHERE))
        case Type.INTEGER | Type.TIME:
            return Not(Compare(field, Op.GE, 0))
        case _:
            return Not(Compare(field, Op.NE, ""))


_EVERYWHERE = (ip_network("0.0.0.0/0"), ip_network("::/0"))


def conversation_condition(values: Values) -> Tree | None:
    """A conversation both ways, its client as the source; without the client's port, all of its ports."""
    flow = _flow(values)
    return None if flow is None else Or((flow, _turned(flow)))


def _value(values: Values, field: str) -> Tree | None:
    """The record's value of a field as a condition; None where it has none, or it cannot be said."""
    text = values.get(field)
    if text is None:
        return None
    try:
        if field in _ADDRESSES:
            return Net(ip_network(text), _ADDRESSES[field])
        if field in _PORTS:
            return AnyPort(((int(text), int(text)),), _PORTS[field])
        if field == fields.INTERFACE_ID.name:
            return OnInterfaces(frozenset((text,)))
        is_number = fields.field(field).type in (Type.INTEGER, Type.TIME)
        return Compare(field, Op.EQ, int(text) if is_number else text)
    except ValueError:
        return None


def _pair(values: Values) -> And | None:
    source = _value(values, fields.SRCADDR.name)
    target = _value(values, fields.DSTADDR.name)
    return None if source is None or target is None else And((source, target))


def _flow(values: Values) -> And | None:
    """The five-tuple one way; without ports where the protocol has none."""
    pair = _pair(values)
    if pair is None:
        return None
    ports = (fields.SRCPORT.name, fields.DSTPORT.name)
    has_ports = any(values.get(port, _PORTLESS) != _PORTLESS for port in ports)
    names = (fields.PROTOCOL.name, *(ports if has_ports else ()))
    more = (_value(values, name) for name in names)
    return And((*pair.parts, *(part for part in more if part is not None)))


def _turned(flow: And) -> And:
    """The same the other way round."""
    return And(tuple(_turned_part(part) for part in flow.parts))


def _turned_part(part: Tree) -> Tree:
    other = {Side.SRC: Side.DST, Side.DST: Side.SRC, Side.EITHER: Side.EITHER}
    if isinstance(part, Net):
        return Net(part.network, other[part.side])
    if isinstance(part, AnyPort):
        return AnyPort(part.ranges, other[part.side])
    return part
