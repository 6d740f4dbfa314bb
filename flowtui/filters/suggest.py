"""What was perhaps meant by a word that is none.

Knows words, no grammar.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from flowtui.filters import vocabulary

_CUTOFF = 0.6


def guess(text: str, choices: Iterable[str]) -> str:
    """Suggest the choice most like the text: a sentence, empty where none is like it."""
    known = {choice.lower(): choice for choice in choices}
    found = get_close_matches(text.lower(), known, n=1, cutoff=_CUTOFF)
    return f"Did you mean {known[found[0]]}?" if found else ""


def guess_field(text: str, extra: Iterable[str] = ()) -> str:
    """Suggest a field, or a word that can be compared."""
    spelled = {name: vocabulary.FIELD_NAMES[name] for name in vocabulary.FIELD_NAMES}
    spelled |= {name.lower(): name for name in (*extra, *vocabulary.QUALIFIERS)}
    found = get_close_matches(text.lower(), spelled, n=1, cutoff=_CUTOFF)
    return f"Did you mean {spelled[found[0]]}?" if found else ""
