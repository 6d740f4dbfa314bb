"""Which name an address or an interface had at a time: what each reading of the topology adds.

Records come late and stay on the screen for long, while addresses move; a name holds for the time in which it
was seen. Knows nothing of records or of how a topology is read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from flowtui.topology.model import Interface, Topology

KEPT_S = 7 * 24 * 3600
"""Seconds for which a name that is seen no more is remembered."""

_ANYWHERE = ""
"""The VPC of a public address: it means the same from everywhere."""


_Bearer = tuple[str, str, str]
"""Name, interface id and VPC id."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A name borne by an interface from `since` until just before `until`, in epoch seconds."""

    name: str
    """Empty: the interface had no name."""
    interface_id: str
    vpc_id: str
    since: float
    until: float | None = None
    """The first reading that did not find it; None while it is there."""

    @property
    def bearer(self) -> _Bearer:
        """What makes it the same sighting as in the reading before."""
        return (self.name, self.interface_id, self.vpc_id)

    def holds(self, at: float) -> bool:
        """Whether the name was borne at this time."""
        return self.since <= at and (self.until is None or at < self.until)


_Known = Mapping[str, tuple[Sighting, ...]]


@dataclass(frozen=True, slots=True)
class History:
    """All names seen so far; `seen` gives the next history. A look-up costs a dictionary and a short list."""

    addresses: _Known = field(default_factory=dict)
    """By address, sightings in the order in which they began."""
    interfaces: _Known = field(default_factory=dict)
    """By interface id, likewise."""

    def seen(self, topology: Topology) -> History:
        """The history with one more reading of the topology."""
        names = {interface.id: self._name(interface, topology) for interface in topology.interfaces}
        at_address: dict[str, list[_Bearer]] = defaultdict(list)
        for interface in topology.interfaces:
            for address in interface.addresses:
                at_address[address].append((names[interface.id], interface.id, interface.vpc_id))
            for address in interface.public_addresses:
                at_address[address].append((names[interface.id], interface.id, _ANYWHERE))
        at_interface = {i.id: [(names[i.id], i.id, i.vpc_id)] for i in topology.interfaces}
        is_whole = not any(missing.part == "interfaces" for missing in topology.missing)
        return History(
            _merged(self.addresses, at_address, topology.read_at, is_whole),
            _merged(self.interfaces, at_interface, topology.read_at, is_whole),
        )

    def name_of(self, address: str, at: float, vpc_id: str | None) -> str | None:
        """The name behind an address at a time (epoch seconds), as seen from a VPC.

        Before the first sighting the earliest name is used. None: nobody is known to have had the address
        then, its interface had no name, or several VPCs use it and none of them is `vpc_id`.
        """
        sightings = self.addresses.get(address)
        if not sightings:
            return None
        near = [sighting for sighting in sightings if sighting.vpc_id in (vpc_id, _ANYWHERE)]
        return _name_at(near or sightings, at)

    def interface_name(self, interface_id: str, at: float) -> str | None:
        """The name of an interface at a time, also of one that has vanished; None if it had none."""
        sightings = self.interfaces.get(interface_id)
        if not sightings:
            return None
        begun = [sighting for sighting in sightings if sighting.since <= at]
        return (begun[-1] if begun else sightings[0]).name or None

    def _name(self, interface: Interface, topology: Topology) -> str:
        """Its name; where a part is missing that could have given one, the name that it had before."""
        if interface.name != interface.id:
            return interface.name
        known = self.interfaces.get(interface.id, ()) if topology.missing else ()
        return known[-1].name if known else ""


def _name_at(sightings: Iterable[Sighting], at: float) -> str | None:
    ordered = sorted(sightings, key=lambda sighting: sighting.since)
    holders = [sighting for sighting in ordered if sighting.holds(at)]
    if not holders and at < ordered[0].since:
        holders = [sighting for sighting in ordered if sighting.since == ordered[0].since]
    names = {sighting.name for sighting in holders}
    return (names.pop() or None) if len(names) == 1 else None


def _merged(
    known: _Known, current: Mapping[str, list[_Bearer]], now: float, is_whole: bool
) -> dict[str, tuple[Sighting, ...]]:
    merged = {}
    for key in known.keys() | current.keys():
        sightings = _extended(known.get(key, ()), current.get(key, []), now, is_whole)
        if sightings:
            merged[key] = sightings
    return merged


def _extended(
    known: tuple[Sighting, ...], bearers: list[_Bearer], now: float, is_whole: bool
) -> tuple[Sighting, ...]:
    """The sightings of one key after a reading; one that was not whole ends only what it contradicts."""
    if len(known) == len(bearers) == 1 and known[0].until is None and known[0].bearer == bearers[0]:
        return known
    there = set(bearers)
    extended = []
    for sighting in known:
        is_told = is_whole or any(vpc_id == sighting.vpc_id for _, _, vpc_id in bearers)
        if sighting.until is None and sighting.bearer not in there and is_told:
            extended.append(replace(sighting, until=now))
        elif sighting.until is None or sighting.until > now - KEPT_S:
            extended.append(sighting)
    open_bearers = {(s.name, s.interface_id, s.vpc_id) for s in extended if s.until is None}
    extended += [
        Sighting(*bearer, since=now) for bearer in dict.fromkeys(bearers) if bearer not in open_bearers
    ]
    return tuple(extended)
