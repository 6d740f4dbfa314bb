"""Shows a plan of a flow log, asks, carries it out, and says what came of it."""

from __future__ import annotations

import json
import secrets
import signal
import textwrap
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC
from typing import TYPE_CHECKING

import click

from flowtui.cli.notes import Notes
from flowtui.monitor.clock import SystemClock
from flowtui.monitor.creation import prepare, report
from flowtui.monitor.creation.answers import AnswerError
from flowtui.monitor.creation.first import LOOK_S, FirstRecord
from flowtui.monitor.creation.plan import FlowLogPlan
from flowtui.monitor.creation.progress import Phase, Progress, StepState
from flowtui.monitor.creation.run import Run
from flowtui.records.decode import clean
from flowtui.topology.lookup import TopologyIndex

if TYPE_CHECKING:
    from flowtui.aws.client import AwsConnection

_LABEL = 9
_WIDTH = 100
_INTERRUPTED = 130


class Creating:
    """One creation by the command."""

    def __init__(self, connection: AwsConnection, wishes: prepare.Wishes, output: str, *, utc: bool) -> None:
        self._connection = connection
        self._account = connection.flow_log_account()
        self._wishes = wishes
        self._is_json = output == "json"
        self._zone = UTC if utc else None
        self._index: TopologyIndex | None = None

    def run(self, *, is_dry: bool, is_sure: bool, is_waiting: bool) -> int:
        """The status: 0 done, 1 failed or not wanted, 130 interrupted. Raises UsageError, FaultError."""
        self._index = TopologyIndex(self._connection.topology(()))
        try:
            plan = prepare.prepared(self._wishes, self._account, secrets.token_hex(12), self._index)
        except AnswerError as error:
            raise click.UsageError(str(error)) from error
        if is_dry or not self._is_json:
            self._show({"plan": report.plan_json(plan)}, plan_lines(plan))
        if is_dry:
            return 0
        if not is_sure and not click.confirm("\nCreate it?", default=False, err=True):
            click.echo("Nothing has been changed.", err=True)
            return 1
        return self._carry_out(plan, is_waiting=is_waiting, is_asking=not is_sure)

    def _carry_out(self, plan: FlowLogPlan, *, is_waiting: bool, is_asking: bool) -> int:
        told = _Told()
        run = Run(plan, self._account, SystemClock(), told.tell)
        with _stopping(run):
            done = run.go()
        self._show_result(run)
        if done.phase is Phase.STOPPED:
            return _INTERRUPTED
        if done.phase is not Phase.CREATED:
            if is_asking and done.made and click.confirm("Remove what was made?", default=False, err=True):
                run.undo()
                self._show_result(run)
            return 1
        return self._first_record(run) if is_waiting else 0

    def _show_result(self, run: Run) -> None:
        plan, progress = run.plan, run.progress
        whole = {"plan": report.plan_json(plan), "result": report.progress_json(plan, progress)}
        self._show(whole, self._result_lines(plan, progress))

    def _show(self, whole: Mapping[str, object], lines: Iterator[str]) -> None:
        if self._is_json:
            click.echo(json.dumps(whole, indent=2))
            return
        for line in lines:
            click.echo(line)

    def _result_lines(self, plan: FlowLogPlan, progress: Progress) -> Iterator[str]:
        yield ""
        yield from _wrapped(clean(report.headline(progress)))
        if progress.phase is Phase.CREATED and progress.created_at is not None:
            expected = report.expected(plan, progress.created_at, self._zone)
            yield f"The first record is expected between {expected}."
        left = list(report.leftovers(plan, progress))
        if left:
            yield "To undo it, newest first:" if progress.phase is Phase.CREATED else "What exists now:"
        for words, undo in left:
            yield f"  {clean(words)}"
            yield f"    {undo}"

    def _first_record(self, run: Run) -> int:
        """Waits for it; as long as it may take, and as much again."""
        progress, index = run.progress, self._index
        inside = frozenset[str]() if index is None else prepare.covered(run.plan.answers.targets, index)
        created_at = progress.created_at or time.time()
        first = FirstRecord(run.plan, progress.flow_log_ids, created_at, inside.__contains__, self._account)
        until, notes, clock = created_at + 2 * run.plan.estimate.last_s, Notes(), SystemClock()
        click.echo("Waiting for the first record …", err=True)
        while not (arrival := first.look()).is_there:
            notes.note("first record", arrival.fault)
            if clock.now() >= until:
                click.echo("No record has come; `flowtui doctor` tells what is wrong.", err=True)
                return 1
            clock.wait(threading.Event(), LOOK_S)
        click.echo(f"The first record is there, {time.time() - created_at:.0f} s after the making.", err=True)
        return 0


@contextmanager
def _stopping(run: Run) -> Iterator[None]:
    """Ctrl-C and SIGTERM let the call under way end, so that what it made is known, and no other begins."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, lambda *_: run.stop())
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Told:
    """Tells on standard error what is new of the progress."""

    def __init__(self) -> None:
        self._last: dict[int, tuple[StepState, str]] = {}

    def tell(self, progress: Progress) -> None:
        """One line for each step that has ended, and for each new wait."""
        for number, step in enumerate(progress.steps):
            note = step.note.partition(",")[0]
            now = (step.state, note)
            if self._last.get(number) != now and (step.state is not StepState.WORKING or note):
                if number in self._last or step.state is not StepState.PENDING:
                    words = f"{step.call.operation}: {step.state.value}" + (f", {note}" if note else "")
                    click.echo(f"flowtui: {clean(words)}", err=True)
                self._last[number] = now


def plan_lines(plan: FlowLogPlan) -> Iterator[str]:
    """The plan to read: summary, calls with their commands, policies, what may be missing."""
    for label, words in report.summary(plan):
        yield from _wrapped(clean(words), f"{label:<{_LABEL}}")
    yield ""
    yield f"CALLS  {len(plan.calls)}, in this order"
    for number, call in enumerate(plan.calls, 1):
        yield f"{number}  {call.service:<5} {call.operation:<19} {clean(call.subject)}"
        yield f"   {call.command(plan.place)}"
    for title, policy in (("TRUST POLICY", plan.trust_policy), ("ROLE POLICY", plan.delivery_policy)):
        if policy is not None:
            yield ""
            yield title
            yield json.dumps(policy, indent=2)
    yield ""
    for note in (*plan.notes, report.may_lack(plan)):
        yield from _wrapped(clean(note))


def _wrapped(words: str, label: str = "") -> list[str]:
    return textwrap.wrap(
        words, _WIDTH, initial_indent=label, subsequent_indent=" " * len(label), break_on_hyphens=False
    )
