"""What is read of a VPC, page by page; and what remains when a part is denied, broken or hostile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from moto import mock_aws

from flowtui.aws.client import Options, connect
from flowtui.aws.errors import fault_of
from flowtui.aws.parts import PARTS
from flowtui.aws.topology import TopologyReader
from flowtui.monitor.outside import FaultError, FaultKind, Identity
from flowtui.topology.model import Interface, OwnerKind, Topology
from tests.unit.aws.aws_stub import Answer, Asked, clean_environment, ec2, ec2_error, serving

Rows = Sequence[object]


class FakeEc2:
    """Answers each describe with pages of rows, or with an exception."""

    def __init__(self, **answers: Sequence[Rows] | Exception) -> None:
        self.answers = answers
        self.calls: dict[str, list[dict[str, Any]]] = {}
        self.keys = {part.operation: part.key for part in PARTS}

    def __getattr__(self, operation: str) -> Any:
        def describe(**parameters: Any) -> Mapping[str, object]:
            self.calls.setdefault(operation, []).append(parameters)
            pages = self.answers.get(operation, [[]])
            if isinstance(pages, Exception):
                raise pages
            number = int(parameters.get("NextToken", 0))
            is_last = number + 1 == len(pages)
            return {self.keys[operation]: pages[number]} | ({} if is_last else {"NextToken": str(number + 1)})

        return describe


@contextmanager
def asking(action: str) -> Iterator[None]:
    try:
        yield
    except FaultError:
        raise
    except Exception as error:
        raise FaultError(fault_of(error, action)) from error


def reader(fake: Any) -> TopologyReader:
    return TopologyReader(lambda: fake, lambda: Identity("123456789012", "arn", "eu-west-1", None), asking)


def read(vpc_ids: tuple[str, ...] = (), **answers: Sequence[Rows] | Exception) -> Topology:
    return reader(FakeEc2(**answers)).read(vpc_ids, "eu-west-1")


def failure(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "No."}}, "Describe")


def vpc(vpc_id: str, **more: object) -> dict[str, object]:
    return {"VpcId": vpc_id, "CidrBlock": "10.0.0.0/16", **more}


def subnet(subnet_id: str, vpc_id: str = "vpc-1") -> dict[str, object]:
    return {"SubnetId": subnet_id, "VpcId": vpc_id, "CidrBlock": "10.0.1.0/24"}


def eni(interface_id: str, **more: object) -> dict[str, object]:
    return {"NetworkInterfaceId": interface_id, "VpcId": "vpc-1", "SubnetId": "subnet-1", **more}


def tags(name: str) -> list[dict[str, str]]:
    return [{"Key": "other", "Value": "x"}, {"Key": "Name", "Value": name}]


def only_interface(**row: object) -> Interface:
    (interface,) = read(describe_network_interfaces=[[eni("eni-1", **row)]]).interfaces
    return interface


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_every_describe_is_read_to_its_last_page(part: Any) -> None:
    fake = FakeEc2(**{part.operation: [[{}], [{}], [{}]]})
    reader(fake).read((), "eu-west-1")
    assert [call.get("NextToken") for call in fake.calls[part.operation]] == [None, "1", "2"]


def test_rows_of_all_pages_are_there_and_each_once() -> None:
    topology = read(describe_network_interfaces=[[eni("eni-1")], [], [eni("eni-2"), eni("eni-1")]])
    assert sorted(interface.id for interface in topology.interfaces) == ["eni-1", "eni-2"]


def test_a_token_that_repeats_ends_the_part_and_is_told() -> None:
    class Endless(FakeEc2):
        def describe_subnets(self, **parameters: Any) -> Mapping[str, object]:
            return {"Subnets": [subnet("subnet-1")], "NextToken": "again"}

    topology = reader(Endless()).read((), "eu-west-1")
    assert [missing.part for missing in topology.missing] == ["subnets"]
    assert [found.id for found in topology.subnets] == ["subnet-1"]


def test_thousands_of_interfaces_take_a_call_a_thousand() -> None:
    fake = FakeEc2(describe_network_interfaces=[[eni("eni-1")]])
    reader(fake).read((), "eu-west-1")
    (call,) = fake.calls["describe_network_interfaces"]
    assert call["MaxResults"] == 1000


def test_vpcs_have_all_their_cidrs() -> None:
    row = vpc(
        "vpc-1",
        Tags=tags("lab"),
        IsDefault=True,
        OwnerId="1",
        CidrBlockAssociationSet=[
            {"CidrBlock": "10.0.0.0/16", "CidrBlockState": {"State": "associated"}},
            {"CidrBlock": "10.9.0.0/16", "CidrBlockState": {"State": "associated"}},
            {"CidrBlock": "10.8.0.0/16", "CidrBlockState": {"State": "disassociated"}},
        ],
        Ipv6CidrBlockAssociationSet=[
            {"Ipv6CidrBlock": "2001:db8::/56", "Ipv6CidrBlockState": {"State": "associated"}}
        ],
    )
    (found,) = read(describe_vpcs=[[row]]).vpcs
    assert (found.name, found.is_default, found.owner_id) == ("lab", True, "1")
    assert found.cidrs == ("10.0.0.0/16", "10.9.0.0/16", "2001:db8::/56")


def table(
    table_id: str,
    target: dict[str, str],
    is_main: bool = False,
    subnets: Sequence[str] = (),
    vpc: str = "vpc-1",
) -> dict[str, object]:
    associations: list[dict[str, object]] = [{"SubnetId": subnet_id} for subnet_id in subnets]
    return {
        "RouteTableId": table_id,
        "VpcId": vpc,
        "Associations": associations + ([{"Main": True}] if is_main else []),
        "Routes": [
            {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
            {"DestinationCidrBlock": "0.0.0.0/0", "State": "active", **target},
        ],
    }


INTERNET = {"GatewayId": "igw-1"}
NAT = {"NatGatewayId": "nat-1"}


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        pytest.param([table("rtb-1", INTERNET, subnets=["subnet-1"])], True, id="its own leads out"),
        pytest.param([table("rtb-1", NAT, subnets=["subnet-1"])], False, id="its own leads to NAT"),
        pytest.param([table("rtb-m", INTERNET, is_main=True)], True, id="the main one leads out"),
        pytest.param(
            [table("rtb-m", INTERNET, is_main=True), table("rtb-1", NAT, subnets=["subnet-1"])],
            False,
            id="its own goes before the main one",
        ),
        pytest.param(
            [table("rtb-m", NAT, is_main=True), table("rtb-o", INTERNET, is_main=True, vpc="vpc-2")],
            False,
            id="another VPC's main one says nothing",
        ),
        pytest.param(
            [table("rtb-1", INTERNET | {"State": "blackhole"}, subnets=["subnet-1"])],
            False,
            id="the gateway is gone",
        ),
        pytest.param([], None, id="no route table is visible"),
    ],
)
def test_a_subnet_is_public_by_its_route_table(tables: Rows, expected: bool | None) -> None:
    topology = read(describe_subnets=[[subnet("subnet-1")]], describe_route_tables=[tables])
    assert topology.subnets[0].is_public is expected


def test_whether_a_subnet_is_public_is_unknown_without_route_tables() -> None:
    topology = read(
        describe_subnets=[[subnet("subnet-1")]], describe_route_tables=failure("UnauthorizedOperation")
    )
    assert topology.subnets[0].is_public is None
    (missing,) = topology.missing
    assert (missing.part, missing.action) == ("route tables", "ec2:DescribeRouteTables")
    assert missing.sentence == "ec2:DescribeRouteTables is denied."


def test_gateways_are_named_by_kind() -> None:
    attached = [{"VpcId": "vpc-1"}]
    topology = read(
        describe_internet_gateways=[
            [
                {"InternetGatewayId": "igw-1", "Attachments": attached, "Tags": tags("out")},
                {"InternetGatewayId": "igw-2"},
            ]
        ],
        describe_egress_only_internet_gateways=[
            [{"EgressOnlyInternetGatewayId": "eigw-1", "Attachments": attached}]
        ],
        describe_nat_gateways=[
            [
                {"NatGatewayId": "nat-1", "VpcId": "vpc-1", "State": "available", "Tags": tags("regional")},
                {"NatGatewayId": "nat-2", "VpcId": "vpc-1", "State": "deleted"},
                {
                    "NatGatewayId": "nat-3",
                    "VpcId": "vpc-1",
                    "State": "available",
                    "NatGatewayAddresses": [{"NetworkInterfaceId": "eni-9"}],
                },
            ]
        ],
    )
    assert [(gateway.id, gateway.kind, gateway.name) for gateway in topology.gateways] == [
        ("igw-1", "internet gateway", "out"),
        ("eigw-1", "egress-only internet gateway", ""),
        ("nat-1", "NAT gateway", "regional"),
    ]


def test_an_interface_has_every_address() -> None:
    found = only_interface(
        PrivateIpAddress="10.0.0.5",
        PrivateIpAddresses=[
            {"PrivateIpAddress": "10.0.0.6", "Primary": False, "Association": {"PublicIp": "52.0.0.2"}},
            {"PrivateIpAddress": "10.0.0.5", "Primary": True},
        ],
        Association={"PublicIp": "52.0.0.1", "CarrierIp": "155.0.0.1"},
        Ipv6Addresses=[{"Ipv6Address": "2001:db8::5"}],
        Ipv4Prefixes=[{"Ipv4Prefix": "10.0.9.0/28"}],
        Ipv6Prefixes=[{"Ipv6Prefix": "2001:db8:9::/80"}],
        Groups=[{"GroupId": "sg-1"}, {"GroupId": "sg-2"}],
        Status="in-use",
        InterfaceType="efa",
        Description="mine",
        TagSet=tags("worker"),
    )
    assert found.addresses == ("10.0.0.5", "10.0.0.6", "2001:db8::5")
    assert found.public_addresses == ("52.0.0.1", "155.0.0.1", "52.0.0.2")
    assert found.prefixes == ("10.0.9.0/28", "2001:db8:9::/80")
    assert found.group_ids == ("sg-1", "sg-2")
    assert (found.name, found.status, found.kind, found.description) == ("worker", "in-use", "efa", "mine")


@pytest.mark.parametrize(
    ("description", "kind", "owner_kind", "owner_id", "name"),
    [
        ("ELB app/front/50dc6c495c0c9188", "load_balancer", OwnerKind.LOAD_BALANCER,
         "app/front/50dc6c495c0c9188", "front"),
        ("ELB net/edge/50dc6c495c0c9188", "network_load_balancer", OwnerKind.LOAD_BALANCER,
         "net/edge/50dc6c495c0c9188", "edge"),
        ("ELB classic", "interface", OwnerKind.LOAD_BALANCER, "classic", "classic"),
        ("VPC Endpoint Interface vpce-0abc", "vpc_endpoint", OwnerKind.ENDPOINT, "vpce-0abc", "eni-1"),
        ("AWS Lambda VPC ENI-my-fn-2d6cca13-1c5a-4b57-b56c-aa7b44ea30e0", "lambda", OwnerKind.LAMBDA,
         "my-fn", "my-fn"),
        ("Network Interface for Transit Gateway Attachment tgw-attach-0a", "transit_gateway",
         OwnerKind.TRANSIT_GATEWAY, "tgw-attach-0a", "eni-1"),
        ("Interface for NAT Gateway nat-0abc", "nat_gateway", OwnerKind.NAT_GATEWAY, "nat-0abc", "eni-1"),
        ("RDSNetworkInterface", "interface", OwnerKind.OTHER, "eni-1", "RDS"),
        ("EFS mount target for fs-0a1 (fsmt-0b2)", "efs", OwnerKind.OTHER, "fs-0a1", "EFS fs-0a1"),
        ("", "gateway_load_balancer_endpoint", OwnerKind.ENDPOINT, "eni-1", "eni-1"),
        ("something of the future", "quantum", OwnerKind.OTHER, "eni-1", "eni-1"),
        ("ELB [red]x\x1b[31m/../", "interface", OwnerKind.OTHER, "eni-1", "eni-1"),
    ],
)  # fmt: skip
def test_a_services_interface_belongs_to_the_service(
    description: str, kind: str, owner_kind: OwnerKind, owner_id: str, name: str
) -> None:
    found = only_interface(Description=description, InterfaceType=kind)
    assert (found.owner.kind, found.owner.id, found.name) == (owner_kind, owner_id, name)


def test_instances_and_nat_gateways_give_their_interfaces_a_name() -> None:
    instance = {"InstanceId": "i-1", "State": {"Name": "running"}, "Tags": tags("web")}
    nat = {
        "NatGatewayId": "nat-1",
        "State": "available",
        "Tags": tags("out"),
        "NatGatewayAddresses": [{"NetworkInterfaceId": "eni-2"}],
    }
    topology = read(
        describe_instances=[[{"Instances": []}], [{"Instances": [instance]}]],
        describe_nat_gateways=[[nat]],
        describe_network_interfaces=[
            [
                eni("eni-1", Attachment={"InstanceId": "i-1"}, TagSet=tags("second")),
                eni("eni-2"),
                eni("eni-3", Attachment={"InstanceId": "i-unseen"}),
            ]
        ],
    )
    assert [(i.id, i.name, i.owner.kind, i.owner.id, i.owner.state) for i in topology.interfaces] == [
        ("eni-1", "web", OwnerKind.INSTANCE, "i-1", "running"),
        ("eni-2", "out", OwnerKind.NAT_GATEWAY, "nat-1", "available"),
        ("eni-3", "eni-3", OwnerKind.INSTANCE, "i-unseen", ""),
    ]


GROUP_ARN = "arn:aws:logs:eu-west-1:2:log-group:flows"


@pytest.mark.parametrize(
    ("row", "group", "arn", "destination"),
    [
        pytest.param({"LogGroupName": "flows"}, "flows", None, "flows", id="by name"),
        pytest.param({"LogDestination": GROUP_ARN + ":*"}, "flows", GROUP_ARN, "flows", id="by ARN"),
        pytest.param(
            {"LogDestinationType": "s3", "LogDestination": "arn:aws:s3:::bucket/x"},
            None,
            None,
            "arn:aws:s3:::bucket/x",
            id="to S3",
        ),
        pytest.param({}, None, None, "", id="nothing said"),
    ],
)
def test_a_flow_logs_group_is_found_by_name_or_arn(
    row: dict[str, object], group: str | None, arn: str | None, destination: str
) -> None:
    base = {"FlowLogId": "fl-1", "ResourceId": "vpc-1", "TrafficType": "REJECT", "LogFormat": "${action}"}
    (found,) = read(describe_flow_logs=[[base | {"MaxAggregationInterval": 60} | row]]).flow_logs
    assert (found.log_group, found.log_group_arn, found.destination) == (group, arn, destination)
    assert (found.traffic_type, found.format, found.interval_s) == ("REJECT", "${action}", 60)


def test_the_delivery_of_a_flow_log_is_told() -> None:
    row = {"FlowLogId": "fl-1", "DeliverLogsStatus": "FAILED", "DeliverLogsErrorMessage": "Access error"}
    (found,) = read(describe_flow_logs=[[row]]).flow_logs
    assert (found.delivery_status, found.delivery_error) == ("FAILED", "Access error")
    assert found.format.startswith("${version} ${account-id}")


CHOSEN: dict[str, Sequence[Rows] | Exception] = {
    "describe_vpcs": [[vpc("vpc-1", Tags=tags("lab")), vpc("vpc-2")]],
    "describe_subnets": [[subnet("subnet-1"), subnet("subnet-2", "vpc-2")]],
    "describe_network_interfaces": [
        [eni("eni-1"), eni("eni-2") | {"VpcId": "vpc-2", "SubnetId": "subnet-2"}]
    ],
    "describe_flow_logs": [
        [
            {"FlowLogId": f"fl-{resource}", "ResourceId": resource, "LogGroupName": "flows"}
            for resource in ("vpc-1", "vpc-2", "subnet-1", "subnet-2", "eni-1", "eni-2")
        ]
    ],
}


def test_only_the_chosen_vpc_is_read() -> None:
    fake = FakeEc2(**CHOSEN)
    topology = reader(fake).read(("vpc-1",), "eu-west-1")
    assert [found.id for found in topology.vpcs] == ["vpc-1"]
    assert [found.id for found in topology.subnets] == ["subnet-1"]
    assert [found.id for found in topology.interfaces] == ["eni-1"]
    assert [log.resource_id for log in topology.flow_logs] == ["vpc-1", "subnet-1", "eni-1"]
    (call,) = fake.calls["describe_subnets"]
    assert call["Filters"] == [{"Name": "vpc-id", "Values": ["vpc-1"]}]


def test_the_interfaces_of_other_vpcs_are_known_as_such_only() -> None:
    fake = FakeEc2(**CHOSEN)
    assert reader(fake).read(("vpc-1",), "eu-west-1").elsewhere == ("eni-2",)
    (call,) = fake.calls["describe_network_interfaces"]
    assert "Filters" not in call
    assert reader(FakeEc2(**CHOSEN)).read((), "eu-west-1").elsewhere == ()


def test_no_flow_log_is_lost_where_it_cannot_be_said_whose_it_is() -> None:
    answers = CHOSEN | {"describe_network_interfaces": failure("UnauthorizedOperation")}
    resources = [log.resource_id for log in read(("vpc-1",), **answers).flow_logs]
    assert resources == ["vpc-1", "subnet-1", "eni-1", "eni-2"]


def test_a_vpc_that_does_not_exist_is_told_with_those_that_do() -> None:
    with pytest.raises(FaultError) as caught:
        read(("vpc-9",), **CHOSEN)
    fault = caught.value.fault
    assert (fault.kind, fault.sentence) == (FaultKind.NOT_FOUND, "There is no VPC vpc-9 in eu-west-1.")
    assert fault.cure == "There are: vpc-1 lab, vpc-2."


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
@pytest.mark.parametrize("code", ["UnauthorizedOperation", "InternalError", "InvalidAction"])
def test_a_part_that_fails_takes_no_other_with_it(part: Any, code: str) -> None:
    answers = {**CHOSEN, part.operation: failure(code)}
    topology = read((), **answers)
    assert [(missing.part, missing.action) for missing in topology.missing] == [(part.name, part.action)]
    others = {operation for operation in CHOSEN if operation != part.operation}
    read_of = {
        "describe_vpcs": topology.vpcs,
        "describe_subnets": topology.subnets,
        "describe_network_interfaces": topology.interfaces,
        "describe_flow_logs": topology.flow_logs,
    }
    assert all(read_of[operation] for operation in others)


def test_the_tree_still_holds_the_interfaces_when_vpcs_and_subnets_are_denied() -> None:
    denied = failure("UnauthorizedOperation")
    topology = read((), **(CHOSEN | {"describe_vpcs": denied, "describe_subnets": denied}))
    assert {found.id for found in topology.vpcs} == {"vpc-1", "vpc-2"}
    assert {found.id for found in topology.subnets} == {"subnet-1", "subnet-2"}


def test_with_every_describe_denied_the_log_groups_can_still_be_followed() -> None:
    topology = read((), **{part.operation: failure("UnauthorizedOperation") for part in PARTS})
    assert len(topology.missing) == len(PARTS)
    assert topology.account == "123456789012"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (failure("ExpiredToken"), FaultKind.EXPIRED),
        (failure("AuthFailure"), FaultKind.NO_CREDENTIALS),
        (EndpointConnectionError(endpoint_url="https://x"), FaultKind.NETWORK),
    ],
    ids=["expired", "credentials", "network"],
)
def test_credentials_and_network_are_no_matter_of_one_part(error: Exception, kind: FaultKind) -> None:
    with pytest.raises(FaultError) as caught:
        read((), **(CHOSEN | {"describe_instances": error}))
    assert caught.value.fault.kind is kind


def test_where_nothing_can_be_read_that_is_a_fault() -> None:
    with pytest.raises(FaultError) as caught:
        read((), **{part.operation: failure("InternalError") for part in PARTS})
    assert caught.value.fault.kind is FaultKind.UNAVAILABLE


def test_a_part_that_is_throttled_is_shown_as_it_was() -> None:
    fake = FakeEc2(**CHOSEN)
    again = reader(fake)
    before = again.read((), "eu-west-1")
    fake.answers = CHOSEN | {"describe_network_interfaces": failure("RequestLimitExceeded")}
    after = again.read((), "eu-west-1")
    assert after.interfaces == before.interfaces
    assert [missing.part for missing in after.missing] == ["interfaces"]
    fake.answers = CHOSEN | {"describe_network_interfaces": failure("UnauthorizedOperation")}
    assert again.read((), "eu-west-1").interfaces == ()


HOSTILE: Sequence[object] = [
    None, "text", 7, [], {}, {"Tags": None},
    {"Tags": [None, {}, {"Key": "Name"}, {"Key": "Name", "Value": 5}]},
    {"TagSet": "x", "PrivateIpAddresses": [None], "Groups": None, "Attachment": None, "Association": "x"},
    {"Associations": [None], "Routes": [{}, None, {"GatewayId": None}], "Attachments": 3},
    {"Instances": None}, {"Instances": [None, {}, {"InstanceId": 5, "Tags": {}}]},
    {"NatGatewayAddresses": [{}, None], "State": None},
    {"VpcId": None, "SubnetId": None, "NetworkInterfaceId": None, "FlowLogId": None, "RouteTableId": 1},
    {"NetworkInterfaceId": "eni-x", "Description": None, "InterfaceType": None, "PrivateIpAddress": 1},
    {"SubnetId": "subnet-x", "VpcId": "vpc-1", "CidrBlock": None, "Ipv6CidrBlockAssociationSet": [None, {}]},
    {"FlowLogId": "fl-x", "LogDestination": None, "MaxAggregationInterval": "often", "LogFormat": None},
]  # fmt: skip


@pytest.mark.parametrize("row", HOSTILE, ids=str)
def test_no_field_of_any_answer_can_break_it(row: object) -> None:
    topology = read((), **{part.operation: [[row, row]] for part in PARTS})
    assert topology.missing == ()


@pytest.mark.parametrize("rows", [None, "x", {}, 3], ids=str)
def test_no_answer_without_its_list_can_break_it(rows: Any) -> None:
    assert read((), **{part.operation: [rows] for part in PARTS}).interfaces == ()


def test_hostile_names_are_kept_as_they_are_for_the_screen_to_clean() -> None:
    found = only_interface(TagSet=tags("[red]\x1b[31m\u202e"))
    assert found.name == "[red]\x1b[31m\u202e"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clean_environment(monkeypatch, tmp_path)


@pytest.mark.usefixtures("environment")
def test_over_http_denied_and_broken_parts_are_missing_alone() -> None:
    def script(asked: Asked) -> Answer:
        if asked.operation == "GetCallerIdentity":
            return ec2_error("AccessDenied", status=403)
        if asked.operation == "DescribeInstances":
            return ec2_error(
                "UnauthorizedOperation", "You are not authorized to perform this operation.", 403
            )
        if asked.operation == "DescribeFlowLogs":
            return Answer(b"<html><body>Internal", 500, "text/html")
        if asked.operation == "DescribeVpcs" and "NextToken" not in asked.parameters:
            item = "<item><vpcId>vpc-1</vpcId><ownerId>123456789012</ownerId></item>"
            return ec2(asked.operation, f"<vpcSet>{item}</vpcSet><nextToken>two</nextToken>")
        if asked.operation == "DescribeVpcs":
            return ec2(asked.operation, "<vpcSet><item><vpcId>vpc-2</vpcId></item></vpcSet>")
        return ec2(asked.operation, "")

    with serving(script) as endpoint:
        connection = connect(Options(region="eu-west-1", endpoint_url=endpoint.url))
        topology = connection.topology(())
    assert [found.id for found in topology.vpcs] == ["vpc-1", "vpc-2"]
    assert {missing.part for missing in topology.missing} == {"instances", "flow logs"}
    assert topology.account == "123456789012"


@pytest.mark.usefixtures("environment")
@mock_aws
def test_a_lab_made_in_an_emulator_is_read_whole() -> None:
    client = boto3.client("ec2", region_name="eu-west-1")
    vpc_id = client.create_vpc(CidrBlock="172.16.0.0/16")["Vpc"]["VpcId"]
    client.create_tags(Resources=[vpc_id], Tags=[{"Key": "Name", "Value": "lab"}])
    public = client.create_subnet(VpcId=vpc_id, CidrBlock="172.16.0.0/24")["Subnet"]["SubnetId"]
    private = client.create_subnet(VpcId=vpc_id, CidrBlock="172.16.1.0/24")["Subnet"]["SubnetId"]
    gateway = client.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    client.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc_id)
    routes = client.create_route_table(VpcId=vpc_id)["RouteTable"]["RouteTableId"]
    client.create_route(RouteTableId=routes, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    client.associate_route_table(RouteTableId=routes, SubnetId=public)
    image = client.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    client.run_instances(
        ImageId=image,
        MinCount=1,
        MaxCount=1,
        SubnetId=public,
        PrivateIpAddress="172.16.0.121",
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "web-1"}]}],
    )
    boto3.client("logs", region_name="eu-west-1").create_log_group(logGroupName="flows")
    client.create_flow_logs(
        ResourceType="VPC",
        ResourceIds=[vpc_id],
        TrafficType="ALL",
        LogGroupName="flows",
        DeliverLogsPermissionArn="arn:aws:iam::123456789012:role/flows",
        MaxAggregationInterval=60,
    )

    topology = connect(Options(region="eu-west-1")).topology((vpc_id,))

    assert topology.missing == ()
    assert topology.account == "123456789012"
    assert [(found.id, found.name) for found in topology.vpcs] == [(vpc_id, "lab")]
    assert {found.id: found.is_public for found in topology.subnets} == {public: True, private: False}
    assert [found.id for found in topology.gateways] == [gateway]
    (interface,) = topology.interfaces
    assert (interface.name, interface.addresses[0]) == ("web-1", "172.16.0.121")
    assert (interface.owner.kind, interface.owner.state) == (OwnerKind.INSTANCE, "running")
    (log,) = topology.flow_logs
    assert (log.resource_id, log.log_group, log.interval_s, log.traffic_type) == (vpc_id, "flows", 60, "ALL")
