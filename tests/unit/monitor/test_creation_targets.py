from __future__ import annotations

from dataclasses import replace

import pytest

from flowtui.monitor.creation.answers import AnswerError, Kind, NewGroup, Target, Traffic
from flowtui.monitor.creation.prepare import FOR_EVER, NEW_ROLE, Wishes, prepared
from flowtui.monitor.creation.targets import candidates, targets_of, toggled
from flowtui.monitor.outside import LogGroup
from flowtui.monitor.scope import Scope, ScopeKind
from flowtui.topology.lookup import TopologyIndex
from flowtui.tui.questions import Ask, Questions
from tests.tui import lab
from tests.unit.monitor.creation import ScriptedAccount

INDEX = TopologyIndex(lab.lab_topology())
EVERY = candidates(INDEX)
BY_ID = {each.target.id: each for each in EVERY}


def toggle(chosen: tuple[str, ...], *wanted: str) -> list[str]:
    targets = tuple(BY_ID[each].target for each in chosen)
    for each in wanted:
        targets = toggled(targets, BY_ID[each], EVERY)
    return [target.id for target in targets]


def test_every_vpc_comes_with_its_subnets_and_their_interfaces_under_it() -> None:
    assert [(each.target.kind.value, each.target.name, each.label) for each in EVERY] == [
        ("VPC", "lab", "lab"),
        ("Subnet", "public", "public 1a"),
        ("NetworkInterface", "bastion", "bastion"),
        ("NetworkInterface", "nat-1", "nat-1"),
        ("Subnet", "private", "private 1a"),
        ("NetworkInterface", "app-1", "app-1"),
        ("NetworkInterface", "app-2", "app-2"),
        ("VPC", "default", "default"),
    ]
    assert BY_ID[lab.APP_1].holders == ("vpc-lab", "subnet-private")


def test_what_records_something_already_is_told_also_where_it_lies_in_what_is_recorded() -> None:
    assert BY_ID[lab.APP_1].flow_log_ids == ("fl-0aa1111111111d3d9",)
    assert BY_ID["vpc-default"].flow_log_ids == ()


@pytest.mark.parametrize(
    ("chosen", "wanted", "expected"),
    [
        pytest.param((), ("vpc-lab",), ["vpc-lab"], id="chosen"),
        pytest.param(("vpc-lab",), ("vpc-lab",), [], id="let go"),
        pytest.param(
            ("vpc-default",), ("subnet-public",), ["vpc-default", "subnet-public"], id="beside another"
        ),
        pytest.param(
            ("subnet-public", lab.APP_1, "vpc-default"), ("vpc-lab",), ["vpc-default", "vpc-lab"],
            id="the whole in place of its parts",
        ),
        pytest.param(("vpc-lab",), (lab.APP_1,), [lab.APP_1], id="a part in place of the whole"),
        pytest.param(
            ("subnet-private",), (lab.APP_1, lab.APP_2), [lab.APP_1, lab.APP_2], id="two parts"
        ),
    ],
)  # fmt: skip
def test_nothing_is_chosen_together_with_what_it_lies_in(
    chosen: tuple[str, ...], wanted: tuple[str, ...], expected: list[str]
) -> None:
    assert toggle(chosen, *wanted) == expected


@pytest.mark.parametrize(
    ("kind", "scope_id", "expected"),
    [
        (ScopeKind.VPC, "vpc-lab", ["vpc-lab"]),
        (ScopeKind.OWNER, INDEX.topology.interfaces[0].owner.id, [lab.BASTION]),
        (ScopeKind.INTERFACE, "eni-gone", []),
    ],
    ids=["a VPC", "an owner is its interfaces", "gone"],
)
def test_what_a_node_of_the_tree_means(kind: ScopeKind, scope_id: str, expected: list[str]) -> None:
    assert [each.id for each in targets_of(Scope(kind, scope_id, ""), INDEX)] == expected


def test_the_names_that_are_proposed_are_those_that_are_planned() -> None:
    for candidate in EVERY:
        questions = Questions(Wishes((candidate.target,)))
        bare = TopologyIndex(replace(lab.lab_topology(), flow_logs=()))
        answers = prepared(questions.wishes, ScriptedAccount(), "token", bare).answers
        assert (answers.group.name, answers.role.name) == (
            questions.row(Ask.GROUP)[0], questions.row(Ask.ROLE)[0],
        )  # fmt: skip


def notes(*targets: str) -> tuple[str, ...]:
    bare = TopologyIndex(replace(lab.lab_topology(), flow_logs=()))
    wishes = Wishes(tuple(BY_ID[each].target for each in targets), role=NEW_ROLE)
    return prepared(wishes, ScriptedAccount(), "token", bare).notes


def test_a_flow_log_that_is_there_already_is_refused_before_anything_is_made() -> None:
    wishes = Wishes((BY_ID["vpc-lab"].target,), group=lab.GROUP)
    with pytest.raises(AnswerError, match="fl-0aa1111111111d3d9 of vpc-lab records accepted and rejected"):
        prepared(wishes, ScriptedAccount(), "token", INDEX)
    for other in (replace(wishes, traffic=Traffic.REJECT), replace(wishes, group="/other")):
        assert prepared(other, ScriptedAccount(), "token", INDEX).calls


def test_a_part_asked_for_beside_its_whole_is_noted() -> None:
    (note,) = notes("vpc-lab", "subnet-public")
    assert note == "subnet-public lies in vpc-lab, which is asked for too: its flows are recorded twice."
    assert notes("subnet-public", "subnet-private", "vpc-default") == ()


@pytest.mark.parametrize(
    ("existing", "days", "expected"),
    [
        pytest.param((), FOR_EVER, ("CreateLogGroup", None), id="a new one for ever"),
        pytest.param((), None, ("CreateLogGroup", 14), id="a new one as usual"),
        pytest.param(
            (LogGroup("/flowtui/default", "STANDARD", None, 0),), FOR_EVER, ("", None), id="for ever already"
        ),
        pytest.param(
            (LogGroup("/flowtui/default", "STANDARD", 7, 0),), None, ("", None), id="one that has its own"
        ),
    ],
)
def test_how_long_a_log_group_keeps(
    existing: tuple[LogGroup, ...], days: int | None, expected: tuple[str, int | None]
) -> None:
    target = Target(Kind.VPC, "vpc-default", "default")
    wishes = Wishes((target,), retention_days=days, role=NEW_ROLE)
    plan = prepared(wishes, ScriptedAccount(existing=existing), "token", INDEX)
    calls = {call.operation: call.parameters for call in plan.calls}
    made, kept = expected
    assert ("CreateLogGroup" in calls) == bool(made)
    assert calls.get("PutRetentionPolicy", {}).get("retentionInDays") == kept
    assert isinstance(plan.answers.group, NewGroup) == bool(made)
