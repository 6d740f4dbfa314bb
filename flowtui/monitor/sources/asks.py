"""The values that a group's reader and its caller exchange: what to read, what is asked, what has come."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from flowtui.monitor.outside import PageRequest
from flowtui.monitor.sources.chain import Chain
from flowtui.monitor.sources.window import Look

_DATE_S = 1.0
"""By so much AWS's time may be behind what the whole seconds of the first answer's Date have shown."""


class Purpose(Enum):
    """What a page is asked for."""

    BACKFILL = "back-fill"
    LOOK = "look"
    SWEEP = "sweep"


@dataclass(slots=True, eq=False)
class Ask:
    """One page that is asked for; its answer goes back to the reader that made it."""

    purpose: Purpose
    chain: Chain
    request: PageRequest
    sent_at: float
    """Epoch seconds of AWS's time."""
    look: Look | None = None


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a group is read; epoch seconds of AWS's time."""

    begin_s: float
    lookback_s: float
    now: float
    """When reading began."""
    sweep_s: float = 0.0
    """How far back the sweep goes; 0: there is none."""

    @property
    def begin_ms(self) -> int:
        """Where records begin."""
        return max(0, int(self.begin_s * 1000))

    @property
    def window_ms(self) -> int:
        """Where the look-back window begins at first."""
        return max(self.begin_ms, int((self.now - self.lookback_s - _DATE_S) * 1000))
