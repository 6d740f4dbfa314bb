"""Who may import whom, and that the light commands stay light: proved in fresh interpreters."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from flowtui.topology.json import to_json
from flowtui.topology.model import Topology

ROOT = Path(__file__).parents[2]

HEAVY = ("textual", "rich", "boto3", "botocore", "polars", "moto")

RUN = """
import sys
sys.argv = ["flowtui", *{arguments!r}]
from flowtui.cli.main import main
try:
    main()
except SystemExit as ending:
    assert not ending.code, ending.code
finally:
    loaded = [name for name in {heavy!r} if name in sys.modules]
    print("LOADED", *loaded, file=sys.stderr)
"""

IMPORT = """
import sys, {module}
print("LOADED", *[name for name in {heavy!r} if name in sys.modules], file=sys.stderr)
"""


def loaded(program: str) -> list[str]:
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    last = ended.stderr.strip().splitlines()[-1] if ended.stderr.strip() else ended.stdout
    assert last.startswith("LOADED"), ended.stderr
    return last.split()[1:]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",),
        ("--help",),
        ("tail", "--help"),
        ("demo", "--help"),
        ("explain", "--help"),
        ("topology", "--help"),
        ("completion", "bash"),
        ("iam-policy",),
    ],
    ids=" ".join,
)
def test_light_commands_load_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert loaded(RUN.format(arguments=arguments, heavy=HEAVY)) == []


def test_by_a_saved_topology_records_are_explained_without_aws_and_screen(tmp_path: Path) -> None:
    saved = tmp_path / "topology.json"
    saved.write_text(to_json(Topology(account="", region="", read_at=0.0)))
    arguments = ("explain", "--topology", str(saved), "rubbish")
    assert loaded(RUN.format(arguments=arguments, heavy=HEAVY)) == ["polars"]


def test_the_check_itself_sees_what_is_loaded() -> None:
    assert "polars" in loaded(IMPORT.format(module="flowtui.store.store", heavy=HEAVY))


def test_the_screen_is_painted_without_boto3_and_polars() -> None:
    assert set(loaded(IMPORT.format(module="flowtui.tui.app", heavy=HEAVY))) <= {"textual", "rich"}


@pytest.mark.parametrize(
    "module", ["flowtui.monitor.session", "flowtui.monitor.view", "flowtui.monitor.sources.tail"]
)
def test_the_core_knows_neither_a_screen_nor_aws(module: str) -> None:
    assert set(loaded(IMPORT.format(module=module, heavy=HEAVY))) <= {"polars"}


def test_the_layers_hold() -> None:
    checker = Path(sys.executable).parent / "lint-imports"
    ended = subprocess.run(
        [checker, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == 0, ended.stdout
