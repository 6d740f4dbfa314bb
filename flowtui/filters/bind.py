"""Names become interfaces and addresses, directions the addresses that tell them: what engines can decide.

Bound for the record's own time, so that the local engine needs no topology. Knows no columns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from ipaddress import ip_network

from flowtui.filters import bearers as who
from flowtui.filters.names import ALWAYS, Bearers, Names, Span, Tenure, interface_spans, tenures
from flowtui.filters.tree import (
    Addresses,
    And,
    Compare,
    Contains,
    Directed,
    DirectedBy,
    During,
    Key,
    Named,
    Not,
    OneOf,
    OnInterfaces,
    Op,
    Or,
    Ownership,
    Side,
    Tenures,
    Tree,
    Word,
)
from flowtui.records import address, fields
from flowtui.topology.lookup import TopologyIndex
from flowtui.topology.model import Interface

NOBODY = Names()
"""No topology: names match text columns only, and only flow-direction tells directions."""

_FEW_SPANS = 8
"""So many different times of addresses are conditions of their own; looking up more together is cheaper."""

_NAME_FIELDS = (
    fields.INSTANCE_TAG.name,
    fields.INSTANCE_TAG_2.name,
    fields.INTERFACE_TAG.name,
    fields.INTERFACE_TAG_2.name,
    fields.ASG_TAG.name,
    fields.ASG_TAG_2.name,
    fields.ECS_CLUSTER_NAME.name,
    fields.ECS_SERVICE_NAME.name,
)
"""Where records themselves hold names."""

_ID_FIELDS = (fields.INSTANCE_ID.name, fields.SUBNET_ID.name, fields.VPC_ID.name)


def bind(tree: Tree, names: Names) -> Tree:
    """Replace names, words and directions by what decides them; everything else, bound or not, stays.

    What nobody bears matches text columns, where the format has them, and nothing else. Needs no more than
    some milliseconds for each different name among thousands of interfaces.
    """
    match tree:
        case And(parts):
            return And(tuple(bind(part, names) for part in parts))
        case Or(parts):
            return Or(tuple(bind(part, names) for part in parts))
        case Not(part):
            return Not(bind(part, names))
        case Named(key, text, side):
            return _one_or([*_borne(names, who.named(names, key, text), key, side), *_told(names, tree)])
        case Word(text):
            found = who.mentioned(names, text)
            return _one_or([*_borne(names, found, Key.NAME, Side.EITHER), Contains(text)])
        case Directed(way):
            return DirectedBy(way, _ownership(names.index))
        case _:
            return tree


def has_names(tree: Tree) -> bool:
    """Whether a change of topology can change what the tree selects."""
    match tree:
        case And(parts) | Or(parts):
            return any(has_names(part) for part in parts)
        case Not(part):
            return has_names(part)
        case _:
            return isinstance(tree, Named | Word | Directed)


def _one_or(parts: list[Tree]) -> Tree:
    if not parts:
        return OnInterfaces(frozenset())
    return parts[0] if len(parts) == 1 else Or(tuple(parts))


def _borne(names: Names, found: Bearers, key: Key, side: Side) -> Iterator[Tree]:
    if key is not Key.HOST:
        yield from _on_interfaces(interface_spans(names, found))
    if key is not Key.ENI:
        yield from _with_addresses(names, tenures(names, found), side)


def _on_interfaces(held: Iterable[tuple[str, Span]]) -> Iterator[Tree]:
    at: dict[Span, set[str]] = defaultdict(set)
    for interface_id, span in held:
        at[span].add(interface_id)
    for span, ids in at.items():
        yield _while(span, OnInterfaces(frozenset(ids)))


def _with_addresses(names: Names, held: Iterable[Tenure], side: Side) -> Iterator[Tree]:
    scopes: dict[tuple[str | None, frozenset[str]], list[Tenure]] = defaultdict(list)
    for tenure in held:
        scopes[tenure.seen_from, tenure.not_from].append(tenure)
    for (seen_from, not_from), some in scopes.items():
        address_part = _one_or(list(_at_times(some, side)))
        if seen_from is not None:
            yield And((OnInterfaces(names.interfaces_of(seen_from)), address_part))
        elif not_from:
            others = frozenset[str]().union(*map(names.interfaces_of, not_from))
            yield And((Not(OnInterfaces(others)), address_part))
        else:
            yield address_part


def _at_times(some: list[Tenure], side: Side) -> Iterator[Tree]:
    at: dict[Span, list[Tenure]] = defaultdict(list)
    for tenure in some:
        at[tenure.span].append(tenure)
    if len(at) > _FEW_SPANS:
        bounded = [each for span, group in at.items() if span != ALWAYS for each in group]
        yield Tenures(tuple((each.value, each.is_v6, *each.span) for each in bounded), side)
        at = {span: group for span, group in at.items() if span == ALWAYS}
    for span, group in at.items():
        v4 = frozenset(each.value for each in group if not each.is_v6)
        v6 = frozenset(each.value for each in group if each.is_v6)
        yield _while(span, Addresses(v4, v6, side))


def _while(span: Span, part: Tree) -> Tree:
    return part if span == ALWAYS else And((During(*span), part))


def _told(names: Names, name: Named) -> Iterator[Tree]:
    """What the record itself may say, whoever it is."""
    match name.key:
        case Key.INSTANCE:
            yield Compare(fields.INSTANCE_ID.name, Op.EQ, name.text)
        case Key.SUBNET:
            yield OneOf(fields.SUBNET_ID.name, tuple(sorted(who.ids(names, name.key, name.text))))
        case Key.VPC:
            yield OneOf(fields.VPC_ID.name, tuple(sorted(who.ids(names, name.key, name.text))))
        case Key.AZ:
            yield Compare(fields.AZ_ID.name, Op.EQ, name.text)
        case Key.NAME:
            yield from (Compare(field, Op.EQ, name.text) for field in _NAME_FIELDS)
        case Key.HOST if name.side is Side.EITHER:
            yield from (Compare(field, Op.EQ, name.text) for field in (*_ID_FIELDS, *_NAME_FIELDS))
        case Key.ENI:
            yield OnInterfaces(frozenset({name.text}))


@lru_cache(maxsize=2)
def _ownership(index: TopologyIndex | None) -> Ownership:
    interfaces = () if index is None else index.topology.interfaces
    return Ownership({interface.id: tuple(_networks(interface)) for interface in interfaces})


def _networks(interface: Interface) -> Iterator[tuple[int, int, bool]]:
    for text in interface.addresses:
        parsed = address.parse_text(text)
        if parsed is not None:
            value, is_v6 = parsed
            yield value, 128 if is_v6 else 32, is_v6
    for prefix in interface.prefixes:
        try:
            network = ip_network(prefix, strict=False)
        except ValueError:
            continue
        yield int(network.network_address), network.prefixlen, network.version == 6
