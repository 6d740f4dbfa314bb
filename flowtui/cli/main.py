"""The command `flowtui`: its options, its commands, each loaded when it is wanted, and how it ends.

Light: `--help` and `--version` load neither the screen's library nor AWS's nor the store's.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import traceback
from importlib import metadata
from types import FrameType
from typing import Any, NoReturn

import click

from flowtui.cli.expression import ExpressionError
from flowtui.cli.options import MONITOR, gathered, given, takes
from flowtui.monitor.outside import FaultError

INTERRUPTED = 130
TERMINATED = 128 + signal.SIGTERM

_COMMANDS = {
    "demo": ("flowtui.cli.demo", "The monitor on an embedded AWS endpoint; no account needed."),
    "tail": ("flowtui.cli.tail", "Records to standard output, no screen."),
    "history": ("flowtui.cli.history", "The filter over any time range, by CloudWatch Logs Insights."),
    "filter": ("flowtui.cli.filter", "What a filter expression means to each engine."),
    "explain": ("flowtui.cli.explain", "Why records were rejected."),
    "topology": ("flowtui.cli.topology", "The topology with its rules."),
    "doctor": ("flowtui.cli.doctor", "What works, what is missing, and what to do about it."),
    "iam-policy": ("flowtui.cli.iam_policy", "The smallest IAM policy that flowtui works with."),
    "config": ("flowtui.cli.config", "The settings in force, and where each comes from."),
    "create-flow-log": ("flowtui.cli.create_flow_log", "Create a flow log, with its log group and role."),
    "completion": ("flowtui.cli.completion", "Shell completion for bash, zsh or fish."),
}


class _LazyGroup(click.Group):
    """Commands by the module they are in (its `command`), imported when run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands, in the order of the help."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports the command; None where there is none of this name."""
        entry = _COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command = importlib.import_module(entry[0]).command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in _COMMANDS.items()])


def _show_version(context: click.Context, _: click.Parameter, is_wanted: bool) -> None:
    if is_wanted and not context.resilient_parsing:
        click.echo(f"flowtui {_version()}")
        context.exit()


def _version() -> str:
    try:
        return metadata.version("flowtui")
    except metadata.PackageNotFoundError:
        return "from source"


@click.group(
    cls=_LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@takes(*MONITOR)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_version,
    help="Show the version and exit.",
)
@click.pass_context
def flowtui(context: click.Context, /, **values: Any) -> None:
    """A terminal monitor for AWS VPC Flow Logs: what is rejected, where, since when.

    Without a command it is the monitor, on the account of the default AWS credentials;
    `flowtui demo` needs no account.
    """
    context.obj = given(values)
    if context.invoked_subcommand is None:
        from flowtui.cli.monitor import run

        run(gathered(context, values, MONITOR))


def main() -> NoReturn:
    """Runs the command line. Status 0 done, 1 failed, 2 wrong usage, 130 interrupted, 143 terminated."""
    signal.signal(signal.SIGTERM, _terminate)
    sys.exit(_status())


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    sys.exit(TERMINATED)


def _status() -> int:
    try:
        status = flowtui.main(prog_name="flowtui", standalone_mode=False)
        return status if isinstance(status, int) else 0
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except ExpressionError as error:
        click.echo(f"flowtui: {error.message}", err=True)
        return error.exit_code
    except click.ClickException as error:
        _complain(_in_one_line(error))
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except FaultError as error:
        _complain(f"{error.fault.sentence} {error.fault.cure}".strip())
        return 1
    except Exception as error:
        _unforeseen(error)
        return 1


def _in_one_line(error: click.ClickException) -> str:
    sentence = " ".join(error.format_message().split())
    context = error.ctx if isinstance(error, click.UsageError) else None
    return sentence if context is None else f"{sentence} (See `{context.command_path} --help`.)"


def _complain(sentence: str) -> None:
    from flowtui.records.decode import clean

    click.echo(f"flowtui: {clean(sentence)}", err=True)


def _unforeseen(error: Exception) -> None:
    """One line about a slip of our own; the traceback on request only."""
    if os.environ.get("FLOWTUI_DEBUG"):
        traceback.print_exception(error)
        return
    from flowtui.aws.wording import outside_text

    what = outside_text(str(error)).rstrip(".")
    _complain(f"unforeseen {type(error).__name__}: {what}. FLOWTUI_DEBUG=1 shows where.")
