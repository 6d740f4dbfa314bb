"""The law of the tail against a plain list: what comes within the look-back is shown once."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from flowtui.monitor.outside import Fault, FaultKind, Page, PageRequest
from flowtui.monitor.sources.group import Arrival
from flowtui.monitor.sources.tail import Tail, TailOptions
from flowtui.records.events import LogEvents
from tests.unit.monitor.scripted import GROUP, Event, FakeClock, ScriptedLogs, fault

LOOKBACK_S = 240
SETTLED_S = 1200.0
"""Long enough for everything to be read again, from the longest pause on."""

KINDS = [kind for kind in FaultKind if kind is not FaultKind.NO_REGION]


@dataclass
class OurClock:
    """A clock that is off from AWS's."""

    true: FakeClock
    skew_s: float = 0.0

    def now(self) -> float:
        return self.true.time + self.skew_s

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        raise AssertionError("the test itself lets time pass")


@dataclass
class WilfulLogs(ScriptedLogs):
    """Tells its time; some of its pages are empty, and some of its tokens are the same again."""

    odd: int = 0
    """Every so many pages that could be odd are; 0: none."""

    def page(self, request: PageRequest) -> Page:
        is_odd = self.odd > 0 and request.token is not None and len(self.requests) % self.odd == 0
        page = super().page(request)
        if is_odd:
            page = Page(LogEvents() if len(self.requests) % 2 else page.events, request.token, 0)
        return replace(page, date_s=float(int(self.clock.time)))


@dataclass
class Shown:
    """What was passed on, as a list."""

    keys: list[tuple[str, str]] = field(default_factory=list)
    swept: list[tuple[str, str]] = field(default_factory=list)

    def arrived(self, arrival: Arrival) -> bool:
        keys = list(zip(arrival.events.streams, arrival.events.ids, strict=True))
        self.keys += keys
        self.swept += keys if arrival.is_swept else []
        return True

    def changed(self) -> None:
        pass


class ExactlyOnce(RuleBasedStateMachine):
    """Arrive, poll, fail, forget, be skewed, be made again."""

    @initialize(
        skew_s=st.sampled_from([0, 0, -600, 600]),
        page_size=st.integers(1, 12),
        can_newest_first=st.booleans(),
        odd=st.sampled_from([0, 0, 2, 3]),
        sweep_s=st.sampled_from([0.0, 3600.0]),
        back_s=st.sampled_from([0, 120, 240, 900]),
    )
    def begin(
        self, skew_s: int, page_size: int, can_newest_first: bool, odd: int, sweep_s: float, back_s: int
    ) -> None:
        self.true = FakeClock()
        self.clock = OurClock(self.true, skew_s)
        self.logs = WilfulLogs(self.true, [], page_size, can_newest_first=can_newest_first, odd=odd)
        self.logs.obstacles = self._obstacle
        self.failing: list[FaultKind] = []
        self.down: FaultKind | None = None
        self.all: list[Event] = []
        self.shown = Shown()
        self.has_sweep = sweep_s > 0
        self.begin_s = self.true.time - back_s
        options = TailOptions(
            self.clock.now() - back_s, LOOKBACK_S, 2.0, sweep_s, is_begin_relative=True, workers=0
        )
        self.tail = Tail(self.logs, self.clock, self.shown, options, jitter=lambda: 0.5)
        self.tail.follow([GROUP])
        # How wrong the clock is at first is known with the first answer, and not before.
        self.poll(0.5)

    def _obstacle(self, request: PageRequest, number: int) -> Fault | None:
        if self.down is not None:
            return fault(self.down)
        return fault(self.failing.pop()) if self.failing else None

    @rule(
        ages=st.lists(st.integers(0, LOOKBACK_S), min_size=1, max_size=12),
        stream=st.integers(0, 2),
        is_burst=st.booleans(),
    )
    def arrive(self, ages: list[int], stream: int, is_burst: bool) -> None:
        ages = [ages[0]] * len(ages) if is_burst else ages
        for age in ages:
            now, number = self.true.time, len(self.all)
            # The same id in several streams is as many events.
            event = Event(str(10**20 + number // 3), now - age, now, f"eni-{stream}-{number % 3}-all")
            self.all.append(event)
            self.logs.events.append(event)

    @rule(seconds=st.sampled_from([0.1, 1.0, 5.0, 30.0]))
    def poll(self, seconds: float) -> None:
        until = self.true.time + seconds
        while self.true.time < until:
            wait_s = self.tail.step()
            self.true.advance(min(wait_s, until - self.true.time))

    @rule(kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=4))
    def fail(self, kinds: list[FaultKind]) -> None:
        self.failing += kinds

    @rule(kind=st.sampled_from(KINDS), seconds=st.sampled_from([30.0, 400.0]))
    def outage(self, kind: FaultKind, seconds: float) -> None:
        self.down = kind
        self.poll(seconds)
        self.down = None

    @rule()
    def forget(self) -> None:
        """The window leaves everything behind."""
        self.poll(LOOKBACK_S + 120.0)

    @rule(skew_s=st.sampled_from([0, -900, 30, 900]))
    def skew(self, skew_s: int) -> None:
        self.clock.skew_s = skew_s

    @precondition(lambda self: self.logs.events)
    @rule()
    def shorten_retention(self) -> None:
        """What was shown may go away."""
        shown = set(self.shown.keys)
        self.logs.events = [event for event in self.logs.events if (event.stream, event.id) not in shown]

    @invariant()
    def nothing_twice(self) -> None:
        if hasattr(self, "shown"):
            assert max(Counter(self.shown.keys).values(), default=0) <= 1

    def teardown(self) -> None:
        if not hasattr(self, "tail"):
            return
        self.poll(SETTLED_S)
        shown = Counter(self.shown.keys)
        wanted = {(event.stream, event.id) for event in self.all if event.start >= self.begin_s + 3}
        assert max(shown.values(), default=0) <= 1
        assert wanted <= shown.keys()
        assert shown.keys() <= {(event.stream, event.id) for event in self.all}
        assert not self.shown.swept


TestExactlyOnce = ExactlyOnce.TestCase
TestExactlyOnce.settings = settings(max_examples=40, stateful_step_count=12, deadline=None)


@pytest.mark.parametrize("skew_s", [-600, 600])
def test_a_record_as_late_as_the_look_back_allows_is_shown_though_the_date_has_whole_seconds(
    skew_s: int,
) -> None:
    law = ExactlyOnce()
    law.begin(skew_s=skew_s, page_size=4, can_newest_first=True, odd=0, sweep_s=0.0, back_s=900)
    law.arrive(ages=[LOOKBACK_S], stream=2, is_burst=False)
    law.teardown()
