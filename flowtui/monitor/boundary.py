"""Which records lie outside the VPCs that were chosen, where flow logs of several VPCs share a log group.

Only what is known to lie elsewhere is left out: by the record's own vpc-id, else by its interface. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flowtui.records import within
from flowtui.records.batch import RecordBatch
from flowtui.topology.model import Topology

KEPT_S = 24 * 3600.0
"""Seconds for which an interface that is gone is remembered; its records come up to hours later."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """The chosen VPCs, and the interfaces that were seen elsewhere. A value: `seen` gives the next one."""

    vpc_ids: frozenset[str] = frozenset()
    """Empty: all VPCs, and nothing is left out."""
    elsewhere: Mapping[str, float] = field(default_factory=dict)
    """Interfaces in other VPCs, each with the epoch seconds at which it was last seen there."""

    def seen(self, topology: Topology) -> Boundary:
        """The boundary after another reading of the topology."""
        if not self.vpc_ids:
            return self
        oldest = topology.read_at - KEPT_S
        kept = {interface: at for interface, at in self.elsewhere.items() if at >= oldest}
        return replace(self, elsewhere=kept | dict.fromkeys(topology.elsewhere, topology.read_at))

    def inside(self, batch: RecordBatch) -> RecordBatch:
        """The batch without the records, and lines of streams, that lie elsewhere."""
        return within.within(batch, self.vpc_ids, self.elsewhere.keys()) if self.vpc_ids else batch
