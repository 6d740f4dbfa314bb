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
class SigningIn:
    """A profile that is signed in to, and the command for it."""

    profile: str | None
    command: str = "aws sso login"


_RENEWED = {
    "env": "The keys are environment variables: set new ones, and start flowtui again.",
    "shared-credentials-file": "Put new keys into the AWS credentials file; they are taken up by themselves.",
    "config-file": "Put new keys into the AWS config file; they are taken up by themselves.",
    "custom-process": "Renew what the profile's credential_process gives; it is taken up by itself.",
    "container-role": "AWS renews them by itself; they are looked for again.",
    "iam-role": "AWS renews them by itself; they are looked for again.",
}
"""What to do where no command of AWS's signs in, by botocore's name for how the credentials came."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asked, for the cures: the profile in use, the profiles that there are, the region."""

    profile: str | None = None
    profiles: Sequence[str] = ()
    region: str = ""
    now: float | None = None
    """Epoch seconds by this machine's clock when the answer was there."""
    signing: SigningIn | None = None
    """What the profile's credentials come from in the end; None where no sign-in is seen."""
    method: str = ""
    """botocore's name for how the credentials came; empty where none did."""

    @property
    def login(self) -> str:
        """The command that signs in again, shell-quoted, to be copied."""
        signing = self.signing or SigningIn(self.profile)
        profile = signing.profile
        return signing.command + (f" --profile {shlex.quote(line(profile))}" if profile else "")

    @property
    def aws_login(self) -> SigningIn:
        """The profile as one of a sign-in to the console."""
        return SigningIn(self.profile, "aws login")

    @property
    def again(self) -> str:
        """What to do about credentials that have expired; a command stands at the end."""
        return _RENEWED.get(self.method) or f"In another terminal: {self.login}"


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
