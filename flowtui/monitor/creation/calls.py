"""One call of a plan: what it is, the AWS CLI command that is the same, and the call that undoes it.

Source: AWS CLI user guide, "Specify parameter values": structures and lists of them may be JSON.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from flowtui.monitor.creation.answers import Place
from flowtui.records.decode import clean

Parameters = Mapping[str, object]
"""As the API takes them, by the API's names."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call that writes."""

    service: str
    """`iam`, `logs` or `ec2`."""
    operation: str
    """The API's name: `CreateLogGroup`."""
    parameters: Parameters
    subject: str
    """What it is about, in few words."""
    actions: tuple[str, ...] = ()
    """The IAM actions that the caller needs for it."""

    @property
    def action(self) -> str:
        """The IAM action of the call itself."""
        return f"{self.service}:{self.operation}"

    def command(self, place: Place) -> str:
        """The same as one line for the AWS CLI, quoted for a shell."""
        words = ["aws", self.service, _kebab(self.operation)]
        for name, value in self.parameters.items():
            words += [f"--{_kebab(name)}", *_values(value)]
        words += ["--region", place.region] if self.service != "iam" else []
        words += ["--profile", place.profile] if place.profile else []
        words += ["--endpoint-url", place.endpoint_url] if place.endpoint_url else []
        return clean(" ".join(map(shlex.quote, words)))


def _values(value: object) -> list[str]:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return list(value)
    return [value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))]


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


def undo_of(call: Call, flow_log_ids: tuple[str, ...] = ()) -> Call | None:
    """What takes back what a call has made; None where nothing needs to be.

    The ids of flow logs are known only when they have been made.
    """
    parameters = call.parameters
    match call.operation:
        case "CreateLogGroup":
            return _delete("logs", "DeleteLogGroup", call, {"logGroupName": parameters["logGroupName"]})
        case "PutRetentionPolicy":
            return _delete(
                "logs", "DeleteRetentionPolicy", call, {"logGroupName": parameters["logGroupName"]}
            )
        case "CreateRole":
            return _delete("iam", "DeleteRole", call, {"RoleName": parameters["RoleName"]})
        case "PutRolePolicy":
            names = {name: parameters[name] for name in ("RoleName", "PolicyName")}
            return _delete("iam", "DeleteRolePolicy", call, names)
        case "CreateFlowLogs" if flow_log_ids:
            return deletion_of(*flow_log_ids)
        case _:
            return None


def deletion_of(*flow_log_ids: str) -> Call:
    """What deletes flow logs, and nothing that they have written."""
    parameters = {"FlowLogIds": list(flow_log_ids)}
    return Call("ec2", "DeleteFlowLogs", parameters, ", ".join(flow_log_ids), actions=("ec2:DeleteFlowLogs",))


def look_of(call: Call) -> Call | None:
    """What tells whether a call whose answer was lost has made something."""
    parameters = call.parameters
    match call.operation:
        case "CreateLogGroup":
            return Call(
                "logs", "DescribeLogGroups", {"logGroupNamePrefix": parameters["logGroupName"]}, call.subject
            )
        case "CreateRole":
            return Call("iam", "GetRole", {"RoleName": parameters["RoleName"]}, call.subject)
        case "CreateFlowLogs":
            wanted = [{"Name": "resource-id", "Values": parameters["ResourceIds"]}]
            return Call("ec2", "DescribeFlowLogs", {"Filter": wanted}, call.subject)
        case _:
            return None


def _delete(service: str, operation: str, undone: Call, parameters: Parameters) -> Call:
    subject = undone.subject.partition(",")[0]
    return Call(service, operation, parameters, subject, (f"{service}:{operation}",))
