"""What a plan and its carrying out say, in words and as JSON; the same for the screen and the command.

No word of AWS's leaves here uncleaned.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo

from flowtui.monitor.creation import formats
from flowtui.monitor.creation.answers import NewGroup, Target, days_in_words
from flowtui.monitor.creation.plan import FlowLogPlan
from flowtui.monitor.creation.progress import Phase, Progress
from flowtui.monitor.outside import LogGroup
from flowtui.records.decode import clean

Row = tuple[str, str]
"""A label and what it says."""


def summary(plan: FlowLogPlan) -> list[Row]:
    """For whom, which records, into what, at which cost."""
    answers = plan.answers
    records = (
        f"{answers.traffic.words}, every {answers.interval_s} s, "
        f"{formats.choice_of(answers.format).value} format: {formats.described(answers.format)}"
    )
    return [
        ("For", _targets(plan)),
        ("Records", records),
        ("Into", _group(answers.group, answers.set_retention_days)),
        ("Role", _role(plan)),
        ("Cost", cost(plan)),
    ]


def _targets(plan: FlowLogPlan) -> str:
    targets = [target_words(target) for target in plan.answers.targets]
    shown = "; ".join(targets[:_LISTED])
    more = f" and {len(targets) - _LISTED} more" if len(targets) > _LISTED else ""
    count = plan.estimate.interfaces
    inside = "" if count is None else f", {count} interface{'' if count == 1 else 's'}"
    return f"{shown}{more}{inside}"


_LISTED = 5
"""Resources that are named; the calls name them all."""


def target_words(target: Target) -> str:
    """`default vpc-04d, 172.31.0.0/16`."""
    name = f"{clean(target.name)} " if target.name and target.name != target.id else ""
    return f"{name}{target.id}" + (f", {clean(target.detail)}" if target.detail else "")


def _group(group: LogGroup | NewGroup, set_days: int | None) -> str:
    kept = f"kept {days_in_words(set_days if set_days is not None else group.retention_days)}"
    kind = "a new log group" if isinstance(group, NewGroup) else "a log group that exists,"
    return f"{group.name}, {kind} of the Standard class, {kept}"


def _role(plan: FlowLogPlan) -> str:
    role = plan.answers.role
    if plan.trust_policy is not None:
        return f"{role.name}, a new role that may write into this log group and nothing else"
    return f"{role.name}, a role that exists"


def cost(plan: FlowLogPlan) -> str:
    """What is billed, and how much there is of it at the least."""
    estimate = plan.estimate
    billed = "CloudWatch Logs bills what is ingested and what is stored. "
    each = f"About {estimate.record_bytes} bytes a record"
    if estimate.records_a_day is None or estimate.bytes_a_day is None:
        return f"{billed}{each}, one for each flow and window."
    return (
        f"{billed}{each}: {estimate.records_a_day:,} records ({_size(estimate.bytes_a_day)}) a day at the "
        "least, and two more for each conversation and window."
    )


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{count:.0f} {unit}" if count >= 10 or unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    raise AssertionError("unreachable")


def may_lack(plan: FlowLogPlan) -> str:
    """What the caller may lack, in a sentence."""
    if plan.lacking is None:
        return f"Whether you may do it could not be checked; it needs {', '.join(plan.actions)}."
    if plan.lacking:
        lacking = ", ".join(plan.lacking)
        return (
            f"You may lack {lacking}: your policies, as far as AWS judges them, do not allow it everywhere."
        )
    return "You may make all of these calls, by the policies that AWS can judge."


def headline(progress: Progress) -> str:
    """One line about how it stands."""
    ids = ", ".join(progress.flow_log_ids)
    fault = progress.fault
    why = "" if fault is None else f" {clean(fault.sentence)} {clean(fault.cure)}".rstrip()
    failed = next((step.call.operation for step in progress.steps if step.state.name in _BROKEN), "")
    match progress.phase:
        case Phase.CREATED:
            return f"Created {ids}."
        case Phase.PARTLY:
            count = len(progress.refused)
            return (
                f"Created {ids}; {count} resource{'' if count == 1 else 's'} without: {_refusals(progress)}"
            )
        case Phase.FAILED:
            return f"Failed at {failed}.{why}"
        case Phase.STOPPED:
            return "Stopped before the end, as asked."
        case Phase.UNDONE:
            return "Removed all that was made here."
        case Phase.UNDO_FAILED:
            return f"Not all could be removed.{why}"
        case _:
            return f"{progress.phase.value.capitalize()}."


_BROKEN = ("FAILED", "UNCLEAR", "PARTLY")


def _refusals(progress: Progress) -> str:
    return "; ".join(f"{each.resource_id}: {each.message or each.code}" for each in progress.refused)


def leftovers(plan: FlowLogPlan, progress: Progress) -> Iterator[Row]:
    """What exists because of this run, newest first, each with the command that removes it or tells of it."""
    for made in progress.made:
        command = "" if made.undo is None else made.undo.command(plan.place)
        if made.look is not None:
            look = made.look.command(plan.place)
            yield (
                f"may exist: {made.words}",
                f"{look}  # look" + (f"; {command}  # remove" if command else ""),
            )
        elif command:
            yield made.words, command


def expected(plan: FlowLogPlan, created_at: float, zone: tzinfo | None) -> str:
    """When the first record is expected: `12:07 and 12:17`; `zone` None is the local one."""
    moments = (created_at + plan.estimate.first_s, created_at + plan.estimate.last_s)
    first, last = (datetime.fromtimestamp(each, UTC).astimezone(zone).strftime("%H:%M") for each in moments)
    return f"{first} and {last}"


def plan_json(plan: FlowLogPlan) -> dict[str, object]:
    """The plan as plain values."""
    estimate = plan.estimate
    return {
        "summary": dict(summary(plan)),
        "calls": [
            {
                "service": call.service,
                "operation": call.operation,
                "parameters": _readable(dict(call.parameters)),
                "command": call.command(plan.place),
                "actions": list(call.actions),
            }
            for call in plan.calls
        ],
        "trust-policy": plan.trust_policy,
        "role-policy": plan.delivery_policy,
        "estimate": {
            "interfaces": estimate.interfaces,
            "records-a-day-at-least": estimate.records_a_day,
            "bytes-a-record": estimate.record_bytes,
            "first-record-after-s": [estimate.first_s, estimate.last_s],
        },
        "notes": list(plan.notes),
        "lacking": None if plan.lacking is None else list(plan.lacking),
    }


def _readable(parameters: dict[str, object]) -> dict[str, object]:
    """Policy documents as structures; the API takes them as text."""
    return {
        name: json.loads(value) if name.endswith("Document") and isinstance(value, str) else value
        for name, value in parameters.items()
    }


def progress_json(plan: FlowLogPlan, progress: Progress) -> dict[str, object]:
    """What came of it, as plain values."""
    fault = progress.fault
    return {
        "state": progress.phase.value,
        "flow-log-ids": list(progress.flow_log_ids),
        "created-at": progress.created_at,
        "steps": [
            {"operation": step.call.operation, "state": step.state.value, "note": clean(step.note)}
            for step in progress.steps
        ],
        "unsuccessful": [
            {"resource-id": each.resource_id, "code": each.code, "message": each.message}
            for each in progress.refused
        ],
        "exists": [
            {
                "what": made.words,
                "certain": made.look is None,
                "undo": None if made.undo is None else made.undo.command(plan.place),
                "look": None if made.look is None else made.look.command(plan.place),
            }
            for made in progress.made
        ],
        "error": None if fault is None else {"sentence": clean(fault.sentence), "cure": clean(fault.cure)},
    }
