"""What `flowtui history` does once it is connected: says what a question costs, asks it, prints the answer.

The queries run on a thread of their own, so that Ctrl-C can have them stopped at AWS before the end.
"""

from __future__ import annotations

import math
import random
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import click

from flowtui.cli.count_output import CountPrinter
from flowtui.cli.gauge import Gauge
from flowtui.cli.learning import Learner
from flowtui.cli.notes import Notes
from flowtui.cli.output import Counts, Output, Printer, printer_of
from flowtui.monitor.clock import SystemClock
from flowtui.monitor.counted import talkers_of
from flowtui.monitor.outside import Fault, HistoryConnection
from flowtui.monitor.portions import described, portions, stored_share
from flowtui.monitor.settings import Settings
from flowtui.monitor.sizes import scale
from flowtui.monitor.sources.history import MAX_RECORDS, Extent, Fetched, HistoryReading
from flowtui.monitor.sources.reading import merged
from flowtui.records.decode import clean
from flowtui.records.events import LogEvents
from flowtui.store.block import Block
from flowtui.store.talkers import Measure, Talkers, talkers

T = TypeVar("T")

_PATIENCE = 8
"""Failures in a row, about four minutes, after which the topology is given up."""
_PLACE = "history"
_STOPPING_S = 5.0
"""How long the queries are given to be stopped at AWS, seconds; a call that hangs is left alone."""

_LOOK_S = 0.1
"""How often it is looked whether the program was interrupted, seconds."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to print."""

    output: str
    """`text`, `json`, `csv` or `raw`."""
    limit: int
    by: tuple[str, ...]
    """The fields to count by; none: the records themselves are printed."""
    order: str
    max_bytes: int
    is_dry: bool
    """Whether nothing is asked but what it would cost."""


class Asking:
    """One run of the command."""

    def __init__(self, settings: Settings, plan: Plan, connection: HistoryConnection) -> None:
        self._settings = settings
        self._plan = plan
        self._connection = connection
        self._clock = SystemClock()
        self._learner = Learner(settings, connection, self._clock)
        self._notes = Notes()
        self._output = Output()
        self._gauge = Gauge()

    def run(self) -> None:
        """Prints the answer. Raises FaultError, ClickException, KeyboardInterrupt."""
        extent = self._extent()
        found = self._learner.find(_PATIENCE, self._unlearned)
        groups = described(self._connection, found)
        asked = self._connection.insights()
        parts = portions(found, self._learner.formats_of, self._learner.bound, asked, groups)
        gauge = self._gauge
        reading = HistoryReading(
            asked,
            self._clock,
            extent,
            parts,
            random.random,
            changed=lambda: gauge.show(reading.progress),
            waiting=self._waiting,
        )
        for group in found:
            if not any(group in portion.groups for portion in parts):
                click.echo(f"flowtui: log group {clean(group)} does not exist, and is left out.", err=True)
        if self._plan.is_dry:
            self._output.write(self._queries(reading))
        size = _on_thread(reading, reading.estimate)
        self._weigh(size, stored_share(groups, extent))
        if self._plan.is_dry:
            return
        try:
            lines = self._counted(reading) if self._plan.by else self._records(reading)
        finally:
            gauge.clear()
        self._output.write(lines)
        gauge.sum_up(reading.progress)

    # Before

    def _queries(self, reading: HistoryReading) -> Iterator[str]:
        """The queries as they would be run, each below the log groups that it is over."""
        by = self._plan.by
        for portion in reading.portions:
            counting = portion.asked.counting(by, MAX_RECORDS) if by and not self._settings.vpc_ids else None
            yield f"# {', '.join(portion.groups)}"
            yield portion.asked.records(self._most(reading)) if counting is None else counting.text

    def _most(self, reading: HistoryReading) -> int:
        """How many records to ask for: where more is decided here, those that are left may be few."""
        is_exact = not self._settings.vpc_ids and all(portion.asked.is_exact for portion in reading.portions)
        return self._plan.limit if is_exact and not self._plan.by else MAX_RECORDS

    def _extent(self) -> Extent:
        now = self._clock.now()
        until = self._settings.until
        begin_s = math.ceil(self._settings.since.at(now))
        end_s = math.floor(now if until is None else until.at(now))
        if end_s < begin_s:
            raise click.UsageError("--until is before --since.")
        return Extent(begin_s, end_s)

    def _unlearned(self, fault: Fault, wait_s: float | None) -> None:
        self._notes.warn("topology", fault, wait_s)

    def _waiting(self, fault: Fault, wait_s: float) -> None:
        self._gauge.clear()
        self._notes.warn(_PLACE, fault, wait_s)

    def _weigh(self, size: int | None, stored: int | None) -> None:
        """Says what it costs. ClickException where that is too much."""
        if size is not None:
            click.echo(f"flowtui: about {scale(size)} will be scanned, which AWS charges for.", err=True)
        elif stored is not None:
            click.echo(
                f"flowtui: AWS does not tell how much will be scanned and charged for; {scale(stored)}"
                " are stored of that time, compressed.",
                err=True,
            )
        else:
            click.echo("flowtui: AWS does not tell how much will be scanned and charged for.", err=True)
        if not self._plan.is_dry and (size or stored or 0) > self._plan.max_bytes:
            most = scale(self._plan.max_bytes)
            cure = "Ask for a shorter time or fewer log groups, or allow it by --max-bytes."
            raise click.ClickException(f"That is more than {most}. {cure}")

    # The records

    def _records(self, reading: HistoryReading) -> Iterator[str]:
        chosen = self._fetched(reading)
        inside = {
            group: events.take(self._learner.rows_inside(group, events)) for group, events in chosen.items()
        }
        return self._printed(_newest(inside, self._plan.limit))

    def _fetched(self, reading: HistoryReading) -> dict[str, LogEvents]:
        """The log events, oldest first; says so where they are not all."""
        fetched = _on_thread(reading, lambda: reading.fetch(self._most(reading)))
        if fetched.is_cut:
            click.echo(_cut(fetched, reading.progress.matched), err=True)
        return {group: events.take(range(len(events))[::-1]) for group, events in fetched.by_group.items()}

    def _printed(self, chosen: dict[str, LogEvents]) -> Iterator[str]:
        printer = self._printer()
        head = printer.head()
        if head is not None:
            yield head
        groups = [group for group, events in chosen.items() if len(events)]
        readings = [iter([chosen[group]]) for group in groups]
        if readings:
            for lines in merged(readings, lambda number, events: printer.lines(groups[number], events)):
                yield from lines

    def _printer(self) -> Printer:
        return printer_of(
            self._plan.output,
            self._learner.books,
            Counts(),
            self._learner.interface_name,
            utc=self._settings.utc,
        )

    # What they come to

    def _counted(self, reading: HistoryReading) -> Iterator[str]:
        found = self._count_there(reading)
        if found is None:
            found = self._count_here(reading)
        printer = CountPrinter(
            self._plan.by,
            self._plan.output,
            utc=self._settings.utc,
            is_terminal=sys.stdout.isatty(),
        )
        return printer.lines(found)

    def _count_there(self, reading: HistoryReading) -> Talkers | None:
        """What Insights counts; None where it cannot know which records are meant."""
        if self._settings.vpc_ids:
            return None
        counts = _on_thread(reading, lambda: reading.count(self._plan.by))
        if counts is None:
            return None
        return talkers_of(counts, self._plan.by, self._measure, self._plan.limit)

    def _count_here(self, reading: HistoryReading) -> Talkers:
        click.echo(f"flowtui: counted here: {'; '.join(self._reasons(reading))}.", err=True)
        batches = [
            self._learner.records_inside(group, events) for group, events in self._fetched(reading).items()
        ]
        blocks = [Block(0, batch.frame) for batch in batches if len(batch)]
        return talkers(blocks, self._plan.by, self._measure, self._plan.limit)

    def _reasons(self, reading: HistoryReading) -> list[str]:
        """Why Insights does not count."""
        if self._settings.vpc_ids:
            return ["which VPC a record is of is known here only"]
        given = dict.fromkeys(reason for portion in reading.portions for reason in portion.asked.reasons)
        return list(given) or ["not every line has the fields, or there are more groups than a query gives"]

    @property
    def _measure(self) -> Measure:
        return Measure[self._plan.order.upper()]


def _newest(chosen: dict[str, LogEvents], limit: int) -> dict[str, LogEvents]:
    """The newest of all groups together; each group's are oldest first."""
    places = [
        (at, group, row) for group, events in chosen.items() for row, at in enumerate(events.timestamps)
    ]
    kept: dict[str, list[int]] = {group: [] for group in chosen}
    for _, group, row in sorted(places)[-limit:]:
        kept[group].append(row)
    return {group: chosen[group].take(rows) for group, rows in kept.items()}


def _cut(fetched: Fetched, matched: int) -> str:
    count = sum(map(len, fetched.by_group.values()))
    return (
        f"flowtui: only the newest {count:,} of {matched:,} log events that the query matched were fetched."
    )


def _on_thread(reading: HistoryReading, work: Callable[[], T]) -> T:
    """What the work gives, or raises. Where this thread is interrupted, the queries are stopped first."""
    results: list[T] = []
    errors: list[BaseException] = []
    ended = threading.Event()

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)
        finally:
            ended.set()

    threading.Thread(target=run, name="flowtui-history", daemon=True).start()
    try:
        # A signal that the other thread gets does not end a wait of this one.
        while not ended.wait(_LOOK_S):
            pass
    except BaseException:
        reading.stop()
        ended.wait(_STOPPING_S)
        raise
    if errors:
        raise errors[0]
    return results[0]
