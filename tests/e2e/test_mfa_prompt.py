"""A profile that needs an MFA code: asked for before the screen opens, on the terminal, or not at all."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import FLOWTUI, Terminal, environment, serving

CODE = "314159"
SCREEN = b"\x1b[?1049h"
"""What opens a screen."""
QUESTION = "Enter MFA code for arn:aws:iam::123456789012:mfa/me"
ROLE = """
role_arn = arn:aws:iam::123456789012:role/reader
source_profile = keys
mfa_serial = arn:aws:iam::123456789012:mfa/me
region = eu-west-1
"""
KEYS = "[keys]\naws_access_key_id = AKIADEMODEMODEMODEMO\naws_secret_access_key = made-up\n"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(environment(tmp_path_factory.mktemp("home"))) as (_, exports):
        yield exports["AWS_ENDPOINT_URL"]


def in_config(home: Path) -> None:
    (home / ".aws/config").write_text(f"[profile guarded]{ROLE}")
    (home / ".aws/credentials").write_text(KEYS)


def in_credentials(home: Path) -> None:
    (home / ".aws/credentials").write_text(f"{KEYS}[guarded]{ROLE}")


@pytest.fixture(params=[in_config, in_credentials], ids=["in the config", "in the credentials file"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    (tmp_path / ".aws").mkdir()
    write: Callable[[Path], None] = request.param
    write(tmp_path)
    return tmp_path


@pytest.fixture
def terminal(home: Path, endpoint: str) -> Iterator[Terminal]:
    opened = Terminal(["--profile", "guarded"], environment(home, AWS_ENDPOINT_URL=endpoint))
    opened.sees(QUESTION)
    yield opened
    opened.close()
    assert b"Traceback" not in opened.raw


def test_the_code_is_asked_for_before_the_screen_opens_and_is_not_echoed(terminal: Terminal) -> None:
    assert SCREEN not in terminal.raw
    terminal.press(f"{CODE}\r")
    terminal.sees("LIVE")
    assert terminal.raw.index(QUESTION.encode()) < terminal.raw.index(SCREEN)
    assert terminal.raw.count(QUESTION.encode()) == 1
    assert CODE.encode() not in terminal.raw


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["ctrl+c", "ctrl+d"])
def test_whoever_gives_no_code_is_let_go(terminal: Terminal, key: str) -> None:
    terminal.press(key)
    assert terminal.end() == 130
    assert SCREEN not in terminal.raw


@pytest.mark.parametrize("command", ["doctor", "tail", "topology"])
def test_where_nobody_can_be_asked_that_is_told_in_one_line(home: Path, endpoint: str, command: str) -> None:
    ended = subprocess.run(
        [FLOWTUI, command, "--profile", "guarded"],
        env=environment(home, AWS_ENDPOINT_URL=endpoint),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    told = [line for line in (ended.stdout + ended.stderr).splitlines() if "MFA" in line]
    assert len(told) == 1
    assert "no terminal to ask on" in told[0]
    assert "Warning" not in ended.stderr
