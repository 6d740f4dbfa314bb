"""The calls of CloudWatch Logs that start, watch and stop queries; each gives the answer's body."""

from __future__ import annotations

import json
import random
import threading
import time
import uuid
from collections import Counter
from typing import Any

from flowtui.demo import lab, tokens
from flowtui.demo.errors import AwsError, invalid, missing
from flowtui.demo.insights.commands import MAX_LIMIT, read
from flowtui.demo.insights.lexer import malformed
from flowtui.demo.insights.rows import SYSTEM_FIELDS, discovered
from flowtui.demo.insights.run import Asked, Run, Status
from flowtui.demo.logs import Group, LogStore, Position
from flowtui.demo.pages import LATEST
from flowtui.demo.params import Params, group_name
from flowtui.demo.scenario import QueryHabits

MAX_GROUPS = 50
PAGE_ROWS = 10_000
TOKEN_LIFE_S = 3600.0
"""Groups in a query, rows on a page, life of a page's token (API reference)."""
MAX_QUERIES_LISTED = 1_000
_KEPT = 100
"""Queries whose results are kept; AWS keeps them for seven days."""
_AROUND_MS = 8 * 60_000
_RECENT_MS = 15 * 60_000
"""GetLogGroupFields looks 8 minutes to both sides of a time, or at the last 15 (API reference)."""
_LOOKED_AT = 10_000

_EARLY = (
    "Query's end date and time is either before the log groups creation time or exceeds "
    "the log groups log retention settings"
)


class Insights:
    """The query calls over a store. Raises AwsError."""

    def __init__(self, store: LogStore, seed: int, habits: QueryHabits | None = None) -> None:
        self._store = store
        self._habits = habits or QueryHabits()
        self._rng = random.Random(f"{seed}/queries")
        self._lock = threading.Lock()
        self._runs: dict[str, Run] = {}

    def start_query(self, params: Params) -> str:
        """Begins a query and gives its id."""
        self._refuse_denied("StartQuery")
        if params.text("queryLanguage") not in (None, "CWLI"):
            raise invalid("The demo serves Logs Insights QL only.")
        groups = self._groups(params)
        start, end = _required_time(params, "startTime"), _required_time(params, "endTime")
        if start > end:
            raise invalid("End time should not be less than start time.")
        query = params.required("queryString")
        plan = read(query, api_limit=params.number("limit", 1, MAX_LIMIT))
        if all(end * 1000 < group.created for group in groups):
            raise malformed(query, _EARLY, 0, len(query))
        asked = Asked(groups, query, plan, start * 1000, end * 1000)
        return _json({"queryId": self._begin(asked).id})

    def get_query_results(self, params: Params) -> str:
        """How a query is, and a page of what it has found."""
        self._refuse_denied("GetQueryResults")
        run = self._run(params)
        token = params.text("nextToken")
        offset = tokens.unseal(run.id, token, lifetime_s=TOKEN_LIFE_S)[0] if token is not None else 0
        limit = params.number("maxItems", 0, PAGE_ROWS) or PAGE_ROWS
        # The status first: what is found afterwards belongs to it.
        status = run.status
        answer = {"queryLanguage": "CWLI", "status": status.value, **_found(run, offset, limit)}
        if status is not Status.COMPLETE:
            answer.pop("nextToken", None)
        return _json(answer)

    def stop_query(self, params: Params) -> str:
        """Ends a query that is under way."""
        self._refuse_denied("StopQuery")
        if not self._run(params).stop():
            raise invalid("The specified query is not running.")
        return _json({"success": True})

    def describe_queries(self, params: Params) -> str:
        """The queries of late, newest first."""
        name, status = params.text("logGroupName"), params.text("status")
        limit = params.number("maxResults", 1, MAX_QUERIES_LISTED) or MAX_QUERIES_LISTED
        with self._lock:
            runs = list(self._runs.values())[::-1]
        wanted = [
            run
            for run in runs
            if status in (None, run.status.value)
            and (name is None or name in {group.name for group in run.asked.groups})
        ]
        token = params.text("nextToken")
        first = tokens.unseal("queries", token)[0] if token is not None else 0
        answer: dict[str, Any] = {"queries": [_described(run) for run in wanted[first : first + limit]]}
        if first + limit < len(wanted):
            answer["nextToken"] = tokens.seal("queries", [first + limit])
        return _json(answer)

    def get_log_group_fields(self, params: Params) -> str:
        """The fields that a group's events have, with the share of the events that have them."""
        group = params.group(self._store)
        at = params.number("time", 0, LATEST)
        now = int(time.time() * 1000)
        low, high = (
            (now - _RECENT_MS, now) if at is None else (at * 1000 - _AROUND_MS, at * 1000 + _AROUND_MS)
        )
        events, _ = group.between(Position(low, -1, -1), Position(high + 1, -1, -1), _LOOKED_AT)
        counts = Counter(name for event in events for name in (*SYSTEM_FIELDS, *discovered(event.message)))
        return _json(
            {
                "logGroupFields": [
                    {"name": name, "percent": round(100 * count / len(events))}
                    for name, count in counts.most_common()
                ]
            }
        )

    def _groups(self, params: Params) -> list[Group]:
        one = params.text("logGroupName")
        lists = [
            None if one is None else [one],
            params.texts("logGroupNames", MAX_GROUPS),
            params.texts("logGroupIdentifiers", MAX_GROUPS),
        ]
        given = [names for names in lists if names is not None]
        if len(given) != 1:
            raise invalid(
                "Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be specified."
            )
        groups = [self._store.group(name) for name in dict.fromkeys(map(group_name, given[0]))]
        found = [group for group in groups if group is not None]
        if len(found) < len(groups):
            raise missing("log group")
        if any(group.group_class == "DELIVERY" for group in found):
            raise invalid("This operation is not supported on log groups of class DELIVERY.")
        return found

    def _begin(self, asked: Asked) -> Run:
        with self._lock:
            under_way = sum(not run.status.is_over for run in self._runs.values())
            if under_way >= self._habits.concurrent:
                raise AwsError(
                    "LimitExceededException",
                    f"Account maximum query concurrency limit of [{self._habits.concurrent}] reached.",
                )
            run = _run(asked, self._habits, self._rng.random())
            self._runs[run.id] = run
            self._forget()
        run.start()
        return run

    def _forget(self) -> None:
        over = [id for id, run in self._runs.items() if run.status.is_over]
        for id in over[: max(0, len(self._runs) - _KEPT)]:
            del self._runs[id]

    def _run(self, params: Params) -> Run:
        run = self._runs.get(params.required("queryId"))
        if run is None:
            raise AwsError("ResourceNotFoundException", "The specified query does not exist.")
        return run

    def _refuse_denied(self, operation: str) -> None:
        if self._habits.denied:
            raise AwsError(
                "AccessDeniedException",
                f"User: arn:aws:sts::{lab.ACCOUNT}:assumed-role/demo/demo is not authorized to perform: "
                f"logs:{operation} because no identity-based policy allows the logs:{operation} action",
            )


def _run(asked: Asked, habits: QueryHabits, drawn: float) -> Run:
    end = Status.COMPLETE
    if drawn < habits.failed:
        end = Status.FAILED
    elif drawn < habits.failed + habits.timed_out:
        end = Status.TIMED_OUT
    # An estimate reads nothing, and so takes no time.
    return Run(str(uuid.uuid4()), asked, 0.0 if asked.plan.is_estimate else habits.seconds, end)


def _required_time(params: Params, name: str) -> int:
    value = params.number(name, 0, LATEST)
    if value is None:
        raise invalid(f"{name} must be specified.")
    return value


def _found(run: Run, offset: int, limit: int) -> dict[str, Any]:
    """Rows and statistics, and a token where there are more rows."""
    rows = run.rows()
    page = rows[offset : offset + limit]
    plan = run.asked.plan
    answer: dict[str, Any] = {
        "results": [[_cell(name, value) for name, value in plan.shown(row)] for row in page],
        "statistics": _statistics(run, len(rows)),
    }
    if offset + limit < len(rows):
        answer["nextToken"] = tokens.seal(run.id, [offset + limit])
    return answer


def _statistics(run: Run, results: int) -> dict[str, float]:
    scan = run.scan
    return {
        "recordsMatched": float(scan.matched),
        "recordsScanned": float(scan.events),
        "bytesScanned": float(scan.bytes),
        "estimatedRecordsSkipped": 0.0,
        "estimatedBytesSkipped": 0.0,
        "logGroupsScanned": float(len(run.asked.groups)),
        "resultCount": float(results),
    }


def _described(run: Run) -> dict[str, Any]:
    return {
        "queryLanguage": "CWLI",
        "queryId": run.id,
        "queryString": run.asked.text,
        "status": run.status.value,
        "createTime": int(run.created * 1000),
        "logGroupName": run.asked.groups[0].name,
        "queryDuration": int(run.duration_s * 1000),
        "bytesScanned": float(run.scan.bytes),
    }


def _cell(name: str, value: str) -> dict[str, str]:
    return {"field": name, "value": value}


def _json(answer: dict[str, Any]) -> str:
    return json.dumps(answer)
