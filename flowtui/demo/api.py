"""The Logs endpoint: finds the operation, gives its answer or AWS's error as bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flowtui.demo.describe import Describe
from flowtui.demo.errors import AwsError
from flowtui.demo.insights.calls import Insights
from flowtui.demo.logs import LogStore
from flowtui.demo.pages import Pages
from flowtui.demo.params import Params
from flowtui.demo.scenario import PageHabits, QueryHabits
from flowtui.demo.writes import Writes

TARGET_PREFIX = "Logs_20140328."
"""What X-Amz-Target begins with in every CloudWatch Logs call."""
CONTENT_TYPE = "application/x-amz-json-1.1"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: bytes
    content_type: str = CONTENT_TYPE
    error_code: str = ""


class LogsApi:
    """The operations of CloudWatch Logs that the demo serves."""

    def __init__(
        self,
        store: LogStore,
        seed: int,
        habits: PageHabits | None = None,
        queries: QueryHabits | None = None,
    ) -> None:
        pages, describe, writes = Pages(store, seed, habits), Describe(store), Writes(store)
        insights = Insights(store, seed, queries)
        self._operations: Mapping[str, Callable[[Params], str]] = {
            "FilterLogEvents": pages.filter_log_events,
            "GetLogEvents": describe.get_log_events,
            "DescribeLogGroups": describe.describe_log_groups,
            "DescribeLogStreams": describe.describe_log_streams,
            "CreateLogGroup": writes.create_log_group,
            "DeleteLogGroup": writes.delete_log_group,
            "PutRetentionPolicy": writes.put_retention_policy,
            "DeleteRetentionPolicy": writes.delete_retention_policy,
            "TagResource": writes.tag_resource,
            "ListTagsForResource": writes.list_tags_for_resource,
            "CreateLogStream": writes.create_log_stream,
            "PutLogEvents": writes.put_log_events,
            "StartQuery": insights.start_query,
            "GetQueryResults": insights.get_query_results,
            "StopQuery": insights.stop_query,
            "DescribeQueries": insights.describe_queries,
            "GetLogGroupFields": insights.get_log_group_fields,
        }

    def answer(self, target: str, body: bytes) -> Answer:
        """The answer to a call; never raises on any content."""
        operation = target.removeprefix(TARGET_PREFIX)
        try:
            handler = self._operations.get(operation)
            if handler is None:
                raise AwsError("UnknownOperationException", f"The demo does not serve {operation}.")
            return Answer(200, handler(Params.read(body)).encode())
        except AwsError as error:
            return error_answer(error)


def error_answer(error: AwsError) -> Answer:
    """An error of the AWS JSON protocol."""
    body = json.dumps({"__type": error.code, "message": error.message, **error.details}).encode()
    return Answer(error.status, body, error_code=error.code)
