"""The Logs Insights engine: a tree as the commands of a query, and what the query leaves to the local engine.

A query takes every record that the tree selects, and perhaps others; the local predicate decides those.
What Insights counts is the tree's only where the query is exact. Knows nothing of calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from flowtui.filters.bind import NOBODY, bind
from flowtui.filters.insights_clauses import EVERYTHING, Clause, all_of, any_of, anything
from flowtui.filters.insights_fields import Naming, discovered, parsed
from flowtui.filters.insights_over import Over
from flowtui.filters.tree import And, Tree
from flowtui.records import batch, fields
from flowtui.records.format import DEFAULT_FORMAT, LogFormat

MAX_LENGTH = 10_000
"""Characters in a query (StartQuery)."""

PTR = "@ptr"
"""What AWS adds to each record that a query gives: what tells it from all others."""
LOG = "@log"
"""Account and log group of a record, `ACCOUNT:GROUP`."""
FETCHED = (batch.TIMESTAMP, batch.INGESTION, LOG, batch.STREAM, batch.MESSAGE)
"""What is asked for of each record."""

FLOWS, PACKETS, BYTES, FIRST, LAST = "flows", "sumPackets", "sumBytes", "firstSeen", "lastSeen"
"""What the columns of a count are called, behind those that it is by."""

_ROOM = 1500
"""Characters that are kept for the commands around the filter."""
_MOST_LISTED = (2000, 500, 200, 100, 50, 20, 5, 1, 0)
"""How many values a condition may list: the first with which the query is short enough."""

_SEVERAL = "several log formats share the group"
_TOO_LONG = "the filter is longer than a query can be"


@dataclass(frozen=True, slots=True)
class Counting:
    """A query that counts, and how its rows are read."""

    text: str
    names: tuple[str, ...]
    """What each field that is counted by is called in the rows, in their order, the action last."""


@dataclass(frozen=True, slots=True)
class InsightsPushdown:
    """How a tree is divided between Logs Insights and here."""

    namings: tuple[Naming, ...]
    """How fields are called: one for each format."""
    clause: Clause
    """What the query asks for."""
    exact: Clause | None
    """What a counting query asks for, less the lines of other formats; None where there can be none."""
    reasons: tuple[str, ...]
    """Why the query does not decide alone, a few words each; none where it does."""

    @property
    def is_exact(self) -> bool:
        """Whether Insights decides alone, so that its count is the tree's."""
        return not self.reasons

    @property
    def commands(self) -> tuple[str, ...]:
        """The commands that choose the records."""
        if self.clause.text is True:
            return ()
        is_discovered = self.namings[0].is_discovered
        parses = () if is_discovered else tuple(self._parses(self.clause.fields))
        return (*parses, _filter(self.clause, "" if is_discovered else self._misfit()))

    def records(self, limit: int) -> str:
        """The query for the newest records."""
        head = f"fields {', '.join(FETCHED)}"
        return _piped(head, *self.commands, f"sort {batch.TIMESTAMP} desc", f"limit {limit}")

    def counting(self, by: Sequence[str], limit: int) -> Counting | None:
        """The query that counts flows, packets and bytes by these fields and the action.

        None where it would not be exact, or a field is not in the format. Rows in which the first field is
        missing are of lines that are not of the format: where there are any, the count is not to be used.
        """
        (naming, *others) = self.namings
        if self.exact is None or others or not set(by) <= naming.names.keys():
            return None
        split = [fields.ACTION.name] if fields.ACTION.name in naming.names else []
        keys = tuple(naming.names[name] for name in (*by, *split))
        clause, figures = all_of([self.exact, *_is_flow(naming)]), _figures(naming)
        mark = f"ispresent({naming.names[naming.mark]})"
        # A line without discovered fields is no record; one that does not parse may be of another format.
        commands = [f"filter {mark}"]
        if not naming.is_discovered:
            commands = [naming.parse({*by, *split, *figures, *clause.fields, naming.mark})]
        if clause.text is not True:
            commands.append(_filter(clause, "" if naming.is_discovered else f"not {mark}"))
        sums = ", ".join((f"count(*) as {FLOWS}", *figures.values()))
        stats = f"stats {sums} by {', '.join(dict.fromkeys(keys))}"
        return Counting(_piped(*commands, stats, f"sort {FLOWS} desc", f"limit {limit}"), keys)

    def _parses(self, wanted: frozenset[str]) -> Iterator[str]:
        for naming in self.namings:
            yield naming.parse({name for name in wanted if name in naming.names} | {naming.mark})

    def _misfit(self) -> str:
        """The expression for a line's being of none of the formats: those are decided here."""
        parts = [f"not ispresent({naming.names[naming.mark]})" for naming in self.namings]
        return parts[0] if len(parts) == 1 else f"({' and '.join(parts)})"


def compile_query(
    tree: Tree | None, formats: Sequence[LogFormat], *, is_discovered: bool = False
) -> InsightsPushdown:
    """Divide a tree, or everything, for log groups whose records have these formats.

    With `is_discovered` AWS is known to discover the fields of the default format in these groups. The
    query is at most 10,000 characters long. Never raises.
    """
    known = tuple(dict.fromkeys(formats)) or (DEFAULT_FORMAT,)
    if any(len(fmt) == len(DEFAULT_FORMAT) for fmt in known):
        # A line that is not of a flow log that is there now may be of the default format.
        known = tuple(dict.fromkeys((*known, DEFAULT_FORMAT)))
    if is_discovered and known == (DEFAULT_FORMAT,):
        namings: tuple[Naming, ...] = (discovered(),)
    else:
        namings = tuple(parsed(fmt, number) for number, fmt in enumerate(known, 1))
    if tree is None:
        several = (_SEVERAL,) if len(namings) > 1 else ()
        return InsightsPushdown(namings, EVERYTHING, None if several else EVERYTHING, several)
    return _compiled(bind(tree, NOBODY), namings)


def _compiled(tree: Tree, namings: tuple[Naming, ...]) -> InsightsPushdown:
    for most in _MOST_LISTED:
        clause = any_of(Over(naming, most).clause(tree) for naming in namings)
        if _is_short(clause, namings):
            break
    else:
        clause = _shortest(tree, namings)
    exact: Clause | None = None
    if len(namings) == 1 and clause.is_exact:
        counted = Over(namings[0], most, is_counting=True).clause(tree)
        exact = counted if _is_short(counted, namings) else None
    reasons = (*clause.reasons, *((_SEVERAL,) if len(namings) > 1 else ()))
    if exact is None and not reasons:
        reasons = (_TOO_LONG,)
    return InsightsPushdown(namings, clause, exact, reasons)


def _shortest(tree: Tree, namings: tuple[Naming, ...]) -> Clause:
    """As many of the tree's conjuncts, from the first on, as a query has room for."""
    parts = tree.parts if isinstance(tree, And) else (tree,)
    asked = [
        any_of(Over(naming, 0).clause(And(parts[:count])) for naming in namings)
        for count in range(1, len(parts) + 1)
    ]
    held = list(takewhile(lambda clause: _is_short(clause, namings), asked))
    return all_of([*held[-1:], anything(_TOO_LONG)])


def _is_short(clause: Clause, namings: Sequence[Naming]) -> bool:
    if isinstance(clause.text, bool):
        return True
    parses = (len(naming.parse(naming.names.keys())) for naming in namings if not naming.is_discovered)
    return len(clause.text) + sum(parses) + _ROOM <= MAX_LENGTH


def _is_flow(naming: Naming) -> Iterator[Clause]:
    """That the record is of a flow, where the format can tell."""
    status = fields.LOG_STATUS.name
    if status in naming.names:
        gaps = ", ".join(f'"{gap}"' for gap in fields.STATUSES[1:])
        yield Clause(f"not ({naming.names[status]} in [{gaps}])", fields=frozenset({status}))


def _figures(naming: Naming) -> dict[str, str]:
    """What is summed up, by the field that it is made of; what the format lacks is left out."""
    asked = {
        fields.PACKETS.name: ("sum", PACKETS),
        fields.BYTES.name: ("sum", BYTES),
        fields.START.name: ("min", FIRST),
        fields.END.name: ("max", LAST),
    }
    return {
        name: f"{function}({naming.names[name]}) as {title}"
        for name, (function, title) in asked.items()
        if name in naming.names
    }


def _filter(clause: Clause, guard: str) -> str:
    """The command for a clause that is not everything, and for what the guard lets through."""
    either = [
        text for text in (clause.bare if not guard else clause.text, guard) if isinstance(text, str) and text
    ]
    # A query without a filter would ask for everything; no event is without a message.
    return f"filter {' or '.join(either) or f'not ispresent({batch.MESSAGE})'}"


def _piped(*commands: str) -> str:
    return "\n| ".join(commands)
