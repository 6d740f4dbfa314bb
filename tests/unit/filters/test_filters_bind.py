"""Names mean who bore them at the record's time, and directions are those of the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowtui.filters import local
from flowtui.filters.bind import NOBODY, bind, has_names
from flowtui.filters.names import Names
from flowtui.filters.parse import parse
from flowtui.filters.tree import Key, Named, Net, Not, Side, Tree, Way, Word
from flowtui.records import address
from flowtui.topology.history import History
from flowtui.topology.lookup import TopologyIndex
from flowtui.topology.model import Interface, Owner, OwnerKind, Subnet, Topology, Vpc

Record = Mapping[str, object]


def interface(
    id: str,
    name: str,
    *addresses: str,
    vpc: str = "vpc-1",
    subnet: str = "subnet-1",
    owner: str = "",
    kind: OwnerKind = OwnerKind.INSTANCE,
    public: tuple[str, ...] = (),
    prefixes: tuple[str, ...] = (),
    groups: tuple[str, ...] = (),
) -> Interface:
    of = Owner(kind, owner or f"i-{id.removeprefix('eni-')}", name)
    return Interface(id, name or id, vpc, subnet, of, addresses, public, prefixes, groups)


LAB = Topology(
    account="123456789012",
    region="eu-west-1",
    read_at=1000.0,
    vpcs=(Vpc("vpc-1", "lab", ("172.16.0.0/16",)), Vpc("vpc-2", "other", ("172.16.0.0/16",))),
    subnets=(
        Subnet("subnet-1", "public", "vpc-1", ("172.16.0.0/24",), zone="eu-west-1a"),
        Subnet("subnet-2", "private", "vpc-1", ("172.16.1.0/24",), zone="eu-west-1b"),
        Subnet("subnet-3", "far", "vpc-2", ("172.16.0.0/24",), zone="eu-west-1a"),
    ),
    interfaces=(
        interface("eni-1", "web-1", "172.16.0.1", "2001:db8::1", public=("52.0.0.1",), groups=("sg-web",)),
        interface("eni-2", "app-1", "172.16.1.1", subnet="subnet-2", prefixes=("172.16.1.16/28",)),
        interface("eni-3", "nat", "172.16.0.9", owner="nat-1", kind=OwnerKind.NAT_GATEWAY),
        interface("eni-4", "web-1", "172.16.0.1", vpc="vpc-2", subnet="subnet-3", owner="i-1b"),
        interface("eni-5", "db", "172.16.0.9", vpc="vpc-2", subnet="subnet-3"),
    ),
)
NAMES = Names.of(LAB)


def record(on: str | None, src: str, dst: str, **more: object) -> Record:
    named = {name.replace("_", "-"): value for name, value in more.items()}
    return {"interface-id": on, "srcaddr": src, "dstaddr": dst, "start": 1000, **named}


def frame_of(rows: Sequence[Record]) -> pl.DataFrame:
    made: list[pl.Series] = []
    for name in rows[0]:
        column = [row[name] for row in rows]
        if name.endswith("addr"):
            parsed = [address.parse_text(str(each)) if each else None for each in column]
            v4 = [one[0] if one and not one[1] else None for one in parsed]
            v6 = [one[0] if one and one[1] else None for one in parsed]
            made.append(pl.Series(name, v4, dtype=pl.UInt32))
            if any(each is not None for each in v6):
                made.append(pl.Series(f"{name}/6", v6, dtype=pl.UInt128))
        elif isinstance(column[0], int):
            made.append(pl.Series(name, column, dtype=pl.UInt32))
        else:
            made.append(pl.Series(name, column, dtype=pl.Categorical))
    return pl.DataFrame(made)


def selects(tree: Tree, names: Names, rows: Sequence[Record]) -> list[bool | None]:
    frame = frame_of(rows)
    verdict = local.compile(bind(tree, names))(frozenset(frame.columns))
    return frame.with_columns(verdict.alias("verdict")).get_column("verdict").to_list()


WEB = record("eni-1", "203.0.113.9", "172.16.0.1")
APP_TO_WEB = record("eni-2", "172.16.1.1", "172.16.0.1")
APP_TO_WEB_PUBLIC = record("eni-2", "172.16.1.1", "52.0.0.1")
NAT = record("eni-3", "172.16.0.9", "8.8.8.8")
FAR_DB = record("eni-5", "172.16.0.9", "8.8.8.8")
QUIET_WEB = record("eni-1", "", "")
V6 = record("eni-2", "172.16.1.1", "2001:db8::1")
STRANGER = record("eni-77", "9.9.9.9", "8.8.8.8")
RECORDS = {
    "web": WEB,
    "app>web": APP_TO_WEB,
    "app>web public": APP_TO_WEB_PUBLIC,
    "nat": NAT,
    "far db": FAR_DB,
    "quiet web": QUIET_WEB,
    "v6": V6,
    "stranger": STRANGER,
}
OF_WEB = "web, app>web, app>web public, quiet web, v6"

FOUND = [
    ("host web-1", "web, app>web, app>web public, v6"),
    ("host WEB-1", "web, app>web, app>web public, v6"),
    ("host web", ""),
    ("src web-1", ""),
    ("dst web-1", "web, app>web, app>web public, v6"),
    ("src app-1", "app>web, app>web public, v6"),
    ("web-1", OF_WEB),
    ("WEB", OF_WEB),
    ("name:web-1", OF_WEB),
    ("name:web", ""),
    ("-name:web-1", "nat, far db, stranger"),
    ("name:public", "web, app>web, app>web public, nat, quiet web, v6"),
    ("instance:i-1", OF_WEB),
    ("instance:web-1", OF_WEB),
    ("instance:nat", ""),
    ("instance:nat-1", ""),
    ("eni:eni-1", "web, quiet web"),
    ("eni:web-1", "web, quiet web"),
    ("subnet:private", "app>web, app>web public, v6"),
    ("subnet:subnet-2", "app>web, app>web public, v6"),
    ("subnet:private subnet:public", "app>web, app>web public, v6"),
    ("vpc:lab", "web, app>web, app>web public, nat, quiet web, v6"),
    ("vpc:vpc-2", "far db"),
    ("sg:sg-web", OF_WEB),
    ("sg:sg-we", ""),
    ("az:eu-west-1b", "app>web, app>web public, v6"),
    ("host nat", "nat"),
    ("host db", "far db"),
    ("host eni-1", "web, app>web, app>web public, v6"),
    ("nat-1", "nat"),
    ("subnet-2", "app>web, app>web public, v6"),
    ("eni-77", "stranger"),
    ("172.16.0.1", "web, app>web"),
    ("nobody", ""),
    ("not nobody", ", ".join(RECORDS)),
    ("ingress", "web"),
    ("egress", "app>web, app>web public, nat, far db, v6"),
    ("not egress", "web, quiet web, stranger"),
    ("web-1:443", ""),
]


@pytest.mark.parametrize(("text", "found"), FOUND, ids=[text for text, _ in FOUND])
def test_a_name_finds_the_records_of_its_interfaces_and_addresses(text: str, found: str) -> None:
    verdicts = selects(parse(text, 0.0), NAMES, list(RECORDS.values()))
    assert ", ".join(name for name, is_hit in zip(RECORDS, verdicts, strict=True) if is_hit) == found


TOLD = [
    ("instance:i-9", {"instance_id": "i-9"}),
    ("subnet:subnet-9", {"subnet_id": "subnet-9"}),
    ("subnet:private", {"subnet_id": "subnet-2"}),
    ("vpc:vpc-9", {"vpc_id": "vpc-9"}),
    ("vpc:lab", {"vpc_id": "vpc-1"}),
    ("az:euw1-az1", {"az_id": "euw1-az1"}),
    ("name:shop", {"ecs_service_name": "shop"}),
    ("name:gone", {"instance_tag": "gone"}),
    ("host gone", {"instance_tag": "gone"}),
    ("gon", {"asg_tag_2": "Gone-1"}),
    ("eni:eni-77", {}),
]


@pytest.mark.parametrize(("text", "more"), TOLD, ids=[text for text, _ in TOLD])
def test_a_name_that_nobody_has_is_found_where_the_record_says_it(text: str, more: dict[str, str]) -> None:
    tree = parse(text, 0.0)
    assert selects(tree, NAMES, [record("eni-77", "9.9.9.9", "8.8.8.8", **more)]) == [True]
    assert selects(tree, NAMES, [record("eni-78", "9.9.9.9", "8.8.8.8")]) == [False]


def test_without_a_topology_flow_direction_tells_the_direction() -> None:
    rows = [record("eni-1", "9.9.9.9", "8.8.8.8", flow_direction=way) for way in ("ingress", "egress", None)]
    assert selects(parse("ingress", 0.0), NOBODY, rows) == [True, False, False]


def test_flow_direction_counts_before_the_addresses() -> None:
    rows = [record("eni-1", "9.9.9.9", "172.16.0.1", flow_direction=way) for way in ("egress", "-", None)]
    assert selects(parse("ingress", 0.0), NAMES, rows) == [False, False, True]


def test_a_delegated_prefix_is_the_interfaces_own() -> None:
    rows = [record("eni-2", "172.16.1.17", "9.9.9.9"), record("eni-2", "172.16.1.32", "9.9.9.9")]
    assert selects(parse("egress", 0.0), NAMES, rows) == [True, False]


def renamed() -> Names:
    history = History()
    for read_at, name in ((100.0, "blue"), (200.5, "green")):
        topology = Topology("1", "r", read_at, interfaces=(interface("eni-1", name, "10.0.0.1"),))
        history = history.seen(topology)
    return Names(TopologyIndex(topology), history)


MOMENTS = [(50, True), (100, True), (200, True), (201, False), (300, False)]


@pytest.mark.parametrize(("start", "is_blue"), MOMENTS, ids=[str(start) for start, _ in MOMENTS])
@pytest.mark.parametrize("text", ["host blue", "blue", "name:blue", "src blue", "eni:blue", "instance:blue"])
def test_a_name_holds_for_the_time_in_which_it_was_seen(text: str, start: int, is_blue: bool) -> None:
    rows = [{**record("eni-1", "10.0.0.1", "9.9.9.9"), "start": start}]
    assert selects(parse(text, 0.0), renamed(), rows) == [is_blue]
    assert selects(Not(parse(text, 0.0)), renamed(), rows) == [not is_blue]


@pytest.mark.parametrize("text", ["vpc:lab", "lab", "host lab"])
def test_an_interface_that_has_vanished_is_still_of_its_vpc(text: str) -> None:
    vpcs = (Vpc("vpc-1", "lab", ()),)
    before = Topology("1", "r", 100.0, vpcs=vpcs, interfaces=(interface("eni-1", "web", "10.0.0.1"),))
    after = Topology("1", "r", 200.0, vpcs=vpcs)
    names = Names(TopologyIndex(after), History().seen(before).seen(after))
    rows = [{**record("eni-1", "10.0.0.1", "9.9.9.9"), "start": start} for start in (150, 250)]
    assert selects(parse(text, 0.0), names, rows) == [True, text != "host lab"]


def test_without_a_start_the_event_time_counts() -> None:
    row = {"interface-id": "eni-1", "srcaddr": "10.0.0.1", "dstaddr": "9.9.9.9"}
    frame = frame_of([row, row]).with_columns(pl.Series("@timestamp", [150_000, 250_000], dtype=pl.Int64))
    verdict = local.compile(bind(parse("host blue", 0.0), renamed()))(frozenset(frame.columns))
    assert frame.with_columns(verdict.alias("x"))["x"].to_list() == [True, False]


# The law: what is found is what the table shows.

PRIVATE = ("10.0.0.1", "10.0.0.2", "fd00::1")
PUBLIC = ("52.0.0.1", "52.0.0.2")
OTHERS = ("9.9.9.9",)
HOMES = {"eni-1": "vpc-1", "eni-2": "vpc-1", "eni-3": "vpc-2", "eni-4": "vpc-2"}
CALLED = ("web", "app", "")


@st.composite
def histories(draw: st.DrawFn) -> Names:
    history, topology = History(), Topology("1", "r", 0.0)
    read_at = 0.0
    for _ in range(draw(st.integers(1, 14))):
        read_at += draw(st.sampled_from([1.0, 3.0, 4.5]))
        there = draw(st.lists(st.sampled_from(sorted(HOMES)), unique=True))
        interfaces = tuple(
            interface(
                id,
                draw(st.sampled_from(CALLED)),
                *draw(st.lists(st.sampled_from(PRIVATE), unique=True, max_size=2)),
                vpc=HOMES[id],
                public=tuple(draw(st.lists(st.sampled_from(PUBLIC), unique=True, max_size=1))),
            )
            for id in there
        )
        topology = Topology("1", "r", read_at, interfaces=interfaces)
        history = history.seen(topology)
    return Names(TopologyIndex(topology), history)


addresses = st.sampled_from((*PRIVATE, *PUBLIC, *OTHERS, ""))
rows = st.lists(
    st.fixed_dictionaries(
        {
            "interface-id": st.sampled_from((*HOMES, "eni-9", None)),
            "srcaddr": addresses,
            "dstaddr": addresses,
            "pkt-srcaddr": addresses,
            "pkt-dstaddr": addresses,
            "start": st.integers(0, 50),
        }
    ),
    min_size=1,
    max_size=6,
)


@dataclass(frozen=True)
class Shown:
    """What the table shows of a record."""

    names: Names
    row: Record

    @property
    def at(self) -> float:
        return float(str(self.row["start"]))

    @property
    def interface(self) -> str:
        return str(self.row["interface-id"])

    def interface_name(self) -> str | None:
        return self.names.history.interface_name(self.interface, self.at)

    def address_names(self, side: Side) -> set[str | None]:
        known = self.names.index.interface(self.interface) if self.names.index else None
        vpc = known.vpc_id if known else None
        ends = {Side.SRC: ("src",), Side.DST: ("dst",), Side.EITHER: ("src", "dst")}[side]
        texts = [str(self.row[f"{layer}{end}addr"]) for layer in ("", "pkt-") for end in ends]
        return {self.names.history.name_of(text, self.at, vpc) for text in texts if text}

    def direction(self) -> str | None:
        assert self.names.index is not None
        for layer in ("", "pkt-"):
            pair = [str(self.row[f"{layer}{end}addr"]) or None for end in ("src", "dst")]
            found = self.names.index.direction(self.interface, *pair)
            if found:
                return found
        return None


LAWS: list[tuple[str, Tree, Callable[[Shown], bool]]] = [
    ("host", Named(Key.HOST, "web"), lambda shown: "web" in shown.address_names(Side.EITHER)),
    ("src", Named(Key.HOST, "WEB", Side.SRC), lambda shown: "web" in shown.address_names(Side.SRC)),
    ("dst", Named(Key.HOST, "app", Side.DST), lambda shown: "app" in shown.address_names(Side.DST)),
    ("eni", Named(Key.ENI, "web"), lambda shown: shown.interface_name() == "web"),
    (
        "name",
        Named(Key.NAME, "web"),
        lambda shown: shown.interface_name() == "web" or "web" in shown.address_names(Side.EITHER),
    ),
    (
        "word",
        Word("eb"),
        lambda shown: shown.interface_name() == "web" or "web" in shown.address_names(Side.EITHER),
    ),
    ("ingress", parse("ingress", 0.0), lambda shown: shown.direction() == Way.INGRESS.value),
    ("egress", parse("egress", 0.0), lambda shown: shown.direction() == Way.EGRESS.value),
]


@pytest.mark.parametrize(
    ("tree", "is_shown"), [(tree, law) for _, tree, law in LAWS], ids=[name for name, *_ in LAWS]
)
@settings(max_examples=150, deadline=None)
@given(names=histories(), table=rows)
def test_what_is_found_is_what_the_table_shows(
    tree: Tree, is_shown: Callable[[Shown], bool], names: Names, table: list[Record]
) -> None:
    assert selects(tree, names, table) == [is_shown(Shown(names, row)) for row in table]


def test_binding_twice_changes_nothing() -> None:
    bound = bind(parse("web-1 or ingress or host app-1", 0.0), NAMES)
    assert bind(bound, NOBODY) == bound


NEEDY = [("port 80", False), ("not (tcp or web)", True), ("egress", True), ("eni:eni-1", False)]


@pytest.mark.parametrize(("text", "is_needy"), NEEDY, ids=[text for text, _ in NEEDY])
def test_only_names_and_directions_hang_on_the_topology(text: str, is_needy: bool) -> None:
    assert has_names(parse(text, 0.0)) is is_needy
    assert isinstance(bind(Net(parse("10.0.0.0/8", 0.0).network), NAMES), Net)  # type: ignore[union-attr]
