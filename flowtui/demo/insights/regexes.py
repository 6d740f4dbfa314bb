"""The patterns of `like`, `=~` and `parse`: regular expressions, fewer than Python's, and globs."""

from __future__ import annotations

import re

_UNSUPPORTED = re.compile(r"\(\?(?:=|!|<=|<!|>|\(|#|P=)")
_GROUP = re.compile(r"\(\?<(?=[A-Za-z_])")
_PIECE = re.compile(r"\\(?P<escaped>.)|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<end>\$)", re.DOTALL)


def compile_regex(pattern: str) -> re.Pattern[str]:
    """The regular expression between slashes. Raises ValueError for one that is not supported."""
    if _UNSUPPORTED.search(pattern):
        raise ValueError("look-around is not supported in a regular expression")
    try:
        # ASCII: \d, \w and \s mean no more than that in the engines that AWS names.
        return re.compile(_GROUP.sub("(?P<", _PIECE.sub(_translated, pattern)), re.ASCII)
    except re.error as error:
        raise ValueError(f"invalid regular expression: {error}") from None


def _translated(match: re.Match[str]) -> str:
    escaped = match["escaped"]
    if escaped is not None:
        if escaped in "123456789":
            raise ValueError("back-references are not supported in a regular expression")
        return "/" if escaped == "/" else match[0]
    # $ is the end of the text, and not the place before a last newline.
    return r"\Z" if match["end"] else match[0]


def compile_glob(pattern: str) -> re.Pattern[str]:
    """The pattern of `parse "…"`: each `*` takes as little as it can, the last one at the end all."""
    pieces = [re.escape(piece) for piece in pattern.split("*")]
    ends_open = len(pieces) > 1 and not pieces[-1]
    body = "(.*?)".join(pieces[:-1] if ends_open else pieces)
    return re.compile(body + ("(.*)" if ends_open else ""), re.DOTALL)
