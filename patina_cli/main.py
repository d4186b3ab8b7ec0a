"""`patina`: finds the command, imports only that, and says errors as people read them."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any, NoReturn

import click

from patina_cli.problem import Exit, Problem

COMMANDS = {
    "lab": "server:lab",
    "status": "server:status",
    "ps": "server:ps",
    "notebooks": "server:notebooks",
    "run": "run:run",
    "runs": "runs:runs",
    "timeline": "runs:timeline",
    "globals": "runs:variables",
    "fork": "runs:fork",
    "compare": "runs:compare",
    "interrupt": "runs:interrupt",
    "stop": "runs:stop",
    "convert": "convert:convert",
    "diff": "diff:diff",
    "git": "git:git",
    "outputs": "history:outputs",
    "flush": "history:flush",
    "logs": "logs:logs",
    "recover": "recover:recover",
    "kernel": "kernels:kernel",
    "doctor": "health:doctor",
    "diagnostics": "health:diagnostics",
    "completion": "completion:completion",
}
"""Where each command is: a module of `patina_cli.commands`, and its name there."""


class Commands(click.Group):
    """Imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order of the help."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        found: click.Command = getattr(
            importlib.import_module(f"patina_cli.commands.{module}"), name
        )
        return found


def _show_version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if not wanted:
        return
    from importlib.metadata import version  # noqa: PLC0415 - 20 ms that only this needs

    click.echo(f"Patina Lab {version('patina-lab')}")
    ctx.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Say which version this is.",
)
def patina() -> None:
    """Patina Lab: notebooks whose live state can be forked.

    NOTEBOOK is the path of a .tsnb. RUN is `NOTEBOOK.tsnb` (its latest run), `NOTEBOOK.tsnb:TITLE`,
    or the id of a run, or how that begins.

    \b
    Exit status: 0 done, 1 a cell failed (or something differs, or is missing), 2 wrong usage,
    3 no server answers, 4 refused, 5 something went wrong in here, 130 interrupted.
    """  # noqa: D301 - click's mark for lines that stay as they are


def main(arguments: list[str] | None = None) -> NoReturn:
    """Do what the command line says, and end with the status that tells of it."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        result: Any = patina.main(arguments, prog_name="patina", standalone_mode=False)
        status = result if isinstance(result, int) else Exit.DONE
    except Problem as problem:
        status = _explain(problem, as_json="--json" in arguments)
    except click.ClickException as error:
        if isinstance(error, click.UsageError) and "--json" in arguments:
            status = _explain(Problem(error.format_message(), status=Exit.USAGE), as_json=True)
        else:
            error.show()
            status = Exit.USAGE
    except (KeyboardInterrupt, click.Abort):
        status = Exit.INTERRUPTED
    except BrokenPipeError:
        # Who reads has had enough (`patina ps | head`).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = Exit.DONE
    except Exception as error:
        if os.environ.get("PATINA_DEBUG"):
            raise
        reason, hint = f"{type(error).__name__}: {error}", "Say so, with what PATINA_DEBUG=1 shows."
        broken = Problem("Something went wrong in patina itself", reason, hint, Exit.BROKEN)
        status = _explain(broken, as_json="--json" in arguments)
    sys.exit(status)


def _explain(problem: Problem, *, as_json: bool) -> Exit:
    from patina_cli.texts import plain  # noqa: PLC0415 - only where something went wrong

    if as_json:
        click.echo(problem.as_json, err=True)
        return problem.status
    message, *rest = plain(str(problem)).splitlines()
    if sys.stderr.isatty() and not os.environ.get("NO_COLOR"):
        message = click.style(message, fg="red", bold=True)
    click.echo(message, err=True)
    for line in rest:
        click.echo(f"  {line}", err=True)
    return problem.status
