"""What becomes of a run, and of what is open in it, when its kernel is gone: a part of the rules.

Pure.
"""

from __future__ import annotations

from dataclasses import replace

from patina_lab.model.cells import CellStatus, OutputCell, with_output
from patina_lab.model.effects import CloseCell, Effect, Result, SaveRun
from patina_lab.model.ids import OutputId
from patina_lab.model.outputs import ErrorOutput
from patina_lab.model.queueing import drop_waiting
from patina_lab.model.run import Run, RunError, RunStatus
from patina_lab.text import gettext as _

PROCESS_ENDED = "KernelProcessEnded"
"""The error of a cell in which a kernel's process ended, where the kernel itself can tell."""
LOST = RunError(
    _("The server ended while this run had a kernel"),
    _("What the kernel had in memory is gone; its history is here"),
    _("Restart the run, or start a new one."),
)


def ended(run: Run, status: RunStatus, error: RunError | None, at: str, why: str = "") -> Result:
    """Close everything that is open, because the kernel is gone."""
    if not run.has_kernel:
        return replace(run, status=status), (SaveRun(),)
    name, value = ("KernelDied", error.message) if error else ("KernelStopped", why)
    if error is LOST:
        name, value = "ServerEnded", f"{LOST.message}. {LOST.reason}."
    cell_status = CellStatus.FAILED if error else CellStatus.INTERRUPTED
    closed, effects = close_all(run, cell_status, end_error(run, name, value), at)
    after = replace(without_kernel(closed), status=status, error=error)
    return after, (*effects, SaveRun())


def without_kernel(run: Run) -> Run:
    """Return a run without what it has of a kernel."""
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


def end_error(run: Run, name: str, value: str) -> ErrorOutput:
    """Return the last output of a cell that something outside of it ended."""
    seq = run.current.seq if run.current else 0
    red = f"\x1b[31m{name}\x1b[39m: {value}"
    # An output is in English, as what kernels say: only the error of the run is said in others.
    return ErrorOutput(OutputId(f"{run.id}-{seq}-end"), name, str(value), (red,))


def close_all(run: Run, status: CellStatus, error: ErrorOutput, at: str) -> Result:
    """Close the cell that runs, which says why, and those that wait."""
    closing: tuple[Effect, ...] = ()
    if run.current is not None:
        cell = replace(run.current, question=None)
        if not _says_why(cell):
            cell = with_output(cell, error)
        closing = (CloseCell(replace(cell, status=status, ended=at)),)
    gone = replace(run, current=None, recent=(), interrupted=False)
    after, dropped = drop_waiting(gone, at)
    return after, (*closing, *dropped)


def _says_why(cell: OutputCell) -> bool:
    """Whether the kernel itself has said in the cell that its process ended."""
    last = cell.outputs[-1] if cell.outputs else None
    return isinstance(last, ErrorOutput) and last.ename == PROCESS_ENDED
