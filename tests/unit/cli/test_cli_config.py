"""The config file: what it may say, what wins over it, and what is said of a wrong one."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from flowtui.cli import config_file
from flowtui.cli.config_file import Config, ConfigError
from flowtui.cli.main import flowtui
from flowtui.cli.options import gathered, parameters, settings_of
from flowtui.cli.preferences import preferences_of
from flowtui.monitor.settings import Settings

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes the config file; AWS's variables are not set."""
    for name in (
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
        "AWS_ACCESS_KEY_ID",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    path = tmp_path / "config.toml"
    monkeypatch.setenv("FLOWTUI_CONFIG", str(path))

    def put(text: str) -> Path:
        path.write_text(text)
        return path

    return put


def load() -> Config:
    return config_file.load(parameters())


def shown(*arguments: str) -> dict[str, Any]:
    ended = CliRunner().invoke(flowtui, ["config", "-o", "json", *arguments])
    assert ended.exit_code == 0, ended.output
    settings: dict[str, Any] = json.loads(ended.output)["settings"]
    return settings


def settings(values: dict[str, Any]) -> Settings:
    """What a command would go by."""
    import click

    names = (*config_file.OPTIONS, "insecure")
    context = click.Context(click.Command("tail"), parent=click.Context(click.Group("flowtui")))
    return settings_of(gathered(context, values, names))


WHOLE = """
profile = "prod"
region = "eu-north-1"
vpc = ["vpc-1", "vpc-2"]
lookback = "45m"
buffer = "2M"
max-calls = 2.5
utc = true
read-only = true
theme = "light"
columns = ["action", "srcaddr"]
mutes = ["dst port 123"]
[keys]
why = "W"
filter.rejects = "R,f5"
"""


def test_everything_it_may_say_is_in_force(write: Write) -> None:
    write(WHOLE)
    found = settings({})
    assert (found.profile, found.region, found.vpc_ids) == ("prod", "eu-north-1", ("vpc-1", "vpc-2"))
    assert (found.lookback_s, found.buffer, found.max_calls) == (2700.0, 2_000_000, 2.5)
    assert found.utc
    assert found.read_only


def test_the_screen_takes_its_wishes(write: Write) -> None:
    write(WHOLE)
    wishes = preferences_of(load())
    assert (wishes.theme, wishes.columns) == ("light", ("action", "srcaddr"))
    assert [str(each) for each in wishes.mutes] == ["dst port 123"]
    assert wishes.keys == {"why": "W", "filter.rejects": "R,f5"}


def test_an_option_wins_over_it(write: Write) -> None:
    write(WHOLE)
    assert settings({"region": "us-east-1"}).region == "us-east-1"
    assert shown("--region", "us-east-1")["region"] == {"value": "us-east-1", "source": "option"}


@pytest.mark.parametrize(
    ("variable", "name"),
    [
        ("AWS_PROFILE", "profile"),
        ("AWS_ACCESS_KEY_ID", "profile"),
        ("AWS_REGION", "region"),
        ("AWS_DEFAULT_REGION", "region"),
    ],
)
def test_the_environment_wins_over_it(
    write: Write, monkeypatch: pytest.MonkeyPatch, variable: str, name: str
) -> None:
    write(WHOLE)
    monkeypatch.setenv(variable, "AKIAEXAMPLEEXAMPLE00")
    assert getattr(settings({}), name) is None
    told = shown()[name]
    assert told["source"] == variable
    assert "AKIA" not in told["value"] or variable != "AWS_ACCESS_KEY_ID"


def test_each_value_says_where_it_comes_from(write: Write) -> None:
    write('region = "eu-north-1"\n[keys]\nwhy = "W"')
    told = shown()
    assert told["region"] == {"value": "eu-north-1", "source": "config file"}
    assert told["lookback"] == {"value": "1800 s", "source": "default"}
    assert told["keys"] == {"value": "why = W", "source": "config file"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("proflie = 'x'", ("proflie is not known", "did you mean profile?")),
        ("nonsense = 1", ("nonsense is not known", "max-calls")),
        ("lookback = 'soon'", ("lookback is wrong", "write 90s")),
        ("lookback = [1]", ("lookback is one text or number",)),
        ("utc = 'yes'", ("utc is true or false",)),
        ("vpc = [1]", ("vpc is a list of texts",)),
        ("max-calls = 0", ("max-calls is wrong",)),
        ("columns = 'action'", ("columns is a list of texts",)),
        ("columns = ['acton']", ("columns: 'acton'", "did you mean action?")),
        ("theme = 'drak'", ("theme: 'drak'", "did you mean dark?")),
        ("theme = 1", ("theme is a text",)),
        ("mutes = ['port port']", ("mutes: ",)),
        ("keys = 1", ("keys is a table",)),
        ("[keys]\nwy = 'W'", ("keys: 'wy'", "did you mean why?")),
        ("[keys]\nwhy = 'r'", ("'r' would be", "at once")),
        ("profile = ", ("is not TOML",)),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_what_is_wrong_is_named_in_one_line(write: Write, text: str, words: tuple[str, ...]) -> None:
    path = write(text)
    ended = CliRunner().invoke(flowtui, ["config"])
    assert ended.exit_code == 2
    (line,) = ended.output.splitlines()
    for word in (str(path), *words):
        assert word in line


def test_a_named_file_that_is_not_there_is_an_error(write: Write) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        load()


def test_without_a_file_everything_is_the_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("FLOWTUI_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    config = load()
    assert not config.is_there
    assert config.defaults({}) == {}


def test_a_file_that_is_no_text_is_refused(write: Write) -> None:
    write("").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot be read"):
        load()


def test_the_demo_goes_by_none_of_the_account_settings(write: Write) -> None:
    import click

    write(WHOLE)
    context = click.Context(click.Command("demo"), parent=click.Context(click.Group("flowtui")))
    names = ("vpc", "log_group", "utc")
    assert gathered(context, {}, names, configured=("utc",)) == {"utc": True}


HOSTILE = [
    ("profile = 'a'\nprofile = 'b'\n", ("is not TOML", "line 2")),
    ("[keys]\nwhy = 'W'\n[keys]\nwhy = 'X'", ("is not TOML", "line 3")),
    ('profile = "a\\u001b[31mred"', ("profile has a character in it that cannot be shown",)),
    ('profile = "a\\u202eb"', ("profile has a character in it that cannot be shown",)),
    ('vpc = ["vpc-1", "a\\u0000"]', ("vpc has a character",)),
    ('theme = "\\u001b]0;x\\u0007"', ("theme has a character",)),
    ('columns = ["\\u009b"]', ("columns has a character",)),
    ('[keys]\nwhy = "\\u001b[31m"', ("keys.why has a character",)),
    ('"pro\\u001b[31mfile" = "a"', ("\\x1b[31m", "did you mean profile?")),
    ("profile = ''", ("profile is empty", "leave it out")),
    ("region = '  '", ("region is empty",)),
    ("vpc = ['']", ("vpc is empty",)),
    ("[keys]\nwhy = ''", ("keys.why is empty",)),
    ("[keys]\nwhy = 'W,'", ("keys.why", "between the commas")),
    ("[keys]\nfilter.rejects = ','", ("keys.filter.rejects", "between the commas")),
    ("[[keys]]\nwhy = 'W'", ("keys is a table",)),
    ("[profile]\nname = 'x'", ("profile is one text or number",)),
    ("max-calls = nan", ("max-calls is wrong", "2.5")),
    ("max-calls = inf", ("max-calls is wrong",)),
    ("max-calls = -1", ("max-calls is wrong",)),
    ("buffer = -5", ("buffer is wrong",)),
    ("lookback = '1s'", ("lookback is wrong", "at least 60 s")),
    ("filter = 'reject'", ("filter has no place here", "--filter")),
    ("insecure = true", ("insecure has no place here", "--insecure")),
    ("until = '1h'", ("until is not known",)),
    ("a = " + "[" * 5_000, ("is not TOML",)),
    ("buffer = " + "9" * 5_000, ("is not TOML",)),
    ("# " + "x" * 2_000_000, ("larger than 1,000,000 bytes",)),
]


@pytest.mark.parametrize(("text", "words"), HOSTILE, ids=[text[:24] for text, _ in HOSTILE])
def test_whatever_a_file_holds_one_line_says_what_is_wrong(
    write: Write, text: str, words: tuple[str, ...]
) -> None:
    path = write(text)
    ended = CliRunner().invoke(flowtui, ["config"])
    assert ended.exit_code == 2
    (line,) = ended.output.splitlines()
    for word in (str(path), *words):
        assert word in line
    assert line.isprintable()


def test_no_file_but_a_file_is_read(write: Write) -> None:
    path = write("")
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(ConfigError, match="is no file"):
        load()
    path.unlink()
    path.mkdir()
    with pytest.raises(ConfigError, match="Is a directory"):
        load()


@pytest.mark.parametrize("name", ["/dev/null", ""])
def test_no_file_may_be_wanted(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("FLOWTUI_CONFIG", name)
    assert load().options == {}


def test_a_home_that_nobody_has_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWTUI_CONFIG", "~nobody-has-this-name/config.toml")
    with pytest.raises(ConfigError, match="home"):
        load()


def test_a_file_of_another_editor_is_read_too(write: Write) -> None:
    path = write("")
    path.write_bytes(b'\xef\xbb\xbfregion = "eu-north-1"\r\nutc = true\r\n')
    assert settings({}).region == "eu-north-1"


def test_a_time_may_be_one_of_toml(write: Write) -> None:
    write("since = 2026-01-31T12:01:00Z")
    assert settings({}).since.seconds == 1769860860
    assert shown()["since"]["source"] == "config file"


@pytest.mark.parametrize("place", ["file", "option", "environment"])
def test_credentials_in_an_endpoint_are_not_shown(
    write: Write, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    url = "https://me:hunter2@example.com/logs"
    write(f"endpoint-url = '{url}'" if place == "file" else "")
    if place == "environment":
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    options = ["--endpoint-url", url] if place == "option" else []
    for output in ("text", "json"):
        ended = CliRunner().invoke(flowtui, ["config", "-o", output, *options])
        assert ended.exit_code == 0
        assert "hunter2" not in ended.output
        assert "https://example.com/logs" in ended.output
