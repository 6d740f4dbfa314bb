"""Makes and removes flow logs with what they need, one call at a time; fulfils `monitor.creation.outside`.

The only place where flowtui changes anything at AWS; refuses to in a session that only reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore import xform_name

from flowtui.aws.flow_logs import flow_log_of
from flowtui.aws.parts import Asking
from flowtui.aws.roles import Roles
from flowtui.aws.values import Row, part, rows, text
from flowtui.monitor.creation.answers import Place, Role
from flowtui.monitor.creation.calls import Call
from flowtui.monitor.creation.plan import TAG
from flowtui.monitor.creation.policies import SERVICE
from flowtui.monitor.outside import Fault, FaultError, FaultKind, LogGroup, Logs
from flowtui.topology.model import FlowLog

if TYPE_CHECKING:
    from flowtui.monitor.outside import AccountConnection

READ_ONLY = Fault(
    FaultKind.UNSUPPORTED,
    "",
    "This session only reads (--read-only): nothing is changed.",
    "Leave out --read-only, and `read-only = true` of the config file, to change something.",
    "ReadOnly",
)


class FlowLogCreation:
    """Fulfils `FlowLogAccount` on a connection. Thread-safe."""

    def __init__(
        self,
        connection: AccountConnection,
        client: Callable[[str], Any],
        asking: Asking,
        endpoint_url: str | None,
        *,
        read_only: bool,
    ) -> None:
        """`client` gives clients that never retry, by service."""
        self._connection = connection
        self._client = client
        self._asking = asking
        self._endpoint_url = endpoint_url
        self._read_only = read_only
        self._roles = Roles(lambda: client("iam"), asking, self.place)

    def place(self) -> Place:
        """Where the calls go. Raises FaultError."""
        return Place.of(self._connection.identity(), self._endpoint_url)

    def log_groups(self, groups: tuple[str, ...] = ()) -> tuple[LogGroup, ...]:
        """Describes log groups; see the protocol."""
        return self._connection.log_groups(groups)

    def role(self, name: str, group: str) -> Role | None:
        """One role; see the protocol."""
        return self._roles.named(name, group)

    def roles(self, group: str) -> tuple[Role, ...]:
        """Roles that might do; see the protocol."""
        return self._roles.fitting(group)

    def logs(self) -> Logs:
        """The account's log groups."""
        return self._connection.logs()

    def lacking(self, needs: Mapping[str, Sequence[str]]) -> tuple[str, ...] | None:
        """What AWS's policy simulator does not allow the caller; None where it may not be asked."""
        allowed: set[str] = set()
        try:
            principal = self._principal()
            if principal is None:
                return None
            for arn in dict.fromkeys(arn for arns in needs.values() for arn in arns):
                asked = [each for each, arns in needs.items() if arn in arns and each not in allowed]
                allowed |= self._allowed(principal, asked, arn) if asked else set()
        except FaultError:
            return None
        return tuple(action for action in needs if action not in allowed)

    def _allowed(self, principal: str, actions: Sequence[str], arn: str) -> set[str]:
        """Which of these the simulator allows on a resource. Raises FaultError."""
        with self._asking("iam:SimulatePrincipalPolicy"):
            reply = self._client("iam").simulate_principal_policy(
                PolicySourceArn=principal,
                ActionNames=list(actions),
                ResourceArns=[arn],
                ContextEntries=[_PASSED, _CREATING],
            )
        results = rows(reply, "EvaluationResults")
        return {text(each, "EvalActionName") for each in results if text(each, "EvalDecision") == "allowed"}

    def _principal(self) -> str | None:
        """The user or role whose policies count; None for whom the simulator cannot judge."""
        arn = self._connection.identity().arn
        kind, _, rest = arn.rpartition(":")[2].partition("/")
        if kind == "user":
            return arn
        if kind != "assumed-role":
            return None
        # The session's ARN leaves out the role's path.
        with self._asking("iam:GetRole"):
            reply = self._client("iam").get_role(RoleName=rest.partition("/")[0])
        return text(part(reply, "Role"), "Arn")

    def call(self, call: Call) -> Mapping[str, object]:
        """Makes a call that writes, once; see the protocol."""
        if self._read_only:
            raise FaultError(READ_ONLY)
        return self._answer(call.service, call.operation, **call.parameters)

    def _answer(self, service: str, operation: str, **parameters: Any) -> Row:
        with self._asking(f"{service}:{operation}"):
            reply: Row = getattr(self._client(service), xform_name(operation))(**parameters)
        return reply

    def made(self, call: Call) -> tuple[str, ...]:
        """What a call has made whose answer was lost: what bears our tag, where it can be told."""
        match call.operation:
            case "CreateLogGroup":
                return self._made_group(str(call.parameters["logGroupName"]))
            case "CreateRole":
                return self._made_role(str(call.parameters["RoleName"]))
            case "CreateFlowLogs":
                return self._made_flow_logs(call.parameters)
        return ()

    def _made_group(self, name: str) -> tuple[str, ...]:
        place = self.place()
        if not any(group.name == name for group in self.log_groups((name,))):
            return ()
        arn = f"arn:{place.partition}:logs:{place.region}:{place.account}:log-group:{name}"
        tags = part(self._answer("logs", "ListTagsForResource", resourceArn=arn), "tags")
        return (name,) if TAG.items() <= tags.items() else ()

    def _made_role(self, name: str) -> tuple[str, ...]:
        try:
            role = part(self._answer("iam", "GetRole", RoleName=name), "Role")
        except FaultError as error:
            if error.fault.kind is FaultKind.NOT_FOUND:
                return ()
            raise
        return (name,) if _has_tag(role) else ()

    def _made_flow_logs(self, asked: Mapping[str, object]) -> tuple[str, ...]:
        """Flow logs just as asked for: AWS refuses a second one, so that none of them was there before."""
        wanted = [{"Name": "resource-id", "Values": asked["ResourceIds"]}]
        reply = self._answer("ec2", "DescribeFlowLogs", Filters=wanted)
        return tuple(
            text(row, "FlowLogId")
            for row in rows(reply, "FlowLogs")
            if _has_tag(row) and all(row.get(name) == asked.get(name) for name in _TELLING)
        )

    def flow_logs(self, ids: Sequence[str]) -> tuple[FlowLog, ...]:
        """These flow logs as they are now. Raises FaultError."""
        reply = self._answer("ec2", "DescribeFlowLogs", FlowLogIds=list(ids))
        return tuple(map(flow_log_of, rows(reply, "FlowLogs")))


_TELLING = ("TrafficType", "LogGroupName", "MaxAggregationInterval", "DeliverLogsPermissionArn")
_PASSED = {
    "ContextKeyName": "iam:PassedToService",
    "ContextKeyValues": [SERVICE],
    "ContextKeyType": "string",
}
_CREATING = {
    "ContextKeyName": "ec2:CreateAction",
    "ContextKeyValues": ["CreateFlowLogs"],
    "ContextKeyType": "string",
}


def _has_tag(row: Row) -> bool:
    tags = {text(tag, "Key"): text(tag, "Value") for tag in rows(row, "Tags")}
    return TAG.items() <= tags.items()
