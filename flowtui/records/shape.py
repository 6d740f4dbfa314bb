"""Whether typed records look like records of their format, beyond the types of their fields.

Tells formats of equal length apart: by the version that AWS writes, by prefixes of ids, by plausible times.
Source: VPC User Guide, "Flow log records": version is the highest one among the chosen fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

import polars as pl

from flowtui.records import fields, parse
from flowtui.records.fields import Type
from flowtui.records.format import LogFormat
from flowtui.records.parse import LINE, ROW

_PREFIXES: Mapping[str, str] = {
    fields.INTERFACE_ID.name: "eni-",
    fields.VPC_ID.name: "vpc-",
    fields.SUBNET_ID.name: "subnet-",
}
_EARLIEST = 1_000_000_000
"""Epoch seconds (2001): no flow record is as old, and few counts of packets or bytes are as great."""


def fitting(lines: pl.DataFrame, fmt: LogFormat) -> pl.DataFrame:
    """Type a frame of ROW and LINE, and keep the records that look like the format's."""
    frame = parse.type_lines(lines, fmt).frame
    rules = [rule for rule, _ in _rules(fmt)]
    if not rules:
        return frame
    is_fitting = frame.select(pl.all_horizontal(rules).alias("fits")).get_column("fits")
    return frame if is_fitting.all() else frame.filter(is_fitting)


@lru_cache(maxsize=256)
def _rules(fmt: LogFormat) -> tuple[tuple[pl.Expr, str], ...]:
    """List what must hold, null meaning no value, with what to say where it does not."""
    rules = []
    for name in fmt.fields:
        column = pl.col(name)
        if name in _PREFIXES:
            prefix = _PREFIXES[name]
            rules.append(
                (column.cast(pl.String).str.starts_with(prefix), f"{name} does not begin with {prefix}")
            )
        elif fields.field(name).type is Type.TIME:
            rules.append((column >= _EARLIEST, f"{name} is too small for epoch seconds"))
        elif name == fields.VERSION.name and (rule := _version_rule(fmt)) is not None:
            rules.append((rule, f"{name} is not the format's, {fmt.version}"))
    return tuple((rule.fill_null(True), text) for rule, text in rules)


def _version_rule(fmt: LogFormat) -> pl.Expr | None:
    entries = [fields.field(name) for name in fmt.fields]
    if any(entry.is_transit_gateway for entry in entries):
        return None
    column = pl.col(fields.VERSION.name)
    has_unknown = any(entry.version == 0 for entry in entries)
    return column >= fmt.version if has_unknown else column == fmt.version


def count_tokens() -> pl.Expr:
    """Count the fields of each LINE."""
    return pl.col(LINE).str.count_matches(parse.TOKEN_PATTERN)


def reasons(lines: pl.DataFrame, formats: Iterable[LogFormat]) -> dict[int, str]:
    """Say by ROW why each line of a frame of ROW and LINE fits none of the formats."""
    by_count: dict[int, list[LogFormat]] = {}
    for fmt in formats:
        by_count.setdefault(len(fmt), []).append(fmt)
    found: dict[int, str] = {}
    for (count,), part in lines.with_columns(count_tokens().alias("count")).group_by("count"):
        same = by_count.get(int(str(count)), [])
        part = part.select(ROW, LINE).sort(ROW)
        if len(same) == 1:
            found.update(_misfits(part, same[0]))
        else:
            said = _none_of(int(str(count)), same, sorted(by_count))
            found.update((row, said) for row in part.get_column(ROW).to_list())
    return found


def _none_of(count: int, same: list[LogFormat], counts: list[int]) -> str:
    if count == 0:
        return "empty line"
    if same:
        return f"fits none of the {len(same)} formats of {parse.count_of(count)}"
    several = "the format has" if len(counts) == 1 else "the formats have"
    return f"{parse.count_of(count)} where {several} {' or '.join(map(str, counts))}"


def _misfits(lines: pl.DataFrame, fmt: LogFormat) -> dict[int, str]:
    typed = parse.type_lines(lines, fmt)
    found = {row: parse.reason(line, fault, fmt) for row, line, fault in typed.rest.iter_rows()}
    if typed.frame.height:
        said = pl.coalesce(
            pl.lit(None, dtype=pl.String), *(pl.when(~rule).then(pl.lit(text)) for rule, text in _rules(fmt))
        )
        found.update(typed.frame.select(ROW, said.alias("said")).iter_rows())
    return found
