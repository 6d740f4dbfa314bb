"""The EC2 calls that moto does not know: what stands above the rules of a VPC, and what its groups refer to.

moto finds a call's method by the call's name in its response class and writes the answer by the service
model, so that all there is to do is to give it the methods.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError, InvalidNextToken
from moto.ec2.responses import EC2Response

from flowtui.demo import lab

Row = Mapping[str, Any]

_SINCE = datetime(2025, 1, 7, 9, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Guards:
    """What stands above the rules in the demo's region."""

    excluded_vpc_id: str
    """Block public access does not hold for it."""
    encrypted_vpc_id: str
    """Encryption controls are enforced in it."""
    shared_group_id: str
    """A security group of another VPC that is associated with it."""


Maker = Callable[[Any], Iterable[Row]]
"""Makes the rows of an answer from moto's response object, which has the request's parameters."""


def _guards(call: Any) -> Guards | None:
    """Those in force; None in every other region, where nothing was ever set."""
    found: Guards = call.demo_guards
    return found if call.region == lab.REGION and call.current_account == lab.ACCOUNT else None


def of_list(key: str, rows: Maker) -> Callable[[Any], ActionResult]:
    """The method of a call that answers with a list, page by page."""

    def answer(call: Any) -> ActionResult:
        call.error_on_dryrun()
        found = [row for row in rows(call) if _is_wanted(call, row)]
        start = _start(call._get_param("NextToken"))
        end = start + int(call._get_param("MaxResults") or len(found))
        token = {"NextToken": _token(end)} if end < len(found) else {}
        return ActionResult({key: found[start:end]} | token)

    return answer


def _is_wanted(call: Any, row: Row) -> bool:
    """Whether it is what the filters choose: `resource-arn` is about ResourceArn."""
    for one in call._get_param("Filters", []):
        name = "".join(part.capitalize() for part in one["Name"].split("-"))
        if name not in row:
            raise EC2ClientError("InvalidParameterValue", f"The filter '{one['Name']}' is invalid")
        if row[name] not in one["Values"]:
            return False
    return True


def _token(place: int) -> str:
    return base64.urlsafe_b64encode(str(place).encode()).decode()


def _start(token: str | None) -> int:
    """Where a page begins. Raises what AWS answers to a token that is none."""
    if not token:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, binascii.Error):
        raise InvalidNextToken(token) from None


def _options(call: Any) -> ActionResult:
    call.error_on_dryrun()
    is_set = _guards(call) is not None
    options = {
        "AwsAccountId": call.current_account,
        "AwsRegion": call.region,
        "State": "update-complete" if is_set else "default-state",
        "InternetGatewayBlockMode": "block-ingress" if is_set else "off",
        "ManagedBy": "account",
        "ExclusionsAllowed": "allowed",
    }
    since = {"LastUpdateTimestamp": _SINCE} if is_set else {}
    return ActionResult({"VpcBlockPublicAccessOptions": options | since})


def _exclusions(call: Any) -> Iterable[Row]:
    guards = _guards(call)
    ids = call._get_param("ExclusionIds", [])
    if guards is None:
        return
    exclusion_id = _id_like("vpcbpa-exclude", guards.excluded_vpc_id)
    if not ids or exclusion_id in ids:
        arn = f"arn:aws:ec2:{lab.REGION}:{lab.ACCOUNT}:vpc/{guards.excluded_vpc_id}"
        yield {
            "ExclusionId": exclusion_id,
            "InternetGatewayExclusionMode": "allow-bidirectional",
            "ResourceArn": arn,
            "State": "create-complete",
            "CreationTimestamp": _SINCE,
            "LastUpdateTimestamp": _SINCE,
        }


def _controls(call: Any) -> Iterable[Row]:
    guards = _guards(call)
    ids, vpc_ids = call._get_param("VpcEncryptionControlIds", []), call._get_param("VpcIds", [])
    if guards is None:
        return
    control_id = _id_like("vpcec", guards.encrypted_vpc_id)
    if (not ids or control_id in ids) and (not vpc_ids or guards.encrypted_vpc_id in vpc_ids):
        yield {
            "VpcId": guards.encrypted_vpc_id,
            "VpcEncryptionControlId": control_id,
            "Mode": "enforce",
            "State": "available",
            "ResourceExclusions": {"InternetGateway": {"State": "enabled"}},
        }


def _associations(call: Any) -> Iterable[Row]:
    guards = _guards(call)
    if guards is not None:
        yield {
            "GroupId": guards.shared_group_id,
            "VpcId": guards.encrypted_vpc_id,
            "VpcOwnerId": lab.ACCOUNT,
            "GroupOwnerId": lab.ACCOUNT,
            "State": "associated",
        }


def _stale_groups(call: Any) -> Iterable[Row]:
    """The groups of a VPC with rules that refer to groups over a peering that does not stand."""
    backend, vpc_id = call.ec2_backend, call._get_param("VpcId")
    # Raises what AWS answers to a VPC that does not exist.
    backend.get_vpc(vpc_id)
    standing = {each.id for each in backend.vpc_pcxs.values() if each._status.code == "active"}
    for group in backend.groups[vpc_id].values():
        found = {
            key: [_permission(rule) for rule in rules if _is_stale(rule, standing)]
            for key, rules in (
                ("StaleIpPermissions", group.ingress_rules),
                ("StaleIpPermissionsEgress", group.egress_rules),
            )
        }
        if any(found.values()):
            yield {"GroupId": group.id, "GroupName": group.name, "VpcId": vpc_id} | found


def _is_stale(rule: Any, standing: set[str]) -> bool:
    peering_id = rule.source_group.get("VpcPeeringConnectionId")
    return bool(peering_id) and peering_id not in standing


def _permission(rule: Any) -> Row:
    ports = {"FromPort": rule.from_port, "ToPort": rule.to_port}
    return {"IpProtocol": rule.ip_protocol, "UserIdGroupPairs": [rule.source_group]} | ports


def _id_like(kind: str, other_id: str) -> str:
    """An id that comes from the seed, as the other does."""
    return f"{kind}-{other_id.partition('-')[2]}"


_METHODS = {
    "describe_vpc_block_public_access_options": _options,
    "describe_vpc_block_public_access_exclusions": of_list("VpcBlockPublicAccessExclusions", _exclusions),
    "describe_vpc_encryption_controls": of_list("VpcEncryptionControls", _controls),
    "describe_security_group_vpc_associations": of_list("SecurityGroupVpcAssociations", _associations),
    "describe_stale_security_groups": of_list("StaleSecurityGroupSet", _stale_groups),
}


def teach_moto(guards: Guards) -> None:
    """Gives moto the methods of these calls."""
    EC2Response.demo_guards = guards  # type: ignore[attr-defined]
    for name, method in _METHODS.items():
        setattr(EC2Response, name, method)
