"""`,`: which columns the table shows, and in which order."""

from __future__ import annotations

import pytest

from tests.tui.conftest import SIZES, Reader, reading
from tests.tui.test_why import filled


def headings(reader: Reader) -> str:
    return next(line for line in reader.lines() if "TIME" in line and "│" in line)


@pytest.mark.parametrize("size", SIZES)
async def test_a_column_is_hidden_and_shown_again(size: tuple[int, int]) -> None:
    async with reading(filled(), size) as reader:
        await reader.sees("following · 400", "PROTO")
        await reader.press("comma")
        await reader.sees("Columns", "✓ PROTO", "protocol")
        names = reader.app.monitor.records.column_names()
        await reader.press(*["j"] * names.index("protocol"), "space", "enter")
        await reader.misses("PROTO")
        await reader.press("comma")
        await reader.sees("  PROTO")
        await reader.press(*["j"] * names.index("protocol"), "space", "enter")
        await reader.sees("PROTO")


async def test_a_column_is_carried_along_by_j_and_k() -> None:
    async with reading(filled()) as reader:
        await reader.sees("following · 400")
        await reader.press("comma", "j", "J", "J", "enter")
        await reader.until(lambda: "Columns" not in reader.text())
        names = reader.app.monitor.records.column_names()
        assert names[3] == "interface-id"
        line = reader.row_with("DESTINATION")
        assert line.index("SOURCE") < line.index("INTERFACE")


async def test_esc_leaves_everything_as_it_was() -> None:
    async with reading(filled()) as reader:
        await reader.sees("following · 400")
        before = reader.app.monitor.records.column_names()
        await reader.press("comma", "J", "space", "escape")
        await reader.misses("✓ TIME")
        table = reader.app.monitor.records
        assert (table.column_names(), table.hidden) == (before, frozenset())


async def test_the_last_column_cannot_be_hidden() -> None:
    async with reading(filled()) as reader:
        await reader.sees("following · 400")
        count = len(reader.app.monitor.records.column_names())
        await reader.press("comma", *["space", "j"] * count, "enter")
        await reader.until(lambda: len(reader.app.monitor.records.hidden) == count - 1)
        await reader.sees("following · 400")
