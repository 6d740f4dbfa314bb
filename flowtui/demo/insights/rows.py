"""A log event as a query sees it: the fields that CloudWatch generates and those it discovers.

Discovered in a VPC flow log are the fields of the default format, in camel case (user guide, supported
logs and discovered fields); lines of other formats have none.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from flowtui.demo.insights.values import Leeway, Moment, Value
from flowtui.demo.lab import ACCOUNT
from flowtui.demo.logs import Event, event_id

SYSTEM_FIELDS = ("@timestamp", "@message", "@logStream", "@log", "@ingestionTime")

_NUMBER = r"(\d+|-)"
_ADDRESS = r"([0-9A-Fa-f.:]+|-)"
_SHAPES = {
    "version": r"(\d+)",
    "accountId": r"(\d{12}|unknown|-)",
    "interfaceId": r"(eni-\w+|-)",
    "srcAddr": _ADDRESS,
    "dstAddr": _ADDRESS,
    "srcPort": _NUMBER,
    "dstPort": _NUMBER,
    "protocol": _NUMBER,
    "packets": _NUMBER,
    "bytes": _NUMBER,
    "startTime": _NUMBER,
    "endTime": _NUMBER,
    "action": r"(ACCEPT|REJECT|-)",
    "logStatus": r"(OK|NODATA|SKIPDATA|-)",
}
DISCOVERED = tuple(_SHAPES)
_PLACES = {name: place for place, name in enumerate(_SHAPES)}
_LINE = re.compile(r"\s*" + r"\s+".join(_SHAPES.values()) + r"\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Source:
    """Where events come from: their group's name."""

    group: str
    leeway: Leeway


class Row:
    """An event with the fields that the query has made; or, without an event, a row of statistics."""

    __slots__ = ("_discovered", "event", "made", "source")

    def __init__(
        self, event: Event | None, source: Source | None, made: dict[str, Value] | None = None
    ) -> None:
        self.event = event
        self.source = source
        self.made = made
        self._discovered: tuple[str, ...] | None = None

    def get(self, name: str) -> Value:
        """A field's value."""
        if self.made is not None and name in self.made:
            return self.made[name]
        if self.event is None or self.source is None:
            return None
        if name.startswith("@"):
            return _system_field(self.event, self.source, name)
        place = _PLACES.get(name)
        if place is None:
            return None
        if self._discovered is None:
            match = _LINE.fullmatch(self.event.message)
            self._discovered = match.groups() if match else ()
        if not self._discovered:
            return None
        value = self._discovered[place]
        return None if value == "-" and self.source.leeway.dash_is_absent else value

    def make(self, name: str, value: Value) -> None:
        """Gives the row a field."""
        if self.made is None:
            self.made = {}
        self.made[name] = value

    def forget(self) -> None:
        """Lets go of what can be found again: a row that is kept takes a third of the memory."""
        self._discovered = None


def discovered(message: str) -> tuple[str, ...]:
    """The names of the fields that are discovered in a line."""
    return DISCOVERED if _LINE.fullmatch(message) else ()


def _system_field(event: Event, source: Source, name: str) -> Value:
    match name:
        case "@message":
            return event.message
        case "@timestamp":
            return Moment(event.timestamp)
        case "@logStream":
            return event.stream
        case "@ingestionTime":
            return Moment(event.ingestion)
        case "@log":
            return f"{ACCOUNT}:{source.group}"
        case "@ptr":
            place = f"{source.group}\0{event_id(event.timestamp, event.ingestion, event.sequence)}"
            return base64.b64encode(place.encode()).decode()
        case _:
            return None
