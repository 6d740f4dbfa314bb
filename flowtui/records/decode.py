"""What the values of flow records mean, in words; and the one place that makes text safe for a terminal.

Sources: IANA protocol numbers and service names; VPC User Guide, "Flow log records".
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import unquote

from flowtui.records import fields, wellknown
from flowtui.records.fields import Field, Type

TCP, UDP = 6, 17
_FLAGS = ((4, "RST"), (1, "FIN"), (8, "PSH"), (16, "ACK"), (32, "URG"), (64, "ECE"), (128, "CWR"))
_SYN, _SYN_ACK = 2, 18

_UNSAFE = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # C0 and C1 controls with escape
    "\u00ad\u061c\u180e"  # soft hyphen, Arabic letter mark, Mongolian vowel separator
    "\u200b-\u200f"  # zero-width characters and direction marks
    "\u2028-\u202e"  # line and paragraph separators, embeddings and overrides
    "\u2060-\u206f"  # word joiner, invisible operators, isolates
    "\ufe00-\ufe0f"  # variation selectors
    "\ufeff\ufff9-\ufffb"  # byte order mark, annotations
    "\ud800-\udfff"  # lone surrogates
    "\U000e0000-\U000e0fff"  # tags and further variation selectors
    "]"
)


def clean(text: str) -> str:
    r"""Make text safe for a terminal: control, bidirectional and invisible characters are written `\x1b`."""
    return text if text.isascii() and text.isprintable() else _UNSAFE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def protocol_name(number: int) -> str:
    """Name an IANA protocol as the filter language does, `tcp`; its number where it has no common name."""
    known = wellknown.PROTOCOLS.get(number)
    return known[0] if known else str(number)


def protocol_number(name: str) -> int | None:
    """Find the number of a protocol by the name that `protocol_name` gives it, in any case."""
    return _PROTOCOL_NUMBERS.get(name.lower())


_PROTOCOL_NUMBERS = {name: number for number, (name, _) in wellknown.PROTOCOLS.items()}


def flag_names(flags: int) -> str:
    """Name the TCP flags of a window, `SYN-ACK|FIN`; `none` for 0, which is what a mere ACK gives."""
    names = []
    if flags & _SYN_ACK == _SYN_ACK:
        names.append("SYN-ACK")
        flags &= ~_SYN_ACK
    if flags & _SYN:
        names.append("SYN")
    names += [name for bit, name in _FLAGS if flags & bit]
    return "|".join(names) or "none"


def traffic_path(number: int) -> str:
    """Say by which way outgoing traffic leaves; the number where it is not known."""
    return wellknown.TRAFFIC_PATHS.get(number, f"path {number}")


def service_name(port: int, protocol: int | None = None) -> str | None:
    """Name a well-known port's service, `https`; None where there is none, or the protocol has no ports.

    Without a protocol TCP's name comes first.
    """
    tables = {TCP: (wellknown.TCP_SERVICES,), UDP: (wellknown.UDP_SERVICES,)}
    both = (wellknown.TCP_SERVICES, wellknown.UDP_SERVICES)
    for table in both if protocol is None else tables.get(protocol, ()):
        if port in table:
            return table[port]
    return None


def service_ports(name: str) -> tuple[int, ...]:
    """List the ports of a service by the name that `service_name` gives it, ascending."""
    both = (wellknown.TCP_SERVICES, wellknown.UDP_SERVICES)
    return tuple(sorted({port for table in both for port, known in table.items() if known == name.lower()}))


def describe(field: Field, value: str | int | None, protocol: int | None = None) -> str:
    """Say what a field's value means, in words safe for a terminal; empty where there is nothing to add.

    Addresses and text are str, all else int. The protocol, where known, tells a port's service.
    """
    if value is None:
        return wellknown.ABSENT_MEANINGS.get(field.name, "")
    if field in (fields.SRCPORT, fields.DSTPORT) and isinstance(value, int):
        return service_name(value, protocol) or ""
    if isinstance(value, int):
        say_number = _NUMBERS.get(field.name, _time if field.type is Type.TIME else None)
        return say_number(value) if say_number else ""
    if field.type is Type.ADDRESS:
        return _address(value)
    if field in _TAGS:
        return _decoded(value)
    words = wellknown.WORDS.get(field.name, {})
    return words.get(value, "")


_TAGS = (
    fields.INSTANCE_TAG,
    fields.INSTANCE_TAG_2,
    fields.INTERFACE_TAG,
    fields.INTERFACE_TAG_2,
    fields.ASG_TAG,
    fields.ASG_TAG_2,
)


def tag(value: str) -> str:
    """Decode a tag's value, which records hold percent-encoded; not safe for a terminal yet."""
    return unquote(value, errors="replace")


def _decoded(value: str) -> str:
    decoded = tag(value)
    return "" if decoded == value else clean(decoded)


def _protocol(number: int) -> str:
    name, words = wellknown.PROTOCOLS.get(number, ("", ""))
    return f"{name}, {words}" if words else name


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def _size(amount: int) -> str:
    if amount < 1000:
        return ""
    scaled, units = amount / 1000, iter(_SIZE_UNITS)
    unit = next(units)
    while scaled >= _NEXT_UNIT and (larger := next(units, None)):
        scaled, unit = scaled / 1000, larger
    return f"{scaled:.1f} {unit}"


_SIZE_UNITS = ("kB", "MB", "GB", "TB", "PB", "EB")
_NEXT_UNIT = 999.95
"""What would be printed as 1000.0."""


def _flags(flags: int) -> str:
    heuristic = {_SYN: "its source is the client", _SYN_ACK: "its source is the server"}.get(flags & _SYN_ACK)
    return f"{flag_names(flags)}: {heuristic}" if heuristic else flag_names(flags)


_NUMBERS: Mapping[str, Callable[[int], str]] = {
    fields.PROTOCOL.name: _protocol,
    fields.TCP_FLAGS.name: _flags,
    fields.TRAFFIC_PATH.name: traffic_path,
    fields.ENCRYPTION_STATUS.name: lambda number: wellknown.ENCRYPTION_STATUSES.get(number, ""),
    fields.BYTES.name: _size,
}


def _address(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    return next((words for network, words in _NETWORKS if address in network), "")


_NETWORKS = tuple((ipaddress.ip_network(network), words) for network, words in wellknown.NETWORKS)
