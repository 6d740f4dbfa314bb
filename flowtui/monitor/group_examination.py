"""Examines the log groups that the monitor would follow: what each is, whether it is readable, how fresh.

Only reads; calls that AWS throttles are made again, a few times. Knows no screen and no boto3.
"""

from __future__ import annotations

import statistics
import threading
from collections.abc import Iterator

from flowtui.monitor import groups
from flowtui.monitor.creation.answers import STANDARD
from flowtui.monitor.flow_logs import is_fed
from flowtui.monitor.health import Finding, Health
from flowtui.monitor.outside import (
    Clock,
    Fault,
    FaultError,
    FaultKind,
    HistoryConnection,
    LogGroup,
    Page,
    PageRequest,
)
from flowtui.topology.lookup import TopologyIndex
from flowtui.topology.model import Missing

_CLASSES = {STANDARD: "Standard", "INFREQUENT_ACCESS": "Infrequent Access", "DELIVERY": "Delivery"}
"""As AWS's guide and console call them."""

_FRESH_S = 3600.0
"""How far back the newest record is looked for, seconds."""
_PAGES = 12
"""Pages that are looked at for a record: AWS gives empty ones with a token, now and then some in a row."""
_WAITS_S = (1.0, 2.0, 4.0)
"""How long is waited after a call that failed in passing; the quota is shared by the whole account."""


class GroupExamination:
    """The log groups in question, and which actions failed on them."""

    def __init__(
        self, connection: HistoryConnection, names: tuple[str, ...], index: TopologyIndex, clock: Clock
    ) -> None:
        """Asks what the groups are, at once. Raises nothing of AWS's."""
        self._connection = connection
        self._logs = connection.logs()
        self._index = index
        self._clock = clock
        self._names = names
        self._never = threading.Event()
        self.missing: dict[str, Missing] = {}
        """What failed, by action."""
        self._facts: dict[str, LogGroup] | None = None
        try:
            self._facts = {each.name: each for each in connection.log_groups(names)} if names else {}
        except FaultError as error:
            self._miss(error.fault)

    def findings(self) -> Iterator[Finding]:
        """Each group, then how many can be followed; nothing where there is none."""
        followed = 0
        for name in self._names:
            finding, is_followed = self._group(name)
            followed += is_followed
            yield finding
        if self._names:
            yield _together(followed, len(self._names))

    def try_history(self) -> None:
        """Asks for the fields of a group, which costs nothing; queries, which AWS bills, are not tried."""
        there = [name for name in self._names if self._facts is None or self._fact(name) is not None]
        if there:
            try:
                self._connection.insights().field_names(there[0])
            except FaultError as error:
                self._miss(error.fault)

    def _group(self, name: str) -> tuple[Finding, bool]:
        """What is to be said of a group, and whether it can be followed."""
        fact = self._fact(name)
        if fact is not None and fact.log_class != STANDARD:
            return _other_class(name, fact), False
        if self._facts is not None and fact is None:
            return _absent(name, has_flow_log=bool(self._index.flow_logs_to(name))), False
        try:
            page = self._newest(name)
        except FaultError as error:
            self._miss(error.fault)
            return of_fault("log groups", name, error.fault), False
        if len(page.events):
            return _fresh(name, fact, page, self._clock.now()), True
        is_delivered = is_fed(name, self._index)
        return _silent(name, fact, is_delivered=is_delivered), is_delivered

    def _miss(self, fault: Fault) -> None:
        is_denied = fault.kind is FaultKind.DENIED
        self.missing[fault.action] = Missing("log groups", fault.action, fault.sentence, is_denied=is_denied)

    def _fact(self, name: str) -> LogGroup | None:
        return None if self._facts is None else self._facts.get(groups.bare_name(name))

    def _newest(self, name: str) -> Page:
        """A page with records, the newest where AWS can tell; one without where there are none."""
        start_ms = int((self._clock.now() - _FRESH_S) * 1000)
        try:
            return self._found(PageRequest(name, start_ms, newest_first=True))
        except FaultError as error:
            if error.fault.kind is not FaultKind.INVALID:
                raise
        return self._found(PageRequest(name, start_ms))

    def _found(self, request: PageRequest) -> Page:
        page = self._page(request)
        for _ in range(_PAGES - 1):
            if len(page.events) or page.next_token is None:
                break
            page = self._page(
                PageRequest(
                    request.group,
                    request.start_ms,
                    token=page.next_token,
                    newest_first=request.newest_first,
                )
            )
        return page

    def _page(self, request: PageRequest) -> Page:
        for wait_s in _WAITS_S:
            try:
                return self._logs.page(request)
            except FaultError as error:
                if error.fault.kind not in (FaultKind.THROTTLED, FaultKind.UNAVAILABLE):
                    raise
                self._clock.wait(self._never, wait_s)
        return self._logs.page(request)


def _other_class(name: str, fact: LogGroup) -> Finding:
    named = _CLASSES.get(fact.log_class, fact.log_class)
    sentence = f"Of the {named} class, which AWS lets nobody read record by record."
    cure = "Ask it with `flowtui history`, or let a flow log deliver to a group of the Standard class."
    if fact.log_class == "DELIVERY":
        cure = "Let a flow log deliver to a group of the Standard class."
    return Finding("log groups", name, Health.BAD, sentence, cure, "logs:FilterLogEvents")


def _absent(name: str, *, has_flow_log: bool) -> Finding:
    if not has_flow_log:
        sentence = "Does not exist, and no flow log that can be seen delivers there."
        return Finding("log groups", name, Health.NOTE, sentence, "Check the name, --region and the account.")
    sentence = "Does not exist (yet): AWS makes it when the first record comes."
    return Finding(
        "log groups", name, Health.NOTE, sentence, "Wait for traffic, or look at the delivery above."
    )


def _silent(name: str, fact: LogGroup | None, *, is_delivered: bool) -> Finding:
    sentence = f"Readable, but nothing within the last hour{_kept(fact)}."
    if not is_delivered:
        sentence = f"Readable, but nothing within the last hour, and no delivery to it works{_kept(fact)}."
        return Finding("log groups", name, Health.BAD, sentence, "Mend the flow log above.")
    cure = "Look at the delivery of its flow logs; the first records take up to 16 minutes."
    return Finding("log groups", name, Health.NOTE, sentence, cure, "logs:FilterLogEvents")


def _fresh(name: str, fact: LogGroup | None, page: Page, now: float) -> Finding:
    events = page.events
    newest = now - max(events.timestamps) / 1000
    arrived = now - max(events.ingestions) / 1000
    delays = map(int.__sub__, events.ingestions, events.timestamps)
    lag = statistics.median(delays) / 1000
    sentence = (
        f"Newest record began {_span(newest)} ago, arrived {_span(arrived)} ago; "
        f"half arrive within {_span(lag)}{_kept(fact)}."
    )
    return Finding("log groups", name, Health.GOOD, sentence, action="logs:FilterLogEvents")


def _kept(fact: LogGroup | None) -> str:
    if fact is None:
        return ""
    kept = "kept for ever" if fact.retention_days is None else f"kept {fact.retention_days} days"
    stored = f", {fact.stored_bytes:,} bytes stored" if fact.stored_bytes else ""
    return f"; {_CLASSES.get(fact.log_class, fact.log_class)} class, {kept}{stored}"


def _span(seconds: float) -> str:
    whole = max(0, round(seconds))
    return f"{whole} s" if whole < 120 else f"{whole // 60} min"


def _together(followed: int, count: int) -> Finding:
    sentence = f"{followed} of {count} can be followed."
    health = Health.GOOD if followed else Health.BAD
    cure = "" if followed else "Mend one of the log groups above, or name another with --log-group."
    return Finding("log groups", "together", health, sentence, cure, is_essential=True)


def of_fault(section: str, subject: str, fault: Fault, *, is_essential: bool = False) -> Finding:
    """A fault as a finding."""
    return Finding(
        section, subject, Health.BAD, fault.sentence, fault.cure, fault.action, is_essential=is_essential
    )
