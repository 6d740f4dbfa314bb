"""What `flowtui tail` does once it is connected: finds the groups, prints what there is, and follows.

Works on the main thread, so that Ctrl-C ends a call as well as a wait; a second one keeps the topology fresh.
"""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import click

from flowtui.cli import stats
from flowtui.cli.interrupts import Interrupts
from flowtui.cli.learning import Learner
from flowtui.cli.meter import Meter
from flowtui.cli.notes import Notes
from flowtui.cli.output import Counts, Output, Printer, RawPrinter, printer_of
from flowtui.monitor import figures
from flowtui.monitor.clock import SystemClock
from flowtui.monitor.outside import Connection, Fault, FaultError
from flowtui.monitor.settings import Settings
from flowtui.monitor.sources.delays import Delays
from flowtui.monitor.sources.group import Arrival
from flowtui.monitor.sources.reading import Range, Reader, merged
from flowtui.monitor.sources.seen import SeenIds
from flowtui.monitor.sources.tail import Tail, TailOptions
from flowtui.records.events import LogEvents

_PATIENCE = 8
"""Failures in a row, about four minutes, after which a reading that has an end gives up."""

_PASSING_S = 3.0
"""What passes by itself within so long, as one call that is throttled, is not told of."""


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
        self._learner = Learner(settings, connection, self._clock)
        self._delays = Delays()
        self._fresh = self._outside = self._filtered = self._late = self._swept = 0
        self._notes = Notes()
        self._unread: dict[str, Fault] = {}
        self._meter = Meter(connection.logs())
        self._reader = Reader(
            self._meter,
            self._clock,
            settings.max_calls,
            random.random,
            self._waiting,
            patience=None if plan.is_following else _PATIENCE,
            pattern_of=self._learner.pattern_of,
        )
        self._tail: Tail | None = None
        self._printer: Printer = RawPrinter(is_terminal=sys.stdout.isatty())

    def run(self) -> None:
        """Prints until everything is printed or, when following, for ever. Raises FaultError."""
        try:
            patience = None if self._plan.is_following else _PATIENCE
            found = self._learner.find(patience, self._unlearned)
            self._printer = self._made_printer()
            head = self._printer.head()
            self._output.write([head] if head is not None else [])
            self._print(found)
        finally:
            if self._plan.has_stats:
                self._show_stats()

    # What to print it with

    def _made_printer(self) -> Printer:
        return printer_of(
            self._plan.output,
            self._learner.books,
            self._counts,
            self._learner.interface_name,
            utc=self._settings.utc,
        )

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
        for fault in self._unread.values():
            raise FaultError(fault)

    def _print_range(
        self, found: tuple[str, ...], wanted: Range, seen: dict[str, SeenIds], window_ms: int
    ) -> None:
        keep_ms = window_ms if self._plan.is_following else None
        readings = [
            self._insides(found, group, self._reader.ascending(group, wanted, seen[group], keep_ms))
            for group in found
        ]
        for lines in merged(readings, lambda number, events: self._rendered(found[number], events)):
            self._write(lines)

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
            chosen_of = partial(self._inside, group)
            with self._sparing(found, group):
                events, floors[group] = self._reader.newest(
                    group, wanted, limit, seen[group], back_to, chosen_of
                )
                pages.append((group, events))
        places = [
            (time_ms, number, row)
            for number, (_, events) in enumerate(pages)
            for row, time_ms in enumerate(events.timestamps)
        ]
        chosen = sorted(places)[-limit:]
        self._write(list(self._chosen_lines(pages, chosen)))
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

    def _insides(
        self, found: tuple[str, ...], group: str, readings: Iterator[LogEvents]
    ) -> Iterator[LogEvents]:
        with self._sparing(found, group):
            for events in readings:
                yield self._inside(group, events)

    @contextmanager
    def _sparing(self, found: tuple[str, ...], group: str) -> Iterator[None]:
        """Goes on without a group that cannot be read for good, as long as there are others."""
        try:
            yield
        except FaultError as error:
            self._unread[group] = error.fault
            if not error.fault.kind.is_lasting or len(self._unread) == len(found):
                raise
            if self._plan.is_following:
                self._notes.note(f"log group {group}", error.fault)

    def _inside(
        self, group: str, events: LogEvents, is_late: Sequence[bool] | None = None, *, is_swept: bool = False
    ) -> LogEvents:
        """What of new events is to be printed; counts them."""
        if self._plan.has_stats:
            self._delays.add(events)
        rows = self._learner.rows_inside(group, events)
        self._fresh += len(events)
        left_out = len(events) - len(rows)
        self._outside += 0 if self._learner.has_filter else left_out
        self._filtered += left_out if self._learner.has_filter else 0
        self._late += 0 if is_late is None else sum(is_late[row] for row in rows)
        self._swept += len(rows) if is_swept else 0
        return events if len(rows) == len(events) else events.take(rows)

    def _write(self, lines: Sequence[str]) -> None:
        """Writes a line for each log event, all or none of them also where it is interrupted."""
        with self._interrupts.held():
            self._output.write(lines)
            self._counts.events += len(lines)

    def _rendered(self, group: str, events: LogEvents) -> list[str]:
        return list(self._printer.lines(group, events)) if len(events) else []

    # What comes

    def _follow(
        self, found: tuple[str, ...], seen: dict[str, SeenIds], began_at: float, floors: dict[str, int]
    ) -> None:
        settings = self._settings
        options = TailOptions(
            settings.since.at(began_at),
            settings.lookback_s,
            settings.max_calls,
            sweep_s=settings.sweep_s,
            is_begin_relative=settings.since.is_back,
        )
        tail = Tail(self._meter, self._clock, self, options, random.random, budget=self._reader.budget)
        self._tail = tail
        for group in found:
            if group not in self._unread:
                begin_s, delays = floors[group] / 1000, self._reader.delays[group]
                tail.resume(group, seen[group], began_at, begin_s, delays)
        self._follow_groups(found)
        threading.Thread(
            target=self._learner.keep_learning,
            args=(self._follow_groups, lambda fault: self._notes.note("topology", fault)),
            name="flowtui-topology",
            daemon=True,
        ).start()
        tail.run()

    def _follow_groups(self, found: tuple[str, ...]) -> None:
        if self._tail is not None:
            self._tail.follow(found, {group: self._learner.pattern_of(group) for group in found})

    def arrived(self, arrival: Arrival) -> bool:
        """Prints what the tail found; there is always room."""
        events = self._inside(arrival.group, arrival.events, arrival.is_late, is_swept=arrival.is_swept)
        self._write(self._rendered(arrival.group, events))
        return True

    def changed(self) -> None:
        """Says which faults have come and last, and which of them have gone."""
        now = self._clock.now()
        for group in () if self._tail is None else self._tail.progress.groups:
            fault, since = group.fault, group.fault_since
            is_young = fault is not None and not fault.kind.is_lasting and now - (since or now) < _PASSING_S
            # Before its first answer nothing is over.
            is_known = fault or group.has_window or group.events or group.group not in self._unread
            if is_known and not is_young:
                self._notes.note(f"log group {group.group}", fault)

    # What is said on standard error

    def _waiting(self, group: str, fault: Fault, seconds: float) -> None:
        if fault.kind.is_lasting or seconds >= _PASSING_S / 2:
            self._notes.warn(f"log group {group}", fault, seconds)

    def _unlearned(self, fault: Fault, seconds: float | None) -> None:
        self._notes.warn("topology", fault, seconds)

    def _show_stats(self) -> None:
        for line in stats.lines(self._figures()):
            click.echo(line, err=True)
        for group, asked in self._learner.pushdowns.items():
            here = "nothing more" if asked.residual is None else str(asked.residual)
            click.echo(f"asked_of_aws {group}: {asked.pushed or 'everything'}", err=True)
            click.echo(f"decided_here {group}: {here}", err=True)

    def _figures(self) -> dict[str, stats.Value]:
        meter, now = self._meter, self._clock.now()
        values: dict[str, stats.Value] = {
            "records": self._counts.events,
            "outside": self._outside,
            "filtered": self._filtered,
            "arrival_delay_p50_s": self._delays.quantile_s(0.5),
            "arrival_delay_p95_s": self._delays.quantile_s(0.95),
            "calls": meter.calls,
            "throttled": meter.throttled,
            "failed": meter.failed,
            "bytes_read": meter.bytes_read,
            "events_read": meter.events,
            "reread_share": 1 - self._fresh / meter.events if meter.events else None,
            "overlaps": len(self._learner.overlaps),
        }
        if self._plan.output != "raw":
            values["unparsed"] = self._counts.unparsed
        if self._tail is not None:
            groups, progress = self._tail.progress.groups, self._tail.progress
            mark = figures.watermark_of(groups)
            values |= {
                "late": self._late,
                "swept": self._swept,
                "sweep_reach_s": progress.sweep_reach_s(now),
                "lag_s": figures.lag_of(groups, now),
                "watermark": None if mark is None else datetime.fromtimestamp(mark, UTC),
            }
        return values
