"""The embedded endpoint as any AWS client sees it: a process, spoken to by boto3 over HTTP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectionError,
    HTTPClientError,
    IncompleteReadError,
    ResponseStreamingError,
)

GROUP = "/vpc/lab/flow-logs"
SHOP_GROUP = "/vpc/shop/flow-logs"
DEADLINE_S = 20.0


class Process:
    """A running demo."""

    def __init__(self, *options: str, **settings: Any) -> None:
        self.started = time.monotonic()
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "flowtui.demo", *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **settings,
        )  # fmt: skip
        assert self.popen.stdout is not None
        self.line = self.popen.stdout.readline()
        self.ready_s = time.monotonic() - self.started

    def client(self, service: str, read_timeout: float = DEADLINE_S, region: str = "eu-west-1") -> Any:
        return boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=json.loads(self.line)["endpoint"],
            region_name=region,
            aws_access_key_id="AKIADEMO",
            aws_secret_access_key="demo",
            config=Config(retries={"total_max_attempts": 1}, read_timeout=read_timeout),
        )

    def end(self) -> tuple[int, str, str]:
        """Closes standard input; status, and what was printed after the first line."""
        out, errors = self.popen.communicate(timeout=DEADLINE_S)
        return self.popen.returncode, out, errors


@contextmanager
def demo(*options: str, **settings: Any) -> Iterator[Process]:
    process = Process(*options, **settings)
    try:
        yield process
    finally:
        if process.popen.poll() is None:
            process.end()


@pytest.fixture(scope="module")
def lab() -> Iterator[Process]:
    with demo() as process:
        yield process


@pytest.fixture(scope="module")
def logs(lab: Process) -> Any:
    return lab.client("logs")


@pytest.fixture(scope="module")
def ec2(lab: Process) -> Any:
    return lab.client("ec2")


def drain(logs: Any, **params: Any) -> list[dict[str, Any]]:
    """All pages of a FilterLogEvents pass."""
    events: list[dict[str, Any]] = []
    while True:
        page = logs.filter_log_events(**{"logGroupName": GROUP} | params)
        events += page["events"]
        if "nextToken" not in page:
            return events
        params["nextToken"] = page["nextToken"]


def eventually(condition: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + DEADLINE_S
    while not (value := condition()):
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)
    return value


def name(resource: dict[str, Any]) -> str:
    return next((tag["Value"] for tag in resource.get("Tags", []) if tag["Key"] == "Name"), "")


def code(caught: pytest.ExceptionInfo[ClientError]) -> str:
    return str(caught.value.response["Error"]["Code"])


def test_the_ready_line(lab: Process) -> None:
    ready = json.loads(lab.line)
    assert ready["endpoint"].startswith("http://127.0.0.1:")
    assert (ready["region"], ready["account"]) == ("eu-west-1", "123456789012")


def test_identity(lab: Process) -> None:
    identity = lab.client("sts").get_caller_identity()
    assert identity["Account"] == "123456789012"
    assert identity["Arn"].startswith("arn:aws:sts::123456789012:")


def test_vpcs(ec2: Any) -> None:
    vpcs = {name(vpc): vpc for vpc in ec2.describe_vpcs()["Vpcs"]}
    assert {key: (vpc["CidrBlock"], vpc["IsDefault"]) for key, vpc in vpcs.items()} == {
        "lab": ("172.16.0.0/16", False),
        "shop": ("10.20.0.0/16", False),
        "default": ("172.31.0.0/16", True),
    }


def vpc_id(ec2: Any, called: str = "lab") -> str:
    return str(next(vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"] if name(vpc) == called))


def in_lab(ec2: Any) -> list[dict[str, Any]]:
    return [{"Name": "vpc-id", "Values": [vpc_id(ec2)]}]


def in_shop(ec2: Any) -> list[dict[str, Any]]:
    return [{"Name": "vpc-id", "Values": [vpc_id(ec2, "shop")]}]


def test_subnets(ec2: Any) -> None:
    subnets = ec2.describe_subnets(Filters=in_lab(ec2))["Subnets"]
    assert {(name(subnet), subnet["CidrBlock"], subnet["AvailabilityZone"]) for subnet in subnets} == {
        ("public", "172.16.0.0/24", "eu-west-1a"),
        ("private", "172.16.1.0/24", "eu-west-1a"),
    }


def test_route_tables(ec2: Any) -> None:
    tables = {name(table): table for table in ec2.describe_route_tables(Filters=in_lab(ec2))["RouteTables"]}
    assert set(tables) == {"public", "private"}
    (out,) = [r for r in tables["public"]["Routes"] if r["DestinationCidrBlock"] == "0.0.0.0/0"]
    assert out["GatewayId"].startswith("igw-")
    (out,) = [r for r in tables["private"]["Routes"] if r["DestinationCidrBlock"] == "0.0.0.0/0"]
    assert out["NatGatewayId"].startswith("nat-")
    assert [one.get("Main", False) for one in tables["private"]["Associations"]] == [True]
    assert any(one.get("SubnetId") for one in tables["public"]["Associations"])


def test_interfaces(ec2: Any) -> None:
    nics = ec2.describe_network_interfaces(Filters=in_lab(ec2))["NetworkInterfaces"]
    assert {(nic["PrivateIpAddress"], nic["InterfaceType"], nic["Status"]) for nic in nics} == {
        ("172.16.0.121", "interface", "in-use"),
        ("172.16.1.20", "interface", "in-use"),
        ("172.16.1.31", "interface", "in-use"),
        ("172.16.0.8", "natGateway", "in-use"),
    }


@pytest.mark.parametrize(
    ("address", "public"), [("172.16.0.121", "192.0.2.10"), ("172.16.0.8", "192.0.2.11")]
)
def test_elastic_ips_are_seen_in_all_places(ec2: Any, address: str, public: str) -> None:
    nics = ec2.describe_network_interfaces(Filters=in_lab(ec2))["NetworkInterfaces"]
    (nic,) = [nic for nic in nics if nic["PrivateIpAddress"] == address]
    (private,) = nic["PrivateIpAddresses"]
    assert nic["Association"]["PublicIp"] == public
    assert private["Association"]["PublicIp"] == public
    assert private["PrivateIpAddress"] == address
    (elastic,) = ec2.describe_addresses(PublicIps=[public])["Addresses"]
    assert elastic["NetworkInterfaceId"] == nic["NetworkInterfaceId"]
    assert elastic["PrivateIpAddress"] == address


def test_nat_gateway(ec2: Any) -> None:
    (gateway,) = ec2.describe_nat_gateways()["NatGateways"]
    (address,) = gateway["NatGatewayAddresses"]
    assert (name(gateway), address["PrivateIp"], address["PublicIp"]) == ("nat-1", "172.16.0.8", "192.0.2.11")
    nics = ec2.describe_network_interfaces(NetworkInterfaceIds=[address["NetworkInterfaceId"]])
    (nic,) = nics["NetworkInterfaces"]
    assert nic["Description"] == f"Interface for NAT Gateway {gateway['NatGatewayId']}"
    assert nic["RequesterManaged"]
    assert nic["Groups"] == []


def test_instances(ec2: Any) -> None:
    reservations = ec2.describe_instances()["Reservations"]
    instances = [instance for reservation in reservations for instance in reservation["Instances"]]
    assert {(name(one), one["PrivateIpAddress"], one.get("PublicIpAddress")) for one in instances} == {
        ("bastion", "172.16.0.121", "192.0.2.10"),
        ("app-1", "172.16.1.20", None),
        ("app-2", "172.16.1.31", None),
        ("web-1", "10.20.0.10", "192.0.2.12"),
        ("orders-1", "10.20.1.10", None),
        ("site-1", "172.31.0.21", "192.0.2.13"),
        ("worker-1", "172.31.0.34", None),
        ("batch-1", "172.31.0.47", None),
    }


def test_security_groups(ec2: Any) -> None:
    groups = {
        group["GroupName"]: group
        for group in ec2.describe_security_groups(Filters=in_lab(ec2))["SecurityGroups"]
    }
    bastion = {(rule["IpProtocol"], rule["FromPort"]) for rule in groups["bastion-sg"]["IpPermissions"]}
    assert bastion == {("tcp", 22), ("icmp", -1)}
    sources = {
        rule["FromPort"]: rule["UserIdGroupPairs"][0]["GroupId"] for rule in groups["app-sg"]["IpPermissions"]
    }
    own, other = groups["app-sg"]["GroupId"], groups["bastion-sg"]["GroupId"]
    assert sources == {22: other, -1: other, 8080: own}


def test_the_public_acl_lets_a_ping_in_and_no_reply_out(ec2: Any) -> None:
    subnets = ec2.describe_subnets(Filters=in_lab(ec2))["Subnets"]
    public = next(subnet["SubnetId"] for subnet in subnets if name(subnet) == "public")
    acls = ec2.describe_network_acls(Filters=in_lab(ec2))["NetworkAcls"]
    (acl,) = [acl for acl in acls if any(one["SubnetId"] == public for one in acl["Associations"])]
    rules = sorted(
        (e["Egress"], e["RuleNumber"], e["Protocol"], e["RuleAction"], e["CidrBlock"]) for e in acl["Entries"]
    )
    assert rules == [
        (False, 100, "-1", "allow", "0.0.0.0/0"),
        (False, 32767, "-1", "deny", "0.0.0.0/0"),
        (True, 90, "1", "allow", "172.16.0.0/16"),
        (True, 100, "1", "deny", "0.0.0.0/0"),
        (True, 200, "-1", "allow", "0.0.0.0/0"),
        (True, 32767, "-1", "deny", "0.0.0.0/0"),
    ]


@pytest.mark.parametrize(
    ("vpc", "group", "last_field"), [("lab", GROUP, "log-status"), ("shop", SHOP_GROUP, "reject-reason")]
)
def test_the_flow_logs_deliver(ec2: Any, vpc: str, group: str, last_field: str) -> None:
    flow_logs = ec2.describe_flow_logs()["FlowLogs"]
    (flow_log,) = (one for one in flow_logs if one["ResourceId"] == vpc_id(ec2, vpc))
    assert (flow_log["FlowLogStatus"], flow_log["DeliverLogsStatus"]) == ("ACTIVE", "SUCCESS")
    assert (flow_log["LogGroupName"], flow_log["TrafficType"]) == (group, "ALL")
    assert flow_log["LogFormat"].split()[-1] == f"${{{last_field}}}"
    assert flow_log["MaxAggregationInterval"] == 60
    assert "DeliverLogsErrorMessage" not in flow_log


def test_streams_are_those_of_the_interfaces(ec2: Any, logs: Any) -> None:
    nics = ec2.describe_network_interfaces(Filters=in_lab(ec2))["NetworkInterfaces"]
    streams = logs.describe_log_streams(logGroupName=GROUP)["logStreams"]
    assert {stream["logStreamName"] for stream in streams} == {
        f"{nic['NetworkInterfaceId']}-all" for nic in nics
    }
    assert all(stream["lastEventTimestamp"] < time.time() * 1000 for stream in streams)


def test_the_endpoint_interface_of_the_shop(ec2: Any) -> None:
    nics = ec2.describe_network_interfaces(Filters=in_shop(ec2))["NetworkInterfaces"]
    (nic,) = [nic for nic in nics if nic["InterfaceType"] == "vpc_endpoint"]
    (endpoint,) = ec2.describe_vpc_endpoints()["VpcEndpoints"]
    assert (nic["PrivateIpAddress"], nic["Status"]) == ("10.20.1.5", "in-use")
    assert nic["Description"] == f"VPC Endpoint Interface {endpoint['VpcEndpointId']}"
    assert endpoint["NetworkInterfaceIds"] == [nic["NetworkInterfaceId"]]
    assert endpoint["ServiceName"] == "com.amazonaws.eu-west-1.s3"


def test_tasks_of_the_shop_are_gone(ec2: Any, logs: Any) -> None:
    nics = ec2.describe_network_interfaces()["NetworkInterfaces"]
    known = {f"{nic['NetworkInterfaceId']}-all" for nic in nics}
    streams = logs.describe_log_streams(logGroupName=SHOP_GROUP)["logStreams"]
    assert {stream["logStreamName"] for stream in streams} - known


# What stands above the rules


def test_block_public_access_keeps_in_the_shop_and_not_the_lab(ec2: Any, lab: Process) -> None:
    options = ec2.describe_vpc_block_public_access_options()["VpcBlockPublicAccessOptions"]
    assert (options["InternetGatewayBlockMode"], options["State"]) == ("block-ingress", "update-complete")
    (exclusion,) = ec2.describe_vpc_block_public_access_exclusions(MaxResults=1000)[
        "VpcBlockPublicAccessExclusions"
    ]
    assert exclusion["ResourceArn"] == f"arn:aws:ec2:eu-west-1:123456789012:vpc/{vpc_id(ec2)}"
    assert exclusion["InternetGatewayExclusionMode"] == "allow-bidirectional"
    assert exclusion["State"] == "create-complete"


def test_another_region_is_as_a_new_account_has_it(lab: Process) -> None:
    elsewhere = lab.client("ec2", region="us-east-1")
    options = elsewhere.describe_vpc_block_public_access_options()["VpcBlockPublicAccessOptions"]
    assert (options["InternetGatewayBlockMode"], options["State"]) == ("off", "default-state")
    assert elsewhere.describe_vpc_block_public_access_exclusions()["VpcBlockPublicAccessExclusions"] == []
    assert elsewhere.describe_vpc_encryption_controls()["VpcEncryptionControls"] == []
    assert elsewhere.describe_security_group_vpc_associations()["SecurityGroupVpcAssociations"] == []


def test_encryption_controls_are_enforced_in_the_shop(ec2: Any) -> None:
    (control,) = ec2.describe_vpc_encryption_controls()["VpcEncryptionControls"]
    assert (control["VpcId"], control["Mode"], control["State"]) == (
        vpc_id(ec2, "shop"),
        "enforce",
        "available",
    )
    # The shop has an internet gateway, which enforcing controls must leave out.
    assert control["ResourceExclusions"]["InternetGateway"]["State"] == "enabled"


def test_a_group_of_the_lab_serves_in_the_shop_too(ec2: Any) -> None:
    (association,) = ec2.describe_security_group_vpc_associations()["SecurityGroupVpcAssociations"]
    (group,) = ec2.describe_security_groups(GroupIds=[association["GroupId"]])["SecurityGroups"]
    nics = ec2.describe_network_interfaces(Filters=in_shop(ec2))["NetworkInterfaces"]
    carried = {each["GroupId"] for nic in nics for each in nic["Groups"]}
    assert (group["VpcId"], association["VpcId"]) == (vpc_id(ec2), vpc_id(ec2, "shop"))
    assert association["State"] == "associated"
    assert group["GroupId"] in carried


def test_a_rule_over_a_peering_that_was_deleted_is_stale(ec2: Any) -> None:
    (stale,) = ec2.describe_stale_security_groups(VpcId=vpc_id(ec2, "shop"))["StaleSecurityGroupSet"]
    (permission,) = stale["StaleIpPermissions"]
    (pair,) = permission["UserIdGroupPairs"]
    rules = ec2.describe_security_group_rules()["SecurityGroupRules"]
    (rule,) = (one for one in rules if "VpcPeeringConnectionId" in one.get("ReferencedGroupInfo", {}))
    assert (stale["GroupName"], permission["FromPort"], pair["PeeringStatus"]) == (
        "orders-sg",
        5432,
        "deleted",
    )
    assert (rule["GroupId"], rule["ReferencedGroupInfo"]) == (stale["GroupId"], pair)
    (peering,) = ec2.describe_vpc_peering_connections()["VpcPeeringConnections"]
    assert (peering["VpcPeeringConnectionId"], peering["Status"]["Code"]) == (
        pair["VpcPeeringConnectionId"],
        "deleted",
    )


def test_the_lab_has_no_stale_groups(ec2: Any) -> None:
    assert ec2.describe_stale_security_groups(VpcId=vpc_id(ec2))["StaleSecurityGroupSet"] == []


GUARDS = [
    ("describe_vpc_block_public_access_exclusions", "VpcBlockPublicAccessExclusions"),
    ("describe_vpc_encryption_controls", "VpcEncryptionControls"),
    ("describe_security_group_vpc_associations", "SecurityGroupVpcAssociations"),
]


@pytest.mark.parametrize(("call", "key"), GUARDS, ids=[call for call, _ in GUARDS])
def test_what_is_asked_for_by_filter_is_what_comes(ec2: Any, call: str, key: str) -> None:
    describe = getattr(ec2, call)
    (row,) = describe()[key]
    state = [{"Name": "state", "Values": [row["State"]]}]
    assert describe(Filters=state)[key] == [row]
    assert describe(Filters=[{"Name": "state", "Values": ["deleted"]}])[key] == []


GUARDS_REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("describe_vpc_block_public_access_options", {"DryRun": True}, "DryRunOperation"),
    ("describe_vpc_encryption_controls", {"DryRun": True}, "DryRunOperation"),
    ("describe_vpc_encryption_controls", {"NextToken": "x"}, "InvalidNextToken"),
    (
        "describe_vpc_encryption_controls",
        {"Filters": [{"Name": "colour", "Values": ["red"]}]},
        "InvalidParameterValue",
    ),
    ("describe_stale_security_groups", {"VpcId": "vpc-0nobody"}, "InvalidVpcID.NotFound"),
]


@pytest.mark.parametrize(
    ("call", "params", "expected"), GUARDS_REFUSED, ids=[f"{c[0]} {c[2]}" for c in GUARDS_REFUSED]
)
def test_guards_refused(ec2: Any, call: str, params: dict[str, Any], expected: str) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(ec2, call)(**params)
    assert code(caught) == expected


def test_groups(logs: Any) -> None:
    group, other = logs.describe_log_groups(logGroupNamePrefix="/vpc/")["logGroups"]
    assert (group["logGroupName"], group["logGroupClass"]) == (GROUP, "STANDARD")
    assert (other["logGroupName"], other["logGroupClass"]) == (SHOP_GROUP, "STANDARD")
    assert group["arn"] == group["logGroupArn"] + ":*"
    (brief,) = logs.describe_log_groups(logGroupNamePattern="lab")["logGroups"]
    assert set(brief) == {"logGroupName", "creationTime", "arn"}
    assert drain(logs, logGroupName=GROUP, filterPattern="NODATA")


def test_history_and_new_records_that_arrive(logs: Any) -> None:
    since = int(time.time() - 1_900) * 1000
    before = {event["eventId"] for event in drain(logs, startTime=since)}
    assert len(before) > 9_000
    assert eventually(lambda: {e["eventId"] for e in drain(logs, startTime=since)} - before)


def test_newest_first(logs: Any) -> None:
    since = int(time.time() - 1_900) * 1000
    events = drain(logs, startTime=since, startFromHead=False)
    timestamps = [event["timestamp"] for event in events]
    assert timestamps == sorted(timestamps, reverse=True)
    assert len({event["eventId"] for event in events}) == len(events)


def test_a_filter_pattern(logs: Any) -> None:
    found = drain(
        logs, filterPattern="[..., dstport=80, protocol, packets, bytes, start, end, action=REJECT, status]"
    )
    assert len(found) > 100
    assert all(event["message"].split()[6] == "80" for event in found)


REFUSED: list[tuple[str, str, dict[str, Any], str]] = [
    ("group", "filter_log_events", {"logGroupName": "none"}, "ResourceNotFoundException"),
    ("token", "filter_log_events", {"logGroupName": GROUP, "nextToken": "x"}, "InvalidParameterException"),
    (
        "pattern",
        "filter_log_events",
        {"logGroupName": GROUP, "filterPattern": "[a"},
        "InvalidParameterException",
    ),
    (
        "names and prefix",
        "filter_log_events",
        {"logGroupName": GROUP, "logStreamNames": ["a"], "logStreamNamePrefix": "a"},
        "InvalidParameterException",
    ),
    ("operation", "describe_destinations", {}, "UnknownOperationException"),
    ("stream", "get_log_events", {"logGroupName": GROUP, "logStreamName": "x"}, "ResourceNotFoundException"),
    ("exists", "create_log_group", {"logGroupName": GROUP}, "ResourceAlreadyExistsException"),
    ("no such group", "delete_log_group", {"logGroupName": "none"}, "ResourceNotFoundException"),
    (
        "order with prefix",
        "describe_log_streams",
        {"logGroupName": GROUP, "orderBy": "LastEventTime", "logStreamNamePrefix": "e"},
        "InvalidParameterException",
    ),
]


@pytest.mark.parametrize(
    ("call", "params", "expected"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED]
)
def test_refused(logs: Any, call: str, params: dict[str, Any], expected: str) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(logs, call)(**params)
    assert code(caught) == expected


@pytest.fixture
def stream(logs: Any) -> Iterator[dict[str, str]]:
    named = {"logGroupName": "own", "logStreamName": "s"}
    logs.create_log_group(logGroupName="own")
    logs.create_log_stream(**named)
    yield named
    logs.delete_log_group(logGroupName="own")


def test_put_and_get_log_events(logs: Any, stream: dict[str, str]) -> None:
    now = int(time.time() * 1000)
    batch = [{"timestamp": now - 9 + at, "message": f'm{at} ä"\\'} for at in range(10)]
    logs.put_log_events(**stream, logEvents=batch)
    page = logs.get_log_events(**stream, startFromHead=True, limit=6)
    rest = logs.get_log_events(**stream, startFromHead=True, nextToken=page["nextForwardToken"])
    seen = [{"timestamp": e["timestamp"], "message": e["message"]} for e in page["events"] + rest["events"]]
    assert seen == batch
    idle = logs.get_log_events(**stream, startFromHead=True, nextToken=rest["nextForwardToken"])
    assert idle["events"] == []
    assert idle["nextForwardToken"] == rest["nextForwardToken"]
    (newest,) = logs.get_log_events(**stream, limit=1)["events"]
    assert newest["message"] == batch[-1]["message"]
    (first,) = logs.get_log_events(**stream, endTime=now - 8)["events"]
    assert first["message"] == batch[0]["message"]


def test_an_empty_stream_can_be_followed(logs: Any, stream: dict[str, str]) -> None:
    empty = logs.get_log_events(**stream)
    logs.put_log_events(**stream, logEvents=[{"timestamp": int(time.time() * 1000), "message": "first"}])
    page = logs.get_log_events(**stream, startFromHead=True, nextToken=empty["nextForwardToken"])
    assert [event["message"] for event in page["events"]] == ["first"]


def test_put_says_what_is_too_old_and_too_new(logs: Any, stream: dict[str, str]) -> None:
    now, day = int(time.time() * 1000), 86_400_000
    old = logs.put_log_events(**stream, logEvents=[{"timestamp": now - 15 * day, "message": "old"}])
    new = logs.put_log_events(**stream, logEvents=[{"timestamp": now + day, "message": "new"}])
    assert old["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}
    assert new["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 0}
    assert drain(logs, logGroupName="own") == []


def test_streams_are_paged_by_fifty(logs: Any, stream: dict[str, str]) -> None:
    for number in range(119):
        logs.create_log_stream(logGroupName="own", logStreamName=f"t{number:03}")
    pages = list(logs.get_paginator("describe_log_streams").paginate(logGroupName="own"))
    assert [len(page["logStreams"]) for page in pages] == [50, 50, 20]
    names = [one["logStreamName"] for page in pages for one in page["logStreams"]]
    assert names == sorted(names)


def test_a_new_group_can_have_a_flow_log(ec2: Any, stream: dict[str, str]) -> None:
    nic = ec2.describe_network_interfaces(Filters=in_lab(ec2))["NetworkInterfaces"][0]
    made = ec2.create_flow_logs(
        ResourceType="NetworkInterface", ResourceIds=[nic["NetworkInterfaceId"]], TrafficType="REJECT",
        LogGroupName="own", DeliverLogsPermissionArn="arn:aws:iam::123456789012:role/flow-logs-delivery",
    )["FlowLogIds"]  # fmt: skip
    try:
        (flow_log,) = ec2.describe_flow_logs(FlowLogIds=made)["FlowLogs"]
        assert flow_log["DeliverLogsStatus"] == "SUCCESS"
    finally:
        ec2.delete_flow_logs(FlowLogIds=made)


def test_another_elastic_ip_is_a_documentation_address(ec2: Any) -> None:
    made = ec2.allocate_address(Domain="vpc")
    ec2.release_address(AllocationId=made["AllocationId"])
    assert made["PublicIp"].startswith("192.0.2.")


def test_it_listens_at_once_and_is_whole_within_seconds() -> None:
    with demo() as process:
        process.client("logs").filter_log_events(logGroupName=GROUP, limit=1)
        process.client("ec2").describe_network_interfaces()
    # Measured 0.1 s and 1.6 s on two cores; here only what would make `flowtui demo` feel broken.
    assert process.ready_s < 5


def test_the_same_seed_gives_the_same_ids() -> None:
    def ids() -> list[str]:
        with demo("--seed", "11", "--rate", "0") as process:
            nics = process.client("ec2").describe_network_interfaces()["NetworkInterfaces"]
            return sorted(nic["NetworkInterfaceId"] + nic["VpcId"] for nic in nics)

    assert ids() == ids()


def test_rate_0_stays_as_it_is(tmp_path: Path) -> None:
    file = scenario(tmp_path, "rate = 0\nspeed = 60\nhistory_minutes = 1")
    with demo("--scenario", file) as process:
        logs = process.client("logs")
        first = drain(logs)
        assert first
        process.client("ec2").describe_vpcs()
        assert drain(logs) == first


def ended(process: Process) -> tuple[int, str, str]:
    status = process.popen.wait(timeout=DEADLINE_S)
    assert process.popen.stdout is not None
    assert process.popen.stderr is not None
    return status, process.popen.stdout.read(), process.popen.stderr.read()


def close_input(process: Process) -> None:
    assert process.popen.stdin is not None
    process.popen.stdin.close()


@pytest.mark.parametrize(
    "ending",
    [
        close_input,
        lambda process: process.popen.send_signal(signal.SIGTERM),
        lambda process: process.popen.send_signal(signal.SIGINT),
    ],
    ids=["standard input ends", "SIGTERM", "SIGINT"],
)
def test_it_ends_quietly_and_says_nothing_but_the_ready_line(ending: Callable[[Process], None]) -> None:
    with demo() as process:
        drain(process.client("logs"))
        process.client("ec2").describe_vpcs()
        ending(process)
        assert ended(process) == (0, "", "")


def test_it_ends_with_its_parent() -> None:
    script = (
        "import os, subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-m', 'flowtui.demo', '--parent', str(os.getpid())],\n"
        "                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)\n"
        "child.stdout.readline()\n"
        "print(child.pid, flush=True)\n"
        "os._exit(0)\n"
    )
    parent = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    child = int(parent.stdout)

    def is_gone() -> bool:
        try:
            return Path(f"/proc/{child}/stat").read_text().split()[2] == "Z"
        except FileNotFoundError:
            return True

    eventually(is_gone)


def scenario(path: Path, text: str) -> str:
    file = path / "s.toml"
    file.write_text(text)
    return str(file)


MISHAPS: list[tuple[str, str, str, int]] = [
    ("throttled", "throttle = 1.0", "ThrottlingException", 400),
    ("error 500", "error_500 = 1.0", "InternalFailure", 500),
    ("unavailable", "unavailable = 1.0", "ServiceUnavailableException", 503),
    ("skewed", "skewed = [0, 1000]", "InvalidSignatureException", 400),
    ("denied", "denied = [0, 1000]", "AccessDeniedException", 400),
    ("limited", "limits = { FilterLogEvents = 0.01 }", "ThrottlingException", 400),
    ("expired", "expired = [0, 1000]", "ExpiredTokenException", 400),
]


@pytest.mark.parametrize(
    ("fault", "expected", "status"), [c[1:] for c in MISHAPS], ids=[c[0] for c in MISHAPS]
)
def test_mishaps(tmp_path: Path, fault: str, expected: str, status: int) -> None:
    with demo("--scenario", scenario(tmp_path, f"[faults]\n{fault}")) as process:
        logs = process.client("logs")
        if fault.startswith("limits"):
            logs.filter_log_events(logGroupName=GROUP)
        with pytest.raises(ClientError) as caught:
            logs.filter_log_events(logGroupName=GROUP)
        assert code(caught) == expected
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


def test_expired_credentials_concern_every_service(tmp_path: Path) -> None:
    with demo("--scenario", scenario(tmp_path, "[faults]\nexpired = [0, 1000]")) as process:
        with pytest.raises(ClientError) as caught:
            process.client("ec2").describe_vpcs()
        assert code(caught) == "RequestExpired"
        with pytest.raises(ClientError) as caught:
            process.client("sts").get_caller_identity()
        assert code(caught) == "ExpiredToken"


def test_connections_are_reset(tmp_path: Path) -> None:
    with demo("--scenario", scenario(tmp_path, "[faults]\ndown = [0, 1000]")) as process:
        for service, call in (("logs", "describe_log_groups"), ("ec2", "describe_vpcs")):
            with pytest.raises((ConnectionError, ConnectionClosedError)):
                getattr(process.client(service), call)()
        close_input(process)
        assert ended(process) == (0, "", "")


@pytest.mark.parametrize("fault", ["reset_body = 1.0", "stalled = [0, 1000]"])
def test_half_of_a_body(tmp_path: Path, fault: str) -> None:
    with demo("--scenario", scenario(tmp_path, f"[faults]\n{fault}")) as process:
        began = time.monotonic()
        quick = process.client("logs", read_timeout=1)
        with pytest.raises((ConnectionError, IncompleteReadError, ResponseStreamingError, HTTPClientError)):
            quick.filter_log_events(logGroupName=GROUP)
        assert time.monotonic() - began < DEADLINE_S / 2
        close_input(process)
        assert ended(process) == (0, "", "")


def test_a_slow_body_comes_whole(tmp_path: Path) -> None:
    text = "[faults]\nslow = 1.0\nslow_s = 1\n[pages]\nempty = 0"
    with demo("--scenario", scenario(tmp_path, text)) as process:
        logs = process.client("logs")
        began = time.monotonic()
        assert logs.filter_log_events(logGroupName=GROUP)["events"]
        assert time.monotonic() - began >= 1


LOAD = """
rate = 0
history_minutes = 0
[load]
history_events = 500
records_per_s = 100
seconds = 1
skew_s = 3600
[faults]
down = [100, 101]
"""


def asked(process: Process, what: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{json.loads(process.line)['endpoint']}/_flowtui/{what}") as reply:
        return [json.loads(line) for line in reply]


def test_a_judge_is_told_what_was_ingested_and_called(tmp_path: Path) -> None:
    with demo("--scenario", scenario(tmp_path, LOAD)) as process:
        logs = process.client("logs")
        group = {"logGroupName": "/load/flow-logs"}
        eventually(lambda: logs.describe_log_groups()["logGroups"])
        (before,) = asked(process, "state")
        assert (before["begun"], before["is_over"], before["ingested"]) == (None, False, 500)
        drain(logs, **group)
        eventually(lambda: asked(process, "state")[0]["is_over"])
        read = drain(logs, **group)
        told = asked(process, "ingested")
        assert len(told) == 600
        names = ("id", "stream", "timestamp", "ingestion", "message")
        aws_names = ("eventId", "logStreamName", "timestamp", "ingestionTime", "message")
        assert {itemgetter(*names)(row) for row in told} == {itemgetter(*aws_names)(one) for one in read}
        calls = asked(process, "calls")
        reading = [call for call in calls if call["operation"] == "FilterLogEvents"]
        assert {call["outcome"] for call in calls} == {"ok"}
        assert sum(call["events"] for call in reading) >= 1_100
        assert [call["at"] for call in calls] == sorted(call["at"] for call in calls)


def test_the_date_is_that_of_awss_clock(tmp_path: Path) -> None:
    with demo("--scenario", scenario(tmp_path, LOAD)) as process:
        headers = process.client("logs").describe_log_groups()["ResponseMetadata"]["HTTPHeaders"]
        assert 3_500 < parsedate_to_datetime(headers["date"]).timestamp() - time.time() < 3_700


def test_without_a_load_there_is_nothing_to_judge(lab: Process) -> None:
    with pytest.raises(urllib.error.HTTPError):
        asked(lab, "ingested")


WRONG: list[tuple[str, list[str], int, str]] = [
    ("no such scenario", ["--scenario", "none.toml"], 2, "none.toml: No such file"),
    ("no such name", ["--scenario", "flakey"], 2, "there is no scenario 'flakey'"),
    ("rate", ["--rate", "-3"], 2, "rate must be a number"),
    ("port", ["--port", "99999"], 1, "cannot listen on port 99999"),
]


@pytest.mark.parametrize(("options", "status", "sentence"), [c[1:] for c in WRONG], ids=[c[0] for c in WRONG])
def test_wrong_options_have_one_line(options: list[str], status: int, sentence: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "flowtui.demo", *options],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=DEADLINE_S, check=False,
    )  # fmt: skip
    assert (run.returncode, run.stdout) == (status, "")
    assert sentence in run.stderr
    assert run.stderr.count("\n") == 1


def test_the_environment_of_the_user_plays_no_part() -> None:
    hostile = os.environ | {
        "AWS_PROFILE": "none",
        "AWS_CONFIG_FILE": "/none",
        "HTTP_PROXY": "http://127.0.0.1:1",
    }
    with demo(env=hostile) as process:
        assert process.client("ec2").describe_flow_logs()["FlowLogs"]


def refusal(call: Callable[[], Any]) -> tuple[str, int, str]:
    with pytest.raises(ClientError) as caught:
        call()
    answer = caught.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Message"]


def test_what_an_account_is_denied_each_service_says_in_its_own_words() -> None:
    with demo("--scenario", "closed", "--rate", "0") as process:
        code, status, message = refusal(process.client("ec2").describe_vpcs)
        assert (code, status) == ("UnauthorizedOperation", 403)
        assert "is not authorized to perform: ec2:DescribeVpcs because no identity-based policy" in message
        code, status, message = refusal(process.client("iam").list_roles)
        assert (code, status) == ("AccessDenied", 403)
        assert "iam:ListRoles" in message
        code, status, message = refusal(process.client("logs").describe_log_groups)
        assert (code, status) == ("AccessDeniedException", 400)
        assert "logs:DescribeLogGroups" in message
        assert process.client("sts").get_caller_identity()["Account"] == "123456789012"


def test_a_broken_account_has_a_failed_flow_log_a_class_that_is_not_read_and_a_clock_apart() -> None:
    with demo("--scenario", "broken", "--rate", "0") as process:
        logs, ec2 = process.client("logs"), process.client("ec2")
        by_group = {each["LogGroupName"]: each for each in ec2.describe_flow_logs()["FlowLogs"]}
        assert by_group[GROUP]["DeliverLogsStatus"] == "FAILED"
        assert by_group[GROUP]["DeliverLogsErrorMessage"] == "Access error"
        assert by_group[SHOP_GROUP]["DeliverLogsStatus"] == "SUCCESS"
        assert drain(logs) == []
        assert refusal(lambda: drain(logs, logGroupName=SHOP_GROUP))[0] == "InvalidParameterException"
        date = logs.describe_log_groups()["ResponseMetadata"]["HTTPHeaders"]["date"]
        assert 37 < parsedate_to_datetime(date).timestamp() - time.time() < 47


def test_a_bare_account_has_no_flow_log() -> None:
    with demo("--scenario", "bare", "--rate", "0") as process:
        assert process.client("ec2").describe_flow_logs()["FlowLogs"] == []
        assert len(process.client("ec2").describe_vpcs()["Vpcs"]) == 3
