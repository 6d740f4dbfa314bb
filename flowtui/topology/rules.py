"""What may pass in a VPC: security groups, network ACLs, prefix lists, peerings, and what stands above them.

Frozen values as they were read. A part that could not be read is None, never empty, so that nobody takes what
is unknown for what is not there. Knows nothing of records, of matching or of how rules are read.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flowtui.topology.model import Missing

ANY = -1
"""All protocols; all ICMP types or codes; all ports."""

IMPLICIT_V4, IMPLICIT_V6 = 32767, 32768
"""The numbers of the `*` rules of a network ACL (API_NetworkAclEntry)."""


@dataclass(frozen=True, slots=True)
class GroupRule:
    """A rule of a security group; of the four peers one is given (API_SecurityGroupRule)."""

    id: str
    is_egress: bool
    protocol: int
    """IANA number, or ANY."""
    from_port: int = ANY
    """First port; for ICMP the type. ANY: all."""
    to_port: int = ANY
    """Last port; for ICMP the code. ANY: all."""
    cidr: str = ""
    """An IPv4 or IPv6 CIDR."""
    prefix_list_id: str = ""
    peer_group_id: str = ""
    """The security group whose interfaces' private addresses are meant."""
    peer_vpc_id: str = ""
    """The VPC of that group, where AWS tells it."""
    peer_owner_id: str = ""
    """The account of that group, where AWS tells it."""
    peering_id: str = ""
    """The peering connection over which that group is referred to."""
    is_stale: bool = False
    """Whether that group, or the peering to it, is gone: the rule matches nothing."""
    description: str = ""


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    """A security group with its rules; without an order, since all of them only allow."""

    id: str
    name: str
    vpc_id: str = ""
    owner_id: str = ""
    rules: tuple[GroupRule, ...] | None = None
    """None: they could not be read, or belong to another account and are not shown."""


@dataclass(frozen=True, slots=True)
class AclRule:
    """An entry of a network ACL (API_NetworkAclEntry)."""

    number: int
    is_egress: bool
    is_allow: bool
    protocol: int
    """IANA number, or ANY."""
    cidr: str
    """An IPv4 or IPv6 CIDR."""
    from_port: int = ANY
    to_port: int = ANY
    icmp_type: int = ANY
    icmp_code: int = ANY

    @property
    def is_implicit(self) -> bool:
        """Whether it is a `*` rule, which nobody wrote."""
        return self.number in (IMPLICIT_V4, IMPLICIT_V6)


@dataclass(frozen=True, slots=True)
class NetworkAcl:
    """A network ACL: the first rule that matches decides."""

    id: str
    name: str
    vpc_id: str
    is_default: bool
    subnet_ids: tuple[str, ...]
    rules: tuple[AclRule, ...]
    """Ascending by number, both directions, with the `*` rules of both families."""


@dataclass(frozen=True, slots=True)
class PrefixList:
    """A managed prefix list, a customer's or AWS's."""

    id: str
    name: str
    cidrs: tuple[str, ...] | None = None
    """None: its entries could not be read."""


@dataclass(frozen=True, slots=True)
class Peering:
    """A VPC peering connection."""

    id: str
    is_active: bool
    vpc_ids: tuple[str, ...]
    cidrs: tuple[tuple[str, ...], ...] = ()
    """The CIDR blocks of each of these VPCs, as far as AWS tells them."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A VPC or subnet that block-public-access does not hold for, or not for egress."""

    id: str
    resource_id: str
    mode: str
    """`allow-bidirectional` or `allow-egress`."""


@dataclass(frozen=True, slots=True)
class BlockPublicAccess:
    """VPC Block Public Access in the region."""

    mode: str
    """`off`, `block-bidirectional` or `block-ingress`."""
    exclusions: tuple[Exclusion, ...] | None = None
    """Those in force; None: they could not be read."""


@dataclass(frozen=True, slots=True)
class EncryptionControl:
    """Encryption control of a VPC."""

    id: str
    vpc_id: str
    mode: str
    """`monitor` or `enforce`."""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """An interface with its security groups and the addresses that references to them mean."""

    interface_id: str
    vpc_id: str
    group_ids: tuple[str, ...]
    addresses: tuple[str, ...]
    """Private addresses and delegated prefixes."""
    public_addresses: tuple[str, ...] = ()
    """What a reference to its groups does not mean."""


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of one account and region, as far as they could be read."""

    read_at: float = field(compare=False)
    """Epoch seconds; of the part that was read the longest ago."""
    groups: tuple[SecurityGroup, ...] | None = None
    acls: tuple[NetworkAcl, ...] | None = None
    prefix_lists: tuple[PrefixList, ...] = ()
    """Those that rules of security groups name."""
    peerings: tuple[Peering, ...] | None = None
    members: tuple[Member, ...] | None = None
    """The interfaces that carry a group to which some rule refers, in whatever VPC they are."""
    block_public_access: BlockPublicAccess | None = None
    encryption_controls: tuple[EncryptionControl, ...] | None = None
    missing: tuple[Missing, ...] = ()
    """The parts that could not be read, each with the action that would give it."""
