"""`patina diff`: what differs between two notebooks."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patina_cli.commands.options import json_option
from patina_cli.problem import Exit, Problem
from patina_cli.show import say, show_json, with_colours
from patina_cli.texts import plain
from patina_cli.versions.lines import run_git

if TYPE_CHECKING:
    from patina_cli.versions.difference import Difference
    from patina_lab.document.format import TsnbDocument


@click.command()
@click.argument("old")
@click.argument("new", required=False)
@click.option("--exit-code", is_flag=True, help="End with status 1 when they differ.")
@json_option
def diff(old: str, new: str | None, exit_code: bool, as_json: bool) -> int:
    """Show what differs between two notebooks, cell by cell.

    OLD and NEW are files, or versions of them as git names them (`HEAD~1:analysis.tsnb`). With one
    file, it is compared with its latest commit.
    """
    if new is None:
        old, new = f"HEAD:./{os.path.relpath(old)}", old
    found = difference_of(_text(old), _text(new), names=(old, new))
    if as_json:
        show_json(dataclasses.asdict(found))
    elif found.any:
        show_difference(found, old, new)
    return Exit.FAILED if exit_code and found.any else Exit.DONE


def _text(name: str) -> str:
    """Return the text of a file, or of a version that git has."""
    path = Path(name)
    try:
        if path.exists() or ":" not in name:
            return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"{name} cannot be read", str(error)) from error
    shown = run_git("show", name)
    if shown.returncode:
        raise Problem(f"git has no {name}", shown.stderr.decode(errors="replace").strip())
    return shown.stdout.decode(errors="replace")


def difference_of(old: str, new: str, names: tuple[str, str]) -> Difference:
    """Return what differs between two texts. Raises Problem where one is no notebook."""
    from patina_cli.versions.difference import difference  # noqa: PLC0415 - imports documents

    return difference(notebook_in(old, names[0]), notebook_in(new, names[1]))


def notebook_in(text: str, name: str) -> TsnbDocument:
    """Read a notebook. Raises Problem."""
    from patina_lab.document.errors import TsnbError  # noqa: PLC0415 - imports documents
    from patina_lab.document.format import read  # noqa: PLC0415

    try:
        return read(text)
    except TsnbError as error:
        raise Problem(f"{name} is no notebook that can be read", str(error), error.hint) from error


def show_difference(found: Difference, old: str, new: str) -> None:
    """Print what differs."""
    colours = _colours_of_lines()
    say(plain(f"--- {old}"), bold=True)
    say(plain(f"+++ {new}"), bold=True)
    for line in _told(found):
        colour = colours.get(line[:1])
        click.echo(click.style(line, fg=colour) if colour else line)


def _colours_of_lines() -> dict[str, str]:
    # git has a pager show it, and says so: to us it is a pipe.
    paged = os.environ.get("GIT_PAGER_IN_USE") == "true" and not os.environ.get("NO_COLOR")
    if not (with_colours() or paged):
        return {}
    return {"-": "red", "+": "green", "@": "cyan"}


def _told(found: Difference) -> Iterator[str]:
    """Yield the lines that say what differs."""
    for value in found.values:
        yield plain(f"{value.path}: {value.before!r} -> {value.after!r}")
    for cell in found.cells:
        number = cell.number_after or cell.number_before
        yield ""
        where = f", it was cell {cell.number_before}" if "moved" in cell.changes else ""
        yield plain(f"cell {number} ({cell.id}) {' and '.join(cell.changes)}{where}")
        for value in cell.values:
            yield plain(f"{value.path}: {value.before!r} -> {value.after!r}")
        yield from map(plain, cell.lines)
