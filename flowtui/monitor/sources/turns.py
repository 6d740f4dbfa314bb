"""Whose turn it is: which reading of which group gets the next call.

Pages of readings that were begun come first; then what is worth the most, with shares set apart for what must
come in turn. Knows no thread, no budget and no faults.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flowtui.monitor.sources.asks import Ask
from flowtui.monitor.sources.group import GroupReader
from flowtui.monitor.sources.window import Offer

Turn = tuple[GroupReader, Ask]

SWEEP_SHARE = 0.05
"""The share of all calls that the sweep gets at the most."""

_LOOK_SHARE = 0.34
"""The share of calls that new records get while a back-fill is under way."""

_STALE_SHARE = (0.1, 0.6)
"""The least and the largest share of calls for slices that nothing is expected of."""

_STALE_S = 60.0
"""No slice is stale that was read less than a minute ago."""

_SPARE = 1.5
"""So much more than needed on the average is set apart for them, so that none has to queue."""


class _Share:
    """A share of all calls that is saved up for one use."""

    def __init__(self, share: float) -> None:
        self.share = share
        self._saved = 0.0

    @property
    def is_due(self) -> bool:
        return self._saved >= 1.0

    def called(self) -> None:
        self._saved = min(2.0, self._saved + self.share)

    def spend(self) -> None:
        self._saved -= 1.0


class Turns:
    """Gives turns. Not thread-safe."""

    def __init__(self, max_calls: float, lookback_s: float) -> None:
        self._max_calls = max_calls
        self._longest_s = max(_STALE_S, lookback_s / 2)
        self._sweeps, self._looks = _Share(SWEEP_SHARE), _Share(_LOOK_SHARE)
        self._stales = _Share(_STALE_SHARE[0])
        self._served: dict[str, int] = {}
        self._calls = 0

    def next(self, readers: Iterable[GroupReader], now: float) -> Turn | float:
        """The next call, or the time from when on there may be one; infinity: not before an answer."""
        times = [(at, reader) for reader in readers if (at := reader.ready_at(now)) is not None]
        ready = [reader for at, reader in times if at <= now]
        turn = self._begun(ready, now) or self._swept(ready, now) or self._fresh(ready, now)
        if isinstance(turn, float):
            return min(turn, min((at for at, _ in times if at > now), default=turn))
        self._calls += 1
        self._served[turn[0].group] = self._calls
        for share in (self._sweeps, self._looks, self._stales):
            share.called()
        return turn

    def stale_before(self, readers: Sequence[GroupReader], now: float) -> float:
        """Slices that were last read before this time are to be read, whatever is expected of them."""
        pages = sum(reader.pages for reader in readers)
        stale_s = min(self._longest_s, max(_STALE_S, pages / (_STALE_SHARE[0] * self._max_calls)))
        share = _SPARE * pages / (self._max_calls * stale_s)
        self._stales.share = min(_STALE_SHARE[1], max(_STALE_SHARE[0], share))
        return now - stale_s

    def _begun(self, ready: Iterable[GroupReader], now: float) -> Turn | None:
        return next(((reader, ask) for reader in ready if (ask := reader.next_page(now)) is not None), None)

    def _swept(self, ready: Iterable[GroupReader], now: float) -> Turn | None:
        reader = self._waiting_longest(reader for reader in ready if reader.can_sweep)
        if reader is None or not self._sweeps.is_due:
            return None
        ask = reader.swept_next(now)
        self._sweeps.spend()
        return None if ask is None else (reader, ask)

    def _fresh(self, ready: Sequence[GroupReader], now: float) -> Turn | float:
        if self._stales.is_due and (turn := self._stale(ready, now)) is not None:
            self._stales.spend()
            return turn
        filling = self._waiting_longest(reader for reader in ready if reader.can_backfill)
        if filling is not None and not self._looks.is_due:
            return self._filled(filling, now)
        offers = [(offer, reader) for reader in ready if (offer := reader.offer(now)) is not None]
        due = [(offer, reader) for offer, reader in offers if offer.at <= now]
        if due:
            offer, reader = max(due, key=lambda pair: pair[0].choice.value)
            if filling is not None:
                self._looks.spend()
            ask = reader.look(offer.choice, now)
            return now if ask is None else (reader, ask)
        if filling is not None:
            return self._filled(filling, now)
        return self._stale(ready, now) or _soonest(offers)

    def _filled(self, reader: GroupReader, now: float) -> Turn | float:
        ask = reader.backfill(now)
        return now if ask is None else (reader, ask)

    def _stale(self, ready: Sequence[GroupReader], now: float) -> Turn | None:
        before = self.stale_before(ready, now)
        for reader in sorted(ready, key=lambda reader: reader.last_pass_at or 0.0):
            choice = reader.stale(now, before)
            ask = None if choice is None else reader.look(choice, now)
            if ask is not None:
                return reader, ask
        return None

    def _waiting_longest(self, readers: Iterable[GroupReader]) -> GroupReader | None:
        return min(readers, key=lambda reader: self._served.get(reader.group, -1), default=None)


def _soonest(offers: Iterable[tuple[Offer, GroupReader]]) -> float:
    return min((offer.at for offer, _ in offers), default=float("inf"))
