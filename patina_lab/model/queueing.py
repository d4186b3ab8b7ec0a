"""The cells of a run that wait and the one that runs: a part of the rules. Pure."""

from __future__ import annotations

from dataclasses import replace

from patina_lab.model import events as on
from patina_lab.model import producing, undoing
from patina_lab.model.cells import CellStatus, OutputCell
from patina_lab.model.effects import (
    ChangeCell,
    CloseCell,
    InterruptKernel,
    OpenCell,
    Result,
    SaveRun,
    SendExecute,
    SendInput,
)
from patina_lab.model.ids import RequestId, Seq
from patina_lab.model.run import BEGINNING, Run, RunStatus

REMEMBERED_REQUESTS = 1_000
RECENT_CELLS = 8


def submitted(run: Run, event: on.Submitted) -> Result:
    """Have cells wait for the kernel; a request that is repeated has no effect."""
    if event.request in run.requests or not run.is_live:
        return run, ()
    first = run.last_seq + 1
    new = tuple(_queued(run, event, Seq(first + at)) for at in range(len(event.cells)))
    seqs = tuple(cell.seq for cell in new)
    after = replace(
        run,
        waiting=run.waiting + new,
        last_seq=Seq(run.last_seq + len(new)),
        requests=_remembered(run, event.request, seqs),
    )
    opened = tuple(OpenCell(cell) for cell in new)
    after, effects = start_next(after, event.at)
    return after, (*opened, *effects, SaveRun())


def _queued(run: Run, event: on.Submitted, seq: Seq) -> OutputCell:
    asked = event.cells[seq - run.last_seq - 1]
    return OutputCell(
        seq=seq,
        id=f"{run.id}-{seq}",
        cell=asked.cell,
        source=asked.source,
        source_hash=asked.source_hash,
        requested_by=event.requested_by,
        queued=event.at,
        session=run.session,
        request=event.request,
    )


def _remembered(
    run: Run, request: RequestId, seqs: tuple[Seq, ...]
) -> dict[RequestId, tuple[Seq, ...]]:
    kept = list(run.requests.items())[-(REMEMBERED_REQUESTS - 1) :]
    return {**dict(kept), request: seqs}


def start_next(run: Run, at: str) -> Result:
    """Run the first cell that waits, when the kernel has nothing to do."""
    if run.status is not RunStatus.IDLE or not run.waiting or run.restoring is not None:
        return run, ()
    after, cell = _with_first_running(run, at)
    return replace(after, status=RunStatus.BUSY), (
        ChangeCell(cell),
        SendExecute(cell.seq, cell.source),
    )


def _with_first_running(run: Run, at: str) -> tuple[Run, OutputCell]:
    first, *rest = run.waiting
    cell = replace(first, status=CellStatus.RUNNING, started=at)
    executing = undoing.executing(run, cell.seq)
    return replace(executing, current=cell, waiting=tuple(rest), interrupted=False), cell


def began(run: Run, event: on.Began) -> Result:
    """Go along with a kernel that was found again: it has got a cell which the log says waits."""
    if run.current is not None or run.queue[:1] != (event.seq,):
        return run, ()
    after, cell = _with_first_running(run, event.at)
    return after, (ChangeCell(cell),)


def sent_again(run: Run, seq: Seq) -> Result:
    """Send the cell that runs once more: the kernel has never got it."""
    if run.current is None or run.current.seq != seq:
        return run, ()
    return run, (SendExecute(seq, run.current.source),)


def finished(run: Run, event: on.Finished) -> Result:
    """Close the cell that ran, and begin the next."""
    if run.current is None or run.current.seq != event.seq:
        return run, ()
    cell = replace(
        run.current,
        status=_final_status(run, ok=event.ok),
        ended=event.at,
        execution_count=event.execution_count,
        question=None,
    )
    recent = (*run.recent, cell)[-RECENT_CELLS:]
    # Where the kernel is still being found, it may have begun the next one, too.
    status = run.status if run.status in BEGINNING else RunStatus.IDLE
    idle = replace(run, status=status, current=None, recent=recent, interrupted=False)
    if not event.ok:
        # As in every Jupyter client: what was queued behind an error does not run.
        idle, dropped = drop_waiting(idle, event.at)
        return idle, (CloseCell(cell), *dropped, SaveRun())
    after, effects = start_next(idle, event.at)
    return after, (CloseCell(cell), *effects, SaveRun())


def _final_status(run: Run, *, ok: bool) -> CellStatus:
    if ok:
        return CellStatus.SUCCEEDED
    return CellStatus.INTERRUPTED if run.interrupted else CellStatus.FAILED


def drop_waiting(run: Run, at: str) -> Result:
    """Close the cells that wait: they do not run."""
    dropped = tuple(
        CloseCell(replace(cell, status=CellStatus.NOT_RUN, ended=at)) for cell in run.waiting
    )
    return replace(run, waiting=()), dropped


def answered(run: Run, event: on.InputAnswered) -> Result:
    """Give the kernel what a person answered."""
    cell = run.current
    if cell is None or cell.seq != event.seq or cell.question is None:
        return run, ()
    after, effects = producing.echo(run, cell, event.value)
    return after, (*effects, SendInput(event.value))


def interrupt(run: Run) -> Result:
    """Interrupt the cell that runs."""
    if run.status is RunStatus.BUSY:
        return replace(run, interrupted=True), (InterruptKernel(),)
    return run, ()


def undone(run: Run, event: on.Undone | on.UndoFailed | on.Restored) -> Result:
    """Go on after an undo, or with what waited for it."""
    after, effects = undoing.changed(run, event)
    after, begun = start_next(after, event.at)
    return after, (*effects, *begun, SaveRun())
