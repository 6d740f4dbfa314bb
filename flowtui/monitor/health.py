"""What an examination of the account finds, as values: light, for all that shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from flowtui.topology.model import FlowLog


class Health(Enum):
    """How a thing is found."""

    GOOD = "good"
    NOTE = "note"
    """The monitor works, with less than it could show."""
    BAD = "bad"
    UNTRIED = "untried"


MARKS = {Health.GOOD: "✓", Health.NOTE: "!", Health.BAD: "✗", Health.UNTRIED: "·"}
"""What stands before a finding."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, in words that come from outside in parts: to be cleaned when shown."""

    section: str
    """`sign-in`, `permissions`, `flow logs`, `log groups`, `clock`, `terminal`."""
    subject: str
    health: Health
    sentence: str
    cure: str = ""
    """What to do, in one line; empty where nothing is wrong."""
    action: str = ""
    """The IAM action concerned."""
    actions: tuple[str, ...] = ()
    """All of them, where it is about permissions."""
    is_essential: bool = False
    """Whether the monitor cannot work where this is bad."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An IAM action, and what is lost without it."""

    action: str
    purpose: str
    """`names and places are missing`."""
    untried: str = ""
    """Why the examination does not ask for it: `AWS bills queries`; empty for what it asks for."""


def works(findings: Iterable[Finding]) -> bool:
    """Whether the monitor can show records: nothing essential is bad, and something essential is good."""
    essential = [each for each in findings if each.is_essential]
    return bool(essential) and all(each.health is not Health.BAD for each in essential)


_WORDS = re.compile(r"`[^`]*`\S*|(?:^|(?<=: ))(?:aws|flowtui) .+|\S+")
"""What is not broken: what is quoted, a command to the end of the line, a word."""


def wrapped(text: str, width: int) -> Iterator[str]:
    """Lines of at most so many characters, but for what is not to be broken; one at least."""
    line = ""
    for word in _WORDS.findall(text):
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line


def delivery_cure(log: FlowLog, another: str = "") -> str:
    """What to do about a delivery that fails, by AWS's three messages.

    `another`: the command that creates one more for the same thing.

    Source: VPC user guide, troubleshoot VPC Flow Logs.
    """
    if log.log_group is None:
        return f"Look at what {log.destination} lets the log delivery service write."
    message = log.delivery_error.lower()
    if "access" in message:
        needed = "Its role must trust vpc-flow-logs.amazonaws.com and may put log events into the group"
        return f"{needed}. Or delete {log.id} after: {another}" if another else f"{needed}."
    if "rate" in message:
        return "CloudWatch Logs throttles the interface: capture less, or ask AWS for a higher quota."
    return "AWS failed inside; if it lasts, delete the flow log and create it again."
