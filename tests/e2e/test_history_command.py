"""`flowtui history`, the real command, against the embedded endpoint over HTTP."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest

from flowtui.records.format import DEFAULT_FORMAT
from tests.e2e.test_tail_command import DEADLINE_S, FLOWTUI, GROUP, Served, end, messages, serve
from tests.unit.monitor.world import until

SCENARIO = "rate = 0.0\nhistory_minutes = 20\n[queries]\nseconds = {seconds}\n"


def served(folder: Path, seconds: float) -> Iterator[Served]:
    path = folder / "queries.toml"
    path.write_text(SCENARIO.format(seconds=seconds))
    started = serve("--scenario", str(path), "--seed", "11")
    yield started
    end(started)


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An endpoint where nothing new comes, and whose queries are quick."""
    yield from served(tmp_path_factory.mktemp("quick"), 0.0)


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An endpoint whose queries take ten minutes."""
    yield from served(tmp_path_factory.mktemp("slow"), 600.0)


@pytest.fixture(scope="module")
def hour() -> tuple[str, ...]:
    """The same hour for all."""
    now = int(time.time())
    return "--since", str(now - 3600), "--until", str(now), "--log-group", GROUP


@pytest.fixture(scope="module")
def lines(still: Served, hour: tuple[str, ...]) -> list[str]:
    """What a plain boto3 loop reads of it."""
    return messages(still, datetime.fromtimestamp(int(hour[1]), UTC))


def run(served: Served, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*FLOWTUI, *arguments],
        env=served.environment,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )


def asked(served: Served, *arguments: str) -> subprocess.CompletedProcess[str]:
    found = run(served, "history", *arguments)
    assert found.returncode == 0, found.stderr
    return found


def token(line: str, name: str) -> str:
    return line.split()[DEFAULT_FORMAT.fields.index(name)]


def test_it_selects_the_very_lines_that_the_tail_selects(still: Served, hour: tuple[str, ...]) -> None:
    expression = ("--filter", "egress and not port 443 and bytes > 1k")
    wanted = run(still, "tail", "--no-follow", "--output", "raw", *hour, *expression).stdout.splitlines()
    assert wanted
    found = asked(still, "--output", "raw", *hour, *expression).stdout.splitlines()
    assert sorted(found) == sorted(wanted)


def test_without_a_filter_it_prints_everything_oldest_first(
    still: Served, hour: tuple[str, ...], lines: list[str]
) -> None:
    found = asked(still, "--output", "json", *hour)
    times = [json.loads(line)["@timestamp"] for line in found.stdout.splitlines()]
    assert times == sorted(int(token(line, "start")) * 1000 for line in lines)
    assert "will be scanned, which AWS charges for" in found.stderr
    assert "scanned by 1 query" in found.stderr


@pytest.mark.parametrize(
    ("expression", "counted_here"),
    [("reject", False), ("reject and (ingress or egress)", True)],
    ids=["there", "here"],
)
def test_counts_are_those_of_the_lines(
    still: Served, hour: tuple[str, ...], lines: list[str], expression: str, counted_here: bool
) -> None:
    wanted = Counter(token(line, "srcaddr") for line in lines if token(line, "action") == "REJECT")
    found = asked(still, "-o", "json", *hour, "--filter", expression, "--by", "srcaddr")
    rows = [json.loads(line) for line in found.stdout.splitlines()]
    assert {row["srcaddr"]: row["records"] for row in rows} == wanted
    assert [row["records"] for row in rows] == sorted(wanted.values(), reverse=True)
    assert all(row["rejected"] == row["records"] for row in rows)
    assert ("counted here" in found.stderr) is counted_here


def test_the_newest_are_printed_and_it_is_said_that_there_are_more(
    still: Served, hour: tuple[str, ...], lines: list[str]
) -> None:
    found = asked(still, "-o", "raw", *hour, "--limit", "5")
    newest = sorted(token(line, "start") for line in lines)[-5:]
    assert [token(line, "start") for line in found.stdout.splitlines()] == newest
    assert "only the newest 5" in found.stderr


def test_the_queries_can_be_looked_at_without_asking_them(still: Served, hour: tuple[str, ...]) -> None:
    found = asked(still, "--query", *hour, "--filter", "reject", "--by", "srcaddr", "--max-bytes", "1k")
    assert 'action = "REJECT"' in found.stdout
    assert "scanned by" not in found.stderr


def test_what_would_cost_too_much_is_not_asked(still: Served, hour: tuple[str, ...]) -> None:
    found = run(still, "history", *hour, "--max-bytes", "1k")
    assert found.returncode == 1
    assert found.stdout == ""
    assert "--max-bytes" in found.stderr.splitlines()[-1]


def states(served: Served) -> list[str]:
    """How the endpoint's queries stand, as any client sees it."""
    there = served.environment
    client = boto3.client(
        "logs",
        endpoint_url=there["AWS_ENDPOINT_URL"],
        region_name=there["AWS_REGION"],
        aws_access_key_id=there["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=there["AWS_SECRET_ACCESS_KEY"],
    )
    return [query["status"] for query in client.describe_queries()["queries"]]


def is_under_way(state: str) -> bool:
    return state in ("Scheduled", "Running")


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["int", "term"]
)
def test_interrupting_it_stops_the_query_at_aws(slow: Served, number: signal.Signals, status: int) -> None:
    process = subprocess.Popen(
        [*FLOWTUI, "history", "--since", "10m"],
        env=slow.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    told = process.stderr
    assert told is not None
    assert b"will be scanned" in told.readline()
    until(lambda: any(map(is_under_way, states(slow))), DEADLINE_S)
    process.send_signal(number)
    _, rest = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == status
    assert b"Traceback" not in rest
    assert not any(map(is_under_way, states(slow)))


def test_on_a_terminal_it_shows_how_far_it_is(still: Served, hour: tuple[str, ...], tmp_path: Path) -> None:
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [*FLOWTUI, "history", *hour, "--limit", "1"],
        env=still.environment,
        stdout=subprocess.DEVNULL,
        stderr=follower,
    )
    os.close(follower)
    told = b""
    try:
        while chunk := os.read(leader, 4096):
            told += chunk
    except OSError:
        # The end of a terminal is an error on Linux.
        pass
    os.close(leader)
    assert process.wait(DEADLINE_S) == 0
    assert b"matched" in told
    assert b"\r\x1b[K" in told
