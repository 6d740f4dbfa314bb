"""The steps by which a VPC is put into moto's EC2, and what moto gets wrong about them.

Works on moto's backend directly, which is ten times as fast as calls over HTTP. Knows neither lab nor shop.
"""

from __future__ import annotations

from typing import Any

from flowtui.demo import lab
from flowtui.demo.lab import Nic

Entry = tuple[int, str, str, bool, str, tuple[int, int] | None]
"""Of a network ACL: number, protocol, action, whether it is for what goes out, CIDR block, ports."""


class Seeding:
    """One VPC in the making."""

    def __init__(self, backend: Any, cidr: str, name: str) -> None:
        self.backend = backend
        self.vpc = backend.create_vpc(cidr)
        self.name(self.vpc.id, name)

    def name(self, resource_id: str, name: str) -> None:
        """Gives a thing its Name tag."""
        self.backend.create_tags([resource_id], {"Name": name})

    def subnet(self, cidr: str, name: str) -> Any:
        """A subnet of the VPC."""
        subnet = self.backend.create_subnet(self.vpc.id, cidr, availability_zone=lab.ZONE)
        self.name(subnet.id, name)
        return subnet

    def address(self, nic: Nic) -> Any:
        """An Elastic IP: the public address of an interface."""
        address = self.backend.allocate_address("vpc", address=nic.public_address)
        self.name(address.allocation_id, nic.name)
        return address

    def rename(self, eni: Any, nic: Nic) -> None:
        """The records are written before moto is there, so it takes over their interface ids."""
        del self.backend.enis[eni.id]
        eni.id = nic.id
        self.backend.enis[nic.id] = eni

    def internet_gateway(self, name: str) -> Any:
        """An internet gateway of the VPC."""
        gateway = self.backend.create_internet_gateway()
        self.name(gateway.id, name)
        self.backend.attach_internet_gateway(gateway.id, self.vpc.id)
        return gateway

    def public_routes(self, gateway: Any, subnet: Any, name: str) -> None:
        """A route table that leads a subnet to the internet gateway."""
        table = self.backend.create_route_table(self.vpc.id)
        self.name(table.id, name)
        self.backend.create_route(table.id, lab.ANYWHERE, gateway_id=gateway.id)
        self.backend.associate_route_table(table.id, subnet_id=subnet.id)

    def main_table(self, name: str) -> Any:
        """The VPC's main route table, which holds for subnets without an association of their own."""
        tables = self.backend.route_tables.values()
        main = next(each for each in tables if each.vpc_id == self.vpc.id and each.main_association_id)
        self.name(main.id, name)
        return main

    def acl(self, subnet: Any, name: str, entries: tuple[Entry, ...]) -> None:
        """A network ACL for a subnet; its `*` entries come by themselves."""
        backend = self.backend
        acl = backend.create_network_acl(self.vpc.id)
        self.name(acl.id, name)
        last = tuple((32767, "-1", "deny", is_egress, lab.ANYWHERE, None) for is_egress in (False, True))
        for number, protocol, action, is_egress, cidr, ports in (*entries, *last):
            icmp = -1 if protocol == "1" else None
            low, high = ports or (None, None)
            backend.create_network_acl_entry(
                acl.id, number, protocol, action, is_egress, cidr, icmp, icmp, low, high, None
            )
        association = next(
            key
            for other in backend.network_acls.values()
            for key, value in other._associations.items()
            if value.subnet_id == subnet.id
        )
        backend.replace_network_acl_association(association, acl.id)

    def group(self, name: str, description: str) -> Any:
        """A security group that allows nothing in and everything out."""
        group = self.backend.create_security_group(name, description, vpc_id=self.vpc.id)
        self.name(group.id, name)
        return group

    def allow(self, group: Any, protocol: str, port: int, sources: dict[str, Any]) -> None:
        """An inbound rule of a group; `sources` as moto takes them."""
        self.backend.authorize_security_group_ingress(
            group.id, protocol, str(port), str(port), vpc_id=group.vpc_id, **({"ip_ranges": []} | sources)
        )

    def instance(self, nic: Nic, subnet: Any, *groups: Any) -> Any:
        """An instance with one interface, and its public address."""
        reservation = self.backend.run_instances(
            "ami-0c1c30571d2dae5c9",
            1,
            None,
            [],
            region_name=lab.REGION,
            instance_type="t3.micro",
            is_instance_type_default=False,
            subnet_id=subnet.id,
            security_group_ids=[group.id for group in groups],
            private_ip=nic.address,
        )
        instance = reservation.instances[0]
        self.name(instance.id, nic.name)
        eni = instance.nics[0]
        eni.delete_on_termination = True
        # moto makes a set of them, whose order is another in every run.
        eni._group_set = list(groups)
        self.rename(eni, nic)
        self.name(nic.id, nic.name)
        if nic.public_address is not None:
            address = self.address(nic)
            self.backend.associate_address(instance=instance, eni=eni, allocation_id=address.allocation_id)
            mirror_association(eni)
        return instance

    def flow_log(self, log_group: str, log_format: str | None, name: str) -> None:
        """A flow log of the VPC; None: of the default format."""
        created, _ = self.backend.create_flow_logs(
            "VPC", [self.vpc.id], "ALL", lab.LOG_ROLE_ARN, "cloud-watch-logs",
            None, log_group, log_format, lab.INTERVAL_S,
        )  # fmt: skip
        self.name(created[0].id, name)


def from_cidr(cidr: str) -> dict[str, Any]:
    """The sources of a rule: a CIDR block."""
    return {"ip_ranges": [{"CidrIp": cidr}]}


def from_group(group: Any) -> dict[str, Any]:
    """The sources of a rule: the interfaces of a security group."""
    return {"source_groups": [{"GroupId": group.id}]}


def mirror_association(eni: Any) -> None:
    """Gives an address's association at the private address too, as DescribeNetworkInterfaces does."""
    eni.private_ip_addresses[0]["Association"] = eni.association
