"""Kinds of option values: durations, points in time, amounts and log formats, each refused with one line."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import click

from flowtui.monitor.settings import Moment
from flowtui.records.format import FormatError, LogFormat

_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?[smhdw])+")
_PART = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")
_EPOCH = re.compile(r"\d{9,11}(?:\.\d+)?")
_OF_DAY = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)([kM]?)")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)([kMGT]?)(i?)")
_FACTORS = {"": 1, "k": 1000, "M": 1_000_000}


class Duration(click.ParamType[float]):
    """Seconds, written `90s`, `30m`, `1h30m`, `2d`; or `0`."""

    name = "duration"

    def __init__(self, least_s: float = 0.0, because: str = "") -> None:
        """`because`: why it must not be less."""
        self._least_s = least_s
        self._because = because

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Reads it; usage error otherwise."""
        if not isinstance(value, str):
            return float(value)
        seconds = 0.0 if value == "0" else duration_s(value)
        if seconds is None:
            self.fail(f"{value!r} is no duration; write 90s, 30m, 1h30m or 2d.", param, ctx)
        if seconds < self._least_s:
            self.fail(f"It must be at least {self._least_s:.0f} s: {self._because}.", param, ctx)
        return seconds


class Rate(click.ParamType[float]):
    """A number above zero."""

    name = "number"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Reads it; usage error otherwise."""
        try:
            rate = float(value)
        except ValueError:
            rate = math.nan
        if not 0 < rate < math.inf:
            self.fail(f"{value!r} is no number above zero; write 1 or 2.5.", param, ctx)
        return rate


@dataclass(frozen=True, slots=True)
class When:
    """A point in time as it was typed: one of the three; without a zone it means the zone that is shown."""

    back_s: float | None = None
    at: datetime | None = None
    of_day: time | None = None
    """The last time that the clock showed this."""

    def moment(self, now: datetime, *, utc: bool) -> Moment:
        """What it means; `now` has a zone. Times without a zone are local ones or, with `utc`, are UTC."""
        if self.back_s is not None:
            return Moment.back(self.back_s)
        here = now.astimezone(UTC) if utc else now.astimezone()
        if self.of_day is not None:
            today = datetime.combine(here.date(), self.of_day, here.tzinfo)
            return Moment((today if today <= here else today - timedelta(days=1)).timestamp())
        at = self.at or here
        return Moment((at.replace(tzinfo=UTC) if utc and at.tzinfo is None else at).timestamp())


class WhenType(click.ParamType[When]):
    """So long ago (`30m`), ISO 8601 with or without zone, the last `12:01`, or epoch seconds."""

    name = "time"

    def convert(self, value: str | When, param: click.Parameter | None, ctx: click.Context | None) -> When:
        """Reads it; usage error otherwise."""
        if isinstance(value, When):
            return value
        found = _when(value)
        if found is None:
            self.fail(
                f"{value!r} is no time; write 30m (ago), 12:01, 2026-01-31T12:01 or 2026-01-31T12:01:00Z.",
                param,
                ctx,
            )
        return found


class Amount(click.ParamType[int]):
    """A whole number of one or more, also as `500k` or `2M`."""

    name = "number"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Reads it; usage error otherwise."""
        if isinstance(value, int):
            return value
        match = _AMOUNT.fullmatch(value)
        amount = int(float(match[1]) * _FACTORS[match[2]]) if match else 0
        if amount < 1:
            self.fail(f"{value!r} is no number of one or more; write 1000, 500k or 2M.", param, ctx)
        return amount


class Size(click.ParamType[int]):
    """Bytes, also as `500M`, `10G` or `2Ti`: powers of 1000 or, with an i, of 1024."""

    name = "size"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Reads it; usage error otherwise."""
        if isinstance(value, int):
            return value
        match = _SIZE.fullmatch(value)
        if match is None:
            self.fail(f"{value!r} is no size; write 500M, 10G or 2T.", param, ctx)
        base = 1024 if match[3] else 1000
        return int(float(match[1]) * base ** "_kMGT".index(match[2] or "_"))


class Fields(click.ParamType[tuple[str, ...]]):
    """Fields of flow records by any of their names, with commas; AWS's names are given."""

    name = "fields"

    def convert(
        self, value: str | tuple[str, ...], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Reads them; usage error otherwise."""
        if not isinstance(value, str):
            return value
        from flowtui.filters.suggest import guess
        from flowtui.filters.vocabulary import FIELD_NAMES
        from flowtui.records import fields

        found: dict[str, None] = {}
        for text in (part.strip() for part in value.split(",")):
            name = FIELD_NAMES.get(text.lower())
            if name is None:
                hint = guess(text, FIELD_NAMES) or "For example srcaddr,dstport."
                self.fail(f"{text!r} is no field. {hint}", param, ctx)
            if name in (fields.PACKETS.name, fields.BYTES.name):
                self.fail(f"{name} is summed up for every group anyway.", param, ctx)
            found[name] = None
        return tuple(found)


class Format(click.ParamType[LogFormat]):
    """A log format, `${version} ${account-id} …`."""

    name = "format"

    def convert(
        self, value: str | LogFormat, param: click.Parameter | None, ctx: click.Context | None
    ) -> LogFormat:
        """Reads it; usage error otherwise."""
        if isinstance(value, LogFormat):
            return value
        try:
            return LogFormat.parse(value)
        except FormatError as error:
            self.fail(f"{error} Quote it, so that the shell leaves the $ alone.", param, ctx)


def duration_s(text: str) -> float | None:
    """The seconds of `1h30m`; None where it is no duration."""
    if not _DURATION.fullmatch(text):
        return None
    return sum(float(amount) * _UNITS_S[unit] for amount, unit in _PART.findall(text))


def _when(text: str) -> When | None:
    back_s = duration_s(text)
    if back_s is not None:
        return When(back_s=back_s)
    try:
        if _EPOCH.fullmatch(text):
            return When(at=datetime.fromtimestamp(float(text), UTC))
        if _OF_DAY.fullmatch(text):
            return When(of_day=time.fromisoformat(text.zfill(len(text) + (text[1] == ":"))))
        return When(at=datetime.fromisoformat(text))
    except (ValueError, OverflowError, OSError):
        return None
