from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from flowtui.monitor.figures import Figures
from flowtui.monitor.outside import Fault, FaultKind
from flowtui.monitor.settings import Settings
from flowtui.monitor.state import GroupState, Status, StatusKind
from flowtui.tui.picture import Request
from flowtui.tui.presenter import header_state
from tests.tui import lab

DENIED = Fault(FaultKind.DENIED, "logs:FilterLogEvents", "It is denied.")
GROUPS = (GroupState("a", fault=DENIED), GroupState("b"))


def losses(**changes: Any) -> tuple[str, ...]:
    """What the header says was lost or kept back."""
    state = replace(lab.PlayedSession().state(), **changes)
    return header_state(state, Settings(utc=True), Request(), lab.NOW, is_paused=False).losses


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        (Figures(), ()),
        (Figures(late=9), ()),
        (Figures(swept=3), ("3 swept",)),
        (Figures(skipped=3, unparsed=2, evicted=10_240), ("3 skipped", "2 unparsed", "10,240 evicted")),
    ],
    ids=["nothing", "late ones are no loss", "swept", "the others"],
)
def test_what_matters_is_in_the_header(figures: Figures, expected: tuple[str, ...]) -> None:
    assert losses(figures=figures) == expected


@pytest.mark.parametrize(
    ("groups", "kind", "expected"),
    [
        (GROUPS, StatusKind.LIVE, ("1 of 2 log groups failing",)),
        (GROUPS, StatusKind.RETRYING, ()),
        (GROUPS[1:], StatusKind.LIVE, ()),
    ],
    ids=["one of two", "the state says it", "none"],
)
def test_a_group_that_fails_beside_others_is_in_the_header(
    groups: tuple[GroupState, ...], kind: StatusKind, expected: tuple[str, ...]
) -> None:
    assert losses(groups=groups, status=Status(kind), figures=Figures()) == expected
