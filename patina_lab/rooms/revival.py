"""A run from its log: as it was left, with what was open at a crash brought to an end. Pure."""

from __future__ import annotations

from patina_lab import wire
from patina_lab.model.ids import NotebookId, RunId, Seq
from patina_lab.model.run import ForkPoint, ReportLine, Run, RunError, RunStatus
from patina_lab.rooms.records import Closed, Folded, KernelEnded, OutputWritten, Record

_LOST = wire.RunError(
    message="The server ended while this run had a kernel",
    reason="What the kernel had in memory is gone; its history is here",
    hint="Restart the run, or start a new one.",
)
_ENDED = ("stopped", "failed", "lost")


def ending(folded: Folded, at: str) -> list[Record]:
    """Return the records that bring to an end what a crash of the server left open."""
    open_cells = [cell for cell in folded.cells.values() if cell.status in ("queued", "running")]
    records: list[Record] = []
    if open_cells and folded.status not in (*_ENDED, "starting"):
        # Cells run in their order: the first that has no end is the one that ran.
        records += _failed(open_cells.pop(0), at)
    records += [Closed(seq=cell.seq, status="not run", ended=at) for cell in open_cells]
    if folded.status not in _ENDED:
        records.append(KernelEnded(status="lost", at=at, error=_LOST))
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


def _failed(cell: wire.OutputCell, at: str) -> list[Record]:
    error = wire.Manifest(
        id=f"{cell.id}-lost",
        type="error",
        ename="ServerEnded",
        evalue=_LOST.message,
        traceback=[f"{_LOST.message}. {_LOST.reason}."],
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
        report=_report(folded.report),
        error=RunError(error.message, error.reason, error.hint) if error else None,
    )


def _report(lines: list[wire.ReportLine] | None) -> tuple[ReportLine, ...] | None:
    if lines is None:
        return None
    return tuple(ReportLine(line.kind, line.name, line.what, line.advice) for line in lines)
