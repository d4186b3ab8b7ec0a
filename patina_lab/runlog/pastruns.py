"""Runs that have ended, in their folder: read without a room, and written when imported."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import msgspec

from patina_lab.conversion.content import PastRun
from patina_lab.runlog.log import RunLog, RunLogError, load, why_unread
from patina_lab.runlog.records import (
    SCHEMA,
    Closed,
    GlobalsTold,
    Header,
    KernelEnded,
    Opened,
    OutputWritten,
    Record,
)
from patina_lab.runlog.runfolder import KnownRun, RunFolder, of_log
from patina_lab.syncing import sync_folder
from patina_lab.text import Text
from patina_lab.text import gettext as _

_AT_ONCE = 500
"""How many records are written at a time: a notebook of a hundred thousand cells has many."""


def read_runs(folder: RunFolder) -> tuple[list[PastRun], list[Text]]:
    """Return the runs, the oldest first, and what is to be told of logs that cannot be read."""
    runs: list[PastRun] = []
    notes: list[Text] = []
    for path in sorted(folder.path.glob("*.jsonl")):
        try:
            runs.append(past_run(of_log(load(path))))
        except (RunLogError, OSError) as error:
            notes.append(left_out(why_unread(error)))
    return sorted(runs, key=lambda run: (run.created, run.id)), notes


def left_out(why: object) -> Text:
    """Return what is to be told of a run whose log cannot be read."""
    return _("A run is left out, for its history cannot be read: %1", why)


def past_run(known: KnownRun) -> PastRun:
    """Return a run as conversions take it, with its variables as they were at its end."""
    run = known.run
    return PastRun(
        id=run.id,
        title=run.title,
        created=run.created,
        kernel=run.kernel_name,
        language=run.language,
        cells=tuple(sorted(known.cells, key=lambda cell: cell.seq)),
        variables=tuple(known.variables.after(run.last_seq, run.session).values()),
        error=run.error,
        parent=run.parent,
    )


def write_run(folder: RunFolder, run: PastRun, notebook: str) -> None:
    """Write the log of a run, durably. Blocks. Raises OSError."""
    log = RunLog(folder.log_path(run.id))
    try:
        waiting = records(run, notebook)
        while batch := tuple(islice(waiting, _AT_ONCE)):
            log.append(*batch)
        log.sync()
    finally:
        log.close()
    sync_folder(folder.path)


def records(run: PastRun, notebook: str) -> Iterator[Record]:
    """Yield what a log says that tells of this run."""
    yield Header(
        schema=SCHEMA,
        id=run.id,
        notebook=notebook,
        title=run.title,
        created=run.created,
        kernel_name=run.kernel,
        language=run.language,
        parent=run.parent,
    )
    for cell in run.cells:
        yield Opened(msgspec.structs.replace(cell, outputs=[], ended=None, status="queued"))
        for index, output in enumerate(cell.outputs):
            yield OutputWritten(seq=cell.seq, index=index, output=output)
        yield Closed(
            seq=cell.seq,
            status=cell.status,
            ended=cell.ended or cell.queued,
            started=cell.started,
            execution_count=cell.execution_count,
        )
    last = run.cells[-1] if run.cells else None
    if run.variables:
        told = (last.seq, last.session) if last else (0, 1)
        yield GlobalsTold(
            seq=told[0], session=told[1], delta=list(run.variables), total=len(run.variables)
        )
    ended = (last.ended if last else None) or run.created
    yield KernelEnded(status="failed" if run.error else "stopped", at=ended, error=run.error)
