"""CloudWatch Logs filter patterns, matched as the user guide's page on their syntax says.

A matcher of its own, so that it can judge whoever compiles into such patterns. Where the guide is silent,
it is strict: what AWS might refuse is refused. JSON patterns are not served.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from flowtui.demo.delimited import compile_delimited
from flowtui.demo.errors import invalid
from flowtui.demo.regexes import compile_regex

Matcher = Callable[[str], bool]

MAX_LENGTH = 1024
"""Characters in a filter pattern (API reference of FilterLogEvents)."""

_TERM = re.compile(r'\s*(?P<sign>[?-]?)(?:"(?P<quoted>[^"]*)"|%(?P<regex>[^%]*)%|(?P<word>[^\s"%]+))(?=\s|$)')
_WORD = re.compile(r"\w+")


def compile_pattern(pattern: str) -> Matcher | None:
    """What matches the pattern, or None where everything does. Raises AwsError for a pattern that is none."""
    text = pattern.strip()
    if len(pattern) > MAX_LENGTH:
        raise invalid(f"Filter pattern is longer than {MAX_LENGTH} characters")
    if not text:
        return None
    if text.startswith("["):
        return compile_delimited(text)
    if text.startswith("{"):
        raise invalid("Invalid filter pattern: JSON filter patterns are not served here")
    return _compile_terms(text)


def _compile_terms(text: str) -> Matcher:
    wanted: list[Matcher] = []
    optional: list[Matcher] = []
    unwanted: list[Matcher] = []
    lists = {"": wanted, "?": optional, "-": unwanted}
    place = 0
    while place < len(text):
        match = _TERM.match(text, place)
        if match is None:
            raise invalid(f"Invalid filter pattern: near {text[place : place + 20].strip()!r}")
        lists[match["sign"]].append(_compile_term(match))
        place = match.end()
    # "?" terms beside others are ignored entirely (user guide, filter pattern syntax).
    if wanted or unwanted:
        return lambda line: all(has(line) for has in wanted) and not any(has(line) for has in unwanted)
    return lambda line: any(has(line) for has in optional)


def _compile_term(match: re.Match[str]) -> Matcher:
    if match["regex"] is not None:
        search = compile_regex(match["regex"]).search
        return lambda line: search(line) is not None
    term = match["quoted"]
    if term is None:
        term = match["word"]
        if not _WORD.fullmatch(term):
            raise invalid(f"Invalid character(s) in term '{term}'")
    return lambda line: term in line
