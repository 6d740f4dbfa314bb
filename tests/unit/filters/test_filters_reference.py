"""The reference says everything that can be typed, and nothing that cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowtui.filters import vocabulary
from flowtui.filters.parse import parse
from flowtui.filters.reference import Section, sections
from flowtui.records import fields

PAGE = (Path(__file__).parents[3] / "docs" / "filters.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("section", sections(), ids=[section.title for section in sections()])
def test_the_page_says_what_the_reference_says(section: Section) -> None:
    rows = [f"| `{entry.text}` | {entry.meaning} |".replace("||", r"\|\|") for entry in section.entries]
    assert "\n".join(rows) in PAGE


def test_every_field_key_and_word_is_there() -> None:
    said = {entry.text.split()[0] for section in sections() for entry in section.entries}
    assert said >= set(fields.FIELDS)
    assert said >= {f"{key}:" for key in vocabulary.KEYS}
    assert said >= set(vocabulary.WORDS)
    assert said >= set(vocabulary.FLAGS)


def test_every_qualifier_and_keyword_is_explained() -> None:
    said = " ".join(entry.text for section in sections() for entry in section.entries).replace(",", " ")
    assert set(said.split()) >= {*vocabulary.QUALIFIERS, *vocabulary.KEYWORDS}


EXAMPLES = [entry.text for section in sections() if section.title == "Examples" for entry in section.entries]
ON_THE_PAGE = [
    "-dport:443",
    "start > -5m",
    "not port 80,443",
    "src 10.0.0.1,10.0.0.2",
    "not port 80",
    "dport != 80",
    "src:2001:db8::/32",
    "name:web-1,web-2",
    "subnet:public subnet:private",
    "not bytes > 1M",
    "bytes <= 1M",
]


@pytest.mark.parametrize("text", EXAMPLES + ON_THE_PAGE)
def test_what_the_page_shows_can_be_typed(text: str) -> None:
    assert f"`{text}`" in PAGE
    parse(text, 1_700_000_000)
