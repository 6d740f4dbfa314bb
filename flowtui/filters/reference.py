"""The filter language as data, for help and for the reference page: what can be typed, and what it means.

Everything that comes from a registry is taken from it. Knows no widget and no file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flowtui.filters import vocabulary
from flowtui.records import fields, wellknown
from flowtui.records.fields import Field, Type


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can be typed."""

    text: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Section:
    """Entries that belong together."""

    title: str
    entries: tuple[Entry, ...]


def sections() -> tuple[Section, ...]:
    """Give the whole reference, from what is needed first to what is looked up."""
    return (
        Section("Examples", _EXAMPLES),
        Section("Joining conditions", _JOINING),
        Section("Words", _entries(vocabulary.WORDS)),
        Section("Addresses, ports, protocols, flags", _QUALIFIED),
        Section("Keys", tuple(Entry(f"{key}:", meaning) for key, meaning in vocabulary.KEYS.items())),
        Section("Values", _VALUES),
        Section("Fields", tuple(_field(entry) for entry in fields.FIELDS.values())),
        Section("TCP flags", tuple(Entry(name, f"bit {bit}") for name, bit in vocabulary.FLAGS.items())),
        Section("Protocols", tuple(Entry(*named) for named in wellknown.PROTOCOLS.values())),
        Section("Port services", tuple(_services())),
        Section("AWS services", _entries(wellknown.SERVICES)),
    )


def _entries(meanings: Mapping[str, str]) -> tuple[Entry, ...]:
    return tuple(Entry(text, meaning) for text, meaning in meanings.items())


def _field(entry: Field) -> Entry:
    spelled = f"{entry.name} {_OPERATORS[entry.type]}"
    other = "" if entry.insights == entry.name else f" ({entry.insights})"
    return Entry(spelled, f"{entry.meaning}{other}")


_OPERATORS = {
    Type.TEXT: "= !=",
    Type.ADDRESS: "= !=",
    Type.ACTION: "= !=",
    Type.STATUS: "= !=",
    Type.INTEGER: "= != < <= > >=",
    Type.TIME: "= != < <= > >=",
}


def _services() -> list[Entry]:
    ports: dict[str, set[int]] = {}
    for table in (wellknown.TCP_SERVICES, wellknown.UDP_SERVICES):
        for port, name in table.items():
            ports.setdefault(name, set()).add(port)
    return [Entry(name, ", ".join(map(str, sorted(ports[name])))) for name in sorted(ports)]


_EXAMPLES = (
    Entry("reject and port 80", "rejected, port 80 on either side"),
    Entry("src net 10.0.0.0/8 and not dst port 443,8443", "from a network, and to neither port"),
    Entry("src:10.0.0.0/8 -dport:443", "the same, faster to type"),
    Entry("host 172.16.0.121 or web-1", "an address, or whatever is called so"),
    Entry("bytes > 1M and tcp and dport 1024-65535", "fields, words and ranges"),
    Entry("flags syn and not flags ack", "connections being opened"),
    Entry("flow-direction = egress and traffic-path in (2, 8)", "fields by their AWS names"),
    Entry("reject start > -15m", "of the last quarter of an hour"),
)

_JOINING = (
    Entry("A and B, A && B, A B", vocabulary.KEYWORDS[vocabulary.AND]),
    Entry("A or B, A || B", vocabulary.KEYWORDS[vocabulary.OR]),
    Entry("not A, !A, -A", vocabulary.KEYWORDS[vocabulary.NOT]),
    Entry("(A or B) and C", "brackets, up to 64 within each other"),
)

_QUALIFIED = (
    Entry("host A, src A, dst A, ip A", "an address, CIDR or name; src and dst on that side"),
    Entry("net CIDR, src net CIDR, dst net CIDR", "an address in a network"),
    Entry("src A,B", "a list without blanks: one of them"),
    Entry("port P, src port P, dst port P", "a port on either side, or on one"),
    Entry("sport P, dport P", "short for src port and dst port"),
    Entry("port 80,443  port 1024-65535  port https", "lists, ranges, services"),
    Entry("port > 1024  port in (80, 443)", "comparisons and lists in brackets"),
    Entry("A:80  [2001:db8::1]:80", "address and port on the same side"),
    Entry("proto gre  proto 47  proto tcp,udp", "protocols by name or number"),
    Entry("flags syn,rst  flags syn+ack", "any of these TCP flags; all of these"),
)

_VALUES = (
    Entry("FIELD = V  FIELD != V  FIELD in (V, W)", "equal, different, one of; never true without a value"),
    Entry("FIELD < V  <=  >  >=", "numbers and times"),
    Entry("1k 1M 1G, 1Ki 1Mi 1Gi", "powers of 1000, of 1024; for packets and bytes"),
    Entry("12:01, 12:01:30", "when the clock last showed this"),
    Entry("2026-01-31, 2026-01-31T12:01, 2026-01-31T12:01Z", "ISO 8601; without a zone, the one shown"),
    Entry("-5m, -1h30m, -2d", "so long before the filter was applied"),
    Entry("10.0.0.0/8", "also behind an address field: srcaddr = 10.0.0.0/8"),
    Entry("web, eni-0123456789abcdef0", "bare: found in names, ids and text columns, in any case"),
    Entry('"443", "web 1", "tcp"', "in quotes: text, whatever it looks like"),
)
