"""Writes what was converted under names of its own; `rooms.newfiles` puts it in place."""

from __future__ import annotations

import shutil
import uuid
from dataclasses import replace

from patina_lab.blobs.store import BlobStore
from patina_lab.clock import now
from patina_lab.conversion.content import Content, Read
from patina_lab.conversion.errors import ConversionError
from patina_lab.conversion.toancestor import ancestor_files
from patina_lab.document.ancestors import Program
from patina_lab.document.format import TsnbDocument, write
from patina_lab.document.refusals import MAX_BYTES
from patina_lab.runlog.log import RunLog, RunLogError, load
from patina_lab.runlog.newfiles import NewFiles
from patina_lab.runlog.pastruns import write_run
from patina_lab.runlog.revival import ending_of_copy
from patina_lab.runlog.runfolder import RunFolder
from patina_lab.text import gettext as _


def write_notebook(files: NewFiles, content: Content, blobs: BlobStore | None) -> int:
    """Write an imported notebook with its runs; return how many bytes its source has.

    `blobs`: where the bytes of its outputs were put.
    """
    if content.runs:
        files.runs.path.mkdir(exist_ok=True)
        if blobs is not None:
            blobs.sync()
    for run in content.runs:
        write_run(files.runs, run, content.document.id)
    return _put(files, write(content.document))


def copy_notebook(
    files: NewFiles, document: TsnbDocument, source: RunFolder, *, with_runs: bool
) -> tuple[int, int]:
    """Write a copy that is a notebook of its own; return how many bytes and runs it has.

    Its runs have their whole history. Of one that has a kernel, the copy has none.
    """
    copy = replace(document, id=str(uuid.uuid4()))
    runs = 0
    if with_runs and source.path.is_dir():
        shutil.copytree(source.path, files.runs.path, symlinks=True, ignore=_not_ours)
        files.runs.make_own(copy.id, document.id)
        runs = sum(_end(files.runs, path.stem) for path in files.runs.path.glob("*.jsonl"))
    return _put(files, write(copy)), runs


def _not_ours(folder: str, names: list[str]) -> list[str]:
    """Leave out what is half written, and runs of other programs."""
    del folder
    return [
        name for name in names if name.startswith(".") or name.endswith((".run", ".new", ".old"))
    ]


def _end(folder: RunFolder, run: str) -> bool:
    """Bring the copy of a run's log to an end; tell whether it is one that can be read."""
    path = folder.log_path(run)
    try:
        loaded = load(path)
    except (RunLogError, OSError):
        return False
    log = RunLog(path, good_bytes=loaded.good_bytes)
    try:
        for record in ending_of_copy(loaded.folded, now()):
            log.append(record)
        log.sync()
    finally:
        log.close()
    return True


def write_for(files: NewFiles, content: Content, program: Program, read: Read) -> int:
    """Write the files of Twinsong or Patina; return how many bytes the source has."""
    made = ancestor_files(content, program, read)
    if made.runs:
        files.runs.path.mkdir(exist_ok=True)
    for name, text in made.runs.items():
        (files.runs.path / name).write_text(text, encoding="utf-8")
    return _put(files, made.source)


def _put(files: NewFiles, text: str) -> int:
    data = text.encode()
    if len(data) > MAX_BYTES:
        raise ConversionError(
            _(
                "The notebook would have %1 MiB; at most %2 MiB can be opened",
                len(data) >> 20,
                MAX_BYTES >> 20,
            ),
            hint=_(
                "What is attached to texts stands in it: have large pictures in files beside it."
            ),
        )
    files.write(data)
    return len(data)
