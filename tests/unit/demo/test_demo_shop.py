"""The shop's records: of one format, and with every kind of rejection all the time."""

from __future__ import annotations

from collections import Counter

import pytest

from flowtui.demo import feed, lab, shop
from flowtui.demo.lines import Version8
from flowtui.demo.logs import Entry, LogStore, Position
from flowtui.demo.scenario import Scenario

START = 1_767_268_800.0
SEED = 7
SHOP = shop.build(SEED)
FIELDS = shop.LOG_FORMAT.replace("${", "").replace("}", "").split()
FLAGS = {"0", "1", "2", "3", "4", "5", "6", "7", "18", "19", "22", "23"}
"""What records can show (VPC User Guide, "Flow log records")."""

Row = dict[str, str]


def row(entry: Entry) -> Row:
    return dict(zip(FIELDS, entry.message.split(" "), strict=True)) | {"stream": entry.stream}


def history(scenario: Scenario) -> list[Entry]:
    store = LogStore()
    feed.fill(store, lab.build(scenario.seed), shop.build(scenario.seed), scenario, START)
    group = store.group(shop.LOG_GROUP)
    assert group is not None
    events, _ = group.between(Position(0, -1, -1), Position(2**53, -1, -1), 10**6)
    return [Entry(event.stream, event.timestamp, event.ingestion, event.message) for event in events]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """An hour and a half."""
    return [row(entry) for entry in history(Scenario(history_minutes=90))]


@pytest.fixture(scope="module")
def flows(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["log-status"] == "OK"]


def rejected(flows: list[Row], port: int) -> list[Row]:
    return [row for row in flows if row["action"] == "REJECT" and row["dstport"] == str(port)]


def test_every_line_has_all_fields(rows: list[Row]) -> None:
    assert {row["version"] for row in rows} == {"8"}
    assert all(row["stream"] == f"{row['interface-id']}-all" for row in rows)
    assert {row["tcp-flags"] for row in rows if row["log-status"] == "OK"} <= FLAGS


@pytest.mark.parametrize("status", ["NODATA", "SKIPDATA"])
def test_a_window_without_records_has_a_line_of_nothing(status: str) -> None:
    line = Version8().nothing(SHOP.web, status, START, START + 60)
    there = {name: value for name, value in zip(FIELDS, line.split(" "), strict=True) if value != "-"}
    assert there == {
        "version": "8",
        "account-id": lab.ACCOUNT,
        "interface-id": SHOP.web.id,
        "start": str(int(START)),
        "end": str(int(START) + 60),
        "log-status": status,
    }


KINDS = [
    pytest.param(shop.HTTPS, SHOP.web, "BPA", id="block public access"),
    pytest.param(shop.HTTP, SHOP.endpoint, "EC", id="encryption controls"),
    pytest.param(shop.METRICS, SHOP.orders, "-", id="network ACL"),
    pytest.param(shop.SSH, SHOP.orders, "-", id="network ACL and security group"),
    pytest.param(shop.ORDERS, SHOP.orders, "-", id="neither"),
]


@pytest.mark.parametrize(("port", "nic", "reason"), KINDS)
def test_rejections(flows: list[Row], port: int, nic: lab.Nic, reason: str) -> None:
    found = rejected(flows, port)
    assert {(one["interface-id"], one["dstaddr"]) for one in found} == {(nic.id, nic.address)}
    assert {(one["reject-reason"], one["flow-direction"]) for one in found} == {(reason, "ingress")}


@pytest.mark.parametrize("port", [param.values[0] for param in KINDS] + [shop.HEALTH])
def test_each_kind_of_rejection_is_there_all_the_time(flows: list[Row], port: int) -> None:
    # What began in the last ten minutes may not have arrived.
    ages = Counter(int(START - int(one["start"])) // 600 for one in rejected(flows, port))
    assert all(ages[ten] for ten in range(1, 8))


def test_nothing_else_is_rejected(flows: list[Row]) -> None:
    ports = {int(one["dstport"]) for one in flows if one["action"] == "REJECT"}
    assert ports == {*(param.values[0] for param in KINDS), shop.HEALTH}
    assert all(one["reject-reason"] == "-" for one in flows if one["action"] == "ACCEPT")


def test_what_block_public_access_rejects_has_no_bytes(flows: list[Row]) -> None:
    assert {one["bytes"] for one in rejected(flows, shop.HTTPS)} == {"-"}
    assert all(int(one["bytes"]) > 0 for one in flows if one["reject-reason"] != "BPA")


def test_a_late_reset_comes_after_a_whole_connection(flows: list[Row]) -> None:
    accepted = {
        (one["srcport"], one["interface-id"]): int(one["end"])
        for one in flows
        if one["action"] == "ACCEPT" and one["dstport"] == str(shop.ORDERS) and one["tcp-flags"] != "4"
    }
    resets = rejected(flows, shop.ORDERS)
    assert {one["tcp-flags"] for one in resets} == {"4"}
    gaps = [
        int(one["start"]) - accepted[key]
        for one in resets
        if (key := (one["srcport"], one["interface-id"])) in accepted
    ]
    assert gaps
    assert all(gap >= lab.INTERVAL_S for gap in gaps)


def test_one_record_per_direction_interface_and_window(flows: list[Row]) -> None:
    names = ("interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "start")
    counts = Counter(tuple(one[name] for name in names) for one in flows)
    assert set(counts.values()) == {1}


def test_tasks_come_and_go_and_none_lasts(flows: list[Row]) -> None:
    tasks = {one["interface-id"] for one in flows} - {nic.id for nic in SHOP.nics}
    assert len(tasks) >= 8
    assert {one["interface-id"] for one in rejected(flows, shop.HEALTH)} == tasks


def test_the_same_seed_and_start_give_the_same_records() -> None:
    short = Scenario(history_minutes=10)
    assert history(short) == history(short)
    assert history(Scenario(seed=8, history_minutes=10)) != history(short)
