"""An account that keeps what is made in it, fails where a test says so, and forgets nothing it was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from flowtui.monitor.creation.answers import Answers, Kind, NewGroup, NewRole, Place, Role, Target
from flowtui.monitor.creation.calls import Call
from flowtui.monitor.creation.plan import FlowLogPlan, Surroundings, plan_of
from flowtui.monitor.outside import Fault, FaultError, FaultKind, LogGroup, Logs
from flowtui.topology.model import FlowLog
from tests.unit.monitor.scripted import FakeClock, ScriptedLogs

PLACE = Place("123456789012", "eu-west-1")
VPC = Target(Kind.VPC, "vpc-04de55", "default", "172.31.0.0/16")
ANSWERS = Answers((VPC,), NewGroup("/flowtui/default"), NewRole("flowtui-default"))


def answers(**changes: object) -> Answers:
    return replace(ANSWERS, **changes)  # type: ignore[arg-type]


THREE = Surroundings(interfaces=3)


def plan(known: Surroundings = THREE, /, **changes: object) -> FlowLogPlan:
    return plan_of(answers(**changes), PLACE, "token", known)


def fault(kind: FaultKind, sentence: str = "It went wrong.", code: str = "Wrong") -> Fault:
    return Fault(kind, "", sentence, "Do something.", code)


LOST = fault(FaultKind.NETWORK, "The connection broke.", "ConnectionClosedError")
DENIED = fault(FaultKind.DENIED, "It is denied.", "AccessDenied")
SPREADING = fault(
    FaultKind.INVALID, "AWS refuses the request: Unable to assume given IAM role.", "InvalidParameter"
)


@dataclass
class ScriptedAccount:
    """Fulfils `FlowLogAccount`; what exists is in `things`: groups, roles, policies, flow logs by id."""

    clock: FakeClock = field(default_factory=FakeClock)
    before: dict[str, list[Fault]] = field(default_factory=dict)
    """By operation: faults instead of an answer, one a call; nothing is done then."""
    after: dict[str, list[Fault]] = field(default_factory=dict)
    """By operation: faults although it was done."""
    unsuccessful: list[dict[str, str]] = field(default_factory=list)
    """One a CreateFlowLogs: messages by resource."""
    is_blind: bool = False
    """Whether what was made cannot be looked for."""
    things: dict[str, Mapping[str, object]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    existing: tuple[LogGroup, ...] = ()
    existing_roles: tuple[Role, ...] = ()
    denied: tuple[str, ...] | None = ()
    scripted_logs: ScriptedLogs | None = None
    delivery: tuple[str, str] = ("", "")

    def place(self) -> Place:
        return PLACE

    def log_groups(self, groups: tuple[str, ...] = ()) -> tuple[LogGroup, ...]:
        return tuple(each for each in self.existing if not groups or each.name in groups)

    def role(self, name: str, group: str) -> Role | None:
        return next((each for each in self.existing_roles if name in (each.name, each.arn)), None)

    def roles(self, group: str) -> tuple[Role, ...]:
        return self.existing_roles

    def lacking(self, needs: Mapping[str, Sequence[str]]) -> tuple[str, ...] | None:
        return None if self.denied is None else tuple(each for each in needs if each in self.denied)

    def logs(self) -> Logs:
        assert self.scripted_logs is not None
        return self.scripted_logs

    def flow_logs(self, ids: Sequence[str]) -> tuple[FlowLog, ...]:
        status, error = self.delivery
        return tuple(
            FlowLog(
                each, str(self.things[each]["resource"]), "ALL", "", 60, "cloud-watch-logs", "", "",
                delivery_status=status, delivery_error=error,
            )
            for each in ids
        )  # fmt: skip

    def made(self, call: Call) -> tuple[str, ...]:
        if self.is_blind:
            raise FaultError(LOST)
        if call.operation == "CreateFlowLogs":
            wanted = call.parameters["ResourceIds"]
            assert isinstance(wanted, list)
            return tuple(key for key, each in self.things.items() if each.get("resource") in wanted)
        name = _name(call)
        return (name,) if name in self.things else ()

    def call(self, call: Call) -> Mapping[str, object]:
        self.calls.append(call)
        self.clock.advance(0.1)
        if faults := self.before.get(call.operation):
            raise FaultError(faults.pop(0))
        answer = self._done(call)
        if faults := self.after.get(call.operation):
            raise FaultError(faults.pop(0))
        return answer

    def _done(self, call: Call) -> Mapping[str, object]:
        name = _name(call)
        if call.operation == "CreateFlowLogs":
            return self._flow_logs_made(call)
        if call.operation == "DeleteFlowLogs":
            ids = call.parameters["FlowLogIds"]
            assert isinstance(ids, list)
            for each in ids:
                del self.things[each]
        elif call.operation.startswith("Delete") and call.operation != "DeleteRetentionPolicy":
            if name not in self.things:
                raise FaultError(fault(FaultKind.NOT_FOUND))
            assert call.operation != "DeleteRole" or not any(
                each.startswith(f"{name}/") for each in self.things
            )
            del self.things[name]
        elif call.operation.startswith("Create") and name in self.things:
            raise FaultError(fault(FaultKind.INVALID, "It exists already.", "EntityAlreadyExists"))
        elif not call.operation.endswith("RetentionPolicy"):
            self.things[name] = call.parameters
        return {}

    def _flow_logs_made(self, call: Call) -> Mapping[str, object]:
        refused = self.unsuccessful.pop(0) if self.unsuccessful else {}
        wanted = call.parameters["ResourceIds"]
        assert isinstance(wanted, list)
        ids = []
        for resource in wanted:
            if resource not in refused:
                ids.append(f"fl-{resource.partition('-')[2]}")
                self.things[ids[-1]] = {"resource": resource}
        return {
            "FlowLogIds": ids,
            "Unsuccessful": [
                {"ResourceId": resource, "Error": {"Code": "400", "Message": message}}
                for resource, message in refused.items()
            ],
        }

    def asked(self) -> list[str]:
        return [call.operation for call in self.calls]


def _name(call: Call) -> str:
    parameters = call.parameters
    if "PolicyName" in parameters:
        return f"role {parameters['RoleName']}/{parameters['PolicyName']}"
    if "RoleName" in parameters:
        return f"role {parameters['RoleName']}"
    return f"group {parameters.get('logGroupName')}"
