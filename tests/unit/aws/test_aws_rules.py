"""What is read of the rules, page by page; and that what cannot be read is unknown, never empty."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from flowtui.aws.errors import fault_of
from flowtui.aws.rules import FIRST, RulesReader
from flowtui.monitor.outside import FaultError
from flowtui.topology.model import Interface, Missing, Owner, OwnerKind, Topology, Vpc
from flowtui.topology.rules import AclRule, BlockPublicAccess, Exclusion, GroupRule, Peering, Rules

ACCOUNT = "123456789012"
KEYS = {part.operation: part.key for part in FIRST} | {
    "describe_managed_prefix_lists": "PrefixLists",
    "describe_prefix_lists": "PrefixLists",
    "get_managed_prefix_list_entries": "Entries",
    "describe_stale_security_groups": "StaleSecurityGroupSet",
    "describe_network_interfaces": "NetworkInterfaces",
}
OPTIONS = "describe_vpc_block_public_access_options"


class FakeEc2:
    """Answers each call with pages of rows, with a structure, or with an exception."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.calls: dict[str, list[dict[str, Any]]] = {}

    def __getattr__(self, operation: str) -> Any:
        def describe(**parameters: Any) -> Mapping[str, object]:
            self.calls.setdefault(operation, []).append(parameters)
            answer = self.answers.get(operation, [[]])
            if isinstance(answer, Exception):
                raise answer
            if operation == OPTIONS:
                return {KEYS[operation]: {} if answer == [[]] else answer}
            number = int(parameters.get("NextToken", 0))
            token = {} if number + 1 == len(answer) else {"NextToken": str(number + 1)}
            return {KEYS[operation]: answer[number]} | token

        return describe


@contextmanager
def asking(action: str) -> Iterator[None]:
    try:
        yield
    except FaultError:
        raise
    except Exception as error:
        raise FaultError(fault_of(error, action)) from error


def failure(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "No."}}, "Describe")


ENI = Interface(
    "eni-1", "web", "vpc-1", "subnet-1", Owner(OwnerKind.INSTANCE, "i-1", "web"), ("10.0.0.5",),
    ("198.51.100.1",), ("10.0.0.16/28",), ("sg-1",),
)  # fmt: skip
TOPOLOGY = Topology(
    ACCOUNT, "eu-west-1", 1.0, vpcs=(Vpc("vpc-1", "lab", ("10.0.0.0/16",)),), interfaces=(ENI,)
)


def read(topology: Topology = TOPOLOGY, **answers: Any) -> Rules:
    fake = FakeEc2(**answers)
    return RulesReader(lambda: fake, asking).read(topology)


def sg(group_id: str = "sg-1", **more: Any) -> dict[str, object]:
    return {"GroupId": group_id, "GroupName": "web", "VpcId": "vpc-1", "OwnerId": ACCOUNT, **more}


def sgr(rule_id: str = "sgr-1", group_id: str = "sg-1", **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "SecurityGroupRuleId": rule_id,
        "GroupId": group_id,
        "IsEgress": False,
        "IpProtocol": "tcp",
    }
    return row | {"FromPort": 80, "ToPort": 80} | more


def refer(group_id: str, **more: Any) -> dict[str, Any]:
    return {"ReferencedGroupInfo": {"GroupId": group_id, "UserId": ACCOUNT, **more}}


def only_rule(**answers: Any) -> GroupRule:
    (group,) = read(describe_security_groups=[[sg()]], **answers).groups or ()
    (rule,) = group.rules or ()
    return rule


@pytest.mark.parametrize(
    "part", [part for part in FIRST if part.operation != OPTIONS], ids=lambda part: part.name
)
def test_every_part_is_read_to_its_last_page(part: Any) -> None:
    fake = FakeEc2(**{part.operation: [[{}], [{}], [{}]]})
    RulesReader(lambda: fake, asking).read(TOPOLOGY)
    assert [call.get("NextToken") for call in fake.calls[part.operation]] == [None, "1", "2"]


def test_a_rule_of_a_security_group() -> None:
    row = sgr(CidrIpv4="203.0.113.0/24", Description="the office")
    assert only_rule(describe_security_group_rules=[[row]]) == GroupRule(
        "sgr-1", False, 6, 80, 80, cidr="203.0.113.0/24", description="the office"
    )


@pytest.mark.parametrize(
    ("name", "number"),
    [("tcp", 6), ("udp", 17), ("icmp", 1), ("icmpv6", 58), ("-1", -1), ("47", 47), ("?", -2)],
)
def test_protocols_by_name_and_number(name: str, number: int) -> None:
    assert only_rule(describe_security_group_rules=[[sgr(IpProtocol=name)]]).protocol == number


def test_a_group_without_rules_has_none_and_one_that_was_not_read_is_unknown() -> None:
    (bare,) = read(describe_security_groups=[[sg()]]).groups or ()
    assert bare.rules == ()
    denied = failure("UnauthorizedOperation")
    (unread,) = read(describe_security_groups=[[sg()]], describe_security_group_rules=denied).groups or ()
    assert unread.rules is None


def test_the_rules_of_another_accounts_group_are_not_none_but_unknown() -> None:
    (shared,) = read(describe_security_groups=[[sg(OwnerId="999999999999")]]).groups or ()
    assert shared.rules is None


@pytest.mark.parametrize(
    ("peer", "known", "is_stale"),
    [
        pytest.param({}, {}, False, id="same-vpc"),
        pytest.param({"PeeringStatus": "active"}, {}, False, id="active"),
        pytest.param({"PeeringStatus": "deleted"}, {}, True, id="deleted"),
        pytest.param(
            {"VpcPeeringConnectionId": "pcx-1"},
            {
                "describe_vpc_peering_connections": [
                    [{"VpcPeeringConnectionId": "pcx-1", "Status": {"Code": "expired"}}]
                ]
            },
            True,
            id="peering-expired",
        ),
        pytest.param(
            {"VpcPeeringConnectionId": "pcx-1"},
            {
                "describe_stale_security_groups": [
                    [
                        {
                            "GroupId": "sg-1",
                            "StaleIpPermissions": [{"UserIdGroupPairs": [{"GroupId": "sg-2"}]}],
                        }
                    ]
                ]
            },
            True,
            id="listed-as-stale",
        ),
    ],
)
def test_stale_references(peer: dict[str, Any], known: dict[str, Any], is_stale: bool) -> None:
    rule = only_rule(describe_security_group_rules=[[sgr(**refer("sg-2", **peer))]], **known)
    assert (rule.peer_group_id, rule.is_stale) == ("sg-2", is_stale)


def test_stale_groups_are_asked_for_only_where_there_is_a_peering() -> None:
    plain = FakeEc2(describe_security_groups=[[sg()]], describe_security_group_rules=[[sgr()]])
    RulesReader(lambda: plain, asking).read(TOPOLOGY)
    assert "describe_stale_security_groups" not in plain.calls


def test_members_are_the_interfaces_that_carry_a_group_that_is_referred_to() -> None:
    rules = read(describe_security_group_rules=[[sgr(**refer("sg-1"))]])
    (member,) = rules.members or ()
    assert (member.interface_id, member.addresses) == ("eni-1", ("10.0.0.5", "10.0.0.16/28"))
    assert member.public_addresses == ("198.51.100.1",)
    assert read(describe_security_group_rules=[[sgr(**refer("sg-9"))]]).members == ()


def test_members_in_vpcs_that_were_not_chosen_are_read_besides() -> None:
    row = {"NetworkInterfaceId": "eni-9", "VpcId": "vpc-9", "PrivateIpAddress": "10.9.0.1"}
    fake = FakeEc2(
        describe_security_group_rules=[[sgr(**refer("sg-9"))]],
        describe_network_interfaces=[[row | {"Groups": [{"GroupId": "sg-9"}]}]],
    )
    rules = RulesReader(lambda: fake, asking).read(replace(TOPOLOGY, elsewhere=("eni-9",)))
    assert [member.interface_id for member in rules.members or ()] == ["eni-9"]
    (call,) = fake.calls["describe_network_interfaces"]
    assert call["Filters"] == [{"Name": "group-id", "Values": ["sg-9"]}]


def test_members_are_unknown_where_interfaces_were() -> None:
    missing = (Missing("interfaces", "ec2:DescribeNetworkInterfaces", "No."),)
    assert read(replace(TOPOLOGY, missing=missing)).members is None


LISTS: dict[str, Any] = {"describe_security_group_rules": [[sgr(PrefixListId="pl-1")]]}
NAMED: dict[str, Any] = {
    "describe_managed_prefix_lists": [[{"PrefixListId": "pl-1", "PrefixListName": "offices"}]]
}


@pytest.mark.parametrize(
    ("answers", "cidrs"),
    [
        pytest.param(
            {"get_managed_prefix_list_entries": [[{"Cidr": "10.0.0.0/8"}], [{"Cidr": "10.9.0.0/16"}]]},
            ("10.0.0.0/8", "10.9.0.0/16"),
            id="two-pages",
        ),
        pytest.param({}, (), id="empty"),
        pytest.param(
            {"get_managed_prefix_list_entries": failure("UnauthorizedOperation")}, None, id="denied"
        ),
        pytest.param(
            {
                "get_managed_prefix_list_entries": failure("UnsupportedOperation"),
                "describe_prefix_lists": [[{"PrefixListId": "pl-1", "Cidrs": ["52.0.0.0/24"]}]],
            },
            ("52.0.0.0/24",),
            id="a-gateway-services",
        ),
    ],
)
def test_prefix_lists_have_their_entries(answers: dict[str, Any], cidrs: tuple[str, ...] | None) -> None:
    (found,) = read(**LISTS, **NAMED, **answers).prefix_lists
    assert (found.id, found.name, found.cidrs) == ("pl-1", "offices", cidrs)


def acl_row(*entries: dict[str, object]) -> dict[str, object]:
    return {
        "NetworkAclId": "acl-1",
        "VpcId": "vpc-1",
        "Associations": [{"SubnetId": "subnet-1"}, {"SubnetId": "subnet-2"}],
        "Tags": [{"Key": "Name", "Value": "public"}],
        "Entries": list(entries),
    }


def test_network_acls_have_both_implicit_rules_whether_listed_or_not() -> None:
    listed = {
        "RuleNumber": 32767,
        "Egress": False,
        "Protocol": "-1",
        "RuleAction": "deny",
        "CidrBlock": "0.0.0.0/0",
    }
    for entries in ((), (listed,)):
        (acl,) = read(describe_network_acls=[[acl_row(*entries)]]).acls or ()
        assert [(rule.number, rule.is_egress, rule.cidr) for rule in acl.rules] == [
            (32767, False, "0.0.0.0/0"),
            (32768, False, "::/0"),
            (32767, True, "0.0.0.0/0"),
            (32768, True, "::/0"),
        ]
        assert not any(rule.is_allow for rule in acl.rules)


def test_entries_of_a_network_acl_are_in_the_order_in_which_they_count() -> None:
    tcp = {
        "RuleNumber": 200, "Egress": False, "Protocol": "6", "RuleAction": "allow", "CidrBlock": "10.0.0.0/8",
        "PortRange": {"From": 80, "To": 81},
    }  # fmt: skip
    icmp = {
        "RuleNumber": 100, "Egress": False, "Protocol": "58", "RuleAction": "deny", "Ipv6CidrBlock": "::/0",
        "IcmpTypeCode": {"Type": 128, "Code": -1},
    }  # fmt: skip
    (acl,) = read(describe_network_acls=[[acl_row(tcp, icmp)]]).acls or ()
    assert (acl.name, acl.subnet_ids) == ("public", ("subnet-1", "subnet-2"))
    assert acl.rules[:2] == (
        AclRule(100, False, False, 58, "::/0", icmp_type=128),
        AclRule(200, False, True, 6, "10.0.0.0/8", 80, 81),
    )


def test_peerings() -> None:
    row = {
        "VpcPeeringConnectionId": "pcx-1",
        "Status": {"Code": "active"},
        "RequesterVpcInfo": {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"},
        "AccepterVpcInfo": {
            "VpcId": "vpc-2",
            "CidrBlock": "10.8.0.0/16",
            "CidrBlockSet": [{"CidrBlock": "10.8.0.0/16"}, {"CidrBlock": "10.7.0.0/16"}],
            "Ipv6CidrBlockSet": [{"Ipv6CidrBlock": "2001:db8::/56"}],
        },
    }
    (peering,) = read(describe_vpc_peering_connections=[[row]]).peerings or ()
    assert peering == Peering(
        "pcx-1",
        True,
        ("vpc-1", "vpc-2"),
        (("10.0.0.0/16",), ("10.8.0.0/16", "10.7.0.0/16", "2001:db8::/56")),
    )


def excluded(state: str) -> dict[str, object]:
    return {
        "ExclusionId": "vpcbpa-exclude-1",
        "InternetGatewayExclusionMode": "allow-egress",
        "ResourceArn": f"arn:aws:ec2:eu-west-1:{ACCOUNT}:subnet/subnet-1",
        "State": state,
    }


HELD = Exclusion("vpcbpa-exclude-1", "subnet-1", "allow-egress")


@pytest.mark.parametrize(
    ("answers", "known"),
    [
        pytest.param({}, None, id="nothing-told"),
        pytest.param({OPTIONS: {"InternetGatewayBlockMode": "off"}}, BlockPublicAccess("off", ()), id="off"),
        pytest.param({OPTIONS: failure("UnauthorizedOperation")}, None, id="denied"),
        pytest.param(
            {
                OPTIONS: {"InternetGatewayBlockMode": "block-ingress"},
                "describe_vpc_block_public_access_exclusions": [
                    [excluded("create-complete"), excluded("delete-complete")]
                ],
            },
            BlockPublicAccess("block-ingress", (HELD,)),
            id="excluded",
        ),
        pytest.param(
            {
                OPTIONS: {"InternetGatewayBlockMode": "block-ingress"},
                "describe_vpc_block_public_access_exclusions": failure("UnauthorizedOperation"),
            },
            BlockPublicAccess("block-ingress", None),
            id="exclusions-denied",
        ),
    ],
)
def test_block_public_access(answers: dict[str, Any], known: BlockPublicAccess | None) -> None:
    assert read(**answers).block_public_access == known


def test_encryption_controls() -> None:
    row = {"VpcEncryptionControlId": "ec-1", "VpcId": "vpc-1", "Mode": "enforce", "State": "available"}
    (control,) = read(describe_vpc_encryption_controls=[[row]]).encryption_controls or ()
    assert (control.id, control.vpc_id, control.mode, control.state) == (
        "ec-1",
        "vpc-1",
        "enforce",
        "available",
    )


def test_with_everything_denied_everything_is_unknown_and_named() -> None:
    denied: dict[str, Any] = {part.operation: failure("UnauthorizedOperation") for part in FIRST}
    rules = read(**denied)
    unknown = (rules.groups, rules.acls, rules.peerings, rules.block_public_access, rules.encryption_controls)
    assert unknown == (None,) * 5
    assert {missing.action for missing in rules.missing} == {part.action for part in FIRST}


def test_one_page_that_fails_leaves_no_half_of_a_network_acl_list() -> None:
    class Halting(FakeEc2):
        def describe_network_acls(self, **parameters: Any) -> Mapping[str, object]:
            if "NextToken" in parameters:
                raise failure("UnauthorizedOperation")
            return {"NetworkAcls": [acl_row()], "NextToken": "1"}

    fake = Halting()
    assert RulesReader(lambda: fake, asking).read(TOPOLOGY).acls is None


def test_what_fails_for_a_while_is_kept_as_it_was_with_its_age() -> None:
    fake = FakeEc2(describe_network_acls=[[acl_row()]])
    reader = RulesReader(lambda: fake, asking)
    before = reader.read(TOPOLOGY)
    fake.answers["describe_network_acls"] = failure("RequestLimitExceeded")
    began_at = time.time()
    after = reader.read(TOPOLOGY)
    assert after.acls == before.acls
    assert after.read_at < began_at
    fake.answers["describe_network_acls"] = failure("UnauthorizedOperation")
    assert reader.read(TOPOLOGY).acls is None


@pytest.mark.parametrize(
    "part", [part for part in FIRST if part.operation != OPTIONS], ids=lambda part: part.name
)
def test_hostile_rows_break_nothing(part: Any) -> None:
    rows = [{}, {"GroupId": 5, "Entries": "x", "ReferencedGroupInfo": []}, None, 7]
    answers: dict[str, Any] = {part.operation: [rows]}
    assert read(**answers).missing == ()
