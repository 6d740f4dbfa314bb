"""Words for a session's state: the header, and what stands where there are no records.

Pure functions; knows no widget.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from flowtui.filters.tree import REJECT
from flowtui.monitor.flow_logs import failed_deliveries
from flowtui.monitor.state import Status, StatusKind
from flowtui.records import fields
from flowtui.records.decode import clean
from flowtui.tui import keymap
from flowtui.tui.picture import Request
from flowtui.tui.render.header import HeaderState
from flowtui.tui.render.text import moment

if TYPE_CHECKING:
    from flowtui.monitor.settings import Settings
    from flowtui.monitor.state import SessionState

Notice = tuple[str, str]
"""A sentence and the role of its style."""

_PLAIN_STATES = {
    StatusKind.CONNECTING: ("CONNECTING", "attention", ""),
    StatusKind.CATCHING_UP: ("CATCHING UP", "attention", ""),
    StatusKind.LIVE: ("LIVE", "focus", "●"),
    StatusKind.QUIET: ("QUIET", "mute", "○"),
    StatusKind.FAILED: ("FAILED", "attention", ""),
    StatusKind.NO_FLOW_LOGS: ("NO FLOW LOGS", "attention", ""),
}


_GOING_ON = (StatusKind.CATCHING_UP, StatusKind.LIVE, StatusKind.QUIET)
"""States that say nothing of a log group that fails beside others."""


def header_state(
    state: SessionState | None, settings: Settings, request: Request, now: float, *, is_paused: bool
) -> HeaderState:
    """What the header says now."""
    zone = "UTC" if settings.utc else datetime.now().astimezone().tzname() or ""
    if state is None:
        return HeaderState(region=settings.region or "", is_demo=settings.is_demo, zone=zone)
    words, tone, mark = status_words(state.status, now)
    if is_paused:
        words, tone, mark = "PAUSED", "attention", ""
    figures, identity = state.figures, state.identity
    whole, cidr = _whole(state)
    return HeaderState(
        account="" if identity is None else identity.account,
        region=settings.region or "" if identity is None else identity.region,
        crumbs=tuple(clean(scope.label) for scope in request.scopes) or ((whole,) if whole else ()),
        cidr="" if request.scopes else cidr,
        state=words,
        tone=tone,
        mark=mark,
        is_reversed=state.status.kind is StatusKind.EXPIRED and not is_paused,
        is_demo=settings.is_demo,
        lag_s=figures.lag_s,
        rate_per_s=figures.rate_per_s,
        rejected_share=figures.rejected_share,
        is_rejects_only=figures.is_rejects_only,
        losses=tuple(_losses(state)),
        zone=zone,
        capture=_captured(state),
    )


def _captured(state: SessionState) -> str:
    """`reject at AWS, port 80 here`, of the first group; empty where everything is fetched."""
    asked = next(iter(state.pushdowns.values()), None)
    if asked is None:
        return ""
    at_aws = f"{asked.pushed} at AWS" if asked.pushed else ""
    here = f"{asked.residual} here" if asked.residual is not None else ""
    return ", ".join(filter(None, (at_aws, here)))


def status_words(status: Status, now: float) -> tuple[str, str, str]:
    """A status in words, the role of its style, and its mark."""
    if status.kind is StatusKind.RETRYING:
        wait = max(0, round((status.retry_at or now) - now))
        why = f": {clean(status.text)}" if status.text else ""
        return f"RETRYING in {wait}s{why}", "attention", ""
    if status.kind is StatusKind.EXPIRED:
        return f"SIGN-IN EXPIRED{f': {clean(status.text)}' if status.text else ''}", "attention", ""
    return _PLAIN_STATES[status.kind]


def _whole(state: SessionState) -> tuple[str, str]:
    """What the breadcrumb says when nothing is drilled into: the one VPC in use and its CIDR, or how many."""
    if state.index is None:
        return "", ""
    index = state.index
    vpcs = [vpc for vpc in index.topology.vpcs if index.interfaces_of(vpc.id)]
    if len(vpcs) != 1:
        count = len(index.topology.vpcs)
        return f"{count} VPC{'' if count == 1 else 's'}", ""
    return clean(vpcs[0].name) or vpcs[0].id, vpcs[0].cidrs[0] if vpcs[0].cidrs else ""


def _losses(state: SessionState) -> Iterator[str]:
    figures = state.figures
    for number, word in (
        (figures.skipped, "skipped"),
        (figures.unparsed, "unparsed"),
        (figures.evicted, "evicted"),
        (figures.swept, "swept"),
    ):
        if number:
            yield f"{number:,} {word}"
    failing = sum(group.fault is not None for group in state.groups)
    if failing and state.status.kind in _GOING_ON:
        yield f"{failing} of {len(state.groups)} log groups failing"


def notice(state: SessionState | None, request: Request) -> list[Notice]:
    """What stands in the table while it has no records: what is wrong and what to do, or what is awaited."""
    if state is None:
        return [("Connecting …", "mute")]
    lines: list[Notice] = []
    for standing in state.faults:
        lines += [
            (clean(standing.fault.sentence), "attention"),
            (clean(standing.fault.cure), "text"),
            ("", "text"),
        ]
    if not len(state.snapshot):
        lines += _undelivered(state)
    if lines:
        return [*lines, _HEALTH]
    match state.status.kind:
        case StatusKind.CONNECTING:
            return [("Connecting …", "mute")]
        case StatusKind.CATCHING_UP:
            return [("Reading the log groups, the newest records first …", "mute")]
        case StatusKind.FAILED:
            return [(clean(state.status.text), "attention"), _HEALTH]
        case StatusKind.NO_FLOW_LOGS:
            return [
                (clean(state.status.text), "attention"),
                (f"{keymap.key('create').cap} creates one, after a review of every call.", "text"),
                _HEALTH,
            ]
        case _:
            return _nothing(request, has_records=len(state.snapshot) > 0)


def _undelivered(state: SessionState) -> Iterator[Notice]:
    """Flow logs that deliver nothing, where that is all there is to say."""
    for group in state.groups:
        for log in failed_deliveries(group.name, state.index):
            why = clean(log.delivery_error) or "AWS does not say why"
            yield f"The flow log {log.id} does not deliver into {clean(group.name)}: {why}.", "attention"
            yield f"{keymap.key('flow_logs').cap} tells what to do about it.", "text"
            yield "", "text"


_HEALTH: Notice = ("Health, in the palette (:), tells what works and what is missing.", "mute")


def _nothing(request: Request, *, has_records: bool) -> list[Notice]:
    if has_records and request.filter == REJECT and not request.mutes:
        return [("Nothing was rejected here.", "text"), ("r shows all records, esc backs out.", "mute")]
    if has_records and request.tree is not None:
        return [
            ("No record matches the filter.", "text"),
            ("/ changes it, an empty one clears it; esc backs out.", "mute"),
        ]
    if has_records:
        return [("No record of this since the beginning.", "text"), ("esc backs out.", "mute")]
    return [
        ("No records yet.", "text"),
        (
            "AWS delivers a record 6 to 16 minutes after its flow began; they appear here by themselves.",
            "mute",
        ),
    ]


def filter_title(request: Request, now: float, *, utc: bool) -> str:
    """The filter as the title of the records says it: `reject and port 80 · 2 muted · start >= 12:01:00`."""
    muted = f"{len(request.mutes)} muted" if request.mutes else ""
    shown = "" if request.filter is None else str(request.filter)
    span = "" if request.span is None else _span(*request.span, now, utc=utc)
    return " · ".join(part for part in (shown, muted, span) if part)


def _span(from_s: int, to_s: int, now: float, *, utc: bool) -> str:
    """A range as the filter language takes it: times of today without their date."""
    is_today = moment(from_s, utc=utc).date() == moment(now, utc=utc).date()
    form = "%H:%M:%S" if is_today else "%Y-%m-%dT%H:%M:%S%z"
    low, high = (moment(each, utc=utc).strftime(form) for each in (from_s, to_s))
    start = fields.START.name
    return f"{start} >= {low} and {start} < {high}"
