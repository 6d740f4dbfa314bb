"""Log groups: what each is, by DescribeLogGroups; what to do where one named by its ARN is out of reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flowtui.aws.values import Row, number, rows, text
from flowtui.aws.wording import outside_text
from flowtui.monitor.outside import Fault, FaultKind, LogGroup

DESCRIBE = "logs:DescribeLogGroups"

_IDENTIFIERS = 50
"""Groups that one DescribeLogGroups takes by identifier, and gives on a page."""


def described(client: Any, groups: Sequence[str]) -> tuple[LogGroup, ...]:
    """These groups (names or ARNs), or all. Raises botocore's errors."""
    if not groups:
        return tuple(_pages(client, {"limit": _IDENTIFIERS}))
    bare = [each.removesuffix(":*") for each in dict.fromkeys(groups)]
    batches = (bare[at : at + _IDENTIFIERS] for at in range(0, len(bare), _IDENTIFIERS))
    return tuple(group for some in batches for group in _pages(client, {"logGroupIdentifiers": some}))


def _pages(client: Any, parameters: dict[str, Any]) -> Iterator[LogGroup]:
    seen: set[str] = set()
    token: str | None = None
    while True:
        reply = client.describe_log_groups(**parameters, **({"nextToken": token} if token else {}))
        yield from map(_log_group, rows(reply, "logGroups"))
        token = text(reply, "nextToken") or None
        if token is None or token in seen:
            return
        seen.add(token)


def _log_group(row: Row) -> LogGroup:
    kept = number(row, "retentionInDays", 0)
    return LogGroup(
        name=text(row, "logGroupName"),
        log_class=text(row, "logGroupClass") or "STANDARD",
        retention_days=kept or None,
        stored_bytes=number(row, "storedBytes", 0),
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where we are; empty where it is not known."""

    region: str = ""
    account: str = ""


def unreachable(group: str, action: str, here: Place) -> Fault | None:
    """Why a log group cannot be read from here: it lies in another region. None where it can be tried."""
    region = _parts(group).region
    if not region or not here.region or region == here.region:
        return None
    sentence = f"The log group is in {outside_text(region)}, and this session in {here.region}."
    cure = f"Say --region {outside_text(region)}, or read it from a session of its own."
    return Fault(FaultKind.UNSUPPORTED, action, sentence, cure, "OtherRegion")


def explained(fault: Fault, group: str, here: Place) -> Fault:
    """The fault of reading a group, with the cure that fits where it is another account's.

    Source: FilterLogEvents' logGroupIdentifier; CloudWatch cross-account observability.
    """
    account = _parts(group).account
    is_foreign = account and here.account and account != here.account
    if not is_foreign or fault.kind not in (FaultKind.DENIED, FaultKind.NOT_FOUND):
        return fault
    cure = (
        f"Account {outside_text(account)} must share it with {here.account} "
        "(CloudWatch cross-account observability), or use a --profile of that account."
    )
    return replace(fault, cure=cure)


def _parts(group: str) -> Place:
    """Region and account of an ARN, `arn:aws:logs:REGION:ACCOUNT:log-group:NAME`."""
    if not group.startswith("arn:"):
        return Place()
    region, account = (group.split(":") + [""] * 5)[3:5]
    return Place(region, account)
