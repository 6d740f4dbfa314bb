"""How the reader wants the monitor to look and to listen, checked; from the config file."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flowtui.filters.tree import Tree
from flowtui.records import fields
from flowtui.tui import keymap
from flowtui.tui.theme import THEMES


class PreferenceError(ValueError):
    """A preference that means nothing here; says what there is, in one line."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """The reader's wishes; empty ones leave it to the monitor."""

    theme: str | None = None
    columns: tuple[str, ...] = ()
    """AWS's field names, in the order of the table; the others follow."""
    mutes: tuple[Tree, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)
    """By the id of what is done, the keys that do it."""


SHIPPED = Preferences()
"""As flowtui comes."""


def checked(preferences: Preferences) -> Preferences:
    """The same, where everything in it is known. Raises PreferenceError."""
    if preferences.theme is not None:
        _among("theme", preferences.theme, THEMES)
    for name in preferences.columns:
        _among("columns", name, fields.FIELDS)
    for key_id, keys in preferences.keys.items():
        _among("keys", key_id, keymap.ids())
        for each in keys.split(","):
            if not keymap.is_key(each.strip()):
                raise PreferenceError(
                    f"keys: {each.strip()!r} for {key_id} is no key; say for example R, f5 or ctrl+x."
                )
    _without_clash(preferences.keys)
    return preferences


def _among(what: str, wanted: str, known: Iterable[str]) -> None:
    names = list(known)
    if wanted in names:
        return
    close = difflib.get_close_matches(wanted, names, 1)
    hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(sorted(names))}."
    raise PreferenceError(f"{what}: {wanted!r} is not known; {hint}")


def _without_clash(keys: Mapping[str, str]) -> None:
    """Raises PreferenceError where one key would do two things."""
    taken: dict[str, str] = {}
    for key_id in keymap.ids():
        for each in keys.get(key_id, keymap.key(key_id).keys).split(","):
            name = keymap.named(each.strip())
            if name in taken and (key_id in keys or taken[name] in keys):
                raise PreferenceError(f"keys: {each.strip()!r} would be {taken[name]} and {key_id} at once.")
            taken.setdefault(name, key_id)
