"""A cause of rejections in two lines: how many, by what and where; then from whom, and what was near."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style

from flowtui.explain.answer import Decision, Explanation, Layer, Verdict
from flowtui.records.decode import clean
from flowtui.tui.render import text
from flowtui.tui.theme import Palette

if TYPE_CHECKING:
    from flowtui.monitor.triage import Cause

_COUNT, _SHARE, _TIME, _GAP, _ID = 7, 6, 8, 2, 11
_WIDE = 100
_LEAST = 6
"""Cells under which a name says nothing."""
_OFTEN = 4
"""The two most frequent ends are named where they have a quarter of the records, or are all there are."""

_HEADS = {
    Verdict.SECURITY_GROUP: "security group",
    Verdict.NETWORK_ACL: "network ACL",
    Verdict.BOTH: "SG and ACL",
    Verdict.BLOCK_PUBLIC_ACCESS: "VPC Block Public Access",
    Verdict.ENCRYPTION_CONTROLS: "encryption controls",
    Verdict.ALLOWED: "current rules allow",
    Verdict.UNKNOWN: "unknown",
}
_SHORT_HEADS = {**_HEADS, Verdict.SECURITY_GROUP: "SG", Verdict.NETWORK_ACL: "ACL"}
_ROOMY = 46
"""Cells from which a cause has its layer's whole name."""


@dataclass(frozen=True, slots=True)
class CauseLayout:
    """Widths of the columns; 0 where one is not there."""

    spark: int
    cause: int
    decider: int
    where: int
    first: int

    @classmethod
    def of(cls, width: int, spark: int) -> CauseLayout:
        """What fits into so many cells."""
        is_wide = width >= _WIDE
        spark = spark if is_wide else 0
        decider, first = (22, _TIME + 1) if is_wide else (0, 0)
        where = 12 if is_wide else 10
        around = _COUNT + _SHARE + _GAP + (spark + _GAP if spark else 0) + first + _TIME
        return cls(spark, width - around - decider - where, decider, where, first)

    @property
    def inset(self) -> int:
        """Cells before the cause."""
        return _COUNT + _SHARE + _GAP + (self.spark + _GAP if self.spark else 0)


@dataclass(frozen=True, slots=True)
class Told:
    """A cause with the names that it is drawn with."""

    cause: Cause
    interface_name: str
    peer_name: Callable[[str], str]
    arrived: int
    """For how many of its buckets most records have arrived."""


def heading(layout: CauseLayout, palette: Palette) -> list[Segment]:
    """The headings of the columns."""
    ink = palette.heading
    line = text.Line().cell("✗", _COUNT, ink, right=True).cell("SHARE", _SHARE, ink, right=True)
    line.add(" " * _GAP, ink)
    if layout.spark:
        line.cell("15 MIN", layout.spark + _GAP, ink)
    line.cell("CAUSE", layout.cause, ink).cell("DECIDED BY" if layout.decider else "", layout.decider, ink)
    line.cell("WHERE", layout.where, ink).cell("FIRST" if layout.first else "", layout.first, ink)
    return line.cell("LAST", _TIME, ink).segments


def first_line(told: Told, layout: CauseLayout, palette: Palette, *, utc: bool) -> list[Segment]:
    """How many, how they came, what rejected them, where, and when."""
    cause, tally = told.cause, told.cause.tally
    line = text.Line().cell(text.count(tally.count, _COUNT), _COUNT, palette.reject, right=True)
    line.cell(_share(cause.share), _SHARE, palette.mute, right=True).add(" " * _GAP, palette.mute)
    if layout.spark:
        for ink, blocks in _spark(told, palette):
            line.add(blocks, ink)
        line.add(" " * _GAP, palette.mute)
    by = decided_by(cause.kind.explanation, layout.decider - 1) if layout.decider else ""
    # What nobody decided may take that column too.
    room = layout.cause + (0 if by else layout.decider)
    for segment in _cause(cause, room - 1, palette):
        line.add(segment.text, segment.style or palette.text)
    line.to(layout.inset + room, palette.text)
    line.cell(by, layout.decider if by else 0, palette.soft)
    line.cell(_where(told, layout.where - 1), layout.where, palette.text)
    if layout.first:
        line.cell(text.clock_time(tally.first_s, utc=utc), layout.first, palette.soft)
    return line.add(text.clock_time(tally.last_s, utc=utc), palette.soft).segments


def second_line(told: Told, layout: CauseLayout, width: int, palette: Palette) -> list[Segment]:
    """From whom, and the nearest rule or what else there is to say."""
    said = told.cause.kind.explanation
    parts = [_peers(told), _beside(said)]
    if not layout.decider:
        parts.insert(0, decided_by(said, width))
    words = "; ".join(filter(None, map(clean, parts)))
    inset = layout.inset
    return [Segment(" " * inset, palette.mute), Segment(text.fitted(words, width - inset), palette.mute)]


def sentence(cause: Cause, interface_name: str) -> str:
    """`tcp/80 → bastion`: what the cause is about, for a title."""
    where = clean(interface_name or cause.kind.interface_id or "an unnamed interface")
    what = services(cause)
    return f"{what} → {where}" if cause.kind.is_by_source else f"{what} from {where}"


def services(cause: Cause, width: int = 0) -> str:
    """`tcp/80`, `tcp/23, 3389, 8080 and 212 more`; where a width does not do, fewer or `tcp/23 +214`."""
    named, count = cause.services, cause.tally.services.count
    if not named:
        return "traffic"
    prefix = f"{named[0].partition('/')[0]}/"
    short = [named[0], *(each.removeprefix(prefix) for each in named[1:])]
    counted = [(", ".join(short[:number]), count - number) for number in range(len(short), 0, -1)]
    said = [f"{named} and {more:,} more" if more else named for named, more in counted]
    said += [f"{named} +{more:,}" for named, more in counted if more]
    return next((each for each in said if not width or len(each) <= width), said[-1])


def decided_by(said: Explanation, width: int) -> str:
    """`sg-0b1…f22 bastion-sg`, `acl-0d2…9e4 rule * public`: the layer that rejected; empty: none is known."""
    denied = [each for each in said.layers if each.decision is Decision.DENY]
    # Of both the security group, whose rule is wanting in any case.
    groups = [each for each in denied if each.layer is Layer.SECURITY_GROUP]
    chosen = next(iter(groups if said.verdict is Verdict.BOTH else denied), None)
    if chosen is None or not chosen.id:
        return ""
    rule = f"rule {chosen.rule}" if chosen.rule else ""
    known = " ".join(filter(None, (text.identifier(clean(chosen.id), _ID), rule)))
    room = width - len(known) - 1
    name = text.fitted(clean(chosen.name), room) if room >= _LEAST else ""
    return text.fitted(f"{known} {name}".rstrip(), width)


def _share(share: float) -> str:
    return "<1%" if 0 < share < 0.01 else f"{share:.0%}"


def _spark(told: Told, palette: Palette) -> tuple[tuple[Style, str], ...]:
    """What has arrived; where most is still to come faint, and nothing yet is no zero."""
    buckets = told.cause.tally.buckets
    pending = [None if at >= told.arrived and not count else count for at, count in enumerate(buckets)]
    blocks = text.sparkline(pending)
    return (
        (palette.reject + Style(bold=False), blocks[: told.arrived]),
        (palette.faint, blocks[told.arrived :]),
    )


def _where(told: Told, width: int) -> str:
    if told.interface_name:
        return text.fitted(clean(told.interface_name), width)
    return text.identifier(clean(told.cause.kind.interface_id), width)


def _cause(cause: Cause, width: int, palette: Palette) -> Sequence[Segment]:
    head, rest = _words(cause, width)
    line = text.Line().add(text.fitted(head, width), palette.reject_row + Style(bold=True))
    return line.add(text.fitted(rest, width - line.width), palette.text).segments


def _words(cause: Cause, width: int) -> tuple[str, str]:
    """The layer, and what its rules do."""
    said = cause.kind.explanation
    bound = {"ingress": "inbound", "egress": "outbound"}.get(said.direction, "")
    heads = _HEADS if width >= _ROOMY else _SHORT_HEADS
    head, way = heads.get(said.verdict, "unknown"), "replies of " if cause.kind.is_of_servers else ""
    room = max(1, width - len(head) - len(f": no {bound} rule for {way}"))
    what = f"{way}{services(cause, room)}"
    match said.verdict:
        case Verdict.SECURITY_GROUP:
            return head, f": no {bound} rule for {what}"
        case Verdict.NETWORK_ACL:
            return head, f": denies {what} {bound}"
        case Verdict.BOTH:
            return head, f": no {bound} rule for {what}"
        case Verdict.ALLOWED:
            return head, f" {what} {bound}"
        case Verdict.UNKNOWN:
            of_itself = f"{clean(cause.kind.interface_id)} "
            return (
                head,
                f": {said.cause.removeprefix('unknown: ').removeprefix(of_itself).removeprefix('is ')}",
            )
    return head, f": {what} {bound}".rstrip()


def _peers(told: Told) -> str:
    """`from app-2 172.16.1.31`, `from 203.0.113.9 (148) and 2 more`, `from 11 sources, each once`."""
    peers, cause = told.cause.tally.peers, told.cause
    way, noun = ("from", "sources") if cause.kind.is_by_source else ("to", "destinations")
    if not peers.listed:
        return ""
    named = peers.listed[:2]
    if peers.count == 1:
        return f"{way} {_end(told, named[0][0])}"
    if peers.count > len(named) and sum(count for _, count in named) * _OFTEN < cause.tally.count:
        most = peers.listed[0][1]
        often = "each once" if most == 1 else f"none more than {most:,} times"
        return f"{way} {peers.count:,} {noun}, {often}"
    words = ", ".join(f"{_end(told, address)} ({count:,})" for address, count in named)
    more = peers.count - len(named)
    return f"{way} {words}{f' and {more:,} more' if more else ''}"


def _end(told: Told, address: str) -> str:
    return f"{told.peer_name(address)} {address}".lstrip()


def _beside(said: Explanation) -> str:
    if said.verdict is Verdict.UNKNOWN and said.actions:
        return f"needs {', '.join(said.actions)}"
    if said.is_reply:
        return "it answers what was accepted"
    if said.nearest is not None:
        rule = text.identifier(said.nearest.rule, _ID)
        return f"nearest: {said.nearest.text.replace(said.nearest.rule, rule, 1)}"
    return f"perhaps: {said.reasons[0]}" if said.reasons else ""
