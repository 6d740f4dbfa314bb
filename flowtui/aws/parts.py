"""The parts of the topology: which describe call gives each, page by page, and what happens when one fails.

Knows nothing of what is in the rows.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from flowtui.aws.values import Row, rows
from flowtui.monitor.outside import Fault, FaultError, FaultKind
from flowtui.topology.model import Missing

Asking = Callable[[str], AbstractContextManager[None]]
"""Turns what is raised inside into a FaultError about the action given."""


@dataclass(frozen=True, slots=True)
class Part:
    """One describe call: what it gives, for the screen, and how it is asked."""

    name: str
    """As in `Missing.part`."""
    operation: str
    """boto3's method name."""
    key: str
    """Where the rows are in the reply."""
    page_size: int | None = 1000
    """MaxResults, the most that AWS allows; None where it is left to AWS."""
    vpc_filter: str = ""
    """The filter that chooses VPCs; empty where AWS has none."""
    filter_parameter: str = "Filters"
    is_managed_included: bool = False
    """Whether to ask for the interfaces or instances that AWS hides since a service manages them."""

    @property
    def action(self) -> str:
        """The IAM action, `ec2:DescribeVpcs`."""
        return "ec2:" + "".join(word.capitalize() for word in self.operation.split("_"))

    def parameters(self, vpc_ids: Sequence[str]) -> dict[str, Any]:
        """The parameters of the first call."""
        parameters: dict[str, Any] = {}
        if self.page_size is not None:
            parameters["MaxResults"] = self.page_size
        if self.is_managed_included:
            parameters["IncludeManagedResources"] = True
        if self.vpc_filter and 0 < len(vpc_ids) <= FILTER_VALUES:
            parameters[self.filter_parameter] = [{"Name": self.vpc_filter, "Values": list(vpc_ids)}]
        return parameters


FILTER_VALUES = 200
"""Values that one EC2 filter takes; for more VPCs everything is read."""

VPCS = Part("VPCs", "describe_vpcs", "Vpcs")
SUBNETS = Part("subnets", "describe_subnets", "Subnets", vpc_filter="vpc-id")
ROUTE_TABLES = Part("route tables", "describe_route_tables", "RouteTables", 100, "vpc-id")
INTERNET_GATEWAYS = Part(
    "internet gateways", "describe_internet_gateways", "InternetGateways", vpc_filter="attachment.vpc-id"
)
EGRESS_GATEWAYS = Part(
    "egress-only internet gateways",
    "describe_egress_only_internet_gateways",
    "EgressOnlyInternetGateways",
    255,
)
NAT_GATEWAYS = Part("NAT gateways", "describe_nat_gateways", "NatGateways", 1000, "vpc-id", "Filter")
INSTANCES = Part(
    "instances", "describe_instances", "Reservations", vpc_filter="vpc-id", is_managed_included=True
)
INTERFACES = Part(
    "interfaces",
    "describe_network_interfaces",
    "NetworkInterfaces",
    is_managed_included=True,
)
"""Of all VPCs: where a log group is shared, the records of the others are told by their interfaces."""

FLOW_LOGS = Part("flow logs", "describe_flow_logs", "FlowLogs")

PARTS = (
    INTERFACES,
    INSTANCES,
    VPCS,
    SUBNETS,
    ROUTE_TABLES,
    INTERNET_GATEWAYS,
    EGRESS_GATEWAYS,
    NAT_GATEWAYS,
    FLOW_LOGS,
)
"""The longest first, since they are read at once."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a part gave; with a fault the rows are those read until then."""

    rows: list[Row]
    fault: Fault | None = None


def read(part: Part, client: Callable[[], Any], vpc_ids: Sequence[str], asking: Asking) -> Reading:
    """All rows of a part, every page by its NextToken. Raises nothing that a call can end with."""
    found: list[Row] = []
    try:
        with asking(part.action):
            # By name, since the stubs have no common type for the describes.
            call = getattr(client(), part.operation)
            _read_pages(call, part, vpc_ids, found)
    except FaultError as error:
        return Reading(found, error.fault)
    return Reading(found)


def _read_pages(call: Callable[..., Row], part: Part, vpc_ids: Sequence[str], found: list[Row]) -> None:
    parameters, seen = part.parameters(vpc_ids), set[str]()
    while True:
        reply = call(**parameters)
        found += rows(reply, part.key)
        token = reply.get("NextToken")
        if not isinstance(token, str) or not token:
            return
        if token in seen:
            raise FaultError(_repeated(part))
        seen.add(token)
        parameters["NextToken"] = token


def _repeated(part: Part) -> Fault:
    sentence = f"The list of {part.name} does not end: AWS gave the same page token twice."
    return Fault(FaultKind.UNREADABLE, part.action, sentence, "It is read again.", "RepeatedToken")


def missing(part: Part, fault: Fault) -> Missing:
    """A part that could not be read, as the topology says it."""
    return Missing(part.name, part.action, fault.sentence, is_denied=fault.kind is FaultKind.DENIED)


def at_once(jobs: Mapping[str, Callable[[], Reading]]) -> dict[str, Reading]:
    """The results of all jobs, each run in a thread of its own.

    Daemons and not a ThreadPoolExecutor, whose threads hold up the end of the program by a read time-out.
    """
    results: dict[str, Reading] = {}
    failures: list[BaseException] = []

    def run(name: str, job: Callable[[], Reading]) -> None:
        try:
            results[name] = job()
        except BaseException as error:
            failures.append(error)

    threads = [
        threading.Thread(target=run, args=item, name=f"read {item[0]}", daemon=True) for item in jobs.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return results
