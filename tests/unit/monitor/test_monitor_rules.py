"""The rules, which the session reads last: nothing that is waited for waits for them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from flowtui.monitor.outside import Connection, FaultError, FaultKind
from flowtui.monitor.session import Session
from flowtui.monitor.settings import Settings
from flowtui.monitor.state import StatusKind
from flowtui.topology.model import Topology
from flowtui.topology.rules import Rules
from tests.unit.monitor.scripted import fault
from tests.unit.monitor.world import Account, EagerClock, Lines, line, until


@dataclass
class Asked(Account):
    """An account that notes in which order it is asked, and may deny its rules."""

    order: list[str] = field(default_factory=list)
    is_denied: bool = False

    def topology(self, vpc_ids: tuple[str, ...]) -> Topology:
        self.order.append("topology")
        return super().topology(vpc_ids)

    def rules(self, topology: Topology) -> Rules:
        self.order.append("rules")
        if self.is_denied:
            raise FaultError(fault(FaultKind.DENIED))
        return super().rules(topology)


@pytest.fixture
def sessions() -> Iterator[list[Session]]:
    begun: list[Session] = []
    yield begun
    for session in begun:
        session.stop()


def begin(sessions: list[Session], account: Asked) -> Session:
    def connect(settings: Settings) -> Connection:
        return account

    session = Session(Settings(max_calls=1000), connect, EagerClock(), lambda notice: None)
    sessions.append(session)
    session.start()
    return session


def account(*, is_denied: bool = False) -> Asked:
    newest = int(time.time()) - 60
    return Asked(Lines([line(newest - number) for number in range(20)]), is_denied=is_denied)


def rules_of(session: Session) -> Rules | None:
    index = session.state().index
    return None if index is None else index.topology.rules


def test_the_rules_are_read_after_the_topology(sessions: list[Session]) -> None:
    asked = account()
    session = begin(sessions, asked)
    until(lambda: rules_of(session) is not None)
    assert asked.order[:2] == ["topology", "rules"]


def test_rules_that_may_not_be_read_end_nothing(sessions: list[Session]) -> None:
    asked = account(is_denied=True)
    session = begin(sessions, asked)
    until(lambda: asked.order.count("rules") >= 2 and len(session.state().snapshot) == 20)
    state = session.state()
    assert state.index is not None
    assert state.index.topology.interfaces
    assert rules_of(session) is None
    assert state.status.kind in (StatusKind.LIVE, StatusKind.CATCHING_UP)


def test_rules_that_were_read_hold_while_they_cannot_be_read_again(sessions: list[Session]) -> None:
    asked = account()
    session = begin(sessions, asked)
    until(lambda: rules_of(session) is not None)
    asked.is_denied = True
    reads = asked.order.count("rules")
    until(lambda: asked.order.count("rules") >= reads + 2)
    assert rules_of(session) is not None
