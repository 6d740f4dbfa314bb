from __future__ import annotations

from collections.abc import Mapping

import pytest

from flowtui.monitor.creation import report
from flowtui.monitor.creation.answers import Kind, Role, Target
from flowtui.monitor.creation.calls import Call
from flowtui.monitor.creation.progress import Phase, Progress, StepState
from flowtui.monitor.creation.run import ROLE_LOOK_S, ROLE_WAIT_S, Run
from flowtui.monitor.outside import Fault, FaultKind, LogGroup
from tests.unit.monitor import creation
from tests.unit.monitor.creation import DENIED, LOST, SPREADING, VPC, ScriptedAccount, fault

STEPS = ["CreateLogGroup", "PutRetentionPolicy", "CreateRole", "PutRolePolicy", "CreateFlowLogs"]
GROUP, ROLE, POLICY = "group /flowtui/default", "role flowtui-default", "role flowtui-default/deliver"
FLOW_LOG = "fl-04de55"
MADE_BY = {"CreateLogGroup": GROUP, "CreateRole": ROLE, "PutRolePolicy": POLICY, "CreateFlowLogs": FLOW_LOG}
SUBNETS = tuple(Target(Kind.SUBNET, f"subnet-{letter}") for letter in "abc")


def run_on(account: ScriptedAccount, **changes: object) -> Run:
    return Run(creation.plan(**changes), account, account.clock)


def states(progress: Progress) -> list[StepState]:
    return [step.state for step in progress.steps]


def named(run: Run) -> dict[str, str]:
    return dict(report.leftovers(run.plan, run.progress))


def test_the_whole_is_made_in_order_and_undone_newest_first() -> None:
    account = ScriptedAccount()
    run = run_on(account)
    done = run.go()
    assert (done.phase, done.flow_log_ids) == (Phase.CREATED, (FLOW_LOG,))
    assert account.asked() == STEPS
    assert set(account.things) == set(MADE_BY.values())
    assert report.headline(done) == f"Created {FLOW_LOG}."
    assert run.undo().phase is Phase.UNDONE
    assert account.asked()[5:] == ["DeleteFlowLogs", "DeleteRolePolicy", "DeleteRole", "DeleteLogGroup"]
    assert account.things == {}
    assert named(run) == {}
    assert set(states(run.progress)) == {StepState.UNDONE}


@pytest.mark.parametrize("broken", STEPS)
@pytest.mark.parametrize(
    "failure", [DENIED, fault(FaultKind.INVALID), fault(FaultKind.NETWORK, code="EndpointConnectionError")],
    ids=["denied", "refused", "no connection"],
)  # fmt: skip
def test_a_call_that_fails_leaves_a_true_report_and_nothing_unnamed(broken: str, failure: Fault) -> None:
    account = ScriptedAccount(before={broken: [failure]})
    run = run_on(account)
    failed = run.go()
    assert failed.phase is Phase.FAILED
    assert failed.fault == failure
    assert report.headline(failed).startswith(f"Failed at {broken}. {failure.sentence}")
    assert account.asked() == STEPS[: STEPS.index(broken) + 1]
    assert len(named(run)) == len(account.things)
    undone = run.undo()
    assert undone.phase is Phase.UNDONE
    assert account.things == {}


@pytest.mark.parametrize("broken", STEPS)
def test_trying_again_goes_on_where_it_failed(broken: str) -> None:
    account = ScriptedAccount(before={broken: [DENIED]})
    run = run_on(account)
    run.go()
    assert run.progress.is_resumable
    assert run.go().phase is Phase.CREATED
    assert account.asked() == sorted([*STEPS, broken], key=STEPS.index)
    assert run.undo().phase is Phase.UNDONE
    assert account.things == {}


@pytest.mark.parametrize("broken", MADE_BY)
def test_an_answer_that_is_lost_is_found_out_about(broken: str) -> None:
    account = ScriptedAccount(after={broken: [LOST]})
    run = run_on(account)
    first = run.go()
    if first.phase is Phase.FAILED:
        assert broken == "PutRolePolicy"  # It may be made twice.
        assert run.go().phase is Phase.CREATED
    assert set(account.things) == set(MADE_BY.values())
    assert run.undo().phase is Phase.UNDONE
    assert account.things == {}


@pytest.mark.parametrize("broken", MADE_BY)
@pytest.mark.parametrize("was_done", [True, False], ids=["done", "not done"])
def test_what_cannot_be_found_out_is_told_as_such_and_settled_later(broken: str, was_done: bool) -> None:
    lost = {broken: [LOST]}
    account = ScriptedAccount(before={} if was_done else lost, after=lost if was_done else {}, is_blind=True)
    run = run_on(account)
    assert run.go().phase is Phase.FAILED
    step = run.progress.steps[STEPS.index(broken)]
    assert step.state is StepState.UNCLEAR
    said = named(run)
    if broken == "PutRolePolicy":
        assert "policy of the role flowtui-default" in said
    else:
        (maybe,) = [words for words in said if words.startswith("may exist: ")]
        assert "# look" in said[maybe]
    # Blind, a role or group is not deleted that might be somebody else's.
    if broken != "PutRolePolicy":
        assert run.undo().phase is Phase.UNDO_FAILED
        assert MADE_BY[broken] not in account.things or "Delete" not in "".join(account.asked())
    account.is_blind = False
    assert run.undo().phase is Phase.UNDONE
    assert account.things == {}


def test_what_exists_although_it_was_not_there_before_is_not_ours() -> None:
    account = ScriptedAccount(things={GROUP: {}})
    run = run_on(account)
    assert run.go().phase is Phase.FAILED
    assert named(run) == {}
    run.undo()
    assert account.asked() == ["CreateLogGroup"]


def test_a_new_role_is_waited_for() -> None:
    account = ScriptedAccount(before={"CreateFlowLogs": [SPREADING] * 3})
    run = run_on(account)
    notes: list[str] = []
    run._changed = lambda progress: notes.append(progress.steps[-1].note)
    assert run.go().phase is Phase.CREATED
    assert account.clock.waits == [ROLE_LOOK_S] * 3
    assert any("IAM is spreading the role, for 120 s at most" in note for note in notes)
    tokens = {call.parameters["ClientToken"] for call in account.calls if call.operation == "CreateFlowLogs"}
    assert len(tokens) == 1


def test_waiting_for_the_role_ends_after_two_minutes() -> None:
    account = ScriptedAccount(before={"CreateFlowLogs": [SPREADING] * 100})
    run = run_on(account)
    failed = run.go()
    assert failed.phase is Phase.FAILED
    assert sum(account.clock.waits) == pytest.approx(ROLE_WAIT_S, abs=2 * ROLE_LOOK_S)
    assert "trust policy" in report.headline(failed)
    account.before.clear()
    assert run.go().phase is Phase.CREATED


@pytest.mark.parametrize(("age_s", "is_waited_for"), [(30, True), (86_400, False), (None, False)])
def test_a_role_that_exists_is_waited_for_only_while_it_is_young(
    age_s: float | None, is_waited_for: bool
) -> None:
    account = ScriptedAccount(before={"CreateFlowLogs": [SPREADING]})
    created = None if age_s is None else account.clock.now() - age_s
    run = run_on(account, role=Role("old", "arn:aws:iam::123456789012:role/old", created))
    assert run.go().phase is (Phase.CREATED if is_waited_for else Phase.FAILED)


def test_the_waiting_can_be_stopped_and_gone_on_with() -> None:
    account = ScriptedAccount(before={"CreateFlowLogs": [SPREADING]})
    run = run_on(account)
    run._changed = lambda progress: run.stop() if "spreading" in progress.steps[-1].note else None
    assert run.go().phase is Phase.STOPPED
    assert len(named(run)) == 3
    run._changed = lambda _: None
    assert run.go().phase is Phase.CREATED


def test_all_that_is_refused_for_a_new_role_is_tried_again_by_another_token() -> None:
    refusal = {VPC.id: "Unable to assume given IAM role"}
    account = ScriptedAccount(unsuccessful=[refusal, refusal])
    assert run_on(account).go().phase is Phase.CREATED
    tokens = [call.parameters["ClientToken"] for call in account.calls if call.operation == "CreateFlowLogs"]
    assert len(set(tokens)) == 3


def test_success_in_part_is_told_by_resource_and_the_rest_can_be_tried_again() -> None:
    account = ScriptedAccount(unsuccessful=[{"subnet-b": "\x1b[31mno [red]such thing"}])
    run = run_on(account, targets=SUBNETS)
    partly = run.go()
    assert partly.phase is Phase.PARTLY
    assert partly.flow_log_ids == ("fl-a", "fl-c")
    headline = report.headline(partly)
    assert "1 resource without: subnet-b:" in headline
    assert "\x1b" not in headline
    again = run.go()
    assert (again.phase, again.flow_log_ids) == (Phase.CREATED, ("fl-a", "fl-c", "fl-b"))
    assert account.calls[-1].parameters["ResourceIds"] == ["subnet-b"]
    assert run.undo().phase is Phase.UNDONE
    assert account.things == {}


def test_a_lost_answer_of_several_is_completed_by_what_is_there() -> None:
    account = ScriptedAccount(unsuccessful=[{"subnet-b": "no"}], after={"CreateFlowLogs": [LOST]})
    run = run_on(account, targets=SUBNETS)
    partly = run.go()
    assert partly.flow_log_ids == ("fl-a", "fl-c")
    assert [each.resource_id for each in partly.refused] == ["subnet-b"]


def test_none_of_several_is_a_failure_not_a_success() -> None:
    account = ScriptedAccount(unsuccessful=[{each.id: "no" for each in SUBNETS}])
    failed = run_on(account, targets=SUBNETS).go()
    assert failed.phase is Phase.FAILED
    assert "subnet-a, subnet-b, subnet-c: no." in report.headline(failed)


def test_throttling_is_waited_out() -> None:
    account = ScriptedAccount(before={"CreateRole": [fault(FaultKind.THROTTLED)] * 2})
    assert run_on(account).go().phase is Phase.CREATED
    assert account.clock.waits == [1.0, 2.0]


@pytest.mark.parametrize("broken", ["DeleteFlowLogs", "DeleteRolePolicy", "DeleteRole", "DeleteLogGroup"])
def test_undoing_that_fails_names_what_is_left_and_goes_on_later(broken: str) -> None:
    account = ScriptedAccount(before={broken: [DENIED]})
    run = run_on(account)
    run.go()
    assert run.undo().phase is Phase.UNDO_FAILED
    assert len(named(run)) == len(account.things) > 0
    assert run.undo().phase is Phase.UNDONE
    assert account.things == {}


def test_undoing_takes_what_is_gone_already_for_done() -> None:
    account = ScriptedAccount()
    run = run_on(account)
    run.go()
    del account.things[POLICY], account.things[GROUP]
    assert run.undo().phase is Phase.UNDONE
    assert account.things == {}


def test_what_was_there_before_is_never_removed() -> None:
    account = ScriptedAccount(things={GROUP: {}, "role old": {}})
    run = run_on(
        account,
        group=LogGroup("/flowtui/default", "STANDARD", None, 0),
        set_retention_days=14,
        role=Role("old", "arn:aws:iam::123456789012:role/old"),
    )
    assert run.go().phase is Phase.CREATED
    assert account.asked() == ["PutRetentionPolicy", "CreateFlowLogs"]
    left: Mapping[str, str] = named(run)
    assert any("delete-retention-policy" in command for command in left.values())
    run.undo()
    assert not {"DeleteLogGroup", "DeleteRole", "DeleteRolePolicy"} & set(account.asked())
    assert set(account.things) == {GROUP, "role old"}


def test_a_kind_that_is_refused_does_not_keep_the_others_from_their_flow_logs() -> None:
    subnet, interface = Target(Kind.SUBNET, "subnet-1"), Target(Kind.INTERFACE, "eni-1")
    account = ScriptedAccount(unsuccessful=[{"subnet-1": "It is not yours."}])
    run = Run(creation.plan(targets=(subnet, interface)), account, account.clock)
    partly = run.go()
    assert (partly.phase, partly.flow_log_ids) == (Phase.PARTLY, ("fl-1",))
    assert [each.resource_id for each in partly.refused] == ["subnet-1"]
    assert run.go().phase is Phase.CREATED


def test_what_is_refused_whole_has_failed_and_can_be_gone_on_with() -> None:
    refusals = [{"subnet-1": "It is not yours."}, {"eni-1": "Nor this."}]
    account = ScriptedAccount(unsuccessful=refusals)
    targets = (Target(Kind.SUBNET, "subnet-1"), Target(Kind.INTERFACE, "eni-1"))
    run = Run(creation.plan(targets=targets), account, account.clock)
    failed = run.go()
    assert failed.phase is Phase.FAILED
    assert failed.fault is not None
    assert failed.fault.sentence == "subnet-1: It is not yours. eni-1: Nor this."
    assert run.go().phase is Phase.CREATED


def test_an_undo_that_is_stopped_tells_what_is_left() -> None:
    class Stopping(ScriptedAccount):
        def call(self, call: Call) -> Mapping[str, object]:
            if call.operation == "DeleteFlowLogs":
                run.stop()
            return super().call(call)

    account = Stopping()
    run = Run(creation.plan(), account, account.clock)
    run.go()
    stopped = run.undo()
    assert stopped.phase is Phase.UNDO_FAILED
    assert [made.words.split()[0] for made in stopped.made] == ["policy", "role", "log"]
    assert run.undo().phase is Phase.UNDONE
