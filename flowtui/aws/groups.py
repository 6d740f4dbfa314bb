"""Log groups named by an ARN: what the ARN tells, and what to do where such a group cannot be read from here.

Calls nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from flowtui.aws.wording import outside_text
from flowtui.monitor.outside import Fault, FaultKind


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
