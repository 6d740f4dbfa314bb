"""The installed command in a real terminal, against the embedded endpoint."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.e2e.terminal import (
    FLOWTUI,
    NARROW,
    SECRETS,
    WIDE,
    Terminal,
    children,
    environment,
    runs,
    serving,
    wait_until,
)

Open = Callable[..., Terminal]
SIZES = [pytest.param(WIDE, id="140x40"), pytest.param(NARROW, id="80x24")]

CURSOR_ROW = "22303d"
"""The ground of the row under the cursor in the dark theme."""
LIGHT_GROUND = "fbfaf7"

_RECORD = re.compile(r"(?P<mark>[✗x ])[«< ]\d\d:\d\d:\d\d ")
_COUNT = re.compile(r"(?:following|held|below|[↑↓]) [·-] ([\d,]+)")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """One endpoint for all that only look, by the lines that it prints to point a shell at it."""
    with serving(environment(tmp_path_factory.mktemp("home"))) as (_, exports):
        yield exports


@pytest.fixture
def start(home: Path) -> Iterator[Open]:
    """Starts flowtui in a terminal; at the end nothing of it may have been indiscreet or a traceback."""
    opened: list[Terminal] = []

    def open_terminal(
        arguments: Sequence[str] = (), size: tuple[int, int] = NARROW, **environ: str | None
    ) -> Terminal:
        terminal = Terminal(arguments, environment(home, **environ), size)
        opened.append(terminal)
        return terminal

    yield open_terminal
    for terminal in opened:
        terminal.close()
        for secret in SECRETS.values():
            assert secret.encode() not in terminal.raw
        assert b"Traceback" not in terminal.raw


@pytest.fixture
def watch(start: Open, endpoint: dict[str, str]) -> Open:
    """Starts the monitor on the shared endpoint, and waits until the back-fill moves nothing any more."""

    def open_monitor(size: tuple[int, int] = NARROW, **environ: str | None) -> Terminal:
        terminal = start((), size, **endpoint, **environ)
        terminal.until(lambda: "LIVE" in terminal.text() and count(terminal) > 1000, "all records")
        return terminal

    return open_monitor


def count(terminal: Terminal) -> int:
    """How many records the title says are shown."""
    found = _COUNT.search(terminal.text())
    return int(found[1].replace(",", "")) if found else 0


def marks(terminal: Terminal) -> list[str]:
    """The mark of each record shown."""
    return [found["mark"] for line in terminal.lines() if (found := _RECORD.search(line))]


def records(terminal: Terminal) -> str:
    """The records shown, without what stands beside them."""
    return "\n".join(line[found.start() :] for line in terminal.lines() if (found := _RECORD.search(line)))


def under_cursor(terminal: Terminal) -> str:
    """The record under the cursor, empty where it is on none."""
    line = terminal.lit_line(CURSOR_ROW)
    found = _RECORD.search(line)
    return line[found.start() :] if found else ""


def interfaces(terminal: Terminal) -> set[str]:
    """The interfaces of the records shown."""
    return {line.split()[-1] for line in re.findall(r"\d\d:\d\d:\d\d +\S+", records(terminal))}


# What is there


@pytest.mark.parametrize("size", SIZES)
def test_the_demo_shows_the_lab_in_every_pane_and_new_records_arrive(
    start: Open, size: tuple[int, int]
) -> None:
    terminal = start(["demo"], size, **SECRETS)
    terminal.sees("DEMO", "LIVE", "lag ", "3 VPCs", "following")
    terminal.until(lambda: "✗" in marks(terminal), "a rejected record among the newest")
    before = count(terminal)
    terminal.press("1")
    terminal.sees(
        "lab", "bastion", "app-1", "nat-1", "public", "private", "172.16.0.0/16", "internet gateway"
    )
    terminal.press("2")
    terminal.sees("bastion", "app-1", "app-2", "nat-1", "REC/S", "▇", "░")
    terminal.press("3")
    terminal.until(lambda: len(marks(terminal)) > 10, "records")
    terminal.until(lambda: count(terminal) > before + 10, "new records")
    terminal.press("q")
    assert terminal.end() == 0


@pytest.mark.parametrize("size", SIZES)
def test_the_keys_do_what_the_help_says(watch: Open, size: tuple[int, int]) -> None:
    terminal = watch(size)

    terminal.press("r")
    terminal.until(lambda: marks(terminal) and set(marks(terminal)) == {"✗"}, "only rejected records")
    terminal.sees(" of ")
    terminal.press("r")
    terminal.until(lambda: " " in marks(terminal), "all records again")

    terminal.press("g")
    terminal.until(
        lambda: under_cursor(terminal) == records(terminal).splitlines()[0], "the cursor at the top"
    )
    terminal.misses("following")
    top = under_cursor(terminal)
    terminal.press("e")
    terminal.until(lambda: under_cursor(terminal) not in (top, ""), "a rejected record")
    first = under_cursor(terminal)
    terminal.press("e")
    terminal.until(lambda: under_cursor(terminal) not in (first, ""), "the next one")
    assert {first[0], under_cursor(terminal)[0]} == {"✗"}
    terminal.press("E")
    terminal.until(lambda: under_cursor(terminal) == first, "the one before")

    terminal.press("\r")
    terminal.sees("Record on", "Rejected by")
    # Where the page is low the fields are under the explanation.
    terminal.press("G")
    terminal.sees("Record on", "log-status", "REJECT")
    terminal.press("\x1b")
    terminal.misses("Record on")
    terminal.press("G")
    terminal.sees("following")

    terminal.press(" ")
    terminal.sees("PAUSED")
    held = records(terminal)
    terminal.press(" ")
    terminal.misses("PAUSED")
    terminal.until(lambda: records(terminal) != held, "going on")

    terminal.press("?")
    terminal.sees("hold the screen; reading goes on")
    terminal.press("\x1b")
    terminal.misses("hold the screen; reading goes on")
    terminal.press("d")
    terminal.sees("Diagnostics", "log calls")
    terminal.press("\x1b")
    terminal.misses("Diagnostics")

    terminal.press("s")
    terminal.sees("by time")
    terminal.press("G")
    terminal.sees("following")
    terminal.press("a")
    terminal.until(lambda: "172.16.0.121" not in records(terminal), "names for addresses")
    terminal.press("a")
    terminal.until(lambda: "172.16.0.121" in records(terminal), "addresses again")
    terminal.press("q")
    assert terminal.end() == 0


@pytest.mark.parametrize("size", SIZES)
def test_drilling_in_and_backing_out(watch: Open, size: tuple[int, int]) -> None:
    terminal = watch(size)
    everything = count(terminal)
    terminal.press("1")
    terminal.sees("private 1a")
    terminal.press("jj\r")
    terminal.until(lambda: "public 1a" in terminal.lines()[0], "the subnet in the breadcrumb")
    terminal.press("3")
    terminal.until(lambda: 0 < count(terminal) < everything and interfaces(terminal), "fewer records")
    assert interfaces(terminal) <= {"bastion", "nat-1"}
    terminal.press("\x1b")
    terminal.until(lambda: "public 1a" not in terminal.lines()[0], "the subnet gone from the breadcrumb")
    terminal.until(lambda: count(terminal) >= everything, "all records again")


def test_zoom_and_the_palette(watch: Open) -> None:
    terminal = watch(WIDE)
    terminal.press("z")
    terminal.misses("1 Topology")
    terminal.press("z")
    terminal.sees("1 Topology")
    terminal.press(":")
    terminal.sees("Since: 15m ago")
    terminal.press("theme: light")
    terminal.misses("Since: 15m ago")
    terminal.press("\r")
    terminal.until(lambda: terminal.ground() == LIGHT_GROUND, "the light theme")
    terminal.misses("theme: light")


def test_keys_typed_ahead_do_not_close_more_than_there_is(watch: Open) -> None:
    terminal = watch()
    terminal.press(":")
    terminal.sees("Since: 15m ago")
    terminal.press("time zone")
    terminal.misses("Since: 15m ago")
    terminal.press("\r\r\r")
    terminal.misses("Time zone")
    terminal.press("\x03")
    assert terminal.end() == 130


def test_panes_become_tabs_and_panes_again_while_it_runs(watch: Open) -> None:
    terminal = watch(WIDE)
    terminal.sees("╭─ 1 Topology", "╭─ 2 Interfaces", "╭─ 3 Records")
    terminal.resize(NARROW)
    terminal.sees("1 Topology   2 Interfaces   3 Records", "following")
    terminal.misses("╭─")
    terminal.until(
        lambda: all(line.strip() for line in terminal.lines()), "the table fills what the rest leaves"
    )
    terminal.resize(WIDE)
    terminal.sees("╭─ 1 Topology", "╭─ 2 Interfaces", "╭─ 3 Records", "bastion")


# How it ends


@pytest.mark.parametrize(
    ("leave", "status"),
    [
        pytest.param(lambda terminal: terminal.press("q"), 0, id="q"),
        pytest.param(lambda terminal: terminal.press("\x03"), 130, id="ctrl-c"),
        pytest.param(lambda terminal: terminal.signal(signal.SIGTERM), 143, id="SIGTERM"),
    ],
)
def test_it_leaves_the_terminal_as_it_was_and_no_process_behind(
    start: Open, leave: Callable[[Terminal], None], status: int
) -> None:
    terminal = start(["demo", "--rate", "0"])
    terminal.sees("LIVE")
    started = children(terminal.pid)
    assert len(started) == 1
    assert terminal.attributes() != terminal.attributes_before
    leave(terminal)
    assert terminal.end() == status, terminal.raw[-2000:]
    assert terminal.attributes() == terminal.attributes_before
    assert not any(map(runs, started))
    for on, off in (
        (b"\x1b[?1049h", b"\x1b[?1049l"),
        (b"\x1b[?25l", b"\x1b[?25h"),
        (b"\x1b[?1000h", b"\x1b[?1000l"),
        (b"\x1b[?1003h", b"\x1b[?1003l"),
        (b"\x1b[?1006h", b"\x1b[?1006l"),
        (b"\x1b[?2004h", b"\x1b[?2004l"),
    ):
        assert -1 < terminal.raw.rfind(on) < terminal.raw.rfind(off)
    after = terminal.raw[terminal.raw.rfind(b"\x1b[?1049l") :]
    assert re.sub(rb"\x1b\[\?\d+[hl]", b"", after) == b""


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(lambda terminal: terminal.hang_up(), id="the terminal goes away"),
        pytest.param(lambda terminal: terminal.signal(signal.SIGKILL), id="killed"),
    ],
)
def test_the_endpoint_ends_with_its_monitor(start: Open, end: Callable[[Terminal], None]) -> None:
    terminal = start(["demo", "--rate", "0"])
    terminal.sees("DEMO")
    started = children(terminal.pid)
    assert len(started) == 1
    end(terminal)
    wait_until(lambda: not any(map(runs, started)), "the endpoint's end")


@pytest.mark.parametrize(
    ("leave", "status"),
    [
        pytest.param(lambda terminal: terminal.press("q"), 0, id="q"),
        pytest.param(lambda terminal: terminal.press("\x03"), 130, id="ctrl-c"),
    ],
)
def test_it_ends_while_it_still_connects(start: Open, leave: Callable[[Terminal], None], status: int) -> None:
    terminal = start(["demo"])
    terminal.sees("CONNECTING")
    leave(terminal)
    assert terminal.end() == status, terminal.raw[-2000:]


# Hostile terminals


def test_no_color_means_no_colour_and_rejections_are_still_marked(watch: Open) -> None:
    terminal = watch(NO_COLOR="1")
    # Under the cursor it is reversed as well.
    terminal.until(lambda: b"\x1b[1;39;49m\xe2\x9c\x97" in terminal.raw, "a rejected record, marked and bold")
    terminal.press("1")
    terminal.sees("bastion")
    terminal.press(":")
    terminal.sees("Since: 15m ago")
    terminal.press("\x1b")
    terminal.misses("Since: 15m ago")
    assert terminal.colours() == []


def test_a_terminal_of_sixteen_colours(watch: Open) -> None:
    terminal = watch(TERM="xterm", COLORTERM=None)
    terminal.until(lambda: "✗" in marks(terminal), "a rejected record")
    assert terminal.colours()
    assert not re.search(rb"\x1b\[[0-9;]*[34]8;", terminal.raw), "no colours that it does not have"


@pytest.mark.parametrize(
    "locale",
    [
        pytest.param({"LANG": "C"}, id="LANG=C"),
        pytest.param(
            {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, id="a locale of ASCII for good"
        ),
    ],
)
def test_without_utf8_everything_is_drawn_in_ascii(watch: Open, locale: dict[str, str]) -> None:
    terminal = watch(WIDE, **locale)
    terminal.until(lambda: "x" in marks(terminal), "a rejected record")
    terminal.sees("* LIVE", "+- 1 Topology", "+- 3 Records", "v lab")
    terminal.press("?")
    terminal.sees("+- Help")
    terminal.press("\x1b")
    terminal.misses("+- Help")
    terminal.press(":")
    terminal.sees("Search for commands")
    assert terminal.raw.isascii()
    assert b"\\u" not in terminal.raw


def test_an_environment_without_a_locale_has_all_glyphs(watch: Open) -> None:
    terminal = watch(WIDE, LANG=None)
    terminal.sees("● LIVE", "╭─ 1 Topology")


# Bad days


@pytest.mark.parametrize(
    ("arguments", "environ", "sentences"),
    [
        pytest.param(
            [],
            {"AWS_REGION": "eu-west-1"},
            ["There are no AWS credentials.", "flowtui demo"],
            id="no credentials",
        ),
        pytest.param([], {}, ["No AWS region is set.", "flowtui demo"], id="nothing at all"),
        pytest.param([], SECRETS, ["No AWS region is set.", "--region"], id="no region"),
        pytest.param(
            ["--profile", "nobody"],
            {"AWS_REGION": "eu-west-1"},
            ["no AWS profile 'nobody'", "flowtui demo"],
            id="unknown profile",
        ),
        pytest.param(
            ["--endpoint-url", "http://127.0.0.1:9"],
            SECRETS | {"AWS_REGION": "eu-west-1"},
            ["RETRYING", "127.0.0.1:9 cannot be reached."],
            id="an endpoint that refuses",
        ),
        pytest.param(
            ["--endpoint-url", "http://logs.example.com"],
            SECRETS | {"AWS_REGION": "eu-west-1"},
            ["FAILED", "--insecure"],
            id="an endpoint in the clear",
        ),
    ],
)
def test_each_bad_day_has_its_sentence_and_q_works_at_once(
    start: Open, arguments: list[str], environ: dict[str, str], sentences: list[str]
) -> None:
    terminal = start(arguments, **environ)
    terminal.until(
        lambda: all(part in " ".join(terminal.text().split()) for part in sentences), f"seeing {sentences}"
    )
    terminal.press("q")
    assert terminal.end() == 0


def test_an_endpoint_that_dies_is_tried_again_and_the_screen_stays(start: Open, home: Path) -> None:
    with serving(environment(home), "--rate", "0") as (process, exports):
        terminal = start((), **exports)
        terminal.sees("LIVE")
        process.kill()
        terminal.sees("RETRYING")
        held = count(terminal)
        assert held > 1000
        terminal.press("1")
        terminal.sees("bastion", "private 1a")
        terminal.press("q")
        assert terminal.end() == 0


@pytest.mark.parametrize("arguments", [pytest.param([], id="flowtui"), pytest.param(["demo"], id="demo")])
def test_without_a_terminal_it_says_so_in_one_line(arguments: list[str], home: Path) -> None:
    ended = subprocess.run(
        [FLOWTUI, *arguments],
        env=environment(home, **SECRETS),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert re.fullmatch(r"flowtui: .*terminal.*`flowtui tail`.*\n", ended.stderr)
