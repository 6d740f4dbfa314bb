"""Filter expressions as trees: what is asked for, not how any engine answers.

Every tree that can be typed prints itself canonically in the filter language. Knows the field registry;
nothing of columns, topologies or AWS calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from itertools import pairwise

from flowtui.filters import vocabulary
from flowtui.records import address, decode, fields
from flowtui.records.fields import Type

Network = IPv4Network | IPv6Network


class Op(Enum):
    """A comparison; the value is how it is written."""

    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="

    @property
    def is_ordering(self) -> bool:
        """Whether it needs values that are less or more than others."""
        return self not in (Op.EQ, Op.NE)


class Side(Enum):
    """Which end of the flow is meant; the value is the word before `host`, `net` and `port`."""

    SRC = "src"
    DST = "dst"
    EITHER = ""


class Way(Enum):
    """The direction of a record at its interface; the value is its word, and flow-direction's."""

    INGRESS = "ingress"
    EGRESS = "egress"


class Key(Enum):
    """What a name is a name of; the value is how it is written."""

    HOST = "host"
    """Any of the others, but only its addresses are looked at."""
    NAME = "name"
    INSTANCE = "instance"
    SUBNET = "subnet"
    VPC = "vpc"
    SG = "sg"
    AZ = "az"
    ENI = "eni"
    """An interface, and only what was seen on it."""


def _check(name: str, value: str | int) -> None:
    kind = fields.field(name).type
    if isinstance(value, int) != (kind in (Type.INTEGER, Type.TIME)):
        raise ValueError(f"{value!r} is no value of {name}.")
    if kind is Type.ADDRESS:
        ip_address(value)


def _value(name: str, value: str | int) -> str:
    match fields.field(name).type, value:
        case Type.TIME, int() if 0 <= value <= fields.field(name).max_value:
            return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case Type.TEXT, str():
            return vocabulary.quoted_value(value)
        case _:
            return str(value)


@dataclass(frozen=True, slots=True)
class And:
    """All of these, one or more."""

    parts: tuple[Tree, ...]

    def __str__(self) -> str:
        return _joined(" and ", self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of these, one or more."""

    parts: tuple[Tree, ...]

    def __str__(self) -> str:
        return _joined(" or ", self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    """What this is not, also where this looks at a value that is not there."""

    part: Tree

    def __str__(self) -> str:
        return f"not {_enclosed(self.part)}"


@dataclass(frozen=True, slots=True)
class Compare:
    """A field's value compared; false where there is no value.

    The value is an int for INTEGER and TIME, else text, an address as text. Raises ValueError where the
    field has no such values or no such order.
    """

    field: str
    op: Op
    value: str | int

    def __post_init__(self) -> None:
        _check(self.field, self.value)
        if self.op.is_ordering and not isinstance(self.value, int):
            raise ValueError(f"{self.field} can be compared by = and != only.")

    def __str__(self) -> str:
        if self.op is Op.EQ:
            if (self.field, self.value) in _WORDS:
                return _WORDS[self.field, self.value]
            if self.field == fields.PROTOCOL.name and isinstance(self.value, int):
                return f"proto {decode.protocol_name(self.value)}"
        return f"{self.field} {self.op.value} {_value(self.field, self.value)}"


_WORDS: Mapping[tuple[str, str | int], str] = {
    **{(fields.ACTION.name, action): action.lower() for action in fields.ACTIONS},
    **{(fields.LOG_STATUS.name, status): status.lower() for status in fields.STATUSES[1:]},
    **{(fields.PROTOCOL.name, number): word for word, number in vocabulary.PROTOCOL_WORDS.items()},
}
"""What is a word of the language when a field is equal to it."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """A field's value is one of these; false where there is no value. Raises ValueError as Compare does."""

    field: str
    values: tuple[str | int, ...]

    def __post_init__(self) -> None:
        for value in self.values:
            _check(self.field, value)

    def __str__(self) -> str:
        return f"{self.field} in ({', '.join(_value(self.field, value) for value in self.values)})"


@dataclass(frozen=True, slots=True)
class Within:
    """An ADDRESS field's value is (EQ) or is not (NE) in a network; false where there is no value.

    Raises ValueError for another field or comparison.
    """

    field: str
    op: Op
    network: Network

    def __post_init__(self) -> None:
        if fields.field(self.field).type is not Type.ADDRESS or self.op.is_ordering:
            raise ValueError(f"{self.field} {self.op.value} takes no network.")

    def __str__(self) -> str:
        return f"{self.field} {self.op.value} {self.network}"


@dataclass(frozen=True, slots=True)
class AnyPort:
    """A port within one of these ranges, both ends included."""

    ranges: tuple[tuple[int, int], ...]
    side: Side = Side.EITHER

    def __str__(self) -> str:
        texts = (f"{low}" if low == high else f"{low}-{high}" for low, high in self.ranges)
        return f"{self.side.value} port {','.join(texts)}".lstrip()


@dataclass(frozen=True, slots=True)
class Net:
    """An address within this network; with the longest prefix, a host.

    Looks at srcaddr and dstaddr and, where the format has them, pkt-srcaddr and pkt-dstaddr.
    """

    network: Network
    side: Side = Side.EITHER

    def __str__(self) -> str:
        if self.side is Side.EITHER and not self.network.prefixlen:
            return f"ipv{self.network.version}"
        is_host = self.network.prefixlen == self.network.max_prefixlen
        text = f"host {self.network.network_address}" if is_host else f"net {self.network}"
        return f"{self.side.value} {text}".lstrip()


@dataclass(frozen=True, slots=True)
class Flags:
    """The TCP flags have all bits of at least one of these masks, none of which is 0."""

    masks: tuple[int, ...]

    def __str__(self) -> str:
        names = vocabulary.FLAGS.items()
        texts = ("+".join(name for name, bit in names if mask & bit) for mask in self.masks)
        return f"flags {','.join(texts)}"


@dataclass(frozen=True, slots=True)
class Directed:
    """Into or out of the interface: by flow-direction, else derived from the interface's addresses."""

    way: Way

    def __str__(self) -> str:
        return self.way.value


@dataclass(frozen=True, slots=True)
class Named:
    """What bears this name, or has this id, at the record's time: on its interfaces or with its addresses.

    Names are compared whole and in any case. A side other than EITHER is for HOST only.
    """

    key: Key
    text: str
    side: Side = Side.EITHER

    def __str__(self) -> str:
        if self.key is Key.HOST:
            return f"{self.side.value} host {vocabulary.quoted(self.text)}".lstrip()
        return f"{self.key.value}:{vocabulary.quoted(self.text)}"


@dataclass(frozen=True, slots=True)
class Word:
    """Text, in any case, found in names, ids and text columns; never in numbers."""

    text: str

    def __str__(self) -> str:
        return vocabulary.quoted(self.text)


@dataclass(frozen=True, slots=True)
class OnInterfaces:
    """Seen on one of these interfaces, whether the format names the interface or only the stream does."""

    ids: frozenset[str]

    def __str__(self) -> str:
        return f"eni:{','.join(map(vocabulary.quoted, sorted(self.ids)))}"


@dataclass(frozen=True, slots=True)
class Contains:
    """What a `Word` leaves to the record itself: the text, in any case, in one of its text columns."""

    text: str

    def __str__(self) -> str:
        return vocabulary.quoted(self.text)


@dataclass(frozen=True, slots=True)
class Addresses:
    """An address is one of these, as integers; looks where `Net` does."""

    v4: frozenset[int]
    v6: frozenset[int] = frozenset()
    side: Side = Side.EITHER

    def __str__(self) -> str:
        texts = [address.to_text(value, False) for value in sorted(self.v4)]
        texts += [address.to_text(value, True) for value in sorted(self.v6)]
        return f"{self.side.value} host {','.join(texts)}".lstrip()


@dataclass(frozen=True, slots=True)
class During:
    """The record's time (its start, else its event time) is in [since, until), epoch seconds; None: open."""

    since: int | None
    until: int | None

    def __str__(self) -> str:
        ends = ((">=", self.since), ("<", self.until))
        return " and ".join(f"{fields.START.name} {op} {end}" for op, end in ends if end is not None)


@dataclass(frozen=True, slots=True)
class Tenures:
    """An address was borne at the record's time: `Addresses` and `During` for many times at once."""

    spans: tuple[tuple[int, bool, int | None, int | None], ...]
    """Address, whether IPv6, since and until (epoch seconds; None: open); an address may occur repeatedly."""
    side: Side = Side.EITHER

    def __str__(self) -> str:
        texts = sorted({address.to_text(value, is_v6) for value, is_v6, *_ in self.spans})
        return f"{self.side.value} host {','.join(texts)}".lstrip()


@dataclass(frozen=True, slots=True, eq=False)
class Ownership:
    """The addresses that are each interface's own, for telling the direction; made once for a topology."""

    networks: Mapping[str, tuple[tuple[int, int, bool], ...]]
    """By interface id: (network address, prefix length, whether IPv6)."""


@dataclass(frozen=True, slots=True)
class DirectedBy:
    """`Directed` with what it takes to derive it."""

    way: Way
    ownership: Ownership

    def __str__(self) -> str:
        return self.way.value


Typed = Compare | OneOf | Within | AnyPort | Net | Flags | Directed | Named | Word | OnInterfaces
"""The conditions that can be typed."""

Bound = Contains | Addresses | During | Tenures | DirectedBy
"""The further conditions that names, words and directions become by `bind`; they are never typed."""

Tree = And | Or | Not | Typed | Bound

REJECT = Compare(fields.ACTION.name, Op.EQ, fields.ACTIONS[1])
"""What was rejected."""


def host(address: str, side: Side = Side.EITHER) -> Net:
    """Make the tree of one address. Raises ValueError where it is none."""
    return Net(ip_network(address), side)


def conjunction(parts: Iterable[Tree | None]) -> Tree | None:
    """Join what has to be true together, None standing for no condition; None where nothing is left."""
    given: list[Tree] = []
    for part in parts:
        if part is not None:
            given += part.parts if isinstance(part, And) else (part,)
    return given[0] if len(given) == 1 else And(tuple(given)) if given else None


def _joined(word: str, parts: tuple[Tree, ...]) -> str:
    texts = [_enclosed(part) for part in parts[:1]]
    for before, part in pairwise(parts):
        texts.append(_enclosed(part, is_apart=_is_qualified(before)))
    return word.join(texts)


def _enclosed(part: Tree, *, is_apart: bool = False) -> str:
    """Print a part of a larger tree; a bare word in quotes where it must not go with what is before it."""
    match part:
        case And() | Or():
            return f"({part})"
        case Not(inner):
            return f"not {_enclosed(inner, is_apart=is_apart)}"
        case Word(text) if is_apart:
            return vocabulary.in_quotes(text)
        case _:
            return str(part)


def _is_qualified(part: Tree) -> bool:
    """Whether it prints with a word that a bare word behind it could be taken to go with."""
    while isinstance(part, Not):
        part = part.part
    return not isinstance(part, And | Or) and str(part).partition(" ")[0] in vocabulary.STICKY
