"""What goes wrong, how often, and when."""

from __future__ import annotations

from collections import Counter

import pytest

from flowtui.demo.faults import FaultPlan, Mishap
from flowtui.demo.scenario import Faults

READING = "FilterLogEvents"


def test_shares_of_mishaps() -> None:
    plan = FaultPlan(Faults(throttle=0.2, error_500=0.1, reset=0.05), seed=1)
    drawn = [plan.decide(1, is_logs=True) for _ in range(4_000)]
    assert 700 < drawn.count(Mishap.THROTTLED) < 900
    assert 320 < drawn.count(Mishap.ERROR_500) < 480
    assert 140 < drawn.count(Mishap.RESET) < 260
    assert {plan.decide(1, is_logs=False) for _ in range(100)} == {None}


def test_shares_add_up() -> None:
    plan = FaultPlan(Faults(unavailable=0.25, reset_body=0.25, slow=0.5), seed=1)
    drawn = Counter(plan.decide(1, is_logs=True) for _ in range(4_000))
    assert set(drawn) == {Mishap.UNAVAILABLE, Mishap.RESET_BODY, Mishap.SLOW}
    assert 900 < drawn[Mishap.RESET_BODY] < 1_100


@pytest.mark.parametrize(
    ("after_s", "mishap"),
    [(0, None), (10, Mishap.RESET), (19.9, Mishap.RESET), (20, None), (30, Mishap.EXPIRED), (40, None)],
)
def test_spans_hold_for_every_call(after_s: float, mishap: Mishap | None) -> None:
    plan = FaultPlan(Faults(down=(10, 20), expired=(30, 40)), seed=1)
    assert plan.decide(after_s, is_logs=True) is mishap
    assert plan.decide(after_s, is_logs=False) is mishap


@pytest.mark.parametrize(
    ("faults", "mishap"),
    [
        (Faults(skewed=(5, 7)), Mishap.SKEWED),
        (Faults(denied=(5, 7)), Mishap.DENIED),
        (Faults(stalled=(5, 7)), Mishap.STALLED),
    ],
    ids=lambda value: value.value if isinstance(value, Mishap) else "",
)
def test_spans_that_concern_reading(faults: Faults, mishap: Mishap) -> None:
    plan = FaultPlan(faults, seed=1)
    assert plan.decide(6, is_logs=True, operation=READING) is mishap
    assert plan.decide(8, is_logs=True, operation=READING) is None
    others = plan.decide(6, is_logs=True, operation="DescribeLogGroups")
    assert others is (mishap if mishap is Mishap.SKEWED else None)


def test_spans_come_again() -> None:
    plan = FaultPlan(Faults(down=(10, 20), every_s=100), seed=1)
    times = [5, 15, 25, 105, 115, 125, 1_015]
    assert [plan.decide(at, is_logs=True) is Mishap.RESET for at in times] == [
        False, True, False, False, True, False, True,
    ]  # fmt: skip


def test_an_operation_is_throttled_above_its_rate() -> None:
    plan = FaultPlan(Faults(limits=((READING, 2.0),)), seed=1)

    def asked(at_s: float, operation: str = READING) -> Mishap | None:
        return plan.decide(at_s, is_logs=True, operation=operation)

    assert [asked(1.0) for _ in range(3)] == [None, None, Mishap.THROTTLED]
    assert [asked(1.5) for _ in range(2)] == [None, Mishap.THROTTLED]
    assert asked(1.5, "DescribeLogStreams") is None
    assert [asked(60.0) for _ in range(3)] == [None, None, Mishap.THROTTLED]
