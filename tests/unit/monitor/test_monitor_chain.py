from __future__ import annotations

import pytest

from flowtui.monitor.outside import Page
from flowtui.monitor.sources.chain import Chain, Order, order_of
from flowtui.records.events import LogEvents


def page(times: list[int], token: str | None = "next") -> Page:
    count = len(times)
    return Page(LogEvents(["s"] * count, times, times, [str(each) for each in times], [""] * count), token, 0)


@pytest.mark.parametrize(
    ("times", "order"),
    [
        ([], Order.UNKNOWN),
        ([5, 5], Order.UNKNOWN),
        ([1, 1, 2], Order.ASCENDING),
        ([3, 1, 1], Order.DESCENDING),
        ([1, 3, 2], Order.MIXED),
    ],
    ids=str,
)
def test_order_of(times: list[int], order: Order) -> None:
    assert order_of(times) is order


@pytest.mark.parametrize(
    ("pages", "newest_first", "rest"),
    [
        ([[10, 20], [20, 30]], False, (30, 99)),
        ([[90, 80], [70, 60]], True, (0, 61)),
        ([[10, 20]], True, (20, 99)),
        ([[10, 30, 20]], False, (0, 99)),
        ([[10, 20], [5, 30]], False, (0, 99)),
        ([[]], False, (0, 99)),
        ([[7, 7]], False, (0, 99)),
    ],
    ids=[
        "ascending",
        "descending",
        "asked descending, came ascending",
        "mixed",
        "mixed by pages",
        "empty",
        "ties",
    ],
)
def test_after_a_failure_it_goes_on_from_where_the_order_shows(
    pages: list[list[int]], newest_first: bool, rest: tuple[int, int]
) -> None:
    chain = Chain("g", 0, 99, newest_first=newest_first)
    for times in pages:
        chain.received(page(times))
    chain.failed()
    request = chain.request()
    assert (request.start_ms, request.end_ms, request.token) == (*rest, None)


def test_failures_in_a_row_change_nothing_more() -> None:
    chain = Chain("g", 0, 99, newest_first=True)
    chain.received(page([90, 80]))
    for _ in range(3):
        chain.failed()
    assert chain.request().end_ms == 81


def test_it_is_done_with_the_first_page_without_a_token_and_not_with_an_empty_one() -> None:
    chain = Chain("g", 0)
    chain.received(page([]))
    assert not chain.is_done
    assert chain.request().token == "next"
    chain.received(page([1], None))
    assert chain.is_done


def test_a_token_that_repeats_once_is_gone_on_with() -> None:
    chain = Chain("g", 0)
    for _ in range(3):
        chain.received(page([1]))
    assert not chain.is_stalled
    chain.received(page([1]))
    assert chain.is_stalled
