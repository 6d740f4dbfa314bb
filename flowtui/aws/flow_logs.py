"""Flow logs from DescribeFlowLogs: where each writes, in which format, and whether the delivery works."""

from __future__ import annotations

import re

from flowtui.aws.values import Row, name_tag, number, text
from flowtui.records.format import DEFAULT_FORMAT
from flowtui.topology.model import FlowLog

_GROUP_ARN = re.compile(r"arn:[^:]*:logs:[^:]*:[^:]*:log-group:([^:*]+)")

_DEFAULT_INTERVAL_S = 600
"""AWS's MaxAggregationInterval where none is given."""

_CLOUDWATCH = "cloud-watch-logs"


def flow_log_of(row: Row) -> FlowLog:
    """A flow log; its log group by LogGroupName or by the name in LogDestination, whichever AWS gives."""
    arn = text(row, "LogDestination").removesuffix(":*")
    found = _GROUP_ARN.match(arn)
    group = text(row, "LogGroupName") or (found[1] if found else "")
    kind = text(row, "LogDestinationType") or _CLOUDWATCH
    is_group = kind == _CLOUDWATCH
    return FlowLog(
        id=text(row, "FlowLogId"),
        resource_id=text(row, "ResourceId"),
        traffic_type=text(row, "TrafficType") or "ALL",
        format=text(row, "LogFormat") or str(DEFAULT_FORMAT),
        interval_s=number(row, "MaxAggregationInterval", _DEFAULT_INTERVAL_S),
        destination_type=kind,
        destination=group if is_group else arn,
        log_group=group or None if is_group else None,
        log_group_arn=arn if is_group and found else None,
        delivery_status=text(row, "DeliverLogsStatus"),
        delivery_error=text(row, "DeliverLogsErrorMessage"),
        name=name_tag(row),
    )
