"""`patina doctor` and `patina diagnostics`."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import click

from patina_cli.commands.options import Where, json_option, server_options
from patina_cli.lab import Json
from patina_cli.problem import Exit, Problem
from patina_cli.show import say, show_json
from patina_cli.texts import plain

MARKS = {
    "ok": ("ok      ", "green"),
    "advice": ("advice  ", "yellow"),
    "missing": ("missing ", "red"),
}


@click.command()
@json_option
def doctor(as_json: bool) -> int:
    """Look whether everything is there, and say what to type where it is not."""
    from patina_cli.health.checks import all_findings  # noqa: PLC0415 - imports kernels

    findings = all_findings()
    if as_json:
        show_json([dataclasses.asdict(one) for one in findings])
    else:
        for one in findings:
            mark, colour = MARKS[one.state]
            say(plain(f"{mark} {one.name}: {one.what}"), fg=colour)
            if one.hint:
                say(f"         {one.hint}")
    return Exit.FAILED if any(one.state == "missing" for one in findings) else Exit.DONE


@click.command()
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write it.")
@server_options
@json_option
def diagnostics(output: Path | None, where: Where, as_json: bool) -> None:
    """Write an archive that helps others to understand a problem, without secrets.

    It has versions, what `patina doctor` says, and counts; no token, no code, no output, no name of
    a notebook.
    """
    from patina_cli.health.archive import write_archive  # noqa: PLC0415 - imports kernels
    from patina_cli.health.checks import all_findings  # noqa: PLC0415

    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    file = output or Path(f"patina-diagnostics-{stamp}.zip")
    try:
        write_archive(file, all_findings(), _notebooks(where), Path.cwd())
    except FileExistsError as error:
        raise Problem(
            f"{file} exists already", "It is never overwritten", "--output NAME"
        ) from error
    except OSError as error:
        hint = "Name another place: --output NAME."
        raise Problem(f"{file} cannot be written", str(error.strerror), hint) from error
    if as_json:
        show_json({"path": str(file), "bytes": file.stat().st_size})
    else:
        say(f"{file}: look into it before you send it")


def _notebooks(where: Where) -> list[Json] | None:
    """Return what is open; None where no server answers, which may be the problem."""
    try:
        with where.lab() as lab:
            found: list[Json] = lab.ask("GET", "notebooks")
    except Problem:
        return None
    return found
