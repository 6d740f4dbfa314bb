"""Where the reader has drilled in to: a VPC, subnet, owner or interface, as a filter over interfaces.

Knows no widget and no filter syntax.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from flowtui.topology.model import Interface, Topology


class ScopeKind(Enum):
    """What a scope is a scope of."""

    VPC = "vpc"
    SUBNET = "subnet"
    OWNER = "owner"
    INTERFACE = "interface"


@dataclass(frozen=True, slots=True)
class Scope:
    """One step of the breadcrumb."""

    kind: ScopeKind
    id: str
    """The VPC's, subnet's, owner's or interface's id."""
    label: str
    """What the breadcrumb calls it."""

    def has(self, interface: Interface) -> bool:
        """Whether an interface lies in it."""
        owned_by = {
            ScopeKind.VPC: interface.vpc_id,
            ScopeKind.SUBNET: interface.subnet_id,
            ScopeKind.OWNER: interface.owner.id,
            ScopeKind.INTERFACE: interface.id,
        }
        return owned_by[self.kind] == self.id


def interface_ids(scopes: Iterable[Scope], topology: Topology | None) -> frozenset[str] | None:
    """The ids of the interfaces that lie in every one of the scopes; None where there is no scope.

    An interface that is its own scope needs no topology: its records may outlive it.
    """
    steps = tuple(scopes)
    if not steps:
        return None
    known = () if topology is None else topology.interfaces
    inside = {each.id for each in known if all(scope.has(each) for scope in steps)}
    if steps[-1].kind is ScopeKind.INTERFACE:
        inside.add(steps[-1].id)
    return frozenset(inside)
