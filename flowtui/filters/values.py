"""What values mean: numbers and sizes, times, ports, protocols, flags, addresses. None where a text is none.

Knows the spelling of values, no expressions.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo
from fractions import Fraction
from ipaddress import ip_network

from flowtui.filters import vocabulary
from flowtui.filters.tree import Network, Op
from flowtui.records import address, decode

MAX_PORT = 65535
MAX_TIME = 2**32 - 1

Ranges = tuple[tuple[int, int], ...]

_FACTORS = {
    "": 1,
    "k": 10**3,
    "m": 10**6,
    "g": 10**9,
    "ki": 2**10,
    "mi": 2**20,
    "gi": 2**30,
}
_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
# Bounded, since Python refuses to read numbers of thousands of digits.
_INTEGER = re.compile(r"[0-9]{1,20}", re.ASCII)
_SIZE = re.compile(r"([0-9]{1,20}(?:\.[0-9]{1,20})?)([kmg]?i?)", re.ASCII | re.IGNORECASE)
_RANGE = re.compile(r"([0-9]{1,20})-([0-9]{1,20})", re.ASCII)
_AGO = re.compile(r"-((?:[0-9]{1,9}[smhdw])+)", re.ASCII)
_AGO_PART = re.compile(r"([0-9]{1,9})([smhdw])", re.ASCII)
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?", re.ASCII)
_EPOCH = re.compile(r"[0-9]{9,10}", re.ASCII)
NUMERIC = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[kmg]i?)?(?:[-,][0-9]*)*", re.ASCII | re.IGNORECASE)
"""What is taken for a number or for ports where a word is expected."""
DOTTED = re.compile(r"[0-9.]+(?:/[0-9.]*)?", re.ASCII)
"""What is meant for an IPv4 address or network, and perhaps is none."""
COLONED = re.compile(r"[0-9a-f.]*:[0-9a-f.]*:[0-9a-f:.]*(?:/[0-9]*)?", re.ASCII | re.IGNORECASE)
"""What is meant for an IPv6 address or network, and perhaps is none."""


def integer(text: str) -> int | None:
    """Read a plain number."""
    return int(text) if _INTEGER.fullmatch(text) else None


def size(text: str) -> int | None:
    """Read a number with k, M, G (powers of 1000) or Ki, Mi, Gi; None also where it is no whole one."""
    found = _SIZE.fullmatch(text)
    if found is None or found[2].lower() not in _FACTORS:
        return None
    amount = Fraction(found[1]) * _FACTORS[found[2].lower()]
    return int(amount) if amount.denominator == 1 else None


def moment(text: str, now: float, zone: tzinfo | None) -> int | None:
    """Read a time: `-5m`, `12:01` (the last one), ISO 8601 or epoch seconds; None where it is none.

    Without a zone of its own it is of `zone`, or of the machine's.
    """
    try:
        found = _moment(text, now, zone)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found is not None and 0 <= found <= MAX_TIME else None


def _moment(text: str, now: float, zone: tzinfo | None) -> int | None:
    ago = _AGO.fullmatch(text)
    if ago is not None:
        back = sum(int(amount) * _UNITS_S[unit] for amount, unit in _AGO_PART.findall(ago[1]))
        return int(now) - back
    clock = _CLOCK.fullmatch(text)
    if clock is not None:
        return _last(int(clock[1]), int(clock[2]), int(clock[3] or 0), now, zone)
    if _EPOCH.fullmatch(text):
        return int(text)
    return _epoch(datetime.fromisoformat(text.replace("z", "Z")), zone)


def _last(hour: int, minute: int, second: int, now: float, zone: tzinfo | None) -> int:
    today = datetime.fromtimestamp(now, zone).replace(hour=hour, minute=minute, second=second, microsecond=0)
    found = _epoch(today, zone)
    return found if found <= now else _epoch(today - timedelta(days=1), zone)


def _epoch(at: datetime, zone: tzinfo | None) -> int:
    return int((at.replace(tzinfo=zone) if at.tzinfo is None and zone else at).timestamp() // 1)


def ports(text: str) -> Ranges | None:
    """Read a port, a range or a service name; None also where it is out of range."""
    found = _RANGE.fullmatch(text)
    if found is not None:
        low, high = int(found[1]), int(found[2])
        return ((low, high),) if low <= high <= MAX_PORT else None
    number = integer(text)
    if number is not None:
        return ((number, number),) if number <= MAX_PORT else None
    return tuple((port, port) for port in decode.service_ports(text)) or None


def compared(op: Op, port: int) -> Ranges:
    """Give the ports for which a comparison with this one is true; may be none."""
    below, above = (0, port - 1), (port + 1, MAX_PORT)
    ranges = {
        Op.EQ: ((port, port),),
        Op.NE: (below, above),
        Op.LT: (below,),
        Op.LE: ((0, port),),
        Op.GT: (above,),
        Op.GE: ((port, MAX_PORT),),
    }[op]
    return tuple(each for each in ranges if each[0] <= each[1])


def protocol(text: str) -> int | None:
    """Read a protocol by name or number."""
    number = integer(text)
    if number is None:
        return decode.protocol_number(text)
    return number if number <= 255 else None


def mask(text: str) -> int | None:
    """Read flag names joined by `+`."""
    bits = [vocabulary.FLAGS.get(name) for name in text.lower().split("+")]
    known = [bit for bit in bits if bit is not None]
    total = 0
    for bit in known:
        total |= bit
    return total if len(known) == len(bits) else None


def ip(text: str) -> str | None:
    """Read an address and write it canonically."""
    parsed = address.parse_text(text)
    return None if parsed is None else address.to_text(*parsed)


def network(text: str) -> Network | None:
    """Read an address or CIDR; bits of hosts in a CIDR are ignored."""
    head, _, tail = text.partition("/")
    if address.parse_text(head) is None or (tail and not DOTTED.fullmatch(tail)):
        return None
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None
