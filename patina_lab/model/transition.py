"""The rules of a run, in one pure function: what an event makes of it, and what must be done."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from patina_lab.model import events as on
from patina_lab.model import producing, undoing
from patina_lab.model.cells import CellStatus, OutputCell, with_output
from patina_lab.model.effects import (
    BeginGlobals,
    ChangeCell,
    ChangeGlobals,
    CloseCell,
    Effect,
    EmptyGlobals,
    InterruptKernel,
    KeepLock,
    LoadKernel,
    OpenCell,
    RestartKernel,
    SaveRun,
    SendExecute,
    SendInput,
    ShutdownKernel,
)
from patina_lab.model.events import Event
from patina_lab.model.ids import OutputId, RequestId, Seq
from patina_lab.model.outputs import ErrorOutput
from patina_lab.model.run import Crash, Phase, Run, RunError, RunStatus
from patina_lab.text import gettext as _

Result = tuple[Run, tuple[Effect, ...]]

REMEMBERED_REQUESTS = 1_000
RECENT_CELLS = 8
PROCESS_ENDED = "KernelProcessEnded"
"""The error of a cell in which a kernel's process ended, where the kernel itself can tell."""
LOST = RunError(
    _("The server ended while this run had a kernel"),
    _("What the kernel had in memory is gone; its history is here"),
    _("Restart the run, or start a new one."),
)
_BEGINNING = (RunStatus.STARTING, RunStatus.FORKING)


def transition(run: Run, event: Event) -> Result:  # noqa: C901, PLR0911, PLR0912 (one case an event)
    """Return the run after `event`, and what must now be done, in order."""
    match event:
        case on.Submitted():
            return _submitted(run, event)
        case on.Entered():
            return _entered(run, event)
        case on.KernelReady():
            return _ready(run, event)
        case on.Began():
            return _began(run, event)
        case on.Reattached():
            return _reattached(run, event)
        case on.NeverArrived(seq):
            return _sent_again(run, seq)
        case on.KernelLost():
            return _ended(run, RunStatus.LOST, LOST, event.at)
        case on.StartFailed():
            return _start_failed(run, event)
        case on.Finished():
            return _finished(run, event)
        case on.InputAnswered():
            return _answered(run, event)
        case on.InterruptAsked():
            return _interrupt(run)
        case on.RestartAsked():
            return _restart(run, event)
        case on.StopAsked():
            after, effects = _ended(run, RunStatus.STOPPED, None, event.at, why=event.why)
            return after, (*effects, EmptyGlobals(), ShutdownKernel())
        case on.KernelDied():
            return _died(run, event)
        case on.Crashed():
            return _crashed(run, event)
        case on.RolledBack() | on.UndoAsked():
            return undoing.changed(run, event)
        case on.Undone() | on.UndoFailed() | on.Restored():
            return _undone(run, event)
        case on.GlobalsChanged():
            if event.seq not in run.executed:
                return run, ()
            return run, (ChangeGlobals(event.seq, event.rows, event.total),)
        case on.GlobalsRead():
            return run, (BeginGlobals(run.base, event.rows, event.total),)
        case on.Locked(lock):
            return run, (KeepLock(lock),)
        case on.Measured():
            return _measured(run, event)
        case on.StateSaved():
            return replace(run, saved=event.saved), (SaveRun(),)
        case on.LoadAsked():
            return _load(run, event)
        case on.Renamed():
            return replace(run, title=event.title), (SaveRun(),)
        case (
            on.Wrote()
            | on.Displayed()
            | on.DisplayUpdated()
            | on.Raised()
            | on.Cleared()
            | on.InputRequested()
        ):
            return producing.produced(run, event)
        case _:
            assert_never(event)


def _submitted(run: Run, event: on.Submitted) -> Result:
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
    after, effects = _start_next(after, event.at)
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


def _start_next(run: Run, at: str) -> Result:
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


def _began(run: Run, event: on.Began) -> Result:
    """Go along with a kernel that was found again: it has got a cell which the log says waits."""
    if run.current is not None or run.queue[:1] != (event.seq,):
        return run, ()
    after, cell = _with_first_running(run, event.at)
    return after, (ChangeCell(cell),)


def _entered(run: Run, event: on.Entered) -> Result:
    if run.status is not RunStatus.STARTING:
        return run, ()
    phase = Phase(event.phase, event.at, event.previous_ms)
    return replace(run, phase=phase), (SaveRun(),)


def _ready(run: Run, event: on.KernelReady) -> Result:
    if run.status not in _BEGINNING:
        return run, ()
    idle = replace(
        run,
        status=RunStatus.IDLE,
        kernel_id=event.kernel,
        phase=None,
        error=None,
        capabilities=event.capabilities,
        report=event.report,
    )
    after, effects = _start_next(idle, event.at)
    # The session begins before its first cell does.
    return after, (SaveRun(), *effects)


def _reattached(run: Run, event: on.Reattached) -> Result:
    """Go on where the other server left it; what it sent runs, or has run, or is sent again."""
    found = replace(run, kernel_id=event.kernel, phase=None, capabilities=event.capabilities)
    if run.crash is not None:
        return found, (SaveRun(),)
    if run.status is not RunStatus.STARTING:
        return run, ()
    status = RunStatus.IDLE if run.current is None else RunStatus.BUSY
    after, effects = _start_next(replace(found, status=status), event.at)
    return after, (*effects, SaveRun())


def _sent_again(run: Run, seq: Seq) -> Result:
    if run.current is None or run.current.seq != seq:
        return run, ()
    return run, (SendExecute(seq, run.current.source),)


def _start_failed(run: Run, event: on.StartFailed) -> Result:
    if run.status not in _BEGINNING:
        return run, ()
    error = RunError(event.message, event.reason, event.hint)
    return _ended(run, RunStatus.FAILED, error, event.at)


def _finished(run: Run, event: on.Finished) -> Result:
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
    status = run.status if run.status in _BEGINNING else RunStatus.IDLE
    idle = replace(run, status=status, current=None, recent=recent, interrupted=False)
    if not event.ok:
        # As in every Jupyter client: what was queued behind an error does not run.
        idle, dropped = _drop_waiting(idle, event.at)
        return idle, (CloseCell(cell), *dropped, SaveRun())
    after, effects = _start_next(idle, event.at)
    return after, (CloseCell(cell), *effects, SaveRun())


def _final_status(run: Run, *, ok: bool) -> CellStatus:
    if ok:
        return CellStatus.SUCCEEDED
    return CellStatus.INTERRUPTED if run.interrupted else CellStatus.FAILED


def _drop_waiting(run: Run, at: str) -> Result:
    dropped = tuple(
        CloseCell(replace(cell, status=CellStatus.NOT_RUN, ended=at)) for cell in run.waiting
    )
    return replace(run, waiting=()), dropped


def _answered(run: Run, event: on.InputAnswered) -> Result:
    cell = run.current
    if cell is None or cell.seq != event.seq or cell.question is None:
        return run, ()
    after, effects = producing.echo(run, cell, event.value)
    return after, (*effects, SendInput(event.value))


def _interrupt(run: Run) -> Result:
    if run.status is RunStatus.BUSY:
        return replace(run, interrupted=True), (InterruptKernel(),)
    return run, ()


def _restart(run: Run, event: on.RestartAsked) -> Result:
    error = _end_error(run, "KernelRestarted", "The kernel was restarted while this cell ran")
    closed, effects = _close_all(run, CellStatus.INTERRUPTED, error, event.at)
    after = _begin_again(closed, Phase(_("Restarting the kernel"), event.at))
    return after, (*effects, EmptyGlobals(), SaveRun(), RestartKernel())


def _load(run: Run, event: on.LoadAsked) -> Result:
    """Go on with the state on disk; a run whose state is in memory is not asked to lose it."""
    if run.is_live or run.saved is None:
        return run, ()
    begun = _begin_again(run, Phase(_("Loading the saved state"), event.at))
    after = replace(begun, loaded=run.saved.seq)
    return after, (EmptyGlobals(), SaveRun(), LoadKernel())


def _begin_again(run: Run, phase: Phase) -> Run:
    return replace(
        _without_kernel(run),
        status=RunStatus.STARTING,
        session=run.session + 1,
        base=run.last_seq,
        error=None,
        report=None,
        phase=phase,
        loaded=None,
    )


def _without_kernel(run: Run) -> Run:
    return replace(
        run,
        kernel_id=None,
        phase=None,
        crash=None,
        restoring=None,
        executed=(),
        before={},
        memory_bytes=None,
        checkpoints=None,
    )


def _died(run: Run, event: on.KernelDied) -> Result:
    if not run.has_kernel:
        return run, ()
    error = RunError(_("The kernel died: %1", event.cause), event.cause, event.hint)
    return _ended(run, RunStatus.FAILED, error, event.at)


def _crashed(run: Run, event: on.Crashed) -> Result:
    """Keep the kernel: it offers to go on from before the cell that ran."""
    if not run.is_live:
        return run, ()
    hint = (
        _("Go on from before this cell (Undo), or restart the run without its variables.")
        if event.seq
        else _("Go on from the last state (Undo), or restart the run without its variables.")
    )
    error = RunError(_("The kernel died: %1", event.reason), event.reason, hint)
    closed, effects = _close_all(
        run, CellStatus.FAILED, _end_error(run, "KernelDied", error.message), event.at
    )
    crash = Crash(event.reason, event.seq)
    after = replace(
        closed,
        status=RunStatus.FAILED,
        error=error,
        crash=crash,
        restoring=None,
        # One that is being found again is so still.
        phase=None if run.kernel_id is None else run.phase,
    )
    return after, (*effects, SaveRun())


def _undone(run: Run, event: on.Undone | on.UndoFailed | on.Restored) -> Result:
    after, effects = undoing.changed(run, event)
    after, begun = _start_next(after, event.at)
    return after, (*effects, *begun, SaveRun())


def _measured(run: Run, event: on.Measured) -> Result:
    after = replace(run, memory_bytes=event.memory_bytes, checkpoints=event.checkpoints)
    return (after, (SaveRun(),)) if run.has_kernel and after != run else (run, ())


def _ended(run: Run, status: RunStatus, error: RunError | None, at: str, why: str = "") -> Result:
    """Close everything that is open, because the kernel is gone."""
    if not run.has_kernel:
        return replace(run, status=status), (SaveRun(),)
    name, value = ("KernelDied", error.message) if error else ("KernelStopped", why)
    if error is LOST:
        name, value = "ServerEnded", f"{LOST.message}. {LOST.reason}."
    cell_status = CellStatus.FAILED if error else CellStatus.INTERRUPTED
    closed, effects = _close_all(run, cell_status, _end_error(run, name, value), at)
    after = replace(_without_kernel(closed), status=status, error=error)
    return after, (*effects, SaveRun())


def _end_error(run: Run, name: str, value: str) -> ErrorOutput:
    """Return the last output of a cell that something outside of it ended."""
    seq = run.current.seq if run.current else 0
    red = f"\x1b[31m{name}\x1b[39m: {value}"
    # An output is in English, as what kernels say: only the error of the run is said in others.
    return ErrorOutput(OutputId(f"{run.id}-{seq}-end"), name, str(value), (red,))


def _close_all(run: Run, status: CellStatus, error: ErrorOutput, at: str) -> Result:
    closing: tuple[Effect, ...] = ()
    if run.current is not None:
        cell = replace(run.current, question=None)
        if not _says_why(cell):
            cell = with_output(cell, error)
        closing = (CloseCell(replace(cell, status=status, ended=at)),)
    gone = replace(run, current=None, recent=(), interrupted=False)
    after, dropped = _drop_waiting(gone, at)
    return after, (*closing, *dropped)


def _says_why(cell: OutputCell) -> bool:
    """Whether the kernel itself has said in the cell that its process ended."""
    last = cell.outputs[-1] if cell.outputs else None
    return isinstance(last, ErrorOutput) and last.ename == PROCESS_ENDED
