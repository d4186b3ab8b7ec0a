"""What is on disk: saved now, and cleared."""

from __future__ import annotations

import sys

import click

from patina_cli.commands.options import Where, json_option, server_options
from patina_cli.lab import EXTENSION, Json, Lab
from patina_cli.problem import Exit, Problem
from patina_cli.show import say, show_json
from patina_cli.texts import one_line, plain


@click.group()
def outputs() -> None:
    """Change what is kept of outputs."""


@outputs.command()
@click.argument("what", metavar="NOTEBOOK|RUN")
@click.option("--pinned", is_flag=True, help="Those that are pinned, too.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@server_options
@json_option
def clear(what: str, pinned: bool, yes: bool, where: Where, as_json: bool) -> int:
    """Delete outputs from the history: of a run, or of all runs of a notebook.

    Kernels and their variables stay, and so does what is pinned, runs or waits.
    """
    with where.lab() as lab:
        runs = _meant(lab, what)
        count = sum(len(lab.ask("GET", f"runs/{run['id']}/timeline")) for run in runs)
        if not yes and not _agreed(count, len(runs)):
            return Exit.FAILED
        cleared = [(run, _clear(lab, run, pinned=pinned)) for run in runs]
    if as_json:
        show_json([{"run": run["id"], **done} for run, done in cleared])
        return Exit.DONE
    for run, done in cleared:
        title = one_line(run["title"], 40)
        say(f"{title}: {done['deleted']} outputs deleted, {done['kept']} kept")
    return Exit.DONE


def _meant(lab: Lab, what: str) -> list[Json]:
    """Return the runs: all that can be driven of a notebook, or the one that is named."""
    if not what.endswith(EXTENSION):
        return [lab.run(what)]
    runs: list[Json] = lab.notebook(what)["runs"]
    return runs


def _agreed(count: int, runs: int) -> bool:
    if not sys.stdin.isatty():
        raise Problem(
            "Nothing was deleted", "Nobody can be asked", "Say so: --yes.", status=Exit.USAGE
        )
    return click.confirm(f"Delete up to {count} outputs of {runs} runs for good?", err=True)


def _clear(lab: Lab, run: Json, *, pinned: bool) -> Json:
    query = {"pinned": "true"} if pinned else {}
    done: Json = lab.ask("DELETE", f"runs/{run['id']}/timeline", **query)
    return done


@click.command()
@click.argument("notebooks", nargs=-1)
@server_options
@json_option
def flush(notebooks: tuple[str, ...], where: Where, as_json: bool) -> None:
    """Save notebooks and their runs to disk now; all open ones where none is named."""
    with where.lab() as lab:
        named = [lab.notebook(name) for name in notebooks]
        opened = named or lab.ask("GET", "notebooks")
        done = [lab.ask("POST", f"notebooks/{one['id']}/flush") for one in opened]
    if as_json:
        show_json(done)
        return
    for one in done:
        say(plain(f"{one['path']}: saved, with {one['runs']} runs"))
