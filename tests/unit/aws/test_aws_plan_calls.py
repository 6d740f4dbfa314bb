"""The calls of a plan against AWS's own models: names, types, and the AWS CLI's spelling."""

from __future__ import annotations

import shlex

import botocore.session
import pytest
from botocore import xform_name
from botocore.validate import ParamValidator

from flowtui.aws import permissions
from flowtui.monitor.creation.calls import Call, look_of, undo_of
from tests.unit.monitor.creation import PLACE, plan

CALLS = plan().calls
EVERY = [
    *CALLS,
    *(call for each in CALLS if (call := undo_of(each, ("fl-1",))) is not None),
    *(call for each in CALLS if (call := look_of(each)) is not None),
]


@pytest.mark.parametrize("call", EVERY, ids=lambda call: call.operation)
def test_a_call_is_one_that_aws_knows(call: Call) -> None:
    model = botocore.session.get_session().get_service_model(call.service)
    operation = model.operation_model(call.operation)
    shape = operation.input_shape
    assert shape is not None
    # boto3 takes EC2's `Filter` as `Filters`.
    given = {name: value for name, value in call.parameters.items() if name != "Filter"}
    assert not ParamValidator().validate(given, shape).has_errors()
    words = shlex.split(call.command(PLACE))
    assert words[2] == xform_name(call.operation, "-")
    known = {"--" + xform_name(name, "-") for name in shape.members} | {"--region"}
    assert {word for word in words if word.startswith("--")} <= known


def test_the_registry_of_permissions_has_all_that_a_plan_needs() -> None:
    known = {each.action for each in (*permissions.CREATING, *permissions.READING)}
    assert set(plan().actions) | set(plan().undo_actions) <= known
