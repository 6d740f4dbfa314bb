"""What `flowtui explain` does: reads records, from wherever they come, and says of each why it was rejected.

The rules come from the account or from a saved topology; the twins from the records that were read beside.
"""

from __future__ import annotations

import json
import random
import re
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from io import BufferedReader
from typing import cast

import click

from flowtui.cli.output import Output
from flowtui.explain.answer import Explanation, Verdict
from flowtui.explain.explainer import Explainer
from flowtui.explain.flow import NAMES, Flow, flow_of
from flowtui.explain.output import as_lines, as_object
from flowtui.explain.twins import Twins
from flowtui.monitor import groups
from flowtui.monitor.capture import Selection
from flowtui.monitor.clock import SystemClock
from flowtui.monitor.outside import Connection, Fault
from flowtui.monitor.settings import Settings
from flowtui.monitor.sources.reading import Range, Reader
from flowtui.monitor.sources.seen import SeenIds
from flowtui.records import batch as meta
from flowtui.records import fields, text
from flowtui.records.batch import RecordBatch
from flowtui.records.decode import clean
from flowtui.records.events import LogEvents
from flowtui.records.resolve import FormatBook, read
from flowtui.topology.history import History
from flowtui.topology.lookup import TopologyIndex
from flowtui.topology.model import Topology

_PATIENCE = 8
"""Failures of a group in a row, about four minutes, after which the reading gives up."""

_CHUNK_BYTES = 1 << 20
_INTERFACE = re.compile(r"\beni-[0-9A-Za-z]+")
_REJECT = fields.ACTIONS[1]


@dataclass(frozen=True, slots=True)
class Item:
    """One line that was read: its flow, or why it is none."""

    line: str
    flow: Flow | None
    is_wanted: bool = True
    """Whether the filter selects it; it may speak of the conversation of one that is wanted all the same."""
    reason: str = ""


class Explaining:
    """One run of the command."""

    def __init__(self, settings: Settings, output: str, topology: Topology) -> None:
        self._settings = settings
        self._is_json = output == "json"
        self._index = TopologyIndex(topology)
        self._explainer = Explainer(self._index)
        self._selection = Selection.of(settings.filter, self._index, History().seen(topology))
        self._output = Output()

    def lines(self, lines: Sequence[str]) -> None:
        """Explains these lines."""
        items = list(self._read_lines(lines))
        self._print(items, Twins(_flows(items), is_whole=False))

    def standard_input(self) -> None:
        """Explains lines as they come, until there are no more."""
        twins = Twins((), is_whole=False)
        for lines in _chunks():
            items = list(self._read_lines(lines))
            twins.add(_flows(items))
            self._print(items, twins)

    def rejected(self, connection: Connection) -> None:
        """Explains the rejected records of the range, in the order of their time. Raises FaultError."""
        found = groups.log_groups(self._settings, self._index)
        if not found:
            raise click.ClickException(" ".join(groups.why_none(self._settings, self._index)))
        clock = SystemClock()
        settings = self._settings
        reader = Reader(
            connection.logs(), clock, settings.max_calls, random.random, _waiting, patience=_PATIENCE
        )
        end = None if settings.until is None else int(settings.until.at(clock.now()) * 1000)
        wanted = Range(int(settings.since.at(clock.now()) * 1000), end)
        twins, rejected = Twins((), is_whole=True), list[Item]()
        for group in found:
            book = groups.format_book(group, settings, self._index)
            for events in reader.ascending(group, wanted, SeenIds()):
                items = [item for item in self._items(read(group, events, book)) if self._is_inside(item)]
                twins.add(_flows(items))
                rejected += [item for item in items if item.flow is not None and item.flow.action == _REJECT]
        rejected.sort(key=_start)
        self._print(rejected, twins)

    def _is_inside(self, item: Item) -> bool:
        """Whether it is of the VPCs that were chosen."""
        return item.flow is None or item.flow.interface_id not in self._index.topology.elsewhere

    def _read_lines(self, lines: Sequence[str]) -> Iterator[Item]:
        """The lines as records, each by the flow log that covers the interface that it names."""
        streams = [match[0] if (match := _INTERFACE.search(line)) else "" for line in lines]
        zeros, ids = [0] * len(lines), [str(row) for row in range(len(lines))]
        return self._items(read("", LogEvents(streams, zeros, zeros, ids, lines), self._book()))

    def _items(self, batch: RecordBatch) -> Iterator[Item]:
        """The lines of a batch in their order; a line that is no record is wanted by no filter."""
        names = (*NAMES, meta.FORMAT, meta.INTERFACE)
        own, stream = NAMES.index(fields.INTERFACE_ID.name), len(names) - 1
        rows = zip(*text.values(batch.frame, names), strict=True)
        wanted, is_all = set(self._selection.of_batch(batch).rows), self._selection.tree is None
        found: dict[int, Item] = {}
        for row, values in zip(batch.rows, rows, strict=True):
            named = dict(zip(names, values, strict=True)) | {names[own]: values[own] or values[stream]}
            flow = flow_of(named, str(values[stream - 1] or ""))
            found[row] = Item(batch.events.messages[row], flow, row in wanted)
        found |= {one.row: Item(one.message, None, is_all, one.reason) for one in batch.unparsed}
        return (found[row] for row in sorted(found))

    def _book(self) -> FormatBook:
        if self._settings.formats:
            return FormatBook({}, self._settings.formats)
        books = [groups.format_book(group, self._settings, self._index) for group in self._index.log_groups()]
        by_interface = {each: book.by_interface[each] for book in books for each in book.by_interface}
        candidates = dict.fromkeys(fmt for book in books for fmt in book.candidates)
        return FormatBook(by_interface, tuple(candidates))

    def _print(self, items: Iterable[Item], twins: Twins) -> None:
        now = time.time()
        wanted = (item for item in items if item.is_wanted)
        self._output.write(line for item in wanted for line in self._said(item, twins, now))

    def _said(self, item: Item, twins: Twins, now: float) -> list[str]:
        if item.flow is None:
            said = Explanation(Verdict.UNPARSED, "unknown", f"It is no flow record: {clean(item.reason)}.")
        else:
            said = self._explainer.explain(item.flow, twins.of(item.flow), now)
        if self._is_json:
            return [json.dumps(as_object(item.line, said))]
        return as_lines(item.line, said)


def _flows(items: Iterable[Item]) -> Iterator[Flow]:
    return (item.flow for item in items if item.flow is not None)


def _start(item: Item) -> int:
    return 0 if item.flow is None else item.flow.start or 0


def _chunks() -> Iterator[list[str]]:
    """The lines of standard input as they come, without their ends and without blank ones."""
    rest, stream = b"", cast(BufferedReader, sys.stdin.buffer)
    while chunk := stream.read1(_CHUNK_BYTES):
        *whole, rest = (rest + chunk).split(b"\n")
        yield _decoded(whole)
    yield _decoded([rest])


def _decoded(lines: Iterable[bytes]) -> list[str]:
    texts = (line.decode("utf-8", "backslashreplace").rstrip("\r") for line in lines)
    return [line for line in texts if line.strip()]


def _waiting(group: str, fault: Fault, seconds: float) -> None:
    sentence = f"log group {group}: {fault.sentence} Trying again in {seconds:.0f}s."
    click.echo(f"flowtui: {clean(sentence)}", err=True)


def with_rules(connection: Connection, vpc_ids: tuple[str, ...]) -> Topology:
    """The topology and its rules. Raises FaultError."""
    topology = connection.topology(vpc_ids)
    return replace(topology, rules=connection.rules(topology))
