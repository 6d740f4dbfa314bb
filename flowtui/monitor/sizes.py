"""Sizes as people write them. Pure."""

from __future__ import annotations

_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")


def scale(size: int) -> str:
    """A size in bytes: `1.2 GB`, powers of 1000."""
    value, unit = float(size), 0
    while value >= 999.5 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{size:,} bytes" if not unit else f"{value:.1f} {_UNITS[unit]}"
