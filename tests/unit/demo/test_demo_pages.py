"""The pages of FilterLogEvents: every event once, in order, within the bounds of a page."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowtui.demo.errors import AwsError
from flowtui.demo.logs import Entry, LogStore
from flowtui.demo.pages import EVENT_OVERHEAD_BYTES, PAGE_BYTES, PAGE_EVENTS, Pages
from flowtui.demo.params import Params
from flowtui.demo.scenario import PageHabits

GROUP = "/flow/logs"
NOON = 1_767_268_800_000

Entries = st.lists(
    st.builds(
        Entry,
        stream=st.sampled_from(["eni-1-all", "eni-2-all", "other"]),
        timestamp=st.integers(NOON, NOON + 20),
        ingestion=st.integers(NOON + 30, NOON + 40),
        message=st.sampled_from(["ACCEPT", "REJECT", "é"]),
    ),
    max_size=60,
)


class Logs:
    """A store with one group, and its pages."""

    def __init__(self, entries: list[Entry], seed: int = 1, habits: PageHabits | None = None) -> None:
        self.store = LogStore()
        group = self.store.create(GROUP, NOON)
        assert group is not None
        self.group = group
        self.group.put(entries)
        self.pages = Pages(self.store, seed, habits)

    def page(self, **params: Any) -> dict[str, Any]:
        named = {} if "logGroupIdentifier" in params else {"logGroupName": GROUP}
        answer: dict[str, Any] = json.loads(self.pages.filter_log_events(Params(named | params)))
        return answer

    def all(self, more: list[list[Entry]] | None = None, **params: Any) -> list[dict[str, Any]]:
        """Every page to the end; before each further one, more events arrive."""
        found: list[dict[str, Any]] = []
        token: dict[str, str] = {}
        for _ in range(1_000):
            page = self.page(**params, **token)
            found += page["events"]
            if "nextToken" not in page:
                return found
            token = {"nextToken": page["nextToken"]}
            if more:
                self.group.put(more.pop())
        raise AssertionError("the pass has no end")


def entry(at: int, message: str = "m", stream: str = "s") -> Entry:
    return Entry(stream, NOON + at, NOON + 1_000_000, message)


def ids(events: list[dict[str, Any]]) -> list[str]:
    return [event["eventId"] for event in events]


@settings(deadline=None)
@given(
    before=Entries, arriving=st.lists(Entries, max_size=8), limit=st.integers(1, 20), backwards=st.booleans()
)
def test_a_pass_gives_each_event_once_while_events_arrive(
    before: list[Entry], arriving: list[list[Entry]], limit: int, backwards: bool
) -> None:
    logs = Logs(before)
    there = set(ids(logs.all()))
    found = logs.all(more=arriving, limit=limit, startTime=NOON, startFromHead=not backwards)
    assert len(set(ids(found))) == len(found)
    assert there <= set(ids(found))
    keys = [(event["timestamp"], event["ingestionTime"]) for event in found]
    assert keys == sorted(keys, reverse=backwards)


@settings(deadline=None)
@given(
    entries=Entries,
    start=st.integers(-2, 22),
    length=st.integers(0, 22),
    prefix=st.sampled_from(["eni-", "eni-1", "o", "z"]),
)
def test_a_selection_is_what_a_list_would_give(
    entries: list[Entry], start: int, length: int, prefix: str
) -> None:
    found = Logs(entries).all(
        startTime=NOON + start,
        endTime=NOON + start + length,
        logStreamNamePrefix=prefix,
        filterPattern="REJECT",
        limit=3,
    )
    expected = sorted(
        (one.timestamp, one.ingestion, one.stream)
        for one in entries
        if NOON + start <= one.timestamp <= NOON + start + length
        and one.stream.startswith(prefix)
        and one.message == "REJECT"
    )
    assert sorted((e["timestamp"], e["ingestionTime"], e["logStreamName"]) for e in found) == expected


def test_backwards_is_the_reverse_of_forwards() -> None:
    logs = Logs([entry(at % 7, stream=f"s{at % 3}") for at in range(50)])
    assert ids(logs.all(startTime=NOON, startFromHead=False, limit=4)) == ids(logs.all(limit=7))[::-1]


def test_a_page_has_at_most_ten_thousand_events() -> None:
    logs = Logs([entry(at) for at in range(PAGE_EVENTS + 5)])
    pages = [page for page in (logs.page() for _ in range(50)) if page["events"]]
    assert {len(page["events"]) for page in pages} == {PAGE_EVENTS}


def test_a_page_has_at_most_one_megabyte() -> None:
    message = "x" * (1024 - EVENT_OVERHEAD_BYTES)
    logs = Logs([entry(at, message) for at in range(3_000)])
    pages = [page for page in (logs.page() for _ in range(50)) if page["events"]]
    assert {len(page["events"]) for page in pages} == {PAGE_BYTES // 1024}


def test_bytes_are_counted_as_utf_8() -> None:
    logs = Logs([entry(at, "é" * 10_000) for at in range(100)])
    pages = [page for page in (logs.page() for _ in range(50)) if page["events"]]
    assert {len(page["events"]) for page in pages} == {PAGE_BYTES // (20_000 + EVENT_OVERHEAD_BYTES)}


def test_about_one_page_in_twelve_is_empty_and_has_a_token() -> None:
    logs = Logs([entry(0)])
    empty = [page for page in (logs.page() for _ in range(1_200)) if not page["events"]]
    assert all("nextToken" in page for page in empty)
    assert 60 < len(empty) < 150


def test_the_seed_decides_which_pages_are_empty() -> None:
    def empties(seed: int) -> list[bool]:
        logs = Logs([entry(0)], seed)
        return [not logs.page()["events"] for _ in range(200)]

    assert empties(3) == empties(3)
    assert empties(3) != empties(4)


def test_an_event_that_arrives_behind_the_pass_is_found_by_the_next_one() -> None:
    logs = Logs([entry(10), entry(20)])
    late = entry(5)
    assert len(logs.all(more=[[late]], limit=1)) == 2
    assert len(logs.all()) == 3


def test_a_selective_pattern_gives_tokens_and_not_one_long_search() -> None:
    logs = Logs([entry(at) for at in range(120_000)] + [entry(200_000, "REJECT")])
    first = next(
        page for page in (logs.page(filterPattern="REJECT") for _ in range(9)) if "nextToken" in page
    )
    assert first["events"] == []
    assert [event["message"] for event in logs.all(filterPattern="REJECT")] == ["REJECT"]


@pytest.mark.parametrize("identifier", [GROUP, f"arn:aws:logs:eu-west-1:123456789012:log-group:{GROUP}"])
def test_a_group_is_known_by_name_and_arn(identifier: str) -> None:
    assert len(Logs([entry(0)]).all(logGroupIdentifier=identifier)) == 1


def test_event_ids_are_56_digits_and_searched_streams_are_empty() -> None:
    logs = Logs([entry(0)])
    (event,) = logs.all()
    assert len(event["eventId"]) == 56
    assert event["eventId"].isdecimal()
    assert logs.page()["searchedLogStreams"] == []


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("unknown group", {"logGroupIdentifier": "none"}, "ResourceNotFoundException"),
    (
        "name and identifier",
        {"logGroupName": GROUP, "logGroupIdentifier": GROUP},
        "InvalidParameterException",
    ),
    (
        "arn with an asterisk",
        {"logGroupIdentifier": f"arn:aws:logs:eu-west-1:123456789012:log-group:{GROUP}:*"},
        "InvalidParameterException",
    ),
    ("unknown stream", {"logStreamNames": ["none"]}, "ResourceNotFoundException"),
    ("101 streams", {"logStreamNames": ["s"] * 101}, "InvalidParameterException"),
    ("names and prefix", {"logStreamNames": ["s"], "logStreamNamePrefix": "s"}, "InvalidParameterException"),
    ("made-up token", {"nextToken": "Ym9ndXM="}, "InvalidParameterException"),
    ("token that is no base64", {"nextToken": "ö"}, "InvalidParameterException"),
    ("limit 0", {"limit": 0}, "InvalidParameterException"),
    ("limit 10,001", {"limit": 10_001}, "InvalidParameterException"),
    ("pattern", {"filterPattern": "[a"}, "InvalidParameterException"),
    ("backwards from 2023", {"startFromHead": False, "startTime": 1}, "InvalidParameterException"),
    ("time as text", {"startTime": "now"}, "SerializationException"),
]


@pytest.mark.parametrize(
    ("params", "code"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_refused(params: dict[str, Any], code: str) -> None:
    with pytest.raises(AwsError) as caught:
        Logs([entry(0)]).page(**params)
    assert caught.value.code == code


def test_a_token_is_good_for_its_own_request_only() -> None:
    logs = Logs([entry(0), entry(1)])
    token = next(page["nextToken"] for page in (logs.page(limit=1) for _ in range(9)) if page["events"])
    with pytest.raises(AwsError):
        logs.page(nextToken=token, filterPattern="REJECT")


def test_the_infrequent_access_class_cannot_be_read() -> None:
    logs = Logs([])
    logs.store.create("cold", NOON, "INFREQUENT_ACCESS")
    with pytest.raises(AwsError):
        logs.page(logGroupIdentifier="cold")


def test_ragged_pages_lose_nothing() -> None:
    logs = Logs([entry(at) for at in range(200)], habits=PageHabits(events=20, ragged=True, empty=0.5))
    sizes: list[int] = []
    token: dict[str, str] = {}
    while True:
        page = logs.page(**token)
        sizes.append(len(page["events"]))
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
    assert sum(sizes) == 200
    assert max(sizes) <= 20
    assert len(set(sizes)) > 5


def test_empty_pages_come_in_runs_that_end() -> None:
    logs = Logs([entry(0)], habits=PageHabits(empty=1.0, empty_run=3))
    page = logs.page()
    for _ in range(2):
        assert page["events"] == []
        page = logs.page(nextToken=page["nextToken"])
    assert [len(page["events"]), "nextToken" in page] == [0, True]
    assert len(logs.page(nextToken=page["nextToken"])["events"]) == 1


def test_a_token_is_answered_with_itself_once() -> None:
    logs = Logs([entry(at) for at in range(3)], habits=PageHabits(events=1, empty=0, repeat_token=1.0))
    token = logs.page()["nextToken"]
    again = logs.page(nextToken=token)
    assert again["nextToken"] == token
    further = logs.page(nextToken=token)
    assert further["events"] == again["events"]
    assert further["nextToken"] != token


def test_a_refused_token_stays_refused() -> None:
    logs = Logs([entry(at) for at in range(50)], habits=PageHabits(events=1, empty=0, invalid_token=0.5))
    token = logs.page()["nextToken"]
    while is_taken(logs, token):
        token = logs.page(limit=1)["nextToken"]
    assert not any(is_taken(logs, token) for _ in range(20))


def is_taken(logs: Logs, token: str) -> bool:
    try:
        logs.page(nextToken=token)
    except AwsError as error:
        return error.code != "InvalidParameterException"
    return True


def test_a_token_expires() -> None:
    logs = Logs([entry(0), entry(1)], habits=PageHabits(events=1, empty=0, token_life_s=0.05))
    token = logs.page()["nextToken"]
    deadline = time.monotonic() + 5
    while is_taken(logs, token):
        assert time.monotonic() < deadline
