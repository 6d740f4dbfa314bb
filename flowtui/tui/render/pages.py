"""The pages of text: one record in full, help, and diagnostics. Lines of segments for a width.

Every word from AWS is cleaned here before it becomes a segment.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style

from flowtui.filters import reference
from flowtui.records import fields
from flowtui.records.decode import clean
from flowtui.tui import keymap
from flowtui.tui.render import text
from flowtui.tui.theme import Palette

if TYPE_CHECKING:
    from flowtui.monitor.figures import Figures
    from flowtui.monitor.state import SessionState
    from flowtui.monitor.view import Detail

PageLines = Callable[[int, Palette], list[list[Segment]]]
_LABEL = 22


def detail(record: Detail, above: PageLines | None = None, *, utc: bool) -> PageLines:
    """A record with every field of its format named, decoded and explained; with some lines above them."""

    def lines(width: int, palette: Palette) -> list[list[Segment]]:
        made: list[list[Segment]] = [] if above is None else [*above(width, palette), []]
        names = {
            fields.INTERFACE_ID.name: record.row.interface_name,
            fields.SRCADDR.name: record.row.src_name,
            fields.DSTADDR.name: record.row.dst_name,
        }
        value_width = 1 + max((len(clean(each.value)) for each in record.fields), default=0)
        value_width = min(max(value_width, 16), max(16, width - _LABEL - 20))
        for each in record.fields:
            ink = (
                palette.reject if each.name == fields.ACTION.name and record.row.is_rejected else palette.text
            )
            known = ", ".join(filter(None, (clean(names.get(each.name) or ""), clean(each.meaning))))
            meaning = known or fields.field(each.name).meaning
            tone = palette.soft if known else palette.faint
            made += _field_lines(
                each.name, clean(each.value), meaning, value_width, width, palette, ink, tone
            )
        made.append([])
        arrived = record.ingestion_ms / 1000
        age = max(0.0, (record.ingestion_ms - record.timestamp_ms) / 1000)
        late = {"late": ", late", "swept": ", swept"}.get(record.row.late or "", "")
        direction = {"in": "in: ingress", "out": "out: egress"}.get(record.row.direction or "", "not known")
        for label, value in (
            ("direction", direction),
            ("arrived", f"{text.date_time(arrived, utc=utc)}, {text.duration(age)} after its start{late}"),
            ("log group", clean(record.group)),
            ("log stream", clean(record.stream)),
        ):
            made += wrapped(label, value, width, palette, palette.soft)
        made.append([])
        made += [[Segment(part, palette.soft)] for part in textwrap.wrap(clean(record.line), width)]
        return made

    return lines


def _field_lines(
    name: str,
    value: str,
    meaning: str,
    value_width: int,
    width: int,
    palette: Palette,
    ink: Style,
    tone: Style,
) -> list[list[Segment]]:
    """Label, value and meaning; the meaning goes on in lines of its own where it does not fit."""
    room = max(12, width - _LABEL - value_width - 1)
    parts = textwrap.wrap(meaning, room) or [""]
    values = textwrap.wrap(value, value_width) or [""]
    made = []
    for at in range(max(len(parts), len(values))):
        line = text.Line().cell(name if at == 0 else "", _LABEL, palette.mute)
        shown = values[at] if at < len(values) else ""
        line.cell(shown, value_width, palette.faint if value == "-" else ink).add(" ", tone)
        line.add(parts[at] if at < len(parts) else "", tone)
        made.append(line.segments)
    return made


def wrapped(label: str, words: str, width: int, palette: Palette, ink: Style) -> list[list[Segment]]:
    """A label and words that go on under themselves."""
    parts = textwrap.wrap(words, max(10, width - _LABEL)) or [""]
    return [
        [Segment(text.padded(label if at == 0 else "", _LABEL), palette.mute), Segment(part, ink)]
        for at, part in enumerate(parts)
    ]


def help_page(names: Iterable[str]) -> PageLines:
    """The keys from their registry, the fields that the records here have, and the filter language."""
    present = [fields.field(name) for name in names if name in fields.FIELDS]

    def lines(width: int, palette: Palette) -> list[list[Segment]]:
        made: list[list[Segment]] = []
        for group in keymap.GROUPS:
            made.append([Segment(group.title, palette.heading)])
            for key in group.keys:
                made += _pair(key.cap, key.meaning, 10, width, palette)
            made.append([])
        made.append([Segment("Marks", palette.heading)])
        for mark, meaning in _MARKS:
            made += _pair(mark, meaning, 10, width, palette)
        made += [[], [Segment("Fields of these records", palette.heading)]]
        for field in present:
            made += _pair(field.name, field.meaning, _LABEL, width, palette)
        for section in reference.sections():
            made += [[], [Segment(f"Filter: {section.title.lower()}", palette.heading)]]
            for entry in section.entries:
                made += _pair(entry.text, entry.meaning, _LABEL, width, palette)
        return made

    return lines


_MARKS = (
    ("✗", "rejected: by a security group or network ACL, or after the connection had ended"),
    ("«", "late: arrived behind the time up to which everything seemed complete"),
    ("░", "not complete yet: records of these minutes are still arriving"),
    ("lag", "how old the newest records are, of the log group that is furthest behind"),
    ("skipped", "SKIPDATA: AWS itself could not record some flows of that time"),
)


def _pair(left: str, words: str, left_width: int, width: int, palette: Palette) -> list[list[Segment]]:
    parts = textwrap.wrap(words, max(10, width - left_width - 2)) or [""]
    is_long = len(left) > left_width
    alone = [[Segment(text.fitted(left, width), palette.focus)]] if is_long else []
    return alone + [
        [
            Segment(text.padded(left if at == 0 and not is_long else "", left_width) + "  ", palette.focus),
            Segment(part, palette.soft),
        ]
        for at, part in enumerate(parts)
    ]


def diagnostics(state: SessionState, now: float, *, utc: bool) -> PageLines:
    """How the tail does, what is wrong and what would cure it, and the lines that fit no format."""

    def lines(width: int, palette: Palette) -> list[list[Segment]]:
        made: list[list[Segment]] = []

        def section(title: str, rows: Sequence[tuple[str, str]], ink: Style) -> None:
            if not rows:
                return
            made.append([Segment(title, palette.heading)])
            for label, words in rows:
                made.extend(wrapped(label, words, width, palette, ink))
            made.append([])

        section("Faults", _faults(state, now), palette.attention)
        section("Missing", _missing(state), palette.attention)
        section("Totals double", _overlaps(state), palette.attention)
        section("Tail", _tail(state, now, utc=utc), palette.soft)
        for group in state.groups:
            section(f"Log group {clean(group.name)}", _group(group, now), palette.soft)
        title = f"Unparsed lines: {state.figures.unparsed:,}"
        section(
            title, [(each.reason, clean(each.message)) for each in reversed(state.unparsed)], palette.soft
        )
        return made

    return lines


def _faults(state: SessionState, now: float) -> list[tuple[str, str]]:
    rows = []
    for standing in state.faults:
        since = f" For {text.duration(now - standing.since)}."
        again = "" if standing.retry_at is None else f" Next try in {text.duration(standing.retry_at - now)}."
        code = f" ({standing.fault.code})" if standing.fault.code else ""
        words = f"{standing.fault.sentence} {standing.fault.cure}{since}{again}{code}"
        rows.append((clean(standing.place), clean(words)))
    return rows


def _missing(state: SessionState) -> list[tuple[str, str]]:
    missing = () if state.index is None else state.index.topology.missing
    return [(each.part, clean(f"{each.sentence} Needs {each.action}.")) for each in missing]


def _overlaps(state: SessionState) -> list[tuple[str, str]]:
    return [("recorded twice", clean(each.sentence)) for each in state.overlaps]


def _tail(state: SessionState, now: float, *, utc: bool) -> list[tuple[str, str]]:
    figures = state.figures
    rows = [
        ("state", f"{state.status.kind.value} {clean(state.status.text)}".strip()),
        ("lag", _or(figures.lag_s, text.duration, "unknown before the first complete reading")),
        ("complete up to", text.date_time(figures.watermark, utc=utc) or "not known yet"),
        ("arrival delay", _delay(figures)),
        ("records held", f"{len(state.snapshot):,}, {figures.evicted:,} evicted"),
        ("read once", f"{figures.backfilled:,} of the time before the start"),
        ("late", f"{figures.late:,} behind the time that seemed complete"),
        ("swept", f"{figures.swept:,} later than the look-back, {_sweep(figures)}"),
        ("skipped by AWS", f"{figures.skipped:,}"),
        ("log calls", f"{figures.calls:,}, {figures.throttled:,} throttled, {figures.failed:,} failed"),
        ("read", f"{figures.bytes_read:,} bytes, {_or(figures.reread_share, text.share, 'none')} read again"),
    ]
    if figures.outside:
        rows.append(("outside", f"{figures.outside:,} of other VPCs than the chosen ones, left out"))
    if abs(figures.clock_offset_s) >= _CLOCK_S:
        side = "behind" if figures.clock_offset_s > 0 else "ahead of"
        apart = text.duration(abs(figures.clock_offset_s))
        rows.append(("clock", f"this machine's is {apart} {side} AWS's, which is allowed for"))
    if state.index is not None:
        rows.append(("topology", f"read {text.duration(now - state.index.topology.read_at)} ago"))
    return rows


_CLOCK_S = 5.0
"""How far a clock may be off before it is worth a line."""


def _delay(figures: Figures) -> str:
    if figures.delay_p50_s is None or figures.delay_p95_s is None:
        return "no record yet"
    return (
        f"half within {text.duration(figures.delay_p50_s)}, 95% within {text.duration(figures.delay_p95_s)}"
    )


def _sweep(figures: Figures) -> str:
    if figures.sweep_reach_s is None:
        return "nothing is swept"
    short = ", less than asked for, for lack of room" if figures.is_sweep_shortened else ""
    return f"swept back to {text.duration(figures.sweep_reach_s)} ago{short}"


def _or(value: float | None, words: Callable[[float], str], otherwise: str) -> str:
    return otherwise if value is None else words(value)


def _group(group: object, now: float) -> list[tuple[str, str]]:
    from flowtui.monitor.state import GroupState

    assert isinstance(group, GroupState)
    last = "not yet" if group.last_pass_at is None else f"{text.duration(now - group.last_pass_at)} ago"
    rows = [
        ("last full reading", last),
        ("lag", "unknown" if group.lag_s is None else text.duration(group.lag_s)),
        ("log events", f"{group.events:,}"),
    ]
    if group.fault is not None:
        rows.append(("fault", clean(f"{group.fault.sentence} {group.fault.cure}")))
    rows += [("format", str(each)) for each in group.formats]
    return rows
