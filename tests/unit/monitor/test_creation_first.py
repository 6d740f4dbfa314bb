from __future__ import annotations

import pytest

from flowtui.monitor.creation.first import FirstRecord
from flowtui.monitor.outside import FaultKind, LogGroup
from tests.unit.monitor import creation
from tests.unit.monitor.creation import ScriptedAccount, fault
from tests.unit.monitor.scripted import Event, FakeClock, ScriptedLogs

CREATED = 1_000_000.0
OLD = LogGroup("/flowtui/default", "STANDARD", None, 0)


def looking(account: ScriptedAccount, group: LogGroup | None = None) -> FirstRecord:
    plan = creation.plan() if group is None else creation.plan(group=group)
    return FirstRecord(plan, ("fl-1",), CREATED, lambda eni: eni == "eni-1", account)


def account(*events: Event, **changes: object) -> ScriptedAccount:
    clock = FakeClock(CREATED + 600)
    logs = ScriptedLogs(clock, list(events), page_size=1)
    return ScriptedAccount(
        clock,
        scripted_logs=logs,
        things={"fl-1": {"resource": "vpc-1"}},
        **changes,  # type: ignore[arg-type]
    )


def event(stream: str = "eni-1-all", start: float = CREATED) -> Event:
    return Event(f"{stream}{start}", start, start, stream, "/flowtui/default")


@pytest.mark.parametrize(
    ("events", "group", "expected"),
    [
        pytest.param([], None, False, id="nothing yet"),
        pytest.param([event("eni-9-all")], None, True, id="anything in a new group"),
        pytest.param([event("eni-9-all")], OLD, False, id="another's in an old group"),
        pytest.param([event("eni-9-all"), event(start=CREATED + 1)], OLD, True, id="ours on a later page"),
        pytest.param([event(start=CREATED - 3600)], OLD, False, id="from before"),
    ],
)
def test_the_first_record(events: list[Event], group: LogGroup | None, expected: bool) -> None:
    arrival = looking(account(*events), group).look()
    assert (arrival.is_there, arrival.fault) == (expected, None)


def test_a_delivery_that_fails_is_told_with_its_cure() -> None:
    arrival = looking(account(delivery=("FAILED", "Access error"))).look()
    assert arrival.fault is not None
    assert "fl-1 does not deliver: Access error." in arrival.fault.sentence
    assert "trust" in arrival.fault.cure


def test_a_group_that_is_not_there_yet_is_no_fault() -> None:
    there = account()
    assert there.scripted_logs is not None
    there.scripted_logs.obstacles = lambda request, number: fault(FaultKind.NOT_FOUND)
    assert looking(there).look().fault is None
    there.scripted_logs.obstacles = lambda request, number: fault(FaultKind.DENIED)
    assert looking(there).look().fault is not None
