"""Scenario files: what they say is taken over, what is wrong has one clear line."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowtui.demo.checks import ScenarioError
from flowtui.demo.faults import FaultPlan, Mishap
from flowtui.demo.scenario import Faults, Scenario, changed, load

FULL = """
seed = 3
rate = 12
speed = 2.5
history_minutes = 5
[faults]
throttle = 0.1
error_500 = 0.2
reset = 0
down = [10, 20]
expired = [30, 40.5]
latency_ms = 80
"""


def written(path: Path, text: str) -> Path:
    file = path / "scenario.toml"
    file.write_text(text)
    return file


def test_a_full_scenario(tmp_path: Path) -> None:
    faults = Faults(throttle=0.1, error_500=0.2, down=(10.0, 20.0), expired=(30.0, 40.5), latency_ms=80.0)
    assert load(written(tmp_path, FULL)) == Scenario(3, 12.0, 2.5, 5.0, faults)


def test_an_empty_scenario_is_the_default(tmp_path: Path) -> None:
    assert load(written(tmp_path, "")) == Scenario()


WRONG = [
    ("no toml", "rate = = 1", "not TOML"),
    ("unknown name", "rates = 1", "'rates' is not known"),
    ("unknown fault", "[faults]\nfire = 1", "'fire' is not known"),
    ("faults are no table", "faults = 3", "faults must be a table"),
    ("rate is text", 'rate = "six"', "rate must be a number from 0 to 10000"),
    ("rate is true", "rate = true", "rate must be a number"),
    ("rate is negative", "rate = -1", "rate must be a number"),
    ("rate is not a number", "rate = nan", "rate must be a number"),
    ("speed is zero", "speed = 0", "speed must be a number from 0.1"),
    ("seed is a fraction", "seed = 1.5", "seed must be an integer"),
    ("share above one", "[faults]\nthrottle = 1.5", "throttle must be a number from 0 to 1"),
    ("span upside down", "[faults]\ndown = [9, 3]", "down must be [from, to]"),
    ("span of three", "[faults]\nexpired = [1, 2, 3]", "expired must be [from, to]"),
    ("span of text", '[faults]\ndown = ["a", "b"]', "down must be [from, to]"),
]


@pytest.mark.parametrize(("text", "sentence"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_a_wrong_scenario_has_one_clear_line(tmp_path: Path, text: str, sentence: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(ScenarioError) as caught:
        load(file)
    assert sentence in str(caught.value)
    assert str(caught.value).startswith(str(file))
    assert "\n" not in str(caught.value)


def test_a_missing_file_has_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="No such file"):
        load(tmp_path / "none.toml")


def test_options_override_and_are_checked() -> None:
    assert changed(Scenario(seed=3), rate=0, speed=None) == Scenario(seed=3, rate=0.0)
    with pytest.raises(ScenarioError):
        changed(Scenario(), speed=1_000)


def test_shares_of_mishaps() -> None:
    plan = FaultPlan(Faults(throttle=0.2, error_500=0.1, reset=0.05), seed=1)
    drawn = [plan.decide(1, is_logs=True) for _ in range(4_000)]
    assert 700 < drawn.count(Mishap.THROTTLED) < 900
    assert 320 < drawn.count(Mishap.ERROR_500) < 480
    assert 140 < drawn.count(Mishap.RESET) < 260
    assert {plan.decide(1, is_logs=False) for _ in range(100)} == {None}


@pytest.mark.parametrize(
    ("after_s", "mishap"),
    [(0, None), (10, Mishap.RESET), (19.9, Mishap.RESET), (20, None), (30, Mishap.EXPIRED), (40, None)],
)
def test_spans_hold_for_every_call(after_s: float, mishap: Mishap | None) -> None:
    plan = FaultPlan(Faults(down=(10, 20), expired=(30, 40)), seed=1)
    assert plan.decide(after_s, is_logs=True) is mishap
    assert plan.decide(after_s, is_logs=False) is mishap
