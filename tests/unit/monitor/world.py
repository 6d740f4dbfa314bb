"""A small account: one VPC with two interfaces, a flow log, and what a scripted connection says of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from flowtui.monitor.outside import Fault, FaultError, Identity, Page, PageRequest
from flowtui.records.events import LogEvents
from flowtui.records.format import DEFAULT_FORMAT
from flowtui.topology.model import FlowLog, Interface, Owner, OwnerKind, Subnet, Topology, Vpc
from flowtui.topology.rules import Rules
from tests.unit.monitor.scripted import GROUP, FakeClock, ScriptedLogs

ACCOUNT = "123456789012"
WEB, APP = "eni-0a", "eni-0b"


def interface(id: str, name: str, address: str, subnet_id: str = "subnet-1") -> Interface:
    owner = Owner(OwnerKind.INSTANCE, f"i-{name}", name)
    return Interface(id, name, "vpc-1", subnet_id, owner, (address,))


FLOW_LOG = FlowLog("fl-1", "vpc-1", "ALL", str(DEFAULT_FORMAT), 60, "cloud-watch-logs", GROUP, GROUP)

TOPOLOGY = Topology(
    ACCOUNT,
    "eu-west-1",
    0.0,
    vpcs=(Vpc("vpc-1", "lab", ("172.16.0.0/16",)),),
    subnets=(Subnet("subnet-1", "public", "vpc-1", ("172.16.0.0/24",)),),
    interfaces=(interface(WEB, "web", "172.16.0.10"), interface(APP, "app", "172.16.0.20")),
    flow_logs=(FLOW_LOG,),
)


def line(
    start: int,
    *,
    eni: str = WEB,
    src: str = "203.0.113.9",
    dst: str = "172.16.0.10",
    port: int = 80,
    action: str = "REJECT",
    status: str = "OK",
) -> str:
    return f"2 {ACCOUNT} {eni} {src} {dst} 50000 {port} 6 3 180 {start} {start + 10} {action} {status}"


def log_events(lines: Iterable[str], *, begin_id: int = 0, delay_s: int = 60) -> LogEvents:
    messages = list(lines)
    starts = [int(message.split()[10]) * 1000 for message in messages]
    return LogEvents(
        [f"{message.split()[2]}-all" for message in messages],
        starts,
        [start + delay_s * 1000 for start in starts],
        [f"{begin_id + number}" for number in range(len(messages))],
        messages,
    )


@dataclass
class Lines:
    """Logs that give every line of the group on one page; lines may be added while it is read."""

    lines: list[str] = field(default_factory=list)
    fault: Fault | None = None
    calls: int = 0

    def page(self, request: PageRequest) -> Page:
        self.calls += 1
        if self.fault is not None:
            raise FaultError(self.fault)
        events = log_events(list(self.lines))
        end_ms = request.end_ms
        rows = [
            row
            for row, at in enumerate(events.timestamps)
            if at >= request.start_ms and (end_ms is None or at <= end_ms)
        ]
        return Page(events.take(rows), None, 0)


@dataclass
class Account:
    """A connection that says what it is told to."""

    logs_: Lines | ScriptedLogs = field(default_factory=Lines)
    topology_: Topology = TOPOLOGY
    fault: Fault | None = None
    topology_fault: Fault | None = None
    asked_vpcs: list[tuple[str, ...]] = field(default_factory=list)

    def identity(self) -> Identity:
        if self.fault is not None:
            raise FaultError(self.fault)
        return Identity(ACCOUNT, "arn:aws:iam::123456789012:user/me", "eu-west-1", None)

    def topology(self, vpc_ids: tuple[str, ...]) -> Topology:
        self.asked_vpcs.append(vpc_ids)
        if self.topology_fault is not None:
            raise FaultError(self.topology_fault)
        return replace(self.topology_, read_at=time.time())

    def rules(self, topology: Topology) -> Rules:
        return Rules(time.time())

    def logs(self) -> Lines | ScriptedLogs:
        return self.logs_


class EagerClock(FakeClock):
    """Real time for now, but no wait is longer than a few milliseconds."""

    def now(self) -> float:
        return time.time()

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        self.waits.append(timeout_s)
        return event.wait(min(timeout_s, 0.005))


class FastClock:
    """A minute a second, so that the pauses between tries are short."""

    def __init__(self) -> None:
        self._began_at = time.time()

    def now(self) -> float:
        return self._began_at + 60 * (time.time() - self._began_at)

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        return event.wait(timeout_s / 60)


def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        pause.wait(0.005)
