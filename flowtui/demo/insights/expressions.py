"""Expressions: parsed to a function of a row.

`or` binds least, then `and`, `not`, comparisons, sums, products, powers. Names in capitals or not are the
same where they are keywords or functions, and different where they are fields.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

from flowtui.demo.insights import functions, periods
from flowtui.demo.insights.aggregates import MAKERS, Aggregate, Count
from flowtui.demo.insights.lexer import Token, malformed, unexpected
from flowtui.demo.insights.reader import Reader
from flowtui.demo.insights.regexes import compile_regex
from flowtui.demo.insights.rows import Row
from flowtui.demo.insights.values import Leeway, Value, are_equal, comparer, number, text

Evaluate = Callable[[Row], Value]

_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression."""

    evaluate: Evaluate
    name: str
    """A field's name, else the text as it was written: what a column without an alias is called."""
    is_field: bool = False
    is_test: bool = False
    """Whether it is true or false, so that it may be a condition."""


@dataclass(frozen=True, slots=True)
class Figure:
    """An aggregate of a `stats` command: where its result is put, what it is made by, and of what."""

    name: str
    make: Callable[[], Aggregate]
    of: Evaluate


class ExpressionReader(Reader):
    """Reads expressions; while a `stats` command is read, `figures` takes its aggregates."""

    def __init__(self, query: str, leeway: Leeway) -> None:
        """Raises AwsError where there is something that is no token."""
        super().__init__(query)
        self.leeway = leeway
        self.figures: list[Figure] | None = None
        self.known: set[str] | None = None
        """The fields that there are; None where any may be."""

    def condition(self) -> Evaluate:
        """Reads an expression that must be a condition."""
        start = self.place
        found = self.expression()
        return self._test(found, start).evaluate

    def expression(self) -> Expression:
        """Reads an expression."""
        return self._operands("or", self._and, found_at=True)

    def _and(self) -> Expression:
        return self._operands("and", self._not, found_at=False)

    def _operands(self, word: str, part: Callable[[], Expression], *, found_at: bool) -> Expression:
        start = self.place
        first = part()
        if not self.token.says(word):
            return first
        tests = [self._test(first, start).evaluate]
        while self.take(word):
            place = self.place
            tests.append(self._test(part(), place).evaluate)
        return self._written(_joined(tests, found_at), start, is_test=True)

    def _not(self) -> Expression:
        start = self.place
        if not self.take("not"):
            return self._comparison()
        inner = self._test(self._not(), start + 1).evaluate
        return self._written(_negated(inner), start, is_test=True)

    def _test(self, found: Expression, start: int) -> Expression:
        if not found.is_test:
            unexpected(self.query, self.tokens[start])
        return found

    def _comparison(self) -> Expression:
        start = self.place
        left = self._sum()
        token = self.token
        if token.kind == "op" and token.text in _COMPARISONS:
            self.place += 1
            compare, right = comparer(token.text, self.leeway), self._sum().evaluate
            value = left.evaluate
            return self._written(lambda row: compare(value(row), right(row)), start, is_test=True)
        is_not = token.says("not") and self.tokens[self.place + 1].says("in", "like")
        self.place += is_not
        if self.take("in"):
            test = self._membership(left.evaluate)
        elif self.take("like"):
            test = self._likeness(left.evaluate)
        elif self.take("=~"):
            test = self._likeness(left.evaluate, only_regex=True)
        else:
            return left
        return self._written(_negated(test) if is_not else test, start, is_test=True)

    def _membership(self, value: Evaluate) -> Evaluate:
        self.expect("[")
        wanted = [self._literal()]
        while self.take(","):
            wanted.append(self._literal())
        self.expect("]")
        leeway = self.leeway

        def is_member(row: Row) -> Value:
            found = value(row)
            if found is None:
                return None if leeway.absent_spreads else False
            return any(are_equal(found, each, leeway) for each in wanted)

        return is_member

    def _literal(self) -> Value:
        sign = -1 if self.take("-") else 1
        token = self.expect_kind("number", "text") if sign == 1 else self.expect_kind("number")
        return token.text if token.kind == "text" else sign * (number(token.text) or 0)

    def _likeness(self, value: Evaluate, *, only_regex: bool = False) -> Evaluate:
        token = self.expect_kind("regex") if only_regex else self.expect_kind("regex", "text")
        search = (
            self.regex(token).search if token.kind == "regex" else re.compile(re.escape(token.text)).search
        )
        spreads = self.leeway.absent_spreads

        def is_like(row: Row) -> Value:
            found = value(row)
            if found is None:
                return None if spreads else False
            return search(text(found)) is not None

        return is_like

    def regex(self, token: Token) -> re.Pattern[str]:
        """The pattern of a token. Raises AwsError."""
        try:
            return compile_regex(token.text)
        except ValueError as error:
            raise malformed(self.query, str(error), token.start, token.end) from None

    def _sum(self) -> Expression:
        return self._chain(self._product, {"+": operator.add, "-": operator.sub})

    def _product(self) -> Expression:
        return self._chain(
            self._power, {"*": operator.mul, "/": operator.truediv, "%": operator.mod}
        )  # fmt: skip

    def _power(self) -> Expression:
        return self._chain(self._unary, {"^": math.pow})

    def _chain(
        self, part: Callable[[], Expression], operators: dict[str, Callable[[float, float], float]]
    ) -> Expression:
        start = self.place
        found = part()
        while self.token.kind == "op" and self.token.text in operators:
            apply = operators[self.token.text]
            self.place += 1
            found = self._written(_calculated(apply, found.evaluate, part().evaluate), start)
        return found

    def _unary(self) -> Expression:
        start = self.place
        if not self.take("-"):
            return self._primary()
        return self._written(_calculated(operator.sub, lambda row: 0, self._primary().evaluate), start)

    def _primary(self) -> Expression:
        token, start = self.token, self.place
        if token.kind in ("number", "text"):
            value = self._literal()
            return self._written(lambda row: value, start)
        if self.take("("):
            return self._parenthesized()
        if token.kind == "name" and self.tokens[self.place + 1].says("("):
            return self._call()
        name = self.name()
        if self.known is not None and name not in self.known:
            unexpected(self.query, token)
        return Expression(lambda row: row.get(name), name, is_field=True)

    def _parenthesized(self) -> Expression:
        start = self.place - 1
        inner = self.expression()
        self.expect(")")
        return self._written(inner.evaluate, start, is_test=inner.is_test)

    def _call(self) -> Expression:
        token, start = self.token, self.place
        name = token.text.lower()
        if name in MAKERS:
            return self._aggregate(name)
        if name in ("bin", "datefloor", "dateceil"):
            return self._period(name)
        function = functions.named(name)
        if function is None:
            self.fail()
        self.place += 2
        arguments: list[Evaluate] = []
        if not self.take(")"):
            arguments.append(self.expression().evaluate)
            while self.take(","):
                arguments.append(self.expression().evaluate)
            self.expect(")")
        if not function.least <= len(arguments) <= function.most:
            unexpected(self.query, token)
        call = function.call
        return self._written(
            lambda row: call(*[argument(row) for argument in arguments]), start, is_test=function.is_test
        )

    def _aggregate(self, name: str) -> Expression:
        figures, start = self.figures, self.place
        if figures is None:
            self.fail()
        self.place += 2
        make: Callable[[], Aggregate] = MAKERS[name]
        of: Evaluate = _nothing
        if name == "count" and (self.take("*") or self.token.says(")")):
            make = lambda: Count(of_all=True)  # noqa: E731
        else:
            # One aggregate is not an argument of another.
            self.figures = None
            of = self.expression().evaluate
            self.figures = figures
        self.expect(")")
        put = f"\0{len(figures)}"
        figures.append(Figure(put, make, of))
        return self._written(lambda row: row.get(put), start)

    def _period(self, name: str) -> Expression:
        start = self.place
        self.place += 2
        value: Evaluate = lambda row: row.get("@timestamp")  # noqa: E731
        if name != "bin":
            value = self.expression().evaluate
            self.expect(",")
        elif self.known is not None and "@timestamp" not in self.known:
            unexpected(self.query, self.tokens[start])
        token = self.expect_kind("period")
        length = periods.length_ms(token.text)
        if length is None:
            unexpected(self.query, token)
        self.expect(")")
        to_whole = periods.ceil if name == "dateceil" else periods.floor

        def evaluate(row: Row) -> Value:
            at = number(value(row))
            return None if at is None else to_whole(int(at), length)

        return self._written(evaluate, start)

    def _written(self, evaluate: Evaluate, start: int, *, is_test: bool = False) -> Expression:
        written = self.query[self.tokens[start].start : self.tokens[self.place - 1].end]
        return Expression(evaluate, written, is_test=is_test)


def _nothing(row: Row) -> Value:
    return None


def _joined(tests: list[Evaluate], found_at: bool) -> Evaluate:
    """`or` where `found_at` is true, `and` where it is false: an operand that is so decides."""

    def evaluate(row: Row) -> Value:
        result: Value = not found_at
        for test in tests:
            found = test(row)
            if found is None:
                result = None
            elif bool(found) is found_at:
                return found_at
        return result

    return evaluate


def _negated(test: Evaluate) -> Evaluate:
    def negated(row: Row) -> Value:
        found = test(row)
        return None if found is None else not found

    return negated


def _calculated(apply: Callable[[float, float], float], left: Evaluate, right: Evaluate) -> Evaluate:
    def evaluate(row: Row) -> Value:
        a, b = number(left(row)), number(right(row))
        if a is None or b is None:
            return None
        try:
            return apply(a, b)
        except (ArithmeticError, ValueError):
            return None

    return evaluate
