"""Logs Insights at the embedded endpoint as any AWS client sees it: through boto3 over HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.contract.test_demo_endpoint import GROUP, code, demo, drain, eventually

SCENARIO = """
rate = 0.0
history_minutes = 20
[queries]
seconds = {seconds}
concurrent = 3
"""


def endpoint(folder: Path, more: str = "", seconds: float = 0.0) -> Any:
    path = folder / "queries.toml"
    path.write_text(SCENARIO.format(seconds=seconds) + more)
    return demo("--scenario", str(path))


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with endpoint(tmp_path_factory.mktemp("quick")) as process:
        yield process.client("logs")


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with endpoint(tmp_path_factory.mktemp("slow"), seconds=600) as process:
        yield process.client("logs")


def hour() -> dict[str, int]:
    now = int(time.time())
    return {"startTime": now - 3_600, "endTime": now}


def start(logs: Any, query: str, **params: Any) -> str:
    asked = {"logGroupIdentifiers": [GROUP], "queryString": query, **hour()} | params
    return str(logs.start_query(**asked)["queryId"])


def ended(logs: Any, id: str) -> Any:
    def look() -> Any:
        answer = logs.get_query_results(queryId=id)
        return None if answer["status"] in ("Scheduled", "Running") else answer

    return eventually(look)


def rows(logs: Any, id: str) -> list[dict[str, str]]:
    """Every page of the result."""
    answer = ended(logs, id)
    assert answer["status"] == "Complete"
    found = answer["results"]
    while "nextToken" in answer:
        answer = logs.get_query_results(queryId=id, nextToken=answer["nextToken"])
        found += answer["results"]
    return [{cell["field"]: cell["value"] for cell in row} for row in found]


@pytest.fixture(scope="module")
def messages(logs: Any) -> list[str]:
    return [event["message"] for event in drain(logs, startTime=hour()["startTime"] * 1000)]


def test_a_query_finds_what_reading_finds(logs: Any, messages: list[str]) -> None:
    id = start(logs, 'fields @message | filter action = "REJECT" | limit 100000')
    found = sorted(row["@message"] for row in rows(logs, id))
    assert found == sorted(line for line in messages if " REJECT " in line)
    statistics = ended(logs, id)["statistics"]
    assert statistics["recordsMatched"] == len(found) > 100
    assert statistics["recordsScanned"] == len(messages)
    assert statistics["bytesScanned"] > sum(map(len, messages))


def test_statistics_are_those_of_the_lines(logs: Any, messages: list[str]) -> None:
    id = start(logs, "stats count(*) as flows, sum(bytes) as bytes by action")
    tokens = [line.split() for line in messages]
    for row in rows(logs, id):
        mine = [each for each in tokens if each[12] == row["action"]]
        assert int(row["flows"]) == len(mine)
        assert int(row.get("bytes", 0)) == sum(int(each[9]) for each in mine if each[9] != "-")


def test_results_come_in_pages(logs: Any, messages: list[str]) -> None:
    id = start(logs, "fields @message | limit 100000")
    assert len(rows(logs, id)) == len(messages)
    first = logs.get_query_results(queryId=id, maxItems=7)
    assert len(first["results"]) == 7
    second = logs.get_query_results(queryId=id, maxItems=7, nextToken=first["nextToken"])
    assert first["results"] + second["results"] == ended(logs, id)["results"][:14]
    assert len(rows(logs, start(logs, "fields @message", limit=5))) == 5


def test_an_estimate_is_what_the_query_then_scans(logs: Any) -> None:
    (row,) = rows(logs, start(logs, "fields @message | estimate"))
    scanned = ended(logs, start(logs, "fields @message"))["statistics"]["bytesScanned"]
    assert float(row["@estimatedBytesScanned"]) == scanned


def test_fields_of_a_group(logs: Any) -> None:
    fields = {
        each["name"]: each["percent"]
        for each in logs.get_log_group_fields(logGroupIdentifier=GROUP)["logGroupFields"]
    }
    assert fields["@message"] == 100
    assert fields["srcAddr"] == fields["endTime"] == 100


def test_several_groups_of_either_class_and_ingestion_times(logs: Any) -> None:
    at = int(time.time() * 1000) + 5_000
    for group, group_class in (("one", "STANDARD"), ("two", "INFREQUENT_ACCESS")):
        logs.create_log_group(logGroupName=group, logGroupClass=group_class)
        logs.create_log_stream(logGroupName=group, logStreamName="s")
        event = {"timestamp": at, "message": f"line of {group}"}
        old = {"timestamp": at - 60_000, "message": "older than the group"}
        logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=[old, event])
    (group,) = logs.describe_log_groups(logGroupNamePrefix="two")["logGroups"]
    id = start(
        logs,
        "fields @log, @message | filter @ingestionTime < @timestamp | sort @message",
        logGroupIdentifiers=["one", group["logGroupArn"]],
        endTime=at // 1000 + 60,
    )
    assert [(row["@log"].partition(":")[2], row["@message"]) for row in rows(logs, id)] == [
        ("one", "line of one"),
        ("two", "line of two"),
    ]


def test_a_query_is_scheduled_runs_and_is_stopped(slow: Any) -> None:
    id = start(slow, "fields @message")
    assert slow.get_query_results(queryId=id)["status"] == "Scheduled"
    (listed,) = slow.describe_queries(logGroupName=GROUP, status="Scheduled")["queries"]
    assert (listed["queryId"], listed["queryString"]) == (id, "fields @message")
    assert slow.stop_query(queryId=id)["success"]
    assert slow.get_query_results(queryId=id)["status"] == "Cancelled"
    with pytest.raises(ClientError) as caught:
        slow.stop_query(queryId=id)
    assert code(caught) == "InvalidParameterException"


def test_a_running_query_shows_what_it_has_found(tmp_path: Path) -> None:
    with endpoint(tmp_path, seconds=8) as process:
        logs = process.client("logs")
        id = start(logs, "stats count(*) as flows by action | filter flows > 0")

        def partial() -> Any:
            answer = logs.get_query_results(queryId=id)
            return answer if answer["status"] == "Running" and answer["results"] else None

        answer = eventually(partial)
        whole = len(drain(logs, startTime=hour()["startTime"] * 1000))
        assert 0 < answer["statistics"]["recordsScanned"] < whole
        assert "nextToken" not in answer
        logs.stop_query(queryId=id)


def test_so_many_at_once_and_no_more(slow: Any) -> None:
    ids = [start(slow, "fields @message") for _ in range(3)]
    with pytest.raises(ClientError) as caught:
        start(slow, "fields @message")
    assert code(caught) == "LimitExceededException"
    for id in ids:
        slow.stop_query(queryId=id)


ENDS = [("failed", "Failed"), ("timed_out", "Timeout")]


@pytest.mark.parametrize(("share", "expected"), ENDS, ids=[each[0] for each in ENDS])
def test_queries_that_end_badly(tmp_path: Path, share: str, expected: str) -> None:
    with endpoint(tmp_path, f"{share} = 1.0\n") as process:
        logs = process.client("logs")
        assert ended(logs, start(logs, "fields @message"))["status"] == expected


def test_denied(tmp_path: Path) -> None:
    with endpoint(tmp_path, "denied = true\n") as process:
        with pytest.raises(ClientError) as caught:
            start(process.client("logs"), "fields @message")
        assert code(caught) == "AccessDeniedException"
        assert "logs:StartQuery" in str(caught.value)


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("malformed", {"queryString": "fields |"}, "MalformedQueryException"),
    ("no group", {"logGroupIdentifiers": ["none"]}, "ResourceNotFoundException"),
    ("two ways", {"logGroupName": GROUP}, "InvalidParameterException"),
    ("times", {"startTime": 2, "endTime": 1}, "InvalidParameterException"),
    ("before the group", {"startTime": 1, "endTime": 2}, "MalformedQueryException"),
    ("language", {"queryLanguage": "SQL"}, "InvalidParameterException"),
    ("too long", {"queryString": "fields " + "a" * 9_999}, "MalformedQueryException"),
]


@pytest.mark.parametrize(
    ("params", "expected"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED]
)
def test_refused(logs: Any, params: dict[str, Any], expected: str) -> None:
    with pytest.raises(ClientError) as caught:
        start(logs, **({"query": "fields @message"} | params))
    assert code(caught) == expected


def test_a_malformed_query_is_refused_with_the_place(logs: Any) -> None:
    with pytest.raises(ClientError) as caught:
        start(logs, "fields @message\n| filter srcPort == 80")
    error = caught.value.response["queryCompileError"]  # type: ignore[typeddict-item]
    assert error["location"] == {"startCharOffset": 34, "endCharOffset": 35}
    assert "at line 2 and position 19" in error["message"]


def test_unknown_ids(logs: Any) -> None:
    for call in (logs.get_query_results, logs.stop_query):
        with pytest.raises(ClientError) as caught:
            call(queryId="none")
        assert code(caught) == "ResourceNotFoundException"
