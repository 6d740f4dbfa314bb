"""The command line as a user meets it: options, errors of one line, statuses."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import click
import pytest

from flowtui.cli import options
from flowtui.cli.demo import instructions
from flowtui.cli.endpoint import Address, scrubbed
from flowtui.cli.main import flowtui, main
from flowtui.monitor.settings import DEFAULT_SINCE, Moment, Settings


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    alone = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    nowhere = {
        "HOME": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    return subprocess.run(
        [sys.executable, "-m", "flowtui", *arguments],
        env=alone | nowhere | environment,
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def test_version_and_help() -> None:
    assert run("--version").stdout.startswith("flowtui ")
    told = run("--help").stdout
    assert all(word in told for word in ("demo", "tail", "--since", "--vpc", "needs no account"))


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("tail", "--since", "banana"), 2, "'banana' is no time"),
        (("tail", "--output", "xml"), 2, "xml"),
        (("--lookback", "5s", "tail"), 2, "at least 60 s"),
        (("--buffer", "5", "tail"), 2, "--buffer does not apply"),
        (("--profile", "x", "demo", "--serve"), 2, "--profile does not apply"),
        (("tail", "--format", "nonsense"), 2, "${field}"),
        (("tail", "--max-calls", "0"), 2, "--max-calls"),
        (("nonsense",), 2, "No such command"),
        (("filter", "--filter", "reject", "--", "reject"), 2, "No such option"),
        (("tail", "--no-follow"), 1, "region"),
        (("tail", "--no-follow", "--region", "eu-west-1"), 1, "flowtui demo"),
        (("tail", "--profile", "nobody"), 1, "nobody"),
        (("tail", "--endpoint-url", "http://logs.example.com", "--region", "eu-west-1"), 1, "--insecure"),
        ((), 1, "needs a terminal"),
        (("demo",), 1, "needs a terminal"),
    ],
    ids=lambda value: " ".join(value) or "(none)" if isinstance(value, tuple) else None,
)
def test_an_error_is_one_line(arguments: tuple[str, ...], status: int, words: str) -> None:
    ended = run(*arguments)
    assert ended.returncode == status
    assert words in ended.stderr
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1
    assert ended.stderr.startswith("flowtui: ")


@pytest.mark.parametrize(("debug", "has_traceback"), [("", False), ("1", True)])
def test_a_traceback_is_to_be_had_on_request_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], debug: str, has_traceback: bool
) -> None:
    monkeypatch.setenv("FLOWTUI_DEBUG", debug)
    monkeypatch.setattr("sys.argv", ["flowtui", "tail"])
    monkeypatch.setattr("flowtui.cli.tail.settings_of", lambda *_, **__: 1 // 0)
    with pytest.raises(SystemExit) as ending:
        main()
    assert ending.value.code == 1
    told = capsys.readouterr().err
    assert ("Traceback" in told) is has_traceback
    assert "ZeroDivisionError" in told


def test_a_slip_of_our_own_tells_no_secret(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def slip(*_: object, **__: object) -> Settings:
        raise RuntimeError("with AKIAEXAMPLEEXAMPLE00 and\nwJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")

    monkeypatch.delenv("FLOWTUI_DEBUG", raising=False)
    monkeypatch.setattr("sys.argv", ["flowtui", "tail"])
    monkeypatch.setattr("flowtui.cli.tail.settings_of", slip)
    with pytest.raises(SystemExit):
        main()
    (line,) = capsys.readouterr().err.splitlines()
    assert "EXAMPLE" not in line
    assert "unforeseen RuntimeError: with AKIA" in line


def gathered(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Settings:
    """The settings that `flowtui tail` ends up with."""
    found: list[Settings] = []

    class StopError(Exception):
        pass

    def settings_of(values: Mapping[str, Any], **more: Any) -> Settings:
        found.append(options.settings_of(values, **more))
        raise StopError

    monkeypatch.setattr("flowtui.cli.tail.settings_of", settings_of)
    with pytest.raises(StopError):
        flowtui.main(list(arguments), standalone_mode=False)
    return found[0]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--region", "eu-west-1", "tail"),
        ("tail", "--region", "eu-west-1"),
        ("--region", "x", "tail", "--region", "eu-west-1"),
    ],
    ids=["before", "after", "after wins"],
)
def test_a_shared_option_may_stand_before_or_after_the_command(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    assert gathered(monkeypatch, *arguments).region == "eu-west-1"


def test_all_options_reach_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    found = gathered(
        monkeypatch,
        *("tail", "--profile", "p", "--vpc", "vpc-1", "--vpc", "vpc-2", "--log-group", "g", "--since", "2h"),
        *("--format", "${start}", "--lookback", "1h", "--max-calls", "2.5", "--utc", "--insecure"),
        *("--sweep", "12h"),
    )
    assert (found.profile, found.vpc_ids, found.log_groups) == ("p", ("vpc-1", "vpc-2"), ("g",))
    assert (found.since, found.lookback_s, found.max_calls) == (Moment.back(7200), 3600, 2.5)
    assert found.sweep_s == 12 * 3600
    assert (str(found.formats[0]), found.utc, found.insecure) == ("${start}", True, True)


def test_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    found = gathered(monkeypatch, "tail")
    assert (found.since, found.vpc_ids, found.utc, found.is_demo) == (DEFAULT_SINCE, (), False, False)


@pytest.mark.parametrize(
    ("arguments", "seconds"),
    [((), 6 * 3600), (("--sweep", "0"), 0), (("--sweep", "0s"), 0)],
    ids=["default", "0", "0s"],
)
def test_the_sweep_may_be_turned_off(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], seconds: float
) -> None:
    assert gathered(monkeypatch, "tail", *arguments).sweep_s == seconds


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_shell_code(shell: str) -> None:
    ended = run("completion", shell)
    assert ended.returncode == 0
    assert "_FLOWTUI_COMPLETE" in ended.stdout


def test_completion_completes() -> None:
    ended = run(_FLOWTUI_COMPLETE="bash_complete", COMP_WORDS="flowtui tail --no", COMP_CWORD="2")
    assert "--no-follow" in ended.stdout


def test_the_users_own_account_and_proxies_are_kept_out_of_the_demo() -> None:
    own = {
        "PATH": "/bin",
        "AWS_PROFILE": "work",
        "AWS_ENDPOINT_URL_LOGS": "https://elsewhere",
        "HTTPS_PROXY": "http://proxy",
        "http_proxy": "http://proxy",
        "AWS_ACCESS_KEY_ID": "real",
    }
    found = scrubbed(own)
    assert found["PATH"] == "/bin"
    assert found["AWS_ACCESS_KEY_ID"] != "real"
    assert not {"AWS_PROFILE", "AWS_ENDPOINT_URL_LOGS", "HTTPS_PROXY", "http_proxy"} & found.keys()
    assert found["AWS_CONFIG_FILE"] == os.devnull


def test_the_lines_for_other_clients_are_shell() -> None:
    lines = list(instructions(Address("http://127.0.0.1:99", "eu-west-1", "1")))
    assert "export AWS_ENDPOINT_URL=http://127.0.0.1:99" in lines
    assert all(line.startswith(("export ", "unset ")) for line in lines)
    assert any("AWS_PROFILE" in line.split() for line in lines if line.startswith("unset"))


def test_every_command_has_help() -> None:
    context = click.Context(flowtui)
    for name in flowtui.list_commands(context):
        command = flowtui.get_command(context, name)
        assert command is not None
        assert command.get_short_help_str()


@pytest.mark.parametrize("option", ["--filter", "--capture"])
def test_a_wrong_expression_shows_its_place_and_ends_with_2(option: str) -> None:
    ended = run("tail", option, "reject and port 800000")
    assert ended.returncode == 2
    assert ended.stdout == ""
    message, expression, marks, *_ = ended.stderr.splitlines()
    assert message.startswith("flowtui: ")
    assert marks.index("^") == expression.index("800000")
