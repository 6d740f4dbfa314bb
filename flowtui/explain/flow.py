"""One flow record, as far as its explanation needs it; and what other records say about it.

Knows nothing of rules, stores or lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flowtui.records import fields

Value = str | int | None

NAMES = tuple(
    field.name
    for field in (
        fields.INTERFACE_ID,
        fields.SRCADDR,
        fields.DSTADDR,
        fields.SRCPORT,
        fields.DSTPORT,
        fields.PROTOCOL,
        fields.PACKETS,
        fields.START,
        fields.END,
        fields.ACTION,
        fields.LOG_STATUS,
        fields.TCP_FLAGS,
        fields.PKT_SRCADDR,
        fields.PKT_DSTADDR,
        fields.FLOW_DIRECTION,
        fields.REJECT_REASON,
    )
)
"""The fields that `flow_of` looks at."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow record; None is `-`, or a field that the log format lacks."""

    interface_id: str | None = None
    srcaddr: str | None = None
    dstaddr: str | None = None
    srcport: int | None = None
    dstport: int | None = None
    protocol: int | None = None
    packets: int | None = None
    start: int | None = None
    """Epoch seconds, like `end`."""
    end: int | None = None
    action: str | None = None
    log_status: str | None = None
    tcp_flags: int | None = None
    pkt_srcaddr: str | None = None
    pkt_dstaddr: str | None = None
    flow_direction: str | None = None
    reject_reason: str | None = None
    has_reject_reason: bool = False
    """Whether the log format has the field at all: only then does `-` mean that it was neither BPA nor EC."""

    @property
    def is_flow(self) -> bool:
        """Whether it tells of traffic; NODATA and SKIPDATA do not."""
        return self.log_status not in _NO_FLOW

    @property
    def source(self) -> str | None:
        """The packet's own source where the record has it, else srcaddr."""
        return self.pkt_srcaddr or self.srcaddr

    @property
    def destination(self) -> str | None:
        """The packet's own destination where the record has it, else dstaddr."""
        return self.pkt_dstaddr or self.dstaddr


_NO_FLOW = ("NODATA", "SKIPDATA")


@dataclass(frozen=True, slots=True)
class Twin:
    """What was found when other records of the same interface and conversation were looked for.

    Where nobody could look (no store, a capture), there is no Twin at all but None.
    """

    opposite: Flow | None = None
    """The accepted record the other way round (addresses and ports exchanged) nearest before or about it."""
    earlier: Flow | None = None
    """The accepted record of the same addresses and ports, the same way, nearest before it."""


def flow_of(values: Mapping[str, Value], log_format: str = "") -> Flow:
    """The flow of a record's values by AWS field names; more names than needed do no harm.

    `log_format` is the text of the format that the line was read by (the column `@format`).
    """
    found: dict[str, Value] = {name.replace("-", "_"): values.get(name) for name in NAMES}
    has_reason = f"${{{fields.REJECT_REASON.name}}}" in log_format
    return Flow(**found, has_reject_reason=has_reason)  # type: ignore[arg-type]
