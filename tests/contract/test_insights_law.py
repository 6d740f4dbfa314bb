"""The law of push-down for Logs Insights: a query takes all that the tree selects; a count is the tree's.

Judged by the embedded endpoint's interpreter, which shares no code with the compiler, in each of the ways
in which AWS may decide what it does not document; and by the local engine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

import polars as pl
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flowtui.demo.insights.commands import read
from flowtui.demo.insights.rows import Row, Source
from flowtui.demo.insights.values import Leeway
from flowtui.demo.logs import Event
from flowtui.filters import insights, local
from flowtui.filters.insights import InsightsPushdown, compile_query
from flowtui.filters.tree import Tree
from flowtui.records.format import DEFAULT_FORMAT, LogFormat
from flowtui.records.parse import parse
from tests.contract.test_push_down import RECORDS, TOKENS, Line, formats, holds, trees

ALWAYS = {"version": ["2", "5"], "account-id": ["123456789012"], "interface-id": ["eni-1", "eni-2", "eni-10"]}
"""Without these a line is none of those in which AWS discovers fields."""
MORE = {**ALWAYS, "packets": ["0", "1", "20"], "log-status": ["OK", "OK", "NODATA", "SKIPDATA"]}
MISFITS = ("", "garbage", "1 2 3", "- - - -")

leeways = st.builds(Leeway, *[st.booleans()] * 5)


@dataclass(frozen=True)
class Case:
    tree: Tree
    fmt: LogFormat
    seed: int
    is_discovered: bool
    leeway: Leeway

    @property
    def lines(self) -> Sequence[Line]:
        return lines(self.fmt, self.seed)

    @property
    def texts(self) -> list[str]:
        return [" ".join(line[name] for name in self.fmt.fields) for line in self.lines]

    def asked(self) -> InsightsPushdown:
        return compile_query(self.tree, [self.fmt], is_discovered=self.is_discovered)

    def rows(self, query: str, more: Sequence[str] = ()) -> list[Row]:
        """What the embedded endpoint gives for the query; the sequence of an event is its line's place."""
        collector = read(query, self.leeway).collector()
        for place, text in enumerate([*self.texts, *more]):
            event = Event(1_700_000_000_000 + place, 1_700_000_400_000, place, "stream", text)
            collector.take(Row(event, Source("group", self.leeway)))
        return collector.rows()

    def taken(self, query: str, more: Sequence[str] = ()) -> set[int]:
        return {row.event.sequence for row in self.rows(query, more) if row.event is not None}

    def frame(self) -> pl.DataFrame:
        parsed = parse(self.texts, self.fmt)
        assert not parsed.malformed
        return parsed.frame

    def selected(self, frame: pl.DataFrame) -> pl.DataFrame:
        """What the local engine selects."""
        return frame.filter(local.compile(self.tree)(frozenset(frame.columns)))

    def flows(self) -> list[Line]:
        """The selected lines less those that say that nothing was recorded."""
        frame = self.frame()
        is_selected = local.compile(self.tree)(frozenset(frame.columns))
        places = frame.with_row_index("place").filter(is_selected)["place"]
        chosen = [self.lines[place] for place in places]
        return [line for line in chosen if line.get("log-status") not in ("NODATA", "SKIPDATA")]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    fmt = draw(formats)
    is_discovered = fmt == DEFAULT_FORMAT and draw(st.booleans())
    return Case(draw(trees(fmt)), fmt, draw(st.integers(0, 2**32)), is_discovered, draw(leeways))


@cache
def lines(fmt: LogFormat, seed: int) -> list[Line]:
    dice = Random(seed)
    tokens = {
        name: MORE[name] if name in MORE else [*TOKENS.get(name, ()), *["-"] * 3] for name in fmt.fields
    }
    return [{name: dice.choice(given) for name, given in tokens.items()} for _ in range(RECORDS)]


def token(row: Row, name: str) -> str:
    """As the record has it; of a discovered field that has none it may be absent."""
    value = row.get(name)
    return "-" if value is None else str(value)


@given(cases())
@settings(max_examples=200, deadline=None)
def test_a_query_takes_all_that_the_tree_selects(case: Case) -> None:
    query = case.asked().records(10_000)
    taken = case.taken(query)
    assert {place for place, line in enumerate(case.lines) if holds(case.tree, line)} <= taken, query


@given(cases())
@settings(max_examples=60, deadline=None)
def test_the_local_engine_selects_the_same_of_what_was_taken(case: Case) -> None:
    frame = case.frame()
    query = case.asked().records(10_000)
    taken = frame[sorted(case.taken(query))]
    assert case.selected(taken).equals(case.selected(frame)), query


@given(cases())
@settings(max_examples=60, deadline=None)
def test_lines_of_no_known_format_are_taken_so_that_they_are_told(case: Case) -> None:
    assume(not case.is_discovered)
    query = case.asked().records(10_000)
    misfits = [text for text in MISFITS if len(text.split()) != len(case.fmt)]
    assert set(range(RECORDS, RECORDS + len(misfits))) <= case.taken(query, misfits), query


@given(cases(), st.data())
@settings(max_examples=80, deadline=None)
def test_an_exact_count_is_that_of_the_local_engine(case: Case, data: st.DataObject) -> None:
    by = data.draw(st.lists(st.sampled_from(case.fmt.fields), min_size=1, max_size=2, unique=True))
    counting = case.asked().counting(by, 10_000)
    assume(counting is not None)
    assert counting is not None
    rows = case.rows(counting.text)
    # Rows without the first field are of lines that are not of the format: the count is not used then.
    assume(all(row.get(counting.names[0]) is not None for row in rows))
    split = [*by, *(["action"] if "action" in case.fmt.fields else [])]
    flows = Counter(tuple(line[name] for name in split) for line in case.flows())
    counted = {tuple(token(row, name) for name in counting.names): row.get(insights.FLOWS) for row in rows}
    assert counted == flows, counting.text
    for name, title in (("packets", insights.PACKETS), ("bytes", insights.BYTES)):
        if name in case.fmt.fields:
            total = sum(int(line[name]) for line in case.flows() if line[name] != "-")
            assert sum(int(str(row.get(title) or 0)) for row in rows) == total
