"""The chart as lines of text: what is high, what is missing, what is still to come, what is chosen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.style import Style

from flowtui.monitor.chart import ChartWish, Course
from flowtui.store.units import Unit
from flowtui.tui.render import chart
from flowtui.tui.render.chart import LABEL, Look
from flowtui.tui.theme import ANSI, DARK, PALETTES

FROM = 1_760_000_400  # 09:00:00 UTC
STEP = 30
LOOK = Look(width=LABEL + 20 + 15, utc=True)
COMPACT = Look(width=LABEL + 20 + 25, is_compact=True, utc=True)


def course(
    accepted: list[int],
    rejected: list[int] | None = None,
    *,
    wish: ChartWish | None = None,
    unread: int = 0,
    complete: int | None = None,
    usual: int | None = None,
    is_evicted: bool = False,
) -> Course:
    """A course of buckets of 30 s, the counts of buckets saying where it begins and how far it has come."""
    count = len(accepted)
    complete = count if complete is None else complete
    return Course(
        wish=wish or ChartWish(STEP),
        from_s=FROM,
        accepted=tuple(accepted),
        rejected=tuple(rejected or [0] * count),
        begins_at=FROM + unread * STEP,
        is_evicted=is_evicted,
        complete_to=FROM + complete * STEP,
        usual_to=FROM + (complete if usual is None else usual) * STEP,
    )


def drawn(of: Course, look: Look = LOOK, palette: str = DARK) -> list[str]:
    lines = chart.chart(of, look, PALETTES[palette])
    return ["".join(segment.text for segment in line) for line in lines]


def plot(of: Course, look: Look = LOOK) -> list[str]:
    return [line[LABEL : LABEL + len(of.accepted)] for line in drawn(of, look)]


@pytest.mark.parametrize(
    ("values", "upper", "lower"),
    [
        pytest.param([0, 16, 8, 1], " ▇  ", " ██▁", id="two lines, the upper never full"),
        pytest.param([1, 0, 0, 0], "    ", "▄   ", id="a single record is no peak"),
        pytest.param([10**9, 1, 0, 0], "▇   ", "█▁  ", id="never empty above zero"),
        pytest.param([0, 0, 0, 0], "    ", "    ", id="zero is blank"),
    ],
)
def test_a_band_of_two_lines(values: list[int], upper: str, lower: str) -> None:
    for lines in (plot(course(values))[:2], plot(course([0] * 4, values))[2:4]):
        assert lines == [upper, lower]


def test_a_band_of_one_line_never_fills_it() -> None:
    assert plot(course([8, 4, 1, 0], [0, 4, 2, 8]), COMPACT) == ["▇▄▁ ", " ▄▂▇"]


def test_before_records_begin_is_told_apart_from_zero() -> None:
    lines = plot(course([0, 0, 3, 0, 4], unread=3))
    assert lines[1] == "··█ █"
    assert lines[3] == "···  "


def test_what_is_still_to_arrive_is_no_outage_and_hides_no_rejection() -> None:
    lines = plot(course([4, 4, 2, 1], [0, 0, 0, 4], complete=1, usual=2))
    assert lines[1] == "██░░"
    assert lines[3] == "  ░█"


def test_what_may_still_rise_or_was_evicted_in_part_is_faint() -> None:
    palette = PALETTES[DARK]
    line = chart.chart(course([4, 4, 4], unread=1, complete=2, usual=3), LOOK, palette)[1]
    inks = [(segment.text, segment.style) for segment in line[1:4]]
    assert inks == [("█", palette.faint), ("█", palette.bars), ("█", palette.faint)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({}, ["09:00"], id="round times"),
        pytest.param({"unread": 9}, ["not read"], id="before the beginning"),
        pytest.param({"unread": 9, "is_evicted": True}, ["evicted"], id="evicted"),
        pytest.param({"complete": 18}, ["╵arriving"], id="arriving"),
        pytest.param({"complete": 5, "usual": 18}, ["╵incomplete", "╵arriving"], id="behind the watermark"),
    ],
)
def test_the_axis_says(changes: dict[str, int], words: list[str]) -> None:
    axis = drawn(course([1] * 20, **changes))[4]  # type: ignore[arg-type]
    assert all(word in axis for word in words), axis


def test_round_times_stand_under_their_buckets() -> None:
    axis = plot(course([1] * 40), Look(width=LABEL + 40 + 15, utc=True))[4]
    assert axis.index("╵09:10") == 10 * 60 // STEP


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        pytest.param(ChartWish(30), ("per 30s", "max 2.0/s", "max 0.2/s"), id="records"),
        pytest.param(
            ChartWish(30, Unit.PACKETS), ("per 30s", "max 2.0 pkt/s", "max 0.2 pkt/s"), id="packets"
        ),
        pytest.param(ChartWish(30, Unit.BYTES), ("per 30s", "max 2.0B/s", "max 0.2B/s"), id="bytes"),
        pytest.param(ChartWish(900), ("per 15m", "max 0.1/s", "max <0.1/s"), id="quarters of an hour"),
        pytest.param(ChartWish(3600), ("per 1h", "max <0.1/s", "max <0.1/s"), id="hours"),
    ],
)
def test_bucket_unit_and_scale_are_said(wish: ChartWish, expected: tuple[str, ...]) -> None:
    for look in (LOOK, COMPACT):
        text = "\n".join(drawn(course([60, 3], [0, 6], wish=wish), look))
        assert all(words in text for words in expected), text


@pytest.mark.parametrize(
    ("is_filtered", "has_filter", "words"),
    [
        pytest.param(False, False, "", id="no filter"),
        pytest.param(False, True, "unfiltered", id="a filter that is not followed"),
        pytest.param(True, True, " filtered", id="a filter that is followed"),
    ],
)
def test_whether_the_filter_is_followed_is_said(is_filtered: bool, has_filter: bool, words: str) -> None:
    of = course([1], wish=ChartWish(STEP, is_filtered=is_filtered))
    for look in (LOOK, COMPACT):
        text = "\n".join(drawn(of, replace(look, has_filter=has_filter)))
        assert words in text
        assert words or "filtered" not in text


CHOOSING = {"is_focused": True, "cursor_s": FROM + 2 * STEP, "anchor_s": FROM + STEP}


def test_what_is_chosen_is_told_with_its_sums() -> None:
    of = course([1, 2, 3, 4], [10, 20, 3000, 40])
    foot = drawn(of, replace(LOOK, **CHOOSING))[5]  # type: ignore[arg-type]
    assert foot == "09:00:30 to 09:01:30   accepted 5   rejected 3,020 ✗"
    short = drawn(of, replace(COMPACT, **CHOOSING))  # type: ignore[arg-type]
    assert [line[LABEL + 4 :].strip() for line in short] == ["09:00:30 to 09:01:30", "5 · 3,020 ✗"]


@pytest.mark.parametrize(
    ("of", "words"),
    [
        pytest.param(course([1, 1, 1], complete=1, usual=3), "incomplete", id="behind the watermark"),
        pytest.param(course([1, 1, 1], complete=1), "arriving", id="arriving"),
        pytest.param(course([1, 1, 1], unread=2), "not all was read", id="before the beginning"),
        pytest.param(course([1, 1, 1], unread=2, is_evicted=True), "in part evicted", id="evicted"),
    ],
)
def test_sums_that_are_not_whole_say_so(of: Course, words: str) -> None:
    assert drawn(of, replace(LOOK, **CHOOSING))[5].endswith(words)  # type: ignore[arg-type]


def test_cursor_and_range_show_without_colour() -> None:
    of = course([1, 2, 3, 4])
    alone = replace(LOOK, is_focused=True, cursor_s=FROM + 2 * STEP)
    assert plot(of, alone)[4] == "  ↑ "
    assert plot(of, replace(alone, anchor_s=FROM))[4] == "━━━ "
    assert plot(of, replace(LOOK, span=(FROM + STEP, FROM + 3 * STEP)))[4] == " ━━ "
    reverse = [
        segment.text
        for segment in chart.chart(of, alone, PALETTES[ANSI])[1]
        if (segment.style or Style()).reverse
    ]
    assert reverse == ["█"]


@pytest.mark.parametrize("cells", [1, 7, 20, 400])
@pytest.mark.parametrize("is_compact", [False, True], ids=["long", "short"])
@pytest.mark.parametrize("is_focused", [False, True], ids=["idle", "focused"])
def test_every_line_fits_its_width(cells: int, is_compact: bool, is_focused: bool) -> None:
    width = LABEL + cells + (25 if is_compact else 15)
    look = Look(width, is_compact, is_focused, True, FROM + STEP, FROM, None, has_filter=True)
    of = course([2**48] * 400, [1] * 400, wish=ChartWish(STEP, Unit.PACKETS), unread=10, complete=390)
    lines = drawn(of, look)
    assert len(lines) == (2 if is_compact else 6)
    bands = lines if is_compact else lines[:5]
    assert {len(line) for line in bands} == {width}
