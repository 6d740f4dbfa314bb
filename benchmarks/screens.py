"""What the screen's benchmark runs in a terminal: flowtui and its peer, over the same records.

`python -m benchmarks.screens flowtui|peer RECORDS RATE SIZE`: so many records held, so many a second coming
in, in pages of so many. flowtui takes each page from its raw body, as from AWS; the peer is handed rows.
"""

from __future__ import annotations

import io
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import replace
from itertools import count, cycle, islice
from typing import TYPE_CHECKING, Any

import boto3
import polars as pl
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from benchmarks.flows import T0, pages
from benchmarks.terminal import CURSOR_COLOUR
from flowtui.aws.logs import AwsLogs, take_raw_pages
from flowtui.monitor.clock import SystemClock
from flowtui.monitor.figures import Figures
from flowtui.monitor.intake import Intake
from flowtui.monitor.notifier import Notifier
from flowtui.monitor.outside import Identity, PageRequest
from flowtui.monitor.settings import Settings
from flowtui.monitor.sources.group import Arrival
from flowtui.monitor.sources.seen import SeenIds
from flowtui.monitor.state import GroupState, SessionState, Status, StatusKind
from flowtui.records.events import LogEvents
from flowtui.records.format import DEFAULT_FORMAT
from flowtui.store.block import BLOCK_SIZE
from flowtui.topology.history import History
from flowtui.topology.lookup import TopologyIndex
from flowtui.topology.model import Interface, Owner, OwnerKind, Subnet, Topology, Vpc
from flowtui.tui.preferences import Preferences

if TYPE_CHECKING:
    from textual.app import App

GROUP = "/vpc/flow-logs"
PAGE = 10_000
KEPT_PAGES = 10
"""Different pages of records held; they are repeated to a million, since making lines takes longest."""
INTERFACES = 50
NEW_ID = b'"eventId": "#######'
"""How an event's id begins in a body; the number of the page is put in place of the last seven."""


def main(name: str, records: int, rate: int, size: int) -> None:
    SUBJECTS[name](records, rate, size).run()


def kept(records: int) -> Iterator[LogEvents]:
    """Give pages of this many records in all."""
    once = list(pages(min(records, KEPT_PAGES * PAGE), min(PAGE, records), interfaces=INTERFACES))
    return islice(cycle(once), -(-records // PAGE))


def news(size: int) -> list[LogEvents]:
    """Give some pages of other records."""
    return list(pages(KEPT_PAGES * size, size, interfaces=INTERFACES, seed=2))


# flowtui


def flowtui(records: int, rate: int, size: int) -> App[None]:
    from flowtui.tui.app import FlowtuiApp

    session = FedSession(records, rate, size)
    return FlowtuiApp(
        Settings(utc=True), session.open, now=session.now, preferences=Preferences(theme="dark")
    )


class FedSession:
    """A session that takes pages as the tail does.

    They are decoded, relieved of ids seen before, parsed, stored and counted, and a notice is given.
    """

    def __init__(self, records: int, rate: int, size: int) -> None:
        self._interval_s = size / rate if rate else 0.0
        self._bodies = [body_of(each) for each in news(size)] if rate else []
        self._intake = Intake(max(records, 1_000_000) + BLOCK_SIZE, lambda: None)
        self._body, self._seen, self._clock = b"", SeenIds(), SystemClock()
        for number, events in enumerate(kept(records)):
            ids = [f"{number}-{each}" for each in events.ids]
            self._seen.take(replace(events, ids=ids))
            self._intake.arrived(Arrival(GROUP, events, is_backfill=False))
        topology = topology_of(INTERFACES)
        self._index, self._history = TopologyIndex(topology), History().seen(topology)
        self._logs = self._connected()
        self._stopped = threading.Event()
        self._began = time.monotonic()
        self._version = 0

    def now(self) -> float:
        """The time, in that of the records."""
        return T0 + KEPT_PAGES * PAGE / 1000 + 120 + time.monotonic() - self._began

    def open(self, settings: Settings, changed: Callable[[], None]) -> FedSession:
        """What the screen is given to open a session."""
        self._notifier = Notifier(lambda _: changed(), self._clock)
        return self

    def start(self) -> None:
        """Begin to take pages."""
        for work in (self._notifier.run, self._feed):
            threading.Thread(target=work, daemon=True).start()

    def stop(self) -> None:
        """End the threads."""
        self._stopped.set()
        self._notifier.stop()

    def refresh_topology(self) -> None:
        """There is no other."""

    def _feed(self) -> None:
        due = time.monotonic()
        for number, body in zip(count(), cycle(self._bodies)):
            due += self._interval_s
            if self._clock.wait(self._stopped, due - time.monotonic()):
                return
            self._body = body.replace(NEW_ID, NEW_ID.replace(b"#######", b"%07d" % number))
            fresh = self._seen.take(self._logs.page(PageRequest(GROUP, 0)).events)
            self._intake.arrived(Arrival(GROUP, fresh, is_backfill=False))
            self._version += 1
            self._notifier.change(self._version)

    def _connected(self) -> AwsLogs:
        """Log pages by a real client that gets its answers at the socket."""
        client = boto3.client(
            "logs", region_name="eu-west-1", aws_access_key_id="made-up", aws_secret_access_key="made-up"
        )
        client.meta.events.register("before-send.cloudwatch-logs.FilterLogEvents", self._answer)
        take_raw_pages(client)
        return AwsLogs(lambda: client, lambda _: nullcontext())

    def _answer(self, request: Any, **_: object) -> AWSResponse:
        headers = HTTPHeaders.from_dict({"Content-Type": "application/x-amz-json-1.1"})
        return AWSResponse(request.url, 200, headers, Body(self._body))

    def state(self) -> SessionState:
        """The state now."""
        held, totals = self._intake.holdings, self._intake.holdings.series.totals
        figures = Figures(
            94.0,
            142.0,
            totals.rejected / max(1, totals.records),
            evicted=held.snapshot.evicted,
            watermark=self.now() - 90,
        )
        return SessionState(
            version=self._version,
            identity=Identity("123456789012", "arn:aws:iam::123456789012:user/engineer", "eu-west-1", None),
            index=self._index,
            history=self._history,
            status=Status(StatusKind.LIVE),
            faults=(),
            snapshot=held.snapshot,
            series=held.series,
            figures=figures,
            groups=(GroupState(GROUP, (DEFAULT_FORMAT,), events=totals.records),),
            unparsed=(),
            begin=T0,
            topology_version=1,
        )


class Body(io.BytesIO):
    """A response body as urllib3 gives it to botocore."""

    def stream(self) -> Iterator[bytes]:
        """Give the whole body."""
        yield self.read()


def body_of(events: LogEvents) -> bytes:
    """Give the FilterLogEvents body of these events."""
    columns = (events.streams, events.timestamps, events.messages, events.ingestions, events.ids)
    names = ("logStreamName", "timestamp", "message", "ingestionTime", "eventId")
    rows = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    for row in rows:
        row["eventId"] = f"#######{str(row['eventId'])[7:]}"
    return json.dumps({"events": rows}).encode()


def topology_of(interfaces: int) -> Topology:
    """One VPC whose interfaces are those of the records."""
    return Topology(
        account="123456789012",
        region="eu-west-1",
        read_at=T0,
        vpcs=(Vpc("vpc-1", "lab", ("172.16.0.0/16",)),),
        subnets=(Subnet("subnet-1", "public", "vpc-1", ("172.16.0.0/24",), "eu-west-1a", is_public=True),),
        interfaces=tuple(
            Interface(
                f"eni-{number + 1:017x}",
                f"web-{number + 1}",
                "vpc-1",
                "subnet-1",
                Owner(OwnerKind.INSTANCE, f"i-{number:017x}", f"web-{number + 1}"),
                (f"172.16.{number // 250}.{number % 250 + 1}",),
            )
            for number in range(interfaces)
        ),
    )


# The peer


def peer(records: int, rate: int, size: int) -> App[None]:
    from textual.app import App
    from textual_fastdatatable import ArrowBackend, DataTable

    class Table(App[None]):
        """A textual-fastdatatable with a cursor of our colour, so that both are timed by the same eye."""

        CSS = "DataTable > .datatable--cursor {{ background: rgb({},{},{}); }}".format(*CURSOR_COLOUR)

        def compose(self) -> Iterator[DataTable]:
            """The table alone."""
            table = columns_of(line for page in kept(records) for line in page.messages).to_arrow()
            yield DataTable(backend=ArrowBackend(table), cursor_type="row")

        def on_mount(self) -> None:
            """Begin to take rows."""
            if rate:
                news_ = cycle([columns_of(page.messages).rows() for page in news(size)])
                self.set_interval(size / rate, lambda: self.query_one(DataTable).add_rows(next(news_)))

    return Table()


def columns_of(lines: Any) -> pl.DataFrame:
    """Give typed columns, addresses as text, as the peer would be given them."""
    names = DEFAULT_FORMAT.fields
    parts = pl.Series("line", list(lines)).str.split_exact(" ", len(names) - 1)
    texts = parts.struct.rename_fields(list(names)).struct.unnest()
    return texts.with_columns(pl.nth(0, *range(5, 12)).cast(pl.Int64))


SUBJECTS: Mapping[str, Callable[[int, int, int], App[None]]] = {"flowtui": flowtui, "peer": peer}


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:5]))
