"""The commands of a query, read to a plan. What is not known here is refused, with its place."""

from __future__ import annotations

from typing import NoReturn

from flowtui.demo.insights import stages
from flowtui.demo.insights.expressions import Evaluate, Expression, ExpressionReader, Figure
from flowtui.demo.insights.lexer import malformed, unexpected
from flowtui.demo.insights.plan import Plan
from flowtui.demo.insights.regexes import compile_glob
from flowtui.demo.insights.stages import Grouping, Step
from flowtui.demo.insights.values import Leeway, number

DEFAULT_LIMIT = 10_000
MAX_LIMIT = 100_000
"""Rows of a result without a limit, and with the highest one (user guide, limit command)."""
MAX_STATS = 2
"""`stats` commands in a query (user guide, stats command)."""


def read(query: str, leeway: Leeway | None = None, *, api_limit: int | None = None) -> Plan:
    """The plan of a query; the request's own limit comes last. Raises AwsError for a malformed query."""
    try:
        return _CommandReader(query, leeway or Leeway()).read(api_limit)
    except RecursionError:
        raise malformed(query, "The query is nested too deeply", 0, len(query)) from None


class _CommandReader(ExpressionReader):
    def __init__(self, query: str, leeway: Leeway) -> None:
        super().__init__(query, leeway)
        self._plan = Plan()
        self._stats = 0
        self._is_ordered = False
        self._is_limited = False
        self._is_deduplicated = False
        self._displayed: list[str] | None = None
        self._commands = {
            "fields": self._fields,
            "display": self._display,
            "filter": self._filter,
            "stats": self._group,
            "sort": self._sort,
            "limit": self._limit,
            "parse": self._parse,
            "dedup": self._dedup,
            "estimate": self._estimate,
        }

    def read(self, api_limit: int | None) -> Plan:
        """Reads all."""
        self._command()
        while self.token.kind != "end":
            self.expect("|")
            self._command()
        plan = self._plan
        if plan.is_estimate and api_limit is not None:
            # The request's limit is a last command, and nothing may come behind an estimate.
            raise malformed(self.query, "unexpected symbol found limit", len(self.query), len(self.query))
        self._order()
        if not self._is_limited or api_limit is not None:
            plan.wholes.append(stages.limited(DEFAULT_LIMIT if api_limit is None else api_limit))
        if self._displayed is not None:
            plan.columns = self._displayed
        return plan

    def _command(self) -> None:
        token = self.token
        command = self._commands.get(token.text.lower()) if token.kind == "name" else None
        is_over = self._plan.is_estimate or (self._is_deduplicated and not token.says("limit"))
        if command is None or is_over:
            self.fail()
        self.place += 1
        command()

    def _fields(self) -> None:
        made: list[tuple[str, Evaluate]] = []
        for found, name in self._columns():
            if not found.is_field or name != found.name:
                made.append((name, found.evaluate))
            self._show(name)
        if made:
            self._add(stages.computed(made))

    def _display(self) -> None:
        columns = self._columns()
        made = [(name, found.evaluate) for found, name in columns if not found.is_field or name != found.name]
        if made:
            self._add(stages.computed(made))
        self._displayed = [name for _, name in columns]

    def _columns(self) -> list[tuple[Expression, str]]:
        """Expressions with the names of their columns."""
        found = [self._column()]
        while self.take(","):
            found.append(self._column())
        return found

    def _column(self) -> tuple[Expression, str]:
        found = self.expression()
        return found, self.name() if self.take("as") else found.name

    def _show(self, name: str) -> None:
        if self.known is not None:
            self.known.add(name)
        if name not in self._plan.columns:
            self._plan.columns.append(name)

    def _filter(self) -> None:
        self._add(stages.filtered(self.condition()))

    def _group(self) -> None:
        self._stats += 1
        if self._stats > MAX_STATS or self._is_ordered or self._is_limited:
            self._refuse("sort and limit come behind the last of two stats commands at most")
        figures: list[Figure] = []
        self.figures = figures
        columns = self._columns()
        self.figures = None
        keys = self._columns() if self.take("by") else []
        names = [name for _, name in keys]
        grouping = Grouping(
            figures,
            [key for key, _ in keys],
            [(name, found.evaluate) for found, name in columns],
            names,
        )
        if self._stats == 1 and not self._plan.wholes:
            self._plan.grouping = grouping
        else:
            self._plan.wholes.append(stages.grouped(grouping))
        self._plan.columns = list(dict.fromkeys([*names, *(name for _, name in columns)]))
        self.known = set(self._plan.columns)

    def _sort(self) -> None:
        keys = [self._sort_key()]
        while self.take(","):
            keys.append(self._sort_key())
        self._is_ordered = True
        self._plan.wholes.append(stages.ordered(keys))

    def _sort_key(self) -> tuple[str, bool]:
        name = self._known_name()
        return name, self.take("desc") or (self.take("asc") and False)

    def _known_name(self) -> str:
        token, name = self.token, self.name()
        if self.known is not None and name not in self.known:
            unexpected(self.query, token)
        return name

    def _limit(self) -> None:
        is_any = self.take("any")
        count = int(number(self.expect_kind("number").text) or 0)
        if not 1 <= count <= MAX_LIMIT:
            self._refuse(f"limit must be between 1 and {MAX_LIMIT}")
        self._is_limited = True
        if is_any and not self._plan.wholes and self._plan.grouping is None:
            self._plan.enough = count
        self._order()
        self._plan.wholes.append(stages.limited(count))

    def _order(self) -> None:
        """Events that the query does not sort come newest first."""
        if not self._is_ordered and not self._stats:
            self._plan.wholes.append(stages.ordered([("@timestamp", True)]))
        self._is_ordered = True

    def _parse(self) -> None:
        source = "@message" if self.token.kind in ("text", "regex") else self._known_name()
        token = self.expect_kind("text", "regex")
        pattern = self.regex(token) if token.kind == "regex" else compile_glob(token.text)
        named = {place: name for name, place in pattern.groupindex.items()}
        names: list[str | None] = [named.get(place) for place in range(1, pattern.groups + 1)]
        if token.kind == "text" or not named:
            self.expect("as")
            names = [self.name()]
            while self.take(","):
                names.append(self.name())
            if len(names) != pattern.groups:
                self._refuse(f"parse has {pattern.groups} placeholders and {len(names)} names")
        self._add(stages.parsed(source, pattern, names))
        for name in names:
            if name is not None:
                self._show(name)

    def _dedup(self) -> None:
        names = [self._known_name()]
        while self.take(","):
            names.append(self._known_name())
        self._order()
        self._is_deduplicated = True
        self._plan.wholes.append(stages.distinct(names))

    def _estimate(self) -> None:
        self._plan.is_estimate = True

    def _add(self, step: Step) -> None:
        plan = self._plan
        if plan.grouping is None and not plan.wholes:
            plan.steps.append(step)
        else:
            plan.wholes.append(stages.stepped(step))

    def _refuse(self, message: str) -> NoReturn:
        token = self.tokens[self.place - 1]
        raise malformed(self.query, message, token.start, token.end)
