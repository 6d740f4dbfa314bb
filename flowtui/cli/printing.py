"""What `flowtui tail` does once it is connected: finds the groups, prints what there is, and follows.

Works on the main thread, so that Ctrl-C ends a call as well as a wait; a second one keeps the topology fresh.
"""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import click

from flowtui.cli.interrupts import Interrupts
from flowtui.cli.output import (
    Books,
    Counts,
    CsvPrinter,
    JsonPrinter,
    Output,
    Printer,
    RawPrinter,
    TextPrinter,
    wants_colour,
)
from flowtui.monitor import groups
from flowtui.monitor.clock import SystemClock
from flowtui.monitor.outside import Connection, Fault, FaultError, FaultKind
from flowtui.monitor.session import REFRESH_S
from flowtui.monitor.settings import Settings
from flowtui.monitor.sources.group import Arrival
from flowtui.monitor.sources.reading import Range, Reader, merged
from flowtui.monitor.sources.seen import SeenIds
from flowtui.monitor.sources.tail import Tail, TailOptions
from flowtui.records.decode import clean
from flowtui.records.events import LogEvents
from flowtui.topology.lookup import TopologyIndex

_PATIENCE = 8
"""Failures in a row, about four minutes, after which a reading that has an end gives up."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to print, and whether to go on."""

    output: str
    """`text`, `json`, `csv` or `raw`."""
    is_following: bool
    limit: int | None = None
    has_stats: bool = False


class Tailing:
    """One run of the command; also the tail's sink."""

    def __init__(self, settings: Settings, plan: Plan, connection: Connection) -> None:
        self._settings = settings
        self._plan = plan
        self._connection = connection
        self._clock = SystemClock()
        self._interrupts = Interrupts()
        self._output = Output()
        self._counts = Counts()
        self._books = Books()
        self._index: TopologyIndex | None = None
        self._late = 0
        self._standing: dict[str, FaultKind] = {}
        self._reader = Reader(
            connection.logs(),
            self._clock,
            settings.max_calls,
            random.random,
            self._waiting,
            patience=None if plan.is_following else _PATIENCE,
        )
        self._tail: Tail | None = None
        self._printer: Printer = RawPrinter(is_terminal=sys.stdout.isatty())

    def run(self) -> None:
        """Prints until everything is printed or, when following, for ever. Raises FaultError."""
        try:
            found = self._find_groups()
            self._printer = self._made_printer()
            head = self._printer.head()
            self._output.write([head] if head is not None else [])
            self._print(found)
        finally:
            if self._plan.has_stats:
                self._show_stats()

    # What to read

    def _find_groups(self) -> tuple[str, ...]:
        """The groups to read. FaultError, or a sentence, where there is none."""
        try:
            self._learn()
        except FaultError as error:
            if not self._settings.log_groups or error.fault.kind is not FaultKind.DENIED:
                raise
            self._warn("topology", error.fault)
        found = groups.log_groups(self._settings, self._index)
        if not found and self._index is not None:
            raise click.ClickException(" ".join(groups.why_none(self._settings, self._index)))
        return found

    def _learn(self) -> tuple[str, ...]:
        index = TopologyIndex(self._connection.topology(self._settings.vpc_ids))
        found = groups.log_groups(self._settings, index)
        self._index = index
        self._books.by_group = {group: groups.format_book(group, self._settings, index) for group in found}
        return found

    def _made_printer(self) -> Printer:
        is_terminal = sys.stdout.isatty()
        match self._plan.output:
            case "raw":
                return RawPrinter(is_terminal=is_terminal)
            case "json":
                return JsonPrinter(self._books, self._counts)
            case "csv":
                return CsvPrinter(self._books, self._counts, is_terminal=is_terminal)
            case _:
                return TextPrinter(
                    self._books,
                    self._counts,
                    self._interface_name,
                    utc=self._settings.utc,
                    has_colour=wants_colour(),
                )

    def _interface_name(self, interface_id: str) -> str | None:
        known = None if self._index is None else self._index.interface(interface_id)
        return None if known is None else known.name

    # What there is

    def _print(self, found: tuple[str, ...]) -> None:
        began_at = self._clock.now()
        begin_ms = int(self._settings.since.at(began_at) * 1000)
        until = self._settings.until
        wanted = Range(begin_ms, None if until is None else int(until.at(began_at) * 1000))
        seen = {group: SeenIds() for group in found}
        window_ms = max(begin_ms, int((began_at - self._settings.lookback_s) * 1000))
        floors = dict.fromkeys(found, begin_ms)
        if self._plan.limit is None:
            self._print_range(found, wanted, seen, window_ms)
        else:
            floors = self._print_newest(found, wanted, seen, window_ms, self._plan.limit)
        if self._plan.is_following:
            self._follow(found, seen, began_at, floors)

    def _print_range(
        self, found: tuple[str, ...], wanted: Range, seen: dict[str, SeenIds], window_ms: int
    ) -> None:
        keep_ms = window_ms if self._plan.is_following else None
        readings = [self._reader.ascending(group, wanted, seen[group], keep_ms) for group in found]
        for lines in merged(readings, lambda number, events: self._rendered(found[number], events)):
            with self._interrupts.held():
                self._output.write(lines)

    def _print_newest(
        self,
        found: tuple[str, ...],
        wanted: Range,
        seen: dict[str, SeenIds],
        window_ms: int,
        limit: int,
    ) -> dict[str, int]:
        """Prints the newest of all groups; from when on each was read, ms."""
        back_to = window_ms if self._plan.is_following else None
        pages: list[tuple[str, LogEvents]] = []
        floors: dict[str, int] = {}
        for group in found:
            events, floors[group] = self._reader.newest(group, wanted, limit, seen[group], back_to)
            pages.append((group, events))
        places = [
            (time_ms, number, row)
            for number, (_, events) in enumerate(pages)
            for row, time_ms in enumerate(events.timestamps)
        ]
        chosen = sorted(places)[-limit:]
        with self._interrupts.held():
            self._output.write(self._chosen_lines(pages, chosen))
        return floors

    def _chosen_lines(
        self, pages: list[tuple[str, LogEvents]], chosen: list[tuple[int, int, int]]
    ) -> Iterator[str]:
        lines: dict[tuple[int, int], str] = {}
        for number, (group, events) in enumerate(pages):
            rows = [row for _, where, row in chosen if where == number]
            rendered = self._rendered(group, events.take(rows))
            lines.update(((number, row), line) for row, line in zip(rows, rendered, strict=True))
        return (lines[number, row] for _, number, row in chosen)

    def _rendered(self, group: str, events: LogEvents) -> list[str]:
        self._counts.events += len(events)
        return list(self._printer.lines(group, events)) if len(events) else []

    # What comes

    def _follow(
        self, found: tuple[str, ...], seen: dict[str, SeenIds], began_at: float, floors: dict[str, int]
    ) -> None:
        options = TailOptions(
            self._settings.since.at(began_at), self._settings.lookback_s, self._settings.max_calls
        )
        tail = Tail(self._connection.logs(), self._clock, self, options, random.random)
        self._tail = tail
        for group in found:
            tail.resume(group, seen[group], began_at, floors[group] / 1000)
        tail.follow(found)
        threading.Thread(target=self._keep_fresh, name="flowtui-topology", daemon=True).start()
        tail.run()

    def _keep_fresh(self) -> None:
        """Finds new groups, and formats, once a minute."""
        never = threading.Event()
        while not self._clock.wait(never, REFRESH_S):
            try:
                found = self._learn()
            except FaultError as error:
                self._note("topology", error.fault)
                continue
            self._note("topology", None)
            if self._tail is not None and found:
                self._tail.follow(found)

    def arrived(self, arrival: Arrival) -> bool:
        """Prints what the tail found; there is always room."""
        self._late += sum(arrival.is_late or ())
        with self._interrupts.held():
            self._output.write(self._rendered(arrival.group, arrival.events))
        return True

    def changed(self) -> None:
        """Says which faults have come and which have gone."""
        if self._tail is not None:
            for group in self._tail.progress.groups:
                self._note(f"log group {group.group}", group.fault)

    # What is said on standard error

    def _note(self, place: str, fault: Fault | None) -> None:
        """One line for each fault that is new at its place, and one when it is over."""
        before = self._standing.pop(place, None)
        if fault is None:
            if before is not None:
                _say(f"{place}: reading again.")
            return
        self._standing[place] = fault.kind
        if fault.kind is not before:
            self._warn(place, fault)

    def _waiting(self, group: str, fault: Fault, seconds: float) -> None:
        self._warn(f"log group {group}", fault, f"Trying again in {seconds:.0f}s.")

    def _warn(self, place: str, fault: Fault, more: str = "") -> None:
        _say(" ".join(part for part in (f"{place}:", fault.sentence, fault.cure, more) if part))

    def _show_stats(self) -> None:
        calls, throttled = self._reader.budget.calls, self._reader.throttled
        if self._tail is not None:
            calls += self._tail.progress.calls
            throttled += self._tail.progress.throttled
        parts = [f"{self._counts.events:,} records"]
        if self._plan.output != "raw":
            parts.append(f"{self._counts.unparsed:,} unparsed")
        if self._plan.is_following:
            parts.append(f"{self._late:,} late")
        parts.append(f"{calls:,} calls, {throttled:,} throttled")
        click.echo("flowtui: " + ", ".join(parts), err=True)


def _say(sentence: str) -> None:
    click.echo(f"flowtui: {clean(sentence)}", err=True)
