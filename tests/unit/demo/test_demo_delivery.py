"""The lab's records: consistent with one another and with the lab's rules, and arriving as on AWS."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from flowtui.demo import feed, lab, shop
from flowtui.demo.delivery import Delivery
from flowtui.demo.lab import Lab
from flowtui.demo.logs import Entry, LogStore, Position
from flowtui.demo.scenario import Scenario

START = 1_767_268_800.0
SEED = 7
LAB = lab.build(SEED)
NAT, BASTION = LAB.nat.id, LAB.bastion.id
PRIVATE = {LAB.app_1.address, LAB.app_2.address}


@dataclass(frozen=True)
class Row:
    """A record with what came with it."""

    nic: str
    src: str
    dst: str
    sport: str
    dport: str
    protocol: str
    packets: str
    bytes: str
    start: int
    end: int
    action: str
    status: str
    arrival_ms: int

    @property
    def key(self) -> tuple[str, ...]:
        return self.nic, self.src, self.dst, self.sport, self.dport, self.protocol

    @property
    def window(self) -> int:
        shift = [nic.id for nic in LAB.nics].index(self.nic) * 15
        return (self.start - shift) // 60


def row(entry: Entry) -> Row:
    fields = entry.message.split()
    assert fields[:2] == ["2", "123456789012"]
    assert entry.stream == f"{fields[2]}-all"
    assert entry.timestamp == int(fields[10]) * 1000
    nic, src, dst, sport, dport, protocol, packets, size, start, end, action, status = fields[2:]
    return Row(
        nic, src, dst, sport, dport, protocol, packets, size,
        int(start), int(end), action, status, entry.ingestion,
    )  # fmt: skip


def entries_of(store: LogStore, name: str) -> list[Entry]:
    group = store.group(name)
    assert group is not None
    events, _ = group.between(Position(0, -1, -1), Position(2**53, -1, -1), 10**7)
    return [Entry(event.stream, event.timestamp, event.ingestion, event.message) for event in events]


def history(
    scenario: Scenario, network: Lab = LAB, start: float = START
) -> tuple[list[Entry], Delivery | None]:
    """The lab's."""
    store = LogStore()
    feeds = feed.fill(store, network, shop.build(scenario.seed), scenario, start)
    return entries_of(store, lab.LOG_GROUP), feeds[0].delivery if feeds else None


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """Two hours: the history, and half an hour more as it arrived."""
    entries, delivery = history(Scenario(history_minutes=90))
    assert delivery is not None
    return [row(entry) for entry in entries + delivery.take(START + 1_800)]


@pytest.fixture(scope="module")
def flows(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row.status == "OK"]


def test_half_an_hour_of_history_at_the_rate_and_none_of_it_from_the_future() -> None:
    entries, _ = history(Scenario())
    assert 9_500 < len(entries) < 11_500
    assert all(entry.timestamp / 1000 >= START - 1_800 for entry in entries)
    assert all(entry.ingestion / 1000 <= START for entry in entries)


def test_the_same_seed_and_start_give_the_same_records() -> None:
    assert history(Scenario())[0] == history(Scenario())[0]
    assert history(Scenario(seed=8), lab.build(8))[0] != history(Scenario())[0]


def test_rate_0_has_history_and_nothing_more() -> None:
    entries, delivery = history(Scenario(rate=0))
    assert len(entries) > 9_500
    assert delivery is None


@pytest.mark.parametrize(("rate", "speed"), [(1, 1), (6, 1), (30, 1), (6, 5)])
def test_records_arrive_at_the_rate(rate: float, speed: float) -> None:
    scenario = Scenario(rate=rate, speed=speed, history_minutes=20)
    feeds = feed.fill(LogStore(), LAB, shop.build(SEED), scenario, START)
    arrived = sum(len(each.delivery.take(START + 900)) for each in feeds)
    assert arrived == pytest.approx(900 * rate * speed, rel=0.1)


def test_records_arrive_every_second_and_not_in_lumps() -> None:
    _, delivery = history(Scenario())
    assert delivery is not None
    per_second = Counter(entry.ingestion // 1000 for entry in delivery.take(START + 600))
    seconds = [per_second[int(START) + second] for second in range(600)]
    assert sum(count > 0 for count in seconds) > 580
    assert max(seconds) < 30


def test_take_gives_what_is_due_and_keeps_the_rest() -> None:
    _, delivery = history(Scenario())
    assert delivery is not None
    early = delivery.take(START + 10)
    late = delivery.take(START + 20)
    assert all(START <= entry.ingestion / 1000 <= START + 10 for entry in early)
    assert all(START + 9.99 < entry.ingestion / 1000 <= START + 20 for entry in late)


def test_delays_after_the_end_of_the_window(rows: list[Row]) -> None:
    shifts = {nic.id: place * 15 for place, nic in enumerate(LAB.nics)}
    delays = [
        row.arrival_ms / 1000 - ((row.window + 1) * 60 + shifts[row.nic])
        for row in rows
        # The last quarter of an hour is not complete: what is late has not arrived.
        if row.start < START + 1_800 - 1_000
    ]
    assert all(29.9 < delay < 901 for delay in delays)
    late = sum(delay > 90.1 for delay in delays) / len(delays)
    assert 0.04 < late < 0.06


def test_arrival_is_out_of_order() -> None:
    _, delivery = history(Scenario())
    assert delivery is not None
    timestamps = [entry.timestamp for entry in delivery.take(START + 300)]
    assert timestamps != sorted(timestamps)


def test_one_record_per_direction_interface_and_window(flows: list[Row]) -> None:
    counts = Counter((row.key, row.window) for row in flows)
    assert [key for key, count in counts.items() if count > 1] == []


def test_records_lie_within_their_window(flows: list[Row]) -> None:
    for row in flows:
        shift = [nic.id for nic in LAB.nics].index(row.nic) * 15
        assert row.start <= row.end <= (row.window + 1) * 60 + shift


def test_packets_have_a_size(flows: list[Row]) -> None:
    assert all(int(row.packets) > 0 for row in flows)
    assert all(28 <= int(row.bytes) / int(row.packets) <= 1_500 for row in flows)


def test_interfaces_see_what_they_are_an_end_of(flows: list[Row]) -> None:
    addresses = {nic.id: nic.address for nic in LAB.nics}
    assert all(addresses[row.nic] in (row.src, row.dst) for row in flows)


REJECTIONS: list[tuple[str, Callable[[Row], bool], Callable[[Row], bool]]] = [
    (
        "port 80 at the bastion",
        lambda r: r.dport == "80",
        lambda r: r.nic == BASTION and r.dst == LAB.bastion.address,
    ),
    (
        "scanned ports",
        # What comes back from a server may go to such a port of the NAT gateway.
        lambda r: r.dport in ("23", "3389", "445", "5900", "6379", "5060") and int(r.sport) > 1_023,
        lambda r: r.nic == BASTION and r.dst == LAB.bastion.address,
    ),
    (
        "the database at app-1",
        lambda r: r.dport == "5432" and r.action == "REJECT",
        lambda r: r.nic == LAB.app_1.id and r.src == LAB.app_2.address,
    ),
    (
        "replies to pings",
        lambda r: r.protocol == "1" and r.action == "REJECT",
        lambda r: r.nic == BASTION and r.src == LAB.bastion.address and r.dst.startswith("203.0.113."),
    ),
]


@pytest.mark.parametrize(
    ("is_meant", "is_right"), [case[1:] for case in REJECTIONS], ids=[case[0] for case in REJECTIONS]
)
def test_rejections(
    flows: list[Row], is_meant: Callable[[Row], bool], is_right: Callable[[Row], bool]
) -> None:
    meant = [row for row in flows if is_meant(row) and not (row.dport == "5432" and row.action == "ACCEPT")]
    assert len(meant) > 5
    assert all(row.action == "REJECT" and is_right(row) for row in meant)


def test_nothing_else_is_rejected(flows: list[Row]) -> None:
    expected = {"80", "23", "3389", "8080", "445", "5900", "6379", "5060", "5432", "0"}
    assert {row.dport for row in flows if row.action == "REJECT"} <= expected
    assert {row.dport for row in flows if row.dport == "22" and row.action == "REJECT"} == set()


def test_a_rejected_reply_has_an_accepted_request(flows: list[Row]) -> None:
    pings = {(row.src, row.dst, row.start) for row in flows if row.protocol == "1" and row.action == "ACCEPT"}
    replies = [row for row in flows if row.protocol == "1" and row.action == "REJECT"]
    assert replies
    # At the edges one of the two may have been late or from before.
    twins = sum((row.dst, row.src, row.start) in pings for row in replies)
    assert twins >= 0.8 * len(replies)


def test_the_nat_gateway_passes_on_what_it_gets(flows: list[Row]) -> None:
    totals: dict[str, int] = defaultdict(int)
    for row in flows:
        if row.nic == NAT and START - 3_600 < row.start < START - 600:
            if row.src in PRIVATE:
                totals["from instances"] += int(row.packets)
            elif row.dst in PRIVATE:
                totals["to instances"] += int(row.packets)
            elif row.src == LAB.nat.address:
                totals["to the internet"] += int(row.packets)
            else:
                totals["from the internet"] += int(row.packets)
    assert totals["from instances"] == pytest.approx(totals["to the internet"], rel=0.1)
    assert totals["from the internet"] == pytest.approx(totals["to instances"], rel=0.1)


def test_private_instances_reach_the_outside_through_nat_only(flows: list[Row]) -> None:
    inside = {nic.address for nic in LAB.nics}
    at_bastion = [row for row in flows if row.nic == BASTION and {row.src, row.dst} & PRIVATE]
    assert at_bastion
    assert all({row.src, row.dst} <= inside for row in at_bastion)


@pytest.mark.parametrize("speed", [1, 3])
def test_the_burst_of_rejections_was_ten_minutes_ago(speed: float) -> None:
    entries, _ = history(Scenario(speed=speed))
    tries = [row(entry) for entry in entries if " 80 6 " in entry.message]
    minutes = Counter(int(START - one.start) // 60 for one in tries if one.dport == "80")
    around = sum(minutes[minute] for minute in range(7, 13)) / 6
    elsewhere = sum(minutes[minute] for minute in range(15, 30)) / 15
    assert around > 4 * elsewhere


def test_no_data_means_no_records_in_that_window(rows: list[Row], flows: list[Row]) -> None:
    busy = {(row.nic, row.window) for row in flows}
    silent = [row for row in rows if row.status == "NODATA"]
    assert silent
    assert all(row.action == "-" and row.src == "-" and row.packets == "-" for row in silent)
    assert not [row for row in silent if (row.nic, row.window) in busy]


def test_skipped_data_happens_now_and_then(rows: list[Row]) -> None:
    skipped = [row for row in rows if row.status == "SKIPDATA"]
    assert 1 <= len(skipped) < 30
    assert all(row.action == "-" and row.src == "-" for row in skipped)


def test_every_kind_of_traffic_is_there(flows: list[Row]) -> None:
    seen = {(row.dport, row.action) for row in flows}
    assert {
        ("22", "ACCEPT"), ("80", "REJECT"), ("53", "ACCEPT"), ("443", "ACCEPT"), ("5432", "REJECT"),
        ("3389", "REJECT"), ("23", "REJECT"), ("0", "ACCEPT"), ("0", "REJECT"),
    } <= seen  # fmt: skip


def test_outside_addresses_are_documentation_addresses(flows: list[Row]) -> None:
    allowed = ("192.0.2.", "198.51.100.", "203.0.113.", "172.16.0.", "172.16.1.")
    assert all(address.startswith(allowed) for row in flows for address in (row.src, row.dst))
