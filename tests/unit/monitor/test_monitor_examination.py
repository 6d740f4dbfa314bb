"""The examination of an account: each fault is named with its cure, and so is whether it will do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

import pytest

from flowtui.monitor.examination import examine
from flowtui.monitor.health import Finding, Health, Wanted, works
from flowtui.monitor.outside import (
    Fault,
    FaultError,
    FaultKind,
    Identity,
    Insights,
    LogGroup,
    Page,
    PageRequest,
)
from flowtui.monitor.settings import Settings
from flowtui.records.events import LogEvents
from flowtui.topology.model import Missing, Topology, Vpc
from flowtui.topology.rules import Rules
from tests.unit.monitor.scripted import GROUP, FakeClock
from tests.unit.monitor.world import FLOW_LOG, TOPOLOGY, Account, Lines, line

NOW = 1_780_000_000.0
DENIED = Fault(FaultKind.DENIED, "logs:FilterLogEvents", "Reading is denied.", "Allow it.")
WANTED = (
    Wanted("ec2:DescribeFlowLogs", "flow logs are not found"),
    Wanted("logs:FilterLogEvents", "there are no records"),
    Wanted("ec2:DescribeNetworkAcls", "why is not known"),
    Wanted("ec2:DescribeSecurityGroups", "why is not known"),
    Wanted("logs:StartQuery", "there is no history", "AWS bills queries"),
    Wanted("logs:GetLogGroupFields", "there is no history"),
)
ANSWERED = frozenset(each.action for each in WANTED if not each.untried)


@dataclass
class Examined(Account):
    """An account that also tells of its log groups and of the way in."""

    groups_: tuple[LogGroup, ...] = (LogGroup(GROUP, "STANDARD", 14, 2048),)
    groups_fault: Fault | None = None
    rules_missing: tuple[Missing, ...] = ()
    fields_fault: Fault | None = None
    skew_s: float | None = None
    answered_: frozenset[str] = ANSWERED
    asked_groups: list[tuple[str, ...]] = field(default_factory=list)
    asked_fields: list[str] = field(default_factory=list)

    def identity(self) -> Identity:
        return replace(super().identity(), skew_s=self.skew_s)

    def answered(self) -> frozenset[str]:
        return self.answered_

    def insights(self) -> Insights:
        return cast(Insights, self)

    def field_names(self, group: str) -> frozenset[str]:
        self.asked_fields.append(group)
        if self.fields_fault is not None:
            raise FaultError(self.fields_fault)
        return frozenset()

    def credentials_source(self) -> str:
        return "SSO"

    def log_groups(self, groups: tuple[str, ...] = ()) -> tuple[LogGroup, ...]:
        self.asked_groups.append(groups)
        if self.groups_fault is not None:
            raise FaultError(self.groups_fault)
        return self.groups_

    def rules(self, topology: Topology) -> Rules:
        return Rules(NOW, missing=self.rules_missing)


def fresh() -> Lines:
    return Lines([line(int(NOW) - 90)])


def examined(
    account: Examined, settings: Settings | None = None, regions: Sequence[str] = ()
) -> list[Finding]:
    return list(examine(lambda _: account, settings or Settings(), WANTED, FakeClock(NOW), regions))


def about(findings: list[Finding], subject: str) -> Finding:
    (found,) = (each for each in findings if each.subject == subject)
    return found


def test_a_healthy_account_works_and_every_finding_is_good() -> None:
    findings = examined(Examined(fresh()))
    assert works(findings)
    assert {each.health for each in findings} == {Health.GOOD, Health.UNTRIED}
    assert about(findings, "account").sentence == "123456789012 as user/me, by SSO."
    told = about(findings, GROUP).sentence
    assert "began 90 s ago, arrived 30 s ago; half arrive within 60 s; Standard class, kept 14 days" in told


def test_without_sign_in_there_is_one_finding_and_it_says_what_to_do() -> None:
    fault = Fault(FaultKind.EXPIRED, "", "The sign-in has expired.", "aws sso login")
    (finding,) = examined(Examined(fault=fault))
    assert (finding.health, finding.sentence, finding.cure) == (Health.BAD, fault.sentence, "aws sso login")
    assert not works([finding])


def test_an_account_that_cannot_be_connected_to_is_told_too() -> None:
    def refuse(_: Settings) -> Examined:
        raise FaultError(Fault(FaultKind.NO_REGION, "", "No AWS region is set.", "Say --region."))

    (finding,) = examine(refuse, Settings(), WANTED, FakeClock(NOW))
    assert finding.sentence == "No AWS region is set."


def _with_log(**changes: str | int | None) -> Examined:
    log = replace(FLOW_LOG, **changes)  # type: ignore[arg-type]
    return Examined(fresh(), replace(TOPOLOGY, flow_logs=(log,)))


@pytest.mark.parametrize(
    ("account", "subject", "health", "words", "is_working"),
    [
        (
            lambda: _with_log(delivery_status="FAILED", delivery_error="Access error"),
            "fl-1",
            Health.BAD,
            ("delivery fails: Access error", "trust vpc-flow-logs", ": flowtui create-flow-log --vpc vpc-1"),
            True,
        ),
        (
            lambda: _with_log(delivery_status="FAILED", delivery_error="Rate limited"),
            "fl-1",
            Health.BAD,
            ("Rate limited", "quota"),
            True,
        ),
        (
            lambda: _with_log(delivery_status="FAILED", delivery_error="Unknown error"),
            "fl-1",
            Health.BAD,
            ("Unknown error", "create it again"),
            True,
        ),
        (
            lambda: _with_log(destination_type="s3", log_group=None, destination="arn:aws:s3:::flows"),
            "log groups",
            Health.BAD,
            ("deliver to S3 only", "CloudWatch Logs"),
            False,
        ),
        (
            lambda: _with_log(format="${srcaddr} ${dstaddr} ${bytes}"),
            "fl-1",
            Health.NOTE,
            ("its 3 fields lack action", "Create one more"),
            True,
        ),
        (
            lambda: _with_log(format="no format"),
            "fl-1",
            Health.NOTE,
            ("its format is not understood", "--format"),
            True,
        ),
        (
            lambda: Examined(fresh(), replace(TOPOLOGY, flow_logs=())),
            "vpc-1",
            Health.NOTE,
            ("No flow log covers vpc-1 lab", "flowtui create-flow-log --vpc vpc-1"),
            False,
        ),
        (
            lambda: Examined(fresh(), groups_=(LogGroup(GROUP, "INFREQUENT_ACCESS", None, 0),)),
            GROUP,
            Health.BAD,
            ("Infrequent Access class", "flowtui history"),
            False,
        ),
        (lambda: Examined(fresh(), groups_=()), GROUP, Health.NOTE, ("Does not exist",), False),
        (lambda: Examined(Lines()), GROUP, Health.NOTE, ("nothing within the last hour",), True),
        (lambda: Examined(Lines(fault=DENIED)), GROUP, Health.BAD, ("Reading is denied.", "Allow"), False),
    ],
    ids=[
        "access error",
        "rate limited",
        "unknown error",
        "to S3",
        "format lacks the action",
        "unreadable format",
        "no flow log",
        "infrequent access",
        "no such group yet",
        "silent group",
        "denied group",
    ],
)
def test_each_fault_is_named_with_its_cure(
    account: Callable[[], Examined], subject: str, health: Health, words: tuple[str, ...], is_working: bool
) -> None:
    findings = examined(account())
    found = about(findings, subject)
    assert found.health is health
    for word in words:
        assert word in f"{found.sentence} {found.cure}"
    assert works(findings) is is_working


def test_denied_actions_are_named_one_by_one_with_what_is_lost() -> None:
    missing = Missing("network ACLs", "ec2:DescribeNetworkAcls", "It is denied.", is_denied=True)
    findings = examined(Examined(fresh(), rules_missing=(missing,)))
    found = about(findings, "ec2:DescribeNetworkAcls")
    assert found.health is Health.NOTE
    assert found.sentence == "It is denied."
    assert "iam-policy" in found.cure
    assert "why is not known" in found.cure
    assert works(findings)


def test_a_part_that_failed_otherwise_is_not_laid_to_the_policy() -> None:
    missing = Missing("network ACLs", "ec2:DescribeNetworkAcls", "It was reset.")
    found = about(examined(Examined(fresh(), rules_missing=(missing,))), "ec2:DescribeNetworkAcls")
    assert "iam-policy" not in found.cure


def test_a_denied_reading_is_no_permission_that_is_there() -> None:
    found = about(examined(Examined(Lines(fault=DENIED))), "logs:FilterLogEvents")
    assert found.sentence == "Reading is denied."


def test_what_nothing_asked_for_is_no_permission_that_is_there() -> None:
    """Where there is no group, whether it could be read is not known."""
    account = Examined(
        fresh(), replace(TOPOLOGY, flow_logs=()), answered_=ANSWERED - {"logs:FilterLogEvents"}
    )
    found = about(examined(account), "logs:FilterLogEvents")
    assert found.health is Health.UNTRIED
    assert "nothing to try it on" in found.sentence


def test_a_denial_is_told_in_few_words() -> None:
    sentence = (
        "ec2:DescribeNetworkAcls is denied because no policy allows the ec2:DescribeNetworkAcls action."
    )
    missing = Missing("network ACLs", "ec2:DescribeNetworkAcls", sentence, is_denied=True)
    found = about(examined(Examined(fresh(), rules_missing=(missing,))), "ec2:DescribeNetworkAcls")
    assert found.sentence == "Denied because no policy allows it."


def test_what_is_allowed_beside_what_is_not_is_told_too() -> None:
    missing = Missing("network ACLs", "ec2:DescribeNetworkAcls", "It is denied.", is_denied=True)
    found = about(examined(Examined(fresh(), rules_missing=(missing,))), "ec2:DescribeSecurityGroups")
    assert (found.health, found.actions) == (Health.GOOD, ("ec2:DescribeSecurityGroups",))


def test_the_fields_of_one_group_are_asked_for_since_that_costs_nothing() -> None:
    fault = Fault(FaultKind.DENIED, "logs:GetLogGroupFields", "Asking for fields is denied.", "Allow it.")
    account = Examined(fresh(), fields_fault=fault)
    assert about(examined(account), "logs:GetLogGroupFields").sentence == "Asking for fields is denied."
    assert account.asked_fields == [GROUP]


def test_a_group_that_only_failing_flow_logs_write_to_and_that_is_silent_is_not_followed() -> None:
    log = replace(FLOW_LOG, delivery_status="FAILED", delivery_error="Access error")
    account = Examined(Lines(), replace(TOPOLOGY, flow_logs=(log,)))
    findings = examined(account)
    assert about(findings, GROUP).health is Health.BAD
    assert "no delivery to it works" in about(findings, GROUP).sentence
    assert not works(findings)


@dataclass
class Moody(Lines):
    """Logs whose first answers are no use: throttled, or pages with nothing but a token."""

    throttled: int = 0
    empty: int = 0

    def page(self, request: PageRequest) -> Page:
        if self.throttled:
            self.throttled -= 1
            raise FaultError(Fault(FaultKind.THROTTLED, "logs:FilterLogEvents", "Too many.", ""))
        if self.empty:
            self.empty -= 1
            return Page(LogEvents([], [], [], [], []), "more", 0)
        return super().page(request)


@pytest.mark.parametrize("logs", [Moody(throttled=2), Moody(empty=3)], ids=["throttled", "empty pages"])
def test_what_passes_by_itself_is_waited_for(logs: Moody) -> None:
    logs.lines = fresh().lines
    assert "began" in about(examined(Examined(logs)), GROUP).sentence


def test_a_group_that_stays_throttled_is_told_so() -> None:
    found = about(examined(Examined(Moody(throttled=99))), GROUP)
    assert (found.health, found.sentence) == (Health.BAD, "Too many.")


@pytest.mark.parametrize(
    ("region", "health", "cure"),
    [
        ("eu-west-1", Health.GOOD, ""),
        ("eu-wset-1", Health.NOTE, "Say --region eu-west-1, if that is meant."),
    ],
)
def test_a_region_that_nobody_knows_is_told(region: str, health: Health, cure: str) -> None:
    class There(Examined):
        def identity(self) -> Identity:
            return replace(super().identity(), region=region)

    found = about(examined(There(fresh()), regions=("eu-west-1", "us-east-1")), "region")
    assert (found.health, found.cure) == (health, cure)


def test_a_vpc_that_is_not_there_is_told() -> None:
    found = about(examined(Examined(fresh()), Settings(vpc_ids=("vpc-9",))), "vpc-9")
    assert (found.health, found.sentence) == (Health.BAD, "There is no VPC vpc-9 in eu-west-1.")


def test_commands_to_copy_name_the_profile_and_the_region_that_were_given() -> None:
    account = Examined(fresh(), replace(TOPOLOGY, flow_logs=()))
    found = about(examined(account, Settings(profile="lab one", region="eu-west-1")), "vpc-1")
    assert found.cure == "flowtui create-flow-log --vpc vpc-1 --profile 'lab one' --region eu-west-1"


def test_what_is_billed_is_not_tried_and_says_so() -> None:
    found = about(examined(Examined(fresh())), "logs:StartQuery")
    assert found.health is Health.UNTRIED
    assert "AWS bills queries" in found.sentence


def test_groups_that_may_not_be_described_are_read_all_the_same() -> None:
    fault = Fault(FaultKind.DENIED, "logs:DescribeLogGroups", "Describing is denied.", "Allow it.")
    findings = examined(Examined(fresh(), groups_fault=fault))
    assert works(findings)
    assert "began 90 s ago" in about(findings, GROUP).sentence


def test_a_group_named_by_its_arn_is_found_by_its_name() -> None:
    arn = f"arn:aws:logs:eu-west-1:123456789012:log-group:{GROUP}"
    findings = examined(Examined(fresh()), Settings(log_groups=(arn,)))
    assert "kept 14 days" in about(findings, arn).sentence


@pytest.mark.parametrize(
    ("skew_s", "health", "word"),
    [(0.0, Health.GOOD, "Agrees"), (40.0, Health.NOTE, "40 s ahead of"), (-40.0, Health.NOTE, "40 s behind")],
    ids=["right", "ahead", "behind"],
)
def test_the_clock_is_compared_with_that_of_aws(skew_s: float, health: Health, word: str) -> None:
    found = about(examined(Examined(fresh(), skew_s=skew_s)), "this machine")
    assert found.health is health
    assert word in found.sentence


def test_a_topology_that_cannot_be_read_leaves_the_groups_that_were_named() -> None:
    fault = Fault(FaultKind.NETWORK, "ec2:DescribeVpcs", "No answer.", "Look at the network.")
    account = Examined(fresh(), topology_fault=fault)
    findings = examined(account, Settings(log_groups=(GROUP,)))
    assert about(findings, "ec2:DescribeVpcs").health is Health.BAD
    assert works(findings)


def test_a_vpc_with_one_watched_subnet_counts_as_watched() -> None:
    log = replace(FLOW_LOG, resource_id="subnet-1")
    other = Vpc("vpc-2", "", ("10.0.0.0/16",))
    topology = replace(TOPOLOGY, flow_logs=(log,), vpcs=(*TOPOLOGY.vpcs, other))
    subjects = {each.subject for each in examined(Examined(fresh(), topology))}
    assert "vpc-2" in subjects
    assert "vpc-1" not in subjects


def test_the_topology_is_that_of_the_chosen_vpcs() -> None:
    account = Examined(fresh())
    examined(account, Settings(vpc_ids=("vpc-1",)))
    assert account.asked_vpcs == [("vpc-1",)]
