"""Pictures of the whole screen as text, at the two sizes that matter.

`FLOWTUI_PICTURES=write python -m pytest tests/snapshots` takes them anew: look at the difference first.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.tui import lab
from tests.tui.conftest import reading
from tests.tui.past import PastAccount
from tests.tui.surroundings import Surroundings, account

HERE = Path(__file__).parent
SIZES = ((140, 40), (80, 24))
CASES: dict[str, tuple[Sequence[str], str]] = {
    "following": ((), "following"),
    "rejects": (("r",), "of 400"),
    "topology": (("1",), "flow logs"),
    "interfaces": (("2",), "REC/S"),
    "record": (("E", "enter"), "To allow"),
    "talkers": (("t",), "by source"),
    "conversations": (("o",), "both ways"),
    "help": (("question_mark",), "rejected"),
    "diagnostics": (("d",), "log calls"),
    "chart": (("r", "tab", *["left"] * 8, "L", "L", "L", "enter"), "start >= "),
    "names": (("a",), "bastion"),
    "triage": (("T",), "tcp/3389"),
    "history-question": (("r", "i"), "12.4 MB"),
    "flow-logs": (("C",), "no flow log"),
    "creation": (("C", "c"), "what to record"),
    "creation-review": (("C", "c", "enter"), "CALLS"),
    "history": (("i", "2", "enter"), "newest · 900"),
}


@pytest.mark.parametrize("size", SIZES, ids=[f"{width}x{height}" for width, height in SIZES])
@pytest.mark.parametrize("name", CASES)
async def test_the_screen_looks_as_it_did(name: str, size: tuple[int, int]) -> None:
    keys, sign = CASES[name]
    session = lab.PlayedSession(
        topology=lab.ruled_topology() if name in ("triage", "record") else lab.lab_topology()
    )
    session.back_fill([*(lab.scan_lines() if name == "triage" else ()), *lab.lab_lines(400)])
    surroundings = Surroundings(account())
    async with reading(session, size, connect=PastAccount().connect, choices=surroundings) as reader:
        await reader.sees("following · 4")
        await reader.until(lambda: reader.app.monitor.topology.row_count() > 10)
        for key in keys:
            await reader.press(key)
            await reader.settle()
        await reader.sees(sign)
        await reader.settle()
        taken = "\n".join(line.rstrip() for line in reader.lines()) + "\n"
    picture = HERE / f"{name}-{size[0]}x{size[1]}.txt"
    if os.environ.get("FLOWTUI_PICTURES") == "write":
        picture.write_text(taken, encoding="utf-8")
    assert taken == picture.read_text(encoding="utf-8")
