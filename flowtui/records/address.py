"""IP addresses as integers and as text, one at a time; whole columns are in `columns`.

The canonical text is what the C library prints (RFC 5952 for IPv6), which is how AWS writes them.
"""

from __future__ import annotations

import re
import socket

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = re.compile(rf"{_OCTET}\.{_OCTET}\.{_OCTET}\.{_OCTET}")
"""Dotted decimal without leading zeros, which some programs take for octal."""


def to_text(value: int, is_v6: bool) -> str:
    """Write an address canonically. Raises OverflowError where the value has too many bits."""
    if is_v6:
        return socket.inet_ntop(socket.AF_INET6, value.to_bytes(16, "big"))
    return socket.inet_ntop(socket.AF_INET, value.to_bytes(4, "big"))


def parse_text(text: str) -> tuple[int, bool] | None:
    """Read an address: its integer and whether it is IPv6; None where the text is no address."""
    if _IPV4.fullmatch(text):
        return int.from_bytes(socket.inet_pton(socket.AF_INET, text), "big"), False
    value = parse_v6(text)
    return None if value is None else (value, True)


def parse_v6(text: str) -> int | None:
    """Read an IPv6 address in any of its spellings, without a zone; None where the text is none."""
    if ":" not in text or not text.isascii() or "\0" in text:
        return None
    try:
        return int.from_bytes(socket.inet_pton(socket.AF_INET6, text), "big")
    except OSError:
        return None
