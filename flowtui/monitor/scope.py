"""Where the reader has drilled in to: a VPC, subnet, owner or interface, as a filter over interfaces.

Knows no widget and no filter syntax.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flowtui.topology.lookup import ScopeKind, TopologyIndex


@dataclass(frozen=True, slots=True)
class Scope:
    """One step of the breadcrumb."""

    kind: ScopeKind
    id: str
    """The VPC's, subnet's, owner's or interface's id."""
    label: str
    """What the breadcrumb calls it."""


def interface_ids(scopes: Sequence[Scope], index: TopologyIndex | None) -> tuple[str, ...] | None:
    """The ids of the interfaces that lie in every one of the scopes, sorted; None where there is no scope.

    An interface that is its own scope needs no topology: its records may outlive it.
    """
    if not scopes:
        return None
    if scopes[-1].kind == "interface":
        return (scopes[-1].id,)
    if index is None:
        return ()
    inside = ({interface.id for interface in index.interfaces_in(scope.kind, scope.id)} for scope in scopes)
    return tuple(sorted(set.intersection(*inside)))
