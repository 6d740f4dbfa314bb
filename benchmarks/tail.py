"""What a tail loses, shows twice and costs, in scenarios of the embedded endpoint: flowtui beside its peers.

`python -m benchmarks.tail` plays the scenarios of the README, `--scenarios late storm --seeds 1 2 3` others,
`--all` every one. Peers: awslogs --watch, and aws logs tail --follow where version 2 of the AWS CLI is.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from benchmarks.tail_peers import peers, versions
from flowtui.demo.scenario import SHIPPED, find, load
from tests.support.tail_judge import Tool, Verdict, flowtui, judged, terms_of

README = ("late", "rare", "burst", "throttled", "down", "expired", "storm", "steady")
"""The scenarios that are played unless others are named: a quarter of an hour."""

STEADY_S = (5.0, 15.0)
"""Median and 95th percentile of arrival to shown that flowtui is to keep in the scenario `steady`."""

UNTROUBLED = ("late", "burst", "busy")
"""Scenarios without a fault, where the 95th percentile is to be within so many times what its pages take."""
PAGES_TIMES = 1.25

HEADS = (
    "scenario",
    "tool",
    "lost",
    "twice",
    "ended by itself",
    "calls",
    "fetched / shown",
    "median",
    "p95",
    "longest",
)


def main(arguments: list[str]) -> int:
    """Prints a table in Markdown; 1 where flowtui missed a figure."""
    options = _options(arguments)
    tools = [flowtui("raw"), *peers()]
    wanted = [
        (tool, name, seed)
        for name in options.scenarios
        for seed in options.seeds
        for tool in tools
        if (options.tools is None or tool.name in options.tools) and _fits(tool, name)
    ]
    print(f"{datetime.now(UTC):%Y-%m-%d}, {', '.join(versions())}\n\n{_row(HEADS)}")
    print("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|", flush=True)
    missed = []
    with ThreadPoolExecutor(options.at_a_time) as pool:
        for verdict in pool.map(_played, wanted):
            print(_row(_cells(verdict)), flush=True)
            if options.verbose:
                print(verdict, file=sys.stderr)
            if verdict.tool == "flowtui":
                missed += [f"{verdict.scenario}, seed {verdict.seed}: {one}" for one in _misses(verdict)]
    print("\nflowtui: " + ("; ".join(missed) if missed else "every figure met"))
    return 1 if missed else 0


def _played(run: tuple[Tool, str, int]) -> Verdict:
    tool, name, seed = run
    return judged(tool, name, seed, terms_of(name))


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks.tail", description=__doc__)
    parser.add_argument("--scenarios", nargs="+", default=README, metavar="NAME")
    parser.add_argument("--all", action="store_const", dest="scenarios", const=_all(), help="every scenario")
    parser.add_argument("--seeds", nargs="+", type=int, default=[1], metavar="N")
    parser.add_argument("--tools", nargs="+", metavar="NAME", help="default: all that are installed")
    parser.add_argument("--at-a-time", type=int, default=2, help="runs at once (2)")
    parser.add_argument("--verbose", action="store_true", help="all that is known of each run, to stderr")
    return parser.parse_args(arguments)


def _all() -> tuple[str, ...]:
    """The shipped scenarios that have a load."""
    names = sorted(path.stem for path in SHIPPED.glob("*.toml"))
    return tuple(name for name in names if load(find(name)).load is not None)


def _fits(tool: Tool, name: str) -> bool:
    """The peers follow one group, and lines alone do not tell events of the same text apart."""
    return tool.name == "flowtui" or (terms_of(name).groups == 1 and name != "recreated")


def _cells(verdict: Verdict) -> Iterator[str]:
    lost, died = len(verdict.lost), verdict.died_after_s
    yield verdict.scenario if verdict.seed == 1 else f"{verdict.scenario}, seed {verdict.seed}"
    yield verdict.tool
    yield f"{lost:,}" if not lost else f"{lost:,} ({lost / verdict.ingested:.1%})"
    yield f"{len(verdict.twice):,}"
    yield "never" if died is None else f"after {died:.0f} s"
    yield f"{verdict.calls:,}"
    yield f"{verdict.fetched / max(1, verdict.shown):.1f}"
    yield f"{verdict.delay(0.5):.1f} s"
    yield f"{verdict.delay(0.95):.1f} s"
    yield f"{verdict.delay(1):.1f} s"


def _misses(verdict: Verdict) -> Iterator[str]:
    if verdict.lost or verdict.twice or verdict.unknown:
        yield f"{len(verdict.lost)} lost, {len(verdict.twice)} twice, {len(verdict.unknown)} unknown"
    if verdict.died_after_s is not None or verdict.status != 130:
        yield f"ended with status {verdict.status}"
    median, p95 = verdict.delay(0.5), verdict.delay(0.95)
    if verdict.scenario == "steady" and (median > STEADY_S[0] or p95 > STEADY_S[1]):
        yield f"median {median:.1f} s of {STEADY_S[0]:.0f}, p95 {p95:.1f} s of {STEADY_S[1]:.0f}"
    bound_s = PAGES_TIMES * verdict.pages / terms_of(verdict.scenario).max_calls
    if verdict.scenario in UNTROUBLED and p95 > bound_s:
        yield f"p95 {p95:.1f} s of {bound_s:.1f} ({verdict.pages:.0f} pages)"
    if verdict.over_budget > 2:
        yield f"{verdict.over_budget:.1f} calls over the budget"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
