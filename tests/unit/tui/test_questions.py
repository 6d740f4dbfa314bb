from __future__ import annotations

from dataclasses import replace

import pytest

from flowtui.monitor.creation import formats
from flowtui.monitor.creation.answers import Kind, Target
from flowtui.monitor.creation.prepare import FOR_EVER, NEW_ROLE, Wishes
from flowtui.monitor.outside import LogGroup
from flowtui.records.format import LogFormat
from flowtui.tui.questions import ASKS, Ask, Offers, Questions

VPC = Target(Kind.VPC, "vpc-1", "lab", "10.0.0.0/8")
SUBNET = Target(Kind.SUBNET, "subnet-1", "edge")
OFFERS = Offers(
    (LogGroup("/kept", "STANDARD", 7, 0), LogGroup("/ever", "STANDARD", None, 0)), ("old", "other")
)
OWN = LogFormat(("srcaddr", "dstaddr"))


def asked(ask: Ask, **changes: object) -> Questions:
    wishes = replace(Wishes((VPC,)), **changes)  # type: ignore[arg-type]
    return Questions(wishes, OFFERS, ASKS.index(ask))


def answers(questions: Questions, steps: int) -> list[str]:
    """The answers that so many steps to the right go through."""
    seen = []
    for _ in range(steps):
        questions = questions.answered(1)
        seen.append(questions.row(questions.ask)[0])
    return seen


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        (Ask.TRAFFIC, ["accepted only", "rejected only", "accepted and rejected"]),
        (Ask.INTERVAL, ["600 s", "60 s"]),
        (Ask.FIELDS, ["default", "all", "triage"]),
        (Ask.GROUP, ["/kept", "/ever", "/flowtui/lab"]),
        (Ask.ROLE, ["old", "other", "flowtui-lab"]),
        (Ask.TARGETS, ["lab vpc-1, 10.0.0.0/8"]),
    ],
)
def test_the_arrows_go_round_what_there_is(ask: Ask, expected: list[str]) -> None:
    assert answers(asked(ask), len(expected)) == expected


def test_a_format_of_ones_own_stays_among_the_answers() -> None:
    own = asked(Ask.FIELDS).with_fields(OWN)
    assert own.row(Ask.FIELDS) == ("own", formats.Choice.OWN.meaning)
    assert answers(own, 4) == ["triage", "default", "all", "own"]
    assert own.answered(1).answered(-1).wishes.format == OWN


def test_a_name_that_was_typed_stays_among_the_answers() -> None:
    typed = asked(Ask.GROUP).typing_group("/mine")
    assert typed.row(Ask.GROUP) == ("/mine", "new, of the Standard class")
    assert answers(typed, 4) == ["/kept", "/ever", "/flowtui/lab", "/mine"]
    role = asked(Ask.ROLE).typing_role("mine")
    assert answers(role, 4) == ["old", "other", "flowtui-lab", "mine"]


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("/flowtui/lab", ["30 days", "60 days"]),
        ("/kept", ["7 days", "7 days"]),
        ("/ever", ["1 day", "3 days"]),
    ],
    ids=["new", "kept as it is", "a retention for one that has none"],
)
def test_how_long_it_keeps(group: str, expected: list[str]) -> None:
    questions = replace(asked(Ask.GROUP).in_group(group), at=ASKS.index(Ask.KEPT))
    assert answers(questions, 2) == expected


def test_a_new_log_group_may_keep_for_ever() -> None:
    before = asked(Ask.KEPT, retention_days=1).answered(-1)
    assert before.wishes.retention_days == FOR_EVER
    assert before.row(Ask.KEPT)[0] == "for ever"


def test_an_existing_group_is_left_as_it_is_until_something_else_is_asked_for() -> None:
    there = asked(Ask.GROUP).in_group("/ever")
    assert there.wishes.retention_days is None
    assert there.row(Ask.KEPT) == ("for ever", "as it is")
    kept = replace(there, at=ASKS.index(Ask.KEPT)).answered(1)
    assert kept.row(Ask.KEPT) == ("1 day", "what is older is deleted from it")
    assert kept.in_group("/flowtui/lab").wishes.retention_days == 1
    assert kept.in_group("/kept").wishes.retention_days is None


def test_a_log_group_is_left_as_it_is_though_review_comes_before_the_account_was_looked_at() -> None:
    early = replace(asked(Ask.GROUP), offers=Offers())
    assert early.row(Ask.KEPT)[0] == "14 days"
    assert early.wishes.retention_days is None


def test_proposed_names_follow_the_targets_and_typed_ones_stay() -> None:
    assert asked(Ask.TARGETS).of((SUBNET,)).row(Ask.GROUP)[0] == "/flowtui/edge"
    assert asked(Ask.TARGETS).in_group("/mine").of((SUBNET,)).row(Ask.GROUP)[0] == "/mine"
    several = asked(Ask.TARGETS).of((VPC, SUBNET))
    assert several.row(Ask.TARGETS) == ("2 chosen", "lab; edge")
    assert several.row(Ask.ROLE)[0] == "flowtui-lab"


def test_the_group_that_was_proposed_is_taken_as_it_is_where_it_turns_out_to_be_there() -> None:
    there = Offers((LogGroup("/flowtui/lab", "STANDARD", 30, 0),))
    found = replace(asked(Ask.GROUP), offers=Offers()).offered(there)
    assert found.row(Ask.GROUP) == ("/flowtui/lab", "exists")
    assert found.row(Ask.KEPT) == ("30 days", "as it is")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("/kept", ("exists, kept 7 days", True)),
        ("/ever", ("exists, kept for ever", True)),
        ("/new", ("made where it is not there", True)),
        ("a b", ("A log group's name has 1 to 512 letters, digits and . - _ / #.", False)),
        ("", ("A log group's name has 1 to 512 letters, digits and . - _ / #.", False)),
        ("aws/x", ("Names of log groups that begin with aws/ are AWS's own.", False)),
        ("\x1b[31m", ("A log group's name has 1 to 512 letters, digits and . - _ / #.", False)),
    ],
)
def test_names_of_log_groups_are_judged_while_they_are_typed(name: str, expected: tuple[str, bool]) -> None:
    assert asked(Ask.GROUP).judge_group(name) == expected


@pytest.mark.parametrize(
    ("name", "is_right"),
    [
        ("old", True),
        ("", True),
        ("arn:aws:iam::1:role/x", True),
        ("new-one", True),
        ("a/b", False),
        ("x" * 65, False),
    ],
)
def test_names_of_roles_are_judged_while_they_are_typed(name: str, is_right: bool) -> None:
    assert asked(Ask.ROLE).judge_role(name)[1] is is_right


def test_roles_that_fit_are_proposed_beside_a_new_one() -> None:
    assert asked(Ask.ROLE).row(Ask.ROLE) == ("flowtui-lab", "new; old, other would do too")
    alone = replace(asked(Ask.ROLE), offers=Offers())
    assert alone.row(Ask.ROLE) == ("flowtui-lab", "new, for this log group only")


def test_a_role_of_the_proposed_name_that_fits_is_taken_or_another_one_made() -> None:
    offers = Offers(roles=("old", "flowtui-lab"), judged_for="/flowtui/lab")
    there = replace(asked(Ask.ROLE), offers=offers)
    assert there.row(Ask.ROLE) == ("flowtui-lab", "exists, and fits")
    assert there.in_group("/other").row(Ask.ROLE) == ("flowtui-lab", "exists")
    assert answers(there, 3) == ["a new one", "old", "flowtui-lab"]
    assert there.answered(1).wishes.role == NEW_ROLE


def test_an_empty_name_of_a_role_is_the_one_proposed() -> None:
    typed = asked(Ask.ROLE).typing_role("mine")
    assert typed.row(Ask.ROLE) == ("mine", "made where it is not there")
    assert typed.typing_role("").wishes.role is None


def test_the_cursor_stays_among_the_questions() -> None:
    assert asked(Ask.TARGETS).moved(-1).ask is Ask.TARGETS
    assert asked(Ask.ROLE).moved(1).ask is Ask.ROLE
    assert [each.editing != "" for each in ASKS] == [True, False, False, True, True, False, True]
