"""Which log format each line of a log group is read by, and the records that come of it.

A stream's own flow logs are asked first, then the group's other formats, then the default format; a line that
fits several formats with different meanings is given back unparsed. Knows no AWS calls and no store.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from flowtui.records import parse, shape
from flowtui.records.batch import (
    FORMAT,
    GROUP,
    INGESTION,
    INTERFACE,
    STREAM,
    TIMESTAMP,
    RecordBatch,
    Unparsed,
)
from flowtui.records.events import LogEvents
from flowtui.records.fields import INTERFACE_ID
from flowtui.records.format import DEFAULT_FORMAT, LogFormat
from flowtui.records.parse import LINE, ROW

Tiers = tuple[tuple[LogFormat, ...], ...]
"""Formats to be tried together, and where none of them fits the next ones."""

_STREAM_INTERFACE = re.compile(r"eni-[0-9A-Za-z]+")
_INT64_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class FormatBook:
    """The formats in which a log group's lines may be."""

    by_interface: Mapping[str, tuple[LogFormat, ...]] = field(default_factory=dict)
    """By interface id: the formats of the flow logs that cover it in this group."""
    candidates: tuple[LogFormat, ...] = ()
    """All formats of the group's flow logs, and those the user named."""

    def tiers(self, interface: str | None) -> Tiers:
        """Order the formats for an interface's lines; None where the stream does not tell the interface."""
        covering = self.by_interface.get(interface, ()) if interface else ()
        tried: set[LogFormat] = set()
        tiers = []
        for formats in (covering, self.candidates, (DEFAULT_FORMAT,)):
            fresh = tuple(fmt for fmt in dict.fromkeys(formats) if fmt not in tried)
            tried.update(fresh)
            if fresh:
                tiers.append(fresh)
        return tuple(tiers)


def stream_interface(stream: str) -> str | None:
    """Find the interface in a stream's name, `eni-…-all`; None where the name does not begin with one."""
    match = _STREAM_INTERFACE.match(stream)
    return match[0] if match else None


def read(group: str, events: LogEvents, book: FormatBook) -> RecordBatch:
    """Parse a group's log events, each by its format, in their order. Never raises on content."""
    numbered, broken = parse.number(events.messages)
    reasons: dict[int, str] = dict.fromkeys(broken, parse.NOT_TEXT)
    frames: list[pl.DataFrame] = []
    for tiers, lines in _by_tiers(numbered, events.streams, book):
        frames += _resolve(lines, tiers, reasons)
    joined = _joined(frames)
    rows = parse.positions(joined, len(events))
    frame = _with_meta(joined.drop(ROW), group, events, rows)
    unparsed = tuple(_unparsed(group, events, row, reasons[row]) for row in sorted(reasons))
    return RecordBatch(frame, rows, events, group, unparsed)


def _by_tiers(
    numbered: pl.DataFrame, streams: Sequence[str], book: FormatBook
) -> Iterable[tuple[Tiers, pl.DataFrame]]:
    tiers = {stream: book.tiers(stream_interface(stream)) for stream in set(streams)}
    places = {one: place for place, one in enumerate(dict.fromkeys(tiers.values()))}
    if len(places) < 2:
        return [(one, numbered) for one in places]
    place_of = {stream: places[one] for stream, one in tiers.items()}
    place = pl.Series([place_of[stream] for stream in streams], dtype=pl.UInt32).gather(
        numbered.get_column(ROW)
    )
    return [(one, numbered.filter(place == number)) for one, number in places.items()]


def _resolve(lines: pl.DataFrame, tiers: Tiers, reasons: dict[int, str]) -> list[pl.DataFrame]:
    """Type lines by the first tier that fits; `reasons` takes the rows of those that stay unparsed."""
    frames: list[pl.DataFrame] = []
    for formats in tiers:
        found, lines = _fit(lines, formats, reasons)
        frames += found
        if lines.is_empty():
            return frames
    reasons.update(shape.reasons(lines, [fmt for formats in tiers for fmt in formats]))
    return frames


def _fit(
    lines: pl.DataFrame, formats: tuple[LogFormat, ...], reasons: dict[int, str]
) -> tuple[list[pl.DataFrame], pl.DataFrame]:
    """Type the lines that one format fits; give back those that none fits, and note those that several do."""
    is_one = len(formats) == 1
    frames = [shape.fitting(lines, formats[0])] if is_one else _fitting_by_count(lines, formats)
    claims = pl.concat([lines.get_column(ROW).clear(), *(frame.get_column(ROW) for frame in frames)])
    if is_one and len(claims) == lines.height:
        return frames, lines.clear()
    rest = lines.filter(~pl.col(ROW).is_in(claims.implode()))
    doubtful = claims.filter(claims.is_duplicated()).unique()
    if len(doubtful):
        said = f"ambiguous: fits several of the {len(formats)} formats; --format tells which"
        reasons.update(dict.fromkeys(doubtful.to_list(), said))
        frames = [frame.filter(~pl.col(ROW).is_in(doubtful.implode())) for frame in frames]
    return frames, rest


def _fitting_by_count(lines: pl.DataFrame, formats: tuple[LogFormat, ...]) -> list[pl.DataFrame]:
    counted = lines.with_columns(shape.count_tokens().alias("count"))
    parts = {len(fmt): counted.filter(pl.col("count") == len(fmt)).select(ROW, LINE) for fmt in formats}
    return [shape.fitting(parts[len(fmt)], fmt) for fmt in formats if parts[len(fmt)].height]


def _joined(frames: list[pl.DataFrame]) -> pl.DataFrame:
    filled = [frame for frame in frames if frame.height]
    if len(filled) == 1:
        return filled[0]
    if not filled:
        return parse.type_lines(parse.number([])[0], DEFAULT_FORMAT).frame
    return pl.concat(filled, how="diagonal").sort(ROW)


def _with_meta(frame: pl.DataFrame, group: str, events: LogEvents, rows: Sequence[int]) -> pl.DataFrame:
    is_whole = len(rows) == len(events)
    chosen = events if is_whole else events.take(rows)
    names = {stream: _text(stream) for stream in set(chosen.streams)}
    meta = {
        TIMESTAMP: _times(chosen.timestamps),
        INGESTION: _times(chosen.ingestions),
        GROUP: pl.Series([_text(group)], dtype=pl.Categorical()).new_from_index(0, frame.height),
        STREAM: pl.Series([names[stream] for stream in chosen.streams], dtype=pl.Categorical()),
    }
    if _lacks_interface(frame):
        interfaces = {stream: stream_interface(stream) for stream in names}
        meta[INTERFACE] = pl.Series([interfaces[stream] for stream in chosen.streams], dtype=pl.Categorical())
    return frame.with_columns(**meta)


def _lacks_interface(frame: pl.DataFrame) -> bool:
    formats = frame.get_column(FORMAT).unique().to_list()
    return any(INTERFACE_ID.name not in LogFormat.parse(text).fields for text in formats)


def _text(text: str) -> str:
    # A frame cannot hold a lone surrogate.
    return text if parse.is_text(text) else text.encode("utf-8", "backslashreplace").decode()


def _times(times: Sequence[int]) -> pl.Series:
    try:
        return pl.Series(times, dtype=pl.Int64)
    except (OverflowError, TypeError):
        return pl.Series([max(-_INT64_MAX, min(time, _INT64_MAX)) for time in times], dtype=pl.Int64)


def _unparsed(group: str, events: LogEvents, row: int, reason: str) -> Unparsed:
    return Unparsed(
        group,
        events.streams[row],
        events.timestamps[row],
        events.ingestions[row],
        events.ids[row],
        events.messages[row],
        reason,
        row,
    )
