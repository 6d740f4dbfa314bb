"""The words of the filter language: keywords, keys, fields by all their names, and when text needs quotes.

One place for parser, printer, completion and reference. Knows the field registry, no syntax.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from flowtui.records import decode, fields, wellknown

AND, OR, NOT, IN = "and", "or", "not", "in"

KEYWORDS: Mapping[str, str] = {
    AND: "both; also by writing one condition after the other",
    OR: "at least one; weaker than and",
    NOT: "what the next condition is not; also ! and -",
    IN: "field in (a, b): one of these values",
}

QUALIFIERS: Mapping[str, str] = {
    "src": "the source: address, CIDR or name; or before host, net, port",
    "dst": "the destination: address, CIDR or name; or before host, net, port",
    "host": "an address or a name, on either side",
    "net": "a CIDR, on either side",
    "port": "a port, list, range, comparison or service, on either side",
    "sport": "the source's port",
    "dport": "the destination's port",
    "ip": "an address, a CIDR or a name, on either side",
    "proto": "a protocol by name or number",
    "flags": "TCP flags: a,b any of them, a+b all of them",
}
"""Words that need a value behind them."""

STICKY = frozenset({"src", "dst", "net", "port", "sport", "dport", "proto"})
"""Of these, what tcpdump takes a bare value behind `and` or `or` to go with, too."""

PROTOCOL_WORDS: Mapping[str, int] = {"tcp": decode.TCP, "udp": decode.UDP, "icmp": 1, "icmp6": 58}

WORDS: Mapping[str, str] = {
    "accept": "accepted by security groups and network ACLs",
    "reject": "rejected, or arrived after the connection's end",
    "nodata": "lines that say: no traffic in the window",
    "skipdata": "lines that say: records were lost inside AWS",
    "tcp": "protocol 6",
    "udp": "protocol 17",
    "icmp": "protocol 1",
    "icmp6": "protocol 58",
    "ipv4": "an IPv4 address on either side",
    "ipv6": "an IPv6 address on either side",
    "ingress": "into the interface, by flow-direction or else by its addresses",
    "egress": "out of the interface, by flow-direction or else by its addresses",
}
"""Words that are conditions by themselves."""

KEYS: Mapping[str, str] = {
    "src": "source address, CIDR or name",
    "dst": "destination address, CIDR or name",
    "sport": "source port, list, range or service",
    "dport": "destination port, list, range or service",
    "port": "port on either side",
    "ip": "address, CIDR or name on either side",
    "eni": "seen on the interface with this id or name",
    "instance": "instance by id or name",
    "name": "whatever has exactly this name",
    "subnet": "subnet by id or name",
    "vpc": "VPC by id or name",
    "sg": "security group by id",
    "az": "availability zone by name or id",
    "service": "AWS service that an address belongs to, S3 …",
}
"""What a colon may follow: `key:value`."""

FLAGS: Mapping[str, int] = {
    "fin": 1,
    "syn": 2,
    "rst": 4,
    "psh": 8,
    "ack": 16,
    "urg": 32,
    "ece": 64,
    "cwr": 128,
}
"""TCP flags by name: their bits."""

ELSEWHERE: Mapping[str, str] = {
    "ip6": "ipv6",
    "icmpv6": "icmp6",
    "portrange": "port 80-90",
    "==": "=",
}
"""What other tools say, and what it is called here."""

RESERVED = frozenset((*KEYWORDS, *QUALIFIERS, *WORDS, *KEYS, *ELSEWHERE))
"""What means something by itself, so that text like it needs quotes."""

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9._/@+*-]*")
_PLAIN_VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:@+*-]*")


CHOICES: Mapping[str, tuple[str, ...]] = {
    **{name: tuple(words) for name, words in wellknown.WORDS.items()},
    fields.TYPE.name: ("IPv4", "IPv6", "EFA"),
}
"""By field of words: the values that it is known to have; those of text fields may be others too."""

SERVICE_FIELDS = (fields.PKT_SRC_AWS_SERVICE.name, fields.PKT_DST_AWS_SERVICE.name)

PORT_SERVICES = tuple(sorted({*wellknown.TCP_SERVICES.values(), *wellknown.UDP_SERVICES.values()}))
"""The names that ports go by."""

PROTOCOLS = tuple(name for name, _ in wellknown.PROTOCOLS.values())


def _field_names() -> Mapping[str, str]:
    names: dict[str, str] = {}
    for name, entry in fields.FIELDS.items():
        for spelling in (name, name.replace("-", "_"), entry.insights):
            names.setdefault(spelling.lower(), name)
    return MappingProxyType(names)


FIELD_NAMES = _field_names()
"""AWS's name of a field by each of its spellings in lower case."""


def is_reserved(text: str) -> bool:
    """Whether the text means something by itself, in any case."""
    return text.lower() in RESERVED or text.lower() in FIELD_NAMES


def quoted(text: str) -> str:
    """Write text as the language reads it: as it is where nothing else is meant by it, else in quotes."""
    if _PLAIN.fullmatch(text) and not is_reserved(text):
        return text
    return in_quotes(text)


def quoted_value(text: str) -> str:
    """Write text behind a comparison, where words of the language are no more than text."""
    return text if _PLAIN_VALUE.fullmatch(text) else in_quotes(text)


def in_quotes(text: str) -> str:
    """Write text in quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
