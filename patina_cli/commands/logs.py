"""What a server had to say."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import click

from patina_cli import serverlog
from patina_cli.commands.options import Where, json_option, server_options
from patina_cli.finding import running
from patina_cli.lab import EXTENSION
from patina_cli.problem import Problem
from patina_cli.serverlog import LEVELS, Wanted, read
from patina_cli.show import say
from patina_cli.texts import plain
from patina_lab.serverlog import log_file

PAUSE = 0.2
"""Seconds between two looks at a log that is followed."""
COLOURS = {"warning": "yellow", "error": "red", "critical": "red", "debug": "bright_black"}


@click.command()
@click.option("-f", "--follow", is_flag=True, help="Go on with what comes, until Ctrl-C.")
@click.option("-n", "--lines", type=click.IntRange(min=0), default=100, show_default=True,
              metavar="N", help="At most so many of what is there.")  # fmt: skip
@click.option("--level", type=click.Choice(LEVELS), default="debug", help="This, and worse.")
@click.option("--notebook", metavar="NOTEBOOK", help="What is about this notebook.")
@click.option("--run", metavar="RUN", help="What is about this run.")
@server_options
@json_option
def logs(
    follow: bool, lines: int, level: str, notebook: str | None, run: str | None,
    where: Where, as_json: bool,
) -> None:  # fmt: skip
    """Show the server's log, also when the server has ended.

    It is that of the server which has this folder. With --json, a JSON object a line: `at`,
    `level`, `logger`, `message`; `notebook`, `run` and `error` where there is one.
    """
    root, log = _log(where)
    path = _path_of(Path(notebook), root) if notebook else ""
    wanted = Wanted(level, path, _id_of(run, where) if run else "")
    show_line = _show_as_it_is if as_json else _show
    every = serverlog.lines(log)
    for line in deque((one for one in _until_now(every) if wanted.takes(read(one))), lines):
        show_line(line)
    if follow:
        _go_on(every, wanted, show_line)


def _until_now(every: Iterator[str | None]) -> Iterator[str]:
    while (line := next(every)) is not None:
        yield line


def _go_on(every: Iterator[str | None], wanted: Wanted, show_line: Callable[[str], None]) -> None:
    sys.stdout.flush()
    for line in every:
        if line is None:
            sys.stdout.flush()
            time.sleep(PAUSE)
        elif wanted.takes(read(line)):
            show_line(line)


def _log(where: Where) -> tuple[Path, Path]:
    """Return a root and its log: that of the server that is meant, or of one that has ended."""
    here = Path.cwd().resolve()
    near = [server.root for server in running() if server.holds(here)]
    if where.url is None and not near:
        near = [place for place in (here, *here.parents) if log_file(str(place)).exists()]
    root = where.server().root if where.url or not near else max(near, key=_depth)
    if root is None:
        reason = "The log is a file on the machine of the server"
        raise Problem("The log of this server cannot be read here", reason, "Type this there.")
    return root, log_file(str(root))


def _depth(place: Path | None) -> int:
    return len(place.parts) if place else 0


def _path_of(notebook: Path, root: Path) -> str:
    """Return a notebook's path as the server says it; it need not be there any more."""
    place = notebook.expanduser().absolute()
    return place.relative_to(root).as_posix() if place.is_relative_to(root) else notebook.as_posix()


def _id_of(run: str, where: Where) -> str:
    """Return the id of a run, or how it begins; the server is asked only for a name."""
    if EXTENSION not in run:
        return run
    with where.lab() as lab:
        return str(lab.run(run)["id"])


def _show_as_it_is(line: str) -> None:
    click.echo(line.rstrip("\n"))


def _show(line: str) -> None:
    told = read(line)
    level = str(told.get("level", ""))
    head = f"{_here(told.get('at'))}  {level:<7}  {told.get('message', '')}"
    say(plain(head), fg=COLOURS.get(level))
    for more in str(told.get("error", "")).splitlines():
        say(f"    {plain(more)}")


def _here(at: object) -> str:
    """Return a time as this machine's clock shows it."""
    try:
        return f"{datetime.fromisoformat(str(at)).astimezone():%Y-%m-%d %H:%M:%S}"
    except ValueError:
        return ""
