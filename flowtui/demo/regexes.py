"""The regular expressions that filter patterns allow between percent signs.

They are fewer than Python's: no parentheses, a closed list of characters and operators.
"""

from __future__ import annotations

import re

from flowtui.demo.errors import invalid

_ALLOWED = re.compile(r"(?:[A-Za-z0-9:_#=@/;,\-^$?\[\]{}|*+. ]|\\[dDsSwW]|\\x[0-9A-Fa-f]{2}|\\[^A-Za-z0-9])+")


def compile_regex(text: str) -> re.Pattern[str]:
    """The expression between two percent signs. Raises AwsError for one that is not supported."""
    if not _ALLOWED.fullmatch(text):
        raise invalid(f"Invalid filter pattern: unsupported regular expression %{text}%")
    try:
        return re.compile(text, re.ASCII)
    except re.error as error:
        raise invalid(f"Invalid filter pattern: %{text}%: {error}") from None
