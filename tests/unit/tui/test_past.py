from __future__ import annotations

import stat
from pathlib import Path

from flowtui.tui.past import KEPT, Past


def test_filters_are_kept_between_runs_each_once_newest_last(tmp_path: Path) -> None:
    path = tmp_path / "state" / "filters"
    past = Past(path)
    for text in ("reject", "port 80", "reject"):
        past.add(text)
    assert Past(path).filters == ["port 80", "reject"]


def test_only_the_owner_can_read_them(tmp_path: Path) -> None:
    path = tmp_path / "filters"
    Past(path).add("src host 203.0.113.9")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_history_is_bounded(tmp_path: Path) -> None:
    past = Past(tmp_path / "filters")
    for number in range(KEPT + 50):
        past.add(f"port {number + 1}")
    assert len(past.filters) == KEPT
    assert past.filters[-1] == f"port {KEPT + 50}"


def test_a_history_that_cannot_be_read_or_written_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "filters").write_bytes(b"port 80\n\xff\xfe\x1b[31m\n\nreject\n")
    assert Past(tmp_path / "filters").filters == ["port 80", "reject"]
    (tmp_path / "file").write_text("")
    past = Past(tmp_path / "file" / "filters")
    past.add("reject")
    assert past.filters == ["reject"]


def test_without_a_place_nothing_is_kept() -> None:
    past = Past(None)
    past.add("reject")
    assert past.filters == ["reject"]
