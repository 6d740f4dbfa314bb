"""Who is meant by a name: the interfaces and addresses that bore it, and when, as far as was seen.

The same rules as in the table: an address has a name where `History.name_of` gives one. Knows no trees.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil

from flowtui.records import address
from flowtui.topology.history import History, Sighting
from flowtui.topology.lookup import TopologyIndex
from flowtui.topology.model import Topology

ANYWHERE = ""
"""The VPC of sightings of public addresses."""

_parsed = lru_cache(maxsize=2**16)(address.parse_text)
"""The same addresses are bound again with every name and every reading of the topology."""

Span = tuple[int | None, int | None]
"""From since until just before until, epoch seconds; None: open."""

ALWAYS: Span = (None, None)


@dataclass(frozen=True, slots=True)
class Names:
    """What is known of names: the topology as it is, and what has been seen of it."""

    index: TopologyIndex | None = None
    history: History = field(default_factory=History)

    @classmethod
    def of(cls, topology: Topology) -> Names:
        """What one reading of a topology tells."""
        return cls(TopologyIndex(topology), History().seen(topology))

    @property
    def topology(self) -> Topology | None:
        """The topology as it is, None while none was read."""
        return None if self.index is None else self.index.topology

    def worn(self) -> frozenset[str]:
        """Every name that an interface has or had."""
        seen = {one.name for sightings in self.history.interfaces.values() for one in sightings}
        return frozenset(seen - {""})

    def interfaces_of(self, vpc_id: str) -> frozenset[str]:
        """The ids of the interfaces that are in a VPC now."""
        return (
            frozenset() if self.index is None else frozenset(i.id for i in self.index.interfaces_of(vpc_id))
        )


@dataclass(frozen=True, slots=True)
class Bearers:
    """Who is meant: whoever has one of the names at the time, and these interfaces at all times."""

    names: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()
    """Interfaces that are not meant, whatever their names."""

    def __bool__(self) -> bool:
        return bool(self.names or self.ids)

    def has(self, sighting: Sighting) -> bool:
        """Whether a sighting is of one of them."""
        if sighting.interface_id in self.ids:
            return True
        return sighting.name in self.names and sighting.interface_id not in self.barred


@dataclass(frozen=True, slots=True)
class Tenure:
    """A time in which an address was borne, as seen from some interfaces."""

    value: int
    is_v6: bool
    span: Span
    seen_from: str | None = None
    """The VPC of the interfaces from which it is so; None: from all."""
    not_from: frozenset[str] = frozenset()
    """With None: but not from these VPCs, where it is otherwise."""


def interface_spans(names: Names, bearers: Bearers) -> Iterator[tuple[str, Span]]:
    """Give the interfaces of the bearers with the times at which they were theirs."""
    for interface_id in bearers.ids:
        yield interface_id, ALWAYS
    if not bearers.names:
        return
    for interface_id, sightings in names.history.interfaces.items():
        if interface_id in bearers.ids:
            continue
        if len(sightings) > 1:
            for span in _interface_spans(sightings, bearers):
                yield interface_id, span
        elif bearers.has(sightings[0]):
            yield interface_id, ALWAYS


def _interface_spans(sightings: Sequence[Sighting], bearers: Bearers) -> list[Span]:
    """An interface has the name of its last reading until there is another, and the first one before it."""
    ends = [*(_second(sighting.since) for sighting in sightings[1:]), None]
    begins = [None, *ends[:-1]]
    pieces = zip(begins, ends, sightings, strict=True)
    return _connected([(since, until) for since, until, one in pieces if bearers.has(one)])


def tenures(names: Names, bearers: Bearers) -> Iterator[Tenure]:
    """Give the addresses of the bearers with the times at which they were theirs."""
    if not bearers:
        return
    for text, sightings in names.history.addresses.items():
        is_one = len(sightings) == 1
        if not (bearers.has(sightings[0]) if is_one else any(map(bearers.has, sightings))):
            continue
        parsed = _parsed(text)
        if parsed is None:
            continue
        if is_one:
            yield Tenure(*parsed, (None, _second(sightings[0].until)))
        else:
            yield from _tenures(parsed, sightings, bearers)


def _tenures(parsed: tuple[int, bool], sightings: Sequence[Sighting], bearers: Bearers) -> Iterator[Tenure]:
    """Resolve an address of several sightings: from a VPC that has it, what is there or public counts."""
    public = [one for one in sightings if one.vpc_id == ANYWHERE]
    vpcs = frozenset(one.vpc_id for one in sightings) - {ANYWHERE}
    elsewhere = _spans(public or sightings, bearers)
    near = {
        vpc: _spans([one for one in sightings if one.vpc_id in (vpc, ANYWHERE)], bearers)
        for vpc in sorted(vpcs)
    }
    differing = {vpc: spans for vpc, spans in near.items() if spans != elsewhere}
    for span in elsewhere:
        yield Tenure(*parsed, span, not_from=frozenset(differing))
    for vpc, spans in differing.items():
        for span in spans:
            yield Tenure(*parsed, span, seen_from=vpc)


def _spans(sightings: Sequence[Sighting], bearers: Bearers) -> list[Span]:
    """Find when all who had an address were bearers; before the first sighting, those of that one."""
    begin = min(one.since for one in sightings)
    edges = {
        edge for one in sightings for edge in (one.since, one.until) if edge is not None and edge > begin
    }
    moments = [begin, *sorted(edges)]
    ends = [*(_second(moment) for moment in moments[1:]), None]
    begins = [None, *ends[:-1]]
    held = []
    for moment, since, until in zip(moments, begins, ends, strict=True):
        holders = [one for one in sightings if one.holds(moment)]
        if holders and all(bearers.has(one) for one in holders):
            held.append((since, until))
    return _connected(held)


def _connected(spans: Sequence[Span]) -> list[Span]:
    """Join spans that follow each other without a gap, and leave out empty ones."""
    joined: list[Span] = []
    for since, until in spans:
        if since is not None and since == until:
            continue
        if joined and joined[-1][1] is not None and joined[-1][1] == since:
            joined[-1] = (joined[-1][0], until)
        else:
            joined.append((since, until))
    return joined


def _second(moment: float | None) -> int | None:
    """The first whole second at or after a moment: records tell whole seconds."""
    return None if moment is None else ceil(moment)
