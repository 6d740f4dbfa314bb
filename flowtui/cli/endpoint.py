"""The embedded endpoint as a child process: started, found, and ended with us.

Spoken to like AWS; imports nothing of it.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, cast

import click

MADE_UP = {
    "AWS_ACCESS_KEY_ID": "AKIADEMODEMODEMODEMO",
    "AWS_SECRET_ACCESS_KEY": "made-up-for-the-demo",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "NO_PROXY": "127.0.0.1,localhost",
    "no_proxy": "127.0.0.1,localhost",
}
"""What keeps the user's own account, and any proxy, out of the demo."""

_NEEDED = ("moto", "flask", "flask_cors")
_END_S = 2.0
"""How long the child may take to end before it is killed."""

_WRONG_USAGE = 2


@dataclass(frozen=True, slots=True)
class Address:
    """Where the endpoint listens."""

    endpoint: str
    region: str
    account: str


def require_extra() -> None:
    """Ends with a sentence where the `demo` extra is not installed."""
    if any(importlib.util.find_spec(name) is None for name in _NEEDED):
        raise click.ClickException("The demo needs its extra: pip install 'flowtui[demo]'")


def is_foreign(name: str) -> bool:
    """Whether an environment variable would lead an AWS client somewhere else."""
    return name.startswith("AWS_") or name.lower().endswith("_proxy")


def scrubbed(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without the user's AWS settings and proxies, and with made-up ones."""
    return {name: value for name, value in environment.items() if not is_foreign(name)} | MADE_UP


class EndpointProcess:
    """The child. `address` waits until it listens; `stop` ends it. Ends by itself when we are gone."""

    def __init__(self, options: Sequence[str]) -> None:
        """Starts it with these options of `python -m flowtui.demo`."""
        self._lock = threading.Lock()
        self._address: Address | None = None
        self._complaints: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._child = subprocess.Popen(
            [sys.executable, "-m", "flowtui.demo", "--parent", str(os.getpid()), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            env=scrubbed(os.environ),
            # Ctrl-C is for us; the child ends when its standard input does.
            start_new_session=True,
        )

    def address(self) -> Address:
        """Where it listens. ClickException with what it said where it does not."""
        with self._lock:
            if self._address is None:
                self._address = self._read_address()
            return self._address

    def wait(self) -> int:
        """Waits for it to end by itself; its status."""
        return self._child.wait()

    def stop(self) -> None:
        """Ends it."""
        with contextlib.suppress(OSError):
            cast(IO[bytes], self._child.stdin).close()
        self._child.terminate()
        try:
            self._child.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def _read_address(self) -> Address:
        line = cast(IO[bytes], self._child.stdout).readline()
        if not line:
            raise self._failure(self._child.wait())
        ready = json.loads(line)
        return Address(ready["endpoint"], ready["region"], ready["account"])

    def _failure(self, status: int) -> click.ClickException:
        self._complaints.seek(0)
        said = self._complaints.read().decode(errors="replace").strip().splitlines()
        sentence = said[-1].removeprefix("flowtui demo: ") if said else f"It ended with status {status}."
        kind = click.UsageError if status == _WRONG_USAGE else click.ClickException
        return kind(f"The embedded endpoint did not start. {sentence}")
