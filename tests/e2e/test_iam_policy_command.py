"""`flowtui iam-policy`: with exactly what it prints everything works, and nothing of it is not needed."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from click.testing import CliRunner

from flowtui.cli.connect import Connector, examined
from flowtui.cli.main import flowtui
from flowtui.monitor.clock import SystemClock
from flowtui.monitor.creation.answers import Kind, Target
from flowtui.monitor.creation.prepare import Wishes, prepared
from flowtui.monitor.creation.progress import Phase
from flowtui.monitor.creation.run import Run
from flowtui.monitor.health import works
from flowtui.monitor.outside import QueryRequest
from flowtui.monitor.session import Session
from flowtui.monitor.settings import Settings
from flowtui.topology.lookup import TopologyIndex
from tests.e2e.test_doctor_command import run
from tests.e2e.test_tail_command import GROUP, Served, end, serve
from tests.support.iam import ACCOUNT, PolicedAccount
from tests.unit.monitor.world import until

OLD_GROUP, OLD_ROLE = "/flowtui/kept-for-ever", "flowtui-old"
LOSSES = """
rate = 20
[writes]
role_delay_s = 0
# The first of each is lost on those who make the account.
lost = {CreateLogGroup = 2, CreateRole = 2, CreateFlowLogs = 1}
"""
TRUST = {
    "Effect": "Allow",
    "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
    "Action": "sts:AssumeRole",
}


def client(served: Served, service: str) -> Any:
    there = served.environment
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=there["AWS_ENDPOINT_URL"],
        region_name=there["AWS_REGION"],
        aws_access_key_id=there["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=there["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"total_max_attempts": 1}),
    )


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An account in which every reading call has something to read."""
    scenario = tmp_path_factory.mktemp("scenario") / "losses.toml"
    scenario.write_text(LOSSES)
    served = serve("--scenario", str(scenario))
    try:
        _refer(client(served, "ec2"))
        with pytest.raises(BotoCoreError):
            client(served, "logs").create_log_group(logGroupName=OLD_GROUP)
        _make_role(client(served, "iam"))
        yield served
    finally:
        end(served)


def _refer(ec2: Any) -> None:
    """Rules that name a prefix list and a group beyond a peering."""
    vpcs = {tag["Value"]: vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"] for tag in vpc.get("Tags", ())}
    groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpcs["lab"]]}])
    group_id = next(each["GroupId"] for each in groups["SecurityGroups"] if each["GroupName"] == "app-sg")
    made = ec2.create_managed_prefix_list(
        PrefixListName="offices", MaxEntries=2, AddressFamily="IPv4", Entries=[{"Cidr": "192.0.2.0/24"}]
    )["PrefixList"]
    peering = ec2.create_vpc_peering_connection(VpcId=vpcs["lab"], PeerVpcId=vpcs["shop"])
    peering_id = peering["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    far = ec2.create_security_group(GroupName="far", Description="far", VpcId=vpcs["shop"])["GroupId"]
    port = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    for source in (
        {"PrefixListIds": [{"PrefixListId": made["PrefixListId"]}]},
        {"UserIdGroupPairs": [{"GroupId": far, "VpcId": vpcs["shop"], "VpcPeeringConnectionId": peering_id}]},
    ):
        ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[{**port, **source}])


def _make_role(iam: Any) -> None:
    """A role that would do, with a policy that is attached to it."""
    document = {"Version": "2012-10-17", "Statement": [TRUST]}
    with pytest.raises(BotoCoreError):
        iam.create_role(RoleName=OLD_ROLE, AssumeRolePolicyDocument=json.dumps(document))
    deliver = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
    policy = iam.create_policy(
        PolicyName="deliver", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [deliver]})
    )
    iam.attach_role_policy(RoleName=OLD_ROLE, PolicyArn=policy["Policy"]["Arn"])


def printed(served: Served, *options: str) -> dict[str, Any]:
    ended = run(served.environment, "iam-policy", *options)
    assert (ended.returncode, ended.stderr) == (0, "")
    policy: dict[str, Any] = json.loads(ended.stdout)
    return policy


Police = Callable[..., PolicedAccount]


@pytest.fixture
def police(served: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Police:
    """Puts the policy that these options print into force, for all calls of this process."""

    def put(*options: str) -> PolicedAccount:
        account = PolicedAccount(printed(served, *options))
        for name in list(os.environ):
            if name.startswith("AWS_"):
                monkeypatch.delenv(name)
        for name, value in served.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("FLOWTUI_CONFIG", "")
        account.guard(monkeypatch)
        return account

    return put


def watch(settings: Settings) -> None:
    """The monitor, until it has records, names and rules."""
    session = Session(settings, Connector().connect, SystemClock(), lambda _: None)
    session.start()
    try:
        until(lambda: len(session.state().snapshot) > 100, 30)
        until(lambda: (index := session.state().index) is not None and index.topology.rules is not None, 30)
        topology = session.state().index.topology  # type: ignore[union-attr]
    finally:
        session.stop()
    assert not [each for each in topology.missing if each.is_denied]


def ask_history() -> None:
    for more in ((), ("--by", "dstport")):
        ended = CliRunner().invoke(flowtui, ["history", "--since", "5m", "--filter", "reject", *more])
        assert ended.exit_code == 0, ended.output
    insights = Connector().connect(Settings()).insights()
    now = int(time.time())
    insights.stop(insights.start(QueryRequest((GROUP,), now - 60, now, "fields @message")))


def create(*wishes: Wishes) -> None:
    """Creates flow logs, where three answers are lost at first, and takes them back."""
    connection = Connector().connect(Settings())
    account = connection.flow_log_account()
    index = TopologyIndex(connection.topology(()))
    for number, wish in enumerate(wishes):
        going = Run(prepared(wish, account, f"policy-{number}", index), account, SystemClock())
        done = going.go()
        assert done.phase is Phase.CREATED, done.fault
        assert len(account.flow_logs(done.flow_log_ids)) == 1
        undone = going.undo()
        assert undone.phase is Phase.UNDONE, undone.fault


def default_vpc(served: Served) -> Target:
    vpcs = client(served, "ec2").describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    return Target(Kind.VPC, vpcs[0]["VpcId"])


READING = {"ec2:DescribeFlowLogs", "logs:FilterLogEvents", "ec2:DescribeNetworkAcls"}


@pytest.mark.parametrize("groups", [(), (GROUP,)], ids=["every group", "one group"])
def test_with_exactly_the_policy_monitor_history_and_doctor_work(
    police: Police, groups: tuple[str, ...]
) -> None:
    account = police(*(f"--log-group={group}" for group in groups))
    settings = Settings(log_groups=groups)
    watch(settings)
    assert works(list(examined(Connector(), settings)))
    if not groups:
        ask_history()
    assert account.denied == set()
    assert account.allowed > READING


def test_with_exactly_the_policy_flow_logs_are_created_and_taken_back_and_nothing_of_it_is_spare(
    served: Served, police: Police
) -> None:
    vpc = default_vpc(served)
    account = police("--write", "--account", ACCOUNT)
    watch(Settings())
    assert works(list(examined(Connector(), Settings())))
    ask_history()
    create(
        Wishes((vpc,), role="new"),
        Wishes((vpc,), group=OLD_GROUP, retention_days=7, role=OLD_ROLE),
        Wishes((vpc,)),
    )
    assert account.denied == set()
    policy = printed(served, "--write")
    assert account.allowed - {"sts:GetCallerIdentity"} == {
        action for each in policy["Statement"] for action in each["Action"]
    }


def test_a_policy_for_reading_does_not_let_flow_logs_be_created(served: Served, police: Police) -> None:
    vpc = default_vpc(served)
    account = police()
    connection = Connector().connect(Settings())
    there = connection.flow_log_account()
    plan = prepared(Wishes((vpc,), role="new"), there, "reading", TopologyIndex(connection.topology(())))
    assert Run(plan, there, SystemClock()).go().phase is Phase.FAILED
    assert "logs:CreateLogGroup" in {each.action for each in account.denied}


def test_what_flowtui_has_not_made_cannot_be_removed_with_it(served: Served, police: Police) -> None:
    account = police("--write")
    logs = client(served, "logs")
    with pytest.raises(ClientError, match="AccessDenied"):
        logs.delete_log_group(logGroupName=OLD_GROUP)
    with pytest.raises(ClientError, match="AccessDenied"):
        logs.create_log_group(logGroupName="/somewhere/else")
    with pytest.raises(ClientError, match="AccessDenied"):
        client(served, "iam").put_role_policy(RoleName="admin", PolicyName="p", PolicyDocument="{}")
    assert len(account.denied) == 3
