from __future__ import annotations

from pathlib import Path

import pytest

from flowtui.tui import keymap
from flowtui.tui.app import FlowtuiApp
from flowtui.tui.screens.monitor import MonitorScreen
from flowtui.tui.widgets.chart import TimeChart
from flowtui.tui.widgets.records import RecordTable
from flowtui.tui.widgets.sums import SumsPane

KEYS = [key for group in keymap.GROUPS for key in group.keys]
README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")


def test_ids_are_unique_and_every_key_belongs_to_one_action() -> None:
    assert len({key.id for key in KEYS}) == len(KEYS)
    names = [name for key in KEYS for name in key.keys.split(",")]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("key", [pytest.param(key, id=key.id) for key in KEYS])
def test_every_key_has_a_function(key: keymap.Key) -> None:
    action = f"action_{key.action.partition('(')[0]}"
    assert any(
        hasattr(where, action) for where in (FlowtuiApp, MonitorScreen, RecordTable, SumsPane, TimeChart)
    )


@pytest.mark.parametrize("key", [pytest.param(key, id=key.id) for key in KEYS])
def test_the_readme_names_every_key(key: keymap.Key) -> None:
    section = README.partition("## Keys")[2].partition("## ")[0]
    assert any(f"`{cap}`" in section or f" {cap}`" in section or f"`{cap} " in section or cap in section
               for cap in key.cap.split())  # fmt: skip
