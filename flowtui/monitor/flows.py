"""Records of the store as the explainer sees them. Knows no rules."""

from __future__ import annotations

from collections.abc import Iterable

from flowtui.explain.flow import NAMES, Flow, flow_of
from flowtui.records import batch, fields
from flowtui.store.snapshot import Snapshot


def flows(snapshot: Snapshot, ids: Iterable[int]) -> list[Flow | None]:
    """The flows of these records, None in place of one that is not held."""
    rows = snapshot.rows(list(ids), (batch.INTERFACE, batch.FORMAT, *NAMES))
    return [None if row is None else _flow(*row) for row in rows]


def _flow(interface: object, log_format: object, *values: object) -> Flow:
    known = dict(zip(NAMES, values, strict=True))
    known[fields.INTERFACE_ID.name] = known[fields.INTERFACE_ID.name] or interface
    return flow_of(known, str(log_format or ""))  # type: ignore[arg-type]
