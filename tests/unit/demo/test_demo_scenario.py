"""Scenario files: what they say is taken over, what is wrong has one clear line."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowtui.demo.checks import ScenarioError
from flowtui.demo.scenario import (
    SHIPPED,
    AccountHabits,
    Burst,
    Faults,
    Load,
    PageHabits,
    Recreation,
    Scenario,
    changed,
    find,
    load,
)

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
    ("share of a fault that is text", '[faults]\nslow = "much"', "slow must be a number from 0 to 1"),
    ("limits are no table", "[faults]\nlimits = 3", "limits must be a table"),
    ("limit of nothing", "[faults.limits]\nX = 0", "limits.X must be a number"),
    ("page of no events", "[pages]\nevents = 0", "events must be an integer from 1 to 10000"),
    ("ragged is a number", "[pages]\nragged = 1", "ragged must be true or false"),
    ("ages without shares", "[load]\nages = [[1, 2]]", "ages must be [[share, from, to], …]"),
    ("ages do not make 1", "[load]\nages = [[0.5, 1, 2]]", "with shares that make 1"),
    ("ages upside down", "[load]\nages = [[1, 3, 2]]", "ages must be"),
    ("unknown in a burst", "[load]\nburst = { size = 3 }", "'size' is not known"),
    ("no streams", "[load]\nstreams = 0", "streams must be an integer from 1"),
    ("denied is text", '[account]\ndenied = "ec2:*"', "denied must be a list of texts"),
    ("a class of a number", "[account.classes]\ng = 1", "classes must be a table of texts"),
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


def test_a_load(tmp_path: Path) -> None:
    text = """
[load]
groups = 2
ages = [[0.25, 1, 2], [0.75, 3, 4.5]]
burst = { at_s = 5, events = 10 }
recreate = { at_s = 7, again = 3 }
[pages]
ragged = true
empty_run = 4
[faults.limits]
FilterLogEvents = 2
"""
    played = load(written(tmp_path, text))
    assert played.load == Load(
        groups=2,
        ages=((0.25, 1.0, 2.0), (0.75, 3.0, 4.5)),
        burst=Burst(at_s=5.0, events=10),
        recreate=Recreation(at_s=7.0, again=3),
    )
    assert played.pages == PageHabits(ragged=True, empty_run=4)
    assert played.faults == Faults(limits=(("FilterLogEvents", 2.0),))


def test_an_account(tmp_path: Path) -> None:
    text = """
[account]
denied = ["ec2:*", "logs:StartQuery"]
flow_logs = false
skew_s = -42
failed = { "/a" = "Access error" }
[account.classes]
"/b" = "INFREQUENT_ACCESS"
"""
    assert load(written(tmp_path, text)).account == AccountHabits(
        denied=("ec2:*", "logs:StartQuery"),
        flow_logs=False,
        failed=(("/a", "Access error"),),
        classes=(("/b", "INFREQUENT_ACCESS"),),
        skew_s=-42.0,
    )


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_scenario_can_be_played_by_its_name(path: Path) -> None:
    assert find(path.stem) == path
    load(path)


def test_a_path_is_a_file_and_no_name(tmp_path: Path) -> None:
    file = str(written(tmp_path, "rate = 1"))
    assert find(file) == Path(file)


def test_an_unknown_name_lists_those_there_are() -> None:
    with pytest.raises(ScenarioError, match=r"there is no scenario 'flakey'; there are .*flaky"):
        find("flakey")
