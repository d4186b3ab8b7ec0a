"""Shell completion."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from patina_cli.problem import Problem


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that completes `patina` in a shell.

    \b
    bash: eval "$(patina completion bash)"   in ~/.bashrc
    zsh:  eval "$(patina completion zsh)"    in ~/.zshrc
    fish: patina completion fish | source    in ~/.config/fish/config.fish
    """  # noqa: D301 - click's mark for lines that stay as they are
    patina = click.get_current_context().find_root().command
    found = get_completion_class(shell)
    if found is None:
        raise Problem(f"There is no completion for {shell}")
    click.echo(found(patina, {}, "patina", "_PATINA_COMPLETE").source())
