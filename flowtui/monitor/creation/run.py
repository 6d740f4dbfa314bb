"""Carries out a plan, call by call: honest about each, resumable at the one that failed, undone on request.

Runs on whatever thread calls `go` or `undo`. Waits on an event, so that it can be stopped: a new role can be
assumed only after IAM has spread it, and AWS is "Unable to assume given IAM role" until then.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace

from flowtui.monitor.creation.answers import NewRole
from flowtui.monitor.creation.calls import Call, undo_of
from flowtui.monitor.creation.outside import FlowLogAccount
from flowtui.monitor.creation.plan import FlowLogPlan, flow_log_call
from flowtui.monitor.creation.progress import Phase, Progress, Refused, Step, StepState
from flowtui.monitor.outside import Clock, Fault, FaultError, FaultKind
from flowtui.records.decode import clean

ROLE_WAIT_S = 120.0
"""How long IAM may take to spread a new role."""
ROLE_LOOK_S = 5.0
"""How often it is tried again meanwhile."""
YOUNG_ROLE_S = 600.0
"""A role younger than this may still be spreading, whoever made it."""

THROTTLE_WAITS_S = (1.0, 2.0, 4.0, 8.0)
"""A throttled call was not carried out, and is made again after so long."""

_UNCLEAR = (FaultKind.NETWORK, FaultKind.UNAVAILABLE, FaultKind.UNREADABLE)
"""After these nobody knows whether the call was carried out."""
_NEVER_SENT = ("ConnectTimeoutError", "EndpointConnectionError", "ProxyConnectionError", "SSLError")
"""Unless there was no connection at all."""

_SPREADING = ("unable to assume given iam role", "access denied for logdestination")
"""What CreateFlowLogs says of a role or of a policy that is too new; also of one that is wrong."""


class Run:
    """One plan on its way."""

    def __init__(
        self,
        plan: FlowLogPlan,
        account: FlowLogAccount,
        clock: Clock,
        changed: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        """`changed` is told of every step, on the thread that works."""
        self.plan = plan
        self.progress = Progress(tuple(Step(call) for call in plan.calls))
        self._account = account
        self._clock = clock
        self._changed = changed
        self._stop = threading.Event()
        self._attempts = 0

    def stop(self) -> None:
        """Ends the waiting, and makes no further call; the one under way ends by itself."""
        self._stop.set()

    def go(self) -> Progress:
        """Carries out what is still to be done, and gives the progress. Raises nothing of AWS's."""
        self._stop.clear()
        self._show(phase=Phase.WORKING, fault=None)
        for position, step in enumerate(self.progress.steps):
            if step.state in (StepState.DONE, StepState.UNDONE):
                continue
            if self._stop.is_set():
                return self._show(phase=Phase.STOPPED)
            try:
                self._make(position)
            except _StoppedError:
                return self._show(phase=Phase.STOPPED)
            except FaultError as error:
                return self._show(phase=Phase.FAILED, fault=error.fault)
        return self._ended()

    def _ended(self) -> Progress:
        """All calls were made; some resources may be without a flow log."""
        progress = self.progress
        if not progress.refused:
            return self._show(phase=Phase.CREATED)
        if progress.flow_log_ids:
            return self._show(phase=Phase.PARTLY)
        fault = Fault(FaultKind.INVALID, "ec2:CreateFlowLogs", _said(progress.refused), _CURE)
        return self._show(phase=Phase.FAILED, fault=fault)

    def undo(self) -> Progress:
        """Removes what this run has made, newest first, and nothing else; stops at the first failure."""
        self._stop.clear()
        self._show(phase=Phase.UNDOING, fault=None)
        has_group = any(call.operation == "CreateLogGroup" for call in self.plan.calls)
        for position in reversed(range(len(self.progress.steps))):
            if self._stop.is_set():
                return self._show(phase=Phase.UNDO_FAILED)
            if has_group and self.progress.steps[position].call.operation == "PutRetentionPolicy":
                # It goes with the group.
                continue
            try:
                self._remove(position)
            except FaultError as error:
                return self._show(phase=Phase.UNDO_FAILED, fault=error.fault)
        for position, step in enumerate(self.progress.steps):
            if step.state is StepState.DONE:
                self._step(position, state=StepState.UNDONE)
        return self._show(phase=Phase.UNDONE)

    # One call

    def _make(self, position: int) -> None:
        """Makes a call of the plan. Raises FaultError, _StoppedError; the step says what became of it."""
        was_unclear = self.progress.steps[position].state is StepState.UNCLEAR
        self._renew(position)
        self._step(position, state=StepState.WORKING, note="")
        try:
            answer = self._answer(position)
        except FaultError as error:
            self._failed(position, error.fault, was_unclear=was_unclear)
            if self.progress.steps[position].state is StepState.UNCLEAR:
                raise FaultError(replace(error.fault, cure=_UNCLEAR_CURE)) from error
            if self.progress.steps[position].state is not StepState.DONE:
                raise
        else:
            self._answered(position, answer)

    def _renew(self, position: int) -> None:
        """Asks only for the flow logs that were refused before, by a token of its own."""
        step = self.progress.steps[position]
        if not step.refused:
            return
        left = {refused.resource_id for refused in step.refused}
        targets = [target for target in self.plan.answers.targets if target.id in left]
        self._attempts += 1
        token = f"{step.call.parameters['ClientToken']}"[:60] + f"-{self._attempts}"
        call = flow_log_call(self.plan.answers, self.plan.place, targets, token)
        self._step(position, call=call, refused=())

    def _answer(self, position: int) -> Mapping[str, object]:
        """AWS's answer, after throttling and the role's spreading. Raises FaultError, _StoppedError."""
        throttled = iter(THROTTLE_WAITS_S)
        until = self._clock.now() + self._patience_s()
        while True:
            step = self.progress.steps[position]
            try:
                answer = self._account.call(step.call)
                fault = _spreading_of(_refused(answer)) if _is_refused_whole(answer) else None
                if fault is None:
                    return answer
            except FaultError as error:
                fault = error.fault
                answer = None
            if fault.kind is FaultKind.THROTTLED and (wait_s := next(throttled, None)) is not None:
                self._wait(position, wait_s, f"throttled, again in {wait_s:.0f} s")
            elif _is_spreading(step.call, fault) and self._clock.now() < until:
                left_s = until - self._clock.now()
                self._wait(position, ROLE_LOOK_S, f"IAM is spreading the role, for {left_s:.0f} s at most")
                if answer is not None:
                    self._step(position, refused=_refused(answer))
                    self._renew(position)
            elif answer is not None:
                return answer
            elif _is_spreading(step.call, fault):
                raise FaultError(replace(fault, cure=_ROLE_CURE))
            else:
                raise FaultError(fault)

    def _patience_s(self) -> float:
        role = self.plan.answers.role
        if isinstance(role, NewRole):
            return ROLE_WAIT_S
        age_s = None if role.created_at is None else self._clock.now() - role.created_at
        return ROLE_WAIT_S if age_s is not None and age_s < YOUNG_ROLE_S else 0.0

    def _wait(self, position: int, wait_s: float, note: str) -> None:
        self._step(position, note=note)
        if self._clock.wait(self._stop, wait_s):
            self._step(position, state=StepState.PENDING, note="stopped")
            raise _StoppedError

    def _answered(self, position: int, answer: Mapping[str, object]) -> None:
        step = self.progress.steps[position]
        if step.call.operation != "CreateFlowLogs":
            self._step(position, state=StepState.DONE, note="")
            return
        found = answer.get("FlowLogIds")
        ids = (*step.flow_log_ids, *(found if isinstance(found, list) else ()))
        refused = _refused(answer)
        is_whole = not refused
        state = StepState.DONE if is_whole else StepState.PARTLY if ids else StepState.FAILED
        note = "" if is_whole else _said(refused)
        self._step(position, state=state, note=note, flow_log_ids=ids, refused=refused)
        if ids and self.progress.created_at is None:
            self.progress = replace(self.progress, created_at=self._clock.now())

    def _failed(self, position: int, fault: Fault, *, was_unclear: bool) -> None:
        """Says what became of a call that failed, and finds out where that is not clear."""
        is_lost = fault.kind in _UNCLEAR and fault.code not in _NEVER_SENT
        # Where an earlier try was lost, that the thing exists already may be that try's doing.
        state = StepState.UNCLEAR if is_lost or was_unclear else StepState.FAILED
        self._step(position, state=state, note=fault.sentence)
        if state is StepState.UNCLEAR:
            try:
                self._settle(position)
            except FaultError:
                # What cannot be found out stays unclear, and is told as such.
                return

    def _settle(self, position: int) -> None:
        """Finds out what a call has made whose answer was lost. Raises FaultError where that fails too."""
        step = self.progress.steps[position]
        if step.state is not StepState.UNCLEAR or step.call.operation in _REPEATABLE:
            return
        made = self._account.made(step.call)
        if not made:
            self._step(position, state=StepState.FAILED)
        elif step.call.operation == "CreateFlowLogs":
            self._answered(position, self._lost_answer(step.call, made))
        else:
            self._step(position, state=StepState.DONE, note="")

    def _lost_answer(self, call: Call, made: tuple[str, ...]) -> Mapping[str, object]:
        """What AWS must have answered when it made these flow logs. Raises FaultError."""
        has_one = {flow_log.resource_id for flow_log in self._account.flow_logs(made)}
        wanted = call.parameters["ResourceIds"]
        error = {"Code": "", "Message": "AWS's answer was lost, and it has no flow log"}
        missing = [each for each in wanted if each not in has_one] if isinstance(wanted, list) else []
        return {
            "FlowLogIds": list(made),
            "Unsuccessful": [{"ResourceId": each, "Error": error} for each in missing],
        }

    # Undoing

    def _remove(self, position: int) -> None:
        """Removes what a step has made; what is gone already is as good. Raises FaultError."""
        self._settle(position)
        step = self.progress.steps[position]
        call = undo_of(step.call, step.flow_log_ids)
        if call is None or not (step.has_made or step.state is StepState.UNCLEAR):
            return
        self._step(position, note="being removed")
        try:
            self._check_removed(position, self._deleted(call))
        except FaultError as error:
            self._step(position, note=error.fault.sentence)
            raise
        self._step(position, state=StepState.UNDONE, flow_log_ids=(), refused=(), note="")

    def _deleted(self, call: Call) -> Mapping[str, object]:
        """AWS's answer to a deletion, after throttling; empty where there was nothing. Raises FaultError."""
        for wait_s in (*THROTTLE_WAITS_S, None):
            try:
                return self._account.call(call)
            except FaultError as error:
                if error.fault.kind is FaultKind.NOT_FOUND or "NotFound" in error.fault.code:
                    break
                if error.fault.kind is not FaultKind.THROTTLED or wait_s is None:
                    raise
                self._clock.wait(self._stop, wait_s)
        return {}

    def _check_removed(self, position: int, answer: Mapping[str, object]) -> None:
        """Keeps those flow logs on the list that AWS did not delete."""
        refused = [each for each in _refused(answer) if "NotFound" not in each.code]
        if refused:
            left = tuple(each.resource_id for each in refused)
            self._step(position, flow_log_ids=left)
            raise FaultError(Fault(FaultKind.INVALID, "ec2:DeleteFlowLogs", _said(tuple(refused))))

    # Telling

    def _step(self, position: int, **changes: object) -> None:
        steps = list(self.progress.steps)
        steps[position] = replace(steps[position], **changes)  # type: ignore[arg-type]
        self._show(steps=tuple(steps))

    def _show(self, **changes: object) -> Progress:
        self.progress = replace(self.progress, **changes)  # type: ignore[arg-type]
        self._changed(self.progress)
        return self.progress


class _StoppedError(Exception):
    """The reader wants no further call."""


_REPEATABLE = ("PutRetentionPolicy", "PutRolePolicy")
"""Calls that may be made twice: what they made is known by what they hang on."""

_ROLE_CURE = (
    "Try again in some minutes, it goes on here; else look at the role's trust policy and permissions."
)
_UNCLEAR_CURE = "Go on looks whether it was made, and makes it where it was not."
_CURE = "Correct what AWS names, and try again; what was made so far is kept or undone as you choose."


def _refused(answer: Mapping[str, object]) -> tuple[Refused, ...]:
    """`Unsuccessful` of an answer: 200 is no success yet."""
    found = answer.get("Unsuccessful")
    refused = []
    for each in found if isinstance(found, list) else ():
        error = each.get("Error") or {}
        words = (each.get("ResourceId"), error.get("Code"), error.get("Message"))
        refused.append(Refused(*(clean(" ".join(str(word or "").split())) for word in words)))
    return tuple(refused)


def _is_refused_whole(answer: Mapping[str, object]) -> bool:
    return bool(answer.get("Unsuccessful")) and not answer.get("FlowLogIds")


def _spreading_of(refused: tuple[Refused, ...]) -> Fault | None:
    """The fault where all resources were refused because of a role that is too new."""
    fault = Fault(FaultKind.INVALID, "ec2:CreateFlowLogs", " ".join(each.message for each in refused[:1]))
    return fault if all(_mentions_spreading(each.message) for each in refused) else None


def _is_spreading(call: Call, fault: Fault) -> bool:
    return call.operation == "CreateFlowLogs" and _mentions_spreading(fault.sentence)


def _mentions_spreading(text: str) -> bool:
    return any(words in text.lower() for words in _SPREADING)


def _said(refused: tuple[Refused, ...]) -> str:
    """What AWS says of the resources that it refused, alike ones once."""
    said: dict[str, list[str]] = {}
    for each in refused:
        said.setdefault(each.message or each.code or "no reason given", []).append(each.resource_id)
    return " ".join(f"{', '.join(ids)}: {message.rstrip('.')}." for message, ids in said.items())
