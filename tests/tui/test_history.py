"""`i`: the filter over any time range, in the place of the live records, which go on meanwhile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flowtui.monitor.outside import Fault, FaultKind, QueryState
from flowtui.monitor.settings import Settings
from tests.tui import lab
from tests.tui.conftest import SIZES, Reader, reading
from tests.tui.past import PastAccount
from tests.tui.test_why import filled

DENIED = Fault(FaultKind.DENIED, "logs:StartQuery", "logs:StartQuery is [red]denied\x1b[31m.", "Allow it.")
ENDLESS = 10**9


async def recall(reader: Reader, *keys: str) -> None:
    """Opens the question, presses keys, and runs the query."""
    await reader.sees("following · 400")
    await reader.press("i")
    await reader.sees("Cost     About 12.4 MB")
    await reader.press(*keys, "enter")


def said(reader: Reader) -> str:
    """What was notified; a test's screen shows no toasts."""
    return " ".join(each.message for each in reader.app._notifications)


@pytest.mark.parametrize("size", SIZES)
async def test_the_past_is_shown_in_the_same_table_and_the_live_records_go_on(size: tuple[int, int]) -> None:
    session, account = filled(), PastAccount()
    async with reading(session, size, connect=account.connect) as reader:
        await recall(reader, "2")
        await reader.sees("HISTORY 02:53–08:53", "newest · 900")
        assert "lag" not in reader.text()
        assert said(reader) == "900 records, 100 bytes scanned."
        session.arrive([lab.line(lab.APP_1, "10.0.0.1", 1, "10.0.0.2", 2, int(lab.NOW - 5))])
        await reader.settle()
        await reader.sees("newest · 900")
        await reader.press("r")
        await reader.sees("225 of 900")
        await reader.press("r", "i")
        await reader.sees("LIVE", "following · 401")


async def test_the_filter_and_what_was_drilled_into_are_asked_for() -> None:
    account = PastAccount()
    async with reading(filled(), connect=account.connect) as reader:
        await reader.sees("following · 400")
        await reader.press("1")
        await reader.walk_to("app-1")
        await reader.press("enter", "3", "slash", *"port", "space", *"443", "enter")
        await reader.sees("port 443")
        await reader.press("i")
        await reader.sees("Filter   port 443", "Groups   /vpc/lab", "Within   app-1", "12.4 MB")
        await reader.sees(f'interfaceId = "{lab.APP_1}" and (srcPort = 443 or dstPort = 443)')
        await reader.press("enter")
        await reader.sees("HISTORY", "newest · 225")
        assert reader.app.monitor.records.row_count() == 225


async def test_escape_goes_back_to_what_was_asked_for_and_then_out_of_the_past() -> None:
    async with reading(filled(), connect=PastAccount().connect) as reader:
        await reader.press("r")
        await reader.sees("of 400")
        await reader.press("i")
        await reader.sees("12.4 MB")
        await reader.press("enter")
        await reader.sees("newest · 225 of 900")
        await reader.press("slash", *" port 22", "enter")
        await reader.sees("newest · 0 of 900", "No record of that time matches")
        await reader.press("escape")
        await reader.sees("newest · 225 of 900")
        await reader.press("escape")
        await reader.sees("LIVE", "100 of 400")


async def test_a_past_record_is_explained() -> None:
    async with reading(filled(), connect=PastAccount().connect) as reader:
        await reader.sees("following · 400")
        await reader.press("E", "w")
        await reader.sees("Why ─ 203.0.113.9:51395")
        await reader.press("w", "i")
        await reader.sees("12.4 MB")
        await reader.press("2", "enter")
        await reader.sees("newest · 900")
        await reader.press("E", "w")
        await reader.sees("Why ─ 203.0.113.9:51895")


async def test_the_query_can_be_changed_and_is_then_shown_without_the_filter() -> None:
    account = PastAccount()
    async with reading(filled(), connect=account.connect) as reader:
        await reader.press("r")
        await reader.sees("of 400")
        await reader.press("i")
        await reader.sees("12.4 MB", '| filter action = "REJECT"')
        query = reader.app.screen.query_one("#query")
        query.load_text(query.text.replace("REJECT", "ACCEPT"))  # type: ignore[attr-defined]
        await reader.sees("changed: shown without the filter")
        await reader.press("enter")
        await reader.sees("newest · 900")
        (text,) = account.queries()
        assert 'action = "ACCEPT"' in text
        assert "─ reject" not in reader.row_with("3 Records")


async def test_a_time_range_of_ones_own() -> None:
    account = PastAccount()
    async with reading(filled(), connect=account.connect) as reader:
        await reader.sees("following · 400")
        await reader.press("i")
        await reader.sees("12.4 MB")
        await reader.press("5", *"[red]")
        await reader.sees("from, and to where it is not now")
        await reader.press("enter")
        await reader.sees("History")
        assert account.queries() == []
        await reader.press(*["backspace"] * 5, *"07:00 08:00")
        await reader.sees("2025-10-09 07:00:00 – 08:00:00 UTC")
        await reader.press("enter")
        await reader.sees("HISTORY 07:00–08:00")


@pytest.mark.parametrize("keys", [("escape",), ("ctrl+x",), ("i",)], ids=["escape", "ctrl-x", "i"])
async def test_a_query_under_way_is_stopped_at_aws(keys: tuple[str, ...]) -> None:
    account = PastAccount()
    async with reading(filled(), connect=account.connect) as reader:
        await reader.sees("following · 400")
        await reader.press("i")
        await reader.sees("12.4 MB")
        account.asked.polls = ENDLESS
        await reader.press("enter")
        await reader.sees("QUERYING 07:53–08:53: 50 bytes, ", "stop the query", "following · 400")
        await reader.press(*keys)
        await reader.sees("LIVE")
        await reader.until(lambda: len(account.asked.stopped) == 1, "it was stopped")
        assert "Stopped" in said(reader)


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_leaving_the_program_stops_the_query_too(key: str) -> None:
    account = PastAccount()
    async with reading(filled(), connect=account.connect) as reader:
        await reader.sees("following · 400")
        await reader.press("i")
        await reader.sees("12.4 MB")
        account.asked.polls = ENDLESS
        await reader.press("enter")
        await reader.sees("QUERYING")
        await reader.press(key)
    assert len(account.asked.stopped) == 1


async def test_another_account_has_no_past_of_this_one() -> None:
    account = PastAccount()
    async with reading(filled(), connect=account.connect) as reader:
        await recall(reader, "2")
        await reader.sees("HISTORY")
        reader.app.account.set_region("eu-north-1")
        await reader.misses("HISTORY")
        await reader.sees("LIVE", "following · 400")


async def test_what_aws_refuses_is_a_sentence_and_the_live_records_stay() -> None:
    account = PastAccount()
    async with reading(filled(), connect=account.connect) as reader:
        await reader.sees("following · 400")
        await reader.press("i")
        await reader.sees("12.4 MB")
        account.asked.faults = [DENIED]
        await reader.press("enter")
        await reader.until(lambda: "logs:StartQuery is [red]denied" in said(reader))
        assert "Allow it." in said(reader)
        assert "\x1b" not in said(reader)
        await reader.sees("LIVE", "following · 400")


async def test_an_estimate_that_is_refused_says_so_in_the_question() -> None:
    account = PastAccount()
    account.asked.polled = lambda: account.asked.faults.append(DENIED)
    async with reading(filled(), connect=account.connect) as reader:
        await reader.sees("following · 400")
        await reader.press("i")
        await reader.sees("logs:StartQuery is [red]denied", "Allow it.")
        await reader.press("escape")
        await reader.misses("Allow it.")


async def test_a_query_that_fails_at_aws_says_so() -> None:
    account = PastAccount()
    async with reading(filled(), connect=account.connect) as reader:
        await reader.sees("following · 400")
        await reader.press("i")
        await reader.sees("12.4 MB")
        account.asked.ending = QueryState.TIMEOUT
        await reader.press("enter")
        await reader.until(lambda: "ran for 60 minutes" in said(reader))


async def test_older_records_that_were_left_out_are_told() -> None:
    account = PastAccount()
    async with reading(filled(), connect=account.connect) as reader:
        await reader.sees("following · 400")
        await reader.press("i")
        await reader.sees("12.4 MB")
        query = reader.app.screen.query_one("#query")
        query.load_text(query.text.replace("limit 100000", "limit 50"))  # type: ignore[attr-defined]
        await reader.press("2", "enter")
        await reader.sees("newest · 50", "older left out")
        assert "Only the newest of 900" in said(reader)


async def test_escape_leaves_the_question_and_the_estimate_is_stopped() -> None:
    account = PastAccount()
    account.asked.polls = ENDLESS
    async with reading(filled(), connect=account.connect) as reader:
        await reader.sees("following · 400")
        await reader.press("i")
        await reader.sees("History", "Asking AWS")
        await reader.until(lambda: account.asked.started, "the estimate was begun")
        await reader.press("tab", "escape", "escape")
        await reader.misses("Asking AWS")
        await reader.until(lambda: len(account.asked.stopped) == 1, "it was stopped")
        assert account.queries() == []


async def test_names_of_groups_are_no_markup() -> None:
    hostile = "[red]\x1b[31m/vpc/\u202eflow"
    async with reading(
        filled(), settings=Settings(utc=True, log_groups=(hostile,)), connect=PastAccount().connect
    ) as reader:
        await reader.sees("following · 400")
        await reader.press("i")
        await reader.sees("Groups   [red]")
        assert not {"\x1b", "\u202e"} & set(reader.text())


async def test_without_a_topology_there_is_nothing_to_ask() -> None:
    session = replace(filled(), topology=None)
    async with reading(session, connect=PastAccount().connect) as reader:
        await reader.sees("records")
        await reader.press("i")
        await reader.until(lambda: "topology" in said(reader))
