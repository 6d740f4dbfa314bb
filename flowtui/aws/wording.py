"""How a fault is put into words: who asked, and text from outside made fit to be shown."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from flowtui.records.decode import clean

_MESSAGE_LENGTH = 240
"""Characters of an outside message that are passed on; some of AWS's hold kilobytes of encoded policy."""

DEMO_HINT = "`flowtui demo` needs no account"


class MfaPromptError(Exception):
    """An MFA code would be needed where nobody can be asked."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asked, for the cures: the profile in use, the profiles that there are, the region."""

    profile: str | None = None
    profiles: Sequence[str] = ()
    region: str = ""
    now: float | None = None
    """Epoch seconds by this machine's clock when the answer was there."""

    @property
    def login(self) -> str:
        """The command that signs in again, shell-quoted, to be copied."""
        return "aws sso login" + (f" --profile {shlex.quote(line(self.profile))}" if self.profile else "")


@dataclass(frozen=True, slots=True)
class Case:
    """An error while it is being put into words, the IAM action that was asked for, and who asked."""

    error: BaseException
    action: str
    caller: Caller

    @property
    def reason(self) -> str:
        """What the exception says."""
        return outside_text(str(self.error))

    def part(self, name: str) -> str:
        """A value that a botocore exception was made with."""
        values = getattr(self.error, "kwargs", {})
        return outside_text(str(values.get(name, "")))

    @property
    def host(self) -> str:
        """The host that was not reached, without a path or user information."""
        found = re.match(r"\w+://([^/?#]*)", self.part("endpoint_url") or self.part("proxy_url"))
        return found[1] if found else "AWS"


def outside_text(text: str) -> str:
    """Text from outside as one line: no control characters, nothing that could be a secret, not too long."""
    shown = line(text)
    for pattern, instead in _SECRETS:
        shown = pattern.sub(instead, shown)
    return shown if len(shown) <= _MESSAGE_LENGTH else shown[: _MESSAGE_LENGTH - 1] + "…"


def sentence_of(beginning: str, reason: str = "") -> str:
    """A sentence with one full stop, with the reason behind a colon where there is one."""
    return f"{beginning}: {reason}".rstrip(" .:") + "."


def span(seconds: float) -> str:
    """A length of time in its largest unit: `12 minutes`, `3 hours`."""
    unit, length_s = next(each for each in _UNITS if seconds >= 2 * each[1] or each[1] == 1)
    count = round(seconds / length_s)
    return f"{count} {unit}{'' if count == 1 else 's'}"


_UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))
"""With their length in seconds; each is used from two of it on."""

_SECRETS = (
    (re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{12,}\b"), r"\1…"),
    (re.compile(r"://[^/@\s]+@"), "://"),
    (re.compile(r"(?i)(encoded authorization failure message:)\s*\S+"), r"\1 …"),
    (re.compile(r"(?i)((?:token|secret|password|signature|credential)[\w-]*\s*[=:]\s*)\S+"), r"\1…"),
    (re.compile(r"(?<![A-Za-z0-9/+=])[A-Za-z0-9/+=]{40}(?![A-Za-z0-9/+=])"), "…"),
    (re.compile(r"[A-Za-z0-9/+=_-]{120,}"), "…"),
)
"""What could be a credential: key ids, user:password@, tokens, 40-character secrets, long blobs."""


def line(text: str) -> str:
    """Text as one line without control characters."""
    return clean(" ".join(text.split()))
