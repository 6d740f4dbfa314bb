"""Space-delimited filter patterns, `[version, account, ..., action = REJECT]`.

The grammar of the user guide: a slot is `...`, a name, or conditions on that name alone. `&&` and `||`
in one slot, a hyphen in a name and a condition on another slot's name are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flowtui.demo.errors import AwsError, invalid
from flowtui.demo.regexes import compile_regex

Test = Callable[[str], bool]

MAX_REGEXES = 2
"""Regular expressions in one delimited pattern (user guide, filter pattern syntax)."""

_TOKEN = re.compile(r'\[[^\]]*\]|"[^"]*"|\S+')
_PIECE = re.compile(
    r'\s*(?:(?P<quoted>"[^"]*")|(?P<regex>%[^%]*%)|(?P<dots>\.\.\.)|(?P<op>&&|\|\||!=|<=|>=|=|<|>)'
    r"|(?P<comma>,)|(?P<word>[\w.*-]+))\s*"
)
_NAME = re.compile(r"\w+", re.ASCII)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_PLAIN = re.compile(r"[\w.*]+", re.ASCII)

Piece = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Slot:
    test: Test | None
    is_gap: bool = False


def compile_delimited(text: str) -> Test:
    """What matches `[…]`. Raises AwsError for a pattern that is none."""
    if not text.endswith("]"):
        raise invalid("Invalid filter pattern: missing ]")
    pieces = list(_pieces(text[1:-1]))
    if sum(kind == "regex" for kind, _ in pieces) > MAX_REGEXES:
        raise invalid(f"Invalid filter pattern: more than {MAX_REGEXES} regular expressions")
    slots = [_slot(part) for part in _split(pieces, ",")]
    gaps = [place for place, slot in enumerate(slots) if slot.is_gap]
    if len(gaps) > 1:
        raise invalid("Invalid filter pattern: more than one ellipsis")
    return _with_gap(slots, gaps[0]) if gaps else _without_gap(slots)


def split_line(line: str) -> list[str]:
    """The fields of a log line; `[…]` and `"…"` are one field each."""
    return _TOKEN.findall(line) if "[" in line or '"' in line else line.split()


def _with_gap(slots: list[_Slot], gap: int) -> Test:
    behind = len(slots) - gap - 1
    tests = [(place, slot.test) for place, slot in enumerate(slots[:gap]) if slot.test]
    tests += [(place - behind, slot.test) for place, slot in enumerate(slots[gap + 1 :]) if slot.test]

    def matches(line: str) -> bool:
        tokens = split_line(line)
        return len(tokens) >= gap + behind and all(test(tokens[place]) for place, test in tests)

    return matches


def _without_gap(slots: list[_Slot]) -> Test:
    tests = [(place, slot.test) for place, slot in enumerate(slots) if slot.test]
    # Fewer slots than fields match where the last one is a bare name, which then stands for the rest.
    takes_rest = slots[-1].test is None

    def matches(line: str) -> bool:
        tokens = split_line(line)
        fits = len(tokens) == len(slots) or (takes_rest and len(tokens) > len(slots))
        return fits and all(test(tokens[place]) for place, test in tests)

    return matches


def _pieces(text: str) -> Iterable[Piece]:
    place = 0
    while place < len(text):
        match = _PIECE.match(text, place)
        if match is None or match.lastgroup is None:
            raise invalid(f"Invalid filter pattern: near {text[place : place + 20].strip()!r}")
        yield match.lastgroup, match[match.lastgroup]
        place = match.end()


def _split(pieces: list[Piece], separator: str) -> list[list[Piece]]:
    parts: list[list[Piece]] = [[]]
    for piece in pieces:
        if piece[1] == separator and piece[0] in ("comma", "op"):
            parts.append([])
        else:
            parts[-1].append(piece)
    return parts


def _slot(pieces: list[Piece]) -> _Slot:
    if [kind for kind, _ in pieces] == ["dots"]:
        return _Slot(None, is_gap=True)
    if len(pieces) == 1 and _is_name(pieces[0]):
        return _Slot(None)
    joins = {value for kind, value in pieces if kind == "op" and value in ("&&", "||")}
    if len(joins) > 1:
        raise invalid("Invalid filter pattern: && and || in one field")
    join = joins.pop() if joins else "&&"
    comparisons = [_comparison(part) for part in _split(pieces, join)]
    if len({name for name, _ in comparisons}) > 1:
        raise invalid("Invalid filter pattern: a condition may concern only its own field")
    tests = [test for _, test in comparisons]
    if join == "||":
        return _Slot(lambda token: any(test(token) for test in tests))
    return _Slot(lambda token: all(test(token) for test in tests))


def _is_name(piece: Piece) -> bool:
    return piece[0] == "word" and _NAME.fullmatch(piece[1]) is not None


def _comparison(pieces: list[Piece]) -> tuple[str, Test]:
    if len(pieces) != 3 or not _is_name(pieces[0]) or pieces[1][0] != "op":
        raise _unreadable(pieces)
    (_, name), (_, operator), value = pieces
    if operator in ("=", "!="):
        equal = _equality(value)
        return name, equal if operator == "=" else lambda token: not equal(token)
    if value[0] != "word" or not _NUMBER.fullmatch(value[1]):
        raise invalid(f"Invalid filter pattern: {operator} needs a number")
    return name, _order(operator, float(value[1]))


def _equality(value: Piece) -> Test:
    kind, text = value
    if kind == "quoted":
        return lambda token: token == text[1:-1]
    if kind == "regex":
        search = compile_regex(text[1:-1]).search
        return lambda token: search(token) is not None
    if kind != "word":
        raise _unreadable([value])
    if _NUMBER.fullmatch(text):
        number = float(text)
        return lambda token: token == text or _number(token) == number
    if not _PLAIN.fullmatch(text):
        raise invalid(f"Invalid character(s) in term '{text}'")
    if "*" in text:
        full = re.compile(".*".join(map(re.escape, text.split("*")))).fullmatch
        return lambda token: full(token) is not None
    return lambda token: token == text


def _order(operator: str, bound: float) -> Test:
    def test(token: str) -> bool:
        number = _number(token)
        if number is None:
            return False
        below, above = number < bound, number > bound
        return {"<": below, ">": above, "<=": not above, ">=": not below}[operator]

    return test


def _number(token: str) -> float | None:
    return float(token) if _NUMBER.fullmatch(token) else None


def _unreadable(pieces: list[Piece]) -> AwsError:
    return invalid("Invalid filter pattern: near " + repr(" ".join(value for _, value in pieces)))
