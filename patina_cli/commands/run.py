"""`patina run`: a notebook without a page."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from patina_cli.commands.options import Where, json_option, server_options
from patina_cli.finding import Server, running
from patina_cli.following import FINAL, OutOfTimeError, follow
from patina_cli.headless import own_server
from patina_cli.lab import EXTENSION, Json, Lab
from patina_cli.outputs import Blobs
from patina_cli.problem import Exit, Problem
from patina_cli.progress import Quiet, watching
from patina_cli.selection import parameters, selected
from patina_cli.show import note, show_json
from patina_cli.texts import plain

END_SECONDS = 20.0
"""How long an interrupted cell has to come to its end."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to run, and how."""

    notebook: str
    cells: str | None
    values: Json
    run: str | None
    kernel: str | None
    title: str | None
    seconds: float | None
    keep: bool
    quiet: bool


@click.command()
@click.argument("notebook")
@click.option(
    "--cells",
    metavar="CELLS",
    help="Only these: numbers, ranges, ids, or tags: 3,5-8,plot,tag:slow.",
)
@click.option(
    "-p",
    "--param",
    "pairs",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter: JSON, or else text. It is assigned behind the cell that is tagged"
    " `parameters`, or before all others.",
)
@click.option(
    "--params",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Parameters from a JSON or TOML file.",
)
@click.option("--run", "in_run", metavar="RUN", help="Go on in this run, and leave it its kernel.")
@click.option("--kernel", help="The kernel of the new run. Otherwise the notebook's.")
@click.option("--title", help="What the new run is called.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Interrupt what takes longer.",
)
@click.option("--keep", is_flag=True, help="Leave the new run its kernel when all is done.")
@click.option("--alone", is_flag=True, help="On a server of its own, also where one runs.")
@click.option("--quiet", is_flag=True, help="Print no outputs.")
@server_options
@json_option
def run(
    notebook: str,
    cells: str | None,
    pairs: tuple[str, ...],
    files: tuple[Path, ...],
    in_run: str | None,
    kernel: str | None,
    title: str | None,
    timeout: float | None,
    keep: bool,
    alone: bool,
    quiet: bool,
    where: Where,
    as_json: bool,
) -> int:
    """Run a notebook without a page; its outputs land in a new run's timeline.

    On the server that has the notebook, or, where none runs, on one that is started for the time.
    The exit status is 0 when every cell succeeded, and 1 otherwise.
    """
    if alone and (in_run or keep):
        raise Problem(
            "A server of its own ends with the command",
            "--run and --keep need one that stays",
            status=Exit.USAGE,
        )
    values = parameters(files, pairs)
    wanted = Wanted(notebook, cells, values, in_run, kernel, title, timeout, keep, quiet or as_json)
    with _a_server(where, Path(notebook), alone=alone, needed=bool(in_run or keep)) as server:
        lab = Lab(server)
        try:
            result = _run(lab, wanted)
        finally:
            lab.client.close()
    if as_json:
        show_json(result)
    return Exit.DONE if result["ok"] else Exit.FAILED


@contextmanager
def _a_server(where: Where, notebook: Path, *, alone: bool, needed: bool) -> Iterator[Server]:
    """Yield the server that was named or has the notebook, or one of our own."""
    place = notebook.expanduser().resolve()
    if not alone and (where.url or needed or any(one.holds(place) for one in running())):
        yield where.server(place)
        return
    if place.suffix != EXTENSION or not place.is_file():
        is_there = "It is no .tsnb" if place.is_file() else "There is no such file"
        hint = f"Make a {EXTENSION} of it: `patina convert`." if place.is_file() else ""
        raise Problem(f"{notebook} cannot be run", is_there, hint)
    with own_server(place.parent) as server:
        yield server


def _run(lab: Lab, wanted: Wanted) -> Json:
    """Run cells to their end; return what came of them."""
    opened = lab.notebook(wanted.notebook)
    source = lab.ask("GET", f"notebooks/{opened['id']}/cells")
    chosen = selected(source, wanted.cells)
    run = _the_run(lab, opened, wanted)
    asked = _queued(lab, run, chosen, wanted)
    try:
        cells = _executed(lab, run, asked, wanted)
    finally:
        if wanted.run is None and not wanted.keep:
            lab.ask("POST", f"runs/{run['id']}/stop")
    after = next(one for one in lab.runs(opened["id"]) if one["id"] == run["id"])
    ok = all(cell["status"] == "succeeded" for cell in cells)
    if not ok and not wanted.quiet and (error := after.get("error")):
        note(plain(f"{error['message']}: {error['reason']}\n  {error['hint']}"))
    return {"ok": ok, "path": opened["path"], "run": after, "cells": cells}


def _the_run(lab: Lab, notebook: Json, wanted: Wanted) -> Json:
    if wanted.run is not None:
        run = lab.run(wanted.run)
        if run["notebook"] != notebook["id"]:
            raise Problem(f"{wanted.run} is no run of {wanted.notebook}")
        return run
    new = {"kernel": wanted.kernel, "title": wanted.title}
    if not wanted.keep:
        # Should this command be killed, its kernel ends with the server that it may have started.
        new["on_server_stop"] = "stop"
    body = {name: value for name, value in new.items() if value is not None}
    made: Json = lab.ask("POST", f"notebooks/{notebook['id']}/runs", body)
    return made


def _queued(lab: Lab, run: Json, chosen: list[Json], wanted: Wanted) -> list[Json]:
    """Queue cells, and return their output cells. What is refused leaves no empty run behind."""
    asked = {
        "cells": [{"id": one["id"], "source_hash": one["source_hash"]} for one in chosen],
        "request_id": str(uuid.uuid4()),
        **({"parameters": wanted.values} if wanted.values else {}),
    }
    try:
        queued: list[Json] = lab.ask("POST", f"runs/{run['id']}/execute", asked)
    except (Problem, KeyboardInterrupt):
        lab.client.close()  # Perhaps in the midst of an answer.
        if wanted.run is None:
            lab.ask("DELETE", f"runs/{run['id']}")
        raise
    return queued


def _executed(lab: Lab, run: Json, asked: list[Json], wanted: Wanted) -> list[Json]:
    """Follow cells to their end; Ctrl-C and the timeout interrupt them."""
    seqs = [cell["seq"] for cell in asked]
    blobs = Blobs(lab.client, run["notebook"])
    with watching(asked, blobs, quiet=wanted.quiet) as watcher:
        try:
            return follow(lab, run["id"], seqs, watcher, wanted.seconds)
        except OutOfTimeError:
            note(f"Not done within {wanted.seconds:g} s: interrupted.")
            return _interrupted(lab, run, seqs, watcher)
        except KeyboardInterrupt:
            lab.client.close()  # In the midst of an answer.
            note("Interrupted.")
            _interrupted(lab, run, seqs, watcher)
            raise


def _interrupted(lab: Lab, run: Json, seqs: list[int], watcher: Quiet) -> list[Json]:
    """Interrupt what runs; return what became of the cells, also of those that do not end."""
    lab.ask("POST", f"runs/{run['id']}/interrupt")
    try:
        return follow(lab, run["id"], seqs, watcher, END_SECONDS)
    except OutOfTimeError:
        lab.ask("POST", f"runs/{run['id']}/stop")
        left: list[Json] = lab.ask("GET", f"runs/{run['id']}/timeline", **{"from": seqs[0]})
        return [cell for cell in left if cell["status"] in FINAL or cell["seq"] in seqs]
