"""Which log groups to follow and by which formats to read them: settings and topology put together.

Pure; knows neither the tail nor the store.
"""

from __future__ import annotations

from collections.abc import Iterable

from flowtui.monitor.settings import Settings
from flowtui.records.format import FormatError, LogFormat
from flowtui.records.resolve import FormatBook
from flowtui.topology.lookup import TopologyIndex
from flowtui.topology.model import FlowLog

_DEFAULT_INTERVAL_S = 600
"""MaxAggregationInterval of a flow log made without one, seconds (CreateFlowLogs)."""


def log_groups(settings: Settings, index: TopologyIndex | None) -> tuple[str, ...]:
    """The groups to follow: those asked for, else those that the flow logs in scope write to.

    A group of another account is named by its ARN, which FilterLogEvents takes as well.
    """
    if settings.log_groups:
        return tuple(dict.fromkeys(settings.log_groups))
    if index is None:
        return ()
    account = index.topology.account
    names = {_name(log, account) for log in index.topology.flow_logs if log.log_group}
    return tuple(sorted(names))


def bare_name(group: str) -> str:
    """The name of a group that may be named by its ARN."""
    return group.partition(":log-group:")[2].removesuffix(":*") if group.startswith("arn:") else group


def format_book(group: str, settings: Settings, index: TopologyIndex | None) -> FormatBook:
    """The formats to read a group's lines by."""
    if index is None:
        return FormatBook({}, settings.formats)
    by_interface = {
        interface_id: _parsed(texts) for interface_id, texts in index.formats_by_interface(group).items()
    }
    candidates = dict.fromkeys((*_parsed(index.formats_of(group)), *settings.formats))
    return FormatBook(by_interface, tuple(candidates))


def formats_of(group: str, index: TopologyIndex | None) -> tuple[LogFormat, ...]:
    """The formats of a group's flow logs, as far as they can be seen."""
    return () if index is None else _parsed(index.formats_of(group))


def flow_logs_of(groups: Iterable[str], index: TopologyIndex | None) -> tuple[FlowLog, ...]:
    """The flow logs that write to these groups."""
    return () if index is None else tuple(log for group in groups for log in index.flow_logs_to(group))


def interval_s(logs: Iterable[FlowLog]) -> float:
    """The longest window of these flow logs, seconds."""
    return float(max((log.interval_s for log in logs), default=_DEFAULT_INTERVAL_S))


def why_none(settings: Settings, index: TopologyIndex) -> tuple[str, str]:
    """Why there is no log group to follow, and what to do about it."""
    topology = index.topology
    unread = next((missing for missing in topology.missing if missing.action == _DESCRIBE), None)
    if unread is not None:
        return unread.sentence, f"Allow {unread.action}, or name a log group with --log-group."
    scope = f"VPC {', '.join(settings.vpc_ids)}" if settings.vpc_ids else f"any VPC in {topology.region}"
    if not topology.flow_logs:
        cure = (
            "Create one that delivers to CloudWatch Logs (`flowtui create-flow-log`), "
            "or name another --region; `flowtui demo` needs no account."
        )
        return f"No flow log covers {scope}.", cure
    kinds = ", ".join(
        sorted({_DESTINATIONS.get(log.destination_type, "elsewhere") for log in topology.flow_logs})
    )
    cure = "Create one more that delivers to CloudWatch Logs."
    return f"The flow logs of {scope} deliver to {kinds} only, which cannot be followed.", cure


_DESCRIBE = "ec2:DescribeFlowLogs"
_DESTINATIONS = {"s3": "S3", "kinesis-data-firehose": "Data Firehose"}


def _name(log: FlowLog, account: str) -> str:
    arn = log.log_group_arn
    is_foreign = arn is not None and account and arn.split(":")[4:5] != [account]
    return (arn if is_foreign else log.log_group) or ""


def _parsed(texts: Iterable[str]) -> tuple[LogFormat, ...]:
    formats: dict[LogFormat, None] = {}
    for text in texts:
        try:
            formats[LogFormat.parse(text)] = None
        except FormatError:
            continue
    return tuple(formats)
