from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import click
import pytest

from flowtui.cli.values import Amount, Duration, Format, When, WhenType
from flowtui.monitor.settings import Moment

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("30m", 1800), ("1h30m", 5400), ("2d", 172_800), ("1.5h", 5400), ("1w", 604_800)],
)
def test_durations(text: str, seconds: float) -> None:
    assert Duration().convert(text, None, None) == seconds


@pytest.mark.parametrize("text", ["", "30", "m", "30 m", "-5m", "30x", "1h!"])
def test_no_durations(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is no duration; write"):
        Duration().convert(text, None, None)


def moment(text: str, *, utc: bool = True, now: datetime = NOW) -> Moment:
    return WhenType().convert(text, None, None).moment(now, utc=utc)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-01-31T11:00:00Z", datetime(2026, 1, 31, 11, tzinfo=UTC)),
        ("2026-01-31T11:00+02:00", datetime(2026, 1, 31, 9, tzinfo=UTC)),
        ("2026-01-31 11:00", datetime(2026, 1, 31, 11, tzinfo=UTC)),
        ("2026-01-30", datetime(2026, 1, 30, tzinfo=UTC)),
        ("11:59", datetime(2026, 1, 31, 11, 59, tzinfo=UTC)),
        ("9:05", datetime(2026, 1, 31, 9, 5, tzinfo=UTC)),
        ("12:00:30", datetime(2026, 1, 30, 12, 0, 30, tzinfo=UTC)),
        ("1769860800", datetime(2026, 1, 31, 12, tzinfo=UTC)),
    ],
)
def test_times(text: str, wanted: datetime) -> None:
    assert moment(text) == Moment(wanted.timestamp())


def test_a_duration_is_so_long_ago() -> None:
    assert moment("2h") == Moment.back(7200)


def test_without_a_zone_a_time_is_local() -> None:
    local = datetime(2026, 1, 31, 11).astimezone()
    assert moment("2026-01-31T11:00", utc=False).seconds == local.timestamp()


def test_a_time_of_day_is_the_last_one_in_the_zone_that_is_shown() -> None:
    just_after_midnight = datetime(2026, 1, 31, 0, 10, tzinfo=UTC)
    assert (
        moment("23:50", now=just_after_midnight).seconds
        == (just_after_midnight - timedelta(minutes=20)).timestamp()
    )
    elsewhere = just_after_midnight.astimezone(timezone(timedelta(hours=9)))
    assert moment("23:50", now=elsewhere) == moment("23:50", now=just_after_midnight)


@pytest.mark.parametrize("text", ["yesterday", "25:00", "2026-13-01", "", "12"])
def test_no_times(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is no time; write"):
        moment(text)


def test_what_was_converted_is_left_alone() -> None:
    when = When(back_s=5)
    assert WhenType().convert(when, None, None) is when


@pytest.mark.parametrize(
    ("text", "amount"), [("1", 1), ("1000", 1000), ("500k", 500_000), ("1.5M", 1_500_000)]
)
def test_amounts(text: str, amount: int) -> None:
    assert Amount().convert(text, None, None) == amount


@pytest.mark.parametrize("text", ["0", "-1", "many", "1G", "0.5", ""])
def test_no_amounts(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is no number of one or more"):
        Amount().convert(text, None, None)


def test_formats() -> None:
    assert Format().convert("${start} ${end}", None, None).fields == ("start", "end")
    with pytest.raises(click.BadParameter, match="Quote it"):
        Format().convert(" ", None, None)
