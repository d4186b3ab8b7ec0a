"""A run's kernel starts, dies, is found again and started anew: a part of the rules. Pure."""

from __future__ import annotations

from dataclasses import replace

from patina_lab.model import events as on
from patina_lab.model.cells import CellStatus
from patina_lab.model.effects import EmptyGlobals, LoadKernel, RestartKernel, Result, SaveRun
from patina_lab.model.ending import close_all, end_error, ended, without_kernel
from patina_lab.model.queueing import start_next
from patina_lab.model.run import BEGINNING, Crash, Phase, Run, RunError, RunStatus
from patina_lab.text import gettext as _


def entered(run: Run, event: on.Entered) -> Result:
    """Take note of what a start does now."""
    if run.status is not RunStatus.STARTING:
        return run, ()
    phase = Phase(event.phase, event.at, event.previous_ms)
    return replace(run, phase=phase), (SaveRun(),)


def ready(run: Run, event: on.KernelReady) -> Result:
    """Begin with a kernel that is there."""
    if run.status not in BEGINNING:
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
    after, effects = start_next(idle, event.at)
    # The session begins before its first cell does.
    return after, (SaveRun(), *effects)


def reattached(run: Run, event: on.Reattached) -> Result:
    """Go on where the other server left it; what it sent runs, or has run, or is sent again."""
    found = replace(run, kernel_id=event.kernel, phase=None, capabilities=event.capabilities)
    if run.crash is not None:
        return found, (SaveRun(),)
    if run.status is not RunStatus.STARTING:
        return run, ()
    status = RunStatus.IDLE if run.current is None else RunStatus.BUSY
    after, effects = start_next(replace(found, status=status), event.at)
    return after, (*effects, SaveRun())


def start_failed(run: Run, event: on.StartFailed) -> Result:
    """End a run whose kernel did not start."""
    if run.status not in BEGINNING:
        return run, ()
    error = RunError(event.message, event.reason, event.hint)
    return ended(run, RunStatus.FAILED, error, event.at)


def restart(run: Run, event: on.RestartAsked) -> Result:
    """End the kernel, and start another."""
    error = end_error(run, "KernelRestarted", "The kernel was restarted while this cell ran")
    closed, effects = close_all(run, CellStatus.INTERRUPTED, error, event.at)
    after = _begin_again(closed, Phase(_("Restarting the kernel"), event.at))
    return after, (*effects, EmptyGlobals(), SaveRun(), RestartKernel())


def load(run: Run, event: on.LoadAsked) -> Result:
    """Go on with the state on disk; a run whose state is in memory is not asked to lose it."""
    if run.is_live or run.saved is None:
        return run, ()
    begun = _begin_again(run, Phase(_("Loading the saved state"), event.at))
    after = replace(begun, loaded=run.saved.seq)
    return after, (EmptyGlobals(), SaveRun(), LoadKernel())


def _begin_again(run: Run, phase: Phase) -> Run:
    return replace(
        without_kernel(run),
        status=RunStatus.STARTING,
        session=run.session + 1,
        base=run.last_seq,
        error=None,
        report=None,
        phase=phase,
        loaded=None,
    )


def died(run: Run, event: on.KernelDied) -> Result:
    """End a run whose kernel has died."""
    if not run.has_kernel:
        return run, ()
    error = RunError(_("The kernel died: %1", event.cause), event.cause, event.hint)
    return ended(run, RunStatus.FAILED, error, event.at)


def crashed(run: Run, event: on.Crashed) -> Result:
    """Keep the kernel: it offers to go on from before the cell that ran."""
    if not run.is_live:
        return run, ()
    hint = (
        _("Go on from before this cell (Undo), or restart the run without its variables.")
        if event.seq
        else _("Go on from the last state (Undo), or restart the run without its variables.")
    )
    error = RunError(_("The kernel died: %1", event.reason), event.reason, hint)
    closed, effects = close_all(
        run, CellStatus.FAILED, end_error(run, "KernelDied", error.message), event.at
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


def measured(run: Run, event: on.Measured) -> Result:
    """Take note of what the kernel uses."""
    after = replace(run, memory_bytes=event.memory_bytes, checkpoints=event.checkpoints)
    return (after, (SaveRun(),)) if run.has_kernel and after != run else (run, ())
