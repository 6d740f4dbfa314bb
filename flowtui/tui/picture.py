"""What the screen shows of one session state: made off the event loop, drawn on it.

Knows no widget; the store and its library are loaded by whoever makes the state, never from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flowtui.monitor.scope import Scope, interface_ids
from flowtui.tui.widgets.interfaces import SPARK_BUCKETS, InterfaceRow

if TYPE_CHECKING:
    from flowtui.monitor.state import SessionState
    from flowtui.monitor.view import View

RECENT_S = 900.0
"""What `15 min` in the panes means."""
_BUCKET_S = RECENT_S / SPARK_BUCKETS


@dataclass(frozen=True, slots=True)
class Request:
    """What the reader wants to see."""

    scopes: tuple[Scope, ...] = ()
    is_rejects_only: bool = False
    order: tuple[str, bool] | None = None
    """Field and whether descending; None is the order of arrival."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A state, looked at in the way of a request."""

    request: Request
    state: SessionState
    view: View
    taken_at: float
    rejected: Mapping[str, int] = field(default_factory=dict)
    """Rejections of the last quarter of an hour per interface."""
    interfaces: tuple[InterfaceRow, ...] = ()


def take(request: Request, state: SessionState, before: Picture | None, now: float) -> Picture:
    """Looks at a state; goes on from the picture before where the request is the same."""
    if before is not None and before.request == request:
        view = before.view.extended(state)
    else:
        view = _view(request, state)
    is_fresh = before is not None and before.request == request and now - before.taken_at < 1
    if before is not None and is_fresh:
        return Picture(request, state, view, before.taken_at, before.rejected, before.interfaces)
    rejected = state.series.rejected_since(now - RECENT_S)
    return Picture(request, state, view, now, rejected, tuple(_interfaces(request, state, now)))


def _view(request: Request, state: SessionState) -> View:
    from flowtui.filters.tree import REJECT
    from flowtui.monitor.view import View
    from flowtui.store.hits import Order

    order = None if request.order is None else Order(*request.order)
    return View.of(state, request.scopes, REJECT if request.is_rejects_only else None, order)


def _interfaces(request: Request, state: SessionState, now: float) -> Iterable[InterfaceRow]:
    """A row for each log stream in scope."""
    wanted = interface_ids(request.scopes, None if state.index is None else state.index.topology)
    end = now - now % _BUCKET_S + _BUCKET_S
    start = end - RECENT_S
    complete_to = state.figures.watermark if state.figures.watermark is not None else now
    rate_from = complete_to - 300
    for summary in state.series.interfaces():
        if wanted is not None and summary.interface not in wanted:
            continue
        counts = state.series.buckets(summary.interface, start, end, _BUCKET_S)
        recent = state.series.buckets(summary.interface, rate_from, complete_to, 300)
        known = None if state.index is None else state.index.interface(summary.interface)
        yield InterfaceRow(
            id=summary.interface,
            name=state.history.interface_name(summary.interface, now) or summary.interface,
            addresses="" if known is None else " ".join((*known.addresses, *known.public_addresses)),
            buckets=tuple(
                None if start + (at + 1) * _BUCKET_S > complete_to + _BUCKET_S / 2 else sum(pair)
                for at, pair in enumerate(counts)
            ),
            rate_per_s=sum(map(sum, recent)) / 300,
            accepted=sum(pair[0] for pair in counts),
            rejected=sum(pair[1] for pair in counts),
            last=summary.last_end,
        )
