"""`flowtui tail` through everything that can go wrong: nothing lost, nothing twice, never an end by itself.

Each scenario is a process of its own with at least 50,000 events; several run at a time, since all they do is
wait. One seed each; `python -m benchmarks.tail --seeds 1 2 3` runs the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from flowtui.demo import scenario
from tests.support.tail_judge import Verdict, flowtui, judged, over_budget, terms_of

AT_A_TIME = 5
SEED = 1

Case = tuple[str, str]
"""A scenario, and the output that the tail is asked for."""

SCENARIOS = (
    # The longest first.
    "expired",
    "early",
    "rare",
    "recreated",
    "burst",
    "crowd",
    "late",
    "ragged",
    "limits",
    "throttled",
    "errors",
    "resets",
    "slow",
    "down",
    "tokens",
    "ahead",
    "behind",
    "storm",
)
CASES: list[Case] = [*((name, "json") for name in SCENARIOS), ("ragged", "raw"), ("storm", "raw")]

CALLS_AT_ONCE = 2.0
"""What the way from the clock of the one to that of the other may add to a burst."""

Runs = Mapping[Case, "Future[Verdict]"]


@pytest.fixture(scope="module")
def runs(request: pytest.FixtureRequest) -> Iterator[Runs]:
    """The runs of all cases that are wanted, under way."""
    here = [item for item in request.session.items if isinstance(item, pytest.Function)]
    names = {item.callspec.id for item in here if item.module is request.module and hasattr(item, "callspec")}
    pool = ThreadPoolExecutor(AT_A_TIME)
    yield {case: pool.submit(_judge, case) for case in CASES if "-".join(case) in names}
    pool.shutdown(cancel_futures=True)


@pytest.fixture
def verdict(runs: Runs, case: Case) -> Verdict:
    return runs[case].result()


def _judge(case: Case) -> Verdict:
    name, output = case
    return judged(flowtui(output), name, SEED, terms_of(name))


every_case = pytest.mark.parametrize("case", CASES, ids=["-".join(case) for case in CASES])


@every_case
def test_nothing_is_lost_and_nothing_comes_twice(verdict: Verdict) -> None:
    counts = len(verdict.lost), len(verdict.twice), len(verdict.unknown)
    assert counts == (0, 0, 0), str(verdict)


@every_case
def test_it_goes_on_until_it_is_interrupted(verdict: Verdict) -> None:
    assert (verdict.died_after_s, verdict.status) == (None, 130), str(verdict)
    assert "Traceback" not in verdict.complaints, str(verdict)


@every_case
def test_every_attempt_is_within_the_budget(verdict: Verdict) -> None:
    assert verdict.over_budget <= CALLS_AT_ONCE, str(verdict)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_is_a_test(name: str) -> None:
    """At least 50,000 events of 40 streams, and ten pages to a look-back."""
    played = scenario.load(scenario.find(name))
    assert played.load is not None
    burst = played.load.burst.events if played.load.burst else 0
    arriving = int(played.load.records_per_s * played.load.seconds) + burst
    assert played.load.history_events + arriving >= 50_000
    assert played.load.streams >= 40
    assert played.load.history_s <= terms_of(name).lookback_s
    assert played.load.history_events / played.load.groups / played.pages.events >= 10 or played.pages.ragged


@pytest.mark.parametrize(
    ("times", "above"),
    [
        ([], 0),
        ([0.0] * 5, 0),
        ([0.0] * 7, 2),
        ([0.0] * 5 + [0.5], 0),
        ([0.0] * 5 + [0.25], 0.5),
        ([0.5 * number for number in range(100)], 0),
        ([0.25 * number for number in range(100)], 45.5),
    ],
    ids=[
        "none",
        "a burst",
        "more than a burst",
        "a burst and one in time",
        "one too early",
        "steady",
        "twice",
    ],
)
def test_the_judge_knows_a_budget(times: list[float], above: float) -> None:
    assert over_budget(times, 2) == pytest.approx(above)
