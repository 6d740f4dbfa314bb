"""CreateFlowLogs and DeleteFlowLogs as AWS answers them; moto takes any role at once, and delivers nothing.

Source: EC2 API, CreateFlowLogs; VPC User Guide, "Troubleshoot VPC Flow Logs".
"""

from __future__ import annotations

import fnmatch
import json
import threading
import time
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import ec2_backends
from moto.ec2.responses import EC2Response
from moto.iam.models import iam_backends

from flowtui.demo import lab
from flowtui.demo.rendering import Facts, fields_of, is_format
from flowtui.demo.subscriptions import Subscription, Subscriptions

SERVICE = "vpc-flow-logs.amazonaws.com"

Asked = dict[str, Any]
_ASKED = (
    "ResourceType", "ResourceIds", "TrafficType", "DeliverLogsPermissionArn", "LogDestinationType",
    "LogDestination", "LogGroupName", "LogFormat", "MaxAggregationInterval",
)  # fmt: skip
_REFUSED = {"Code": "400", "Message": "The resource cannot have a flow log"}


class FlowLogCalls:
    """The two calls. `spread_s`: so long after its making a role cannot be assumed yet."""

    def __init__(self, subscriptions: Subscriptions, spread_s: float, unsuccessful: int) -> None:
        """`unsuccessful`: so many resources, the last ones, of the first call are refused."""
        self._subscriptions = subscriptions
        self._spread_s = spread_s
        self._unsuccessful = unsuccessful
        self._lock = threading.Lock()
        self._answers: dict[str, tuple[Asked, ActionResult]] = {}

    def teach_moto(self) -> None:
        """Has moto answer by this."""
        for name, answer in (("create_flow_logs", self._create), ("delete_flow_logs", self._delete)):
            setattr(EC2Response, name, _method(answer))

    def _create(self, call: Any) -> ActionResult:
        """As AWS: the same token gives the same answer, and 200 may have resources without a flow log."""
        asked = {name: call._get_param(name) for name in _ASKED}
        asked["MaxAggregationInterval"] = int(asked["MaxAggregationInterval"] or 600)
        tags = call._parse_tag_specification().get("vpc-flow-log", {})
        call.error_on_dryrun()
        token = call._get_param("ClientToken") or ""
        with self._lock:
            before, answer = self._answers.get(token, (asked, None))
            if before != asked:
                raise EC2ClientError(
                    "IdempotentParameterMismatch", "The parameters differ from those of the first request"
                )
            if answer is None:
                self._check(asked)
                answer = self._created(call, asked, tags)
            if token:
                self._answers[token] = (asked, answer)
            return answer

    def _check(self, asked: Asked) -> None:
        _check_format(asked["LogFormat"])
        if asked["LogDestinationType"] in (None, "cloud-watch-logs"):
            self._check_role(asked["DeliverLogsPermissionArn"], asked["LogGroupName"] or "")

    def _check_role(self, arn: str, group: str) -> None:
        """The role must be there, have been so for a while, and trust; it must be let write."""
        roles = iam_backends[lab.ACCOUNT]["aws"].roles.values()
        role = next((each for each in roles if each.arn == arn), None)
        is_spread = role is not None and time.time() - role.create_date.timestamp() >= self._spread_s
        if not is_spread or not _trusts(role):
            raise EC2ClientError("InvalidParameter", "Unable to assume given IAM role")
        if not _may_write(role, group):
            raise EC2ClientError(
                "LogDestinationNotFoundException",
                f"Access Denied for LogDestination: {group}. Please check LogDestination permission",
            )

    def _created(self, call: Any, asked: Asked, tags: dict[str, str]) -> ActionResult:
        wanted = asked["ResourceIds"] or []
        kept = len(wanted) - self._unsuccessful
        self._unsuccessful = 0
        made, _ = call.ec2_backend.create_flow_logs(*(asked | {"ResourceIds": wanted[:kept]}).values())
        for flow_log in made:
            flow_log.add_tags(tags)
            self._subscribe(flow_log)
        refused = [{"ResourceId": each, "Error": _REFUSED} for each in wanted[kept:]]
        return ActionResult({"FlowLogIds": [each.id for each in made], "Unsuccessful": refused})

    def _subscribe(self, flow_log: Any) -> None:
        if flow_log.log_group_name is None:
            return
        facts = {
            eni.id: _facts(eni)
            for eni in ec2_backends[lab.ACCOUNT][lab.REGION].enis.values()
            if flow_log.resource_id in (eni.id, eni.subnet.id, eni.subnet.vpc_id)
        }
        fields = fields_of(flow_log.log_format)
        since_ms = int(time.time() * 1000)
        self._subscriptions.add(
            Subscription(flow_log.id, flow_log.log_group_name, fields, flow_log.traffic_type, since_ms, facts)
        )

    def _delete(self, call: Any) -> ActionResult:
        """As AWS: unknown ids are told one by one."""
        wanted = call._get_param("FlowLogIds") or []
        call.error_on_dryrun()
        known = [each for each in wanted if each in call.ec2_backend.flow_logs]
        call.ec2_backend.delete_flow_logs(known)
        self._subscriptions.remove(known)
        unknown = [
            {
                "ResourceId": each,
                "Error": {"Code": "InvalidFlowLogId.NotFound", "Message": f"{each} is not there"},
            }
            for each in wanted
            if each not in known
        ]
        return ActionResult({"Unsuccessful": unknown})


def _method(answer: Callable[[Any], ActionResult]) -> Callable[[Any], ActionResult]:
    """The bound method as one that moto's response class binds to itself."""

    def method(call: Any) -> ActionResult:
        return answer(call)

    return method


def _check_format(log_format: str | None) -> None:
    if log_format is None:
        return
    if not is_format(log_format):
        raise EC2ClientError(
            "InvalidParameter", f"Value ({log_format}) for 'logFormat' has an invalid format"
        )
    if any(field.startswith("ecs-") for field in fields_of(log_format)):
        raise EC2ClientError(
            "InvalidParameter",
            "Caller is not authorized to obtain ECS field(s). Remove ECS field(s) or check permissions. "
            "A minimum of 1 ECS Cluster is required",
        )


def _trusts(role: Any) -> bool:
    statements = _statements(role.assume_role_policy_document)
    return any(SERVICE in _texts(dict(each.get("Principal") or {}).get("Service")) for each in statements)


def _may_write(role: Any, group: str) -> bool:
    documents = [*role.policies.values(), *map(_default_version, role.managed_policies.values())]
    arn = f"arn:aws:logs:{lab.REGION}:{lab.ACCOUNT}:log-group:{group}:*"
    return any(
        each.get("Effect") == "Allow"
        and any(fnmatch.fnmatch("logs:PutLogEvents", one) for one in _texts(each.get("Action")))
        and any(fnmatch.fnmatchcase(arn, one) for one in _texts(each.get("Resource")))
        for document in documents
        for each in _statements(document)
    )


def _default_version(policy: Any) -> str:
    """The document in force of a policy that is attached to a role."""
    versions = (one for one in policy.versions if one.version_id == policy.default_version_id)
    return str(next(versions).document)


def _statements(document: str) -> list[dict[str, Any]]:
    found = json.loads(document).get("Statement") or []
    return found if isinstance(found, list) else [found]


def _texts(value: object) -> list[str]:
    return [value] if isinstance(value, str) else list(value) if isinstance(value, list) else []


def _facts(eni: Any) -> Facts:
    subnet = eni.subnet
    inside = ".".join(subnet.cidr_block.split(".")[:2]) + "."
    instance = eni.instance.id if eni.instance is not None else "-"
    zone = getattr(subnet, "availability_zone_id", None) or "-"
    return Facts(eni.private_ip_address, subnet.vpc_id, subnet.id, instance, zone, inside)
