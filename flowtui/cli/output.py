"""How `flowtui tail` prints: log events to text, raw lines, JSON or CSV, one piece of text for each event.

Knows no AWS calls. What goes to a terminal is free of control characters.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from flowtui.records import batch as meta
from flowtui.records import fields, text
from flowtui.records.batch import RecordBatch, Unparsed
from flowtui.records.decode import clean, protocol_name
from flowtui.records.events import LogEvents
from flowtui.records.format import DEFAULT_FORMAT, LogFormat
from flowtui.records.resolve import FormatBook, read

_RED, _PLAIN = "\x1b[1;31m", "\x1b[0m"

_SHOWN = (
    fields.INTERFACE_ID.name,
    meta.INTERFACE,
    fields.START.name,
    fields.SRCADDR.name,
    fields.SRCPORT.name,
    fields.DSTADDR.name,
    fields.DSTPORT.name,
    fields.PROTOCOL.name,
    fields.PACKETS.name,
    fields.BYTES.name,
    fields.ACTION.name,
    fields.LOG_STATUS.name,
)


@dataclass
class Counts:
    """What was printed."""

    events: int = 0
    unparsed: int = 0
    rejected: int = 0


class Printer(Protocol):
    """Makes text of log events."""

    def head(self) -> str | None:
        """What comes first, if anything."""

    def lines(self, group: str, events: LogEvents) -> Sequence[str]:
        """One text for each event, in their order."""


@dataclass
class Books:
    """The formats of each log group; exchanged when the topology is read again."""

    by_group: Mapping[str, FormatBook] = field(default_factory=dict)

    def read(self, group: str, events: LogEvents) -> RecordBatch:
        """The events as records."""
        return read(group, events, self.by_group.get(group, FormatBook({}, ())))

    @property
    def formats(self) -> tuple[LogFormat, ...]:
        """All formats that a line may be read by."""
        candidates = (fmt for book in self.by_group.values() for fmt in book.candidates)
        return tuple(dict.fromkeys((*candidates, DEFAULT_FORMAT)))


class RawPrinter:
    """Each line as AWS delivered it; escaped where it goes to a terminal."""

    def __init__(self, *, is_terminal: bool) -> None:
        self._is_terminal = is_terminal

    def head(self) -> str | None:
        """Nothing."""
        return None

    def lines(self, group: str, events: LogEvents) -> Sequence[str]:
        """The messages."""
        return [clean(message) for message in events.messages] if self._is_terminal else events.messages


class JsonPrinter:
    """One object a line."""

    def __init__(self, books: Books, counts: Counts) -> None:
        self._books = books
        self._counts = counts

    def head(self) -> str | None:
        """Nothing."""
        return None

    def lines(self, group: str, events: LogEvents) -> Sequence[str]:
        """The records as objects, what is unparsed as its message."""
        batch = self._books.read(group, events)
        self._counts.unparsed += len(batch.unparsed)
        return list(text.json_lines(batch))


class CsvPrinter:
    """One row a line, with a head; columns are those of all formats known at the start."""

    def __init__(self, books: Books, counts: Counts, *, is_terminal: bool) -> None:
        self._books = books
        self._counts = counts
        self._columns = text.csv_columns(books.formats)
        self._safe: Callable[[str], str] = clean if is_terminal else str

    def head(self) -> str | None:
        """The names of the columns."""
        return text.csv_header(self._columns)

    def lines(self, group: str, events: LogEvents) -> Sequence[str]:
        """The records as rows."""
        batch = self._books.read(group, events)
        self._counts.unparsed += len(batch.unparsed)
        return [self._safe(line) for line in text.csv_lines(batch, self._columns)]


class TextPrinter:
    """One aligned line for a reader; rejected ones red where colour is wanted."""

    def __init__(
        self, books: Books, counts: Counts, names: Callable[[str], str | None], *, utc: bool, has_colour: bool
    ) -> None:
        """`names` gives an interface's name by its id."""
        self._books = books
        self._counts = counts
        self._names = names
        self._zone = UTC if utc else None
        self._has_colour = has_colour

    def head(self) -> str | None:
        """Nothing."""
        return None

    def lines(self, group: str, events: LogEvents) -> Sequence[str]:
        """The records in words, what is unparsed as its message."""
        batch = self._books.read(group, events)
        self._counts.unparsed += len(batch.unparsed)
        rows = zip(*text.values(batch.frame, _SHOWN), strict=True)
        found: dict[int, str] = {
            row: self._line(values, events.timestamps[row])
            for row, values in zip(batch.rows, rows, strict=True)
        }
        found.update((one.row, self._unparsed(one)) for one in batch.unparsed)
        return [found[row] for row in range(len(events))]

    def _line(self, values: tuple[str | int | None, ...], timestamp_ms: int) -> str:
        own, streams, start, src, srcport, dst, dstport, protocol, packets, octets, action, status = values
        interface = str(own or streams or "-")
        is_rejected = action == fields.ACTIONS[1]
        self._counts.rejected += is_rejected
        name = self._names(interface) or interface
        proto = protocol_name(protocol) if isinstance(protocol, int) else "-"
        at_s = start if isinstance(start, int) else timestamp_ms / 1000
        line = (
            f"{self._time(at_s)}  {clean(name):<21.21}  {_end(src, srcport):<21} → {_end(dst, dstport):<21}"
            f"  {proto:<6} {_or_dash(packets):>7} {_or_dash(octets):>10}  {action or status or '-'}"
        )
        return f"{_RED}{line}{_PLAIN}" if is_rejected and self._has_colour else line

    def _unparsed(self, one: Unparsed) -> str:
        return (
            f"{self._time(one.timestamp / 1000)}  {clean(one.stream):<21.21}  unparsed: {clean(one.message)}"
        )

    def _time(self, seconds: float) -> str:
        try:
            return datetime.fromtimestamp(seconds, self._zone).strftime("%Y-%m-%d %H:%M:%S")
        except (ValueError, OverflowError, OSError):
            return f"{seconds:<19.0f}"


def printer_of(
    output: str, books: Books, counts: Counts, names: Callable[[str], str | None], *, utc: bool
) -> Printer:
    """The printer of an `--output`, for standard output as it is; `names` gives interfaces' names by id."""
    is_terminal = sys.stdout.isatty()
    match output:
        case "raw":
            return RawPrinter(is_terminal=is_terminal)
        case "json":
            return JsonPrinter(books, counts)
        case "csv":
            return CsvPrinter(books, counts, is_terminal=is_terminal)
        case _:
            return TextPrinter(books, counts, names, utc=utc, has_colour=wants_colour())


def _end(address: str | int | None, port: str | int | None) -> str:
    if address is None:
        return "-"
    host = clean(str(address))
    if port is None:
        return host
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _or_dash(value: str | int | None) -> str:
    return "-" if value is None else str(value)


class Output:
    """Standard output, in bytes; every write is flushed, so that a reader downstream sees it at once."""

    def __init__(self) -> None:
        self._stream = sys.stdout.buffer

    def write(self, lines: Iterable[str]) -> None:
        """Writes lines with line ends. BrokenPipeError when nobody reads any more."""
        # A lone surrogate is what AWS delivered, however it came there.
        whole = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass")
        left = memoryview(whole)
        while len(left):
            # Under PYTHONUNBUFFERED the stream is raw, and a signal makes it write in part.
            left = left[self._stream.write(left) or 0 :]
        self._stream.flush()


def wants_colour() -> bool:
    """Whether standard output is a terminal that colours are welcome on (no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
