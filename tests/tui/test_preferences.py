"""What the config file wishes of the screen: columns, mutes, keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from flowtui.filters.parse import parse
from flowtui.tui import keymap
from flowtui.tui.preferences import PreferenceError, Preferences, checked
from tests.tui import lab
from tests.tui.conftest import reading
from tests.tui.test_why import filled


@pytest.fixture(autouse=True)
def shipped_keys() -> Iterator[None]:
    yield
    keymap.remap({})


async def test_wanted_columns_come_first() -> None:
    async with reading(filled(), preferences=Preferences(columns=("action", "dstaddr"))) as reader:
        await reader.sees("following · 400", "DESTINATION")
        line = reader.row_with("DESTINATION")
        places = [line.index(word) for word in ("ACTION", "DESTINATION", "TIME", "SOURCE")]
        assert places == sorted(places)


async def test_a_key_of_ones_own_does_it_and_stands_in_footer_and_help() -> None:
    async with reading(filled(), preferences=Preferences(keys={"filter.rejects": "R,f5"})) as reader:
        await reader.sees("following · 400", "R rejects")
        await reader.press("R")
        await reader.sees("Records ─ reject")
        await reader.press("f5")
        await reader.misses("Records ─ reject")
        await reader.press("question_mark")
        await reader.sees("R f5")


async def test_the_key_that_was_taken_away_does_nothing() -> None:
    async with reading(filled(), preferences=Preferences(keys={"filter.rejects": "R"})) as reader:
        await reader.sees("following · 400")
        await reader.press("r")
        await reader.settle()
        assert "Records ─ reject" not in reader.text()


async def test_mutes_hold_from_the_start() -> None:
    muted = parse("src 203.0.113.9", lab.NOW)
    async with reading(filled(), preferences=Preferences(mutes=(muted,))) as reader:
        await reader.sees("of 400")
        assert "203.0.113.9 " not in "\n".join(
            line for line in reader.lines() if "REJECT" in line or "ACCEPT" in line
        )


async def test_a_theme_is_taken() -> None:
    async with reading(filled(), preferences=Preferences(theme="light")) as reader:
        await reader.sees("following · 400")
        assert reader.app.theme == "light"


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"why": "/"}, "'/' would be filter and why at once"),
        ({"why": "f9", "filter": "f9"}, "at once"),
        ({"nothing": "x"}, "'nothing' is not known"),
    ],
    ids=["taken", "twice", "unknown"],
)
def test_keys_that_clash_or_mean_nothing_are_refused(keys: dict[str, str], words: str) -> None:
    with pytest.raises(PreferenceError, match=words):
        checked(Preferences(keys=keys))


@pytest.mark.parametrize("key", ["nonsense+++", "", "ctrl+nothing", "f99", "big+x", "two words"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(PreferenceError, match="is no key; say for example"):
        checked(Preferences(keys={"why": key}))


@pytest.mark.parametrize("key", ["R", "/", "?", "f5", "ctrl+x", "shift+left", "question_mark", "space", "é"])
def test_what_a_terminal_has_is_a_key(key: str) -> None:
    assert keymap.is_key(key)


def test_every_key_of_ours_is_one() -> None:
    keys = [each for key_id in keymap.ids() for each in keymap.key(key_id).keys.split(",")]
    assert [each for each in keys if not keymap.is_key(each)] == []


def test_two_keys_may_change_places() -> None:
    wanted = Preferences(keys={"why": "m", "filter.mute": "w"})
    assert checked(wanted) == wanted
