"""Filters over a million records beside a Python loop over tuples, and what keeping the hits costs.

Prints also what reading an expression costs among thousands of interfaces, and what the table asks of the
store for one screen. Times are medians.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from time import perf_counter

from benchmarks.flows import T0, as_tuple, pages
from flowtui.filters import local
from flowtui.filters.bind import NOBODY, bind
from flowtui.filters.names import Names
from flowtui.filters.parse import parse
from flowtui.filters.tree import OnInterfaces, Tree
from flowtui.records.fields import (
    ACCOUNT_ID,
    ACTION,
    BYTES,
    DSTADDR,
    DSTPORT,
    INTERFACE_ID,
    PROTOCOL,
    SRCADDR,
    SRCPORT,
)
from flowtui.records.format import DEFAULT_FORMAT
from flowtui.records.resolve import FormatBook, read
from flowtui.store.hits import Hits, Order
from flowtui.store.series import Series
from flowtui.store.store import Store
from flowtui.topology.model import Interface, Owner, OwnerKind, Topology

COUNT = 1_000_000
NEW = 1000
SCREEN = 60
INTERFACES = 5000
GROUP = "/vpc/flow-logs"
FIRST_LIMIT_MS, NEW_LIMIT_MS, RATIO_LIMIT = 15.0, 2.0, 15.0
COMPILE_LIMIT_MS = 50.0
"""From text to the store's expression."""
TEXT_LIMIT_MS = 30.0
"""For text anywhere, which Python has to look at value by value."""

Flow = tuple[object, ...]
"""A whole record, by the fields of the default format."""

INTERFACE, SOURCE, DESTINATION, VERDICT = (
    DEFAULT_FORMAT.fields.index(field.name) for field in (INTERFACE_ID, SRCPORT, DSTPORT, ACTION)
)
FROM, TO, AMOUNT, NUMBER, ACCOUNT = (
    DEFAULT_FORMAT.fields.index(field.name) for field in (SRCADDR, DSTADDR, BYTES, PROTOCOL, ACCOUNT_ID)
)


@dataclass(frozen=True, slots=True)
class Case:
    """A filter, and the same as a loop."""

    name: str
    tree: Tree
    loop: Callable[[Sequence[Flow]], list[int]]
    ratio_limit: float = 0.0
    """None for a scope by itself: one look into a set is the cheapest loop there is."""
    limit_ms: float = FIRST_LIMIT_MS


SCOPE = frozenset(f"eni-{number:017x}" for number in range(1, 6))


def read_as(text: str) -> Tree:
    """The tree of an expression, without a topology."""
    return bind(parse(text, T0), NOBODY)


CASES = (
    Case(
        "reject and port 80",
        read_as("reject and port 80"),
        lambda flows: [
            row
            for row, flow in enumerate(flows)
            if flow[VERDICT] == "REJECT" and (flow[SOURCE] == 80 or flow[DESTINATION] == 80)
        ],
        RATIO_LIMIT,
    ),
    Case(
        "host 172.16.0.21",
        read_as("host 172.16.0.21"),
        lambda flows: [row for row, flow in enumerate(flows) if "172.16.0.21" in (flow[FROM], flow[TO])],
    ),
    Case(
        "src net 10.0.0.0/8 and not dst port 443,8443",
        read_as("src net 10.0.0.0/8 and not dst port 443,8443"),
        lambda flows: [
            row
            for row, flow in enumerate(flows)
            if str(flow[FROM]).startswith("10.") and flow[DESTINATION] not in (443, 8443)
        ],
    ),
    Case(
        "bytes > 1M and tcp",
        read_as("bytes > 1M and tcp"),
        lambda flows: [
            row
            for row, flow in enumerate(flows)
            if int(flow[AMOUNT]) > 10**6 and flow[NUMBER] == 6  # type: ignore[call-overload]
        ],
    ),
    Case(
        "the text 00012",
        read_as('"00012"'),
        lambda flows: [
            row
            for row, flow in enumerate(flows)
            if "00012" in str(flow[INTERFACE]) or "00012" in str(flow[ACCOUNT])
        ],
        limit_ms=TEXT_LIMIT_MS,
    ),
    Case(
        "5 interfaces",
        OnInterfaces(SCOPE),
        lambda flows: [row for row, flow in enumerate(flows) if flow[INTERFACE] in SCOPE],
    ),
)


def timed_ms(work: Callable[[], object], times: int) -> float:
    """Run the work so many times; the median in ms."""
    spent = []
    for _ in range(times):
        start = perf_counter()
        work()
        spent.append(perf_counter() - start)
    return median(spent) * 1000


def filled(count: int, interfaces: int) -> tuple[Store, list[Flow]]:
    """Make a store and the same flows as a list of tuples."""
    store, flows = Store(count + 100 * NEW), list[Flow]()
    for events in pages(count, interfaces=interfaces):
        store.append(read(GROUP, events, FormatBook()))
        flows += [as_tuple(line) for line in events.messages]
    return store, flows


def compare(case: Case, store: Store, flows: list[Flow]) -> bool:
    """Print the case; whether it is within its limits."""
    snapshot = store.snapshot()
    empty = Hits(local.compile(case.tree))
    hits = empty.extend(snapshot)
    assert len(hits) == len(case.loop(flows))
    first = timed_ms(lambda: empty.extend(snapshot), 9)
    loop = timed_ms(lambda: case.loop(flows), 3)
    ratio = loop / first
    print(f"{case.name}: {len(hits):,} hits; ours {first:.1f} ms, a loop {loop:.0f} ms, ratio {ratio:.0f}")
    return first <= case.limit_ms and ratio >= case.ratio_limit


READ = (
    "reject and port 80",
    "src net 10.0.0.0/8 and not dst port 443,8443",
    "host 172.16.0.121 or web-1",
    "bytes > 1M and tcp and dport 1024-65535",
    "name:web-1,web-2,web-3 -port:" + ",".join(str(port) for port in range(1, 2000, 2)),
    "web",
    "reject ingress",
)


def read_all() -> bool:
    """Print what reading, binding and compiling cost; whether all are within the limit."""
    topology = Topology("1", "eu-west-1", T0, interfaces=tuple(interface(n) for n in range(INTERFACES)))
    names, columns = Names.of(topology), frozenset(DEFAULT_FORMAT.fields)
    is_good = True
    for text in READ:
        spent = timed_ms(lambda: local.compile(bind(parse(text, T0), names))(columns), 9)  # noqa: B023
        print(f"read {text[:48]}, {INTERFACES:,} interfaces: {spent:.1f} ms")
        is_good &= spent <= COMPILE_LIMIT_MS
    return is_good


def interface(number: int) -> Interface:
    """An instance's interface."""
    id, name = f"eni-{number + 1:017x}", f"web-{number}"
    owner = Owner(OwnerKind.INSTANCE, f"i-{number + 1:017x}", name)
    return Interface(id, name, "vpc-1", "subnet-1", owner, (f"172.16.{number // 250}.{number % 250 + 1}",))


def extend(store: Store) -> bool:
    """Print what appending new records and taking them into the hits costs."""
    batches = [read(GROUP, events, FormatBook()) for events in pages(30 * NEW, NEW, seed=2)]
    kept = {case.name: Hits(local.compile(case.tree)).extend(store.snapshot()) for case in CASES}
    kept["everything"] = Hits().extend(store.snapshot())
    spent: dict[str, list[float]] = {name: [] for name in ("append", *kept)}
    for batch in batches:
        spent["append"].append(timed_ms(lambda: store.append(batch), 1))  # noqa: B023
        snapshot = store.snapshot()
        for name, hits in kept.items():
            start = perf_counter()
            kept[name] = hits.extend(snapshot)
            spent[name].append((perf_counter() - start) * 1000)
    for name, times in spent.items():
        print(f"{NEW:,} new, {name}: median {median(times):.2f} ms, longest {max(times):.2f} ms")
    return all(median(times) <= NEW_LIMIT_MS for times in spent.values())


def screen(store: Store) -> None:
    """Print what one screen of rows costs, together and scattered, and a jump."""
    snapshot = store.snapshot()
    step = len(snapshot) // SCREEN
    together = range(snapshot.end_id - SCREEN, snapshot.end_id)
    scattered = range(snapshot.first_id, snapshot.first_id + SCREEN * step, step)
    for name, ids in (("the last", together), ("scattered", scattered)):
        spent = timed_ms(partial(snapshot.rows, ids, DEFAULT_FORMAT.fields), 20)
        print(f"{SCREEN} rows, {name}: {spent:.2f} ms")
    for order in (None, Order("bytes", is_descending=True), Order(INTERFACE_ID.name)):
        first = timed_ms(lambda: Hits(order=order).extend(snapshot), 1)  # noqa: B023
        hits = Hits(order=order).extend(snapshot)
        place = timed_ms(lambda: hits.position(snapshot.end_id - 1), 9)  # noqa: B023
        jump = timed_ms(lambda: hits.next_rejected(snapshot, hits.ids(0, 1)[0], 1), 9)  # noqa: B023
        print(f"order {order}: first {first:.0f} ms, position {place:.2f} ms, next rejected {jump:.2f} ms")


def series() -> None:
    """Print what the tree and the interface list ask each second, with thousands of interfaces."""
    store, _ = filled(300_000, INTERFACES)
    snapshot = store.snapshot()
    kept = Series().extend(snapshot)
    names = [f"eni-{number:017x}" for number in range(1, 41)]
    store.append(read(GROUP, next(pages(NEW, interfaces=INTERFACES, seed=3)), FormatBook()))
    newer = store.snapshot()
    first = T0 - T0 % 10
    asked: dict[str, Callable[[], object]] = {
        "first extend by 300,000": lambda: Series().extend(snapshot),
        "extend by 1,000": lambda: kept.extend(newer),
        "rejected_since": lambda: kept.rejected_since(first),
        "buckets of all": lambda: kept.buckets(None, first, first + 900, 60),
        "buckets of 40 interfaces": lambda: kept.buckets_of(names, first, first + 900, 60),
        "buckets of each": lambda: kept.buckets_of(list(kept.interfaces()), first, first + 900, 60),
        "interfaces": kept.interfaces,
    }
    for name, work in asked.items():
        print(f"{INTERFACES:,} interfaces, {name}: {timed_ms(work, 5):.2f} ms")


def main() -> int:
    store, flows = filled(COUNT, 50)
    is_good = [read_all(), *(compare(case, store, flows) for case in CASES)]
    del flows
    is_good.append(extend(store))
    screen(store)
    series()
    print(f"limits: first {FIRST_LIMIT_MS} ms, text {TEXT_LIMIT_MS} ms, the filter {RATIO_LIMIT} x")
    print(f"limits: {NEW:,} new {NEW_LIMIT_MS} ms, read {COMPILE_LIMIT_MS} ms")
    return int(not all(is_good))


if __name__ == "__main__":
    sys.exit(main())
