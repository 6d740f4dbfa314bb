"""`flowtui tail` and `flowtui demo --serve`, the real commands, against the embedded endpoint over HTTP."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, cast

import boto3
import pytest

FLOWTUI = [sys.executable, "-m", "flowtui"]
GROUP = "/vpc/lab/flow-logs"
DEADLINE_S = 60


@dataclass
class Served:
    """A running `flowtui demo --serve`, and what it told other clients to set."""

    process: subprocess.Popen[str]
    environment: dict[str, str]


def serve(*options: str) -> Served:
    process = subprocess.Popen(
        [*FLOWTUI, "demo", "--serve", *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    for line in cast(IO[str], process.stdout):
        word, _, rest = line.strip().partition(" ")
        if word == "unset":
            for name in rest.split():
                environment.pop(name, None)
            return Served(process, environment)
        name, _, value = rest.partition("=")
        environment[name] = value
    raise AssertionError("it said nothing")


def end(served: Served) -> int:
    served.process.send_signal(signal.SIGTERM)
    return served.process.wait(DEADLINE_S)


@pytest.fixture(scope="module")
def still() -> Iterator[Served]:
    """An endpoint where nothing new comes."""
    served = serve("--rate", "0", "--seed", "11")
    yield served
    end(served)


@pytest.fixture(scope="module")
def lively() -> Iterator[Served]:
    """An endpoint where much comes."""
    served = serve("--rate", "50", "--seed", "11")
    yield served
    end(served)


def tail(served: Served, *options: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*FLOWTUI, "tail", *options],
        env=served.environment,
        capture_output=True,
        timeout=DEADLINE_S,
        check=False,
    )


def start(served: Served, *options: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*FLOWTUI, "tail", *options],
        env=served.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A parent that ignores SIGINT, as some runners do, would hand that on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def messages(served: Served, since: datetime) -> list[str]:
    """What a plain boto3 loop reads."""
    there = served.environment
    client = boto3.client(
        "logs",
        endpoint_url=there["AWS_ENDPOINT_URL"],
        region_name=there["AWS_REGION"],
        aws_access_key_id=there["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=there["AWS_SECRET_ACCESS_KEY"],
    )
    found: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = client.filter_log_events(
            logGroupName=GROUP,
            startTime=int(since.timestamp() * 1000),
            **token,
        )
        found += [event["message"] for event in page["events"]]
        if "nextToken" not in page:
            return found
        token = {"nextToken": page["nextToken"]}


def stats(told: bytes) -> dict[str, str]:
    """The figures that it told at the end."""
    lines = [line for line in told.decode().splitlines() if line and not line.startswith("flowtui: ")]
    return dict(line.split(": ", 1) for line in lines)


def ago(minutes: int) -> datetime:
    return datetime.fromtimestamp(int(time.time()) - 60 * minutes, UTC)


def test_raw_is_what_a_plain_loop_reads(still: Served) -> None:
    since = ago(25)
    wanted = ("--log-group", GROUP, "--since", since.isoformat())
    ended = tail(still, "--no-follow", *wanted, "--output", "raw", "--stats")
    expected = messages(still, since)
    assert len(expected) > 1000
    assert ended.stdout.decode().splitlines() == expected
    assert ended.returncode == 0
    figures = stats(ended.stderr)
    assert figures["records"] == figures["events_read"] == str(len(expected))
    assert figures["reread_share"] == "0"
    assert int(figures["calls"]) >= 1
    assert int(figures["bytes_read"]) > sum(map(len, expected))
    assert float(figures["arrival_delay_p50_s"]) <= float(figures["arrival_delay_p95_s"])
    assert (figures["lag_s"], figures["unparsed"]) == ("-", "-")


def test_json_is_one_valid_object_a_line_in_the_order_of_start(still: Served) -> None:
    ended = tail(still, "--no-follow", "--since", ago(10).isoformat(), "--output", "json")
    objects = [json.loads(line) for line in ended.stdout.splitlines()]
    assert len(objects) > 100
    assert all({"@timestamp", "@ingestionTime", "@logStream", "@eventId"} <= each.keys() for each in objects)
    starts = [each["@timestamp"] for each in objects]
    assert starts == sorted(starts)
    assert len({(each["@logStream"], each["@eventId"]) for each in objects}) == len(objects)


def test_the_newest_come_oldest_first(still: Served) -> None:
    wanted = ("--no-follow", "--log-group", GROUP, "--output", "raw")
    whole = tail(still, *wanted).stdout.splitlines()
    newest = tail(still, *wanted, "--limit", "20").stdout.splitlines()
    assert len(newest) == 20
    assert sorted(newest, key=whole.index) == newest
    times = [int(line.split()[10]) for line in newest]
    assert times == sorted(int(line.split()[10]) for line in whole)[-20:]


def test_until_ends_the_range(still: Served) -> None:
    since, until = ago(20), ago(15)
    ended = tail(still, "--since", since.isoformat(), "--until", until.isoformat(), "--output", "json")
    times = [json.loads(line)["@timestamp"] / 1000 for line in ended.stdout.splitlines()]
    assert times
    assert since.timestamp() <= min(times) <= max(times) <= until.timestamp()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--log-group", "nobody"), "log group"),
        (("--vpc", "vpc-0nobody"), "vpc-0nobody"),
    ],
    ids=["unknown group", "unknown VPC"],
)
def test_what_is_not_there_is_said_in_one_line(still: Served, options: tuple[str, ...], words: str) -> None:
    for follow in ((), ("--no-follow",)):
        ended = tail(still, *options, *follow)
        assert ended.returncode == 1
        assert ended.stdout == b""
        (line,) = ended.stderr.decode().splitlines()
        assert words in line


def read_lines(process: subprocess.Popen[bytes], is_enough: Callable[[list[bytes]], bool]) -> list[bytes]:
    """Reads standard output until it is enough, within the deadline."""
    lines: list[bytes] = []
    alarm = threading.Timer(DEADLINE_S, process.kill)
    alarm.start()
    try:
        for line in cast(IO[bytes], process.stdout):
            lines.append(line.rstrip(b"\n"))
            if is_enough(lines):
                return lines
    finally:
        alarm.cancel()
    raise AssertionError(f"it ended after {len(lines)} lines: {process.stderr and process.stderr.read()!r}")


def test_following_brings_what_is_new_each_event_once_and_ends_at_once(lively: Served) -> None:
    process = start(lively, "--output", "json", "--stats", "--max-calls", "5", "--since", "10m")
    after_ms = (time.time() + 5) * 1000
    lines = read_lines(process, lambda found: json.loads(found[-1])["@ingestionTime"] > after_ms)
    asked_at = time.monotonic()
    process.send_signal(signal.SIGINT)
    rest, told = (cast(IO[bytes], stream).read() for stream in (process.stdout, process.stderr))
    assert process.wait(DEADLINE_S) == 130
    assert time.monotonic() - asked_at < 5
    objects = [json.loads(line) for line in [*lines, *rest.splitlines()]]
    keys = [(each["@logStream"], each["@eventId"]) for each in objects]
    assert len(set(keys)) == len(keys)
    figures = stats(told)
    assert figures["records"] == str(len(objects))
    assert figures["unparsed"] == "0"
    assert 0 <= float(figures["reread_share"]) < 1
    assert figures["lag_s"] == "-" or float(figures["lag_s"]) > 0
    mark = figures["watermark"]
    assert mark == "-" or datetime.fromisoformat(mark) < datetime.now(UTC)
    assert b"Traceback" not in told


@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
def test_an_interruption_waits_for_what_is_being_written(still: Served, unbuffered: str) -> None:
    served = Served(still.process, still.environment | {"PYTHONUNBUFFERED": unbuffered})
    process = start(served, "--output", "json")
    # Nobody reads on, so that it is in the middle of writing when it is interrupted.
    read_lines(process, lambda found: len(found) >= 2)
    process.send_signal(signal.SIGINT)
    rest = cast(IO[bytes], process.stdout).read()
    assert process.wait(DEADLINE_S) == 130
    assert rest.endswith(b"}\n")
    assert all(json.loads(line) for line in rest.splitlines())


def test_a_closed_pipe_ends_it_quietly(lively: Served) -> None:
    process = start(lively, "--max-calls", "5")
    read_lines(process, lambda found: len(found) >= 2)
    cast(IO[bytes], process.stdout).close()
    assert process.wait(DEADLINE_S) == 0
    assert cast(IO[bytes], process.stderr).read() == b""


def test_sigterm_ends_it(lively: Served) -> None:
    process = start(lively)
    read_lines(process, lambda found: len(found) >= 2)
    process.terminate()
    _, told = (cast(IO[bytes], stream).read() for stream in (process.stdout, process.stderr))
    assert process.wait(DEADLINE_S) == 143
    assert told == b""


@pytest.mark.parametrize(("no_colour", "has_colour"), [("", True), ("1", False)])
def test_rejected_records_are_coloured_on_a_terminal(still: Served, no_colour: str, has_colour: bool) -> None:
    ours, theirs = pty.openpty()
    environment = still.environment | {"NO_COLOR": no_colour, "TERM": "xterm"}
    process = subprocess.Popen(
        [*FLOWTUI, "tail", "--no-follow", "--since", "5m"], env=environment, stdout=theirs
    )
    os.close(theirs)
    shown = read_terminal(ours)
    assert process.wait(DEADLINE_S) == 0
    assert b"REJECT" in shown
    assert (b"\x1b[" in shown) is has_colour


def read_terminal(terminal: int) -> bytes:
    shown = b""
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            shown += os.read(terminal, 65536)
        except OSError:
            return shown
    raise AssertionError("it did not end")


def test_the_endpoint_ends_with_the_command() -> None:
    served = serve("--rate", "0")
    address = served.environment["AWS_ENDPOINT_URL"].removeprefix("http://").split(":")
    assert end(served) == 143
    assert is_closed(address[0], int(address[1]))


def is_closed(host: str, port: int) -> bool:
    import socket

    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        with socket.socket() as client:
            if client.connect_ex((host, port)):
                return True
    return False


def test_filter_and_capture_select_the_same_records(still: Served) -> None:
    """The article's own question; with a capture AWS is asked for less, and the lines are the same."""
    since, until = (str(int(time.time()) - back) for back in (1500, 60))
    span = ("--no-follow", "--since", since, "--until", until, "--output", "raw", "--stats")
    everything = tail(still, *span).stdout.splitlines()
    wanted = [line for line in everything if _is_rejected_on_80(line)]
    shown = tail(still, *span, "--filter", "reject and port 80")
    fetched = tail(still, *span, "--capture", "reject and port 80")
    assert len(wanted) > 50
    assert shown.stdout.splitlines() == wanted
    assert fetched.stdout.splitlines() == wanted
    assert b"asked_of_aws /vpc/lab/flow-logs: reject" in fetched.stderr
    assert b"decided_here /vpc/lab/flow-logs: port 80" in fetched.stderr
    assert _figure(fetched.stderr, b"events_read") < _figure(shown.stderr, b"events_read") / 4


def _is_rejected_on_80(line: bytes) -> bool:
    words = line.split()
    return words[12] == b"REJECT" and b"80" in words[5:7]


def _figure(stderr: bytes, name: bytes) -> float:
    return float(next(line for line in stderr.splitlines() if line.startswith(name + b":")).split()[1])


def test_a_name_in_a_filter_means_its_records(still: Served) -> None:
    ended = tail(
        still, "--no-follow", "--limit", "20", "--output", "json", "--filter", "eni:app-1 and reject"
    )
    records = [json.loads(line) for line in ended.stdout.splitlines()]
    assert records
    assert {record["action"] for record in records} == {"REJECT"}
    assert len({record["interface-id"] for record in records}) == 1
