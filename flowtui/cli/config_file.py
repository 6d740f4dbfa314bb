"""The config file: defaults of options, and how the monitor looks. TOML in the platform's place.

```toml
profile = "prod"
vpc = ["vpc-0a1"]
lookback = "45m"
read-only = true
theme = "flowtui-light"
columns = ["start", "srcaddr", "dstaddr", "action"]
mutes = ["dst port 123"]
[keys]
why = "W"
```
Options win over it, and so do AWS's environment variables. Knows neither AWS nor the screen.
"""

from __future__ import annotations

import difflib
import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Any

import click
from platformdirs import user_config_path

from flowtui.records.decode import clean

VARIABLE = "FLOWTUI_CONFIG"
"""Names another file; an empty value means none."""

OPTIONS = (
    "profile",
    "region",
    "endpoint_url",
    "vpc",
    "log_group",
    "format",
    "since",
    "lookback",
    "sweep",
    "buffer",
    "max_calls",
    "utc",
    "read_only",
)
"""Options that may have a default here, under their own names; filters are said each time."""

ENVIRONMENT: Mapping[str, tuple[str, ...]] = {
    "profile": ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID"),
    "region": ("AWS_REGION", "AWS_DEFAULT_REGION"),
    "endpoint_url": ("AWS_ENDPOINT_URL",),
}
"""AWS's variables that stand above the file, by option; credentials in the environment need no profile."""

_LISTS = ("columns", "mutes")
_SCREEN = ("theme", *_LISTS, "keys")


_MOST_BYTES = 1_000_000
"""Of a file that somebody wrote by hand."""


class ConfigError(click.ClickException):
    """The file cannot be used: which key, and what it takes."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Config:
    """What the file says; everything is optional."""

    path: Path | None = None
    """The file; None where there is to be none."""
    is_there: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    """By option, as the command line would give them."""
    theme: str | None = None
    columns: tuple[str, ...] = ()
    mutes: tuple[str, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)
    """By what is done (`why`), the keys that do it, separated by commas."""

    def defaults(self, environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
        """The options, less those that the environment stands above."""
        return {
            name: value
            for name, value in self.options.items()
            if not any(environment.get(each) for each in ENVIRONMENT.get(name, ()))
        }


def place() -> Path | None:
    """Where the file is looked for. Raises ConfigError."""
    named = os.environ.get(VARIABLE)
    if named is None:
        return user_config_path("flowtui") / "config.toml"
    try:
        return Path(named).expanduser() if named else None
    except RuntimeError:
        raise ConfigError(f"{named}, which {VARIABLE} names, is in a home that nobody has.") from None


def load(parameters: Mapping[str, click.Parameter]) -> Config:
    """Reads the file; the options are read as the command line reads them. Raises ConfigError."""
    path = place()
    if path is None:
        return Config()
    try:
        text = _text_of(path)
    except FileNotFoundError:
        if os.environ.get(VARIABLE):
            raise ConfigError(f"{path}, which {VARIABLE} names, does not exist.") from None
        return Config(path)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise ConfigError(f"{path} cannot be read: {reason}.") from None
    return _Reader(path, parameters).config(_table(path, text))


def _text_of(path: Path) -> str:
    """The text of the file. Raises OSError, UnicodeDecodeError, ConfigError (no file, too large)."""
    kind = path.stat().st_mode
    if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind) or stat.S_ISCHR(kind)):
        # It might never end, and it is read more than once.
        raise ConfigError(f"{path} is no file.")
    with path.open("rb") as file:
        data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise ConfigError(f"{path} is larger than {_MOST_BYTES:,} bytes.")
    return data.decode("utf-8-sig")


def _table(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason = str(error)
    except (ValueError, RecursionError):
        reason = "a number is too long, or too much is nested"
    raise ConfigError(f"{path} is not TOML: {reason}.")


@dataclass(frozen=True, slots=True)
class _Reader:
    """Checks what a file says, key by key."""

    path: Path
    parameters: Mapping[str, click.Parameter]

    def config(self, table: Mapping[str, Any]) -> Config:
        known = {name.replace("_", "-"): name for name in (*OPTIONS, *_SCREEN)}
        for key in table:
            if key not in known:
                raise self._unknown(key, known)
        said = {known[key]: value for key, value in table.items()}
        lists = {name: tuple(self._texts(name, said.pop(name, []))) for name in _LISTS}
        theme, keys = said.pop("theme", None), said.pop("keys", {})
        return Config(
            self.path,
            is_there=True,
            options={name: self._option(name, value) for name, value in said.items()},
            theme=None if theme is None else self._text("theme", theme),
            keys=self._keys(keys),
            **lists,
        )

    def _unknown(self, key: str, known: Mapping[str, str]) -> ConfigError:
        if key.replace("-", "_") in self.parameters and key not in known:
            option = "--" + key.replace("_", "-")
            if option[2:] not in known:
                return self._error(key, f"has no place here: say {option} each time.")
        close = difflib.get_close_matches(key.replace("_", "-"), known, 1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}."
        return self._error(key, f"is not known; {hint}")

    def _error(self, key: str, what: str) -> ConfigError:
        return ConfigError(f"{self.path}: {clean(key)} {what}")

    def _option(self, name: str, value: object) -> object:
        parameter = self.parameters[name]
        key = name.replace("_", "-")
        given: object
        if isinstance(value, date | time):
            value = value.isoformat()
        if isinstance(parameter, click.Option) and parameter.is_flag:
            if not isinstance(value, bool):
                raise self._error(key, "is true or false.")
            return value
        if parameter.multiple:
            given = tuple(self._texts(key, [value] if isinstance(value, str) else value))
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            given = self._shown(key, str(value))
        else:
            raise self._error(key, "is one text or number.")
        try:
            return parameter.type_cast_value(click.Context(click.Command(key)), given)
        except click.BadParameter as error:
            raise self._error(key, f"is wrong: {error.message}") from None

    def _texts(self, key: str, value: object) -> list[str]:
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self._error(key, 'is a list of texts, ["…", "…"].')
        return [self._shown(key, each) for each in value]

    def _text(self, key: str, value: object) -> str:
        if not isinstance(value, str):
            raise self._error(key, "is a text.")
        return self._shown(key, value)

    def _shown(self, key: str, text: str) -> str:
        """The text, where there is one and all of it can be shown."""
        words = " ".join(text.split())
        if not words:
            raise self._error(key, "is empty; give it a value, or leave it out.")
        if clean(words) != words:
            raise self._error(key, f"has a character in it that cannot be shown: {clean(words)}")
        return text

    def _keys(self, value: object) -> dict[str, str]:
        if not isinstance(value, dict) or not all(isinstance(each, str) for each in _leaves(value)):
            raise self._error("keys", 'is a table, [keys], of texts: why = "W".')
        return {name: self._key_names(f"keys.{name}", str(text)) for name, text in _flat(value)}

    def _key_names(self, key: str, text: str) -> str:
        """Names of keys, separated by commas."""
        self._shown(key, text)
        if not all(each.strip() for each in text.split(",")):
            raise self._error(key, "lacks a key between the commas; the comma itself is called comma.")
        return text


def _leaves(table: Mapping[str, Any]) -> list[object]:
    return [leaf for _, leaf in _flat(table)]


def _flat(table: Mapping[str, Any], before: str = "") -> list[tuple[str, object]]:
    """The dotted ids of keys are tables in tables to TOML."""
    found: list[tuple[str, object]] = []
    for name, value in table.items():
        if isinstance(value, dict):
            found += _flat(value, f"{before}{name}.")
        else:
            found.append((f"{before}{name}", value))
    return found
