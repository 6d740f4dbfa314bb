"""Flow logs that a client has made: each brings the records of its interfaces into its log group.

Thread-safe. Knows neither how a flow log is made nor when a record arrives.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flowtui.demo.logs import Entry, LogStore
from flowtui.demo.rendering import Facts, rendered


@dataclass(frozen=True, slots=True)
class Subscription:
    """A flow log that delivers."""

    id: str
    group: str
    fields: tuple[str, ...]
    traffic: str
    """`ALL`, `ACCEPT` or `REJECT`."""
    since_ms: int
    facts: Mapping[str, Facts]
    """By interface: those that it covers."""


class Subscriptions:
    """The flow logs made by clients."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_id: dict[str, Subscription] = {}

    def add(self, subscription: Subscription) -> None:
        """From now on it delivers."""
        with self._lock:
            self._by_id[subscription.id] = subscription

    def remove(self, ids: Iterable[str]) -> None:
        """These deliver no more."""
        with self._lock:
            for each in ids:
                self._by_id.pop(each, None)

    def covers_any(self, interfaces: Iterable[str]) -> bool:
        """Whether one of these interfaces is covered."""
        wanted = set(interfaces)
        with self._lock:
            return any(wanted & set(each.facts) for each in self._by_id.values())

    def deliver(self, store: LogStore, entries: Iterable[Entry], fields: tuple[str, ...]) -> None:
        """Puts the entries, lines of these fields, wherever a flow log wants them.

        A group that is missing is made, as the flow-log service does.
        """
        with self._lock:
            subscriptions = list(self._by_id.values())
        entries = list(entries) if subscriptions else []
        for subscription in subscriptions:
            found = [made for entry in entries if (made := _made(subscription, entry, fields)) is not None]
            if not found:
                continue
            group = store.group(subscription.group)
            if group is None:
                group = store.create(subscription.group, found[0].ingestion)
            if group is not None:
                group.put(found)


def _made(subscription: Subscription, entry: Entry, fields: tuple[str, ...]) -> Entry | None:
    """The entry as this flow log writes it; None where it does not."""
    facts = subscription.facts.get(entry.stream.removesuffix("-all"))
    if facts is None or entry.timestamp < subscription.since_ms:
        return None
    known = dict(zip(fields, entry.message.split(), strict=True))
    if subscription.traffic not in ("ALL", known["action"]):
        return None
    return entry._replace(message=rendered(known, subscription.fields, facts))
