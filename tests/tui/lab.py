"""The lab VPC as values, and a session that plays it, for tests of the screen: no AWS, a fixed clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from flowtui.monitor.figures import Figures
from flowtui.monitor.outside import Identity
from flowtui.monitor.settings import Settings
from flowtui.monitor.state import GroupState, SessionState, StandingFault, Status, StatusKind
from flowtui.records.events import LogEvents
from flowtui.records.format import DEFAULT_FORMAT, LogFormat
from flowtui.records.resolve import FormatBook, read
from flowtui.store.series import Series
from flowtui.store.store import Store
from flowtui.topology.history import History
from flowtui.topology.lookup import TopologyIndex
from flowtui.topology.model import (
    FlowLog,
    Gateway,
    Interface,
    Owner,
    OwnerKind,
    Route,
    RouteTable,
    Subnet,
    Topology,
    Vpc,
)
from flowtui.topology.rules import ANY, AclRule, GroupRule, NetworkAcl, Rules, SecurityGroup

NOW = 1_760_000_000.0
GROUP = "/vpc/lab"
BASTION, APP_1, APP_2, NAT = (f"eni-0{letter * 16}" for letter in "abcd")


def _interface(eni: str, name: str, subnet: str, kind: OwnerKind, address: str, *public: str) -> Interface:
    owner = Owner(kind, f"{'nat' if kind is OwnerKind.NAT_GATEWAY else 'i'}-0{name}0123456789", name)
    return Interface(eni, name, "vpc-lab", subnet, owner, (address,), public, status="in-use")


def lab_topology(**changes: object) -> Topology:
    """VPC lab with a public and a private subnet, and a default VPC without a flow log."""
    topology = Topology(
        account="123456789012",
        region="eu-west-1",
        read_at=NOW - 20,
        vpcs=(
            Vpc("vpc-lab", "lab", ("172.16.0.0/16",)),
            Vpc("vpc-default", "", ("172.31.0.0/16",), is_default=True),
        ),
        subnets=(
            Subnet("subnet-public", "public", "vpc-lab", ("172.16.0.0/24",), "eu-west-1a", is_public=True),
            Subnet("subnet-private", "private", "vpc-lab", ("172.16.1.0/24",), "eu-west-1a", is_public=False),
        ),
        gateways=(Gateway("igw-0e4aaaaaaaaaa7c1", "", "vpc-lab", "internet gateway"),),
        route_tables=(
            RouteTable(
                "rtb-1", "public", "vpc-lab", True, (), (Route("0.0.0.0/0", "igw-0e4aaaaaaaaaa7c1"),)
            ),
        ),
        interfaces=(
            _interface(BASTION, "bastion", "subnet-public", OwnerKind.INSTANCE, "172.16.0.121", "192.0.2.10"),
            _interface(NAT, "nat-1", "subnet-public", OwnerKind.NAT_GATEWAY, "172.16.0.8", "192.0.2.11"),
            _interface(APP_1, "app-1", "subnet-private", OwnerKind.INSTANCE, "172.16.1.20"),
            _interface(APP_2, "app-2", "subnet-private", OwnerKind.INSTANCE, "172.16.1.31"),
        ),
        flow_logs=(
            FlowLog(
                "fl-0aa1111111111d3d9", "vpc-lab", "ALL", str(DEFAULT_FORMAT), 60, "cloud-watch-logs", GROUP,
                GROUP, delivery_status="SUCCESS",
            ),
        ),
    )  # fmt: skip
    return replace(topology, **changes)  # type: ignore[arg-type]


_IMPLICIT = tuple(AclRule(32767, is_egress, False, ANY, "0.0.0.0/0") for is_egress in (False, True))
_ALLOW = tuple(AclRule(100, is_egress, True, ANY, "0.0.0.0/0") for is_egress in (False, True))


def ruled_topology(*, group_name: str = "bastion-sg") -> Topology:
    """The lab, whose bastion lets in only tcp/22."""
    bare = lab_topology()
    interfaces = tuple(
        replace(each, group_ids=("sg-0b1aaaaaaaaaaaf22",)) if each.id == BASTION else each
        for each in bare.interfaces
    )
    rule = GroupRule("sgr-07", is_egress=False, protocol=6, from_port=22, to_port=22, cidr="0.0.0.0/0")
    rules = Rules(
        read_at=NOW - 42,
        groups=(SecurityGroup("sg-0b1aaaaaaaaaaaf22", group_name, "vpc-lab", rules=(rule,)),),
        acls=(
            NetworkAcl(
                "acl-1", "public", "vpc-lab", True, ("subnet-public", "subnet-private"), (*_ALLOW, *_IMPLICIT)
            ),
        ),
        peerings=(),
        members=(),
    )
    return replace(bare, interfaces=interfaces, rules=rules)


def line(
    eni: str,
    src: str,
    sport: int,
    dst: str,
    dport: int,
    start: int,
    *,
    action: str = "ACCEPT",
    protocol: int = 6,
    packets: int = 5,
    size: int = 300,
) -> str:
    """A line in the default format."""
    return (
        f"2 123456789012 {eni} {src} {dst} {sport} {dport} {protocol} {packets} {size} "
        f"{start} {start + 58} {action} OK"
    )


def lab_lines(count: int, *, until: float = NOW - 90) -> list[str]:
    """Records of the lab, one every 3 seconds up to a time; every fourth one rejected."""
    lines = []
    for number in range(count):
        start = int(until) - 3 * (count - number)
        if number % 4 == 3:
            lines.append(
                line(BASTION, "203.0.113.9", 51_000 + number, "172.16.0.121", 80, start, action="REJECT")
            )
        elif number % 4 == 2:
            lines.append(line(APP_1, "172.16.1.20", 40_000 + number, "203.0.113.80", 443, start, size=28_914))
        else:
            lines.append(line(BASTION, "198.51.100.7", 40_000 + number, "172.16.0.121", 22, start))
    return lines


def scan_lines(until: float = NOW - 120) -> list[str]:
    """Rejected records of two scanners of the bastion: some ports once each, one port often."""
    scanned = [(1, 23), (2, 445), (3, 8080), *((4, port) for port in (3389,) * 8)]
    return [
        line(
            BASTION,
            f"198.51.100.{host}",
            52_000 + at,
            "172.16.0.121",
            port,
            int(until) - 9 * at,
            action="REJECT",
        )
        for at, (host, port) in enumerate(scanned)
    ]


def events(lines: Iterable[str], *, at: float = NOW) -> LogEvents:
    """Log events of these lines, each in the stream of its interface."""
    kept = list(lines)
    streams = [
        next((part for part in each.split() if part.startswith("eni-")), "eni-0e") + "-all" for each in kept
    ]
    starts = [next((int(part) for part in each.split()[10:11] if part.isdigit()), int(at)) for each in kept]
    return LogEvents(
        streams,
        [1000 * start for start in starts],
        [int(1000 * at)] * len(kept),
        [f"{number:056}" for number in range(len(kept))],
        kept,
    )


@dataclass
class PlayedSession:
    """A session whose records arrive when a test says so."""

    topology: Topology | None = field(default_factory=lab_topology)
    status: Status = field(default_factory=lambda: Status(StatusKind.LIVE))
    faults: tuple[StandingFault, ...] = ()
    settings: Settings = field(default_factory=lambda: Settings(utc=True))
    capacity: int = 1_000_000
    format: LogFormat = DEFAULT_FORMAT

    def __post_init__(self) -> None:
        self.store = Store(self.capacity)
        self.series = Series()
        self.unparsed: list[object] = []
        self.version = 0
        self.topology_version = 1
        self.is_started = self.is_stopped = False
        self.refreshes = 0
        self.changed: Callable[[], None] = lambda: None
        self.index = None if self.topology is None else TopologyIndex(self.topology)
        self.history = History() if self.topology is None else History().seen(self.topology)

    def open(self, settings: Settings, changed: Callable[[], None]) -> PlayedSession:
        """What the screen is given to open a session."""
        self.settings, self.changed = settings, changed
        return self

    def start(self) -> None:
        self.is_started = True

    def stop(self) -> None:
        self.is_stopped = True

    def refresh_topology(self) -> None:
        self.refreshes += 1

    def arrive(self, lines: Iterable[str], *, late: str | None = None, at: float = NOW) -> None:
        """Records arrive live."""
        batch = read(GROUP, events(lines, at=at), FormatBook({}, (self.format,)))
        self.store.append(batch, is_late=[late] * len(batch))
        self._take(batch.unparsed)

    def back_fill(self, lines: Iterable[str]) -> None:
        """Records of the time before the start are read."""
        batch = read(GROUP, events(lines), FormatBook({}, (self.format,)))
        self.store.append_backfill(batch)
        self._take(batch.unparsed)

    def _take(self, unparsed: Iterable[object]) -> None:
        self.unparsed += unparsed
        self.series = self.series.extend(self.store.snapshot())
        self.change()

    def change(self) -> None:
        """Tells the screen."""
        self.version += 1
        self.changed()

    def take_topology(self, topology: Topology) -> None:
        """The topology was read again."""
        self.topology, self.index = topology, TopologyIndex(topology)
        self.history = self.history.seen(topology)
        self.topology_version += 1
        self.change()

    def state(self) -> SessionState:
        snapshot = self.store.snapshot()
        totals = self.series.totals
        known = totals.accepted + totals.rejected
        figures = Figures(
            lag_s=94.0,
            rate_per_s=6.2,
            rejected_share=totals.rejected / known if known else None,
            skipped=totals.skipped,
            unparsed=len(self.unparsed),
            evicted=snapshot.evicted,
            watermark=NOW - 90,
        )
        return SessionState(
            version=self.version,
            identity=Identity("123456789012", "arn:aws:iam::123456789012:user/engineer", "eu-west-1", None),
            index=self.index,
            history=self.history,
            status=self.status,
            faults=self.faults,
            snapshot=snapshot,
            series=self.series,
            figures=figures,
            groups=(GroupState(GROUP, (self.format,), is_caught_up=True, events=len(snapshot)),),
            unparsed=tuple(self.unparsed),  # type: ignore[arg-type]
            begin=NOW - 1800,
            topology_version=self.topology_version,
        )
