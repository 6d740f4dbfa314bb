"""Filter expressions as trees: what is asked for, not how any engine answers.

Every tree prints itself in the filter language. Knows the field registry; nothing of columns or AWS calls.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from flowtui.records import fields
from flowtui.records.fields import Type


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


_SHOWN_IDS = 3
"""Interface ids that are written out before the rest is only counted: a scope may hold thousands."""

_WORDS = (fields.ACTION.name, fields.LOG_STATUS.name)
"""Fields whose values are words of the language by themselves: `reject`, `nodata`."""


def _check(name: str, value: str | int) -> None:
    kind = fields.field(name).type
    if isinstance(value, int) != (kind in (Type.INTEGER, Type.TIME)):
        raise ValueError(f"{value!r} is no value of {name}.")
    if kind is Type.ADDRESS:
        ip_address(value)


@dataclass(frozen=True, slots=True)
class And:
    """All of these, one or more."""

    parts: tuple[Tree, ...]

    def __str__(self) -> str:
        return " and ".join(_enclosed(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of these, one or more."""

    parts: tuple[Tree, ...]

    def __str__(self) -> str:
        return " or ".join(_enclosed(part) for part in self.parts)


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
        if self.field in _WORDS and self.op is Op.EQ:
            return str(self.value).lower()
        return f"{self.field} {self.op.value} {self.value}"


@dataclass(frozen=True, slots=True)
class OneOf:
    """A field's value is one of these; false where there is no value. Raises ValueError as Compare does."""

    field: str
    values: tuple[str | int, ...]

    def __post_init__(self) -> None:
        for value in self.values:
            _check(self.field, value)

    def __str__(self) -> str:
        return f"{self.field} in ({', '.join(str(value) for value in self.values)})"


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

    network: IPv4Network | IPv6Network
    side: Side = Side.EITHER

    def __str__(self) -> str:
        is_host = self.network.prefixlen == self.network.max_prefixlen
        text = f"host {self.network.network_address}" if is_host else f"net {self.network}"
        return f"{self.side.value} {text}".lstrip()


@dataclass(frozen=True, slots=True)
class OnInterfaces:
    """Seen on one of these interfaces, whether the format names the interface or only the stream does."""

    ids: frozenset[str]

    def __str__(self) -> str:
        shown = sorted(self.ids)[:_SHOWN_IDS]
        rest = len(self.ids) - len(shown)
        return f"interface in ({', '.join([*shown, f'… {rest:,} more'] if rest else shown)})"


Tree = And | Or | Not | Compare | OneOf | AnyPort | Net | OnInterfaces

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


def _enclosed(part: Tree) -> str:
    return f"({part})" if isinstance(part, And | Or) else str(part)
