"""Ten thousand rejected records explained by one interface's rules, in CPU time; then one among a million.

Peers, as one writes them who does not make rules ready: the verdict alone, by `ipaddress` for each record;
and verdict and nearest rule, for which each rule is taken apart whole. Neither says a word; ours says all.
The one is what `w` asks for, the accepted twin looked for in the store; it has no peer.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from statistics import median

from benchmarks.screens import FedSession
from flowtui.explain.answer import Explanation, Verdict
from flowtui.explain.explainer import Explainer
from flowtui.explain.flow import Flow
from flowtui.filters import local
from flowtui.filters.tree import And, Compare, OnInterfaces, Op
from flowtui.monitor.causes import Causes
from flowtui.records.fields import ACTION, ACTIONS
from flowtui.store.hits import Hits
from flowtui.topology.lookup import TopologyIndex
from flowtui.topology.model import Interface, Owner, OwnerKind, Subnet, Topology, Vpc
from flowtui.topology.rules import AclRule, BlockPublicAccess, GroupRule, NetworkAcl, Rules, SecurityGroup

RECORDS = 10_000
GROUPS, RULES, ENTRIES = 5, 60, 20
"""What AWS's default quotas let one interface have."""

TARGET_S = 1.0
ROUNDS = 3
NEAR_SHARE = 20
"""The slowest peer gets so many times fewer records."""

HELD, ASKED = 1_000_000, 100
ANSWER_MS = 50.0
"""From a record among those held to its explanation, at the 99th percentile and for the first of all."""

ENI, OWN = f"eni-{1:017x}", "172.16.0.1"
"""The first interface of `benchmarks.flows`."""
ANYWHERE = ("0.0.0.0/0", "::/0")


def main() -> int:
    index, flows = TopologyIndex(busy_topology()), rejected(RECORDS)
    verdicts = [judged(index.topology, flow) for flow in flows]
    assert [said.verdict for said in explained(index, flows)] == verdicts
    naive = fastest(lambda: [judged(index.topology, flow) for flow in flows], rounds=1)
    ours = fastest(lambda: explained(index, flows))
    print(f"{RECORDS:,} records by {GROUPS * RULES} rules of {GROUPS} groups and {ENTRIES} entries of an ACL")
    few = flows[: RECORDS // NEAR_SHARE]
    near = NEAR_SHARE * fastest(lambda: [nearly(index.topology, flow) for flow in few], rounds=1)
    print(f"  ours {ours:.2f} s CPU")
    print(f"  naive, verdicts alone: {naive:.2f} s; ratio {naive / ours:.1f} x")
    print(f"  naive, with the nearest rule: {near:.2f} s; ratio {near / ours:.1f} x")
    said = "met" if ours <= TARGET_S else "MISSED"
    print(f"    target {TARGET_S:.0f} s: {said}")
    return 0 if ours <= TARGET_S and answers() else 1


def answers() -> bool:
    """Print how soon single records among a million are explained; whether it is soon enough."""
    index = TopologyIndex(busy_topology())
    state = replace(FedSession(HELD, 0, RECORDS).state(), index=index)
    both = And((Compare(ACTION.name, Op.EQ, ACTIONS[1]), OnInterfaces(frozenset((ENI,)))))
    hits = Hits(local.compile(both)).extend(state.snapshot)
    chosen = random.Random(3).sample(hits.ids(0, len(hits)), ASKED)
    causes, spent = Causes(), []
    for record_id in chosen:
        began = time.perf_counter()
        said = causes.of(state, record_id, 0.0)
        spent.append(1000 * (time.perf_counter() - began))
        assert said is not None
        assert said.rules_read_at is not None
    first, ordered = spent[0], sorted(spent)
    worst = ordered[-(-len(ordered) * 99 // 100) - 1]
    is_met = max(first, worst) <= ANSWER_MS
    print(f"one record among {len(state.snapshot):,}, with its twin")
    print(f"  first {first:.1f} ms, median {median(spent):.1f} ms, p99 {worst:.1f} ms")
    print(f"    target {ANSWER_MS:.0f} ms: {'met' if is_met else 'MISSED'}")
    return is_met


def explained(index: TopologyIndex, flows: list[Flow]) -> list[Explanation]:
    """Ours, the rules' being made ready included."""
    explainer = Explainer(index)
    return [explainer.explain(flow, None, 0.0) for flow in flows]


def fastest(action: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Take the least CPU seconds of some rounds."""
    taken = []
    for _ in range(rounds):
        began = time.process_time()
        made = action()
        taken.append(time.process_time() - began)
        del made
    return min(taken)


def busy_topology(seed: int = 1) -> Topology:
    """Give an interface with as many rules as it may have."""
    random_ = random.Random(seed)
    groups = tuple(
        SecurityGroup(f"sg-{number}", f"group {number}", "vpc-1", "1", tuple(_rules(random_, number)))
        for number in range(GROUPS)
    )
    entries = [
        AclRule(
            10 * (number + 1), False, number % 2 == 0, 6, _cidr(random_), 1024 * number, 1024 * number + 9
        )
        for number in range(ENTRIES - 1)
    ]
    entries.append(AclRule(1000, False, True, -1, "0.0.0.0/0"))
    entries += [AclRule(32767 + place, False, False, -1, cidr) for place, cidr in enumerate(ANYWHERE)]
    acl = NetworkAcl("acl-1", "busy", "vpc-1", False, ("subnet-1",), tuple(entries))
    owner = Owner(OwnerKind.INSTANCE, "i-1", "web")
    ids = tuple(group.id for group in groups)
    return Topology(
        account="1",
        region="eu-west-1",
        read_at=0.0,
        vpcs=(Vpc("vpc-1", "lab", ("172.16.0.0/16",)),),
        subnets=(Subnet("subnet-1", "public", "vpc-1", ("172.16.0.0/24",)),),
        interfaces=(Interface(ENI, "web", "vpc-1", "subnet-1", owner, (OWN,), group_ids=ids),),
        rules=Rules(0.0, groups, (acl,), (), (), (), BlockPublicAccess("off", ()), ()),
    )


def _rules(random_: random.Random, group: int) -> list[GroupRule]:
    return [
        GroupRule(f"sgr-{group}-{number}", False, 6, 100 * number, 100 * number + 9, _cidr(random_))
        for number in range(RULES)
    ]


def _cidr(random_: random.Random) -> str:
    return f"{random_.randrange(1, 224)}.{random_.randrange(256)}.0.0/16"


def rejected(count: int, seed: int = 2) -> list[Flow]:
    """Give rejected records from anywhere to any port."""
    random_ = random.Random(seed)
    return [
        Flow(
            interface_id=ENI,
            srcaddr=".".join(str(random_.randrange(1, 224)) for _ in range(4)),
            dstaddr=OWN,
            srcport=random_.randrange(1024, 65536),
            dstport=random_.randrange(6000),
            protocol=6,
            packets=1,
            start=0,
            end=9,
            action="REJECT",
            log_status="OK",
        )
        for _ in range(count)
    ]


def judged(topology: Topology, flow: Flow) -> Verdict:
    """Judge a record naively; only what these rules hold is regarded."""
    rules, source = topology.rules, ip_address(str(flow.srcaddr))
    assert rules is not None
    groups = any(_matches(rule, flow, source) for group in rules.groups or () for rule in group.rules or ())
    (acl,) = rules.acls or ()
    acl_rule = next(
        rule for rule in sorted(acl.rules, key=lambda each: each.number) if _matches(rule, flow, source)
    )
    return {
        (True, True): Verdict.ALLOWED,
        (True, False): Verdict.NETWORK_ACL,
        (False, True): Verdict.SECURITY_GROUP,
        (False, False): Verdict.BOTH,
    }[groups, acl_rule.is_allow]


def nearly(topology: Topology, flow: Flow) -> tuple[Verdict, GroupRule | None]:
    """Judge a record, and find a rule that is off in one way only, naively."""
    assert topology.rules is not None
    source = ip_address(str(flow.srcaddr))
    rules = (rule for group in topology.rules.groups or () for rule in group.rules or ())
    near = [rule for rule in rules if sum(_off(rule, flow, source)) == 1]
    return judged(topology, flow), next(iter(near), None)


def _off(rule: GroupRule, flow: Flow, source: IPv4Address | IPv6Address) -> tuple[bool, bool, bool]:
    """Whether protocol, port and source do not fit."""
    is_port = rule.from_port <= (flow.dstport or 0) <= rule.to_port
    return rule.protocol != flow.protocol, not is_port, source not in ip_network(rule.cidr)


def _matches(rule: GroupRule | AclRule, flow: Flow, source: IPv4Address | IPv6Address) -> bool:
    is_port = rule.protocol == -1 or rule.from_port <= (flow.dstport or 0) <= rule.to_port
    return is_port and rule.protocol in (-1, flow.protocol) and source in ip_network(rule.cidr)


if __name__ == "__main__":
    sys.exit(main())
