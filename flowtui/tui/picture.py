"""What the screen shows of one session state: made off the event loop, drawn on it.

Knows no widget; the store and its library are loaded by whoever makes the state, never from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from flowtui.filters.tree import Tree
from flowtui.monitor.chart import Chart, ChartWish, chart
from flowtui.monitor.scope import Scope, interface_ids
from flowtui.tui.filtering import joined, muting, within
from flowtui.tui.widgets.interfaces import SPARK_BUCKETS, InterfaceRow

if TYPE_CHECKING:
    from flowtui.monitor.state import SessionState
    from flowtui.monitor.view import View

RECENT_S = 900
"""What `15 min` in the panes means."""
BUCKET_S = RECENT_S // SPARK_BUCKETS
_RATE_S = 300
"""Rates are of the last complete five minutes."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the reader wants to see."""

    scopes: tuple[Scope, ...] = ()
    filter: Tree | None = None
    mutes: tuple[Tree, ...] = ()
    """What looks like these is hidden."""
    order: tuple[str, bool] | None = None
    """Field and whether descending; None is the order of arrival."""
    span: tuple[int, int] | None = None
    """What began from one time to before another, epoch seconds, as chosen in the chart."""
    chart: ChartWish | None = None
    """None: it is not shown."""

    @property
    def timeless(self) -> Tree | None:
        """The filter without what is muted, at any time."""
        return muting(self.filter, self.mutes)

    @property
    def tree(self) -> Tree | None:
        """What is shown: the filter without what is muted, within the span."""
        return self.timeless if self.span is None else joined((self.timeless, within(*self.span)))

    def has_view_of(self, other: Request) -> bool:
        """Whether the other shows the same records in the same order."""
        return replace(self, chart=None) == replace(other, chart=None)


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
    chart: Chart | None = None


def take(request: Request, state: SessionState, before: Picture | None, now: float) -> Picture:
    """Looks at a state; goes on from the picture before where the request is the same."""
    if before is not None and before.request.has_view_of(request):
        view = before.view.extended(state)
    else:
        view = _view(request, state)
    drawn = _chart(request, state, view, before, now)
    is_fresh = before is not None and before.request == request and now - before.taken_at < 1
    if before is not None and is_fresh:
        return replace(before, state=state, view=view, chart=drawn)
    rejected = state.series.rejected_since(_recent(now)[0])
    return Picture(request, state, view, now, rejected, tuple(_interfaces(request, state, now)), drawn)


def _chart(
    request: Request, state: SessionState, view: View, before: Picture | None, now: float
) -> Chart | None:
    if request.chart is None:
        return None
    last = None if before is None else before.chart
    return chart(state, view.interfaces, request.timeless, request.chart, last, now)


def _recent(now: float) -> tuple[int, int]:
    """The last quarter of an hour in whole buckets, the one under way included, for every count alike."""
    end = int(now - now % BUCKET_S) + BUCKET_S
    return end - RECENT_S, end


def counted(request: Request, state: SessionState) -> int:
    """How many records a request would show."""
    return len(_view(request, state))


def _view(request: Request, state: SessionState) -> View:
    from flowtui.monitor.view import View
    from flowtui.store.hits import Order

    order = None if request.order is None else Order(*request.order)
    return View.of(state, request.scopes, request.tree, order)


def _interfaces(request: Request, state: SessionState, now: float) -> Iterable[InterfaceRow]:
    """A row for each log stream in scope."""
    wanted = interface_ids(request.scopes, None if state.index is None else state.index.topology)
    start, end = _recent(now)
    complete_to = now if state.figures.watermark is None else state.figures.watermark
    usual_to = state.figures.mostly_to(now)
    rate_to = int(complete_to) // 10 * 10
    series = state.series
    streams = {
        interface: totals
        for interface, totals in series.interfaces().items()
        if wanted is None or interface in wanted
    }
    recent = series.buckets_of(tuple(streams), start, end, BUCKET_S)
    last_minutes = series.buckets_of(tuple(streams), rate_to - _RATE_S, rate_to, _RATE_S)
    for interface, totals in streams.items():
        counts = recent[interface]
        known = None if state.index is None else state.index.interface(interface)
        yield InterfaceRow(
            id=interface,
            name=state.history.interface_name(interface, now) or interface,
            addresses="" if known is None else " ".join((*known.addresses, *known.public_addresses)),
            buckets=tuple(
                None if start + (at + 1) * BUCKET_S > usual_to else sum(pair)
                for at, pair in enumerate(counts)
            ),
            complete=max(0, int((complete_to - start) // BUCKET_S)),
            rate_per_s=sum(map(sum, last_minutes[interface])) / _RATE_S,
            accepted=sum(pair[0] for pair in counts),
            rejected=sum(pair[1] for pair in counts),
            last=totals.last_end_s,
        )
