"""`flowtui completion`: the shell code that completes commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command("completion", epilog="For example:  flowtui completion bash >> ~/.bashrc")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the code that makes SHELL complete flowtui's commands and options.

    bash: add it to ~/.bashrc. zsh: add it to ~/.zshrc, after compinit.
    fish: write it to ~/.config/fish/completions/flowtui.fish.
    """
    maker = get_completion_class(shell)
    assert maker is not None
    click.echo(maker(context.find_root().command, {}, "flowtui", "_FLOWTUI_COMPLETE").source())
