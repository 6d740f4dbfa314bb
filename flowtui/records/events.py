"""Log events as they come from CloudWatch Logs: columns of plain values, before anything is parsed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LogEvents:
    """Log events of one log group, column by column; the columns are of equal length.

    Columns and not objects, since ten thousand arrive at a time.
    """

    streams: Sequence[str] = field(default=())
    """Log stream names."""
    timestamps: Sequence[int] = field(default=())
    """Event times in ms since the epoch; for flow logs the start of the record."""
    ingestions: Sequence[int] = field(default=())
    """Times of ingestion in ms since the epoch."""
    ids: Sequence[str] = field(default=())
    """Event ids: for equality, never for order."""
    messages: Sequence[str] = field(default=())
    """The lines as AWS delivered them."""

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: Sequence[int]) -> LogEvents:
        """The events at these positions, in this order."""
        return LogEvents(
            [self.streams[row] for row in rows],
            [self.timestamps[row] for row in rows],
            [self.ingestions[row] for row in rows],
            [self.ids[row] for row in rows],
            [self.messages[row] for row in rows],
        )
