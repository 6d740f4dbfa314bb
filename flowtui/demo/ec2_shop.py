"""The shop in moto's EC2: each of its rules lets through, or not, what `shop_traffic` says.

Importing this module costs about a second, so it is imported in the background only.
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models.security_groups import SecurityGroupRule

from flowtui.demo import lab, shop
from flowtui.demo.ec2_calls import Guards
from flowtui.demo.seeding import Entry, Seeding, from_cidr, from_group
from flowtui.demo.shop import Shop

_SERVICE = f"com.amazonaws.{lab.REGION}.s3"
_REPLIES = (1024, 65535)
"""Ephemeral ports."""


class ShopSeeding(Seeding):
    """The shop, with what its steps need of one another."""

    def __init__(self, backend: Any, network: Shop, neighbour: Seeding) -> None:
        """`neighbour`: the VPC that one group is shared with and that was once peered with the shop."""
        super().__init__(backend, shop.VPC_CIDR, "shop")
        self._network = network
        self._neighbour = neighbour
        self._front = self.subnet(shop.FRONT_CIDR, "front")
        self._back = self.subnet(shop.BACK_CIDR, "back")

    def run(self) -> Guards:
        """Puts it in; what stands above its rules."""
        self.public_routes(self.internet_gateway("shop"), self._front, "front")
        self.main_table("back")
        self._back_acl()
        monitoring = self._instances()
        self._endpoint()
        self.flow_log(shop.LOG_GROUP, shop.LOG_FORMAT, "shop")
        return Guards(
            excluded_vpc_id=self._neighbour.vpc.id,
            encrypted_vpc_id=self.vpc.id,
            shared_group_id=monitoring.id,
        )

    def _back_acl(self) -> None:
        """Lets orders in and their replies out, and nothing else: somebody forgot the metrics."""
        entries: tuple[Entry, ...] = (
            (100, "6", "allow", False, shop.FRONT_CIDR, (shop.ORDERS, shop.ORDERS)),
            (100, "6", "allow", True, shop.FRONT_CIDR, _REPLIES),
        )
        self.acl(self._back, "back", entries)

    def _instances(self) -> Any:
        """The two instances; the group that belongs to the neighbour."""
        web_sg = self.group("web-sg", "HTTPS from anywhere")
        self.allow(web_sg, "tcp", shop.HTTPS, from_cidr(lab.ANYWHERE))
        orders_sg = self.group("orders-sg", "Orders from the web servers")
        self.allow(orders_sg, "tcp", shop.ORDERS, from_group(web_sg))
        self._allow_what_is_gone(orders_sg)
        monitoring_sg = self._neighbour.group("monitoring-sg", "Metrics, for any VPC")
        self.allow(monitoring_sg, "tcp", shop.METRICS, from_cidr(shop.VPC_CIDR))
        self.instance(self._network.web, self._front, web_sg)
        self.instance(self._network.orders, self._back, orders_sg, monitoring_sg)
        return monitoring_sg

    def _allow_what_is_gone(self, group: Any) -> None:
        """A rule for a group of the neighbour, left over from a peering that was deleted."""
        backend, neighbour = self.backend, self._neighbour
        peering = backend.create_vpc_peering_connection(self.vpc, neighbour.vpc)
        self.name(peering.id, "shop-lab")
        backend.accept_vpc_peering_connection(peering.id)
        reports_sg = neighbour.group("reports-sg", "Reports over the peering with the shop")
        self.allow(group, "tcp", shop.DATABASE, from_group(reports_sg))
        rule: SecurityGroupRule = group.ingress_rules[-1]
        backend.delete_vpc_peering_connection(peering.id)
        rule.source_group |= {
            "GroupId": reports_sg.id,
            "VpcId": neighbour.vpc.id,
            "UserId": lab.ACCOUNT,
            "VpcPeeringConnectionId": peering.id,
            "PeeringStatus": "deleted",
        }

    def _endpoint(self) -> None:
        nic = self._network.endpoint
        group = self.group("endpoint-sg", "S3, with and without TLS")
        for port in (shop.HTTPS, shop.HTTP):
            self.allow(group, "tcp", port, from_cidr(shop.VPC_CIDR))
        eni = self.backend.create_network_interface(self._back, nic.address, group_ids=[group.id])
        endpoint = self.backend.create_vpc_endpoint(
            self.vpc.id, _SERVICE, "Interface", None, [], [], security_group_ids=[group.id]
        )
        endpoint.subnet_ids = [self._back.id]
        endpoint.network_interface_ids = [nic.id]
        self.name(endpoint.id, nic.name)
        eni.interface_type, eni.status = "vpc_endpoint", "in-use"
        eni.description = f"VPC Endpoint Interface {endpoint.id}"
        eni.requester_managed, eni.requester_id = True, lab.ACCOUNT
        self.rename(eni, nic)
        self.name(nic.id, nic.name)
