"""Lab and shop in moto's EC2: seeds them and corrects what moto gets wrong.

Works on moto's backends directly, which is ten times as fast as calls over HTTP. Importing this module
costs about a second, so it is imported in the background only.
"""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime
from typing import Any

import moto.ec2.models.elastic_ip_addresses as moto_addresses
from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends
from moto.moto_api._internal import mock_random
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.test import Client

from flowtui.demo import lab
from flowtui.demo.ec2_calls import teach_moto
from flowtui.demo.ec2_flow_logs import SERVICE
from flowtui.demo.ec2_shop import ShopSeeding
from flowtui.demo.fresh import Fresh
from flowtui.demo.lab import Lab
from flowtui.demo.scenario import AccountHabits
from flowtui.demo.seeding import Entry, Seeding, from_cidr, from_group, mirror_association
from flowtui.demo.shop import Shop

_NAT_REQUESTER = "amazon-aws"


def seeded_application(network: Lab, shop: Shop, fresh: Fresh, seed: int, account: AccountHabits) -> Any:
    """The WSGI application of moto with lab and shop in it, warmed up: a first answer takes 0.1 s."""
    seed_vpcs(network, shop, fresh, seed)
    _spoil_flow_logs(account)
    application = DomainDispatcherApplication(create_backend_app)
    client = Client(application)
    for service, version, action in (
        ("ec2", "2016-11-15", "DescribeVpcs"),
        ("sts", "2011-06-15", "GetCallerIdentity"),
    ):
        scope = f"AKIADEMO/20250101/{lab.REGION}/{service}/aws4_request"
        client.post(
            "/",
            data={"Action": action, "Version": version},
            headers={"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, Signature=0"},
        )
    return application


def seed_vpcs(network: Lab, shop: Shop, fresh: Fresh, seed: int) -> None:
    """Puts lab, shop and the default VPC into moto; does nothing where they are there already."""
    # The default VPC gets its id when moto's backend is first asked for.
    mock_random.seed(seed)
    backend = ec2_backends[lab.ACCOUNT][lab.REGION]
    if any(tags.get("Name") == "lab" for tags in backend.tags.values()):
        return
    _hand_out_documentation_addresses()
    of_lab = _LabSeeding(backend, network)
    of_lab.run()
    teach_moto(ShopSeeding(backend, shop, of_lab).run())
    _FreshSeeding(backend, fresh).run()
    _delivery_role()


def _spoil_flow_logs(account: AccountHabits) -> None:
    """Takes away what the account does not have, and has those fail that are not delivered."""
    flow_logs = ec2_backends[lab.ACCOUNT][lab.REGION].flow_logs
    if not account.flow_logs:
        flow_logs.clear()
    failed = dict(account.failed)
    for flow_log in flow_logs.values():
        if flow_log.log_group_name in failed:
            flow_log.deliver_logs_status = "FAILED"
            flow_log.deliver_logs_error_message = failed[flow_log.log_group_name]


def mirror_log_group(name: str) -> None:
    """Tells moto's own Logs of a group: its CreateFlowLogs looks for it there, else delivery has FAILED."""
    groups = logs_backends[lab.ACCOUNT][lab.REGION]
    if name not in groups.groups:
        groups.create_log_group(name, {})


def _hand_out_documentation_addresses() -> None:
    # moto's Elastic IPs are 127.x, which any classifier takes for the loopback.
    hosts = itertools.cycle(range(20, 250))
    moto_addresses.random_ip = lambda: f"192.0.2.{next(hosts)}"  # type: ignore[attr-defined]


def _delivery_role() -> None:
    """The role by which the flow logs that are there deliver: as AWS's guide has it, made long ago."""
    backend = iam_backends[lab.ACCOUNT]["aws"]
    trust = {"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "sts:AssumeRole"}
    actions = ("CreateLogGroup", "CreateLogStream", "PutLogEvents", "DescribeLogGroups", "DescribeLogStreams")
    deliver = {"Effect": "Allow", "Action": [f"logs:{each}" for each in actions], "Resource": "*"}
    name = lab.LOG_ROLE_ARN.rpartition("/")[2]
    role = backend.create_role(name, _document(trust), "/", None, "", [], None)
    role.create_date = _ROLE_MADE
    backend.put_role_policy(name, "deliver", _document(deliver))


_ROLE_MADE = datetime(2025, 1, 7, 9, 30, tzinfo=UTC)


def _document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class _FreshSeeding(Seeding):
    """The default VPC that every account has, with three instances and without a flow log."""

    def __init__(self, backend: Any, network: Fresh) -> None:
        self.backend = backend
        self.vpc = backend.default_vpc
        self._network = network
        self.name(self.vpc.id, "default")

    def run(self) -> None:
        """Puts it in."""
        subnet = next(each for each in self.backend.subnets[lab.ZONE].values() if each.vpc_id == self.vpc.id)
        gateway = self.internet_gateway("default")
        self.backend.create_route(self.main_table("default").id, lab.ANYWHERE, gateway_id=gateway.id)
        site_sg = self.group("site-sg", "HTTPS from anywhere")
        self.allow(site_sg, "tcp", 443, from_cidr(lab.ANYWHERE))
        worker_sg = self.group("worker-sg", "Nothing in")
        self.instance(self._network.site, subnet, site_sg)
        self.instance(self._network.worker, subnet, worker_sg)
        self.instance(self._network.batch, subnet, worker_sg)


class _LabSeeding(Seeding):
    """The lab, with what its steps need of one another."""

    def __init__(self, backend: Any, network: Lab) -> None:
        super().__init__(backend, lab.VPC_CIDR, "lab")
        self._network = network
        self._public = self.subnet(lab.PUBLIC_CIDR, "public")
        self._private = self.subnet(lab.PRIVATE_CIDR, "private")

    def run(self) -> None:
        """Puts it in."""
        nat = self._nat_gateway()
        self.public_routes(self.internet_gateway("lab"), self._public, "public")
        self.backend.create_route(self.main_table("private").id, lab.ANYWHERE, nat_gateway_id=nat.id)
        self._public_acl()
        self._instances()
        self.flow_log(lab.LOG_GROUP, None, "lab")

    def _nat_gateway(self) -> Any:
        address = self.address(self._network.nat)
        gateway = self.backend.create_nat_gateway(self._public.id, address.allocation_id)
        self.name(gateway.id, lab.NAT)
        self._correct_nat_interface(gateway)
        return gateway

    def _correct_nat_interface(self, gateway: Any) -> None:
        nic, eni = self._network.nat, gateway._eni
        eni.private_ip_address = nic.address
        eni.private_ip_addresses = [{"Primary": True, "PrivateIpAddress": nic.address}]
        eni.interface_type = "natGateway"
        eni.description = f"Interface for NAT Gateway {gateway.id}"
        eni.requester_managed, eni.requester_id = True, _NAT_REQUESTER
        eni.status = "in-use"
        # A NAT gateway has no security group.
        eni._group_set = []
        self.rename(eni, nic)
        gateway.private_ip = nic.address
        gateway.address_set[0].update(networkInterfaceId=nic.id, privateIp=nic.address, isPrimary=True)
        mirror_association(eni)

    def _public_acl(self) -> None:
        """Lets everything in, and everything out but ICMP that leaves the VPC: a ping's reply is rejected."""
        entries: tuple[Entry, ...] = (
            (100, "-1", "allow", False, lab.ANYWHERE, None),
            (90, "1", "allow", True, lab.VPC_CIDR, None),
            (100, "1", "deny", True, lab.ANYWHERE, None),
            (200, "-1", "allow", True, lab.ANYWHERE, None),
        )
        self.acl(self._public, "public", entries)

    def _instances(self) -> None:
        bastion_sg = self.group("bastion-sg", "SSH and ping from anywhere")
        self.allow(bastion_sg, "tcp", 22, from_cidr(lab.ANYWHERE))
        self.allow(bastion_sg, "icmp", -1, from_cidr(lab.ANYWHERE))
        app_sg = self.group("app-sg", "SSH and ping from the bastion, the application's own port")
        self.allow(app_sg, "tcp", 22, from_group(bastion_sg))
        self.allow(app_sg, "icmp", -1, from_group(bastion_sg))
        self.allow(app_sg, "tcp", 8080, from_group(app_sg))
        self.instance(self._network.bastion, self._public, bastion_sg)
        self.instance(self._network.app_1, self._private, app_sg)
        self.instance(self._network.app_2, self._private, app_sg)
