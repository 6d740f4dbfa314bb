"""The peers of the tail: how each is told what to follow, and how its lines are known again.

None of them shows an event's id, but the lines of a load are all different.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from tests.support.tail_judge import SINCE_S, Terms, Tool

AWSLOGS = Path(sys.executable).with_name("awslogs")


def peers() -> Iterator[Tool]:
    """Those that are installed."""
    if AWSLOGS.exists():
        yield Tool(
            "awslogs --watch",
            _awslogs_command,
            lambda line: _text(line).rstrip(),
            lambda row: str(row["message"]).rstrip(),
        )
    if _aws_version().startswith("aws-cli/2."):
        yield Tool(
            "aws logs tail --follow",
            _aws_command,
            lambda line: _text(line).partition(" ")[2],
            lambda row: str(row["message"]),
        )


def versions() -> list[str]:
    """The versions of flowtui, of the peers, and of what they run on."""
    found = [f"flowtui {metadata.version('flowtui')}"]
    if AWSLOGS.exists():
        found.append(f"awslogs {metadata.version('awslogs')}")
    if _aws_version().startswith("aws-cli/2."):
        found.append(_aws_version().split()[0])
    python = ".".join(map(str, sys.version_info[:3]))
    return [*found, f"boto3 {metadata.version('boto3')}", f"Python {python}"]


def _awslogs_command(url: str, terms: Terms) -> list[str]:
    return [
        *(str(AWSLOGS), "get", terms.log_groups[0], "ALL", "--watch", "--no-group", "--no-stream"),
        *("--color", "never", "--start", f"{SINCE_S // 60}m", "--aws-endpoint-url", url),
    ]


def _aws_command(url: str, terms: Terms) -> list[str]:
    return [
        *("aws", "logs", "tail", terms.log_groups[0], "--follow", "--format", "short", "--color", "off"),
        *("--since", f"{SINCE_S}s", "--endpoint-url", url),
    ]


def _aws_version() -> str:
    if shutil.which("aws") is None:
        return ""
    told = subprocess.run(["aws", "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"aws-cli/\S+.*", told.stdout)
    return found[0] if found else ""


def _text(line: bytes) -> str:
    return line.decode(errors="backslashreplace")
