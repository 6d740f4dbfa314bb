"""Asks on the terminal for the code that a profile's sign-in needs; never while a screen is drawn."""

from __future__ import annotations

import sys

import click

from flowtui.monitor.outside import Fault, FaultError, FaultKind

_NOBODY = Fault(
    FaultKind.NO_CREDENTIALS,
    "",
    "This profile's sign-in asks for an MFA code, and there is no terminal to ask on.",
    "Run it in a terminal, or give it credentials of a session: `aws configure export-credentials`.",
)


def ask_code(question: str) -> str:
    """The code, not echoed, asked on standard error. Raises FaultError without a terminal.

    Raises KeyboardInterrupt where none is given, since any other exception would pass for botocore's.
    """
    if not sys.stdin.isatty():
        raise FaultError(_NOBODY)
    try:
        return str(click.prompt(question.rstrip(": "), hide_input=True, err=True))
    except click.Abort:
        raise KeyboardInterrupt from None
