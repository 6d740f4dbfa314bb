"""Records back to text: lines byte for byte, JSON and CSV.

Output for pipes and files: what is written to a terminal must pass `decode.clean` besides.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache

import polars as pl

from flowtui.records import columns, fields
from flowtui.records.batch import (
    EVENT_ID,
    FORMAT,
    INGESTION,
    MESSAGE,
    STREAM,
    TIMESTAMP,
    RecordBatch,
    Unparsed,
)
from flowtui.records.fields import Type
from flowtui.records.format import LogFormat

Value = str | int | None
META = (TIMESTAMP, INGESTION, STREAM, EVENT_ID)
"""What is printed of the log event beside the fields."""

_ROW = "@row"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_format = lru_cache(maxsize=256)(LogFormat.parse)


def lines(frame: pl.DataFrame) -> list[str]:
    """Give each record's line back byte for byte; the frame has `@format` and, where needed, `@message`."""
    parts = frame.with_row_index(_ROW).partition_by(FORMAT) if frame.height else []
    texts = [part.select(_ROW, _line(part).alias("line")) for part in parts]
    if not texts:
        return []
    return pl.concat(texts).sort(_ROW).get_column("line").to_list()


def _line(part: pl.DataFrame) -> pl.Expr:
    names = _format(part.item(0, FORMAT)).fields
    tokens = [columns.printed(fields.field(name), part.columns).fill_null(columns.ABSENT) for name in names]
    line = pl.concat_str(tokens, separator=" ")
    return pl.coalesce(MESSAGE, line) if MESSAGE in part.columns else line


def values(frame: pl.DataFrame, names: Iterable[str]) -> list[list[Value]]:
    """Give columns as plain values, addresses as text; a column that the frame lacks is all None."""
    return [_values(frame, name) for name in names]


def _values(frame: pl.DataFrame, name: str) -> list[Value]:
    if name not in frame.columns:
        return [None] * frame.height
    entry = fields.field(name)
    column = columns.printed(entry, frame.columns) if entry.type is Type.ADDRESS else pl.col(name)
    return frame.select(column.alias(name)).get_column(name).to_list()


def raw_lines(batch: RecordBatch, kept: Collection[int] | None = None) -> Iterator[str]:
    """Give the events' lines as AWS delivered them, in their order, unparsed ones too.

    `kept` are the positions of the frame's rows to be printed (None: all), here and below.
    """
    for _, one in _in_order(batch, _kept(batch, kept)):
        yield one.message if isinstance(one, Unparsed) else batch.events.messages[batch.rows[one]]


def json_lines(batch: RecordBatch, kept: Collection[int] | None = None) -> Iterator[str]:
    """Write one JSON object per event, in their order: the format's fields and META; ASCII only.

    `-` is null; an unparsed event is its `@message` and META.
    """
    chosen = _kept(batch, kept)
    records = dict(zip(chosen, _objects(batch, chosen), strict=True))
    for row, one in _in_order(batch, chosen):
        fact = {MESSAGE: one.message} if isinstance(one, Unparsed) else records[one]
        yield json.dumps(fact | _meta(batch, row))


def csv_columns(formats: Iterable[LogFormat]) -> tuple[str, ...]:
    """Name the columns of a CSV of records in these formats: their fields, META and `@message`."""
    names = dict.fromkeys(name for fmt in formats for name in fmt.fields)
    return (*names, *META, MESSAGE)


def csv_header(names: Iterable[str]) -> str:
    """Write the head line of a CSV, without a line end."""
    return ",".join(names)


def csv_lines(batch: RecordBatch, names: Iterable[str], kept: Collection[int] | None = None) -> Iterator[str]:
    """Write one CSV line per event, in their order, without a line end; safe to open in a spreadsheet.

    `@message` holds the line of an unparsed event only. No value is an empty cell.
    """
    heads = tuple(names)
    chosen = _kept(batch, kept)
    records = dict(zip(chosen, _tuples(batch, chosen, heads), strict=True))
    for row, one in _in_order(batch, chosen):
        fact: Mapping[str, Value]
        if isinstance(one, Unparsed):
            fact = {MESSAGE: one.message} | _meta(batch, row)
        else:
            fact = dict(zip(heads, records[one], strict=True)) | _meta(batch, row) | {MESSAGE: None}
        yield csv_line(fact.get(name) for name in heads)


def csv_line(values: Iterable[Value]) -> str:
    """Write one CSV line, without a line end; safe to open in a spreadsheet. None is an empty cell."""
    return ",".join(map(_cell, values))


def _kept(batch: RecordBatch, kept: Collection[int] | None) -> list[int]:
    return list(range(len(batch))) if kept is None else sorted(kept)


def _in_order(batch: RecordBatch, kept: Iterable[int]) -> list[tuple[int, int | Unparsed]]:
    """List event positions, ascending, each with its frame row or with what could not be parsed."""
    records: list[tuple[int, int | Unparsed]] = [(batch.rows[row], row) for row in kept]
    records += [(one.row, one) for one in batch.unparsed]
    return sorted(records, key=lambda pair: pair[0])


def _meta(batch: RecordBatch, row: int) -> dict[str, Value]:
    events = batch.events
    found = (events.timestamps[row], events.ingestions[row], events.streams[row], events.ids[row])
    return dict(zip(META, found, strict=True))


def _objects(batch: RecordBatch, chosen: list[int]) -> list[dict[str, Value]]:
    frame = batch.frame[chosen]
    names_of = {text: _format(text).fields for text in frame.get_column(FORMAT).unique().to_list()}
    names = tuple(dict.fromkeys(name for fields_ in names_of.values() for name in fields_))
    whole = (dict(zip(names, one, strict=True)) for one in zip(*values(frame, names), strict=True))
    if len(names_of) == 1:
        return list(whole)
    formats = frame.get_column(FORMAT).to_list()
    return [{name: one[name] for name in names_of[text]} for text, one in zip(formats, whole, strict=True)]


def _tuples(batch: RecordBatch, chosen: list[int], names: tuple[str, ...]) -> list[tuple[Value, ...]]:
    return list(zip(*values(batch.frame[chosen], names), strict=True))


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    # UTF-8 cannot write a lone surrogate.
    text = value.encode("utf-8", "backslashreplace").decode()
    if text.startswith(_FORMULA_STARTS):
        text = "'" + text
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\r\n') else text
