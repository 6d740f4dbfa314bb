"""The top talkers: flows grouped by source, destination, pair, port and more, the greatest first."""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial
from typing import TYPE_CHECKING

from flowtui.filters.tree import REJECT, Tree, conjunction
from flowtui.records import decode, fields, wellknown
from flowtui.records.decode import clean
from flowtui.records.fields import Type
from flowtui.tui.filtering import group_condition
from flowtui.tui.render import sums
from flowtui.tui.widgets.overview import Looked
from flowtui.tui.widgets.sums import SumsPane, doubled, others, share_of

if TYPE_CHECKING:
    from flowtui.monitor.talkers import Grouping, Naming, Reckoner, TopTalkers
    from flowtui.monitor.view import View
    from flowtui.store.talkers import Measure, Talker, Value

_ENDS = {
    fields.SRCADDR.name: "SOURCE",
    fields.DSTADDR.name: "DESTINATION",
    fields.PKT_SRC_AWS_SERVICE.name: "SOURCE'S SERVICE",
    fields.PKT_DST_AWS_SERVICE.name: "DESTINATION'S",
}
_NONE = {fields.REJECT_REASON.name: "none given", fields.INTERFACE_ID.name: "no interface"}


class TalkerPane(SumsPane["Talker"]):
    """The greatest groups of what is in scope and filter."""

    opened_by = "talkers"
    NAME, TAB = "Top talkers", "Talkers"
    HINTS = (
        ("row.enter", "narrow to it"),
        "sums.group",
        ("sort", "measure"),
        "pane.next",
        ("copy", "copy filter"),
        "back",
        "help",
    )

    def __init__(self) -> None:
        super().__init__(id="talkers")
        self.grouping: Grouping | None = None
        self.groupings: tuple[Grouping, ...] = ()
        self.top_talkers: TopTalkers | None = None
        self._reckoner: Reckoner | None = None

    def look(self, view: View, now: float) -> Looked:
        """Groups what a view selects; on a worker's thread, never twice at once."""
        from flowtui.monitor.talkers import GROUPINGS, Reckoner, groupings, measures

        if self._reckoner is None:
            self._reckoner = Reckoner()
        asked, wanted, measure = self.asked, self.grouping, self.measure
        offered, measured = groupings(view) or GROUPINGS[:1], measures(view)
        grouping = wanted if wanted in offered and wanted is not None else offered[0]
        if measure not in measured:
            measure = None
        found = self._reckoner.talkers(view, grouping, measure or measured[-1])
        if measure is None and not found.found.groups:
            # Who is rejected most is the first question; where nobody is, who moves most.
            found = self._reckoner.talkers(view, grouping, _usual(measured))
        return Looked(partial(self._show, asked, found, offered, measured))

    def _show(
        self,
        asked: int,
        found: TopTalkers,
        offered: tuple[Grouping, ...],
        measured: tuple[Measure, ...],
    ) -> None:
        if asked != self.asked:
            return
        self.top_talkers, self.groupings, self.measures = found, offered, measured
        self.grouping = found.grouping
        if self.measure is None and found.found.groups:
            self.measure = found.measure
        self.take(asked, found.found.rows, found.found.groups)

    def action_group(self, step: int) -> None:
        """By the next field, or the one before."""
        if self.grouping in self.groupings and self.grouping is not None:
            place = self.groupings.index(self.grouping)
            self.grouping = self.groupings[(place + step) % len(self.groupings)]
            self.ask()

    # What is drawn

    def headline(self) -> str:
        """`by source`."""
        return "" if self.grouping is None else f"by {self.grouping.label}"

    def warning(self) -> str:
        """That flow logs overlap."""
        return "" if self.top_talkers is None else doubled(self.top_talkers.naming.state)

    def key_of(self, row: Talker) -> Hashable:
        """Its values."""
        return row.key

    def condition_of(self, row: Talker) -> Tree | None:
        """The records with its values."""
        if self.top_talkers is None:
            return None
        grouping = self.top_talkers.grouping
        condition = group_condition(grouping.keys, row.key)
        is_more = grouping.is_of_rejected and condition is not None
        return conjunction((condition, REJECT)) if is_more else condition

    def look_of(self) -> sums.Look:
        """Headings and inks."""
        found = self.top_talkers
        if found is None:
            return sums.Look((), self.palette)
        first, counted = found.grouping.keys[0], found.found.total
        ends = [_ENDS.get(key, found.grouping.label.upper()) for key in found.grouping.keys]
        if first == fields.DSTPORT.name:
            ends = ["PORT"]
        headings = (*ends, *(heading for heading, _ in others(found.measure, counted)))
        return sums.Look(headings, self.palette, found.measure.name == "REJECTED", self.utc)

    def columns_for(self, width: int) -> sums.Columns:
        """What fits into so many cells."""
        found = self.top_talkers
        if found is None:
            return ()
        return sums.columns(width, _end_count(found.grouping))

    def sum_of(self, row: Talker) -> sums.Sum:
        """A group as it is drawn."""
        found = self.top_talkers
        assert found is not None
        value, most = row.sums.of(found.measure), found.found.rows[0].sums.of(found.measure)
        return sums.Sum(
            ends=_ends(row, found.grouping, found.naming),
            numbers=tuple(number for _, number in others(found.measure, row.sums)),
            fraction=value / most,
            share=share_of(value, found.found.total.of(found.measure)),
            first_s=row.first_s,
            last_s=row.last_s,
            rejected=row.sums.rejected,
            is_rejected=row.sums.rejected == row.sums.records,
        )

    def words_of(self, row: Talker) -> str:
        """Its places, packets, and how it is counted."""
        found = self.top_talkers
        if found is None:
            return ""
        ends = _ends(row, found.grouping, found.naming)
        whole = " → ".join(" ".join(filter(None, (end.name, end.address, end.place))) for end in ends)
        # Conversations count once what two interfaces saw; here each has its own records.
        packets = f"{row.sums.packets:,} packets, all interfaces"
        return sums.joined((whole, self.since(row.first_s), packets))


def _usual(measured: tuple[Measure, ...]) -> Measure:
    """Bytes, where the records have them, else records."""
    return next((each for each in measured if each.name == "BYTES"), measured[0])


def _end_count(grouping: Grouping) -> int:
    return 1 if grouping.keys[0] == fields.DSTPORT.name else len(grouping.keys)


def _ends(row: Talker, grouping: Grouping, naming: Naming) -> tuple[sums.End, ...]:
    if grouping.keys[0] == fields.DSTPORT.name:
        return (_port(*row.key),)
    return tuple(_end(key, value, row, naming) for key, value in zip(grouping.keys, row.key, strict=True))


def _end(key: str, value: Value, row: Talker, naming: Naming) -> sums.End:
    if value is None:
        return sums.End(address=_NONE.get(key, "-"))
    if fields.field(key).type is Type.ADDRESS:
        return end_of(str(value), naming.name(str(value), row.last_s), naming)
    if key == fields.INTERFACE_ID.name:
        name = naming.interface(str(value), row.last_s)
        return sums.End("" if name == value else clean(name), clean(str(value)))
    if key == fields.PROTOCOL.name and isinstance(value, int):
        words = wellknown.PROTOCOLS.get(value, ("", ""))[1]
        return sums.End(address=decode.protocol_name(value), place=words)
    return sums.End(address=clean(str(value)), place=decode.describe(fields.field(key), value))


def _port(port: Value, protocol: Value) -> sums.End:
    number = protocol if isinstance(protocol, int) else None
    name = "" if number is None else decode.protocol_name(number)
    if not isinstance(port, int):
        return sums.End(address=name or "-")
    service = decode.service_name(port, number) or ""
    return sums.End(address=f"{port} {name}" if port or service else name, place=service)


def end_of(address: str, name: str, naming: Naming, port: str = "") -> sums.End:
    """An address with its name or, without one, its place."""
    return sums.End(clean(name), address, clean(naming.place(address)) if not name else "", port)
