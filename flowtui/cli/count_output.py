"""How `flowtui history --by` prints what flows come to: a table to read, JSON or CSV. Makes no calls."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from flowtui.records import fields, text
from flowtui.records.decode import clean, protocol_name
from flowtui.store.talkers import Sums, Talker, Talkers, Value

_SUMS = ("records", "packets", "bytes", "rejected")
_TIMES = ("first", "last")

ALL = "all"
"""What the last line of the table is called."""


class CountPrinter:
    """Makes lines of groups of flows."""

    def __init__(self, by: Sequence[str], output: str, *, utc: bool, is_terminal: bool) -> None:
        """`output` is `text`, `json` or `csv`."""
        self._by = tuple(by)
        self._output = output
        self._zone = UTC if utc else None
        self._is_terminal = is_terminal

    def lines(self, found: Talkers) -> Iterator[str]:
        """The lines, without line ends; in text the last one is of all groups."""
        match self._output:
            case "json":
                for talker in found.rows:
                    yield json.dumps(dict(zip(self._names, self._cells(talker), strict=True)))
            case "csv":
                yield text.csv_header(self._names)
                for talker in found.rows:
                    line = text.csv_line(self._cells(talker))
                    yield clean(line) if self._is_terminal else line
            case _:
                yield from self._table(found)

    @property
    def _names(self) -> tuple[str, ...]:
        return (*self._by, *_SUMS, *_TIMES)

    def _cells(self, talker: Talker) -> tuple[Value, ...]:
        return (*talker.key, *_sums(talker.sums), talker.first_s, talker.last_s)

    def _table(self, found: Talkers) -> Iterator[str]:
        rows = [list(self._names)]
        rows += [self._words(talker) for talker in found.rows]
        rows.append([ALL, *[""] * (len(self._by) - 1), *map(_grouped, _sums(found.total)), "", ""])
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        count = len(self._by)
        for row in rows:
            cells = [
                f"{cell:>{width}}" if count <= place < count + len(_SUMS) else f"{cell:<{width}}"
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            yield "  ".join(cells).rstrip()

    def _words(self, talker: Talker) -> list[str]:
        named = [_word(name, value) for name, value in zip(self._by, talker.key, strict=True)]
        times = [self._time(talker.first_s), self._time(talker.last_s)]
        return [*named, *map(_grouped, _sums(talker.sums)), *times]

    def _time(self, seconds: int) -> str:
        try:
            return datetime.fromtimestamp(seconds, self._zone).strftime("%Y-%m-%d %H:%M:%S")
        except (ValueError, OverflowError, OSError):
            return str(seconds)


def _sums(sums: Sums) -> tuple[int, ...]:
    return sums.records, sums.packets, sums.bytes, sums.rejected


def _grouped(number: int) -> str:
    return f"{number:,}"


def _word(name: str, value: Value) -> str:
    if value is None:
        return "-"
    if name == fields.PROTOCOL.name and isinstance(value, int):
        return protocol_name(value)
    return clean(str(value))
