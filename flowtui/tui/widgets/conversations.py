"""The conversations: both directions of a 5-tuple in one line, who began it, and what became of it."""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial
from typing import TYPE_CHECKING

from flowtui.filters.tree import Tree
from flowtui.records import decode, fields
from flowtui.records.decode import clean
from flowtui.tui.filtering import conversation_condition
from flowtui.tui.render import sums, text
from flowtui.tui.widgets.overview import Looked
from flowtui.tui.widgets.sums import HEADINGS, SumsPane, doubled, share_of
from flowtui.tui.widgets.talkers import end_of

if TYPE_CHECKING:
    from flowtui.monitor.talkers import Naming, Reckoner, TopConversations
    from flowtui.monitor.view import View
    from flowtui.store.conversations import Conversation
    from flowtui.store.talkers import Measure

_STATES = {
    "UNKNOWN": "",
    "ONE_SIDED": "one-sided",
    "ACCEPTED": "accepted",
    "PARTLY_REJECTED": "partly rejected",
    "REPLY_REJECTED": "reply rejected",
    "REJECTED": "rejected",
}
_PASSED_ON = "passed on"
_EVIDENCE = {
    "FLAGS": "client by its TCP flags",
    "PORTS": "client by the ports",
    "REJECTION": "client: it was let through, its reply was not",
    "TIME": "client: the first to send",
    "NONE": "which end is the client is not known",
}


class ConversationPane(SumsPane["Conversation"]):
    """The greatest conversations of what is in scope and filter."""

    opened_by = "conversations"
    NAME = TAB = "Conversations"
    HINTS = (
        ("row.enter", "narrow to it"),
        ("sums.group", "client ports"),
        ("sort", "measure"),
        "pane.next",
        ("copy", "copy filter"),
        "back",
        "help",
    )

    def __init__(self) -> None:
        super().__init__(id="conversations")
        self.are_joined = True
        self.found: TopConversations | None = None
        self._reckoner: Reckoner | None = None

    def look(self, view: View, now: float) -> Looked:
        """Joins what a view selects; on a worker's thread, never twice at once."""
        from flowtui.monitor.talkers import Reckoner, measures

        if self._reckoner is None:
            self._reckoner = Reckoner()
        asked, measured, measure = self.asked, measures(view), self.measure
        if measure is None or measure not in measured:
            measure = next((each for each in measured if each.name == "BYTES"), measured[0])
        found = self._reckoner.conversations(view, measure, are_clients_ports_joined=self.are_joined)
        return Looked(partial(self._show, asked, found, measured))

    def _show(self, asked: int, found: TopConversations, measured: tuple[Measure, ...]) -> None:
        if asked != self.asked:
            return
        self.found, self.measures, self.measure = found, measured, found.measure
        self.take(asked, found.found.rows, found.found.groups)

    def action_group(self, step: int) -> None:
        """Each 5-tuple, or the client's ports together."""
        self.are_joined = not self.are_joined
        self.ask()

    # What is drawn

    def headline(self) -> str:
        """`both ways`, or that each 5-tuple has its line."""
        return "both ways" if self.are_joined else "each client port"

    def remark(self) -> str:
        """How many only pass on what others send."""
        hops = 0 if self.found is None else self.found.found.hops
        return f", {hops:,} {_PASSED_ON}" if hops else ""

    def warning(self) -> str:
        """That flow logs overlap."""
        return "" if self.found is None else doubled(self.found.naming.state)

    def key_of(self, row: Conversation) -> Hashable:
        """Its ends, whichever is the client."""
        ends = frozenset(((row.client, row.client_port), (row.server, row.server_port)))
        return ends, row.protocol

    def condition_of(self, row: Conversation) -> Tree | None:
        """Its records, both ways."""
        values = {
            fields.SRCADDR.name: row.client,
            fields.DSTADDR.name: row.server,
            fields.SRCPORT.name: row.client_port,
            fields.DSTPORT.name: row.server_port,
            fields.PROTOCOL.name: row.protocol,
        }
        return conversation_condition({key: str(value) for key, value in values.items() if value is not None})

    def look_of(self) -> sums.Look:
        """Headings and inks."""
        measure = "BYTES" if self.measure is None else self.measure.name
        if not self.is_wide:
            return sums.Look(("CLIENT", "SERVER", HEADINGS[measure]), self.palette, utc=self.utc)
        counted = "PKTS" if measure == "PACKETS" else "RECS"
        headings = ("CLIENT", "SERVER", "SENT", "RECEIVED", counted, "✗")
        return sums.Look(headings, self.palette, measure == "REJECTED", self.utc)

    def columns_for(self, width: int) -> sums.Columns:
        """What fits into so many cells."""
        return sums.columns(width, 2, is_conversation=True, has_client_port=not self.are_joined)

    def sum_of(self, row: Conversation) -> sums.Sum:
        """A conversation as it is drawn."""
        found = self.found
        assert found is not None
        measure, counted = found.measure, row.sums
        value, most = counted.of(measure), found.found.rows[0].sums.of(measure)
        count = counted.packets if measure.name == "PACKETS" else counted.records
        wide = (row.sent_bytes, row.received_bytes, count, counted.rejected)
        return sums.Sum(
            ends=self._ends(row, found),
            numbers=wide if self.is_wide else (value,),
            fraction=value / most,
            share=None if row.is_hop else share_of(value, found.found.total.of(measure)),
            first_s=row.first_s,
            last_s=row.last_s,
            rejected=counted.rejected,
            is_rejected=row.state.name == "REJECTED",
            protocol="" if row.protocol is None else decode.protocol_name(row.protocol),
            state=_PASSED_ON if row.is_hop and not counted.rejected else _STATES[row.state.name],
        )

    def _ends(self, row: Conversation, found: TopConversations) -> tuple[sums.End, sums.End]:
        naming, at = found.naming, row.last_s
        vpc_id = naming.vpc_of(row.interfaces)
        ports = row.client_port, row.server_port
        has_ports = any(ports)
        client, server = (
            end_of(
                address,
                naming.name(address, at, vpc_id),
                naming,
                str(port) if has_ports and port is not None else "",
            )
            for address, port in zip((row.client, row.server), ports, strict=True)
        )
        return client, server

    def words_of(self, row: Conversation) -> str:
        """Where it was seen, what the client is known by and, without columns for them, times and bytes."""
        if self.found is None:
            return ""
        where = _where(row, self.found.naming)
        many = f"{row.count:,} connections" if row.count > 1 else ""
        evidence = _EVIDENCE[row.evidence.name]
        if self.is_wide:
            return sums.joined((where, many, evidence))
        ways = f"{text.figures(row.sent_bytes)} sent, {text.figures(row.received_bytes)} received"
        return sums.joined((ways, self.since(row.first_s), where, many, evidence))


def _where(row: Conversation, naming: Naming) -> str:
    """The interfaces that saw it, and that they count once."""
    seen = [clean(naming.interface(each, row.last_s)) for each in row.interfaces]
    if row.is_hop and seen:
        return f"{seen[0]} passes it on: in no total"
    others = f", also at {', '.join(seen[1:])} (counted once)" if len(seen) > 1 else ""
    return f"seen at {seen[0]}{others}" if seen else ""
