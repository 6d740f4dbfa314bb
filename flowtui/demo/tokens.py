"""Opaque continuation tokens: where a pass stands and what it is a pass over.

A token holds a position and not an index, so that it stays good while events arrive, and loses none that
were there when the pass began. Signed, so that a made-up one is known.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
import time

from flowtui.demo.errors import AwsError, invalid

LIFETIME_S = 24 * 3600
"""A token expires after 24 hours (API reference of FilterLogEvents)."""

_KEY = secrets.token_bytes(16)
_SIGNATURE_BYTES = 12


def seal(purpose: str, values: list[int], now_s: float | None = None) -> str:
    """A token that carries the values; good for one purpose only."""
    issued = round(time.time() if now_s is None else now_s, 3)
    body = json.dumps([issued, *values]).encode()
    return base64.urlsafe_b64encode(_signature(purpose, body) + body).decode()


def unseal(
    purpose: str, token: str, now_s: float | None = None, *, lifetime_s: float = LIFETIME_S
) -> list[int]:
    """The values of a token. Raises AwsError for one that is foreign, altered or expired."""
    try:
        raw = base64.urlsafe_b64decode(token.encode())
    except (ValueError, binascii.Error):
        raise _bad() from None
    signature, body = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
    if not secrets.compare_digest(signature, _signature(purpose, body)):
        raise _bad()
    issued, *values = json.loads(body)
    if (time.time() if now_s is None else now_s) - issued > lifetime_s:
        raise _bad()
    return [int(value) for value in values]


def _signature(purpose: str, body: bytes) -> bytes:
    return hashlib.blake2b(purpose.encode() + b"\0" + body, key=_KEY, digest_size=_SIGNATURE_BYTES).digest()


def _bad() -> AwsError:
    return invalid("The specified nextToken is invalid.")
