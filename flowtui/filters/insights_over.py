"""A tree as a clause of an Insights query that takes every record of one format which the tree selects.

Over-approximation; `not` is carried down to the conditions, so that over(not e) is what under(e) leaves, and
a condition of which nothing can be said is everything on either way. Knows no commands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_network

from flowtui.filters import insights_terms as terms
from flowtui.filters.insights_clauses import Clause, all_of, any_of, anything
from flowtui.filters.insights_fields import Naming
from flowtui.filters.insights_terms import Term
from flowtui.filters.tree import (
    Addresses,
    And,
    AnyPort,
    Compare,
    Contains,
    DirectedBy,
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
from flowtui.records import batch, fields
from flowtui.records.fields import Type

_PORTS = {
    Side.SRC: (fields.SRCPORT.name,),
    Side.DST: (fields.DSTPORT.name,),
    Side.EITHER: (fields.SRCPORT.name, fields.DSTPORT.name),
}
_SRC = (fields.SRCADDR.name, fields.PKT_SRCADDR.name)
_DST = (fields.DSTADDR.name, fields.PKT_DSTADDR.name)
_ADDRESSES = {Side.SRC: _SRC, Side.DST: _DST, Side.EITHER: _SRC + _DST}

DIRECTION = "a direction that is not in the record is derived here, from the interface's addresses"
TENURES = "who bore an address at the record's time is known here only"
MANY = "there are more addresses or ids than a query can name"
STREAM = "the interface is told by the log stream's name"


@dataclass(frozen=True, slots=True)
class Over:
    """Compiles trees for the records of one format."""

    naming: Naming
    most: int
    """So many values a condition may list; one of more is everything."""
    is_counting: bool = False
    """Whether to exclude `-` where it is not documented how it compares: so only what is meant is taken."""

    def clause(self, tree: Tree, *, is_negated: bool = False) -> Clause:
        """The clause of a tree, or of its negation."""
        match tree:
            case And(parts):
                clauses = [self.clause(part, is_negated=is_negated) for part in parts]
                return any_of(clauses) if is_negated else all_of(clauses)
            case Or(parts):
                clauses = [self.clause(part, is_negated=is_negated) for part in parts]
                return all_of(clauses) if is_negated else any_of(clauses)
            case Not(part):
                return self.clause(part, is_negated=not is_negated)
            case DirectedBy(way):
                return self._directed(way.value, is_negated=is_negated)
        if _size(tree) > self.most:
            return anything(MANY)
        clauses = [self._of_term(name, term, is_negated) for name, term in self._terms(tree)]
        clauses += self._by_stream(tree, is_negated=is_negated)
        return all_of(clauses) if is_negated else any_of(clauses)

    def _of_term(self, name: str, term: Term, is_negated: bool) -> Clause:
        if is_negated and (term.reason or isinstance(term.text, bool)):
            return anything(term.reason) if term.reason else Clause(not term.text)
        reasons = (term.reason,) if term.reason else ()
        if isinstance(term.text, bool):
            return Clause(term.text, reasons)
        text = term.text
        if is_negated:
            text = f"(not ({text}) or {self.naming.has_none(name)})"
        elif self.is_counting and not term.is_certain_of_none:
            text = f"({text} and {self.naming.has_value(name)})"
        # A term begins with a parenthesis only where one encloses it.
        return Clause(text, reasons, frozenset({name}), is_enclosed=text.startswith("("))

    def _terms(self, tree: Tree) -> Iterator[tuple[str, Term]]:
        """What a condition asks of the fields that it looks at and the format has: of one at least."""
        for name in _looked_at(tree, self.naming.names):
            if name in self.naming.names:
                yield name, _term(tree, name, self.naming.names[name])

    def _directed(self, word: str, *, is_negated: bool) -> Clause:
        name = fields.FLOW_DIRECTION.name
        named = self.naming.names.get(name)
        if named is None:
            return anything(DIRECTION)
        told = f'{named} = "{word}"'
        text = f"not ({told})" if is_negated else told
        text = f"({text} or {self.naming.has_none(name)})"
        return Clause(text, (DIRECTION,), frozenset({name}), is_enclosed=True)

    def _by_stream(self, tree: Tree, *, is_negated: bool) -> Iterator[Clause]:
        """What a format without the interface's id leaves to the stream's name."""
        if fields.INTERFACE_ID.name in self.naming.names or not isinstance(tree, Contains | OnInterfaces):
            return
        if is_negated:
            yield anything(STREAM)
        elif isinstance(tree, OnInterfaces):
            each = (f"{batch.STREAM} like {terms.like(one, begins=True)}" for one in sorted(tree.ids))
            yield any_of(Clause(text, (STREAM,)) for text in each)
        else:
            term = terms.containing(batch.STREAM, tree.text)
            yield Clause(term.text, (term.reason or STREAM,))


def _looked_at(tree: Tree, held: Mapping[str, str]) -> Sequence[str]:
    match tree:
        case Compare(name) | OneOf(name) | Within(name):
            return (name,)
        case AnyPort(_, side):
            return _PORTS[side]
        case Net(_, side) | Addresses(_, _, side) | Tenures(_, side):
            return _ADDRESSES[side]
        case Flags():
            return (fields.TCP_FLAGS.name,)
        case OnInterfaces():
            return (fields.INTERFACE_ID.name,)
        case Contains():
            return [name for name in held if fields.field(name).type is Type.TEXT]
        case _:
            return ()


def _term(tree: Tree, name: str, named: str) -> Term:
    entry = fields.field(name)
    match tree:
        case Compare(_, op, value):
            return terms.compared(entry, named, op, value)
        case OneOf(_, values):
            return terms.one_of(entry, named, values)
        case Within(_, Op.NE, network):
            return terms.outside(named, network)
        case Within(_, _, network) | Net(network):
            return terms.networks(named, [network])
        case AnyPort(ranges):
            return terms.within_ranges(entry, named, ranges)
        case Addresses(v4, v6):
            return terms.networks(named, _hosts(v4, v6))
        case Tenures(spans):
            v4 = frozenset(one[0] for one in spans if not one[1])
            v6 = frozenset(one[0] for one in spans if one[1])
            return Term(terms.networks(named, _hosts(v4, v6)).text, TENURES)
        case Flags(masks):
            return terms.one_of(entry, named, terms.integers(entry, masks))
        case OnInterfaces(ids):
            return terms.one_of(entry, named, sorted(ids))
        case Contains(text):
            return terms.containing(named, text)
        case _:
            raise AssertionError(f"{tree!r} looks at no field.")


def _hosts(v4: frozenset[int], v6: frozenset[int]) -> list[Network]:
    return [
        *(ip_network(IPv4Address(value)) for value in sorted(v4)),
        *(ip_network(IPv6Address(value)) for value in sorted(v6)),
    ]


def _size(tree: Tree) -> int:
    match tree:
        case OneOf(_, values):
            return len(values)
        case Addresses(v4, v6):
            return len(v4) + len(v6)
        case Tenures(spans):
            return len(spans)
        case OnInterfaces(ids):
            return len(ids)
        case AnyPort(ranges):
            return len(ranges)
        case _:
            return 1
