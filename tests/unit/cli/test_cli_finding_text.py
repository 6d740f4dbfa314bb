"""The report of `flowtui doctor` as text: as wide as the terminal, and each command in one piece."""

from __future__ import annotations

import sys

import pytest

from flowtui.cli.finding_text import FindingWriter
from flowtui.monitor.health import Finding, Health, wrapped

COMMAND = "flowtui create-flow-log --vpc vpc-0a1b2c3d4e5f60718 --profile 'lab one'"


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("a-very-long-word it is", 8, ["a-very-long-word", "it is"]),
        (f"Or delete fl-1 after: {COMMAND}", 30, ["Or delete fl-1 after:", COMMAND]),
        (COMMAND, 20, [COMMAND]),
        ("Ask it with `flowtui history --by srcaddr`, or wait.", 20, [
            "Ask it with", "`flowtui history --by srcaddr`,", "or wait.",
        ]),
        ("Sign in: aws sso login --profile p", 12, ["Sign in:", "aws sso login --profile p"]),
    ],
    ids=["nothing", "words", "long word", "command at the end", "command alone", "quoted command", "aws"],
)  # fmt: skip
def test_lines(text: str, width: int, lines: list[str]) -> None:
    assert list(wrapped(text, width)) == lines


@pytest.mark.parametrize("no_color", ["", "1"], ids=["with colours", "NO_COLOR"])
def test_a_report_on_a_terminal_of_60_columns(
    no_color: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (("COLUMNS", "60"), ("TERM", "xterm"), ("NO_COLOR", no_color)):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    findings = [
        Finding("permissions", "ec2:A", Health.NOTE, "Denied.", "Allow it."),
        Finding("permissions", "ec2:B", Health.NOTE, "Denied.", "Allow it."),
        Finding("permissions", "ec2:C", Health.GOOD, "\x1b[31mAllowed."),
        Finding("clock", "this machine", Health.BAD, " ".join(["word"] * 19), "Allow it."),
    ]
    writer = FindingWriter()
    for finding in findings:
        writer.write(finding)
    writer.end(findings, is_working=False)
    printed = capsys.readouterr().out
    assert ("\x1b[" in printed) is (not no_color)
    if no_color:
        assert printed.splitlines() == [
            "Permissions",
            " ! ec2:A: Denied.",
            " ! ec2:B: Denied.",
            "   → Allow it.",
            " ✓ ec2:C: \\x1b[31mAllowed.",
            "",
            "Clock",
            " ✗ this machine: word word word word word word word word",
            "   word word word word word word word word word word word",
            "   → Allow it.",
            "",
            "The monitor cannot work here yet: 1 wrong, 2 to know.",
        ]
        assert max(map(len, printed.splitlines())) <= 60
