"""Judges a tail: runs a command against a scenario, and compares what it showed with what was ingested.

Knows of the endpoint only its ready line and its control calls (flowtui/demo/ledger.py), and of the command
only its arguments and its output, so that any tool can be judged.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import IO, Any, cast

SINCE_S = 45 * 60
"""How far back a tool is to begin: before the history of any load."""
BURST_CALLS = 5.0
"""What a budget lets through at once, beside its rate."""

_LOOK_S = 0.2
_SETTLE_S = 3.0
"""When all has been shown a tool goes on for so long: long enough to show something twice."""
_START_S = 180.0
_ANSWER_S = 60.0
_END_S = 30.0
"""What starting, a control call and ending take at most where many processes share few cores."""
_DELETION_S = 6.0
"""What arrived less than this before its group was deleted need not have been seen."""
_MADE_UP = {
    "AWS_ACCESS_KEY_ID": "AKIADEMODEMODEMODEMO",
    "AWS_SECRET_ACCESS_KEY": "made-up",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "NO_PROXY": "127.0.0.1",
    "PYTHONUNBUFFERED": "1",
}


@dataclass(frozen=True)
class Terms:
    """What is agreed with a tool for one scenario."""

    lookback_s: int = 60
    max_calls: float = 5.0
    allowance_s: float = 30.0
    """By so long after the last arrival everything must have been shown."""
    groups: int = 1

    @property
    def log_groups(self) -> list[str]:
        """The groups of the load."""
        first = "/load/flow-logs"
        return [first, *(f"{first}-{number}" for number in range(2, self.groups + 1))]


TERMS = {
    "busy": Terms(lookback_s=300),
    "crowd": Terms(groups=4),
    "steady": Terms(lookback_s=1800, max_calls=1, allowance_s=120),
}
"""The terms of the scenarios where they are not the usual ones."""


def terms_of(scenario: str) -> Terms:
    """What is agreed for a scenario."""
    return TERMS.get(scenario, Terms())


@dataclass(frozen=True)
class Tool:
    """A command that tails, and how its lines are known again."""

    name: str
    command: Callable[[str, Terms], list[str]]
    """Its arguments, for an endpoint's URL."""
    shown: Callable[[bytes], str]
    """What identifies the event of a line that it printed."""
    ingested: Callable[[dict[str, Any]], str]
    """And of an event that was ingested."""


@dataclass
class Verdict:
    """What a tool did with a scenario."""

    tool: str
    scenario: str
    seed: int
    ingested: int = 0
    streams: int = 0
    shown: int = 0
    lost: list[dict[str, Any]] = field(default_factory=list)
    """The events that should have been shown and were not."""
    twice: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    """Lines that show no event that was ingested."""
    died_after_s: float | None = None
    """Seconds after its first reading at which it ended by itself."""
    status: int | None = None
    calls: int = 0
    over_budget: float = 0.0
    """By how many calls at most it was above the budget."""
    fetched: int = 0
    """Events in all the pages that it was given."""
    outcomes: Counter[str] = field(default_factory=Counter)
    pages: float = 0.0
    """Pages from the oldest event that arrived in the last minute to the newest."""
    delays: list[float] = field(default_factory=list)
    """Seconds from arrival to being shown, of what arrived while it ran, in ascending order."""
    complaints: str = ""
    """The end of what it said on standard error."""

    def delay(self, share: float) -> float:
        """Within how many seconds this share of the records was shown."""
        return self.delays[min(len(self.delays) - 1, int(share * len(self.delays)))] if self.delays else 0.0

    def __str__(self) -> str:
        died = "" if self.died_after_s is None else f", died after {self.died_after_s:.1f} s"
        return (
            f"{self.tool} in {self.scenario}, seed {self.seed}: {self.ingested} ingested, "
            f"{self.shown} shown, {len(self.lost)} lost, {len(self.twice)} twice, "
            f"{len(self.unknown)} unknown, status {self.status}{died}, {self.calls} calls "
            f"({self.over_budget:.1f} over budget), {self.fetched} fetched, "
            f"median {self.delay(0.5):.1f} s, p95 {self.delay(0.95):.1f} s, last {self.delay(1):.1f} s, "
            f"{dict(self.outcomes)}\n"
            f"{self._lost_text()}{self.complaints}"
        )

    def _lost_text(self) -> str:
        if not self.lost:
            return ""
        early = sum(row["arrived"] is None for row in self.lost)
        ages = sorted(_age_s(row) for row in self.lost if row["arrived"] is not None) or [0.0]
        return (
            f"  lost: {early} of the history, {len(self.lost) - early} that arrived later, "
            f"aged {ages[0]:.0f} to {ages[-1]:.0f} s\n"
        )


class Endpoint:
    """A running scenario."""

    def __init__(self, scenario: str, seed: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "flowtui.demo", "--scenario", scenario, "--seed", str(seed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        ready = cast(IO[bytes], self._process.stdout).readline()
        if not ready:
            raise ValueError(f"the scenario {scenario} did not start")
        self.url: str = json.loads(ready)["endpoint"]
        self.region: str = json.loads(ready)["region"]

    def state(self) -> dict[str, Any]:
        """How far the load is."""
        return self.rows("state")[0]

    def rows(self, what: str) -> list[dict[str, Any]]:
        """The answer to a control call."""
        with urllib.request.urlopen(f"{self.url}/_flowtui/{what}", timeout=_ANSWER_S) as reply:
            return [json.loads(line) for line in reply]

    def end(self) -> None:
        """Ends it."""
        cast(IO[bytes], self._process.stdin).close()
        self._process.terminate()
        self._process.wait(_END_S)


@contextmanager
def running(scenario: str, seed: int) -> Iterator[Endpoint]:
    """A scenario for as long as it is wanted."""
    endpoint = Endpoint(scenario, seed)
    try:
        yield endpoint
    finally:
        endpoint.end()


class Run:
    """A tool at work: its output with the time at which each piece of it came."""

    def __init__(self, command: Sequence[str], endpoint: Endpoint) -> None:
        kept = {name: value for name, value in os.environ.items() if not _is_foreign(name)}
        where = {
            "AWS_ENDPOINT_URL": endpoint.url,
            "AWS_REGION": endpoint.region,
            "AWS_DEFAULT_REGION": endpoint.region,
        }
        self.process = subprocess.Popen(
            command,
            env=kept | _MADE_UP | where,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # A parent that ignores SIGINT, as some runners do, would hand that on.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        self.line_count = 0
        self.complaints = b""
        self._pieces: list[tuple[float, bytes]] = []
        self._threads = [threading.Thread(target=target) for target in (self._listen, self._hear)]
        for thread in self._threads:
            thread.start()

    def end(self) -> int:
        """Interrupts it, if it has not ended; its status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            status = self.process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        for thread in self._threads:
            thread.join()
        return status

    def lines(self) -> Iterator[tuple[float, bytes]]:
        """Each line with the time at which it was there whole; one that has no end is not."""
        rest = b""
        for at, piece in self._pieces:
            *whole, rest = (rest + piece).split(b"\n")
            for line in whole:
                yield at, line
        if rest:
            yield time.time(), rest

    def _listen(self) -> None:
        stream = cast(IO[bytes], self.process.stdout)
        while piece := os.read(stream.fileno(), 1 << 20):
            self._pieces.append((time.time(), piece))
            self.line_count += piece.count(b"\n")

    def _hear(self) -> None:
        self.complaints = cast(IO[bytes], self.process.stderr).read()


def judged(tool: Tool, scenario: str, seed: int, terms: Terms) -> Verdict:
    """Runs a tool against a scenario until all has been shown or the allowance is over."""
    verdict = Verdict(tool.name, scenario, seed)
    with running(scenario, seed) as endpoint:
        run = Run(tool.command(endpoint.url, terms), endpoint)
        try:
            ended = _watch(run, endpoint, terms)
            if ended is not None:
                verdict.died_after_s = ended - (endpoint.state()["begun"] or ended)
        finally:
            verdict.status = run.end()
        _await(lambda: endpoint.state()["is_over"] or endpoint.state()["begun"] is None, _END_S * 30)
        verdict.complaints = run.complaints.decode(errors="replace")[-2_000:]
        calls = endpoint.rows("calls")
        _count_calls(verdict, calls, terms)
        rows = endpoint.rows("ingested")
        _compare(verdict, tool, run, rows, terms)
        verdict.pages = _pages(rows, max((call["events"] for call in calls), default=0))
    return verdict


def _watch(run: Run, endpoint: Endpoint, terms: Terms) -> float | None:
    """Waits until the run may be ended; the time at which it ended by itself, None where it did not."""
    _await(lambda: run.process.poll() is not None or endpoint.state()["begun"] is not None, _START_S)
    over_at: float | None = None
    whole_at: float | None = None
    while run.process.poll() is None:
        state = endpoint.state()
        now = time.time()
        if state["is_over"]:
            over_at = over_at or now
            whole_at = (whole_at or now) if run.line_count >= state["ingested"] else None
            if now - over_at > terms.allowance_s or (whole_at and now - whole_at > _SETTLE_S):
                return None
        time.sleep(_LOOK_S)
    return time.time()


def _await(condition: Callable[[], object], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("it did not happen in time")
        time.sleep(_LOOK_S)


def _count_calls(verdict: Verdict, calls: list[dict[str, Any]], terms: Terms) -> None:
    verdict.calls = len(calls)
    verdict.fetched = sum(call["events"] for call in calls)
    verdict.outcomes = Counter(call["outcome"] for call in calls)
    verdict.over_budget = over_budget([call["at"] for call in calls], terms.max_calls)


def over_budget(times: Sequence[float], rate: float) -> float:
    """By how many calls these times are above a rate, at the worst moment."""
    left, worst = BURST_CALLS - 1, 0.0
    for before, after in pairwise(times):
        left = min(BURST_CALLS, left + (after - before) * rate) - 1
        worst = max(worst, -left)
    return worst


def _compare(verdict: Verdict, tool: Tool, run: Run, rows: list[dict[str, Any]], terms: Terms) -> None:
    """Counts what was shown too seldom, too often, or without ever having been there."""
    known = Counter(tool.ingested(row) for row in rows)
    shown: Counter[str] = Counter()
    first_at: dict[str, float] = {}
    for at, line in run.lines():
        key = tool.shown(line)
        shown[key] += 1
        first_at.setdefault(key, at)
    verdict.ingested, verdict.streams = len(rows), len({row["stream"] for row in rows})
    verdict.shown = sum(min(count, known[key]) for key, count in shown.items())
    verdict.twice = [key for key, count in shown.items() if key in known and count > known[key]]
    verdict.unknown = [key for key in shown if key not in known]
    verdict.lost = [row for row in rows if tool.ingested(row) not in shown and _is_due(row, terms)]
    verdict.delays = sorted(
        first_at[key] - row["arrived"]
        for row in rows
        if row["arrived"] is not None and (key := tool.ingested(row)) in first_at
    )


def _pages(rows: list[dict[str, Any]], page_events: int) -> float:
    last = max((row["arrived"] or 0.0 for row in rows), default=0.0)
    lately = [row["timestamp"] for row in rows if row["arrived"] and row["arrived"] > last - 60]
    begin = min(lately, default=0)
    return sum(row["timestamp"] >= begin for row in rows) / page_events if lately and page_events else 0.0


def _is_due(row: dict[str, Any], terms: Terms) -> bool:
    """Whether an event must be shown: by its age on arrival, and by how long it was there."""
    if row["arrived"] is None:
        return True
    gone = row["deleted"]
    return _age_s(row) <= terms.lookback_s and (gone is None or gone - row["arrived"] > _DELETION_S)


def _age_s(row: dict[str, Any]) -> float:
    return float(row["arrived"]) - float(row["timestamp"]) / 1000


def _is_foreign(name: str) -> bool:
    return name.startswith("AWS_") or name.lower().endswith("_proxy")


def flowtui(output: str) -> Tool:
    """`flowtui tail`, with JSON lines or raw ones."""

    def command(url: str, terms: Terms) -> list[str]:
        groups = [part for group in terms.log_groups for part in ("--log-group", group)]
        return [
            *(sys.executable, "-m", "flowtui", "tail", "--output", output, "--since", f"{SINCE_S}s"),
            *(
                "--lookback",
                f"{terms.lookback_s}s",
                "--max-calls",
                f"{terms.max_calls:g}",
                "--stats",
                *groups,
            ),
        ]

    if output == "raw":
        return Tool("flowtui", command, _text, lambda row: str(row["message"]))
    return Tool(
        "flowtui", command, lambda line: str(json.loads(line)["@eventId"]), lambda row: str(row["id"])
    )


def _text(line: bytes) -> str:
    # Bytes that are no UTF-8 are shown by what they are.
    return line.decode(errors="backslashreplace")
