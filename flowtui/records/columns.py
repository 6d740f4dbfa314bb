"""Tokens to typed columns and back, as polars expressions: one recipe for each type of field.

Strict recipes accept only what the canonical print gives back; lenient ones also what means the same.
Knows no lines and no formats.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from flowtui.records import address, fields
from flowtui.records.fields import Field, Type

ACTION_DTYPE = pl.Enum(fields.ACTIONS)
STATUS_DTYPE = pl.Enum(fields.STATUSES)
V6_DTYPE = pl.UInt128
ABSENT = "-"
"""How AWS writes that a record has no value for a field."""

DType = pl.DataType | type[pl.DataType]

_UNSIGNED: Mapping[int, DType] = {
    2**8 - 1: pl.UInt8,
    2**16 - 1: pl.UInt16,
    2**32 - 1: pl.UInt32,
    2**64 - 1: pl.UInt64,
}
_MS_MAX = fields.START.max_value * 1000 + 999
"""The greatest time in ms that is one in seconds within a TIME."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a column of tokens becomes a field's column or columns, in three steps.

    The steps are apart because polars would work out a shared part again for each expression that uses it.
    """

    parts: pl.Expr | None
    """A struct to be unnested before `values` are taken, if any."""
    values: tuple[pl.Expr, ...]
    """One expression per frame column, already named."""
    is_good: pl.Expr
    """Over the values: whether the token is one of the field's type or `-`; null where there is no token."""


def dtype(entry: Field) -> DType:
    """Give the type of the field's column; for an ADDRESS that of its IPv4 column."""
    match entry.type:
        case Type.TEXT:
            return pl.Categorical()
        case Type.ACTION:
            return ACTION_DTYPE
        case Type.STATUS:
            return STATUS_DTYPE
        case Type.ADDRESS:
            return pl.UInt32
        case Type.INTEGER | Type.TIME:
            return _UNSIGNED[entry.max_value]


def recipe(entry: Field, token_name: str, *, is_strict: bool, has_v6: bool) -> Recipe:
    """Make the recipe of a field for a column of tokens; without `has_v6` only IPv4 is an address."""
    token = pl.col(token_name)
    match entry.type:
        case Type.TEXT:
            value = pl.when(token != ABSENT).then(token).cast(pl.Categorical())
            return Recipe(None, (value.alias(entry.name),), token != "")
        case Type.ADDRESS:
            return _address(entry, token_name, is_strict=is_strict, has_v6=has_v6)
        case Type.ACTION | Type.STATUS:
            value = token.cast(dtype(entry), strict=False)
        case Type.TIME if not is_strict:
            value = _lenient_time(token)
        case Type.INTEGER | Type.TIME:
            value = _canonical(token, dtype(entry)) if is_strict else _digits(token, dtype(entry))
    is_good = pl.col(entry.name).is_not_null() | (token == ABSENT)
    return Recipe(None, (value.alias(entry.name),), is_good)


def _canonical(token: pl.Expr, kind: DType) -> pl.Expr:
    # A cast takes `+80` and `080` too.
    is_canonical = ~token.str.starts_with("+") & (~token.str.starts_with("0") | (token == "0"))
    return pl.when(is_canonical).then(token).cast(kind, strict=False)


def _digits(token: pl.Expr, kind: DType) -> pl.Expr:
    return pl.when(token.str.contains("^[0-9]+$")).then(token).cast(kind, strict=False)


def _lenient_time(token: pl.Expr) -> pl.Expr:
    number = _digits(token, pl.UInt64)
    seconds = (
        pl.when(number <= fields.START.max_value).then(number).when(number <= _MS_MAX).then(number // 1000)
    )
    return seconds.cast(pl.UInt32)


def _address(entry: Field, token_name: str, *, is_strict: bool, has_v6: bool) -> Recipe:
    token, v4, v6 = pl.col(token_name), entry.name, fields.v6(entry.name)
    names = [f"{token_name}.{place}" for place in range(5)]
    parts = token.str.split_exact(".", 4).struct.rename_fields(names).alias(f"{token_name}.")
    values = [_v4(names).alias(v4)]
    is_good = pl.col(v4).is_not_null() | (token == ABSENT)
    if has_v6:
        column = token.map_batches(
            lambda tokens: _v6(tokens, is_strict), return_dtype=V6_DTYPE, is_elementwise=True
        )
        values.append(column.alias(v6))
        is_good |= pl.col(v6).is_not_null()
    return Recipe(parts, tuple(values), is_good)


def _v4(parts: list[str]) -> pl.Expr:
    # Octets with leading zeros are refused, since some programs take them for octal.
    first, second, third, fourth = (_canonical(pl.col(part), pl.UInt8).cast(pl.UInt32) for part in parts[:4])
    value = first * 2**24 + second * 2**16 + third * 2**8 + fourth
    return pl.when(pl.col(parts[4]).is_null()).then(value)


def _v6(tokens: pl.Series, is_strict: bool) -> pl.Series:
    # Python reads each distinct address once; polars has no parser of its own.
    distinct = tokens.filter(tokens.str.contains(":", literal=True)).unique()
    values = [_v6_value(text, is_strict) for text in distinct.to_list()]
    numbers = pl.Series(values, dtype=V6_DTYPE)
    return tokens.replace_strict(distinct, numbers, default=None, return_dtype=V6_DTYPE)


def _v6_value(text: str, is_strict: bool) -> int | None:
    value = address.parse_v6(text)
    if value is None or (is_strict and address.to_text(value, True) != text):
        return None
    return value


def printed(entry: Field, columns: Collection[str]) -> pl.Expr:
    """Print a field of a frame with these columns canonically, as String; null where there is no value."""
    name, v6 = entry.name, fields.v6(entry.name)
    if name not in columns:
        return pl.lit(None, dtype=pl.String).alias(name)
    if entry.type is not Type.ADDRESS:
        return pl.col(name).cast(pl.String)
    if v6 not in columns:
        return v4_text(pl.col(name))
    return pl.coalesce(v4_text(pl.col(name)), v6_text(pl.col(v6)))


def v4_text(column: pl.Expr) -> pl.Expr:
    """Print a column of IPv4 addresses."""
    octets = [(column // 2**shift % 256).cast(pl.String) for shift in (24, 16, 8, 0)]
    return pl.concat_str(octets, separator=".")


def v6_text(column: pl.Expr) -> pl.Expr:
    """Print a column of IPv6 addresses."""
    return column.map_batches(_v6_texts, return_dtype=pl.String, is_elementwise=True)


def _v6_texts(values: pl.Series) -> pl.Series:
    distinct = values.drop_nulls().unique()
    texts = [address.to_text(value, True) for value in distinct.to_list()]
    return values.replace_strict(
        distinct, pl.Series(texts, dtype=pl.String), default=None, return_dtype=pl.String
    )
