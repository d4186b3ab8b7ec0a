"""A run from its log, as it was left. Pure.

With its kernel it goes on; without, what was open when the server ended is brought to an end.
"""

from __future__ import annotations

from dataclasses import replace

from patina_lab import wire
from patina_lab.document.manifest import wire_error
from patina_lab.document.modelcells import model_cell
from patina_lab.model.cells import OutputCell, mark_of
from patina_lab.model.ending import LOST
from patina_lab.model.ids import KernelId, NotebookId, RequestId, RunId, Seq
from patina_lab.model.queueing import RECENT_CELLS
from patina_lab.model.run import (
    Crash,
    ForkPoint,
    KernelSettings,
    Phase,
    ReportLine,
    Run,
    RunError,
    RunStatus,
)
from patina_lab.runlog.folding import Folded
from patina_lab.runlog.records import Closed, KernelEnded, OutputWritten, Record
from patina_lab.text import gettext as _

_ENDED = ("stopped", "failed", "lost")


def ending(folded: Folded, at: str) -> list[Record]:
    """Return the records that bring to an end what a crash of the server left open."""
    open_cells = [cell for cell in folded.cells.values() if cell.status in ("queued", "running")]
    records: list[Record] = []
    if open_cells and folded.status not in (*_ENDED, "starting"):
        # Cells run in their order: the first that has no end is the one that ran.
        records += _failed(open_cells.pop(0), at)
    records += [Closed(seq=cell.seq, status="not run", ended=at) for cell in open_cells]
    if folded.crash is not None:
        records.append(KernelEnded(status=folded.status, at=at, error=folded.error))
    elif may_live(folded):
        records.append(KernelEnded(status="lost", at=at, error=wire_error(LOST)))
    return records


def ending_of_copy(folded: Folded, at: str) -> list[Record]:
    """Return the records that end a run which is the copy of one that may go on."""
    open_cells = [cell for cell in folded.cells.values() if cell.status in ("queued", "running")]
    records: list[Record] = [
        Closed(seq=cell.seq, status="not run", ended=at) for cell in open_cells
    ]
    if folded.status not in _ENDED:
        records.append(KernelEnded(status="stopped", at=at))
    return records


def may_live(folded: Folded) -> bool:
    """Whether the run had a kernel when its log ends: also after a crash that can be undone."""
    return folded.status not in _ENDED or folded.crash is not None


def _failed(cell: wire.OutputCell, at: str) -> list[Record]:
    error = wire.Manifest(
        id=f"{cell.id}-lost",
        type="error",
        ename="ServerEnded",
        evalue=str(LOST.message),
        traceback=[f"{LOST.message}. {LOST.reason}."],
    )
    return [
        OutputWritten(seq=cell.seq, index=len(cell.outputs), output=error),
        Closed(
            seq=cell.seq,
            status="failed",
            ended=at,
            started=cell.started or cell.queued,
            execution_count=cell.execution_count,
        ),
    ]


def revived(folded: Folded, notebook: str) -> Run:
    """Return the run that a log tells of; it has no kernel."""
    header, error, parent = folded.header, folded.error, folded.header.parent
    return Run(
        id=RunId(header.id),
        notebook=NotebookId(notebook),
        title=folded.title,
        created=header.created,
        kernel_name=header.kernel_name,
        language=header.language,
        status=RunStatus(folded.status),
        session=folded.session,
        last_seq=Seq(folded.last_seq),
        base=Seq(folded.last_seq),
        parent=ForkPoint(RunId(parent.run), Seq(parent.seq)) if parent else None,
        settings=header.settings or KernelSettings(),
        report=_report(folded.report),
        loaded=None if folded.loaded is None else Seq(folded.loaded),
        error=model_error(error) if error else None,
    )


def going_on(folded: Folded, notebook: str, at: str) -> Run:
    """Return the run that a log tells of, whose kernel outlived the server: to be reattached."""
    crash, open_cells = folded.crash, _cells(folded, ("queued", "running"))
    found = revived(folded, notebook)
    running = [cell for cell in open_cells if cell.started is not None]
    final = ("succeeded", "failed", "interrupted")
    return replace(
        found,
        status=RunStatus.STARTING if crash is None else RunStatus.FAILED,
        phase=Phase(_("Finding the kernel again"), at),
        # Its kernel was told so when it was started.
        settings=replace(found.settings, on_server_stop="keep"),
        kernel_id=None if folded.kernel_id is None else KernelId(folded.kernel_id),
        current=running[0] if running else None,
        waiting=tuple(cell for cell in open_cells if cell.started is None),
        recent=() if crash else tuple(_cells(folded, final)[-RECENT_CELLS:]),
        base=Seq(folded.base),
        executed=tuple(map(Seq, folded.executed)),
        before={Seq(seq): Seq(before) for seq, before in folded.before.items()},
        requests={RequestId(name): tuple(map(Seq, seqs)) for name, seqs in folded.requests.items()},
        crash=Crash(crash.text("reason"), None if crash.seq is None else Seq(crash.seq))
        if crash
        else None,
    )


def _cells(folded: Folded, statuses: tuple[str, ...]) -> list[OutputCell]:
    """Return the output cells of the session in such a state, in order."""
    asked = _asked(folded)
    return [
        model_cell(cell, folded.resume.get(seq), asked.get(seq, ""))
        for seq, cell in sorted(folded.cells.items())
        if cell.status in statuses and cell.session == folded.session and not cell.undone
    ]


def marks(folded: Folded) -> dict[Seq, str]:
    """Return the marks of the output cells of the session, by which its kernel knows them."""
    asked, session = _asked(folded), folded.session
    cells = [cell for cell in folded.cells.values() if cell.session == session]
    return {Seq(cell.seq): mark_of(asked.get(cell.seq, ""), cell.queued) for cell in cells}


def _asked(folded: Folded) -> dict[int, str]:
    """Return by which request each output cell was asked for."""
    return {seq: request for request, seqs in folded.requests.items() for seq in seqs}


def model_error(error: wire.RunError) -> RunError:
    """Return an error of the log as the model has it."""
    return RunError(error.text("message"), error.text("reason"), error.text("hint"))


def _report(lines: list[wire.ReportLine] | None) -> tuple[ReportLine, ...] | None:
    if lines is None:
        return None
    return tuple(
        ReportLine(line.kind, line.name, line.text("what"), line.text("advice")) for line in lines
    )
