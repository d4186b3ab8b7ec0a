"""`patina recover`: a notebook and its runs, from what else there is of them."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from jupyter_core.paths import jupyter_data_dir

from patina_cli.commands.options import json_option
from patina_cli.lab import EXTENSION, Json
from patina_cli.problem import Exit, Problem
from patina_cli.show import say, show_json
from patina_cli.texts import plain

if TYPE_CHECKING:
    from patina_cli.recovery.history import Version
    from patina_cli.recovery.runs import Mended
    from patina_lab.document.format import TsnbDocument

HISTORIES = ("patina_lab", "histories")
"""Below Jupyter's data: `SourceDocuments` of the server."""
_ID = re.compile(r'^id = "([0-9a-fA-F-]{36})"', re.MULTILINE)


@click.command()
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "origin",
    type=click.Choice(["history", "runs"]),
    help="The history of edits, or the code as it ran last. Otherwise the first that has it.",
)
@click.option(
    "--histories",
    type=click.Path(path_type=Path),
    help="The histories of edits. Otherwise Jupyter's.",
)
@click.option("--id", "name", metavar="ID", help="Its id, where there are several of its name.")
@click.option("--at", "moment", metavar="TIME", help="The code as it had run by then, of its runs.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write it.")
@click.option("--logs", is_flag=True, help="Mend the logs of its runs instead.")
@json_option
def recover(
    notebook: Path,
    origin: str | None,
    histories: Path | None,
    name: str | None,
    moment: str | None,
    output: Path | None,
    logs: bool,
    as_json: bool,
) -> int:
    """Recover a NOTEBOOK whose file is lost or broken, or its runs.

    It is written beside it as NAME.recovered.tsnb; nothing is overwritten. With --logs, lines of
    run logs that cannot be read are left out; the logs as they were stay beside them.

    TIME is like 2026-11-29T14:30, of this machine's clock, or with the offset of another.
    """
    until = _time(moment, origin) if moment else None
    if logs:
        return _mend(notebook, as_json=as_json)
    target = output or notebook.with_name(f"{notebook.stem}.recovered{EXTENSION}")
    if target.exists():
        raise Problem(f"{target} exists already", "It is never overwritten", "--output NAME")
    histories = histories or Path(jupyter_data_dir(), *HISTORIES)
    if until is not None:
        document, told = _ran_by(notebook, until)
    else:
        document, told = _found(notebook, origin, histories, name)
    _write(target, document)
    told |= {"path": str(target), "cells": len(document.cells)}
    if as_json:
        show_json(told)
    else:
        say(plain(f"{target}: {told['cells']} cells, {told['what']}"))
    return Exit.DONE


def _time(text: str, origin: str | None) -> datetime:
    """Return the time that was typed. Raises Problem; the history of edits has none."""
    if origin == "history":
        why = "The history of edits does not say when each was made"
        raise Problem("--at looks into the runs", why, "Leave out --from.", Exit.USAGE)
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError as error:
        like = "It should be like 2026-11-29T14:30"
        raise Problem(f"{text!r} is no time", str(error), like, Exit.USAGE) from error


def _ran_by(notebook: Path, until: datetime) -> tuple[TsnbDocument, Json]:
    """Return the code of the runs as it had run by then. Raises Problem where none had."""
    document = _in_runs(notebook, until)
    at = until.isoformat(timespec="seconds")
    if document is None:
        raise Problem(f"Nothing of {notebook} had run by {at}", f"{_folder(notebook)} was read")
    what = f"as they had run by {at}; text cells are not among them"
    return document, {"from": "runs", "at": at, "what": what}


def _found(
    notebook: Path, origin: str | None, histories: Path, name: str | None
) -> tuple[TsnbDocument, Json]:
    """Return the notebook, and from where it is. Raises Problem where nothing has it."""
    reasons = []
    if origin != "runs":
        version, reason = _in_history(notebook, histories, name)
        if version is not None:
            moment = datetime.fromtimestamp(version.at, UTC).isoformat(timespec="seconds")
            what = f"as the history of its edits has it, the last of {moment}"
            return version.document, {"from": "history", "at": moment, "what": what}
        reasons.append(reason)
    if origin != "history":
        document = _in_runs(notebook)
        if document is not None:
            what = "as they ran last; text cells are not among them"
            return document, {"from": "runs", "what": what}
        reasons.append(f"no run in {_folder(notebook)} has executed a cell")
    raise Problem(f"Nothing is left of {notebook}", "; ".join(reasons))


def _in_history(notebook: Path, histories: Path, named: str | None) -> tuple[Version | None, str]:
    """Return the latest version of the notebook; else why there is none."""
    from patina_cli.recovery.history import versions  # noqa: PLC0415 - imports documents

    every = list(versions(histories))
    found = _meant(notebook, every, named)
    ids = sorted({one.document.id for one in found})
    if len(ids) > 1:
        told = ", ".join(ids)
        raise Problem(f"The history has several notebooks named {notebook.name}", told, "--id ID")
    latest = max(found, key=lambda one: one.at, default=None)
    return latest, f"no history of edits in {histories} is of it"


def _meant(notebook: Path, every: list[Version], named: str | None) -> list[Version]:
    """Return the versions of a notebook: by its id, or by its path where that is all there is."""
    name = named or _id_of(notebook)
    if name:
        return [one for one in every if one.document.id == name]
    return [one for one in every if _is_path(notebook, one.path)]


def _id_of(notebook: Path) -> str:
    """Return the id of a notebook: as its broken file, or a run of it, has it; else empty."""
    if notebook.is_file():
        match = _ID.search(notebook.read_bytes()[:4096].decode(errors="replace"))
        if match:
            return match[1]
    return next((log.folded.header.notebook for log in _logs(notebook)), "")


def _is_path(notebook: Path, path: str) -> bool:
    """Whether a path below some server's root can be that of the notebook."""
    wanted = notebook.expanduser().absolute().parts
    parts = Path(path).parts
    return bool(parts) and wanted[-len(parts) :] == parts


def _folder(notebook: Path) -> Path:
    return Path(f"{notebook}.runs")


def _logs(notebook: Path) -> list[Mended]:
    from patina_cli.recovery.runs import readable  # noqa: PLC0415 - imports documents

    logs = (readable(path) for path in sorted(_folder(notebook).glob("*.jsonl")))
    return [log for log in logs if log is not None]


def _in_runs(notebook: Path, until: datetime | None = None) -> TsnbDocument | None:
    from patina_cli.recovery.runs import source_of  # noqa: PLC0415 - imports documents

    return source_of(_logs(notebook), until)


def _write(target: Path, document: TsnbDocument) -> None:
    from patina_lab.document.format import write  # noqa: PLC0415 - imports documents

    try:
        with target.open("x", encoding="utf-8", newline="") as file:
            file.write(write(document))
    except OSError as error:
        raise Problem(f"{target} cannot be written", str(error)) from error


def _mend(notebook: Path, *, as_json: bool) -> int:
    """Leave out what cannot be read of run logs."""
    folder = _folder(notebook)
    if not folder.is_dir():
        raise Problem(f"{notebook} has no runs", f"There is no folder {folder}")
    with _held(folder):
        done = [_mended(log) for log in _logs(notebook) if log.damaged]
    if as_json:
        show_json(done)
        return Exit.DONE
    for one in done:
        lines = ", ".join(map(str, one["left_out"]))
        say(f"{one['path']}: line {lines} left out; as it was: {one['kept']}")
    if not done:
        say("Every line of every run can be read")
    return Exit.DONE


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold the runs against servers, as they hold them against each other."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        hint = "Close the notebook there, or end that server."
        raise Problem(f"A server has the runs in {folder}", "It writes to them", hint) from error
    finally:
        os.close(handle)


def _mended(log: Mended) -> Json:
    kept = log.path.with_name(f"{log.path.name}.damaged")
    if kept.exists():
        raise Problem(f"{kept} exists already", "It is never overwritten", "Move it.")
    new = log.path.with_name(f".{log.path.name}.new")
    new.write_bytes(b"".join(log.good))
    # Two names for the old file before the new one takes its place: at no time is there none.
    os.link(log.path, kept)
    new.replace(log.path)
    return {"path": str(log.path), "kept": str(kept), "left_out": log.damaged}
