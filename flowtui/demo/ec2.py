"""The lab in moto's EC2: seeds it and corrects what moto gets wrong.

Works on moto's backends directly, which is ten times as fast as calls over HTTP. Importing this module
costs about a second, so it is imported in the background only.
"""

from __future__ import annotations

import itertools
from typing import Any

import moto.ec2.models.elastic_ip_addresses as moto_addresses
from moto.ec2.models import ec2_backends
from moto.logs.models import logs_backends
from moto.moto_api._internal import mock_random
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.test import Client

from flowtui.demo import lab
from flowtui.demo.lab import Lab, Nic

_NAT_REQUESTER = "amazon-aws"


def seeded_application(network: Lab, seed: int) -> Any:
    """The WSGI application of moto with the lab in it, warmed up: a first answer takes 0.1 s."""
    seed_lab(network, seed)
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


def seed_lab(network: Lab, seed: int) -> None:
    """Puts the lab into moto; does nothing where it is there already."""
    backend = ec2_backends[lab.ACCOUNT][lab.REGION]
    if any(tags.get("Name") == "lab" for tags in backend.tags.values()):
        return
    mock_random.seed(seed)
    _hand_out_documentation_addresses()
    _Seeding(backend, network).run()


def mirror_log_group(name: str) -> None:
    """Tells moto's own Logs of a group: its CreateFlowLogs looks for it there, else delivery has FAILED."""
    groups = logs_backends[lab.ACCOUNT][lab.REGION]
    if name not in groups.groups:
        groups.create_log_group(name, {})


def _hand_out_documentation_addresses() -> None:
    # moto's Elastic IPs are 127.x, which any classifier takes for the loopback.
    hosts = itertools.cycle(range(20, 250))
    moto_addresses.random_ip = lambda: f"192.0.2.{next(hosts)}"  # type: ignore[attr-defined]


class _Seeding:
    """One seeding, with what its steps need of one another."""

    def __init__(self, backend: Any, network: Lab) -> None:
        self._backend = backend
        self._network = network
        self._vpc = backend.create_vpc(lab.VPC_CIDR)
        self._public = self._subnet(lab.PUBLIC_CIDR, "public")
        self._private = self._subnet(lab.PRIVATE_CIDR, "private")

    def run(self) -> None:
        self._name(self._vpc.id, "lab")
        self._name(self._backend.default_vpc.id, "default")
        nat = self._nat_gateway()
        self._routes(nat)
        self._public_acl()
        self._instances()
        self._flow_log()

    def _name(self, resource_id: str, name: str) -> None:
        self._backend.create_tags([resource_id], {"Name": name})

    def _subnet(self, cidr: str, name: str) -> Any:
        subnet = self._backend.create_subnet(self._vpc.id, cidr, availability_zone=lab.ZONE)
        self._name(subnet.id, name)
        return subnet

    def _nat_gateway(self) -> Any:
        address = self._address(self._network.nat)
        gateway = self._backend.create_nat_gateway(self._public.id, address.allocation_id)
        self._name(gateway.id, lab.NAT)
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
        self._rename(eni, nic)
        gateway.private_ip = nic.address
        gateway.address_set[0].update(networkInterfaceId=nic.id, privateIp=nic.address, isPrimary=True)
        _mirror_association(eni)

    def _address(self, nic: Nic) -> Any:
        address = self._backend.allocate_address("vpc", address=nic.public_address)
        self._name(address.allocation_id, nic.name)
        return address

    def _rename(self, eni: Any, nic: Nic) -> None:
        # The records are written before moto is there, so it takes over their interface ids.
        del self._backend.enis[eni.id]
        eni.id = nic.id
        self._backend.enis[nic.id] = eni
        if nic is not self._network.nat:
            self._name(nic.id, nic.name)

    def _routes(self, nat: Any) -> None:
        backend = self._backend
        internet = backend.create_internet_gateway()
        self._name(internet.id, "lab")
        backend.attach_internet_gateway(internet.id, self._vpc.id)
        public = backend.create_route_table(self._vpc.id)
        self._name(public.id, "public")
        backend.create_route(public.id, lab.ANYWHERE, gateway_id=internet.id)
        backend.associate_route_table(public.id, subnet_id=self._public.id)
        # The private subnet has no association of its own: the main route table holds for it.
        main = next(
            table
            for table in backend.route_tables.values()
            if table.vpc_id == self._vpc.id and table.id != public.id
        )
        self._name(main.id, "private")
        backend.create_route(main.id, lab.ANYWHERE, nat_gateway_id=nat.id)

    def _public_acl(self) -> None:
        """Lets everything in, and everything out but ICMP that leaves the VPC: a ping's reply is rejected."""
        backend = self._backend
        acl = backend.create_network_acl(self._vpc.id)
        self._name(acl.id, "public")
        for number, protocol, action, is_egress, cidr in (
            (100, "-1", "allow", False, lab.ANYWHERE),
            (32767, "-1", "deny", False, lab.ANYWHERE),
            (90, "1", "allow", True, lab.VPC_CIDR),
            (100, "1", "deny", True, lab.ANYWHERE),
            (200, "-1", "allow", True, lab.ANYWHERE),
            (32767, "-1", "deny", True, lab.ANYWHERE),
        ):
            icmp = -1 if protocol == "1" else None
            backend.create_network_acl_entry(
                acl.id, number, protocol, action, is_egress, cidr, icmp, icmp, None, None, None
            )
        association = next(
            key
            for other in backend.network_acls.values()
            for key, value in other._associations.items()
            if value.subnet_id == self._public.id
        )
        backend.replace_network_acl_association(association, acl.id)

    def _group(self, name: str, description: str) -> Any:
        group = self._backend.create_security_group(name, description, vpc_id=self._vpc.id)
        self._name(group.id, name)
        return group

    def _allow(self, group: Any, protocol: str, port: int, sources: dict[str, Any]) -> None:
        self._backend.authorize_security_group_ingress(
            group.id, protocol, str(port), str(port), vpc_id=self._vpc.id, **({"ip_ranges": []} | sources)
        )

    def _instances(self) -> None:
        outside = {"ip_ranges": [{"CidrIp": lab.ANYWHERE}]}
        bastion_sg = self._group("bastion-sg", "SSH and ping from anywhere")
        self._allow(bastion_sg, "tcp", 22, outside)
        self._allow(bastion_sg, "icmp", -1, outside)
        app_sg = self._group("app-sg", "SSH and ping from the bastion, the application's own port")
        self._allow(app_sg, "tcp", 22, {"source_groups": [{"GroupId": bastion_sg.id}]})
        self._allow(app_sg, "icmp", -1, {"source_groups": [{"GroupId": bastion_sg.id}]})
        self._allow(app_sg, "tcp", 8080, {"source_groups": [{"GroupId": app_sg.id}]})
        bastion = self._instance(self._network.bastion, self._public, bastion_sg)
        self._instance(self._network.app_1, self._private, app_sg)
        self._instance(self._network.app_2, self._private, app_sg)
        address = self._address(self._network.bastion)
        eni = bastion.nics[0]
        self._backend.associate_address(instance=bastion, eni=eni, allocation_id=address.allocation_id)
        _mirror_association(eni)

    def _instance(self, nic: Nic, subnet: Any, group: Any) -> Any:
        reservation = self._backend.run_instances(
            "ami-0c1c30571d2dae5c9",
            1,
            None,
            [],
            region_name=lab.REGION,
            instance_type="t3.micro",
            is_instance_type_default=False,
            subnet_id=subnet.id,
            security_group_ids=[group.id],
            private_ip=nic.address,
        )
        instance = reservation.instances[0]
        self._name(instance.id, nic.name)
        eni = instance.nics[0]
        eni.delete_on_termination = True
        self._rename(eni, nic)
        return instance

    def _flow_log(self) -> None:
        mirror_log_group(lab.LOG_GROUP)
        created, _ = self._backend.create_flow_logs(
            "VPC", [self._vpc.id], "ALL", lab.LOG_ROLE_ARN, "cloud-watch-logs",
            None, lab.LOG_GROUP, None, lab.INTERVAL_S,
        )  # fmt: skip
        self._name(created[0].id, "lab")


def _mirror_association(eni: Any) -> None:
    # DescribeNetworkInterfaces gives an address's association at the interface and at the private address.
    eni.private_ip_addresses[0]["Association"] = eni.association
