"""Values out of AWS's replies, whatever is in them: a field may be missing, null or of another type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime

Row = Mapping[str, object]
"""One structure of a reply."""


def text(row: Row, name: str) -> str:
    """A text field; empty where there is none."""
    value = row.get(name)
    return value if isinstance(value, str) else ""


def number(row: Row, name: str, default: int) -> int:
    """A whole number, or the default."""
    value = row.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def flag(row: Row, name: str) -> bool:
    """A boolean; False where there is none."""
    return row.get(name) is True


def part(row: Row, name: str) -> Row:
    """A structure in a structure; an empty one where there is none."""
    value = row.get(name)
    return value if isinstance(value, Mapping) else {}


def rows(row: Row, name: str) -> list[Row]:
    """The structures of a list; none where there is no list."""
    value = row.get(name)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def texts(row: Row, name: str, field: str) -> tuple[str, ...]:
    """One text field of each structure of a list, without the empty ones."""
    return tuple(found for item in rows(row, name) if (found := text(item, field)))


def first_text(row: Row, names: Iterable[str]) -> str:
    """The first of these text fields that is there."""
    return next((found for name in names if (found := text(row, name))), "")


def name_tag(row: Row, tags: str = "Tags") -> str:
    """The Name tag; empty where there is none."""
    return next((text(tag, "Value") for tag in rows(row, tags) if text(tag, "Key") == "Name"), "").strip()


def unique(values: Iterable[str]) -> tuple[str, ...]:
    """The values that are not empty, each once, in order."""
    return tuple(dict.fromkeys(value for value in values if value))


def date_of(headers: Mapping[str, str]) -> float | None:
    """The HTTP Date of a reply, epoch seconds, to the second; None where there is none that can be read."""
    value = next((text for name, text in headers.items() if name.lower() == "date"), None)
    if value is None:
        return None
    try:
        return parsedate_to_datetime(value).timestamp()
    except (ValueError, TypeError, OverflowError, OSError):
        return None
