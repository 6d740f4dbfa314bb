"""`i` against the embedded endpoint, through real boto3: the same counts as the store, and stopped at AWS."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import TextArea

from flowtui.cli.connect import Connector
from flowtui.cli.endpoint import MADE_UP
from flowtui.monitor.settings import Moment, Settings
from flowtui.tui.app import FlowtuiApp
from tests.contract.test_demo_endpoint import Process, demo

HOUR_S = 3600
SCENARIO = "rate = 0.0\nhistory_minutes = 20\n[queries]\nseconds = {seconds}\n"


class Screen:
    """The monitor on the endpoint."""

    def __init__(self, app: FlowtuiApp, process: Process) -> None:
        self.app = app
        self.logs = process.client("logs")

    async def until(self, condition: Callable[[], Any]) -> None:
        deadline = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < deadline, "did not happen in time"
            await asyncio.sleep(0.05)

    @property
    def header(self) -> str:
        return self.app.monitor.header._state.state

    def count(self) -> int:
        return self.app.monitor.records.row_count()

    def lines(self) -> list[str]:
        """The records that are shown, as AWS delivered them."""
        view = self.app.monitor.records.view
        assert view is not None
        return sorted(str(line) for line in view.state.snapshot.lines(view.ids(0, len(view))))

    async def filter(self, pilot: Any, text: str) -> None:
        """Shows what a filter selects, in place of the one before."""
        self.app.monitor.ask(filter=None)
        await self.until(lambda: self.shown() is None)
        if text:
            await pilot.press("slash", *text, "enter")
            await self.until(self.shown)

    def shown(self) -> Any:
        """The filter by which the records that are shown were selected."""
        view = self.app.monitor.records.view
        return None if view is None else view.filter

    def has_query(self) -> bool:
        """Whether the question says what will be asked."""
        return any(area.text for area in self.app.screen.query(TextArea))


@asynccontextmanager
async def screen(
    folder: Path, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> AsyncIterator[tuple[Screen, Any]]:
    for name, value in MADE_UP.items():
        monkeypatch.setenv(name, value)
    path = folder / "scenario.toml"
    path.write_text(SCENARIO.format(seconds=seconds))
    with demo("--scenario", str(path)) as process:
        where = json.loads(process.line)
        settings = Settings(
            endpoint_url=where["endpoint"], region=where["region"], utc=True, since=Moment.back(HOUR_S)
        )
        connector = Connector()
        app = FlowtuiApp(settings, connector.open_session, connect=connector.connect)
        async with app.run_test(size=(140, 40)) as pilot:
            one = Screen(app, process)
            await one.until(lambda: one.count() > 5_000 and one.header in ("LIVE", "QUIET"))
            yield one, pilot


FILTERS = ("", "reject", "port 80 and not src 203.0.113.9", "host bastion and tcp")


async def test_the_last_hour_has_the_same_records_as_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with screen(tmp_path, monkeypatch, 0.0) as (one, pilot):
        counts = set()
        for text in FILTERS:
            await one.filter(pilot, text)
            counts.add(one.count())
            live = one.lines()
            await pilot.press("i")
            await one.until(one.has_query)
            await pilot.press("enter")
            await one.until(lambda: one.header.startswith("HISTORY") and one.count())
            assert one.lines() == live, text
            await pilot.press("i")
            await one.until(lambda: one.header in ("LIVE", "QUIET"))
        assert len(counts) == len(FILTERS)


async def test_cancelling_stops_the_query_at_aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with screen(tmp_path, monkeypatch, 600.0) as (one, pilot):
        await pilot.press("i")
        await one.until(one.has_query)
        await pilot.press("enter")
        await one.until(lambda: one.header.startswith("QUERYING"))
        await one.until(lambda: _states(one.logs) & {"Scheduled", "Running"})
        await pilot.press("escape")
        await one.until(lambda: _states(one.logs) == {"Cancelled"})


def _states(logs: Any) -> set[str]:
    queries = logs.describe_queries()["queries"]
    return {query["status"] for query in queries if "estimate" not in query["queryString"]}
