"""How far a query is, on one line of standard error, where that is a terminal."""

from __future__ import annotations

import sys

import click

from flowtui.monitor.sizes import scale
from flowtui.monitor.sources.history import HistoryProgress

_CLEAR = "\r\x1b[K"


class Gauge:
    """Draws over its own line; writes nothing of it elsewhere."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._is_shown = False

    def show(self, progress: HistoryProgress) -> None:
        """Shows how far it is."""
        if self._is_terminal:
            fetched = f", {progress.fetched:,} fetched" if progress.fetched else ""
            line = f"{scale(progress.scanned_bytes)} scanned, {progress.matched:,} matched{fetched}"
            click.echo(f"{_CLEAR}{line}", err=True, nl=False)
            self._is_shown = True

    def clear(self) -> None:
        """Takes the line away."""
        if self._is_shown:
            click.echo(_CLEAR, err=True, nl=False)
            self._is_shown = False

    def sum_up(self, progress: HistoryProgress) -> None:
        """Says what was scanned in the end, wherever standard error goes."""
        queries = "1 query" if progress.queries == 1 else f"{progress.queries} queries"
        size, matched = scale(progress.scanned_bytes), f"{progress.matched:,} log events matched"
        click.echo(f"flowtui: {size} scanned by {queries}, {matched}.", err=True)
