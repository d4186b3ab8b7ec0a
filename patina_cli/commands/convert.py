"""`patina convert`: a notebook from another format, or to one."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from patina_cli.commands.options import Where, json_option, server_options
from patina_cli.finding import running
from patina_cli.lab import EXTENSION, Json
from patina_cli.problem import Problem
from patina_cli.show import note, say, show_json
from patina_cli.texts import counted, plain

LATEST = "latest"


@click.command()
@click.argument("source", metavar="FROM", type=click.Path(path_type=Path))
@click.argument("to", type=click.Path(path_type=Path))
@click.option(
    "--run", metavar="RUN", help="With the outputs of this run: `latest`, a title, an id."
)
@click.option("--format", "form", metavar="FORMAT", help="Which format, where TO allows several.")
@click.option("--kernel", help="The kernel of the new notebook. Otherwise as FROM says.")
@click.option("--no-runs", is_flag=True, help="Leave out the runs, of a new .tsnb.")
@click.option("--force", is_flag=True, help="Replace what is there, with its runs.")
@server_options
@json_option
def convert(
    source: Path,
    to: Path,
    run: str | None,
    form: str | None,
    kernel: str | None,
    no_runs: bool,
    force: bool,
    where: Where,
    as_json: bool,
) -> None:
    """Convert a notebook: the names of the files say from what and to what.

    .tsnb, .ipynb, .md, .Rmd, scripts, .html. A notebook that is open on a server is converted as it
    is there, saved or not. Nothing is overwritten without --force.
    """
    wanted = {"force": force, "runs": not no_runs, "format": form, "kernel": kernel}
    wanted = {name: value for name, value in wanted.items() if value is not None}
    if where.url or _is_served(source, to):
        done = _by_server(source, to, run, wanted, where)
    else:
        done = _here(source, to, run, wanted)
    if as_json:
        show_json(done)
        return
    runs = counted(done["runs"], "run") if done["runs"] else "no runs"
    say(plain(f"{to}: {done['format']}, {counted(done['cells'], 'cell')}, {runs}"))
    for line in done["notes"]:
        note(plain(line))


def _is_served(*paths: Path) -> bool:
    """Whether a running server has both: it knows what is not saved yet."""
    places = [path.expanduser().resolve() for path in paths]
    return any(all(server.holds(place) for place in places) for server in running())


def _by_server(source: Path, to: Path, run: str | None, wanted: Json, where: Where) -> Json:
    with where.lab(source) as lab:
        body = {"from": lab.path_of(str(source)), "to": lab.path_of(str(to)), **wanted}
        if run is not None:
            title = "" if run == LATEST else f":{run}"
            body["run"] = lab.run(f"{source}{title}")["id"]
        done: Json = lab.ask("POST", "convert", body)
    return done


def _here(source: Path, to: Path, run: str | None, wanted: Json) -> Json:
    """Convert without a server."""
    # jsonschema, which nbformat imports, looks whether this is there. It builds a grammar of web
    # addresses as it is imported, for longer than all the rest takes; no schema here has addresses.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type] # None: not installed
    import msgspec  # noqa: PLC0415 - with all below, what takes long to import

    from patina_lab import wire  # noqa: PLC0415
    from patina_lab.confined import Roots  # noqa: PLC0415
    from patina_lab.converting.convert import Conversion, convert_file  # noqa: PLC0415
    from patina_lab.problem import PatinaProblem  # noqa: PLC0415

    source, to = source.expanduser().absolute(), to.expanduser().absolute()
    root = Path(os.path.commonpath((source.parent, to.parent)))
    if run is not None:
        wanted["run"] = _run_of(source, run)
    names = {"from": str(source.relative_to(root)), "to": str(to.relative_to(root))}
    try:
        asked = msgspec.convert({**names, **wanted}, wire.Convert)
        # Who types this may read and write what they name, also behind links.
        done = convert_file(root, Conversion(asked, _installed()), roots=Roots(root, ["/"]))
    except msgspec.ValidationError as error:
        raise Problem(f"{source.name} cannot be converted", str(error)) from error
    except PatinaProblem as error:
        raise Problem(error.message, error.reason, error.hint) from error
    return msgspec.to_builtins(done)  # type: ignore[no-any-return]


def _installed() -> dict[str, str]:
    from jupyter_client.kernelspec import KernelSpecManager  # noqa: PLC0415

    specs: dict[str, Any] = KernelSpecManager().get_all_specs()
    return {name: str(one["spec"]["language"]) for name, one in specs.items()}


def _run_of(source: Path, run: str) -> str:
    """Return the id of a run of a notebook's folder. Raises Problem."""
    from patina_cli.recovery.runs import readable  # noqa: PLC0415

    if source.suffix != EXTENSION:
        raise Problem(f"{source.name} has no runs to choose from", "", "Leave out --run.")
    logs = filter(None, map(readable, sorted(Path(f"{source}.runs").glob("*.jsonl"))))
    found = sorted((log.folded for log in logs), key=lambda one: one.header.created)
    if run != LATEST:
        found = [one for one in found if run == one.title or one.header.id.startswith(run)]
    if not found or (run != LATEST and len(found) > 1):
        told = f"{len(found)} runs are meant" if found else "No run is named so"
        raise Problem(f"{source.name} has no run {run!r}", told, "`latest`, a title, or an id.")
    return found[-1].header.id
