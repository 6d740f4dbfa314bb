"""Record batches made by hand, in the shape that reading gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from flowtui.records import address, batch, columns, fields
from flowtui.records.batch import RecordBatch
from flowtui.records.events import LogEvents
from flowtui.records.fields import Type
from flowtui.records.format import DEFAULT_FORMAT, LogFormat

Record = Mapping[str, object]
"""Values by column: addresses as text, times in epoch seconds, `@` times in ms; what is missing is `-`."""

_META: Mapping[str, pl.DataType] = {
    batch.TIMESTAMP: pl.Int64(),
    batch.INGESTION: pl.Int64(),
    batch.GROUP: pl.Categorical(),
    batch.STREAM: pl.Categorical(),
    batch.FORMAT: pl.Categorical(),
}
_OPTIONAL_META: Mapping[str, pl.DataType] = {batch.MESSAGE: pl.String(), batch.INTERFACE: pl.Categorical()}

T0 = 1_700_000_000


def record(**values: object) -> Record:
    """A flow of the default format; `_` stands for `-` in names, `at` is its start and event time."""
    at = values.pop("at", T0)
    assert isinstance(at, int)
    given = {
        "version": 2,
        "account-id": "123456789012",
        "interface-id": "eni-1",
        "srcaddr": "10.0.0.1",
        "dstaddr": "10.0.0.2",
        "srcport": 40000,
        "dstport": 80,
        "protocol": 6,
        "packets": 1,
        "bytes": 40,
        "start": at,
        "end": at + 60,
        "action": "ACCEPT",
        "log-status": "OK",
        batch.TIMESTAMP: at * 1000,
        batch.INGESTION: at * 1000 + 90_000,
        batch.GROUP: "logs",
        batch.STREAM: "eni-1-all",
    }
    given |= {name.replace("_", "-"): value for name, value in values.items()}
    return {name: value for name, value in given.items() if value is not None}


def make(records: Sequence[Record], fmt: LogFormat = DEFAULT_FORMAT) -> RecordBatch:
    """Put records into a batch with the columns of this format."""
    table: list[pl.Series] = []
    for name in fmt.fields:
        table += _field_columns(name, [each.get(name) for each in records])
    for name, dtype in _META.items():
        values = [str(fmt) if name == batch.FORMAT else each.get(name) for each in records]
        table.append(pl.Series(name, values, dtype=dtype))
    for name, dtype in _OPTIONAL_META.items():
        if any(name in each for each in records):
            table.append(pl.Series(name, [each.get(name) for each in records], dtype=dtype))
    return RecordBatch(pl.DataFrame(table), range(len(records)), LogEvents(), "logs")


def _field_columns(name: str, values: list[object]) -> list[pl.Series]:
    entry = fields.field(name)
    if entry.type is not Type.ADDRESS:
        return [pl.Series(name, values, dtype=columns.dtype(entry))]
    parsed = [None if value is None else address.parse_text(str(value)) for value in values]
    v4 = [None if each is None or each[1] else each[0] for each in parsed]
    v6 = [each[0] if each is not None and each[1] else None for each in parsed]
    made = [pl.Series(name, v4, dtype=pl.UInt32)]
    return [*made, pl.Series(fields.v6(name), v6, dtype=pl.UInt128)] if any(v6) else made
