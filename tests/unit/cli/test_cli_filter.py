from __future__ import annotations

import pytest
from click.testing import CliRunner

from flowtui.cli.expression import ExpressionError
from flowtui.cli.filter import command, described
from flowtui.filters.parse import parse
from flowtui.records.format import DEFAULT_FORMAT, LogFormat


def shown(*words: str) -> dict[str, str]:
    result = CliRunner().invoke(command, ["--", *words], standalone_mode=False)
    assert result.exception is None
    return {line[:13].strip(): line[14:] for line in result.output.splitlines()}


def test_the_question_of_every_incident() -> None:
    lines = shown("reject", "and", "port", "80")
    assert lines["canonical"] == "reject and port 80"
    assert "action=REJECT" in lines["cloudwatch"]
    assert lines["asks for"] == "reject"
    assert lines["decided here"] == "port 80"
    assert lines["because"]


def test_what_cloudwatch_can_decide_alone_is_left_to_it() -> None:
    lines = shown("reject and dst port 80")
    assert "dstport=80" in lines["cloudwatch"]
    assert lines["decided here"] == "nothing more"
    assert "because" not in lines


@pytest.mark.parametrize(
    ("expression", "query", "counted"),
    [
        ("reject and port 80", 'filter action = "REJECT" and (srcPort = 80 or dstPort = 80)', "by Insights"),
        ("egress", "(everything)", "here: a direction"),
    ],
    ids=["by-insights", "here"],
)
def test_the_query_of_logs_insights(expression: str, query: str, counted: str) -> None:
    lines = shown(expression)
    assert lines["insights"] == query
    assert lines["counted"].startswith(counted)


def test_where_formats_are_mixed_nothing_is_asked_by_place() -> None:
    other = LogFormat.parse("${version} ${srcaddr} ${action}")
    lines = described(parse("dst port 80", 0.0), (DEFAULT_FORMAT, other))
    assert not any("[version" in line or "[a," in line for line in lines)


def test_a_wrong_expression_shows_its_place_and_ends_with_2() -> None:
    with pytest.raises(ExpressionError) as caught:
        command.main(["--", "reject and port 800000"], standalone_mode=False)
    message, expression, marks, *_ = caught.value.message.splitlines()
    assert "65535" in message
    assert marks.index("^") == expression.index("800000")
    assert caught.value.exit_code == 2
