"""A CloudWatch Logs that follows a script, and a clock that passes when somebody waits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from flowtui.monitor.outside import Fault, FaultError, FaultKind, Page, PageRequest
from flowtui.records.events import LogEvents

GROUP = "flow-logs"


def fault(kind: FaultKind) -> Fault:
    return Fault(kind, "logs:FilterLogEvents", f"It {kind.value}.", "Do something.")


@dataclass
class FakeClock:
    """Time passes by waiting, and by whatever adds to `time`."""

    time: float = 1_000_000.0
    deadline: float = float("inf")
    at_deadline: Callable[[], None] = lambda: None
    waits: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.time

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        if event.is_set():
            return True
        self.waits.append(timeout_s)
        self.advance(timeout_s)
        return event.is_set()

    def advance(self, seconds: float) -> None:
        self.time = min(self.time + seconds, max(self.deadline, self.time))
        if self.time >= self.deadline:
            self.at_deadline()


@dataclass(frozen=True)
class Event:
    """A log event, and when it can first be read."""

    id: str
    start: float
    arrives: float
    stream: str = "eni-1-all"
    group: str = GROUP
    message: str = ""


@dataclass
class ScriptedLogs:
    """Serves events as AWS does: by event time, in pages, with tokens; `obstacles` come before an answer."""

    clock: FakeClock
    events: list[Event] = field(default_factory=list)
    page_size: int = 3
    latency_s: float = 0.05
    can_newest_first: bool = True
    is_newest_first_ignored: bool = False
    obstacles: Callable[[PageRequest, int], Fault | None] = lambda request, number: None
    requests: list[tuple[float, PageRequest]] = field(default_factory=list)

    def page(self, request: PageRequest) -> Page:
        self.requests.append((self.clock.time, request))
        self.clock.advance(self.latency_s)
        if request.newest_first and not self.can_newest_first:
            raise FaultError(fault(FaultKind.INVALID))
        obstacle = self.obstacles(request, len(self.requests))
        if obstacle is not None:
            raise FaultError(obstacle)
        is_descending = request.newest_first and not self.is_newest_first_ignored
        found = sorted(self._visible(request), key=_key, reverse=is_descending)
        if request.token is not None:
            start, arrives, event_id, stream = request.token.split("/", 3)
            last = (float(start), float(arrives), event_id, stream)
            found = [each for each in found if (_key(each) < last if is_descending else _key(each) > last)]
        page, rest = found[: self.page_size], found[self.page_size :]
        token = "{}/{}/{}/{}".format(*_key(page[-1])) if rest else None
        return Page(events(page), token, 100 * len(page))

    def _visible(self, request: PageRequest) -> list[Event]:
        end = float("inf") if request.end_ms is None else request.end_ms / 1000
        return [
            each
            for each in self.events
            if each.group == request.group
            and each.arrives <= self.clock.time
            and request.start_ms / 1000 <= each.start < end
        ]


def _key(event: Event) -> tuple[float, float, str, str]:
    return event.start, event.arrives, event.id, event.stream


def events(found: list[Event]) -> LogEvents:
    return LogEvents(
        [each.stream for each in found],
        [int(each.start * 1000) for each in found],
        [int(each.arrives * 1000) for each in found],
        [each.id for each in found],
        [each.message or each.id for each in found],
    )
