"""Record lines to typed columns by one log format: exact about what is no record, never raising.

Canonical lines, nearly all, take one strict pass. The rest are read again leniently and keep their text.
Knows no log groups and no choice of formats.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from flowtui.records import columns, fields
from flowtui.records.batch import FORMAT, MESSAGE
from flowtui.records.columns import Recipe
from flowtui.records.fields import Field, Type
from flowtui.records.format import LogFormat

ROW = "@row"
LINE = "@line"
FAULT = "@fault"
"""The place of the first field that is not of its type, or WRONG_COUNT."""
WRONG_COUNT = -1
NOT_TEXT = "not valid Unicode text"
"""The reason of a line with a lone surrogate, which JSON can spell and UTF-8 cannot."""
TOKEN_PATTERN = r"[^ \t\n\v\f\r]+"

_IRREGULAR_PATTERN = r"[\t\n\v\f\r]"
_SPACE_PATTERN = r"[ \t\n\v\f\r]+"
_TOKEN = re.compile(TOKEN_PATTERN)
_TEXT = "@text"
_IS_GOOD = "@good"
_QUOTE_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Malformed:
    """A line that is no record of the format."""

    row: int
    line: str
    reason: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """Records as a frame with their `@format` and, where some line's canonical print differs, `@message`."""

    frame: pl.DataFrame
    rows: Sequence[int]
    """For each row of the frame the position of its line, ascending."""
    malformed: tuple[Malformed, ...]
    """Ascending by row."""


@dataclass(frozen=True, slots=True)
class Typed:
    """Records and the other lines, still numbered."""

    frame: pl.DataFrame
    """The columns of a Parsed frame and ROW, ascending."""
    rest: pl.DataFrame
    """ROW, ascending, LINE and FAULT of the lines that are no records."""


def parse(lines: Sequence[str], fmt: LogFormat) -> Parsed:
    """Parse lines: runs of white space separate, `-` is null, times in ms become seconds. Never raises."""
    numbered, broken = number(lines)
    typed = type_lines(numbered, fmt)
    malformed = [
        Malformed(row, line, reason(line, fault, fmt)) for row, line, fault in typed.rest.iter_rows()
    ]
    malformed += [Malformed(row, lines[row], NOT_TEXT) for row in broken]
    malformed.sort(key=lambda one: one.row)
    return Parsed(typed.frame.drop(ROW), positions(typed.frame, len(lines)), tuple(malformed))


def positions(frame: pl.DataFrame, total: int) -> Sequence[int]:
    """List a frame's ROW, as a range where it is all of the lines."""
    return range(total) if frame.height == total else frame.get_column(ROW).to_list()


def number(lines: Sequence[str]) -> tuple[pl.DataFrame, list[int]]:
    """Make a frame of ROW and LINE, and list the positions of the lines that no frame can hold."""
    try:
        return pl.DataFrame({LINE: pl.Series(lines, dtype=pl.String)}).with_row_index(ROW), []
    except UnicodeEncodeError:
        broken = [row for row, line in enumerate(lines) if not is_text(line)]
    whole = sorted(set(range(len(lines))).difference(broken))
    data = {
        ROW: pl.Series(whole, dtype=pl.get_index_type()),
        LINE: pl.Series([lines[row] for row in whole], dtype=pl.String),
    }
    return pl.DataFrame(data), broken


def is_text(text: str) -> bool:
    """Whether UTF-8 can write it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def type_lines(numbered: pl.DataFrame, fmt: LogFormat) -> Typed:
    """Parse a frame of ROW and LINE."""
    irregular = pl.col(LINE).str.contains(_IRREGULAR_PATTERN)
    strict = _plan(fmt, is_strict=True, has_v6=_has_v6(numbered, fmt))
    first = strict.apply(
        numbered.lazy().select(ROW, pl.col(LINE).alias(_TEXT), irregular.alias("@irregular"))
    )
    first = first.select(ROW, *strict.names, strict.is_good & ~pl.col("@irregular"))
    frame = first.collect()
    is_good = frame.get_column(_IS_GOOD)
    frame = frame.drop(_IS_GOOD)
    if is_good.all():
        return Typed(_finish(frame, fmt), _no_rest(numbered))
    again = _type_leniently(numbered.filter(~is_good), fmt)
    good = frame.filter(is_good)
    if again.frame.height:
        good = pl.concat([good, again.frame], how="diagonal").sort(ROW)
    return Typed(_finish(good, fmt), again.rest)


def _type_leniently(numbered: pl.DataFrame, fmt: LogFormat) -> Typed:
    plan = _plan(fmt, is_strict=False, has_v6=_has_v6(numbered, fmt))
    text = pl.col(LINE).str.replace_all(_SPACE_PATTERN, " ").str.strip_chars(" ")
    tokens = plan.apply(numbered.lazy().select(ROW, LINE, text.alias(_TEXT)))
    frame = tokens.select(ROW, LINE, *plan.names, plan.is_good, plan.fault).collect()
    is_good = frame.get_column(_IS_GOOD)
    good = frame.filter(is_good).drop(_IS_GOOD, FAULT).rename({LINE: MESSAGE})
    return Typed(good, frame.filter(~is_good).select(ROW, LINE, FAULT))


def _no_rest(numbered: pl.DataFrame) -> pl.DataFrame:
    return numbered.clear().with_columns(pl.lit(None, dtype=pl.Int16).alias(FAULT))


def _has_v6(numbered: pl.DataFrame, fmt: LogFormat) -> bool:
    has_addresses = any(fields.field(name).type is Type.ADDRESS for name in fmt.fields)
    return has_addresses and bool(numbered.get_column(LINE).str.contains(":", literal=True).any())


def _finish(frame: pl.DataFrame, fmt: LogFormat) -> pl.DataFrame:
    kinds = ((name, fields.field(name)) for name in fmt.fields)
    v6 = [fields.v6(name) for name, entry in kinds if entry.type is Type.ADDRESS]
    optional = [name for name in (*v6, MESSAGE) if name in frame.columns]
    empty = [name for name in optional if frame.get_column(name).null_count() == frame.height]
    return frame.drop(empty).with_columns(pl.lit(str(fmt), dtype=pl.Categorical()).alias(FORMAT))


@dataclass(frozen=True, slots=True)
class _Plan:
    count: int
    recipes: tuple[Recipe, ...]
    names: tuple[str, ...]
    """The frame's columns."""
    is_good: pl.Expr
    fault: pl.Expr

    def apply(self, text: pl.LazyFrame) -> pl.LazyFrame:
        """Split the column _TEXT and work out the values; tokens stay beside them."""
        tokens = pl.col(_TEXT).str.split_exact(" ", self.count).struct.rename_fields(_tokens(self.count + 1))
        frame = text.with_columns(tokens).unnest(_TEXT)
        parts = [one.parts for one in self.recipes if one.parts is not None]
        if parts:
            frame = frame.with_columns(parts).unnest([part.meta.output_name() for part in parts])
        return frame.with_columns(value for one in self.recipes for value in one.values)


def _tokens(count: int) -> list[str]:
    return [f"@{place}" for place in range(count)]


@lru_cache(maxsize=256)
def _plan(fmt: LogFormat, *, is_strict: bool, has_v6: bool) -> _Plan:
    count = len(fmt)
    tokens = _tokens(count + 1)
    recipes = tuple(
        columns.recipe(fields.field(name), token, is_strict=is_strict, has_v6=has_v6)
        for name, token in zip(fmt.fields, tokens[:-1], strict=True)
    )
    is_count = pl.col(tokens[count - 1]).is_not_null() & pl.col(tokens[count]).is_null()
    is_good = pl.all_horizontal(is_count, *(one.is_good for one in recipes)).fill_null(False)
    fault = pl.coalesce(
        pl.when(~is_count).then(pl.lit(WRONG_COUNT, dtype=pl.Int16)),
        *(pl.when(~one.is_good).then(pl.lit(place, dtype=pl.Int16)) for place, one in enumerate(recipes)),
    )
    names = tuple(value.meta.output_name() for one in recipes for value in one.values)
    return _Plan(count, recipes, names, is_good.alias(_IS_GOOD), fault.alias(FAULT))


def reason(line: str, fault: int, fmt: LogFormat) -> str:
    """Say in a few words why a line with this FAULT is no record of the format."""
    tokens = _TOKEN.findall(line)
    if not tokens:
        return "empty line"
    if fault == WRONG_COUNT:
        return f"{count_of(len(tokens))} where the format has {len(fmt)}"
    entry = fields.field(fmt.fields[fault])
    token = tokens[fault]
    quoted = token if len(token) <= _QUOTE_LENGTH else token[: _QUOTE_LENGTH - 1] + "…"
    return f"{entry.name}: {quoted!r} is {_wanted(entry)}"


def count_of(tokens: int) -> str:
    """Say how many fields."""
    return "1 field" if tokens == 1 else f"{tokens:,} fields"


def _wanted(entry: Field) -> str:
    match entry.type:
        case Type.INTEGER:
            return f"no integer up to {entry.max_value}"
        case Type.TIME:
            return "no time in epoch seconds"
        case Type.ADDRESS:
            return "no IP address"
        case Type.ACTION:
            return "neither ACCEPT nor REJECT"
        case Type.STATUS:
            return "none of OK, NODATA and SKIPDATA"
        case Type.TEXT:
            return "no value"
