"""How far the carrying out of a plan has come: its steps, what exists because of it, what is left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from flowtui.monitor.creation.calls import Call, look_of, undo_of
from flowtui.monitor.outside import Fault


class StepState(Enum):
    """What became of a call."""

    PENDING = "to do"
    WORKING = "under way"
    DONE = "done"
    PARTLY = "done in part"
    FAILED = "failed"
    UNCLEAR = "not known"
    """The answer was lost, and whether the call was carried out could not be found out."""
    UNDONE = "removed"


class Phase(Enum):
    """Where the whole stands."""

    READY = "nothing has been changed yet"
    WORKING = "creating"
    CREATED = "created"
    PARTLY = "created in part"
    FAILED = "failed"
    STOPPED = "stopped"
    UNDOING = "removing"
    UNDONE = "removed"
    UNDO_FAILED = "not all removed"

    @property
    def is_at_work(self) -> bool:
        """Whether calls are being made."""
        return self in (Phase.WORKING, Phase.UNDOING)


@dataclass(frozen=True, slots=True)
class Refused:
    """A resource for which AWS made no flow log, although it answered the call."""

    resource_id: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Step:
    """A call of the plan and what became of it."""

    call: Call
    state: StepState = StepState.PENDING
    note: str = ""
    """What it waits for, or why it failed."""
    flow_log_ids: tuple[str, ...] = ()
    """What it has made, where that is flow logs."""
    refused: tuple[Refused, ...] = ()

    @property
    def has_made(self) -> bool:
        """Whether something exists because of it."""
        return self.state in (StepState.DONE, StepState.PARTLY) or bool(self.flow_log_ids)


@dataclass(frozen=True, slots=True)
class Made:
    """Something that exists because of this run, and the call that removes it."""

    words: str
    """`log group /flowtui/default`."""
    undo: Call | None
    """None for flow logs whose ids are not known."""
    look: Call | None = None
    """What tells whether it exists, where that is not certain."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The whole, at one time."""

    steps: tuple[Step, ...]
    phase: Phase = Phase.READY
    fault: Fault | None = None
    """What stopped it."""
    created_at: float | None = None
    """Epoch seconds at which the first flow log was made."""

    @property
    def flow_log_ids(self) -> tuple[str, ...]:
        """The flow logs that exist because of this run."""
        return tuple(each for step in self.steps for each in step.flow_log_ids)

    @property
    def refused(self) -> tuple[Refused, ...]:
        """The resources that have no flow log."""
        return tuple(each for step in self.steps for each in step.refused)

    @property
    def is_resumable(self) -> bool:
        """Whether trying again goes on from here."""
        return self.phase in (Phase.FAILED, Phase.STOPPED, Phase.PARTLY)

    @property
    def made(self) -> tuple[Made, ...]:
        """What exists because of this run, in the order in which it is to be removed: newest first."""
        return tuple(self._made())

    def _made(self) -> Iterator[Made]:
        operations = {step.call.operation: step for step in self.steps}
        for step in reversed(self.steps):
            is_unclear = step.state is StepState.UNCLEAR
            if not step.has_made and not is_unclear:
                continue
            operation = step.call.operation
            holder = operations.get(_HOLDERS.get(operation, ""))
            if operation == "PutRetentionPolicy" and holder is not None:
                continue
            # What hangs on a thing that is ours may be removed whether it is there or not.
            look = look_of(step.call) if is_unclear and holder is None else None
            yield Made(_words(step), undo_of(step.call, step.flow_log_ids), look)


_HOLDERS = {"PutRetentionPolicy": "CreateLogGroup", "PutRolePolicy": "CreateRole"}
"""What a part hangs on: it goes with it, or before it."""

_NOUNS = {
    "CreateLogGroup": "log group",
    "PutRetentionPolicy": "retention of the log group",
    "CreateRole": "role",
    "PutRolePolicy": "policy of the role",
    "CreateFlowLogs": "flow log",
}


def _words(step: Step) -> str:
    ids, noun = step.flow_log_ids, _NOUNS[step.call.operation]
    if ids:
        return f"{noun}{'s' if len(ids) > 1 else ''} {', '.join(ids)}"
    return f"{noun} {'of ' if noun == 'flow log' else ''}{step.call.subject.partition(',')[0]}"
