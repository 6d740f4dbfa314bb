"""What parsing yields: a batch of typed records, and the lines that are none.

Names the columns that stand beside the fields; knows nothing of how they were found.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from flowtui.records import fields
from flowtui.records.events import LogEvents

TIMESTAMP = "@timestamp"
"""Event time, Int64 ms."""
INGESTION = "@ingestionTime"
"""Time of ingestion, Int64 ms."""
GROUP = "@logGroup"
"""Log group, Categorical."""
STREAM = "@logStream"
"""Log stream, Categorical."""
FORMAT = "@format"
"""The text of the log format that the line was read by, Categorical."""
MESSAGE = "@message"
"""The line itself, String, where its canonical print differs, else null; absent where no line's does."""
INTERFACE = "@interface"
"""The interface by the stream's name, Categorical; only in frames whose format lacks interface-id."""
EVENT_ID = "@eventId"
"""The event's id: in what is printed, never in a frame."""


@dataclass(frozen=True, slots=True)
class Unparsed:
    """A log event that is no record of any format in question, kept whole."""

    group: str
    stream: str
    timestamp: int
    """Event time, ms."""
    ingestion: int
    """Time of ingestion, ms."""
    event_id: str
    message: str
    reason: str
    """Why, in a few words; may quote the line, so clean it before a terminal sees it."""
    row: int
    """Its position among the events."""


@dataclass(frozen=True, slots=True)
class RecordBatch:
    """The records of some log events, in the order of the events; its length is the number of records."""

    frame: pl.DataFrame
    """One column per field, named as AWS does, and the `@` columns above."""
    rows: Sequence[int]
    """For each row of the frame the position of its event, ascending."""
    events: LogEvents
    group: str
    unparsed: tuple[Unparsed, ...] = ()
    """The events that are no records, ascending by row."""

    def __len__(self) -> int:
        return self.frame.height


def interface(columns: Collection[str]) -> pl.Expr:
    """Give the interface of each record in a frame of these columns: its own, else the stream's."""
    names = [name for name in (fields.INTERFACE_ID.name, INTERFACE) if name in columns]
    if not names:
        return pl.lit(None, dtype=pl.Categorical)
    return pl.coalesce(pl.col(name) for name in names)
