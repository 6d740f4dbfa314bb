"""What traffic is measured in. Light, so that the screen may name it before anything is loaded."""

from __future__ import annotations

from enum import Enum


class Unit(Enum):
    """A measure; the value is its name."""

    RECORDS = "records"
    PACKETS = "packets"
    BYTES = "bytes"
