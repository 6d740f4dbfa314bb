"""What a command without a screen says of faults: a line when one comes, and one when it is over."""

from __future__ import annotations

import click

from flowtui.monitor.outside import Fault, FaultKind
from flowtui.records.decode import clean


class Notes:
    """Remembers which faults were told of, by place."""

    def __init__(self) -> None:
        self._standing: dict[str, FaultKind] = {}

    def note(self, place: str, fault: Fault | None) -> None:
        """One line for each fault that is new at its place, and one when it is over."""
        before = self._standing.pop(place, None)
        if fault is None:
            if before is not None:
                _say(f"{place}: reading again.")
            return
        self._standing[place] = fault.kind
        if fault.kind is not before:
            self.warn(place, fault)

    def warn(self, place: str, fault: Fault, wait_s: float | None = None) -> None:
        """One line about a fault, with the seconds until it is tried again."""
        more = "" if wait_s is None else f"Trying again in {wait_s:.0f}s."
        _say(" ".join(part for part in (f"{place}:", fault.sentence, fault.cure, more) if part))


def _say(sentence: str) -> None:
    click.echo(f"flowtui: {clean(sentence)}", err=True)
